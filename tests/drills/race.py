"""Runs one job many times at once, in processes and threads of their own, and brings back what each was told.

Each thread has its own connection to the test database, so the racers meet in the database and nowhere else.
It judges nothing: the drills do.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

Job = Callable[..., Any]
Facts = dict[str, Any]
HEAD_START = 0.3  # seconds for everybody to be ready before the start


class Told(NamedTuple):
    """What one racer was told: "done" with what the job returned, the name of a BookingError, or "error"."""

    outcome: str
    value: Any
    seconds: float


class Race(NamedTuple):
    """What all of them were told, in the order of the calls, and how long it took from the start to the last."""

    told: list[Told]
    seconds: float

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(each.outcome for each in self.told)

    @property
    def done(self) -> list[Any]:
        return [each.value for each in self.told if each.outcome == "done"]

    @property
    def errors(self) -> list[Any]:
        return [each.value for each in self.told if each.outcome == "error"]

    @property
    def slowest(self) -> float:
        return max(each.seconds for each in self.told)


class Crew:
    """Processes with some threads each. With no processes, threads of this one: small, and quickly there."""

    def __init__(self, pipes: Sequence[Connection], pool: ThreadPoolExecutor | None) -> None:
        self._pipes, self._pool = pipes, pool

    def race(self, job: Job, calls: Sequence[Facts]) -> Race:
        """Call `job` with each of these facts, all from the same instant on."""
        start = time.time() + HEAD_START
        if self._pool is not None:
            told = _burst(self._pool, job, calls, start)
        else:
            count = len(self._pipes)
            for nth, pipe in enumerate(self._pipes):
                pipe.send((job, calls[nth::count], start))
            parts = [pipe.recv() for pipe in self._pipes]
            told = [parts[nth % count][nth // count] for nth in range(len(calls))]
        return Race(told, time.time() - start)

    def everywhere(self, do: Callable[[], None]) -> None:
        """Do something once in each process: for a control, which takes a guard out there and only there."""
        for pipe in self._pipes:
            pipe.send((do, None, 0.0))
        for pipe in self._pipes:
            pipe.recv()


@contextmanager
def crew(processes: int, threads: int) -> Iterator[Crew]:
    """A crew for the test database, gone with all its connections at the end."""
    if not processes:
        with _pool(threads) as pool:
            yield Crew([], pool)
        return
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pipes: list[Connection] = []
        for _ in range(processes):
            ours, theirs = context.Pipe()
            racer = context.Process(target=_live, args=(_test_database(), theirs, threads), daemon=True)
            racer.start()
            stack.callback(racer.join, 30)
            stack.callback(ours.send, None)
            pipes.append(ours)
        for pipe in pipes:
            pipe.recv()  # it is ready
        yield Crew(pipes, None)


def _test_database() -> str:
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"


def _live(url: str, pipe: Connection, threads: int) -> None:
    """The life of one process: set up, then one burst an order until told to stop."""
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    import django

    django.setup()
    with _pool(threads) as pool:
        pipe.send("ready")
        while (order := pipe.recv()) is not None:
            job, calls, start = order
            pipe.send(job() if calls is None else _burst(pool, job, calls, start))


@contextmanager
def _pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    from django.db import connections

    pool, together = ThreadPoolExecutor(threads), threading.Barrier(threads)

    def in_each(do: Callable[[], object]) -> None:
        # A barrier keeps one thread from doing it for all.
        for done in [pool.submit(lambda: (together.wait(), do())) for _ in range(threads)]:
            done.result()

    in_each(lambda: connections["default"].ensure_connection())
    try:
        yield pool
    finally:
        in_each(connections.close_all)
        pool.shutdown()


def _burst(pool: ThreadPoolExecutor, job: Job, calls: Iterable[Facts], start: float) -> list[Told]:
    return [each.result() for each in [pool.submit(_try, job, facts, start) for facts in calls]]


def _try(job: Job, facts: Facts, start: float) -> Told:
    from bookings.services import BookingError

    time.sleep(max(0.0, start - time.time()))
    began = time.perf_counter()
    try:
        outcome, value = "done", job(**facts)
    except BookingError as error:
        outcome, value = type(error).__name__, error.sentence
    except Exception as error:
        outcome, value = "error", f"{type(error).__name__}: {error}"
    return Told(outcome, value, time.perf_counter() - began)
