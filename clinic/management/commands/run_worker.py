"""Sends what is due, keeps the pages warm, does each chore in its time, until told to stop. Holds no rule.

Logs ids and counts only. A database or a mail server that is away makes it wait, never stop.
"""

from __future__ import annotations

import logging
import signal
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.utils import timezone
from django.utils.module_loading import import_string

from clinic import outbox, page_cache, warming
from clinic.letters import RealMailInDemo, refuse_real_mail_in_demo

log = logging.getLogger("clinic.worker")

PAUSE = 1.0  # seconds between two looks at an empty queue
LONGEST_PAUSE = 30.0  # after many failures in a row
BATCH_SECONDS = 10.0  # a slow mail server must not keep the heartbeat waiting
SESSIONS_EVERY = timedelta(hours=1)
USUAL_MINUTES = 60  # between two runs of a chore that names no number of its own


class Command(BaseCommand):
    help = "Send queued mail and do the chores until stopped (Ctrl-C or SIGTERM)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        self.failures = 0
        self.chores_due: dict[str, datetime] = {}
        self.warmed: object = None
        page_cache.release()  # of the code that runs here, whatever is copied over it later
        try:
            refuse_real_mail_in_demo()
        except RealMailInDemo as error:
            raise CommandError(str(error)) from None
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        log.info("worker started")
        while not self.stopping:
            self._wait(self._turn())
        log.info("worker stopped")

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _turn(self) -> float:
        """One look at the queue. Returns the seconds to wait before the next."""
        try:
            close_old_connections()
            busy = self._work(timezone.now())
        except (OperationalError, InterfaceError) as error:
            log.error("database away: %s", type(error).__name__)
            connections.close_all()
            return self._back_off()
        except Exception as error:
            # Its text might hold an address, so only its kind is written down.
            log.error("worker trouble: %s", type(error).__name__)
            return self._back_off()
        if busy is None:
            return self._back_off()
        self.failures = 0
        return 0.0 if busy else PAUSE

    def _work(self, now: datetime) -> bool | None:
        """Whether more is waiting; None when the mail server is away."""
        outbox.beat(name="worker", now=now)
        until = time.monotonic() + BATCH_SECONDS
        done = outbox.send_due(
            now=now,
            limit=settings.MESSAGE_BATCH,
            stop=lambda: self.stopping or time.monotonic() > until,
        )
        if done.any():
            log.info("%s", done)
        self._do_one("pages", lambda: self._keep_pages(now))
        self._do_chores(now)
        return None if done.away else done.more

    def _keep_pages(self, now: datetime) -> None:
        """After an edit, and on a new day, the pages are made before somebody asks for them."""
        page_cache.settle()
        wanted = (page_cache.edition(), page_cache.day_of(now))
        if wanted[0] is not None and wanted != self.warmed:
            self.warmed = wanted
            log.info("pages: %s", warming.warm(stop=lambda: self.stopping))

    def _do_chores(self, now: datetime) -> None:
        """Each chore whose time has come: at the start, and then every so many minutes of its own."""
        if self._is_due("clearsessions", SESSIONS_EVERY, now):
            self.warmed = None  # a page that broke gets another chance
            self._do_one("clearsessions", lambda: call_command("clearsessions"))
        for chore in settings.WORKER_CHORES:
            path, _, minutes = chore.partition("@")
            if self._is_due(path, timedelta(minutes=float(minutes or USUAL_MINUTES)), now):
                self._do_one(path, lambda path=path: import_string(path)(now=now))

    def _is_due(self, name: str, every: timedelta, now: datetime) -> bool:
        if self.stopping or now < self.chores_due.get(name, now):
            return False
        self.chores_due[name] = now + every
        return True

    def _do_one(self, name: str, chore: Any) -> None:
        """A chore that fails is said, and keeps no mail waiting. What it counted is said too, where it did anything."""
        try:
            done = chore()
        except ImportError:
            log.error("chore %s cannot be imported. Correct WORKER_CHORES.", name)
        except Exception as error:
            log.error("chore %s failed: %s", name, type(error).__name__)
        else:
            counted = {what: count for what, count in done.items() if count} if isinstance(done, dict) else {}
            if counted:
                log.info("chore %s: %s", name, counted)

    def _back_off(self) -> float:
        self.failures += 1
        return float(min(PAUSE * 2 ** min(self.failures - 1, 10), LONGEST_PAUSE))

    def _wait(self, seconds: float) -> None:
        # In short naps: a signal sets a flag, it does not end a sleep.
        until = time.monotonic() + seconds
        while not self.stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
