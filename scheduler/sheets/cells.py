"""Turns the cells of one row into values; what cannot be turned becomes a finding with its place, and the row goes on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from scheduler.errors import Finding, Severity, Text, Where
from scheduler.sheets.codes import YES_NO, Codes
from scheduler.sheets.columns import Table
from scheduler.sheets.faults import Pair
from scheduler.sheets.survey import Survey
from scheduler.sheets.workbook import Cell

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}")
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|名称\?)|Err:\d{3}")
_DATE_WANTED = ("日期，如 2026-06-01、2026/6/1、2026年6月1日", "a date such as 2026-06-01, 2026/6/1 or 2026年6月1日")
_EXACT = 2**53
"""Whole numbers up to here survive as a spreadsheet number."""
_FAR_KM = 10_000.0
_LONGEST = 300
"""Characters in one cell; more is a pasted page, not a value."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of the table a row belongs to."""

    table: Table
    columns: Mapping[str, int]
    """Key and index of each column found, from 0."""
    labels: Mapping[str, str]
    """Key and place of each column found: letter and heading."""
    survey: Survey
    exact: frozenset[str]
    """Keys of columns whose wording is printed or compared, and must be exact."""
    always: Mapping[str, str] = field(default_factory=dict)
    """Key of a column that is not there, and what every row is read to say."""


