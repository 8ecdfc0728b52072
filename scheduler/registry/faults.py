"""Errors of the database turned into ours, with what to do about them. No other file words a database fault."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from scheduler.errors import Conflict, RegistryError, SchedulerError, SettingsError, Text

_BUSY = ("database is locked", "database table is locked")
_FULL = ("disk is full", "no space left")
_BROKEN = ("not a database", "malformed", "file is encrypted")
_CLOSED = ("readonly database", "unable to open", "read-only transaction")

# A server speaks the language of its settings, so its codes are read and not its words.
_BUSY_CODES = {"40001", "40P01", "55P03"}
"""Serialisation failure, deadlock, lock not to be had in time."""
_FULL_CODES = {"53100"}
_CLOSED_CODES = {"25006", "42501", "3F000"}
"""A transaction that only reads, a privilege that is lacking, no schema to work in."""
_AWAY_CODES = {"57P01", "57P02", "57P03", "57P05", "25P03"}
"""Shut down, crashed, starting, or a session that was silent for too long."""
_AWAY_CLASSES = {"08", "28", "3D"}
"""Connection failed, name or password refused, no such database."""


@contextmanager
def ours(address: str = "", *, reading: bool = False) -> Iterator[None]:
    """Turn every error of the database library into one of ours; others pass untouched.

    Args:
        address: how the registry is named to people, without password.
        reading: the transaction was opened for reading only.

    Raises:
        Conflict: a unique key, a foreign key or a guard refused.
        SettingsError: the database is none, is out of reach, cannot be written, or the disk is full.
        RegistryError: anything else the database says.
    """
    try:
        yield
    except SQLAlchemyError as error:
        _quiet(error)
        if reading and _is_closed(error):
            only_reads = Text("只读事务不能写入登记库", "a transaction opened for reading cannot write")
            raise RegistryError(only_reads) from error
        raise _translated(error, address) from error


def _translated(error: SQLAlchemyError, address: str) -> SchedulerError:
    said = _said(error)
    low = said.lower()
    if isinstance(error, IntegrityError):
        return Conflict(
            Text(
                f"登记库拒绝写入，与已有记录冲突：{said}",
                f"the registry refuses, in conflict with what is kept: {said}",
            ),
            hint=Text(
                "重新读取后再试；不要直接改数据库", "read the data again and retry; never edit the database by hand"
            ),
        )
    code = _code(error)
    if code in _BUSY_CODES or any(word in low for word in _BUSY):
        return RegistryError(
            Text("登记库正被其他程序占用", "the registry is in use by another program"),
            hint=Text("稍后重试", "try again in a moment"),
        )
    if code in _FULL_CODES or any(word in low for word in _FULL):
        return SettingsError(
            Text(
                "磁盘已满，这一步没有写入登记库；此前完成的仍然有效",
                "the disk is full; this step was not written, what was finished before it stands",
            ),
            hint=Text("腾出空间后再次运行同一命令", "free some space and run the same command again"),
        )
    if any(word in low for word in _BROKEN):
        return not_a_registry(address or said)
    if _is_closed(error):
        return not_writable(address or said)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return _broken_off(address, said)
    if _is_away(error, code):
        return out_of_reach(address, said)
    return RegistryError(Text(f"登记库出错：{said}", f"the registry failed: {said}"))


def _code(error: SQLAlchemyError) -> str:
    """Return the server's five-character code of an error; empty where there is none."""
    return getattr(error.orig, "sqlstate", None) or "" if isinstance(error, DBAPIError) else ""


def _is_closed(error: SQLAlchemyError) -> bool:
    return _code(error) in _CLOSED_CODES or any(word in str(error).lower() for word in _CLOSED)


def _is_away(error: SQLAlchemyError, code: str) -> bool:
    # What never reached a server has no code; SQLite's driver has none at all.
    unheard = isinstance(error, OperationalError) and not code and not isinstance(error.orig, sqlite3.Error)
    return unheard or code in _AWAY_CODES or code[:2] in _AWAY_CLASSES


def _quiet(error: SQLAlchemyError) -> None:
    """Cut an error down to its first line, for traces: a server adds the values of the row it refused."""
    if isinstance(error, DBAPIError) and error.orig is not None and _code(error):
        said = _said(error)
        error.args, error.orig.args = (f"({type(error.orig).__name__}) {said}",), (said,)


def not_a_registry(address: str) -> SettingsError:
    """Return the error for a file or database that is something else."""
    return SettingsError(
        Text(f"这不是登记库，或文件已损坏：{address}", f"this is no registry, or the file is damaged: {address}"),
        hint=Text(
            "请检查设置中的登记库地址，或从备份恢复", "check the registry address in the settings, or restore a backup"
        ),
    )


def not_writable(address: str) -> SettingsError:
    """Return the error for a place that cannot be opened for writing."""
    return SettingsError(
        Text(f"无法打开或写入登记库：{address}", f"the registry cannot be opened for writing: {address}"),
        hint=Text(
            "请检查路径是否存在、数据库用户是否有写权限（可建表）",
            "check that the folder exists and may be written to; on a server, that the user may create tables",
        ),
    )


def _broken_off(address: str, said: str) -> SettingsError:
    return SettingsError(
        Text(
            f"与登记库 {address} 的连接中断：{said}。这一步要么全部写入，要么完全没有写入",
            f"the connection to the registry {address} broke off: {said}. This step was written whole or not at all",
        ),
        hint=Text("数据库恢复后再次运行同一命令", "run the same command again once the database is back"),
    )


def no_driver(address: str) -> SettingsError:
    """Return the error for a server whose driver is not installed."""
    return SettingsError(
        Text(f"登记库 {address} 需要 PostgreSQL 驱动 psycopg", f"the registry {address} needs the driver psycopg"),
        hint=Text(
            "安装：.venv/bin/python -m pip install 'psycopg[binary]>=3.2'",
            "install it: .venv/bin/python -m pip install 'psycopg[binary]>=3.2'",
        ),
    )


def out_of_reach(address: str, said: str) -> SettingsError:
    """Return the error for a database that does not answer, or an address nobody understands."""
    return SettingsError(
        Text(f"无法连接登记库 {address}：{said}", f"the registry {address} cannot be reached: {said}"),
        hint=Text(
            "检查服务器是否运行、地址和密码；地址应为 SQLite 文件路径，或 postgresql://用户@主机/库名",
            "is the server running, are address and password right? It is an SQLite file, or postgresql://USER@HOST/NAME",
        ),
    )


def _said(error: SQLAlchemyError) -> str:
    """Return the database's own first line, without statement and parameters: those hold personal data."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return (str(origin).splitlines() or [type(error).__name__])[0]
