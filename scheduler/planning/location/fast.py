"""Compiled functions: numba, without the interpreter's lock, kept on disk so that only a machine's first run pays for it.

Used by the search for locations. Nothing is compiled before it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba  # type: ignore[import-untyped,unused-ignore]

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays at its first call."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))
