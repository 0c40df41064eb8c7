"""Ending reminders from the link in one: a GET shows a button, one press ends them, and it opens nothing else."""

from __future__ import annotations

import logging
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from bookings import links, services
from bookings.models import Appointment, Patient
from bookings.services import PATIENT
from clinic import letters, outbox
from clinic.models import Location, Message
from tests import manage_cast
from tests.cast import NOW, make_details, make_request
from tests.manage_cast import everything, opened
from tests.outbox_cast import make_message
from tests.reader import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def address(appointment: Appointment) -> str:
    return links.reminders_off_url(links.fill_key(appointment)).removeprefix(settings.SITE_URL)


def off() -> list[bool]:
    return [
        each is not None for each in Patient.objects.order_by("pk").values_list("reminders_off_at", flat=True)
    ]


def test_looking_a_hundred_times_changes_nothing(booked: Appointment) -> None:
    before, client = everything(), Client()
    for _ in range(50):
        assert client.get(address(booked)).status_code == 200
        assert client.head(address(booked)).status_code == 200
    assert everything() == before


def test_the_button_ends_them_and_says_so(booked: Appointment) -> None:
    reader = Reader().open(address(booked))
    assert reader.h1 == "Turn off reminders?"
    reader.press("Turn off reminders")
    assert (reader.h1, reader.response.status_code) == ("Reminders are off", 200)
    assert off() == [True]
    assert Patient.objects.get().reminders_off_at == NOW


def test_an_address_with_other_letters_ends_them_too(place: Location) -> None:
    """Each database makes letters small in its own way, and Python in another."""
    asked = make_request(place, patient=make_details(email="brigid@BÜCHER.example"))
    Reader().open(address(asked)).press("Turn off reminders")
    assert off() == [True]
    assert services.reminders_on(email="Brigid@BÜCHER.example", now=NOW) == 1


def test_a_mail_provider_presses_without_cookie_and_is_not_redirected(booked: Appointment) -> None:
    provider = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = provider.post(address(booked), ONE_CLICK)
        assert (answer.status_code, off()) == (200, [True])
    assert not answer.cookies


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "Two-Clicks"}, {"list-unsubscribe": "One-Click"}])
def test_any_other_body_ends_nothing(booked: Appointment, body: dict[str, str]) -> None:
    answer = Client().post(address(booked), body)
    assert (answer.status_code, off()) == (400, [False])


def test_it_ends_them_for_the_address_and_for_no_other(booked: Appointment) -> None:
    for nth, email in enumerate(("BRIGID@example.org", "other@example.org", "")):
        starts = manage_cast.cast.FREE_TIME.replace(hour=12 + nth)
        make_request(booked.location, starts_at=starts, patient=manage_cast.cast.make_details(email=email))
    Client().post(address(booked), ONE_CLICK)
    assert off() == [True, True, False, False]


def test_it_has_no_power_over_the_appointment(booked: Appointment) -> None:
    token = address(booked).split("/")[-2]
    assert links.open_link(token) is None
    assert Client().get(f"/book/link/{token}/").status_code == 404
    answer = Client().get(address(booked))
    assert links.COOKIE not in answer.cookies
    assert reverse("bookings:manage") not in answer.content.decode()
    for word in ("Brigid", "brigid@", "2 March", token):
        assert word not in answer.content.decode(), word
    assert links.open_reminders_off(links.token(booked)) is None


def test_each_changed_sign_is_a_dead_link(booked: Appointment) -> None:
    token = address(booked).split("/")[-2]
    changed = [token[:at] + ("A" if sign != "A" else "B") + token[at + 1 :] for at, sign in enumerate(token)]
    assert [text for text in changed if links.open_reminders_off(text)] == []
    answer = Client().post(reverse("bookings:reminders_off", args=[changed[3]]), ONE_CLICK)
    assert (answer.status_code, off()) == (404, [False])
    assert "Send me the link again" in answer.content.decode()


def test_an_address_we_no_longer_write_to_ends_nothing(booked: Appointment) -> None:
    old = address(booked)
    services.correct_contact(
        appointment_id=booked.pk,
        expected_version=booked.version,
        phone="+442079460000",
        email="new@example.org",
        actor=PATIENT,
        now=NOW,
    )
    assert Client().post(old, ONE_CLICK).status_code == 404
    assert off() == [False]


def test_the_token_is_in_no_log_title_or_referrer(
    booked: Appointment, caplog: pytest.LogCaptureFixture
) -> None:
    token = address(booked).split("/")[-2]
    with caplog.at_level(logging.DEBUG):
        answers = [Client().get(address(booked)), Client().post(address(booked), ONE_CLICK)]
    assert "reminders_off" in caplog.text
    assert token not in caplog.text
    for answer in [*answers, Client().get(f"/book/reminders/{token}x/")]:
        assert token not in answer.content.decode()
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer.headers["Cache-Control"]


def test_her_own_page_turns_them_on_again(booked: Appointment) -> None:
    assert "Remind me again" not in opened(booked).text
    Client().post(address(booked), ONE_CLICK)
    reader = opened(booked)
    before = off()
    reader.client.get("/book/manage/reminders/")
    assert off() == before == [True]
    reader.press("Remind me again")
    assert "We will remind you by email again." in reader.text
    assert off() == [False]


# --- The two headers ---------------------------------------------------------------------------------------------------
def sent() -> dict[str, str]:
    """The headers of the mail as a server gets it, unfolded."""
    raw = message_from_bytes(mail.outbox[-1].message().as_bytes(), policy=policy.default)
    return {name: str(value) for name, value in raw.items()}


def send() -> None:
    outbox.send_due(now=NOW, limit=50, clock=lambda: NOW)


def test_such_mail_carries_both_headers_with_an_address_that_works(booked: Appointment) -> None:
    Message.objects.update(status="sent")
    make_message(fill_key=links.fill_key(booked), one_click="reminders_off")
    send()
    head = sent()
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = head["List-Unsubscribe"].strip(" <>")  # too long for one line, so it is folded
    assert url == links.reminders_off_url(links.fill_key(booked))
    Client().post(url.removeprefix(settings.SITE_URL), ONE_CLICK)
    assert off() == [True]


def test_no_other_mail_carries_them(booked: Appointment) -> None:
    send()
    assert len(mail.outbox) >= 1
    for letter in mail.outbox:
        assert not [name for name in dict(letter.message().items()) if name.startswith("List-")]


def test_without_https_there_is_no_one_click(booked: Appointment, settings: Settings) -> None:
    message = make_message(fill_key=links.fill_key(booked), one_click="reminders_off")
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert "List-Unsubscribe" not in letters.compose(message, NOW).extra_headers
    settings.DEMO = True
    assert "List-Unsubscribe" in letters.compose(message, NOW).extra_headers
