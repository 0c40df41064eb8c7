"""The outbox: queued with the change, leased by one, retried, buried, sent again."""

from __future__ import annotations

import datetime as dt
import smtplib
import uuid
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as InMemory
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django import Settings

from clinic import letters, outbox
from clinic.models import Message
from tests.outbox_cast import NOW, Status, make_dead, make_message

SOON = dt.timedelta(seconds=1)
pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]


class FaultyBackend(InMemory):
    """A mail server with a fault to name: raised for each mail until the list is empty."""

    faults: list[Exception] = []
    opened = 0

    def open(self) -> bool:
        type(self).opened += 1
        return True

    def send_messages(self, messages: Any) -> int:
        if self.faults:
            raise self.faults.pop(0)
        return super().send_messages(messages)


class AwayBackend(BaseEmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError("nobody there")

    def send_messages(self, messages: Any) -> int:
        raise AssertionError("must not be asked")


@pytest.fixture(autouse=True)
def _mail(settings: Settings) -> None:
    settings.DEMO = False
    settings.SETTLE_SECONDS = 180
    settings.MESSAGE_FILLERS = {
        "manage_link": "tests.test_outbox.link_for",
        "broken": "tests.test_outbox.no_link",
    }
    FaultyBackend.faults, FaultyBackend.opened = [], 0
    mail.outbox = []


def link_for(key: str) -> str:
    return f"https://clinic.example/book/link/{key}?a=1&b=2"


def no_link(key: str) -> str:
    raise LookupError(key)


def send(now: dt.datetime = NOW, limit: int = 50) -> outbox.Sent:
    return outbox.send_due(now=now, limit=limit, clock=lambda: now)


def fail_with(settings: Settings, *faults: Exception) -> None:
    settings.EMAIL_BACKEND = "tests.test_outbox.FaultyBackend"
    FaultyBackend.faults = list(faults)


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"jo@example.org": (code, b"no")})


# --- Sending ---------------------------------------------------------------------------------------------------
def test_it_is_sent_once_under_our_name(settings: Settings) -> None:
    message = make_message(html="<p>Good morning.</p>")
    assert send() == outbox.Sent(sent=1)
    assert send() == outbox.Sent()
    (letter,) = mail.outbox
    head = letter.message()
    assert head["From"] == f"{settings.CLINIC_SHORT_NAME} <{settings.DEFAULT_FROM_EMAIL}>"
    assert head["Message-ID"] == f"<{message.uuid}@testserver>"
    assert head["Date"] == "Wed, 17 Feb 2027 10:00:00 +0000"
    assert [part.get_content_type() for part in head.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    message.refresh_from_db()
    assert (message.status, message.sent_at, message.lease, message.attempts) == (Status.SENT, NOW, None, 1)
    assert message.text == "Good morning."


def test_a_calendar_file_goes_as_an_invitation_and_as_a_file() -> None:
    make_message(html="<p>x</p>", calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", calendar_method="CANCEL")
    send()
    parts = {part.get_content_type(): part for part in mail.outbox[0].message().walk()}
    assert parts["text/calendar"].get_param("method") == "CANCEL"
    assert parts["application/ics"].get_filename() == "appointment.ics"
    assert parts["application/ics"].get_payload(decode=True) == b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


def test_the_link_is_made_on_sending_and_never_stored() -> None:
    message = make_message(
        text="Open [[manage_link]] or [[unknown]]", html='<a href="[[manage_link]]">Open</a>', fill_key="K"
    )
    send()
    (letter,) = mail.outbox
    assert letter.body == "Open https://clinic.example/book/link/K?a=1&b=2 or [[unknown]]"
    assert 'href="https://clinic.example/book/link/K?a=1&amp;b=2"' in letter.message().as_string()
    message.refresh_from_db()
    assert "[[manage_link]]" in message.text


def test_without_a_key_nothing_is_filled_in() -> None:
    make_message(text="[[manage_link]]")
    send()
    assert mail.outbox[0].body == "[[manage_link]]"


def test_a_link_that_cannot_be_made_is_tried_again_later() -> None:
    message = make_message(text="[[broken]]", fill_key="K")
    assert send() == outbox.Sent(retried=1)
    message.refresh_from_db()
    assert (message.status, message.last_problem) == (Status.QUEUED, "error-LookupError")


def test_it_waits_for_its_time() -> None:
    make_message(not_before=NOW + SOON)
    assert send() == outbox.Sent()
    assert send(NOW + SOON).sent == 1


def test_nobody_else_sends_what_is_leased_until_the_lease_runs_out() -> None:
    message = make_message()
    Message.objects.filter(pk=message.pk).update(
        lease=uuid.uuid4(), leased_until=NOW + dt.timedelta(seconds=120)
    )
    assert send(NOW + dt.timedelta(seconds=119)) == outbox.Sent()
    assert send(NOW + dt.timedelta(seconds=120)).sent == 1


def test_it_refuses_to_send_inside_a_transaction() -> None:
    make_message()
    with transaction.atomic(), pytest.raises(RuntimeError):
        send()
    assert not mail.outbox


def test_it_stops_when_told_and_the_rest_stays_queued() -> None:
    make_message()
    make_message()
    answers = iter([False, True])
    done = outbox.send_due(now=NOW, limit=50, clock=lambda: NOW, stop=lambda: next(answers))
    assert (done.sent, Message.objects.unsent().count()) == (1, 1)


def test_it_says_when_more_is_waiting() -> None:
    for _ in range(3):
        make_message()
    assert [send(limit=2).more, send(limit=2).more] == [True, False]


# --- When it does not work -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refused(451), "recipient-451"),
        (smtplib.SMTPDataError(451, b"later"), "data-451"),
        (smtplib.SMTPSenderRefused(550, b"not you", "us@example.org"), "server-550"),
        (smtplib.SMTPServerDisconnected("gone"), "connection-lost"),
        (ConnectionResetError(), "connection-lost"),
        (TimeoutError(), "timeout"),
        (RuntimeError("anything"), "error-RuntimeError"),
    ],
)
def test_for_now_refused_is_tried_again_after_a_pause(
    settings: Settings, fault: Exception, code: str
) -> None:
    message = make_message()
    fail_with(settings, fault)
    assert send() == outbox.Sent(retried=1)
    message.refresh_from_db()
    assert (message.status, message.last_problem, message.lease) == (Status.QUEUED, code, None)
    assert message.not_before == NOW + dt.timedelta(seconds=30)
    assert send() == outbox.Sent()
    assert send(message.not_before).sent == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refused(550), "recipient-550"),
        (smtplib.SMTPDataError(554, b"no"), "data-554"),
        (smtplib.SMTPNotSupportedError("no"), "not-supported"),
    ],
)
def test_refused_for_good_goes_to_the_dead_letters(settings: Settings, fault: Exception, code: str) -> None:
    message = make_message()
    fail_with(settings, fault)
    assert send() == outbox.Sent(dead=1)
    message.refresh_from_db()
    assert (message.status, message.last_problem) == (Status.DEAD, code)


