"""Passwords (口令): digested by argon2id; what is too easy is refused. Used by users and sign_in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from scheduler.errors import InputError, SettingsError, Text

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST, MOST = 12, 200
"""Characters of a password. Source: OWASP ASVS 5.0, 6.2.1 and 6.2.9, with four characters more."""


def digest(password: str, name: str) -> str:
    """Return the digest of a new password.

    Raises:
        InputError: It is too short or long, holds the user's name, or repeats few characters.
        SettingsError: The extra for the web office is not installed.
    """
    why = _easy(password, name)
    if why is not None:
        raise InputError(
            Text(f"口令不合要求：{why.zh}", f"the password cannot be taken: {why.en}"),
            hint=Text("用几个不相关的词组成的长口令", "take a long one of several words that have nothing in common"),
        )
    return _hasher().hash(password)


def fits(password: str, kept: str) -> bool:
    """Tell whether a password is the one of a digest; takes as long whether it is or not."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(kept, password[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobody() -> str:
    """Return a digest that no password fits, to spend the same time on users who do not exist."""
    import secrets

    return _hasher().hash(secrets.token_hex(32))


@cache
def _hasher() -> PasswordHasher:
    try:
        import argon2
    except ImportError as fault:
        raise SettingsError(
            Text("没有安装网页组件", "the extra for the web office is not installed"),
            hint=Text('安装：pip install "joint-exam-scheduler[web]"', 'pip install "joint-exam-scheduler[web]"'),
        ) from fault
    # 19 MiB, two passes, one lane: the least that OWASP's password storage sheet names, on office PCs of two cores.
    return argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _easy(password: str, name: str) -> Text | None:
    if not LEAST <= len(password) <= MOST:
        return Text(f"须为 {LEAST} 至 {MOST} 个字符", f"{LEAST} to {MOST} characters are needed")
    if name and name.casefold() in password.casefold():
        return Text("含有用户名", "it holds the user's name")
    if len(set(password)) < 5:
        return Text("重复的字符过多", "it repeats few characters")
    return None
