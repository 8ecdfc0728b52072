"""Run the web office until it is told to stop; requests that are being answered are answered first."""

from __future__ import annotations

import socket

import uvicorn

from scheduler.errors import SettingsError, Text
from scheduler.office.desk import Office
from scheduler.web.app import Options, create_app
from scheduler.web.logs import set_up_logs

GRACE_S = 30
"""Longest time that a request being answered is waited for, seconds."""


def serve(office: Office, *, host: str, port: int, proxy: str = "", options: Options | None = None) -> None:
    """Answer browsers until SIGTERM or Ctrl+C.

    Args:
        office: An opened office.
        host: Address to listen on.
        port: Port to listen on, 1 to 65535.
        proxy: Address of the proxy in front, whose word on the caller's address is believed; empty for none.
        options: How it runs.

    Raises:
        SettingsError: The pages cannot be found, or the address and port cannot be listened on.
    """
    listening = _listening(host, port)
    set_up_logs()
    config = uvicorn.Config(
        create_app(office, options),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy or None,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="off",
    )
    uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise SettingsError(
            Text(f"无法监听 {host} 端口 {port}：{why}", f"cannot listen on {host} port {port}: {why}"),
            hint=Text("换一个端口，或停止占用它的程序", "take another --port, or stop what uses this one"),
        ) from fault
