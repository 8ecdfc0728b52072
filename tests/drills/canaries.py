"""Canaries: a folder that no paper may read and a server that no paper may call; both tell how often somebody did."""

from __future__ import annotations

import ctypes
import io
import os
import socket
import threading
from pathlib import Path
from typing import Self

from PIL import Image

OPENED = 0x20
"""IN_OPEN of inotify: whoever opens a file, in this process or another, by whatever library."""


class Canaries:
    """A watched folder and a listening server, for the length of a ``with``."""

    def __init__(self, folder: Path) -> None:
        """Lay canaries out.

        Args:
            folder: Made anew; holds a picture, a style, a font that is none, and a text.
        """
        self.folder = folder
        folder.mkdir(parents=True)
        picture = io.BytesIO()
        Image.new("RGB", (300, 420), "red").save(picture, "PNG")
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect id="x" width="9" height="9"/></svg>'
        for name, content in {"canary.png": picture.getvalue(), "canary.css": b"p { color: red }", "canary.svg": svg,
                              "canary.txt": b"CANARY", "template.html": b"CANARY"}.items():  # fmt: skip
            (folder / name).write_bytes(content)
        self.calls = 0

    def __enter__(self) -> Self:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._watch = self._libc.inotify_init1(os.O_NONBLOCK)
        if self._watch < 0 or self._libc.inotify_add_watch(self._watch, os.fsencode(self.folder), OPENED) < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._watch)
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def hits(self) -> tuple[int, int]:
        """Return how often a file was opened and the server was called since the last look."""
        try:
            opened = len(os.read(self._watch, 1 << 16)) > 0
        except BlockingIOError:
            opened = False
        calls, self.calls = self.calls, 0
        return int(opened), calls

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            self.calls += 1
            with caller:
                caller.settimeout(2)
                try:
                    caller.recv(4096)
                    caller.sendall(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    pass
