"""Gets every kind of letter written to people in each state, by the verbs that write them. Needs a database of its own."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import html5lib
from icalendar import Calendar

from bookings import messages, services
from bookings.models import Appointment, CallTask, VisitRecord
from bookings.services.reminding import remind
from clinic.models import Location, Message
from tests import cast
from tests.words.blocks import Block, PageText, read_letter, read_page
from treatments.screening import PageAnswer

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
FOR_STAFF = {"complaint_new", "new_request"}  # kinds that go to an address of the clinic
SHOWN = ("summary", "location", "description")  # of a calendar entry
CLOT = {1: PageAnswer(frozenset({"clot"})), 2: PageAnswer(none=True), 3: PageAnswer(none=True)}
_PLACE = re.compile(r"\[\[[^\]]+\]\]")
_LINK = "https://testserver/book/link/x/"  # what the worker puts in


def letters() -> list[PageText]:
    """Subject and both bodies of everything sent to patients, and what is read out to those without email."""
    write_all()
    found = []
    for message in Message.objects.filter(audience="patient").order_by("pk"):
        name = f"(letter {message.kind})"
        found.append(read_letter(name, message.subject, _PLACE.sub(_LINK, message.text)))
        body, around = read_page(name, html5lib.parse(message.html, namespaceHTMLElements=False))
        found.append(PageText(name, body.blocks + around.blocks))
        if message.calendar:
            found.append(calendar(f"(calendar {message.calendar_method.lower()})", message.calendar))
    for task in CallTask.objects.filter(why=CallTask.Why.TELL).order_by("pk"):
        found.append(read_letter(f"(letter {task.kind})", "", task.script))
    return found


def calendar(name: str, file: str) -> PageText:
    """What a calendar shows of an appointment, each field as a cell of it."""
    shown = (event.get(field) for event in Calendar.from_ical(file).walk("VEVENT") for field in SHOWN)
    return PageText(name, [Block("cell", str(text)) for text in shown if text])


def write_all() -> None:
    """Each verb and the scan, for a request that goes straight on and one that a nurse rings about, in both countries."""
    for number, slug in enumerate(("maidenhead", "dublin")):
        # Two weeks on, where nobody who walked over the site has taken a time.
        place, day = cast.make_clinic(slug), dt.timedelta(weeks=2 + number)
        for minutes, wish in enumerate(({}, {"answers": CLOT}, {"patient": cast.make_details(email="")})):
            at = cast.FREE_TIME + day + dt.timedelta(hours=minutes)
            asked = cast.make_request(place, starts_at=at, **wish)
            if minutes == 0:
                _corrected(asked)
                asked.refresh_from_db()
            moved = cast.act(services.move, asked, starts_at=at + dt.timedelta(minutes=30), location=place)
            if "answers" not in wish:
                moved = cast.act(services.confirm, moved)
            cast.post_went()
            cast.act(services.cancel, moved, reason_code="clinic")
        for minutes, code in enumerate(messages.REASONS):
            at = cast.FREE_TIME + day + dt.timedelta(hours=3, minutes=30 * minutes)
            cast.act(services.decline, cast.make_request(place, starts_at=at), reason_code=code)
        _reminded(place, cast.FREE_TIME + day)
        services.write_later(email="jo@example.org", on=dt.date(2027, 9, 1), location=place, now=cast.NOW)


def _seen(visit: Appointment, *, at_night: bool) -> None:
    """The letter after a session, as if this visit had been one."""
    later = visit.starts_at.date() + dt.timedelta(weeks=6)
    record = VisitRecord(
        stocking_days=7,
        stocking_size="Medium",
        stocking_class="2",
        at_night=at_night,
        next_not_before=later if at_night else None,
    )
    messages.visit_today(visit, record=record, now=cast.NOW)


def _corrected(asked: Appointment) -> None:
    """Another email, so that both addresses are written to."""
    services.correct_contact(
        appointment_id=asked.pk,
        expected_version=asked.version,
        phone="+442079460000",
        email=f"new{asked.pk}@example.org",
        actor=services.PATIENT,
        now=cast.NOW,
    )


def _reminded(place: Location, first: dt.datetime) -> None:
    """Both reminders: of one visit, of two under one address, and read out to somebody without an email."""
    for number, email in enumerate(("jo@example.org", "both@example.org", "both@example.org", "")):
        at = first + number * dt.timedelta(minutes=30)
        patient = cast.make_details(email=email)
        visit = cast.act(services.confirm, cast.make_request(place, starts_at=at, patient=patient))
        _seen(visit, at_night=number % 2 == 0)
    cast.post_went()
    CallTask.objects.open().update(outcome=CallTask.Outcome.DONE, closed_at=cast.NOW)
    for days in (7, 1):
        remind(now=first - dt.timedelta(days=days) + dt.timedelta(hours=2))


def kinds_written() -> set[str]:
    """Kinds of letters that templates exist for, other than those for staff."""
    return {path.parent.name for path in TEMPLATES.glob("*/messages/*/subject.txt")} - FOR_STAFF
