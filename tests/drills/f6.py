"""The course of drill F6: a full queue, a mail server with faults, workers that are killed. Judges nothing itself."""

from __future__ import annotations

import datetime as dt
import subprocess
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from clinic import outbox
from clinic.models import Message
from tests.mail_server import MailServer, mail_server
from tests.workers import RUN_WORKER, kill, start_worker

# The lease is what a killed worker's message waits for, so a short one shows the same in two minutes.
PACE = {
    "EMAIL_TIMEOUT": "2",
    "MESSAGE_LEASE_SECONDS": "10",
    "MESSAGE_RETRY_SECONDS": "1",
    "MESSAGE_RETRY_MAX_SECONDS": "4",
}
OUTAGE_SECONDS = 3.0


@dataclass(frozen=True)
class Figures:
    mails: int
    copies: int
    lost: int
    unsent: int
    two_ids: int
    refused: int
    cuts: int
    kills: int
    outages: int
    seconds: float

    @property
    def extra(self) -> int:
        return self.copies - (self.mails - self.lost)

    def row(self, title: str) -> str:
        return (
            f"{title}: mails {self.mails}, copies {self.copies}, lost {self.lost}, not marked sent {self.unsent}, "
            f"with two Message-IDs {self.two_ids}, extra copies {self.extra} (cuts {self.cuts} + kills {self.kills}), "
            f"refused for now {self.refused}, outages {self.outages}, {self.seconds:.1f} s"
        )


def run(
    *,
    mails: int,
    kills: int,
    outages: int,
    log: Path,
    program: Sequence[str] = RUN_WORKER,
    workers: int = 2,
    patience: float = 120,
) -> Figures:
    """Queue, send under faults until the queue is empty or the patience (seconds) is used up, and count."""
    _queue(mails)
    with mail_server(refuse_every=10, cut_every=20) as server:
        started = time.monotonic()
        crew = _Crew(server, log, program, workers)
        troubles = _plan(mails, kills, outages)
        try:
            while Message.objects.unsent().exists() and time.monotonic() - started < patience:
                if troubles and len(server.copies) >= troubles[0][0]:
                    _strike(troubles.pop(0)[1], crew, server)
                time.sleep(0.02)
        finally:
            crew.end()
        seconds = time.monotonic() - started
    return _count(server, crew.kills, mails, seconds)


def _queue(mails: int) -> None:
    now = dt.datetime.now(dt.UTC)
    for number in range(mails):
        outbox.queue(
            kind="received",
            audience="patient",
            to=_address(number),
            subject="We have your request",
            text=f"Good morning, number {number}.\n" * 20,
            html=f"<p>Good morning, number {number}.</p>",
            now=now,
        )


def _address(number: int) -> str:
    return f"patient-{number}@example.org"


def _plan(mails: int, kills: int, outages: int) -> list[tuple[int, str]]:
    """After how many accepted mails what goes wrong, spread over the whole run."""
    return sorted(
        [(mails * (turn + 1) // (kills + 1), "kill") for turn in range(kills)]
        + [(mails * (turn + 1) // (outages + 1) + 7, "outage") for turn in range(outages)]
    )


class _Crew:
    """The workers: as many as asked for are always running, except for the moment after a kill."""

    def __init__(self, server: MailServer, log: Path, program: Sequence[str], size: int) -> None:
        self.kills = 0
        self._start = lambda: start_worker(port=server.port, log=log, program=program, **PACE)
        self._running: list[subprocess.Popen[bytes]] = [self._start() for _ in range(size)]
        self._turns = cycle(range(size))

    def kill_one(self) -> None:
        place = next(self._turns)
        kill(self._running[place])
        self.kills += 1
        self._running[place] = self._start()

    def end(self) -> None:
        for worker in self._running:
            worker.terminate()
        for worker in self._running:
            try:
                worker.wait(timeout=20)
            except subprocess.TimeoutExpired:
                kill(worker)


def _strike(trouble: str, crew: _Crew, server: MailServer) -> None:
    if trouble == "kill":
        crew.kill_one()
    else:
        server.outage(OUTAGE_SECONDS)


def _count(server: MailServer, kills: int, mails: int, seconds: float) -> Figures:
    ids: dict[str, set[str]] = defaultdict(set)
    for copy in server.copies:
        ids[copy.to].add(copy.message_id)
    return Figures(
        mails=mails,
        copies=len(server.copies),
        lost=sum(_address(number) not in ids for number in range(mails)),
        unsent=Message.objects.exclude(status=Message.Status.SENT).count(),
        two_ids=sum(len(found) > 1 for found in ids.values()),
        refused=server.refused,
        cuts=server.cuts,
        kills=kills,
        outages=server.outages,
        seconds=seconds,
    )
