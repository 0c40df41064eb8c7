"""A reminder is read again before it goes: what is no longer so is taken back, and what is still true written anew."""

from __future__ import annotations

import pytest
from django.core import mail
from pytest_django import Settings

from bookings import services
from bookings.models import Appointment, Patient, Reminder
from bookings.services import PATIENT
from bookings.services.reminding import remind
from clinic.models import Location, Message
from tests import reminder_cast
from tests.cast import (
    NOW,
    act,
    make_clinic,
    make_desk,
)
from tests.reminder_cast import DAY, DAY_BEFORE, HOUR, VISIT, WEEK_BEFORE, booked, send, waiting

_mail = reminder_cast.at_once
Status = Message.Status
pytestmark = [pytest.mark.both, pytest.mark.django_db]


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
