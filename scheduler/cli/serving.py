"""Command for the web office: serve."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli.command import Door, command
from scheduler.errors import SettingsError, Text

_NO_WEB = Text("没有安装网页组件", "the extra for the web office is not installed")
_INSTALL = Text('安装：pip install "joint-exam-scheduler[web]"', 'pip install "joint-exam-scheduler[web]"')


def add_to(app: typer.Typer) -> None:
    """Add this file's command to the application."""
    command(app)(serve)


def serve(
    door: Door,
    *,
    host: Annotated[str, typer.Option("--host", help="监听地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 · port to listen on")] = 8000,
    proxy: Annotated[
        str,
        typer.Option(
            "--proxy", metavar="ADDRESS", help="前置代理的地址 · proxy in front, whose X-Forwarded-For is believed"
        ),
    ] = "",
    https: Annotated[
        bool, typer.Option("--https", help="浏览器经 HTTPS 访问 · browsers come by HTTPS, through the proxy")
    ] = False,
) -> None:
    """网页：公开查询、看板与接口，Ctrl+C 停止 · Pages in the browser: public inquiry, board, API; Ctrl+C stops."""
    try:
        from scheduler.web.app import Options, inquiry_path
        from scheduler.web.serve import serve as run
    except ImportError as fault:
        raise SettingsError(_NO_WEB, hint=_INSTALL) from fault
    with door.office() as office:
        path = inquiry_path(office.settings.verify_url)
        door.say(
            door.pick(Text(f"公开查询页：http://{host}:{port}{path}", f"inquiry page: http://{host}:{port}{path}"))
        )
        run(office, host=host, port=port, proxy=proxy, options=Options(secure=https))
