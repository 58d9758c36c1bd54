"""Worker processes that are forked, die with their owner, and may die themselves without taking the work along."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, TypeVar

from auditor.audit import stopping

T = TypeVar("T")
KILLED = "ProcessKilled"
"""What is listed for a task during which a worker died: for want of memory as a rule."""

_AHEAD = 64
"""Results that are held back at most until those before them are there, for each worker."""


@dataclass(frozen=True)
class Failed:
    """What became of a task that failed: the name of the error."""

    error: str


Work = Callable[[int], Any]


class Crew:
    """Some workers over some tasks.

    Parameters
    ----------
    work : callable
        From a task to its result. What it needs is shared with the workers by forking.
    workers : int
    """

    def __init__(self, work: Work, workers: int) -> None:
        self._work = work
        self._count = workers
        self._hands: dict[Connection, ForkProcess] = {}
        self._busy: dict[Connection, int] = {}

    def __enter__(self) -> Crew:
        # A collection in a worker would walk everything that it shares, and so copy it.
        gc.freeze()
        return self

    def __exit__(self, *ended: object) -> None:
        """End the workers at once, whatever they are doing."""
        for process in self._hands.values():
            process.kill()
        for connection, process in self._hands.items():
            process.join()
            connection.close()
        self._hands.clear()
        gc.unfreeze()

    def results(self, tasks: Sequence[int]) -> Iterator[tuple[int, Any]]:
        """Yield each task and its result, in order.

        A worker that dies is replaced, and the task it was at is tried once more, since another may have taken the
        memory; it has failed when that worker dies, too.
        """
        waiting = deque(enumerate(tasks))
        done: dict[int, Any] = {}
        following = 0
        again: set[int] = set()
        while following < len(tasks):
            self._hand_out(waiting, following + _AHEAD * self._count)
            for connection in wait(list(self._busy)):
                assert isinstance(connection, Connection)
                position = self._busy.pop(connection)
                result = self._received(connection)
                if result == Failed(KILLED) and position not in again:
                    again.add(position)
                    waiting.appendleft((position, tasks[position]))
                    continue
                done[position] = result
            while following in done:
                yield tasks[following], done.pop(following)
                following += 1

    def _hand_out(self, waiting: deque[tuple[int, int]], limit: int) -> None:
        """Give each idle worker a task; start those that are missing."""
        idle = [connection for connection in self._hands if connection not in self._busy]
        while waiting and waiting[0][0] < limit and len(self._busy) < self._count:
            connection = idle.pop() if idle else self._start()
            position, task = waiting.popleft()
            try:
                connection.send(task)
            except OSError:  # it died while it was idle; the task waits for another
                waiting.appendleft((position, task))
                self._bury(connection)
                continue
            self._busy[connection] = position

    def _start(self) -> Connection:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        # A worker must not hold the others' connections open, or they would outlive their owner.
        process = context.Process(target=_serve, args=(self._work, theirs, [ours, *self._hands]), daemon=True)
        process.start()
        theirs.close()
        self._hands[ours] = process
        return ours

    def _received(self, connection: Connection) -> Any:
        try:
            return connection.recv()
        except (EOFError, OSError):
            self._bury(connection)
            return Failed(KILLED)

    def _bury(self, connection: Connection) -> None:
        process = self._hands.pop(connection)
        process.kill()
        process.join()
        connection.close()


def _serve(work: Work, connection: Connection, others: Sequence[Connection]) -> None:
    """Do tasks until the owner closes its end, or is gone."""
    for other in others:
        other.close()
    try:
        while True:
            connection.send(attempt(work, connection.recv()))
    except (EOFError, OSError):
        os._exit(0)


def attempt(work: Work, task: int) -> Any:
    """Return the result of a task, or that it failed."""
    try:
        return work(task)
    except Exception as error:  # the boundary of one task: its owner lists it
        stopping.heed()
        return Failed(type(error).__name__)


def attempted(work: Work, tasks: Sequence[int], workers: int) -> Iterator[tuple[int, Any]]:
    """Yield each task with its result, or that it failed, in order.

    Parameters
    ----------
    work : callable
        From a task to its result, which is copied.
    tasks : sequence of int
    workers : int
        Processes; with one, or where the system cannot fork, all is done in this one.
    """
    if workers < 2 or not forks():
        for task in tasks:
            yield task, attempt(work, task)
        return
    with Crew(work, workers) as crew:
        yield from crew.results(tasks)


def shared_out(work: Callable[[int], T], count: int, workers: int) -> Iterator[T]:
    """Yield the results of tasks 0, 1, ... in order; what fails in a worker is done, and raised, here.

    Parameters
    ----------
    work : callable
        From a task to its result, which is copied.
    count : int
        How many tasks there are.
    workers : int
        Processes; with one, or where the system cannot fork, all is done in this one.
    """
    if workers < 2 or count < 2 * workers or not forks():
        yield from map(work, range(count))
        return
    with Crew(work, workers) as crew:
        for task, result in crew.results(range(count)):
            yield work(task) if isinstance(result, Failed) else result


def forks() -> bool:
    """Say whether the system can fork."""
    return "fork" in multiprocessing.get_all_start_methods()


def processors() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
