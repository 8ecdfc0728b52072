"""Logs of the web office: one JSON object a line, on standard error, with every number masked."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

from scheduler.domain.identity import mask

_NUMBER = re.compile(r"[0-9A-Za-z]*[0-9][0-9A-Za-z]{7,}")
_FIELDS = ("event", "method", "path", "status", "ms", "address", "request", "user")


def masked(text: str) -> str:
    """Return a text with everything that may be a number of a document, certificate or code masked."""
    return _NUMBER.sub(lambda found: mask(found.group()), text)


class JsonLines(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a trace is told by its last line, because frames may hold names and numbers."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        said |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        said = {
            key: masked(value) if key == "path" and isinstance(value, str) else value for key, value in said.items()
        }
        message = record.getMessage()
        if message:
            said["message"] = masked(message)
        if record.exc_info and record.exc_info[0] is not None:
            where = record.exc_info[2]
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f" at {where.tb_frame.f_code.co_filename.rpartition('/')[2]}:{where.tb_lineno}" if where else ""
            said["fault"] = f"{record.exc_info[0].__name__}{place}"
        return json.dumps(said, ensure_ascii=False)


def set_up_logs() -> None:
    """Send everything of this process to standard error, one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Their lines repeat ours, addresses with codes included.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httptools").setLevel(logging.WARNING)
