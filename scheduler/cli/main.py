"""The command-line application; ``main`` is its entry point."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli import (
    admitting,
    certificates,
    data_duties,
    day,
    endings,
    papers,
    reports,
    results,
    safekeeping,
    serving,
    sessions,
    users,
)

app = typer.Typer(
    name="scheduler",
    help="联合考试编排与发证 · Plan joint exams, decide every award, issue the certificates.",
    epilog="退出码 · exit codes: 0 完成 done, 1 内部错误 fault of ours, 2 用法 usage, 3 环境 environment, 4 输入被退回 input rejected, "
    "5 无方案 no plan, 6 验真不通过 not valid, 7 登记库拒绝 registry refused, 8 发证被拒 issuing refused, 130 中断 interrupted",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
sessions.add_to(app)
admitting.add_to(app)
results.add_to(app)
certificates.add_to(app)
endings.add_to(app)
papers.add_to(app)
reports.add_to(app)
day.add_to(app)
data_duties.add_to(app)
serving.add_to(app)
users.add_to(app)
safekeeping.add_to(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        from scheduler import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="版本号 · print the version")
    ] = False,
) -> None:
    """联合考试编排与发证 · Plan joint exams, decide every award, issue the certificates."""


def main() -> None:
    """Run the application."""
    app()
