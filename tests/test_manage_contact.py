"""Correcting phone or email: the old address is told without a link, and only the new one gets the new link."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from bookings import links, services
from bookings.models import Appointment, CallTask
from clinic import outbox
from clinic.models import Message
from tests import cast, manage_cast
from tests.cast import NOW
from tests.manage_cast import everything, fresh, opened

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

booked = manage_cast.told

OLD, NEW = "brigid@example.org", "new@example.org"


def corrected(appointment: Appointment, email: str = NEW) -> None:
    opened(appointment).click("Correct phone or email").fill("Email", email).press("Save")


def sent() -> dict[str, str]:
    """Address and text of what goes out."""
    mail.outbox.clear()
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)
    return {
        to: "\n".join(str(each.body) for each in mail.outbox if each.to == [to])
        for to in {each.to[0] for each in mail.outbox}
    }


def test_another_phone_is_kept_and_writes_to_nobody(booked: Appointment) -> None:
    reader = (
        opened(booked).click("Correct phone or email").fill("Phone number", "(01) 500 0000").press("Save")
    )
    assert "We have saved it." in reader.text
    assert fresh(booked).patient.phone == "+35315000000"  # type: ignore[union-attr]
    assert Message.objects.unsent().count() == 0
    assert booked.events.last().verb == "contact"  # type: ignore[union-attr]


def test_the_new_address_gets_the_link_and_the_old_one_none(booked: Appointment) -> None:
    old_link = links.token(booked)
    corrected(booked)
    letters = sent()
    assert set(letters) == {OLD, NEW}
    assert f"/book/link/{links.token(fresh(booked))}/" in letters[NEW]
    assert "/book/" not in letters[OLD]
    assert "another email" in letters[OLD]
    assert links.open_link(old_link) is None


def test_the_old_address_learns_no_name_and_no_time(booked: Appointment) -> None:
    corrected(booked)
    told = Message.objects.get(kind="address_changed")
    for private in ("Brigid", NEW, "2 March", "10:15"):
        assert private not in f"{told.subject}{told.text}{told.html}"


def test_her_own_page_stays_open(booked: Appointment) -> None:
    reader = opened(booked).click("Correct phone or email").fill("Email", NEW).press("Save")
    assert (reader.url, reader.status) == ("/book/manage/", 200)
    assert f"sent a new link to {NEW}" in reader.text


def test_a_letter_that_still_waits_goes_to_the_new_address(settings: Any) -> None:
    settings.SETTLE_SECONDS = 180
    booked = cast.make_booked(cast.make_clinic())  # its confirmation waits
    corrected(booked)
    waits = Message.objects.get(kind="confirmed")
    assert waits.to_address == NEW
    assert OLD not in waits.calendar


def test_a_dead_letter_is_sent_again_to_the_new_address_only(booked: Appointment) -> None:
    """The old one may be a slip of the pen, and a stranger's."""
    Message.objects.filter(kind="confirmed").update(status="dead", last_problem="recipient-550")
    corrected(booked)
    dead = Message.objects.dead().get()
    assert (dead.to_address, OLD in dead.calendar) == (NEW, False)
    outbox.resend(message_id=dead.pk, by=cast.make_staff("sam", "manager"), now=NOW)
    letters = sent()
    assert "confirmed" in letters[NEW] or "booked" in letters[NEW]
    assert "another email" in letters[OLD]


def test_a_dead_letter_becomes_a_call_where_no_address_is_left(booked: Appointment) -> None:
    """Only the newest: what stood before it is no longer so."""
    Message.objects.filter(kind__in=["received", "confirmed"]).update(status="dead")
    corrected(booked, "")
    assert not Message.objects.dead().exists()
    assert [call.kind for call in CallTask.objects.order_by("pk")] == ["confirmed"]


def test_a_letter_under_way_to_the_old_address_carries_no_link(booked: Appointment) -> None:
    """The worker had it in its hands when the address changed."""
    corrected(booked)
    late = Message.objects.filter(kind="confirmed")
    late.update(status="queued", sent_at=None, attempts=0, not_before=NOW)
    letters = sent()
    assert links.token(fresh(booked)) not in letters[OLD]
    assert "/book/find/" in letters[OLD]


def test_an_email_may_be_taken_out_and_put_in(booked: Appointment) -> None:
    corrected(booked, "")
    assert fresh(booked).patient.email == ""  # type: ignore[union-attr]
    assert set(sent()) == {OLD}
    corrected(fresh(booked), NEW)
    assert set(sent()) == {NEW}


def test_the_same_again_changes_nothing(booked: Appointment) -> None:
    reader = opened(booked).click("Correct phone or email")
    before = everything()
    reader.press("Save")
    assert everything() == before


def test_a_slip_is_said_beside_its_field(booked: Appointment) -> None:
    reader = opened(booked).click("Correct phone or email").fill("Email", "nobody").fill("Phone number", "12")
    reader.press("Save")
    assert reader.status == 422
    assert "Enter an email address like name@example.org" in reader.text
    assert "Enter a phone number we can ring" in reader.text


def test_what_the_desk_changed_meanwhile_is_said(booked: Appointment) -> None:
    reader = opened(booked).click("Correct phone or email").fill("Email", NEW)
    cast.act(services.cancel, fresh(booked))
    reader.press("Save")
    assert fresh(booked).patient.email == OLD  # type: ignore[union-attr]


def test_one_address_is_not_written_to_for_ever(booked: Appointment, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "link-again": "3/1440"}
    for email in (NEW, OLD, NEW, OLD, NEW, OLD):
        corrected(fresh(booked), email)
    reader = opened(fresh(booked)).click("Correct phone or email").fill("Email", NEW).press("Save")
    assert reader.status == 429
    assert "0800 783 6106" in reader.text
    assert fresh(booked).patient.email == OLD  # type: ignore[union-attr]
