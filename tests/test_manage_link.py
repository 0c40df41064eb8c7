"""The link again: from her own page, and from an address that somebody types, who learns nothing by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from bookings import links
from bookings.models import Appointment
from bookings.views import link_finding
from clinic import outbox
from clinic.models import Location, Message, Tally
from tests import cast, manage_cast
from tests.cast import FREE_TIME, NOW
from tests.manage_cast import everything, fresh, opened
from tests.reader import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.both]

place = manage_cast.place
booked = manage_cast.told

KNOWN = "brigid@example.org"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(link_finding, "ANSWER_AFTER", 0.0)
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def find(email: str, reference: str = "") -> Reader:
    return (
        Reader()
        .open("/book/find/")
        .fill("Email", email)
        .fill("Reference", reference)
        .press("Send me the link")
    )


def sent() -> int:
    return Message.objects.filter(kind="link_again").count()


# --- From her own page ------------------------------------------------------------------------------------------
def test_one_button_sends_a_new_link_and_the_old_one_dies(booked: Appointment) -> None:
    old = links.token(booked)
    reader = opened(booked).click("Get the link again")
    assert sent() == 0
    reader.press("Send me a new link")
    assert (reader.url, sent()) == ("/book/manage/", 1)
    assert links.open_link(old) is None
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)
    assert f"/book/link/{links.token(fresh(booked))}/" in str(mail.outbox[-1].body)


def test_a_few_times_a_day_and_no_more(booked: Appointment, clock: Any) -> None:
    for _ in range(3):
        opened(fresh(booked)).click("Get the link again").press("Send me a new link")
    reader = opened(fresh(booked)).click("Get the link again").press("Send me a new link")
    assert (reader.status, sent()) == (409, 3)
    clock.shift(dt.timedelta(days=1))
    opened(fresh(booked)).click("Get the link again").press("Send me a new link")
    assert sent() == 4


def test_without_an_email_it_asks_for_one(place: Location) -> None:
    asked = cast.make_request(place, patient=cast.make_details(email=""))
    reader = opened(asked).click("Get the link again")
    assert "We have no email for you" in reader.text
    assert reader.client.post("/book/manage/link/", {"version": asked.version}).status_code == 403
    assert reader.click("Give us your email").h1 == "Correct phone or email"


# --- From an address that somebody types ------------------------------------------------------------------------
def test_a_known_address_gets_the_link_of_each_coming_appointment(
    place: Location, booked: Appointment
) -> None:
    cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    reader = find(" Brigid@Example.org ")
    assert (reader.url, reader.h1) == ("/book/find/sent/", "Look in your email")
    assert sent() == 2
    assert set(Message.objects.filter(kind="link_again").values_list("to_address", flat=True)) == {KNOWN}


def test_a_reference_narrows_it(place: Location, booked: Appointment) -> None:
    cast.make_request(place, starts_at=FREE_TIME + dt.timedelta(hours=1))
    ref = booked.reference.lower()
    find(KNOWN, f"{ref[:3]} {ref[3:]}")
    assert sent() == 1
    find(KNOWN, "nothing")
    assert sent() == 1


def test_the_answer_is_the_same_byte_for_byte_whether_we_know_it_or_not(booked: Appointment) -> None:
    answers = []
    for email in (KNOWN, "stranger@example.org"):
        client = Client()
        first = client.post("/book/find/", {"email": email, "reference": ""})
        second = client.get(first["Location"])
        answers.append((first.status_code, first["Location"], sorted(client.cookies), second.content))
    assert answers[0] == answers[1]
    assert sent() == 1


def test_both_answers_wait_until_the_same_time(booked: Appointment, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long it takes tells nothing either: each answer comes after the same wait."""
    waits: list[float] = []
    monkeypatch.setattr(link_finding, "ANSWER_AFTER", 0.4)
    monkeypatch.setattr(link_finding.time, "monotonic", iter([0.0, 0.3, 0.0, 0.1]).__next__)
    monkeypatch.setattr(link_finding.time, "sleep", waits.append)
    for email in (KNOWN, "stranger@example.org"):
        Client().post("/book/find/", {"email": email, "reference": ""})
    assert waits == [pytest.approx(0.1), pytest.approx(0.3)]


def test_what_is_over_or_cancelled_is_not_found(booked: Appointment, clock: Any) -> None:
    clock.move_to(FREE_TIME + dt.timedelta(hours=1))
    find(KNOWN)
    assert sent() == 0


def test_an_address_is_written_to_a_few_times_a_day(booked: Appointment) -> None:
    pages = {find(KNOWN).response.content for _ in range(6)}
    assert (len(pages), sent()) == (1, 3)
    assert links.open_link(links.token(fresh(booked))) == booked


def test_no_address_is_kept_in_the_tally(booked: Appointment) -> None:
    find(KNOWN)
    assert KNOWN not in str(list(Tally.objects.values()))
    assert Tally.objects.get().count == 1


def test_slips_are_said_and_nonsense_is_nobody(booked: Appointment) -> None:
    assert find("").status == 422
    assert find("nobody").status == 422
    for email in ("x'--@example.org", "%@example.org", "_rigid@example.org"):
        assert find(email).status in (200, 422)
    assert sent() == 0


def test_looking_changes_nothing_and_the_answer_stands_only_after_asking(booked: Appointment) -> None:
    before = everything()
    assert Reader().open("/book/find/sent/").url == "/book/find/"
    assert Client().get(f"/book/find/?email={KNOWN}").status_code == 200
    assert everything() == before


def test_a_dead_link_is_sent_again_and_opens(booked: Appointment) -> None:
    """The whole way back: a dead link, the page that sends it, the mail, the appointment."""
    dead = links.token(booked)
    Appointment.objects.update(link_version=7)
    reader = Reader().open(f"/book/link/{dead}/")
    assert (reader.status, reader.h1) == (404, "This link no longer works")
    assert "Ask us to ring you" in reader.text
    assert "0800 783 6106" in reader.text
    reader.click("Send me the link again").fill("Email", KNOWN).press("Send me the link")
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)
    body = str(mail.outbox[-1].body)
    address = next(word for word in body.split() if "/book/link/" in word)
    assert reader.open(address.removeprefix("https://testserver")).h1 == "Your appointment"
