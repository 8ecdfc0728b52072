"""Workers: pure tasks on any executor; processes of our own by default. A worker that dies costs time, nothing else.

Used by the fast search for large rounds, and by the office when it issues. Our processes are started as modules, not by forking and without importing the
caller's script again, so that ``solve`` may be called from any script or thread.
"""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, Generic, TypeVar

logger = logging.getLogger(__name__)

AHEAD = 64
"""Tasks handed over before the first is done."""
LIVES = 3
"""Workers that may die over one task before it counts as lost."""
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
K = TypeVar("K")
R = TypeVar("R")


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def at_work(executor: Executor | None) -> Iterator[Executor]:
    """Lend an executor; without one, processes of our own, dismissed at the end, or none where there is but one core."""
    if executor is not None:
        yield executor
    elif cores() == 1:
        yield Inline()
    else:
        workers = Workers(cores())
        try:
            yield workers
        finally:
            workers.shutdown(wait=False, cancel_futures=True)


def done(
    executor: Executor, function: Callable[..., R], tasks: Iterator[tuple[K, tuple[Any, ...]]], stop: Callable[[], bool]
) -> Iterator[tuple[K, R]]:
    """Yield the key and the result of every task, in any order; what fails elsewhere is done here.

    Args:
        executor: Where tasks are done.
        function: Pure, known by its module and name.
        tasks: A key and arguments each.
        stop: Asked while waiting; True gives up what is not yet done.
    """
    waiting: dict[Future[R], tuple[K, tuple[Any, ...]]] = {}
    ahead = 1 if isinstance(executor, Inline) else AHEAD
    more = True
    while more or waiting:
        while more and len(waiting) < ahead:
            task = next(tasks, None)
            more = task is not None
            if task is not None:
                waiting[handed(executor, function, task[1])] = task
        ready, _ = wait(waiting, 0.1, FIRST_COMPLETED)
        for future in ready:
            key, arguments = waiting.pop(future)
            yield key, outcome_of(future, function, arguments)
        if stop():
            for future in waiting:
                future.cancel()
            return


def handed(executor: Executor, function: Callable[..., R], arguments: tuple[Any, ...]) -> Future[R]:
    """Hand over a task; where nobody takes it, the future says so."""
    try:
        return executor.submit(function, *arguments)
    except (BrokenExecutor, RuntimeError) as fault:
        failed: Future[R] = Future()
        failed.set_exception(fault)
        return failed


def outcome_of(future: Future[R], function: Callable[..., R], arguments: tuple[Any, ...]) -> R:
    """Return a result; a pure task that failed, for whatever reason, is done again here, where a true fault shows."""
    if not future.cancelled():
        fault = future.exception()
        if fault is None:
            return future.result()
        logger.warning("a worker failed (%s); its task is done here", type(fault).__name__)
    return function(*arguments)


class Chain(Generic[R]):
    """Steps of one work, each done with what the one before has left."""

    def __init__(
        self,
        executor: Executor,
        function: Callable[..., tuple[tuple[Any, ...], R]],
        arguments: tuple[Any, ...],
        steps: int,
    ) -> None:
        self.executor, self.function, self.arguments, self.steps = executor, function, arguments, steps
        self.done = 0
        self.outcome: R | None = None
        self._step: Future[tuple[tuple[Any, ...], R]] | None = None

    def latest(self) -> R | None:
        """Return the outcome of the last step done, and have the next one begun."""
        while self.done < self.steps:
            if self._step is None:
                self._step = handed(self.executor, self.function, self.arguments)
            if not self._step.done():
                break
            self.arguments, self.outcome = outcome_of(self._step, self.function, self.arguments)
            self._step = None
            self.done += 1
            if isinstance(self.executor, Inline):
                break
        return self.outcome

    def wait(self, stop: Callable[[], bool]) -> bool:
        """Wait for the next step; tell whether there is one to come. ``stop`` ends the waiting and the work."""
        if self.done >= self.steps or stop():
            return False
        while self._step is not None and not wait([self._step], 0.1).done:
            if stop():
                self._step.cancel()
                return False
        return True


class Inline(Executor):
    """Does every task at once in this process."""

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:  # noqa: ANN401 - as its base
        """Do a task; the future is done."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as fault:  # noqa: BLE001 - the future hands it on
            future.set_exception(fault)
        return future


class Workers(Executor):
    """Processes of our own, started at their first task; one that dies is replaced, and its task done again."""

    def __init__(self, number: int) -> None:
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Call] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._keep_busy, daemon=True) for _ in range(number)]
        self._hired: list[_Worker] = []
        self._closed = self._dismissed = False
        for thread in self._threads:
            thread.start()

    @property
    def pids(self) -> list[int]:
        """Return the process ids of the workers alive."""
        return [worker.process.pid for worker in self._hired if worker.process.poll() is None]

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:  # noqa: ANN401 - as its base
        """Hand over a task.

        Raises:
            RuntimeError: The workers have been dismissed.
        """
        if self._closed:
            raise RuntimeError("the workers have been dismissed")
        future: Future[R] = Future()
        self._tasks.put((future, (fn, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """Dismiss the workers: when all tasks are done, or at once where futures are to be cancelled."""
        self._closed, self._dismissed = True, cancel_futures
        for worker in self._hired if cancel_futures else ():
            worker.process.kill()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads if wait or cancel_futures else ():
            thread.join()

    def _keep_busy(self) -> None:
        """Give tasks to one worker after another, as long as there are any."""
        worker: _Worker | None = None
        while (task := self._tasks.get()) is not None:
            future, call = task
            if not future.set_running_or_notify_cancel():
                continue
            lives = LIVES
            while not future.done():
                if self._dismissed or not lives:
                    future.set_exception(BrokenExecutor("no worker is left for this task"))
                    break
                if worker is None:
                    worker = _Worker()
                    self._hired.append(worker)
                try:
                    fine, outcome = worker.ask(call)
                except (EOFError, OSError):
                    worker, lives = None, lives - 1
                    continue
                (future.set_result if fine else future.set_exception)(outcome)
        if worker is not None:
            worker.dismiss()


class _Worker:
    """One process that does what it is asked."""

    def __init__(self) -> None:
        self.link, theirs = Pipe()
        paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - this very file
                [sys.executable, "-m", "scheduler.executors.workers", str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()], env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C is the caller's matter
            )  # fmt: skip

    def ask(self, call: Call) -> tuple[bool, Any]:
        """Have a task done; return whether it was, and its result or fault.

        Raises:
            EOFError: The process died over it.
        """
        self.link.send(call)
        answer: tuple[bool, Any] = self.link.recv()
        return answer

    def dismiss(self) -> None:
        """Let the process end."""
        self.link.close()
        self.process.wait()


def serve(descriptor: int, parent: int) -> None:
    """Do tasks until nobody sends any more; end at once when the parent has died."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with Connection(descriptor) as link:
        while True:
            try:
                function, args, kwargs = link.recv()
            except (EOFError, OSError):
                return
            try:
                answer = True, function(*args, **kwargs)
            except Exception as fault:  # noqa: BLE001 - the caller's future hands it on
                answer = False, fault
            try:
                link.send(answer)
            except OSError:
                return


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
