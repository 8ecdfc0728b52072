"""Cluster: the workers of a Dask cluster, for what one machine would do too long.

Used by the office. Dask is an extra: nothing here is imported unless a cluster is asked for.
"""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import urlsplit

from scheduler.errors import SettingsError, Text

ANSWER_S = 10
"""Seconds within which the cluster must answer and have a worker."""
RETRIES = 3
"""Times Dask does a task again whose worker died; after that it is done here."""
MUST_AGREE = ("joint-exam-scheduler", "numba", "numpy", "ortools")
"""Packages whose versions decide about a plan."""
SAME = Text("在各机器上安装相同版本", "install the same versions on every machine")


@contextmanager
def connected(address: str, must_agree: tuple[str, ...] = MUST_AGREE) -> Iterator[Executor]:
    """Lend the workers of a cluster.

    Args:
        address: As Dask writes it, for example ``tcp://10.0.0.5:8786``.
        must_agree: Packages that must have one version on all machines.

    Raises:
        SettingsError: The extra is not installed, the address does not answer, there is no worker, or a worker has other
            versions than this machine and would come to something else.
    """
    try:
        from distributed import Client
    except ImportError as fault:
        raise SettingsError(
            Text("没有安装集群组件 Dask", "Dask, the cluster extra, is not installed"),
            hint=Text(
                '安装：pip install "joint-exam-scheduler[cluster]"', 'pip install "joint-exam-scheduler[cluster]"'
            ),
        ) from fault
    try:
        # Asked first: Dask's own client may hang when it is cleared away after a refusal.
        _answering(address)
        client = Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError, ImportError) as fault:
        raise _unusable(
            address, Text("没有应答", "does not answer"), Text("核对地址和端口", "check address and port")
        ) from fault
    with client, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sending large graph")
        try:
            client.wait_for_workers(1, timeout=ANSWER_S)
        except (OSError, TimeoutError) as fault:
            raise _unusable(
                address, Text("没有工作进程", "has no worker"), Text("先启动 dask worker", "start a dask worker first")
            ) from fault
        try:
            there = dict(client.run(_versions_there, must_agree))
        except ImportError as fault:
            what = Text("的工作进程上没有安装本程序", "has workers without this package")
            raise _unusable(address, what, SAME) from fault
        _agreed(address, there, must_agree)
        yield client.get_executor(pure=False, retries=RETRIES)


def _answering(address: str) -> None:
    """Raise OSError or ValueError where nobody listens at an address."""
    parts = urlsplit(address)
    if parts.scheme not in {"tcp", "tls", "ucx", "ws", "wss"} or not parts.hostname or not parts.port:
        raise ValueError("not an address of a scheduler")
    socket.create_connection((parts.hostname, parts.port), ANSWER_S).close()


def _versions_there(names: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of packages on a worker, empty where one is missing."""
    from importlib.metadata import PackageNotFoundError

    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _agreed(address: str, there: dict[str, dict[str, str]], must_agree: tuple[str, ...]) -> None:
    """Refuse workers that would come to something else."""
    here = _versions_there(must_agree)
    for worker, versions in sorted(there.items()):
        for name, wanted in here.items():
            if versions[name] != wanted:
                zh = f"的工作进程 {worker} 上 {name} 为 {versions[name] or '未安装'}，本机为 {wanted}"
                en = f"has a worker {worker} with {name} {versions[name] or 'not installed'}, here it is {wanted}"
                raise _unusable(address, Text(zh, en), SAME)


def _unusable(address: str, why: Text, hint: Text) -> SettingsError:
    return SettingsError(Text(f"集群 {address} {why.zh}", f"the cluster {address} {why.en}"), hint=hint)
