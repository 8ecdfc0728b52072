"""Users (用户管理): who may sign in to the web office, as what. Everything is written to the audit trail."""

from __future__ import annotations

import re
from dataclasses import replace

from scheduler.domain.users import Role, User
from scheduler.errors import Conflict, InputError, NotFound, Text
from scheduler.office.desk import Office
from scheduler.office.passwords import digest
from scheduler.registry.store import Store

_NAME = re.compile(r"[a-z0-9一-龥][a-z0-9一-龥._-]{1,39}")
_OF = {Role.CLERK: Text("机构编号", "the institution's id"), Role.EXAMINER: Text("考评员编号", "the examiner's id")}


def users(office: Office) -> list[User]:
    """Return every user, disabled ones included, sorted by name."""
    with office.registry.transaction(write=False) as store:
        return store.users.users()


def add_user(office: Office, *, name: str, role: Role, password: str, of: str = "", dry_run: bool = False) -> User:
    """Let somebody sign in.

    Args:
        office: The opened office.
        name: 2 to 40 letters, digits, Chinese characters, dots, hyphens; lower case.
        role: What the user is.
        password: The first password.
        of: A clerk's institution, an examiner's id; empty for the others.
        dry_run: Look only.

    Raises:
        InputError: The name or password cannot be taken, or it is not said whose rows the user may see.
        Conflict: There is such a user already.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            Text(f"用户名不合要求：{name}", f"this cannot be a user's name: {name}"),
            hint=Text("2 至 40 个小写字母、数字或汉字", "2 to 40 lower-case letters, digits or Chinese characters"),
        )
    user = User(name, role, digest(password, name), _subject(role, of))
    with office.registry.transaction(write=not dry_run) as store:
        if store.users.user(name) is not None:
            raise Conflict(Text(f"已有用户 {name}", f"there is a user {name} already"))
        if not dry_run:
            _keep(office, store, user, f"add {name} as {role}")
    return user


def set_role(office: Office, *, name: str, role: Role, of: str = "", dry_run: bool = False) -> User:
    """Make a user something else and sign the user out; raises NotFound, InputError as add_user."""
    subject = _subject(role, of)
    with office.registry.transaction(write=not dry_run) as store:
        user = replace(_known(store, name), role=role, subject_id=subject)
        if not dry_run:
            _keep(office, store, user, f"{name} becomes {role}")
    return user


def set_password(office: Office, *, name: str, password: str, dry_run: bool = False) -> User:
    """Give a user another password and sign the user out everywhere; raises NotFound, InputError as add_user."""
    made = digest(password, name)
    with office.registry.transaction(write=not dry_run) as store:
        user = replace(_known(store, name), password=made)
        if not dry_run:
            _keep(office, store, user, f"password of {name}")
    return user


def disable_user(office: Office, *, name: str, dry_run: bool = False) -> User:
    """Let a user sign in no more, from this moment; raises NotFound."""
    with office.registry.transaction(write=not dry_run) as store:
        user = replace(_known(store, name), active=False)
        if not dry_run:
            _keep(office, store, user, f"disable {name}")
    return user


def _subject(role: Role, of: str) -> str:
    needed = _OF.get(role)
    if needed is not None and not of.strip():
        raise InputError(
            Text(f"须用 --of 给出{needed.zh}", f"{needed.en} is needed, with --of"),
            hint=Text("该角色只能看到自己的数据", "this role sees its own rows only"),
        )
    if needed is None and of.strip():
        raise InputError(Text("该角色不需要 --of", "this role takes no --of"))
    return of.strip()


def _known(store: Store, name: str) -> User:
    user = store.users.user(name)
    if user is None:
        raise NotFound(Text(f"没有用户 {name}", f"there is no user {name}"))
    return user


def _keep(office: Office, store: Store, user: User, detail: str) -> None:
    store.users.put(user)
    store.users.end_visits(user.name)
    office.note(store, "users", "", detail)
