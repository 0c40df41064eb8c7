"""Two real clinics beside the model of them, rolled back after each run, and what must hold between the two after each step.

It plays no verb itself: the machine does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import combinations, pairwise
from typing import Any

from django.db import transaction
from django.test.utils import override_settings
from hypothesis.stateful import RuleBasedStateMachine, invariant

from bookings import diary, links
from bookings.life import IllegalMove
from bookings.models import Appointment, AppointmentMessage, CallTask, Patient
from bookings.services import BookingError
from clinic import outbox
from clinic.models import Message
from tests import cast
from tests.cast import NOW
from tests.life_model import (
    ALIVE,
    ANSWER_DAYS,
    ANSWERS_LAST,
    CLOSED,
    CLOSES,
    CUT_OFF,
    DAY,
    ENDED,
    HOLD,
    HOLD_AT_MOST,
    HORIZON,
    KEEPS_ITS_TIME,
    LENGTH,
    MINUTE,
    NOTICE_HOURS,
    OPENS,
    ROOMS,
    ROTA,
    SETTLES,
    STEP,
    TUESDAY,
    Model,
    Pair,
)

RULES = {
    "HOLD_MINUTES": HOLD // MINUTE,
    "HOLD_MAX_MINUTES": HOLD_AT_MOST // MINUTE,
    "NOTICE_WORKING_HOURS": NOTICE_HOURS,
    "REPLY_WORKING_DAYS": ANSWER_DAYS,
    "HORIZON_DAYS": HORIZON // DAY,
    "CUTOFF_HOURS": CUT_OFF // (60 * MINUTE),
    "HEALTH_ANSWERS_DAYS": ANSWERS_LAST,
    "SETTLE_SECONDS": SETTLES // dt.timedelta(seconds=1),
}
DESK_MAIL = {"maidenhead": "", "amersham": "desk@example.org"}


@contextmanager
def rolled_back() -> Iterator[None]:
    """As a test case does: what happens inside leaves nothing behind, and verbs may be durable in it."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


