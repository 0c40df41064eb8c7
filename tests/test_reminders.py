"""Reminders: found when they are due, written once, told truly, at an hour that nobody minds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from pytest_django import Settings

from bookings import services
from bookings.models import Appointment, CallTask, Patient, Reminder
from bookings.services import PATIENT
from bookings.services.reminding import remind
from clinic import outbox
from clinic.models import Location, Message
from tests.cast import (
    FREE_TIME,
    NOW,
    act,
    make_bank_holiday,
    make_clinic,
    make_desk,
    make_details,
    make_request,
    make_second_pair,
    post_went,
)

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
VISIT = FREE_TIME + 7 * DAY  # Tuesday 9 March 2027, 10:15am: 20 days after NOW
WEEK_BEFORE, DAY_BEFORE = VISIT - 7 * DAY, VISIT - DAY
Status = Message.Status
pytestmark = [pytest.mark.both, pytest.mark.django_db]


@pytest.fixture
def place() -> Location:
    return make_clinic()


@pytest.fixture(autouse=True)
def _mail(settings: Settings) -> None:
    settings.SETTLE_SECONDS = 0
    mail.outbox = []


def booked(
    place: Location, at: dt.datetime = VISIT, confirmed: dt.datetime = NOW, **who: object
) -> Appointment:
    """A visit confirmed at that moment, and its letters gone."""
    asked = make_request(place, starts_at=at, patient=make_details(**who))
    made = act(services.confirm, asked, now=confirmed)
    post_went()
    return made


def waiting() -> list[Message]:
    return list(Message.objects.unsent().filter(kind__startswith="reminder_").order_by("pk"))


def send(at: dt.datetime) -> list[str]:
    """What the worker does at this moment; the subjects of the mail that went."""
    before = len(mail.outbox)
    outbox.send_due(now=at, limit=50, clock=lambda: at)
    return [each.subject for each in mail.outbox[before:]]


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


# --- What is no longer so ---------------------------------------------------------------------------------------
def test_a_cancelled_visit_takes_its_reminder_back_at_once(place: Location) -> None:
    visit = booked(place)
    remind(now=WEEK_BEFORE)
    act(services.cancel, visit, now=WEEK_BEFORE)
    assert waiting() == []
    assert not any(
        "Your appointment at" in subject and "on" in subject.split() for subject in send(WEEK_BEFORE)
    )


def test_a_moved_visit_is_reminded_of_at_its_new_time(place: Location) -> None:
    visit = booked(place)
    remind(now=WEEK_BEFORE)
    act(services.move, visit, PATIENT, starts_at=VISIT + 7 * DAY, location=place, now=WEEK_BEFORE)
    assert waiting() == []
    remind(now=WEEK_BEFORE + 7 * DAY)
    assert [each.subject for each in waiting()] == ["Your appointment at Maidenhead on Tuesday 16 March"]
    assert Reminder.objects.count() == 2


def test_moved_and_moved_back_is_reminded_of_once(place: Location) -> None:
    visit = booked(place)
    remind(now=WEEK_BEFORE - HOUR)
    moved = act(services.move, visit, PATIENT, starts_at=VISIT + 7 * DAY, location=place, now=NOW)
    act(services.move, moved, PATIENT, starts_at=VISIT, location=place, now=NOW + HOUR)
    remind(now=WEEK_BEFORE)
    assert len(waiting()) == Reminder.objects.count() == 1


def test_what_is_still_true_of_a_shared_one_is_written_anew(place: Location) -> None:
    mary = booked(place, name="Mary Test")
    booked(place, VISIT + HOUR)
    remind(now=DAY_BEFORE)
    act(services.cancel, mary, make_desk(place), now=DAY_BEFORE)
    assert waiting() == []
    remind(now=DAY_BEFORE)
    assert waiting() == [], "the other one is not due for another hour"
    remind(now=DAY_BEFORE + HOUR)
    (anew,) = waiting()
    assert "Mary" not in anew.text
    assert "11:15am" in anew.text
    remind(now=DAY_BEFORE + HOUR)
    assert waiting() == [anew]


@pytest.mark.parametrize(
    "change",
    [{"status": "cancelled"}, {"starts_at": VISIT - HOUR}, {"patient__reminders_off_at": NOW}],
    ids=str,
)
def test_it_is_read_again_when_it_is_leased(place: Location, change: dict[str, object]) -> None:
    """Whatever changed the row, and whether or not that took the message back."""
    visit = booked(place)
    remind(now=DAY_BEFORE)
    if "patient__reminders_off_at" in change:
        Patient.objects.update(reminders_off_at=NOW)
    else:
        Appointment.objects.filter(pk=visit.pk).update(**change)
    assert send(DAY_BEFORE) == []
    assert Message.objects.get(kind="reminder_day").status == Status.SUPERSEDED


def test_without_reading_again_it_would_go(place: Location, settings: Settings) -> None:
    """The control of the test above."""
    visit = booked(place)
    remind(now=DAY_BEFORE)
    Appointment.objects.filter(pk=visit.pk).update(status="cancelled")
    settings.MESSAGE_CHECKS = {}
    assert len(send(DAY_BEFORE)) == 1


def test_another_clinic_at_the_same_time_is_told_as_it_is_now(place: Location) -> None:
    visit, other = booked(place), make_clinic("amersham")
    remind(now=DAY_BEFORE)
    act(services.move, visit, make_desk(place), starts_at=VISIT, location=other, now=DAY_BEFORE)
    Appointment.objects.filter(pk=visit.pk).update(location=other)
    remind(now=DAY_BEFORE)
    assert [each.subject for each in waiting()] == []  # agreed a day before, which is not ahead
    assert "Your appointment at Maidenhead on Tuesday 9 March" not in send(DAY_BEFORE)


def test_an_email_that_changed_gets_it_and_the_old_one_does_not(place: Location) -> None:
    visit = booked(place)
    remind(now=WEEK_BEFORE)
    services.correct_contact(
        appointment_id=visit.pk,
        expected_version=visit.version,
        phone="+442079460000",
        email="new@example.org",
        actor=PATIENT,
        now=WEEK_BEFORE,
    )
    assert waiting() == []
    remind(now=WEEK_BEFORE)
    assert [each.to_address for each in waiting()] == ["new@example.org"]


def test_a_refused_address_is_a_dead_letter_and_is_not_written_again(place: Location) -> None:
    booked(place)
    remind(now=WEEK_BEFORE)
    Message.objects.filter(kind="reminder_week").update(status=Status.DEAD)
    remind(now=WEEK_BEFORE + HOUR)
    assert waiting() == []


def test_one_that_waits_for_the_morning_is_said_together_with_a_new_one(place: Location) -> None:
    booked(place)
    second = booked(place, VISIT + HOUR, email="other@example.org", name="Mary Test")
    night = DAY_BEFORE.replace(hour=22)
    remind(now=night)
    assert len(waiting()) == 2
    services.correct_contact(
        appointment_id=second.pk,
        expected_version=second.version,
        phone="+442079460000",
        email="brigid@example.org",
        actor=PATIENT,
        now=night,
    )
    remind(now=night)
    (both,) = waiting()
    assert "10:15am, Brigid Test" in both.text
    assert "11:15am, Mary Test" in both.text


def test_a_name_is_never_taken_for_a_place_where_a_link_belongs(place: Location) -> None:
    victim = booked(place, VISIT + 2 * HOUR, email="victim@example.org")
    names = ("[[manage_link]]", f"[[manage_link:{victim.uuid}:]]")
    for nth, name in enumerate(names):
        booked(place, VISIT + nth * HOUR, name=name, email="thief@example.org")
    remind(now=DAY_BEFORE)
    send(DAY_BEFORE)
    (letter,) = [each for each in mail.outbox if "reminder of your appointments" in str(each.body)]
    assert str(letter.body).count("/book/link/") == 2
    assert victim.uuid.hex not in str(letter.body) + str(letter.message())
    assert "[ [manage_link" in str(letter.body)


# --- Without email ----------------------------------------------------------------------------------------------
def reminder_calls() -> list[CallTask]:
    return list(CallTask.objects.open().filter(kind__startswith="reminder_").order_by("pk"))


def all_told() -> None:
    CallTask.objects.open().update(outcome=CallTask.Outcome.DONE, closed_at=NOW)


def test_without_email_it_is_a_call_on_the_day_before_while_the_desk_is_open(place: Location) -> None:
    booked(place, email="")
    all_told()
    opening = DAY_BEFORE.replace(hour=9, minute=0)
    remind(now=opening - 3 * DAY)
    assert [each.kind for each in reminder_calls()] == ["reminder_week"]
    remind(now=opening - HOUR)
    assert [each.kind for each in reminder_calls()] == ["reminder_week"]
    for _ in range(2):
        remind(now=opening)
    (call,) = reminder_calls()
    assert (call.kind, call.due_at) == ("reminder_day", DAY_BEFORE.replace(hour=17, minute=0))
    assert "Tuesday 9 March, 10:15am" in call.script
    assert "Bring a list of your medicines." in call.script
    assert "http" not in call.script
    assert "[[" not in call.script
    assert waiting() == []


def test_a_call_on_a_day_nobody_is_at_the_desk_comes_before_it(place: Location) -> None:
    make_bank_holiday(DAY_BEFORE.date())
    booked(place, email="")
    all_told()
    friday = dt.datetime(2027, 3, 5, 9, 0, tzinfo=dt.UTC)
    remind(now=friday)
    assert [(each.kind, each.due_at) for each in reminder_calls()] == [
        ("reminder_day", friday.replace(hour=17))
    ]


def test_nobody_is_rung_twice_while_news_of_the_visit_waits_to_be_told(place: Location) -> None:
    booked(place, email="")
    remind(now=WEEK_BEFORE)
    assert [each.kind for each in CallTask.objects.open()] == ["confirmed"]
    assert Reminder.objects.count() == 1


def test_a_call_for_a_visit_that_began_is_closed(place: Location) -> None:
    booked(place, email="")
    all_told()
    remind(now=WEEK_BEFORE)
    assert remind(now=VISIT)["calls past their time"] == 1
    assert reminder_calls() == []


def test_who_must_not_be_rung_is_reminded_by_text(place: Location) -> None:
    booked(place, email="", reach_by=Patient.ReachBy.WRITE)
    all_told()
    remind(now=WEEK_BEFORE)
    (call,) = reminder_calls()
    assert call.patient.reach_by == Patient.ReachBy.WRITE
    assert "ring" not in call.script.lower().split()


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
