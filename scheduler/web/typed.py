"""What people type and send, taken out of forms; nothing is judged here."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from scheduler.errors import InputError, Text


def text(typed: FormData, key: str, most: int = 500) -> str:
    """Return one field as text, shortened; empty where it is not there or a file."""
    said = typed.get(key, "")
    return said.strip()[:most] if isinstance(said, str) else ""


def number(typed: FormData, key: str) -> int:
    """Return one field as a whole number; 0 where it is none."""
    said = text(typed, key, 9)
    return int(said) if said.isascii() and said.isdigit() else 0


async def workbook(request: Request, field: str = "file") -> tuple[str, bytes]:
    """Return name and content of the file that was sent.

    Raises:
        InputError: None was sent.
    """
    file = (await request.form()).get(field)
    if not isinstance(file, UploadFile) or not file.filename:
        raise InputError(Text("请选择文件", "choose a file"))
    return file.filename, await file.read()