class World(RuleBasedStateMachine):
    """One run: two empty clinics, then whatever comes."""

    gap = our_gap = 60  # minutes between the clinics: for the model, and for the site
    steps = 0  # of all runs
    done: Counter[str]  # verbs that were done, in all runs
    refused: Counter[str]  # and why others were not

    def __init__(self) -> None:
        super().__init__()
        self.run = ExitStack()
        self.run.enter_context(rolled_back())
        self.run.enter_context(override_settings(**RULES, TRAVEL_MINUTES=self.our_gap))
        self.model = Model(NOW, self.gap * MINUTE)
        self.surprise, self.well, self.people = "", True, 0
        self.looked_at: dict[
            int, tuple[str, int]
        ] = {}  # how each appointment stood when its links were tried
        self.places = {slug: cast.make_location(slug, notify_email=DESK_MAIL[slug]) for slug in sorted(ROTA)}
        self.service = cast.make_service()
        cast.make_fees()
        self.names = self.make_rota()
        for slug, since, until in CLOSED:
            cast.make_closure(since, until, location=self.places[slug])
        self.nurse = cast.make_staff("nurse", "clinician")

    def make_rota(self) -> dict[Pair, tuple[int, int]]:
        """The weekly patterns. Returns the ids behind each pair of names; the ids stand in the order of the names."""
        who = {name: cast.make_clinician(name).pk for name in ("Ann", "Ben")}
        rooms = {room: cast.make_room(self.places[slug], room) for slug in ROOMS for room in ROOMS[slug]}
        for slug, pairs in ROTA.items():
            for name, room in pairs:
                cast.make_pattern(
                    self.places[slug],
                    clinician=cast.make_clinician(name),
                    room=rooms[room],
                    weekday=TUESDAY,
                    starts=OPENS,
                    ends=CLOSES,
                    step=STEP // MINUTE,
                )
        # An override may send anybody who works at a clinic into any room of it.
        return {(name, room): (who[name], rooms[room].pk) for name in who for room in rooms}

    def teardown(self) -> None:
        try:
            if self.well:
                self.settled()
        finally:
            self.run.close()

    # --- Doing ------------------------------------------------------------------------------------------------------
    def attempt(self, verb: str, reasons: set[str], do: Callable[[], Any]) -> Any:
        """What the verb answered; None when it was refused. A wrong answer is told by the invariant, after the rows."""
        type(self).steps += 1
        try:
            answer = do()
        except (BookingError, IllegalMove) as error:
            said = type(error).__name__
            self.refused[said] += 1
            if said not in reasons:
                self.surprise = f"{verb} was refused as {said}, the model knows {reasons or 'no reason'}"
            return None
        if reasons:
            self.surprise = f"{verb} was done in spite of {reasons}"
            return None
        self.done[verb] += 1
        return answer

    # --- What must hold after each of them --------------------------------------------------------------------------
    @invariant()
    def the_diary_is_as_it_must_be(self) -> None:
        self.well = False
        rows = list(Appointment.objects.order_by("pk").prefetch_related("events"))
        self.no_overlap(rows)
        assert not self.surprise, self.surprise
        self.rows_agree(rows)
        self.events_agree(rows)
        self.no_time_is_lost()
        self.each_message_once()
        self.links_live_and_die()
        self.well = True

    def no_overlap(self, rows: list[Appointment]) -> None:
        """Needs no model: two rows that keep their time never share a clinician or a room, nor her way between clinics."""
        now = self.model.now
        taken = [
            row
            for row in rows
            if row.status in KEEPS_ITS_TIME and (row.status != "hold" or row.hold_expires_at > now)
        ]
        for one, other in combinations(taken, 2):
            far = one.location_id != other.location_id and one.clinician_id == other.clinician_id
            journey = self.gap * MINUTE if far else 0 * MINUTE
            if one.clinician_id != other.clinician_id and one.room_id != other.room_id:
                continue
            assert one.ends_at + journey <= other.starts_at or other.ends_at + journey <= one.starts_at, (
                f"{'no journey' if far else 'overlap'}: {one.pk} and {other.pk}"
            )

    def rows_agree(self, rows: list[Appointment]) -> None:
        """Who holds what, in which status and version. Of holds only the live ones, by their journey."""
        slugs = {place.pk: slug for slug, place in self.places.items()}
        now, found = self.model.now, {}
        for row in rows:
            if row.patient_id or (row.status == "hold" and row.hold_expires_at > now):
                pair = (row.clinician_id, row.room_id)
                ends = row.hold_expires_at if row.status == "hold" else None
                assert row.ends_at == row.starts_at + LENGTH
                found[row.pk] = (slugs[row.location_id], pair, row.starts_at, row.status, row.version, ends)
        wanted = {
            visit.pk: (
                visit.clinic,
                self.names[visit.pair],
                visit.starts,
                visit.status,
                visit.version,
                visit.expires if visit.status == "hold" else None,
            )
            for visit in self.model.visits
            if visit.status != "hold" or visit.keeps_its_time(now)
        }
        same(found, wanted, "a row is not as it must be")
        checks = {row.pk: row.clinician_check for row in rows if row.patient_id}
        same(checks, {visit.pk: visit.check for visit in self.model.visits if visit.pk in checks}, "a check")

    def events_agree(self, rows: list[Appointment]) -> None:
        events = {visit.pk: visit.events for visit in self.model.visits}
        for row in rows:
            told = [
                (event.verb, event.from_status, event.to_status, event.version)
                for event in sorted(row.events.all(), key=lambda event: event.pk)
            ]
            assert told == events.get(row.pk, []), f"events of {row.pk}"
            if told:
                versions = [version for *_, version in told]
                assert all(later == earlier + 1 for earlier, later in pairwise(versions)), (
                    "a version was skipped"
                )
                assert (versions[-1], told[-1][2]) == (row.version, row.status)

    def no_time_is_lost(self) -> None:
        slugs = {place.pk: slug for slug, place in self.places.items()}
        found = diary.free_times(list(self.places.values()), self.service, now=self.model.now)
        told = {(slugs[slot.location], slot.starts): slot.candidates for slot in found}
        free = self.model.offered()
        assert sorted(free.keys() - told.keys()) == [], "a free time is not offered: it is lost"
        assert sorted(told.keys() - free.keys()) == [], "a time is offered that is not free"
        assert told == {time: tuple(self.names[pair] for pair in pairs) for time, pairs in free.items()}

    def each_message_once(self) -> None:
        rows = AppointmentMessage.objects.order_by("pk").values_list(
            "appointment", "message__kind", "message__to_address", "message__status"
        )
        told: dict[int, list[tuple[str, str, str]]] = {}
        for pk, *letter in rows:
            told.setdefault(pk, []).append(tuple(letter))
        wanted = {
            visit.pk: [(letter.kind, letter.to, letter.status) for letter in visit.letters]
            for visit in self.model.visits
            if visit.letters
        }
        same(told, wanted, "a message is missing, or there is one too many")
        gone = Message.objects.filter(kind="address_changed").order_by("pk")
        assert sorted(gone.values_list("to_address", flat=True)) == sorted(self.model.goodbyes)
        calls: dict[int, list[tuple[str, str]]] = {}
        tells = CallTask.objects.filter(why=CallTask.Why.TELL).order_by("pk")
        for pk, kind, outcome in tells.values_list("appointment", "kind", "outcome"):
            calls.setdefault(pk, []).append((kind, outcome))
        same(
            calls,
            {visit.pk: visit.tells for visit in self.model.visits if visit.tells},
            "a call instead of a message",
        )

    def links_live_and_die(self) -> None:
        """The last link of a living appointment opens it; older ones, and all that were sent before its end, are dead."""
        for visit in self.model.visits:
            stands = (visit.status, len(visit.links))
            if self.looked_at.get(visit.pk) == stands:
                continue  # looked at when it came to stand so, and once more at the end of the run
            self.looked_at[visit.pk] = stands
            for nth, token in enumerate(visit.links, 1):
                opened = links.open_link(token)
                lives = visit.status not in ENDED and nth == len(visit.links)
                assert (opened.pk if opened else None) == (visit.pk if lives else None), "a link"

    # --- What must hold at the end of a run -------------------------------------------------------------------------
    def settled(self) -> None:
        """Needs no model: once everything has settled, the last letter that arrived tells each patient what is true."""
        self.looked_at.clear()
        self.links_live_and_die()
        end = self.model.now + SETTLES
        outbox.send_due(now=end, limit=1000, clock=lambda: end)
        lost = Message.objects.dead().filter(audience="patient")
        unlucky = set(lost.values_list("about__appointment", flat=True))
        for row in Appointment.objects.filter(status__in=(*ALIVE, "cancelled")).exclude(patient=None):
            sent = row.messages.filter(message__status="sent", message__audience="patient").order_by("pk")
            if row.pk in unlucky or not sent or not Patient.objects.get(pk=row.patient_id).email:
                continue
            last = sent.last()
            assert (last.told_status, last.told_starts_at, last.told_location_id) == (
                row.status,
                row.starts_at,
                row.location_id,
            ), f"the patient of {row.pk} believes something else"


def same(found: dict[Any, Any], wanted: dict[Any, Any], what: str) -> None:
    """Raises AssertionError with what differs, and only that."""
    differs = {
        key: (found.get(key), wanted.get(key)) for key in found | wanted if found.get(key) != wanted.get(key)
    }
    assert not differs, f"{what}: of each, what was found and what must be: {differs}"
