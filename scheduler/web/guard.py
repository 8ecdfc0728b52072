"""What stands around every page: security headers, a bound on what is sent, a log line, figures, and errors as sentences."""

from __future__ import annotations

import logging
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scheduler.web.figures import Figures

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
MOST_BYTES = 9 << 20
"""Longest body that is read: a certificate of 8 MiB and the form around it."""
_log = logging.getLogger("scheduler.web")


class Guard:
    """Wraps the application; the outermost of all."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app, self.figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        watch = _Watch(scope, send)
        self.figures.in_flight += 1
        try:
            await self._answered(scope, _bounded(scope, receive), watch)
        finally:
            self.figures.in_flight -= 1
            route = getattr(scope.get("route"), "path", "other")
            seconds = time.perf_counter() - watch.began
            self.figures.request(scope["method"], route, watch.status, seconds)
            _log.info("", extra=watch.said(seconds))

    async def _answered(self, scope: Scope, receive: Receive, watch: _Watch) -> None:
        try:
            await self.app(scope, receive, watch.send)
        except Exception:  # noqa: BLE001 - the one place where a fault of ours becomes an answer
            _log.exception("", extra={"event": "fault", "request": watch.id})
            if not watch.status:
                await fault_told(scope)(scope, receive, watch.send)


class _Watch:
    """One request on its way."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope, self._send, self.status = scope, send, 0
        self.id, self.began = secrets.token_hex(6), time.perf_counter()
        scope.setdefault("state", {})["request_id"] = self.id

    async def send(self, message: Message) -> None:
        """Send on, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
            headers["X-Request-ID"] = self.id
        await self._send(message)

    def said(self, seconds: float) -> dict[str, object]:
        """Return the fields of the log line; no query, no body, no header."""
        scope = self.scope
        said: dict[str, object] = {"event": "request", "method": scope["method"], "path": scope["path"]}
        said |= {"status": self.status, "ms": round(seconds * 1000, 1), "request": self.id}
        if scope.get("client"):
            said["address"] = scope["client"][0]
        if user := scope.get("state", {}).get("user_name"):
            said["user"] = user
        return said


def fault_told(scope: Scope) -> Response:
    """Return what a reader is told of a fault of ours: the number under which the log has it."""
    return PlainTextResponse(f"500: 程序内部错误 · a fault of ours\n{scope['state']['request_id']}\n", 500)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Return a receiver that stops where more comes than MOST_BYTES."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    announced = int(length) if length.isdigit() else 0
    read = 0

    async def receiving() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if max(read, announced) > MOST_BYTES:
            raise HTTPException(413)
        return message

    return receiving
