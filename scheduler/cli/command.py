"""What every command shares: the common options, how answers and errors are shown, exit codes.

Commands are declared with ``@command(app)``; the decorated function gets a ``Door`` first.
"""

from __future__ import annotations

import functools
import inspect
import json
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from scheduler.errors import Finding, Language, SchedulerError, SettingsError, Text

if TYPE_CHECKING:
    from scheduler.office.desk import Office

SHOWN_AT_MOST = 60
"""Findings printed as lines; --json and the error workbook hold them all."""

OfficePath = Annotated[
    Path, typer.Option("--office", envvar="SCHEDULER_OFFICE", help="机构设置文件 · the office's settings file")
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print one JSON document")]
Lang = Annotated[
    Literal["", "zh", "en"],
    typer.Option("--lang", help="zh 或 en · language of what is printed; the office's own when left out"),
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="显示内部错误详情 · show the trace of an internal fault")
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="只预览，登记库不变 · preview only; the registry stays as it is"),
]


@dataclass
class Door:
    """One call of one command: its common options and where its answer goes."""

    office_path: Path
    as_json: bool
    lang: str
    verbose: bool
    language: Language = "zh"
    document: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def office(self) -> Iterator[Office]:
        """Open the office named by ``--office``; its language holds unless ``--lang`` says otherwise."""
        from scheduler.office.desk import open_office

        with open_office(self.office_path) as office:
            if not self.lang:
                self.language = office.language
            yield office

    def say(self, line: str) -> None:
        """Print one line of the answer; silent with ``--json``."""
        if not self.as_json:
            typer.echo(line)

    def pick(self, text: Text) -> str:
        """Return a text in the language of this call."""
        return text.in_(self.language)

    def findings(self, findings: tuple[Finding, ...] | list[Finding]) -> None:
        """Print findings to standard error, one a line, errors first."""
        if self.as_json or not findings:
            return
        ordered = sorted(findings, key=lambda finding: finding.severity)
        marks = {"error": "✗", "warning": "!"}
        for finding in ordered[:SHOWN_AT_MOST]:
            typer.echo(f"  {marks[finding.severity]} {finding.in_(self.language)}", err=True)
        if len(ordered) > SHOWN_AT_MOST:
            rest = len(ordered) - SHOWN_AT_MOST
            typer.echo(
                self.pick(Text(f"  … 另有 {rest} 条，--json 可查看全部", f"  … and {rest} more; --json shows all")),
                err=True,
            )

    def answer(self, report: object) -> None:
        """Keep a report for ``--json``."""
        from pydantic_core import to_jsonable_python

        self.document["report"] = to_jsonable_python(report)

    def close(self, exit_code: int) -> None:
        """Print the JSON document, if asked for, and leave with an exit code."""
        if self.as_json:
            typer.echo(json.dumps({"exit_code": exit_code, **self.document}, ensure_ascii=False, indent=2))
        if exit_code:
            raise typer.Exit(exit_code)


def command(app: typer.Typer, name: str | None = None) -> Callable[[Callable[..., int | None]], Callable[..., None]]:
    """Declare a command: adds the common options, shows errors, and turns the returned code into the exit code."""

    def declare(body: Callable[..., int | None]) -> Callable[..., None]:
        @functools.wraps(body)
        def run(*, office: Path, as_json: bool, lang: str, verbose: bool, **given: object) -> None:
            door = Door(office, as_json, lang, verbose, "en" if lang == "en" else "zh")
            door.close(_guarded(door, lambda: body(door, **given)))

        _add_common_options(run, body)
        app.command(name)(run)
        return run

    return declare


def _add_common_options(run: Callable[..., None], body: Callable[..., int | None]) -> None:
    hints = get_type_hints(body, include_extras=True)
    own = [
        p.replace(annotation=hints[p.name], kind=p.KEYWORD_ONLY)
        for p in list(inspect.signature(body).parameters.values())[1:]
    ]
    common: list[tuple[str, Any, object]] = [
        ("office", OfficePath, Path("office.toml")),
        ("as_json", AsJson, False),
        ("lang", Lang, ""),
        ("verbose", Verbose, False),
    ]
    shared = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=d, annotation=a) for n, a, d in common]
    run.__signature__ = inspect.Signature([*own, *shared], return_annotation=None)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in [*own, *shared]}
    del run.__wrapped__  # type: ignore[attr-defined]  # else the reader of annotations would look at the body's


def _guarded(door: Door, body: Callable[[], int | None]) -> int:
    try:
        return body() or 0
    except SchedulerError as refusal:
        _show_refusal(door, refusal)
        return refusal.exit_code
    except KeyboardInterrupt:
        typer.echo(
            door.pick(Text("已中断，未完成的步骤没有写入", "interrupted; unfinished steps were not written")), err=True
        )
        return 130
    except (typer.Exit, typer.BadParameter):  # wrong usage is worded, and given its exit code, by typer
        raise
    except BrokenPipeError:  # whoever read the answer has read enough, as head does; typer ends quietly
        raise
    except OSError as fault:
        _show_refusal(door, _out_of_reach(fault))
        return SettingsError.exit_code
    except Exception as fault:  # noqa: BLE001 - the one place where a fault of ours becomes a sentence
        _show_fault(door, fault)
        return 1


def _out_of_reach(fault: OSError) -> SettingsError:
    """Return what the operating system refuses, such as a missing folder or a full disk, as one of our errors."""
    place, why = fault.filename or "", fault.strerror or str(fault)
    return SettingsError(
        Text(f"无法读写文件 {place}：{why}", f"a file cannot be read or written: {place}: {why}"),
        hint=Text(
            "检查文件夹是否存在、是否可写、磁盘是否已满",
            "check that the folder exists and may be written to, and that the disk is not full",
        ),
    )


def _show_refusal(door: Door, refusal: SchedulerError) -> None:
    hint = door.pick(refusal.hint) if refusal.hint else None
    if door.as_json:
        from pydantic_core import to_jsonable_python

        door.document |= {
            "code": refusal.code,
            "message": door.pick(refusal.what),
            "hint": hint,
            "details": to_jsonable_python(list(refusal.findings)),
        }
        return
    typer.echo(door.pick(refusal.what), err=True)
    door.findings(list(refusal.findings))
    if hint:
        typer.echo(f"→ {hint}", err=True)


def _show_fault(door: Door, fault: Exception) -> None:
    told = Text("程序内部错误，请将 -v 的输出报告给开发者", "a fault of ours; please report what -v prints")
    door.document |= {"code": "internal", "message": f"{type(fault).__name__}: {fault}"}
    if not door.as_json:
        typer.echo(f"{door.pick(told)}: {type(fault).__name__}: {fault}", err=True)
    if door.verbose:
        traceback.print_exception(fault, file=sys.stderr)
