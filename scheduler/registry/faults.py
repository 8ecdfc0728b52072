"""Errors of the database turned into ours, with what to do about them. No other file words a database fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from scheduler.errors import Conflict, RegistryError, SchedulerError, SettingsError, Text

_BUSY = ("database is locked", "database table is locked", "deadlock detected", "lock timeout")
_FULL = ("disk is full", "no space left")
_BROKEN = ("not a database", "malformed", "file is encrypted")
_AWAY = ("connection to server", "connection failed", "could not translate host", "server closed the connection")
_CLOSED = ("readonly database", "unable to open", "read-only transaction")


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
        if reading and any(word in str(error).lower() for word in _CLOSED):
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
    if any(word in low for word in _BUSY):
        return RegistryError(
            Text("登记库正被其他程序占用", "the registry is in use by another program"),
            hint=Text("稍后重试", "try again in a moment"),
        )
    if any(word in low for word in _FULL):
        return SettingsError(
            Text(
                "磁盘已满，这一步没有写入登记库；此前完成的仍然有效",
                "the disk is full; this step was not written, what was finished before it stands",
            ),
            hint=Text("腾出空间后再次运行同一命令", "free some space and run the same command again"),
        )
    if any(word in low for word in _BROKEN):
        return not_a_registry(address or said)
    if any(word in low for word in _CLOSED):
        return not_writable(address or said)
    if any(word in low for word in _AWAY):
        return out_of_reach(address, said)
    return RegistryError(Text(f"登记库出错：{said}", f"the registry failed: {said}"))


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
        hint=Text("请检查路径是否存在、是否有写权限", "check that the folder exists and may be written to"),
    )


def out_of_reach(address: str, said: str) -> SettingsError:
    """Return the error for a database that does not answer, or an address nobody understands."""
    return SettingsError(
        Text(f"无法连接登记库 {address}：{said}", f"the registry {address} cannot be reached: {said}"),
        hint=Text(
            "地址应为 SQLite 文件路径，或 postgresql+psycopg://… 形式",
            "the address is a path of an SQLite file, or reads postgresql+psycopg://…",
        ),
    )


def _said(error: SQLAlchemyError) -> str:
    """Return the database's own first line, without statement and parameters: those hold personal data."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return (str(origin).splitlines() or [type(error).__name__])[0]