class Row:
    """One row of a table. Each method reads one cell; a fault is noted once, and ``failed`` turns true."""

    def __init__(self, layout: Layout, where: Where, cells: tuple[Cell, ...], findings: list[Finding]) -> None:
        self.layout, self.at = layout, where
        self._cells, self._findings = cells, findings
        self._seen: dict[str, Cell | None] = {}
        self.failed = False

    @property
    def number(self) -> int:
        """Return the row number as the spreadsheet program shows it."""
        return self.at.row or 0

    def has(self, key: str) -> bool:
        """Tell whether a cell holds anything, good or bad."""
        cell = self.raw(key)
        return cell is None or str(cell).strip() != ""

    def is_blank(self) -> bool:
        """Tell whether no column with a known heading holds anything."""
        filled = (self._cells[i] for i in self.layout.columns.values() if i < len(self._cells))
        if any(str(cell).strip() for cell in filled):
            return False
        places = {(self.number, i + 1) for i in self.layout.columns.values()}
        return not places & (self.layout.survey.formulas | self.layout.survey.errors)

    def fault(
        self,
        key: str,
        rule: str,
        what: Pair,
        *,
        expected: Pair | None = None,
        hint: Pair | None = None,
        severity: Severity = "error",
    ) -> None:
        """Note a finding at a cell; an error marks the row as failed."""
        index = self.layout.columns.get(key)
        cell = self._cells[index] if index is not None and index < len(self._cells) else ""
        cell = self.layout.always.get(key, "") if index is None else cell
        where = replace(self.at, column=self.layout.labels.get(key))
        said = shown(cell) if cell != "" else None
        wanted = Text(*expected) if expected else None
        self._findings.append(
            Finding(rule, Text(*what), where, said, wanted, Text(*hint) if hint else None, severity=severity)
        )
        self.failed = self.failed or severity == "error"

    def raw(self, key: str) -> Cell | None:
        """Return the cell itself; empty where there is none, None where it was found unusable."""
        if key not in self._seen:
            self._seen[key] = self._look(key)
        return self._seen[key]

    def _look(self, key: str) -> Cell | None:
        index = self.layout.columns.get(key)
        if index is None:
            return self.layout.always.get(key, "")
        cell = self._cells[index] if index < len(self._cells) else ""
        place = (self.number, index + 1)
        if place in self.layout.survey.errors or (isinstance(cell, str) and _ERROR.fullmatch(cell.strip())):
            self.fault(
                key,
                "cell-error",
                ("单元格显示公式错误", "the cell shows a formula error"),
                hint=("请改填实际内容", "write the value itself"),
            )
            return None
        if place in self.layout.survey.formulas and (cell == "" or self._is_text(key)):
            self.fault(
                key,
                "formula-cell",
                ("单元格是公式，不能确认所见即所得", "the cell is a formula, so what it shows cannot be relied on"),
                hint=("请复制后选择性粘贴为数值", "copy it and paste it back as a value"),
            )
            return None
        return cell

    def _is_text(self, key: str) -> bool:
        return key in self.layout.exact

    def text(self, key: str, *, required: bool = False) -> str:
        """Read words; blanks at the ends go, with a warning where the exact wording matters."""
        cell = self.raw(key)
        if cell is None:
            return ""
        if isinstance(cell, (date, time, timedelta)):
            self.fault(
                key,
                "cell-not-text",
                ("单元格被存成日期或时间", "the cell is stored as a date or time"),
                expected=("文字", "words"),
                hint=("请把单元格格式改为文本后重新填写", "format the cell as text and write it again"),
            )
            return ""
        words = cell if isinstance(cell, str) else _number_words(cell)
        return self._tidy(key, words, required=required)

    def _tidy(self, key: str, words: str, *, required: bool) -> str:
        clean = words.strip()
        if not clean:
            if required:
                self._missing(key)
            return ""
        clean = " ".join(clean.splitlines()) if not self._is_text(key) else clean
        bad = sorted(
            {f"U+{ord(c):04X}" for c in clean if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} or c == "�"}
        )
        if bad:
            codes = ", ".join(bad)
            self.fault(
                key,
                "control-character",
                (f"含有不可见、自造或损坏的字符 {codes}", f"holds invisible, private or broken characters {codes}"),
                hint=(
                    "请删除后重新输入；生僻字请用标准编码",
                    "delete them and write it again; rare characters in their standard code",
                ),
            )
            return ""
        if len(clean) > _LONGEST:
            self.fault(
                key,
                "text-too-long",
                (f"超过 {_LONGEST} 个字符", f"more than {_LONGEST} characters"),
                hint=("请缩短", "shorten it"),
            )
            return ""
        if clean != words and self._is_text(key):
            self.fault(key, "trimmed", ("首尾空格已去除", "blanks at the ends were dropped"), severity="warning")
        return clean

    def _missing(self, key: str) -> None:
        column = self.layout.table.column(key)
        self.fault(
            key,
            "missing-value",
            (f"必填项“{column.zh}”为空", f"the compulsory {column.en} is empty"),
            hint=("请补填", "fill it in"),
        )

    def code(self, key: str, rule: str, *, required: bool = False) -> str:
        """Read a number printed on a paper: upper case, narrow, without blanks. A numeric cell is a fault, never repaired.

        Args:
            rule: Id of the finding for a number stored as a number.
        """
        cell = self.raw(key)
        numeric = isinstance(cell, (int, float))
        if numeric or (isinstance(cell, str) and _SCIENTIFIC.fullmatch(cell.strip())):
            self.fault(
                key,
                rule,
                ("号码被存成数值，末位数字可能已丢失", "the number is stored as a number; its last digits may be lost"),
                expected=("以文本存储的号码", "the number as text"),
                hint=(
                    "请先把单元格格式设为文本，再按证件重新输入全部号码",
                    "format the cell as text, then write the whole number again from the document",
                ),
            )
            return ""
        words = self.text(key, required=required)
        clean = "".join(unicodedata.normalize("NFKC", words).split()).upper()
        if clean != words.upper():
            self.fault(
                key,
                "number-tidied",
                ("号码中的空格或全角字符已转换", "blanks or full-width characters in the number were converted"),
                severity="warning",
            )
        return clean

    def day(self, key: str, *, required: bool = False) -> date | None:
        """Read a date: a date cell, or text in one of three forms."""
        cell = self.raw(key)
        if cell is None:
            return None
        if isinstance(cell, date):
            found: date | None = cell.date() if isinstance(cell, datetime) else cell
        elif isinstance(cell, str):
            if not cell.strip():
                if required:
                    self._missing(key)
                return None
            found = _written_date(unicodedata.normalize("NFKC", cell.strip()))
        else:
            found = None
        if found is None or not 1900 <= found.year <= 2100:
            self.fault(
                key,
                "date-unreadable",
                ("不是可识别的日期", "this is no date that can be read"),
                expected=_DATE_WANTED,
                hint=("请改为所示格式，或设为日期格式", "write it in one of these forms, or format it as a date"),
            )
            return None
        return found

    def clock(self, key: str, *, required: bool = False) -> time | None:
        """Read a time of day: a time cell, or text such as 09:30."""
        cell = self.raw(key)
        if isinstance(cell, datetime):
            return cell.time()
        if isinstance(cell, time):
            return cell
        if cell is None:
            return None
        words = self.text(key, required=required) if isinstance(cell, str) else shown(cell)
        if not words:
            return None
        match = _TIME.fullmatch(unicodedata.normalize("NFKC", words))
        if match and int(match[1]) < 24 and int(match[2]) < 60:
            return time(int(match[1]), int(match[2]))
        self.fault(
            key,
            "time-unreadable",
            ("不是可识别的时间", "this is no time that can be read"),
            expected=("时间，如 09:30", "a time such as 09:30"),
        )
        return None

    def number_in(
        self, key: str, low: float, high: float, *, required: bool = False, whole: bool = False
    ) -> float | None:
        """Read a number between two bounds, both included."""
        cell = self.raw(key)
        if cell is None:
            return None
        value: float | None = None
        if isinstance(cell, str):
            words = unicodedata.normalize("NFKC", cell.strip())
            if not words:
                if required:
                    self._missing(key)
                return None
            value = float(words) if re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", words) else None
        elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
            value = float(cell)
        if value is None or not low <= value <= high or (whole and value != int(value)):
            kind = ("整数", "a whole number") if whole else ("数", "a number")
            wanted = (f"{kind[0]}，{low:g} 到 {high:g}", f"{kind[1]} from {low:g} to {high:g}")
            self.fault(
                key, "number-out-of-range", ("不是允许的数值", "this number is not allowed here"), expected=wanted
            )
            return None
        return value

    def whole(self, key: str, low: int, high: int, *, required: bool = False) -> int | None:
        """Read a whole number between two bounds, both included."""
        value = self.number_in(key, low, high, required=required, whole=True)
        return None if value is None else int(value)

    def choice(self, key: str, codes: Codes, rule: str, *, required: bool = False) -> str | None:
        """Read one code of a list; None when it is empty or unknown."""
        cell = self.raw(key)
        words = ("是" if cell else "否") if isinstance(cell, bool) else self.text(key, required=required)
        return self._known(key, words, codes, rule) if words else None

    def choices(self, key: str, codes: Codes, rule: str, *, required: bool = False) -> tuple[str, ...]:
        """Read several codes of a list, each once, in the order written."""
        parts = codes.split(self.text(key, required=required))
        found = [self._known(key, part, codes, rule) for part in parts]
        return tuple(dict.fromkeys(code for code in found if code is not None))

    def _known(self, key: str, words: str, codes: Codes, rule: str) -> str | None:
        code = codes.find(words)
        if code is None:
            near = codes.near(words)
            hint = (f"是否应为“{near}”？", f"did you mean {near}?") if near else None
            self.fault(
                key,
                rule,
                (f"“{words}”不在允许的范围内", f"{words} is not among what may stand here"),
                expected=(codes.some() or "（无）", codes.some() or "(none)"),
                hint=hint,
            )
        return code

    def yes(self, key: str, *, default: bool) -> bool:
        """Read yes or no."""
        code = self.choice(key, YES_NO, "not-yes-or-no")
        return default if code is None else code == "yes"


def read_point(row: Row) -> tuple[float | None, float | None]:
    """Read plane coordinates in kilometres from ``x_km`` and ``y_km``: both or neither."""
    x_km, y_km = (row.number_in(key, -_FAR_KM, _FAR_KM) for key in ("x_km", "y_km"))
    for key, other in (("x_km", "y_km"), ("y_km", "x_km")):
        if row.has(other) and not row.has(key):
            row.fault(
                key,
                "coordinate-alone",
                ("坐标须成对填写", "coordinates come in pairs"),
                hint=("请补填另一个坐标，或都留空", "fill in the other one, or leave both empty"),
            )
    return x_km, y_km


def shown(cell: Cell) -> str:
    """Return a cell as findings quote it."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    return _number_words(cell) if isinstance(cell, float) else str(cell)


def _number_words(cell: float) -> str:
    return str(int(cell)) if abs(cell) < _EXACT and cell == int(cell) else str(cell)


def _written_date(words: str) -> date | None:
    match = _DATE.fullmatch(words)
    if not match:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None
