"""Compiling: ``jit`` compiles a function once for good; where the compiled code is kept, even beside a read-only install.

Used by the kernels of this folder, and imported by them alone, because importing numba costs half a second.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

KERNELS = ("jit", "layout", "crewing", "seating", "choosing", "loading", "moves")
"""Files that are compiled."""
types: Any = numba.types
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
        known = folder.is_dir()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            if not known:
                _forget(parent, folder)
            return folder
    return None


def _forget(parent: Path, kept: Path) -> None:
    """Delete what was compiled from other sources."""
    for old in parent.glob("swift-*"):
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)


_KEPT = _folder()


def jit(function: F) -> F:
    """Compile a function that Python calls at its first call, and keep the code where a folder can be written."""
    return _compiled(function, cache=_KEPT is not None)


def inner(function: F) -> F:
    """Compile a function that only other kernels call; its code is kept within theirs."""
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined(function: F) -> F:
    """Compile a function into each of its callers, where a call would cost more than what it does.

    A call hands over some 240 values, the addresses and shapes of all arrays; it takes a fifth of a microsecond.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)


def _compiled(function: F, **options: bool) -> F:
    settings: Any = numba.config
    before = settings.CACHE_DIR
    try:
        if _KEPT is not None:
            settings.CACHE_DIR = str(_KEPT)
        # Kernels only borrow arrays; without counting who holds them they are twice as fast.
        njit: Any = numba.njit
        compiled = njit(nogil=True, _nrt=False, error_model="numpy", **options)(function)
    finally:
        settings.CACHE_DIR = before
    choose = compiled.get_call_template
    # Without this, numba compiles a function anew for every constant and every width of its whole numbers.
    compiled.get_call_template = lambda args, kws: choose(tuple(_plain(one) for one in args), kws)
    return cast("F", compiled)


def _plain(kind: Any) -> Any:  # noqa: ANN401
    """Return the type without a constant's value, and whole numbers at their full width."""
    kind = types.unliteral(kind)
    if isinstance(kind, types.Integer) and kind.signed:
        return types.int64
    if isinstance(kind, types.BaseAnonymousTuple):
        return types.Tuple([_plain(one) for one in kind])
    return kind
