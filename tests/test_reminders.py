"""Reminders: found when they are due, written once, told truly, at an hour that nobody minds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from bookings import services
from bookings.models import Appointment, Patient, Reminder
from bookings.services.reminding import remind
from clinic.models import Location
from tests import reminder_cast
from tests.cast import (
    NOW,
    act,
    make_desk,
    make_request,
    make_second_pair,
    post_went,
)
from tests.reminder_cast import DAY, DAY_BEFORE, HOUR, VISIT, WEEK_BEFORE, booked, send, waiting

_mail = reminder_cast.at_once
pytestmark = [pytest.mark.both, pytest.mark.django_db]


# --- When ----------------------------------------------------------------------------------------------------
def test_a_week_and_a_day_before_at_the_time_of_the_visit(place: Location) -> None:
    visit = booked(place)
    assert remind(now=WEEK_BEFORE - dt.timedelta(seconds=1)) == {"calls past their time": 0}
    remind(now=WEEK_BEFORE)
    (week,) = waiting()
    assert (week.kind, week.to_address) == ("reminder_week", "brigid@example.org")
    assert (week.not_before, week.expires_at, week.one_click) == (WEEK_BEFORE, VISIT, "reminders_off")
    assert (week.calendar, week.settle_key) == ("", "")
    remind(now=DAY_BEFORE - HOUR)
    assert waiting() == [week]
    remind(now=DAY_BEFORE)
    assert [each.kind for each in waiting()] == ["reminder_week", "reminder_day"]
    assert set(visit.reminders.values_list("kind", "starts_at")) == {("week", VISIT), ("day", VISIT)}


def test_looking_again_queues_nothing_more(place: Location) -> None:
    booked(place)
    for _ in range(3):
        remind(now=WEEK_BEFORE)
    assert len(waiting()) == Reminder.objects.count() == 1


def test_the_database_itself_refuses_a_second_one(place: Location) -> None:
    visit = booked(place)
    row = {"appointment": visit, "kind": "week", "starts_at": VISIT, "made_at": NOW}
    Reminder.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(**row)


@pytest.mark.parametrize(
    ("ahead", "kinds"),
    [
        (8 * DAY + dt.timedelta(seconds=1), {"week", "day"}),
        (8 * DAY, {"day"}),
        (36 * HOUR + dt.timedelta(seconds=1), {"day"}),
        (36 * HOUR, set()),
    ],
)
def test_only_what_was_confirmed_long_enough_ahead(
    place: Location, ahead: dt.timedelta, kinds: set[str]
) -> None:
    booked(place, confirmed=VISIT - ahead)
    for at in (WEEK_BEFORE, DAY_BEFORE):
        remind(now=at)
    assert set(Reminder.objects.values_list("kind", flat=True)) == kinds


def test_a_request_that_nobody_confirmed_reminds_of_nothing(place: Location) -> None:
    make_request(place, starts_at=VISIT)
    remind(now=DAY_BEFORE)
    assert not Reminder.objects.exists()


def test_a_moved_visit_was_agreed_when_it_was_moved(place: Location) -> None:
    visit = booked(place, VISIT + 7 * DAY)
    moved = VISIT - 8 * DAY + HOUR  # to a time less than 8 days off
    act(services.move, visit, make_desk(place), starts_at=VISIT, location=place, now=moved)
    post_went()
    remind(now=WEEK_BEFORE + HOUR)
    assert not Reminder.objects.exists()
    remind(now=DAY_BEFORE)
    assert list(Reminder.objects.values_list("kind", "starts_at")) == [("day", VISIT)]


def test_a_worker_back_late_sends_the_day_but_no_stale_week(place: Location) -> None:
    booked(place)
    remind(now=VISIT - 2 * DAY)
    assert not Reminder.objects.exists()
    remind(now=VISIT - 2 * HOUR)
    assert list(Reminder.objects.values_list("kind", flat=True)) == ["day"]


def test_nobody_is_reminded_of_a_time_that_passed(place: Location) -> None:
    booked(place)
    remind(now=VISIT)
    assert not Reminder.objects.exists()


# --- Quiet hours ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("found", "goes"),
    [
        (dt.datetime(2027, 3, 8, 20, 59, tzinfo=dt.UTC), dt.datetime(2027, 3, 8, 20, 59, tzinfo=dt.UTC)),
        (dt.datetime(2027, 3, 8, 21, 0, tzinfo=dt.UTC), dt.datetime(2027, 3, 9, 8, 0, tzinfo=dt.UTC)),
        (dt.datetime(2027, 3, 9, 3, 0, tzinfo=dt.UTC), dt.datetime(2027, 3, 9, 8, 0, tzinfo=dt.UTC)),
    ],
)
def test_what_is_found_in_quiet_hours_waits_for_the_morning(
    place: Location, found: dt.datetime, goes: dt.datetime
) -> None:
    booked(place)
    remind(now=found)
    assert [each.not_before for each in waiting()] == [goes]


def test_mail_that_could_not_go_in_the_evening_waits_for_the_morning(place: Location) -> None:
    booked(place)
    remind(now=DAY_BEFORE)
    night = DAY_BEFORE.replace(hour=23)
    assert send(night) == []
    (kept,) = waiting()
    assert (kept.not_before, kept.attempts) == (VISIT.replace(hour=8, minute=0), 0)
    assert send(kept.not_before) == ["Your appointment at Maidenhead on Tuesday 9 March"]


def test_what_starts_before_the_morning_is_not_reminded_of_at_night(place: Location) -> None:
    visit = booked(place)
    early = VISIT.replace(hour=7)
    Appointment.objects.filter(pk=visit.pk).update(starts_at=early)
    remind(now=early - 8 * HOUR)
    assert not Reminder.objects.exists()


# --- One message ----------------------------------------------------------------------------------------------
def test_one_message_for_one_address_clinic_and_day_says_both(place: Location) -> None:
    mary, jo = booked(place, name="Mary Test"), booked(place, VISIT + 2 * HOUR, email="Brigid@Example.org")
    remind(now=DAY_BEFORE)
    (message,) = waiting()
    assert message.subject == "Your appointments at Maidenhead on Tuesday 9 March"
    assert "10:15am, Mary Test" in message.text
    assert "12:15pm, Brigid Test" in message.text
    assert set(message.reminds_of.values_list("appointment", flat=True)) == {mary.pk, jo.pk}
    assert send(DAY_BEFORE) == [message.subject]
    sent = str(mail.outbox[-1].body)
    assert sent.count("https://testserver/book/link/") == 2


def test_another_address_or_day_is_another_message(place: Location) -> None:
    booked(place)
    booked(place, VISIT + HOUR, email="other@example.org")
    booked(place, VISIT + 7 * DAY)
    remind(now=DAY_BEFORE + HOUR)
    assert sorted((each.kind, each.to_address) for each in waiting()) == [
        ("reminder_day", "brigid@example.org"),
        ("reminder_day", "other@example.org"),
    ]


# --- No reminders ------------------------------------------------------------------------------------------------
def test_an_address_that_wants_none_gets_none_for_anybody(place: Location) -> None:
    booked(place, name="Mary Test")
    booked(place, VISIT + HOUR, email="BRIGID@example.org")
    remind(now=WEEK_BEFORE)
    assert services.reminders_off(email="Brigid@example.org", now=WEEK_BEFORE) == 2
    assert waiting() == []
    remind(now=WEEK_BEFORE)
    assert waiting() == []
    booked(place, VISIT + 2 * HOUR)  # a new request makes a new person of the same address
    remind(now=WEEK_BEFORE)
    assert waiting() == []
    assert services.reminders_on(email="brigid@example.org", now=WEEK_BEFORE) == 2
    remind(now=WEEK_BEFORE)
    assert len(waiting()) == 1
    assert Reminder.objects.count() == 3


def test_an_empty_address_is_nobody(place: Location) -> None:
    booked(place, email="")
    assert services.reminders_off(email="", now=NOW) == 0


# --- The scan ----------------------------------------------------------------------------------------------------
def test_it_asks_the_same_however_many_visits_there_are(
    place: Location, django_assert_max_num_queries: object
) -> None:
    make_second_pair(place)
    for number in range(6):
        for email in (f"p{number}@example.org", ""):
            booked(place, VISIT + number * HOUR, email=email)
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        remind(now=NOW)


def test_an_address_that_no_mail_can_go_to_keeps_no_reminder_from_others(place: Location) -> None:
    """However it came to be stored, it is the first of the scan."""
    bad = booked(place)
    booked(place, VISIT + HOUR, email="anna@example.org")
    Patient.objects.filter(appointments=bad).update(email="nobody")
    done = remind(now=WEEK_BEFORE + HOUR)
    assert [each.to_address for each in waiting()] == ["anna@example.org"]
    assert done["addresses no mail can go to"] == 1
