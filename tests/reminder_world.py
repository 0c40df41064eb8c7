"""A year at two clinics with two workers that are killed at random, and a keeper of accounts who trusts no code of ours.

The desk adds, moves and cancels visits through its own verbs; the workers scan and send at random hours, at the same time.
What must have been queued, and what may not have been sent, is worked out here once more, from the desk's own acts.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from bookings import services
from bookings.models import Appointment, CallTask, Reminder
from bookings.services import BookingError, Override, PhoneBooking
from bookings.services.reminding import remind
from clinic import outbox
from clinic.models import Location, Message
from tests import cast

DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)
# (kind, days before, confirmed more than this ahead, not later than this before), as the rules have it.
RULES = (("week", 7, 8 * DAY, 2 * DAY), ("day", 1, 36 * HOUR, dt.timedelta(0)))
CARERS = ("carer-a@example.org", "carer-b@example.org", "")
# How a worker may die: within so many statements, within so many of a transaction, before or after it hands a mail over.
DEATHS = {"anywhere": 16, "in a transaction": 8, "before the post": 1, "after the post": 1}
OTHER_HOURS = Override("A year in the life")


class Captured(BaseEmailBackend):
    """Keeps what was handed over, whatever becomes of the worker afterwards."""

    taken: list[Any] = []
    dying = threading.local()

    def send_messages(self, messages: Any) -> int:
        how = getattr(Captured.dying, "how", "")
        if how == "before the post":
            raise Killed
        Captured.taken += messages
        if how == "after the post":
            raise Killed
        return len(messages)


class Killed(BaseException):
    """The worker is gone, between one statement and the next or in the middle of one."""


@dataclass
class Stint:
    """One time of one visit, from when it was agreed until it was moved away or cancelled."""

    place: Location
    starts_at: dt.datetime
    agreed_at: dt.datetime
    live: bool = True

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.place.time_zone)


@dataclass
class Visit:
    pk: int
    reference: str
    email: str
    stints: list[Stint]


@dataclass
class Figures:
    added: int = 0
    moved: int = 0
    cancelled: int = 0
    kills: int = 0
    kills_in_a_transaction: int = 0
    changed_while_leased: int = 0
    mails: int = 0
    copies: int = 0
    again_in_doubt: int = 0
    visits_told: int = 0
    calls: int = 0
    shared: int = 0
    out: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in vars(self).items())


Scan = Callable[[dt.datetime], object]


@dataclass
class World:
    seed: int
    scan: Scan = lambda now: remind(now=now)
    faults: list[str] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # a year that can be lived again
        self.visits: dict[str, Visit] = {}
        self.told: dict[tuple[str, str, dt.datetime], set[str]] = {}
        self.known: set[str] = set()
        self.to_renew: set[tuple[int, str, dt.datetime]] = set()
        self.off: set[str] = set()
        self.workers = [ThreadPoolExecutor(1) for _ in range(2)]
        self.places = [cast.make_clinic(slug) for slug in ("maidenhead", "dublin")]
        for place in self.places:
            cast.make_second_pair(place)
        self.desk = cast.make_actor(cast.make_staff("desk"))
        Captured.taken = []

    def live(self, days: Sequence[dt.date]) -> World:
        """Live these days, one after the other."""
        try:
            for day in days:
                for now in self._moments(day):
                    self._moment(now)
        finally:
            for worker in self.workers:
                worker.submit(lambda: connection.close()).result()  # in its own thread
                worker.shutdown()
        self._count_calls()
        self._count_told()
        return self

    def _moments(self, day: dt.date) -> Iterator[dt.datetime]:
        """Five times at which the workers wake, at any hour; on clock-change days each half-hour of the night too."""
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
        minutes = {self.random.randrange(24 * 60) for _ in range(5)}
        yield from (midnight + minute * MINUTE for minute in sorted(minutes))

    def _moment(self, now: dt.datetime) -> None:
        CallTask.objects.open().update(outcome="done", closed_at=now)  # whoever was to be rung has been
        if self.figures.out:  # the machine was off for some days
            self.figures.out -= 1
        elif self.random.random() < 0.004:
            self.figures.out = self.random.randrange(3, 30)
        else:
            self._work(now)
        self._desk(now + 30 * dt.timedelta(seconds=1))  # a killed worker still holds its lease

    # --- The workers ---------------------------------------------------------------------------------------------------
    def _work(self, now: dt.datetime) -> None:
        deaths = [self._death() for _ in self.workers]
        ends = [
            worker.submit(self._worker, now, death)
            for worker, death in zip(self.workers, deaths, strict=True)
        ]
        survived = [end.result() for end in ends]
        self._read_post(now)
        if any(survived):
            self._all_due_is_there(now)
        self._no_double_rows()

    def _death(self) -> tuple[str, int]:
        """How, and at which statement; mostly not at all."""
        if self.random.random() >= 0.4:
            return "", 0
        how = self.random.choice(list(DEATHS))
        return how, self.random.randrange(1, DEATHS[how] + 1)

    def _worker(self, now: dt.datetime, death: tuple[str, int]) -> bool:
        """One look at everything; True if it lived through its scan."""
        scanned = False
        Captured.dying.how = death[0]
        try:
            with connection.execute_wrapper(self._killer(*death)):
                self.scan(now)
                scanned = True
                outbox.send_due(now=now, limit=200, clock=lambda: now)
        except Killed:
            self.figures.kills += 1
            connection.close()
        return scanned

    def _killer(self, how: str, at: int) -> Callable[..., Any]:
        """Every second time the statement is still done, and nobody is left to hear the answer."""
        count = 0

        def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            inside = connection.in_atomic_block
            count += how == "anywhere" or (how == "in a transaction" and inside)
            if not at or count < at or how.endswith("post"):
                return execute(sql, params, many, context)
            if at % 2:
                execute(sql, params, many, context)
            self.figures.kills_in_a_transaction += inside
            raise Killed

        return wrapper

    # --- The desk ------------------------------------------------------------------------------------------------------
    def _desk(self, now: dt.datetime) -> None:
        for _ in range(self.random.choice((0, 0, 1))):
            self._add(now)
        self._change(now)
        if self.random.random() < 0.01:
            self._reminders(now)

    def _time(self, now: dt.datetime, place: Location) -> dt.datetime:
        day = now.date() + dt.timedelta(days=self.random.randrange(1, 28))
        clock = dt.time(self.random.randrange(8, 19), self.random.choice((0, 15, 30, 45)))
        return dt.datetime.combine(day, clock, tzinfo=ZoneInfo(place.time_zone)).astimezone(dt.UTC)

    def _add(self, now: dt.datetime) -> None:
        place = self.random.choice(self.places)
        email = self.random.choice((*CARERS, f"p{len(self.visits)}@example.org"))
        starts_at = self._time(now, place)
        beside = [each for each in self._standing(now) if each[0].email == email and email]
        if beside and self.random.random() < 0.7:
            _, other = self.random.choice(beside)
            place, starts_at = other.place, other.starts_at + self.random.choice((1, 2)) * HOUR
        if starts_at <= now:
            return
        booking = PhoneBooking(place, cast.make_service(), starts_at)
        patient = cast.make_details(email=email, name=f"Person {len(self.visits)}")
        try:
            made = services.add(
                key=uuid4(), booking=booking, patient=patient, actor=self.desk, override=OTHER_HOURS, now=now
            )
        except BookingError:
            return
        self.visits[made.reference] = Visit(made.pk, made.reference, email, [Stint(place, starts_at, now)])
        self.figures.added += 1

    def _standing(self, now: dt.datetime) -> list[tuple[Visit, Stint]]:
        last = [(visit, visit.stints[-1]) for visit in self.visits.values()]
        return [(visit, stint) for visit, stint in last if stint.live and stint.starts_at > now]

    def _change(self, now: dt.datetime) -> None:
        """Move or cancel one: if there is one whose reminder a dead worker still holds, that one."""
        standing = self._standing(now)
        held = set(
            Reminder.objects.filter(message__leased_until__gt=now).values_list("appointment", flat=True)
        )
        told = [each for each in standing if each[0].pk in held]
        chosen = told or standing
        if not chosen or self.random.random() > (0.7 if told else 0.12):
            return
        visit, stint = self.random.choice(chosen)
        self.figures.changed_while_leased += visit.pk in held
        row = Appointment.objects.get(pk=visit.pk)
        seen: dict[str, Any] = {"appointment_id": row.pk, "expected_version": row.version, "now": now}
        if self.random.random() < 0.5:
            services.cancel(**seen, reason_code="clinic", actor=self.desk)
            stint.live = False
            self.figures.cancelled += 1
            return
        place = self.random.choice(self.places)
        starts_at = self._time(now, place)
        try:
            services.move(**seen, location=place, starts_at=starts_at, actor=self.desk, override=OTHER_HOURS)
        except BookingError:
            return
        stint.live = False
        visit.stints.append(Stint(place, starts_at, now))
        self.figures.moved += 1

    def _reminders(self, now: dt.datetime) -> None:
        email = self.random.choice(CARERS[:2])
        if not any(visit.email == email for visit in self.visits.values()):
            return  # nobody has a link to press
        if email in self.off:
            services.reminders_on(email=email, now=now)
            self.off.discard(email)
        else:
            services.reminders_off(email=email, now=now)
            self.off.add(email)

    # --- The accounts --------------------------------------------------------------------------------------------------
    def _all_due_is_there(self, now: dt.datetime) -> None:
        """What a sender has just taken back, since it was no longer so, has until the next scan."""
        status = {
            (row.appointment_id, row.kind, row.starts_at): row.message.status if row.message else "call"
            for row in Reminder.objects.select_related("message")
        }
        waits, self.to_renew = self.to_renew, set()
        for visit, stint in self._standing(now):
            for kind, days, ahead, latest in RULES:
                key = (visit.pk, kind, stint.starts_at)
                if not self._due(visit, stint, now, days, ahead, latest):
                    continue
                if status.get(key) == Message.Status.SUPERSEDED and key not in waits:
                    self.to_renew.add(key)
                elif status.get(key, Message.Status.SUPERSEDED) == Message.Status.SUPERSEDED:
                    self.faults.append(f"{now}: no {kind} reminder of {stint.starts_at} for {visit.pk}")

    def _due(
        self,
        visit: Visit,
        stint: Stint,
        now: dt.datetime,
        days: int,
        ahead: dt.timedelta,
        latest: dt.timedelta,
    ) -> bool:
        if visit.email in self.off or stint.starts_at - stint.agreed_at <= ahead:
            return False
        local = stint.starts_at.astimezone(stint.zone)
        moment = dt.datetime.combine(
            local.date() - dt.timedelta(days=days), local.time(), tzinfo=stint.zone
        ).astimezone(dt.UTC)
        return moment <= now < stint.starts_at - latest and (
            not visit.email or self._may_write(now, stint) < stint.starts_at
        )

    def _may_write(self, now: dt.datetime, stint: Stint) -> dt.datetime:
        """The next whole minute, from `now` on, that is no time of quiet: looked for one minute after the other."""
        at = now
        while not 8 <= at.astimezone(stint.zone).hour < 21:
            at += MINUTE
        return at

    def _read_post(self, now: dt.datetime) -> None:
        post, Captured.taken = Captured.taken, []
        for mail in post:
            identity = str(mail.extra_headers["Message-ID"])
            kind = Message.objects.get(uuid=identity.strip("<>").split("@")[0]).kind
            if kind.startswith("reminder_"):
                self.figures.mails += identity not in self.known
                self.figures.copies += identity in self.known
                self.known.add(identity)
                self._read_reminder(mail, kind.removeprefix("reminder_"), identity, now)

    def _read_reminder(self, mail: Any, kind: str, identity: str, now: dt.datetime) -> None:
        references = [found.replace(" ", "") for found in re.findall(r"Reference (\w{3} \w{3})\b", mail.body)]
        if not references:
            self.faults.append(f"{now}: a reminder of nothing")
        self.figures.shared += len(references) > 1
        for reference in references:
            visit = self.visits[reference]
            stint = visit.stints[-1]
            local = stint.starts_at.astimezone(stint.zone)
            clock = f"{local:%I:%M%p}".lstrip("0").lower().replace(":00", "")
            wrong = {
                "for a time that was cancelled or moved away": not stint.live,
                "for a time that passed": stint.starts_at <= now,
                "with another time or clinic": not all(
                    word in mail.body for word in (f"{local:%A} {local.day} {local:%B}", clock)
                )
                or stint.place.name not in mail.subject,
                "to another address": mail.to != [visit.email],
                "that nobody wants": visit.email in self.off,
                f"in quiet hours, {now.astimezone(stint.zone):%H:%M} in {stint.place.name}": not 8
                <= now.astimezone(stint.zone).hour
                < 21,
            }
            self.faults += [f"{now}: a {kind} reminder {what}" for what, is_so in wrong.items() if is_so]
            self.told.setdefault((reference, kind, stint.starts_at), set()).add(identity)

    def _count_told(self) -> None:
        """One message each. Only what a worker handed over and then died with may be said once more: in doubt, again."""
        sent = set(Message.objects.filter(status=Message.Status.SENT).values_list("uuid", flat=True))
        for (reference, kind, starts_at), identities in self.told.items():
            whole = [one for one in identities if UUID(one.strip("<>").split("@")[0]) in sent]
            if len(whole) > 1:
                self.faults.append(f"{reference}: {len(whole)} {kind} reminders of one time, {starts_at}")
            self.figures.again_in_doubt += len(identities) > max(len(whole), 1)
        self.figures.visits_told = len(self.told)

    def _no_double_rows(self) -> None:
        rows = Counter(Reminder.objects.values_list("appointment", "kind", "starts_at"))
        self.faults += [f"{key} stands {count} times" for key, count in rows.items() if count > 1]

    def _count_calls(self) -> None:
        """Each reminder without an email is one call."""
        calls = Counter(
            CallTask.objects.filter(kind__startswith="reminder_").values_list("appointment", "kind", "script")
        )
        self.faults += [f"{key[:2]} was rung {count} times" for key, count in calls.items() if count > 1]
        self.figures.calls = sum(calls.values())
