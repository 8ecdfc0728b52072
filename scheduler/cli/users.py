"""Commands for who may sign in to the web office: users, token."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from scheduler.cli.command import Door, DryRun, command
from scheduler.domain.users import Right, Role
from scheduler.errors import Finding, InputError, Text

Of = Annotated[
    str, typer.Option("--of", help="经办人的机构编号，或考评员编号 · a clerk's institution, or the examiner's id")
]


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    for body in (users, token):
        command(app)(body)


def users(
    door: Door,
    *,
    act: Annotated[
        Literal["add", "list", "role", "password", "disable"],
        typer.Argument(help="增加、列出、改角色、改口令、停用 · what to do"),
    ],
    name: Annotated[str, typer.Argument(help="用户名 · name of the user")] = "",
    role: Annotated[Role | None, typer.Option("--role", help="角色 · what the user is")] = None,
    of: Of = "",
    dry_run: DryRun = False,
) -> None:
    """网页用户：口令从终端或标准输入读取 · Who may sign in to the web office; passwords come from the terminal or standard input."""
    from scheduler.office import users as verb

    with door.office() as office:
        if act == "add":
            made = verb.add_user(office, name=name, role=_given(role), password=_password(door), of=of, dry_run=dry_run)
        elif act == "role":
            made = verb.set_role(office, name=name, role=_given(role), of=of, dry_run=dry_run)
        elif act == "password":
            made = verb.set_password(office, name=name, password=_password(door), dry_run=dry_run)
        elif act == "disable":
            made = verb.disable_user(office, name=name, dry_run=dry_run)
        found = verb.users(office) if act == "list" else [made]
    door.answer([{"name": u.name, "role": u.role, "of": u.subject_id, "active": u.active} for u in found])
    for user in found:
        door.say(
            f"{user.name:20} {user.role:12} {user.subject_id:16} {'' if user.active else '停用 disabled'}".rstrip()
        )


def token(
    door: Door,
    *,
    name: Annotated[str, typer.Argument(help="用户名 · name of the user")] = "",
    scope: Annotated[
        list[Right] | None, typer.Option("--scope", help="权限，可多次 · a right; may be repeated")
    ] = None,
    label: Annotated[str, typer.Option("--label", help="用途 · what it is for")] = "",
    listed: Annotated[bool, typer.Option("--list", help="列出所有令牌 · list every token")] = False,
    revoke: Annotated[str, typer.Option("--revoke", help="作废此编号的令牌 · end the token with this id")] = "",
    dry_run: DryRun = False,
) -> None:
    """接口令牌：供脚本调用 /api/v1，只显示一次，90 天有效；列出、作废 · Tokens for scripts: made and told once, listed, revoked."""
    from scheduler.office import sign_in as verb

    if bool(name) + listed + bool(revoke) != 1:
        raise InputError(Text("须给出用户名、--list 或 --revoke 之一", "give a user's name, --list or --revoke"))
    with door.office() as office:
        if name:
            made, secret = verb.make_token(office, name=name, scopes=tuple(scope or ()), label=label, dry_run=dry_run)
            door.answer({"token": made, "secret": secret})
            door.say(secret)
            return
        found = verb.tokens(office) if listed else [verb.revoke_token(office, token_id=revoke, dry_run=dry_run)]
    door.answer(found)
    for one in found:
        ended = "已作废 revoked" if one.revoked else one.until
        door.say(f"{one.id}  {one.user:20} {ended}  {' '.join(one.scopes)}  {one.label}".rstrip())


def _given(role: Role | None) -> Role:
    if role is None:
        raise InputError(Text("须用 --role 给出角色", "a role is needed, with --role"))
    return role


def _password(door: Door) -> str:
    """Ask twice at a terminal; elsewhere take the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first: str = typer.prompt(door.pick(Text("口令", "Password")), hide_input=True, err=True)
    again: str = typer.prompt(door.pick(Text("再输一次", "Once more")), hide_input=True, err=True)
    if first != again:
        what = Text("两次输入的口令不同", "the two passwords differ")
        raise InputError(what, [Finding("password-differs", what)])
    return first
