"""How this workshop words a workbook that cannot be read at all. Cells word their own findings in ``cells.py``."""

from __future__ import annotations

from scheduler.errors import Finding, SheetError, Text, Where

Pair = tuple[str, str]
"""Chinese and English wording."""


def refusal(
    file: str, rule: str, what: Pair, hint: Pair, *, sheet: str | None = None, said: str | None = None
) -> SheetError:
    """Return the exception for a workbook that cannot be read, with its one finding."""
    finding = Finding(rule, Text(*what), Where(file=file, sheet=sheet), said=said, hint=Text(*hint))
    return SheetError(Text(f"无法读取 {file}", f"{file} cannot be read"), (finding,), Text(*hint))


def damaged(file: str, detail: str) -> SheetError:
    """Return the refusal of a file that is no whole workbook."""
    return refusal(
        file,
        "workbook-damaged",
        ("文件不是完整的工作簿，或已损坏", "the file is not a whole workbook, or it is damaged"),
        ("请用表格软件打开后另存为 .xlsx 再试", "open it in a spreadsheet program and save it as .xlsx"),
        said=detail,
    )


def too_large(file: str, what: Pair, *, sheet: str | None = None, said: str | None = None) -> SheetError:
    """Return the refusal of a file beyond the limits; nothing of it was unpacked or parsed further."""
    return refusal(
        file,
        "workbook-too-large",
        what,
        ("请只保留需要读入的行和列，或拆成几个文件", "keep only the rows and columns to be read, or split the file"),
        sheet=sheet,
        said=said,
    )
