"""Cancelling it behind the link: asked once more, a reason that need not be given, and a page that says it is done."""

from __future__ import annotations

import pytest

from bookings import services
from bookings.models import Appointment
from clinic.models import Message
from tests import cast
from tests.cast import FREE_TIME
from tests.manage_cast import by_staff, everything, fresh, opened

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


def test_it_is_asked_once_more_and_then_done(booked: Appointment) -> None:
    reader = opened(booked)
    before = everything()
    reader.click("Cancel it")
    assert everything() == before
    assert "Tuesday 2 March, 10:15am, at Maidenhead" in reader.text
    reader.press("Yes, cancel it")
    assert fresh(booked).status == "cancelled"
    assert (reader.url, reader.status) == ("/book/manage/", 200)
    assert "We have cancelled it." in reader.text
    assert "Move it" not in reader.text
    assert "Ask for another time" in reader.text


def test_the_reason_is_optional_and_kept_as_a_code(booked: Appointment) -> None:
    opened(booked).click("Cancel it").choose("The cost").press("Yes, cancel it")
    assert booked.events.get(verb="cancel").reason_code == "cost"


def test_without_a_reason_it_is_cancelled_just_the_same(booked: Appointment) -> None:
    opened(booked).click("Cancel it").press("Yes, cancel it")
    assert booked.events.get(verb="cancel").reason_code == ""


def test_a_reason_that_no_page_offers_is_said(booked: Appointment) -> None:
    reader = opened(booked).click("Cancel it")
    data = reader.values() | {"reason": "no-time"}
    assert reader.client.post("/book/manage/cancel/", data).status_code == 422
    assert fresh(booked).status == "booked"


def test_a_second_press_is_told_the_same(booked: Appointment) -> None:
    reader = opened(booked).click("Cancel it")
    data, cookies = reader.values(), dict(reader.client.cookies)
    first = reader.client.post("/book/manage/cancel/", data)
    reader.client.cookies.update(cookies)  # the answer to the first press has not come yet
    second = reader.client.post("/book/manage/cancel/", data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert booked.events.filter(verb="cancel").count() == 1


def test_the_mail_takes_it_out_of_her_calendar(booked: Appointment) -> None:
    cast.post_went()
    opened(booked).click("Cancel it").press("Yes, cancel it")
    mail = Message.objects.get(kind="cancelled")
    assert mail.calendar_method == "CANCEL"
    assert f"UID:{booked.uuid}" in mail.calendar


def test_the_time_is_free_for_the_next_one(booked: Appointment) -> None:
    opened(booked).click("Cancel it").press("Yes, cancel it")
    assert cast.make_request(booked.location).starts_at == FREE_TIME


def test_what_the_desk_changed_meanwhile_is_not_cancelled_unseen(booked: Appointment) -> None:
    reader = opened(booked).click("Cancel it")
    by_staff(services.move, booked, starts_at=FREE_TIME.replace(hour=12), location=booked.location)
    reader.press("Yes, cancel it")
    assert fresh(booked).status == "booked"
    assert "This changed while the page was open" in reader.text


def test_what_the_desk_cancelled_first_is_shown_as_cancelled(booked: Appointment) -> None:
    reader = opened(booked).click("Cancel it")
    by_staff(services.cancel, booked)
    reader.press("Yes, cancel it")
    assert "Cancelled." in reader.text


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 50, "٣"])
def test_a_form_without_a_version_cancels_nothing(booked: Appointment, version: str) -> None:
    reader = opened(booked).click("Cancel it")
    reader.client.post("/book/manage/cancel/", reader.values() | {"version": version})
    assert fresh(booked).status == "booked"
