"""Sign in (登录): from a name and a password to a visit, and from a visit's secret or a token to the user it stands for.

The registry keeps digests of secrets only: whoever reads it cannot sign in with what stands there.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from scheduler.domain.users import Right, Token, User
from scheduler.errors import InputError, NotFound, Text
from scheduler.office.desk import Office
from scheduler.office.passwords import fits, nobody

VISIT = timedelta(hours=10)
"""Longest time between signing in and signing in again: a working day."""
TOKEN_DAYS = 90
"""Days that a token holds."""


def sign_in(office: Office, *, name: str, password: str) -> str | None:
    """Begin a visit.

    Returns:
        The secret that the browser keeps; None where name and password do not fit. It takes as long for a user who does
        not exist or is disabled as for a wrong password.
    """
    wanted = name.strip().lower()[:100]
    with office.registry.transaction(write=False) as store:
        user = store.users.user(wanted)
    known = user is not None and user.active
    fit = fits(password, user.password if user is not None and known else nobody())
    if user is None or not (known and fit):
        return None
    secret, now = secrets.token_urlsafe(32), office.clock()
    with office.registry.transaction() as store:
        if store.users.user(wanted) != user:  # changed meanwhile
            return None
        store.users.drop_old_visits(office.now())
        until = (now + VISIT).isoformat(timespec="seconds")
        store.users.begin_visit(_digest(secret), wanted, office.now(), until)
        replace(office, who=wanted).note(store, "sign-in", "", "")
    return secret


def sign_out(office: Office, *, secret: str) -> None:
    """End a visit; nothing happens where there is none."""
    with office.registry.transaction() as store:
        store.users.end_visit(_digest(secret))


def visitor(office: Office, *, secret: str) -> User | None:
    """Return who is signed in with a secret; None where nobody is, or the user was disabled."""
    if not secret:
        return None
    with office.registry.transaction(write=False) as store:
        user = store.users.visitor(_digest(secret), office.now())
    return user if user is not None and user.active else None


def make_token(
    office: Office, *, name: str, scopes: tuple[Right, ...], label: str = "", dry_run: bool = False
) -> tuple[Token, str]:
    """Give a user a token for scripts; return it and its secret, which is told once.

    Raises:
        NotFound: No such user.
        InputError: No scope is named, or one that the user does not have.
    """
    until = (office.clock() + timedelta(days=TOKEN_DAYS)).isoformat(timespec="seconds")
    token, secret = (
        Token(secrets.token_hex(4), name, tuple(sorted(set(scopes))), until, label),
        secrets.token_urlsafe(32),
    )
    with office.registry.transaction(write=not dry_run) as store:
        user = store.users.user(name)
        if user is None:
            raise NotFound(Text(f"没有用户 {name}", f"there is no user {name}"))
        if not scopes or not set(scopes) <= user.rights:
            raise InputError(Text(f"用户 {name} 没有这些权限", f"user {name} does not have these rights"))
        if not dry_run:
            store.users.put_token(token, _digest(secret))
            office.note(store, "token", "", f"{token.id} of {name}: {' '.join(token.scopes)}")
    return token, secret


def tokens(office: Office) -> list[Token]:
    """Return every token there ever was, those revoked or over included, sorted by user and id; no secret is known."""
    with office.registry.transaction(write=False) as store:
        return [token for token, _ in store.users.tokens()]


def revoke_token(office: Office, *, token_id: str, dry_run: bool = False) -> Token:
    """Let a token be of no use from this moment; once more does nothing. Raises NotFound."""
    with office.registry.transaction(write=not dry_run) as store:
        found = next(((token, sha256) for token, sha256 in store.users.tokens() if token.id == token_id), None)
        if found is None:
            raise NotFound(
                Text(f"没有令牌 {token_id}", f"there is no token {token_id}"),
                hint=Text("用 scheduler token --list 查看", "scheduler token --list tells them"),
            )
        token = replace(found[0], revoked=True)
        if not dry_run and not found[0].revoked:
            store.users.put_token(token, found[1])
            office.note(store, "token", "", f"{token_id} of {token.user} revoked")
    return token


def bearer(office: Office, *, secret: str) -> tuple[User, frozenset[Right]] | None:
    """Return whom a token stands for and what it may: its scopes, as far as its user still has them. None for no token."""
    with office.registry.transaction(write=False) as store:
        token = store.users.token(_digest(secret))
        user = None if token is None else store.users.user(token.user)
    if token is None or user is None or token.revoked or token.until <= office.now() or not user.active:
        return None
    return user, user.rights & frozenset(token.scopes)


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
