"""Calendar files as they arrive in the mail and from the page, read back by a parser that had no part in writing them.

The mail is taken apart by Python's own parser and the file by vobject; instants are compared with times written by hand.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject

from bookings import calendar_file, services
from bookings.models import Appointment, AppointmentMessage, WorkingPattern
from clinic import letters, outbox
from clinic.models import Location, Message
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.manage_cast import opened
from treatments.screening import PageAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.both]

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
HALF_HOUR = dt.timedelta(minutes=30)
PHONES = {"GB": "0800 783 6106", "IE": "01 293 7839"}
# Nobody who looks over a shoulder learns what it is about, or gets in by it.
NEVER = (
    "vein", "sclero", "health", "leg", "treat", "inject", "consult", "nurse", "allerg", "asthma", "thread", "clot",
    "://", "/book/", "www.", "manage", "url:",
)  # fmt: skip


class Entry(NamedTuple):
    """What a calendar program would keep of a file."""

    method: str
    uid: str
    sequence: int
    starts: dt.datetime
    ends: dt.datetime
    status: str


def read_file(file: bytes) -> tuple[Entry, Any]:
    """The one event of a file, after the shape of its lines (RFC 5545, 3.1) was looked at."""
    assert file.endswith(b"\r\n"), "the last line does not end"
    assert file.count(b"\n") == file.count(b"\r") == file.count(b"\r\n"), (
        "a line ends in something else than CRLF"
    )
    assert max(map(len, file.split(b"\r\n"))) <= 75, "a line is longer than 75 octets"
    calendar = vobject.readOne(file.decode())
    (event,) = calendar.vevent_list
    assert event.dtstart.value.utcoffset() == event.dtend.value.utcoffset() == dt.timedelta(0), (
        "a time floats"
    )
    words = calendar.serialize(validate=True).replace("\r\n ", "").lower()
    assert not [word for word in NEVER if word in words], "the file says too much"
    return (
        Entry(
            calendar.method.value,
            event.uid.value,
            int(event.sequence.value),
            event.dtstart.value,
            event.dtend.value,
            event.status.value,
        ),
        event,
    )


def arrived(message: Message) -> EmailMessage:
    """The mail as a mail program gets it: over the wire, and parsed again."""
    wire = letters.compose(message, NOW).message().as_bytes(linesep="\r\n")
    mail = email.message_from_bytes(wire, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def parts(mail: EmailMessage) -> list[EmailMessage]:
    return [part for part in mail.walk() if part.get_content_type() in ("text/calendar", "application/ics")]


def read_mail(message: Message) -> tuple[Entry, Any]:
    """The invitation inside a mail. The attached copy is the same file, and the header names the same method."""
    inline, attached = parts(arrived(message))
    file = inline.get_payload(decode=True)
    assert file == attached.get_payload(decode=True), "two different files in one mail"
    entry, event = read_file(file)
    assert inline.get_content_type() == "text/calendar"
    assert inline["Content-Type"].params["method"] == entry.method, "the header names another method"
    assert inline.get_content_charset() == "utf-8"
    assert (attached.get_content_disposition(), attached.get_filename()) == ("attachment", "appointment.ics")
    return entry, event


def told(appointment: Appointment) -> list[Message]:
    rows = AppointmentMessage.objects.filter(appointment=appointment, message__audience="patient")
    return [row.message for row in rows.select_related("message").order_by("pk")]


def read_all(appointment: Appointment) -> list[Entry]:
    """The entries of all mails that carry one, in the order they were written."""
    return [read_mail(message)[0] for message in told(appointment) if parts(arrived(message))]


def make_night(slug: str) -> Location:
    """A clinic that is open from midnight on Sundays too, where the clocks change."""
    place = cast.make_clinic(slug)
    cast.make_pattern(
        place, clinician=cast.make_clinician("Night Demo"), weekday=6, starts=dt.time(0), ends=dt.time(11)
    )
    return place


def booked_at(place: Location, starts_at: dt.datetime) -> Appointment:
    """Asked for and confirmed 20 days ahead, with something ticked."""
    now = starts_at - 20 * DAY
    answers = cast.NONE_TICKED | {1: PageAnswer(frozenset({"allergy"}))}
    asked = cast.make_request(place, starts_at=starts_at, now=now, answers=answers)
    return cast.act(services.confirm, asked, now=now)


# --- One appointment from its confirmation to its end ---------------------------------------------------------------------
def test_confirmed_moved_and_cancelled_keep_one_name_and_count_up() -> None:
    place = cast.make_clinic()
    asked = cast.make_request(place)
    visit = cast.act(services.confirm, asked)
    visit = cast.act(services.move, visit, services.PATIENT, location=place, starts_at=FREE_TIME + HOUR)
    visit = cast.act(services.cancel, visit, services.PATIENT)
    entries = read_all(visit)
    assert [(entry.method, entry.status) for entry in entries] == [
        ("REQUEST", "CONFIRMED"),
        ("REQUEST", "CONFIRMED"),
        ("CANCEL", "CANCELLED"),
    ]
    assert {entry.uid for entry in entries} == {str(asked.uuid)}
    assert [entry.sequence for entry in entries] == [2, 3, 4]
    assert [entry.starts for entry in entries] == [FREE_TIME, FREE_TIME + HOUR, FREE_TIME + HOUR]
    assert {entry.ends - entry.starts for entry in entries} == {HALF_HOUR}


def test_the_clinic_asks_and_the_patient_has_agreed() -> None:
    visit = cast.make_booked(cast.make_clinic())
    message = told(visit)[-1]
    _, event = read_mail(message)
    assert event.organizer.value == "mailto:appointments@example.org"
    assert event.attendee.value == f"mailto:{visit.patient.email}"
    assert (event.attendee.params["PARTSTAT"], event.attendee.params["RSVP"]) == (["ACCEPTED"], ["FALSE"])
    assert "appointments@example.org" in arrived(message)["From"]
    assert arrived(message)["To"] == visit.patient.email


def test_it_names_place_phone_and_reference() -> None:
    visit = cast.make_booked(cast.make_clinic())
    _, event = read_mail(told(visit)[-1])
    assert event.summary.value == "Clinic appointment"
    assert event.location.value == "Maidenhead, The Bridge Clinic, Maidenhead, SL6 8DG"
    reference = f"{visit.reference[:3]} {visit.reference[3:]}"
    assert event.description.value == f"Reference {reference}. Phone 0800 783 6106."


def test_a_request_has_no_entry_in_the_mail_nor_on_the_page() -> None:
    with time_machine.travel(NOW, tick=False):
        asked = cast.make_request(cast.make_clinic())
        assert [parts(arrived(message)) for message in told(asked)] == [[]]
        assert opened(asked).client.get("/book/manage/appointment.ics").status_code == 404


def test_a_request_that_ends_takes_nothing_out_of_a_calendar() -> None:
    asked = cast.make_request(cast.make_clinic())
    cast.act(services.cancel, asked)
    assert read_all(asked) == []


def test_asked_for_again_at_another_clinic_it_leaves_the_calendar_until_that_one_confirms() -> None:
    visit = cast.make_booked(cast.make_clinic())
    elsewhere = cast.make_clinic("amersham")
    visit = cast.act(services.move, visit, services.PATIENT, location=elsewhere, starts_at=FREE_TIME)
    visit = cast.act(services.confirm, visit)
    entries = read_all(visit)
    assert [(entry.method, entry.sequence) for entry in entries] == [
        ("REQUEST", 2),
        ("CANCEL", 3),
        ("REQUEST", 4),
    ]
    assert len({entry.uid for entry in entries}) == 1


def test_the_page_gives_the_same_entry_as_the_mail() -> None:
    with time_machine.travel(NOW, tick=False):
        visit = cast.make_booked(cast.make_clinic())
        answer = opened(visit).client.get("/book/manage/appointment.ics")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=REQUEST"
        assert answer["Content-Disposition"] == 'attachment; filename="appointment.ics"'
        assert read_file(answer.content)[0] == read_mail(told(visit)[-1])[0]


def test_on_the_page_it_counts_up_with_each_move() -> None:
    with time_machine.travel(NOW, tick=False):
        place = cast.make_clinic()
        visit = cast.make_booked(place)
        numbers = []
        for hours in (1, 2):
            numbers.append(
                read_file(opened(visit).client.get("/book/manage/appointment.ics").content)[0].sequence
            )
            visit = cast.act(services.move, visit, location=place, starts_at=FREE_TIME + hours * HOUR)
        assert numbers == [2, 3]


def test_what_really_leaves_is_what_was_read(mailoutbox: list[Any]) -> None:
    """The worker sends the mail that `compose` puts together."""
    visit = cast.make_booked(cast.make_clinic())
    later = NOW + HOUR
    outbox.send_due(now=later, limit=10, clock=lambda: later)
    sent = [mail for mail in mailoutbox if mail.to == [visit.patient.email]][-1]
    mail = email.message_from_bytes(sent.message().as_bytes(linesep="\r\n"), policy=email.policy.default)
    assert read_file(parts(mail)[0].get_payload(decode=True))[0].uid == str(visit.uuid)


# --- Both days on which the clocks change -----------------------------------------------------------------------------
# What the wall shows and what that is in UTC, written by hand.
CHANGES = {
    "spring, before": (dt.date(2027, 3, 28), "00:30", dt.datetime(2027, 3, 28, 0, 30, tzinfo=dt.UTC)),
    "spring, after": (dt.date(2027, 3, 28), "02:00", dt.datetime(2027, 3, 28, 1, 0, tzinfo=dt.UTC)),
    "spring, by day": (dt.date(2027, 3, 28), "10:00", dt.datetime(2027, 3, 28, 9, 0, tzinfo=dt.UTC)),
    "autumn, first 1:30": (dt.date(2027, 10, 31), "01:30", dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)),
    "autumn, second 1:30": (dt.date(2027, 10, 31), "01:30", dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)),
    "autumn, by day": (dt.date(2027, 10, 31), "10:00", dt.datetime(2027, 10, 31, 10, 0, tzinfo=dt.UTC)),
}


@pytest.mark.parametrize("slug", ["london", "dublin"])
@pytest.mark.parametrize("when", CHANGES)
def test_the_instant_is_right_when_the_clocks_change(slug: str, when: str) -> None:
    day, wall, instant = CHANGES[when]
    visit = booked_at(make_night(slug), instant)
    shown = visit.starts_at.astimezone(visit.location.zone)
    assert (shown.date(), f"{shown:%H:%M}") == (day, wall)
    visit = cast.act(services.cancel, visit, now=instant - 10 * DAY)
    invited, called_off = read_all(visit)
    assert (invited.method, called_off.method) == ("REQUEST", "CANCEL")
    for entry in (invited, called_off):
        assert (entry.starts, entry.ends) == (instant, instant + HALF_HOUR)
    _, event = read_mail(told(visit)[1])
    assert PHONES[visit.location.country] in event.description.value


@pytest.mark.parametrize("slug", ["london", "dublin"])
def test_a_move_over_the_change_keeps_the_wall_and_shifts_the_instant(slug: str) -> None:
    place = make_night(slug)
    visit = booked_at(place, dt.datetime(2027, 3, 21, 10, 0, tzinfo=dt.UTC))
    moved = cast.act(
        services.move,
        visit,
        location=place,
        starts_at=dt.datetime(2027, 3, 28, 9, tzinfo=dt.UTC),
        now=NOW + 15 * DAY,
    )
    walls = [f"{entry.starts.astimezone(moved.location.zone):%d %H:%M}" for entry in read_all(moved)]
    assert walls == ["21 10:00", "28 10:00"]


# --- The controls: what this reader must not let through --------------------------------------------------------------
@pytest.fixture
def file() -> bytes:
    """One with a line long enough to be folded."""
    place = cast.make_clinic()
    Location.objects.update(
        address="The Bridge Clinic, on the first floor behind the chemist\nLong Bridge Road"
    )
    visit = cast.make_booked(Location.objects.get(pk=place.pk))
    made = parts(arrived(told(visit)[-1]))[0].get_payload(decode=True)
    assert isinstance(made, bytes)
    assert b"\r\n " in made
    return made


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.replace(b"\r\n", b"\n"), "does not end|CRLF"),
        (lambda file: file.replace(b"\r\n ", b""), "longer than 75"),
        (lambda file: file.replace(b"SUMMARY:Clinic", b"SUMMARY:Vein clinic"), "too much"),
        (
            lambda file: file.replace(b"STATUS:", b"URL:https://testserver/book/link/x/\r\nSTATUS:"),
            "too much",
        ),
        (lambda file: re.sub(rb"(DTSTART:\d+T\d+)Z", rb"\1", file), "floats"),
    ],
    ids=["bare line ends", "not folded", "a word of health", "a link", "a time without a zone"],
)
def test_a_spoilt_file_is_noticed(file: bytes, spoil: Callable[[bytes], bytes], said: str) -> None:
    read_file(file)
    with pytest.raises(AssertionError, match=said):
        read_file(spoil(file))


def test_a_folded_line_comes_back_whole(file: bytes) -> None:
    _, event = read_file(file)
    assert event.location.value == (
        "Maidenhead, The Bridge Clinic, on the first floor behind the chemist, Long Bridge Road, SL6 8DG"
    )


def test_a_header_that_names_another_method_is_noticed() -> None:
    message = told(cast.make_booked(cast.make_clinic()))[-1]
    read_mail(message)
    message.calendar_method = "CANCEL"
    with pytest.raises(AssertionError, match="another method"):
        read_mail(message)


@pytest.mark.parametrize("slug", ["london", "dublin"])
def test_the_wall_written_as_if_it_were_utc_is_noticed(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual mistake: right all winter, an hour wrong from the last Sunday of March on."""

    def wall(at: dt.datetime) -> dt.datetime:
        return at.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=dt.UTC)

    monkeypatch.setattr(calendar_file, "_utc", wall)
    wrong = []
    for _, _, instant in CHANGES.values():
        (entry,) = read_all(booked_at(make_night(slug), instant))
        if entry.starts != instant:
            wrong.append(instant)
        WorkingPattern.objects.all().delete()
    assert len(wrong) == 3
