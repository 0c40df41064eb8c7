"""One mailbox is written to a few times a day, whatever is posted. What staff or the diary decided goes all the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings as project
from django.core import mail
from django.test import Client

from bookings import services
from bookings.models import Appointment
from clinic import outbox
from clinic.models import Location, Message
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

VICTIM = "victim@example.org"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def three_a_day(settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "mail": "3/1440"}


def write(kind: str = "received", to: str = VICTIM, audience: str = "patient", now: dt.datetime = NOW) -> str:
    made = outbox.queue(kind=kind, audience=audience, to=to, subject="Hello", text="Hello.\n", now=now)
    return f"{made.status} {made.last_problem}".strip()


def test_the_fourth_of_a_day_is_a_dead_letter_and_tomorrow_they_go_again() -> None:
    assert [write() for _ in range(5)] == ["queued"] * 3 + ["dead too-many"] * 2
    assert write(to="other@example.org") == "queued"
    assert write(now=NOW + 2 * DAY) == "queued"


def test_capitals_and_plus_signs_are_no_second_mailbox() -> None:
    for to in ("Victim@Example.org", "victim+1@example.org", "victim+2@example.org"):
        assert write(to=to) == "queued"
    assert write(to="VICTIM+3@EXAMPLE.ORG") == "dead too-many"


def test_what_staff_or_the_diary_decided_goes_and_is_counted() -> None:
    assert {write(kind) for kind in project.MAIL_ALWAYS} == {"queued"}
    assert write("received") == "dead too-many"
    assert write("confirmed") == "queued"


def test_the_clinics_own_mail_is_not_limited() -> None:
    assert {write("new_request", audience="staff") for _ in range(9)} == {"queued"}


def test_each_kind_that_always_goes_is_a_kind_of_ours() -> None:
    folder = project.BASE_DIR / "templates" / "bookings" / "messages"
    assert project.MAIL_ALWAYS
    assert [kind for kind in project.MAIL_ALWAYS if not (folder / kind).is_dir()] == []


def test_staff_see_what_was_not_sent_and_may_send_it() -> None:
    for _ in range(4):
        write()
    boss = desk_cast.superuser()
    assert "too-many" in desk_cast.text_of(boss.get("/admin/clinic/message/"))
    dead = Message.objects.dead().get()
    by = cast.make_staff("boss", "manager")
    assert outbox.resend(message_id=dead.pk, by=by, now=NOW).status == Message.Status.QUEUED
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)
    assert len(mail.outbox) == 4


def test_whatever_is_posted_no_more_reach_a_victim() -> None:
    """Requests, complaints, links again and a date, all with one address, from many addresses."""
    place = cast.make_clinic()
    cast.make_second_pair(place)
    for nth in range(6):
        at = FREE_TIME + nth * dt.timedelta(minutes=30)
        cast.make_request(place, starts_at=at, patient=cast.make_details(email=VICTIM))
        data = {"text": f"Bad {nth}", "name": "A", "email": VICTIM, "form": str(nth)}
        assert Client(REMOTE_ADDR=f"198.51.100.{nth}").post("/complaints/write/", data).status_code == 302
        on = dt.date(2027, 2, 18)
        services.write_later(email=VICTIM, on=on, location=place, now=NOW)
    outbox.send_due(now=NOW + DAY, limit=500, clock=lambda: NOW + DAY)
    outbox.send_due(now=NOW, limit=500, clock=lambda: NOW)
    assert len([each for each in mail.outbox if each.to == [VICTIM]]) <= 3
    assert Appointment.objects.count() == 6  # every request is kept all the same
    assert Message.objects.filter(last_problem=outbox.TOO_MANY).count() == 15


def test_a_request_is_kept_although_its_mail_is_not_sent() -> None:
    place = cast.make_clinic()
    for _ in range(3):
        write(to="brigid@example.org")
    made = cast.make_request(place)
    message = Message.objects.get(about__appointment=made, audience="patient")
    assert (made.status, message.status) == ("pending", Message.Status.DEAD)
    assert Location.objects.exists()
