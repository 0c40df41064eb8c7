"""Mail is queued with the change it tells of, refused where it could never go, and settles before it is sent."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import transaction
from pytest_django import Settings

from clinic import outbox
from clinic.models import Message
from tests import test_outbox
from tests.outbox_cast import NOW, Status, make_message, statuses
from tests.test_outbox import SOON, send

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

_mail = test_outbox._mail


# --- Queueing --------------------------------------------------------------------------------------------------
def test_a_queued_message_waits_for_nothing_and_is_useful_for_a_day() -> None:
    message = make_message()
    assert (message.status, message.not_before) == (Status.QUEUED, NOW)
    assert message.expires_at == NOW + dt.timedelta(hours=24)


def test_nothing_is_queued_when_the_change_is_rolled_back() -> None:
    with transaction.atomic():
        make_message()
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "bad",
    ["jo@example.org\nBcc: x@example.org", "jo@example.org\r", "a@example.org, b@example.org", "Jo <jo@example.org>",
     "", "jo", "jo@example.org\u202e", "jo@example.org\u2028", "jo\0@example.org", f"{'j' * 300}@example.org"],
)  # fmt: skip
def test_an_address_that_is_not_one_plain_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="address"):
        make_message(to=bad)


@pytest.mark.parametrize(
    "bad",
    [
        "Hello\nBcc: x@example.org",
        "Hello\r\n\r\nbody",
        "Hi\x0b",
        "Hi\x85",
        "Hi\u2029",
        "Hi\u202e",
        "",
        "x" * 151,
    ],
)
def test_a_subject_with_a_line_break_or_a_control_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="subject"):
        make_message(subject=bad)


@pytest.mark.parametrize("bad", ["half \ud800", "nul \0"])
def test_a_body_that_one_database_cannot_store_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="body"):
        make_message(text=bad)


@pytest.mark.parametrize(
    ("calendar", "method"), [("BEGIN", ""), ("", "REQUEST"), ("BEGIN", "PUBLISH\r\nX: y")]
)
def test_a_calendar_file_needs_its_method(calendar: str, method: str) -> None:
    with pytest.raises(ValueError, match="calendar"):
        make_message(calendar=calendar, calendar_method=method)


# --- Settling --------------------------------------------------------------------------------------------------
def test_a_settling_message_waits_and_a_later_one_replaces_it() -> None:
    first = make_message(settle_key="a")
    other = make_message(settle_key="b")
    second = make_message(settle_key="a", now=NOW + SOON)
    assert first.not_before == NOW + dt.timedelta(seconds=180)
    assert statuses(first, other, second) == [Status.SUPERSEDED, Status.QUEUED, Status.QUEUED]


def test_taking_back_says_how_many_and_leaves_what_is_being_sent() -> None:
    make_message(settle_key="a")
    leased = make_message(settle_key="b")
    Message.objects.filter(pk=leased.pk).update(
        lease=uuid.uuid4(), leased_until=NOW + dt.timedelta(seconds=60)
    )
    assert outbox.supersede(settle_key="a", now=NOW) == 1
    assert outbox.supersede(settle_key="a", now=NOW) == 0
    assert outbox.supersede(settle_key="b", now=NOW) == 0
    assert statuses(leased) == [Status.QUEUED]


def test_an_empty_key_takes_nothing_back() -> None:
    make_message()
    with pytest.raises(ValueError, match="settle_key"):
        outbox.supersede(settle_key="", now=NOW)


def test_one_that_failed_while_a_later_one_was_queued_is_not_tried_again(settings: Settings) -> None:
    old = make_message(settle_key="a", not_before=NOW)
    Message.objects.filter(pk=old.pk).update(lease=uuid.uuid4(), leased_until=NOW + SOON)
    new = make_message(settle_key="a", not_before=NOW)
    done = send(NOW + 2 * SOON)
    assert (done.superseded, done.sent) == (1, 1)
    assert statuses(old, new) == [Status.SUPERSEDED, Status.SENT]
