"""Values as JSON files and back: strict, without unknown keys, written whole or not at all.

Used by the round file and the plan file. What a value means is not judged here, only its shape.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from scheduler.errors import Finding, SettingsError, Text, Where
from scheduler.planning.jsonkeys import doubled_key

Value = TypeVar("Value")

_CONFIG = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True)
_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
_FIRST_FAULTS: dict[type, SchemaValidator] = {}
_MOST_FINDINGS = 200
_LARGE_BYTES = 1 << 19
"""From this size on a list is read up to its first wrong row: a record of every fault would outgrow the memory."""
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode

_SHAPES = {
    "int_type": Text("整数", "a whole number"),
    "int_from_float": Text("整数", "a whole number"),
    "int_parsing_size": Text("位数较少的整数", "a smaller whole number"),
    "float_type": Text("数字", "a number"),
    "finite_number": Text("有限的数字（不能是 NaN 或无穷大）", "a finite number, not NaN or infinity"),
    "string_type": Text("文字（加引号）", "a text in quotes"),
    "bool_type": Text("true 或 false", "true or false"),
    "tuple_type": Text("列表 […]", "a list […]"),
    "dict_type": Text("对象 {…}", "an object {…}"),
    "dataclass_type": Text("对象 {…}", "an object {…}"),
}


def _adapter(kind: type[Value]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        # The union carries the configuration down: a dataclass alone would refuse it, and domain/ knows no pydantic.
        shape: Any = kind | None
        _ADAPTERS[kind] = TypeAdapter(shape, config=_CONFIG)
    return _ADAPTERS[kind]


def _validator(kind: type[Value], size: int) -> SchemaValidator | TypeAdapter[Any]:
    if size < _LARGE_BYTES:
        return _adapter(kind)
    if kind not in _FIRST_FAULTS:
        _FIRST_FAULTS[kind] = SchemaValidator(_stopping_early(_adapter(kind).core_schema))
    return _FIRST_FAULTS[kind]


def _stopping_early(schema: Any) -> Any:  # noqa: ANN401 - pydantic's own description of a shape
    """Return a shape whose lists end at their first wrong row."""
    if isinstance(schema, list | tuple):
        return type(schema)(_stopping_early(part) for part in schema)
    if not isinstance(schema, dict):
        return schema
    early = {"fail_fast": True} if schema.get("type") == "tuple" else {}
    return {key: _stopping_early(part) for key, part in schema.items()} | early


def read_value(path: Path, kind: type[Value]) -> tuple[Value | None, list[Finding]]:
    """Read one value from a UTF-8 JSON file.

    Returns:
        The value and no finding, or None and what is wrong with the file, with the path inside it.
    """
    name = path.name
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [_unreadable(path, error)]
    fault = _encoding_fault(raw, name)
    if fault is not None:
        return None, [fault]
    try:
        value: Value | None = _validator(kind, len(raw)).validate_json(raw.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        return None, [*_shape_findings(error, kind, name), *_first_only(len(raw), name)]
    if value is None:
        what = Text("文件内容为空值", "the file says null")
        return None, [Finding("json-wrong-shape", what, Where(file=name), "null", _SHAPES["dict_type"])]
    twice = doubled_key(raw.decode("utf-8-sig"))
    return (value, []) if twice is None else (None, [_twice(twice, name)])


def _twice(path: tuple[int | str, ...], name: str) -> Finding:
    what = Text(
        "同一对象中有两个相同的键，只会读到其中一个", "a key stands twice in one object; only one of them would be read"
    )
    hint = Text("删去其中一个", "remove one of them")
    return Finding("json-doubled-key", what, Where(file=name, path=_path_of(path)), str(path[-1]), hint=hint)


def _unreadable(path: Path, error: OSError) -> Finding:
    return Finding(
        "file-unreadable",
        Text(f"无法读取文件 {path.name}", f"the file {path.name} cannot be read"),
        Where(file=path.name),
        said=error.strerror or type(error).__name__,
        hint=Text("检查路径、文件名和读取权限", "check path, name and permission"),
    )


def _encoding_fault(raw: bytes, name: str) -> Finding | None:
    if not raw.strip():
        return Finding("json-invalid", Text("文件是空的", "the file is empty"), Where(file=name))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return Finding(
            "file-encoding",
            Text(f"第 {error.start + 1} 个字节不是 UTF-8 编码", f"byte {error.start + 1} is not UTF-8"),
            Where(file=name),
            said=raw[error.start : error.start + 8].hex(" "),
            expected=Text("UTF-8 编码的 JSON", "JSON in UTF-8"),
            hint=Text("另存为 UTF-8 后重试", "save it as UTF-8 and try again"),
        )
    return None


def _shape_findings(error: ValidationError, kind: type[Value], name: str) -> Iterator[Finding]:
    faults = error.errors(include_url=False, include_context=True)
    for fault in faults[:_MOST_FINDINGS]:
        yield _shape_finding(fault, kind, name)
    more = len(faults) - _MOST_FINDINGS
    if more > 0:
        yield Finding(
            "json-wrong-shape",
            Text(f"另有 {more} 处同类问题未列出", f"{more} more such faults are not listed"),
            Where(file=name),
        )


def _first_only(size: int, name: str) -> list[Finding]:
    if size < _LARGE_BYTES:
        return []
    what = Text("文件很大，每个列表只列出第一处错误", "the file is large: only the first fault of each list is listed")
    return [Finding("json-wrong-shape", what, Where(file=name), severity="warning")]


def _shape_finding(fault: Any, kind: type[Value], name: str) -> Finding:  # noqa: ANN401 - pydantic's own error record
    where = Where(file=name, path=_path_of(fault["loc"]) or None)
    said = _ENCODE(fault["input"]) if isinstance(fault["input"], str | int | bool | None) else str(fault["input"])
    match fault["type"]:
        case "json_invalid":
            reason = fault["ctx"]["error"]
            what = Text(f"不是有效的 JSON：{reason}", f"not valid JSON: {reason}")
            return Finding("json-invalid", what, where, hint=Text("在所示行列处改正", "correct it there"))
        case "unexpected_keyword_argument":
            key = str(fault["loc"][-1])
            what = Text(f"未知的键 {key}", f"unknown key {key}")
            return Finding("json-unknown-key", what, where, said, hint=_nearest(fault["loc"], kind))
        case "missing" | "missing_argument":
            key = str(fault["loc"][-1])
            what = Text(f"缺少必填的键 {key}", f"the required key {key} is missing")
            return Finding("json-missing-key", what, where, hint=Text(f"补上 {key}", f"add {key}"))
        case other:
            what = Text("值的类型或写法不对", "a value of the wrong kind")
            return Finding("json-wrong-shape", what, where, said, _expected(other, fault))


def _expected(error_type: str, fault: Any) -> Text:  # noqa: ANN401 - pydantic's own error record
    if error_type in _SHAPES:
        return _SHAPES[error_type]
    if error_type in {"literal_error", "enum"}:
        choices = fault["ctx"]["expected"]
        return Text(f"其中之一：{choices}", f"one of {choices}")
    if error_type.startswith("date"):
        return Text("日期，如 2026-06-01", "a date such as 2026-06-01")
    if error_type.startswith("time"):
        return Text("时间，如 09:00", "a time such as 09:00")
    return Text(str(fault["msg"]), str(fault["msg"]))


def _nearest(loc: tuple[int | str, ...], kind: type[Value]) -> Text:
    own = _keys_at(loc[:-1], schema_of(kind))
    close = difflib.get_close_matches(str(loc[-1]), own, n=1)
    if close:
        return Text(f"是否想写 {close[0]}？", f"was {close[0]} meant?")
    named = ", ".join(own)
    return Text(f"删去它；这里可用的键：{named}", f"take it out; the keys here are {named}")


def _keys_at(loc: tuple[int | str, ...], schema: dict[str, Any]) -> list[str]:
    """Return the keys of the object at a place inside a file, sorted."""
    here = schema
    for step in (*loc, ""):
        if "anyOf" in here:
            here = here["anyOf"][0]
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
        if step != "":
            here = here["items"] if isinstance(step, int) else here["properties"][step]
    return sorted(here["properties"])


def _path_of(loc: tuple[int | str, ...]) -> str:
    path = ""
    for step in loc:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def schema_of(kind: type[Value]) -> dict[str, Any]:
    """Return the JSON Schema of a value with its parts under ``$defs``; descriptions come from the docstrings."""
    schema = _adapter(kind).json_schema()
    return {"$defs": schema["$defs"], "$ref": f"#/$defs/{kind.__name__}"}


def plain(value: Value, kind: type[Value]) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Return a value as JSON objects and lists; what stands at its default is left out, whole floats become integers.

    So 12 and 12.0 kilometres, and a field left out or written with its default, give the same text and digest.
    """
    dumped = _adapter(kind).dump_json(value, exclude_defaults=True, warnings=False)
    return json.loads(dumped, parse_float=_whole_if_whole)


def _whole_if_whole(number: str) -> int | float:
    as_float = float(number)
    return int(as_float) if as_float.is_integer() else as_float


def compact(document: object) -> bytes:
    """Return canonical JSON on one line: sorted keys, no spaces, UTF-8."""
    return _ENCODE(document).encode()


def by_lines(document: dict[str, Any]) -> bytes:
    """Return canonical JSON with each row of a top-level list on a line of its own, ending with a newline."""
    parts = []
    for key in sorted(document):
        part = document[key]
        rows = isinstance(part, list) and part
        text = "[\n" + ",\n".join(map(_ENCODE, part)) + "\n]" if rows else _ENCODE(part)
        parts.append(f"{_ENCODE(key)}:{text}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside it first, forced to the disk, then renamed.

    Raises:
        SettingsError: The folder does not exist or cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        what = Text(f"无法写入文件 {path}：{reason}", f"the file {path} cannot be written: {reason}")
        raise SettingsError(what) from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
