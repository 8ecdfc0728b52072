"""Compiling: ``jit`` compiles a function once for good; where the compiled code is kept, even beside a read-only install.

Used by the kernels of this folder, and imported by them alone, because importing numba costs half a second.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

KERNELS = ("jit", "layout", "crewing", "seating", "choosing", "moves", "market")
"""Files that are compiled."""
F = TypeVar("F", bound=Callable[..., Any])


def _folder() -> Path | None:
    """Return a writable folder that belongs to exactly these sources, None where nothing can be written.

    Numba looks only at the file of a function when it judges whether compiled code is stale; a kernel that calls into
    another file would go on with the old code. A folder named for all sources cannot be stale.
    """
    here = Path(__file__).parent
    sources = [here / f"{name}.py" for name in KERNELS]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for parent in (
        here / "__pycache__",
        caches / "joint-exam-scheduler",
        Path(tempfile.gettempdir()) / f"jes-{os.getuid()}",
    ):
        folder = parent / f"swift-{numba.__version__}-{digest}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


_KEPT = _folder()


def jit(function: F) -> F:
    """Compile a function at its first call, and keep the code for later runs where a folder can be written."""
    return _compiled(function, inside=False)


def inlined(function: F) -> F:
    """Compile a small function into each of its callers."""
    return _compiled(function, inside=True)


def _compiled(function: F, *, inside: bool) -> F:
    # Kernels only borrow arrays; without counting who holds them they are twice as fast.
    options: dict[str, Any] = {"cache": _KEPT is not None, "nogil": True, "forceinline": inside, "_nrt": False}
    settings: Any = numba.config
    before = settings.CACHE_DIR
    try:
        if _KEPT is not None:
            settings.CACHE_DIR = str(_KEPT)
        compiled: F = numba.njit(**options)(function)
    finally:
        settings.CACHE_DIR = before
    return compiled