def test_the_pause_doubles_up_to_a_quarter_of_an_hour(settings: Settings) -> None:
    message = make_message()
    fail_with(settings, *[refused(451) for _ in range(8)])
    now, pauses = NOW, []
    for _ in range(8):
        send(now)
        message.refresh_from_db()
        pauses.append(round((message.not_before - now).total_seconds()))
        now = message.not_before
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]


def test_one_failure_does_not_stop_the_others_and_opens_a_new_connection(settings: Settings) -> None:
    for _ in range(4):
        make_message()
    fail_with(settings, refused(451))
    assert send() == outbox.Sent(sent=3, retried=1)
    assert FaultyBackend.opened == 2


def test_a_server_that_is_away_costs_no_message_an_attempt(settings: Settings) -> None:
    message = make_message()
    settings.EMAIL_BACKEND = "tests.test_outbox.AwayBackend"
    assert send() == outbox.Sent(away=True)
    message.refresh_from_db()
    assert (message.attempts, message.lease, message.status) == (0, None, Status.QUEUED)


def test_what_is_past_its_use_goes_to_the_dead_letters_unsent() -> None:
    message = make_message(expires_at=NOW + SOON)
    assert send(NOW + SOON) == outbox.Sent(expired=1)
    message.refresh_from_db()
    assert (message.status, message.last_problem, mail.outbox) == (Status.DEAD, "expired", [])


def test_logs_and_problems_hold_no_address(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    make_message()
    make_message(text="secret words")
    fail_with(settings, refused(550))
    with caplog.at_level("DEBUG"):
        send()
    assert len(caplog.records) >= 2
    assert "jo@" not in caplog.text
    assert "secret" not in caplog.text


# --- Demo ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["smtp", "locmem", "console", "filebased"])
def test_a_demo_refuses_every_way_but_the_folder(settings: Settings, way: str) -> None:
    make_message()
    settings.DEMO = True
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{way}.EmailBackend"
    with pytest.raises(letters.RealMailInDemo, match="DEMO=1 writes mail to a folder"):
        send()
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("send_messages")
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("run_worker")


# --- Sending again ---------------------------------------------------------------------------------------------
def test_a_dead_letter_is_sent_again_under_its_old_message_id(admin_user: User) -> None:
    message = make_dead()
    later = NOW + dt.timedelta(days=3)
    again = outbox.resend(message_id=message.pk, by=admin_user, now=later)
    assert (again.status, again.attempts, again.last_problem) == (Status.QUEUED, 0, "")
    assert again.expires_at == later + dt.timedelta(hours=24)
    assert send(later).sent == 1
    assert mail.outbox[0].message()["Message-ID"] == f"<{message.uuid}@testserver>"
    assert LogEntry.objects.get().user == admin_user


def test_only_a_dead_letter_is_sent_again(admin_user: User) -> None:
    message = make_message()
    for message_id in (message.pk, 999_999):
        with pytest.raises(outbox.CannotResend, match="does not wait"):
            outbox.resend(message_id=message_id, by=admin_user, now=NOW)
    assert not LogEntry.objects.exists()


def test_a_dead_letter_that_a_later_one_replaced_is_not_sent_again(admin_user: User) -> None:
    message = make_dead(settle_key="a")
    make_message(settle_key="a")
    with pytest.raises(outbox.CannotResend, match="later message"):
        outbox.resend(message_id=message.pk, by=admin_user, now=NOW)


# --- The command -----------------------------------------------------------------------------------------------
def test_send_messages_drains_the_queue_and_says_so(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MESSAGE_BATCH = 2
    past = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for _ in range(5):
        make_message(now=past, expires_at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
    call_command("send_messages")
    assert "sent=5 retried=0 dead=0 expired=0" in capsys.readouterr().out
    assert len(mail.outbox) == 5


def test_send_messages_fails_when_it_made_dead_letters() -> None:
    make_message(now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(CommandError, match="not sent"):
        call_command("send_messages")


def test_send_messages_fails_when_the_server_is_away(settings: Settings) -> None:
    make_message(
        now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), expires_at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    )
    settings.EMAIL_BACKEND = "tests.test_outbox.AwayBackend"
    with pytest.raises(CommandError, match="could not be reached"):
        call_command("send_messages")
