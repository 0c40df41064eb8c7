"""Reports: each figure of a clinic and a period worked out by hand, and which clinics and days it is of.

The cast lives on Wednesday 17 February 2027; its nurse works on Tuesdays from 9am to 5pm. Four weeks are 25 January to then.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bookings import reports, services
from bookings.funnel import Period
from bookings.models import Appointment, AppointmentMessage, Patient
from bookings.reports import Figures, Report
from bookings.services.calling import RingMe
from clinic.models import Clinician, Location, Message
from tests import cast
from tests.cast import NOW, act

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
FOUR_WEEKS = Period(dt.date(2027, 1, 25), dt.date(2027, 2, 17))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SENT = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)  # a Monday, as the desk opens
VISIT = dt.datetime(2027, 2, 9, 10, tzinfo=dt.UTC)  # the Tuesday of the week after


def ask(
    place: Location, hours: float = 0, *, sent: dt.datetime = SENT, visit: dt.datetime = VISIT, **more: Any
) -> Appointment:
    """A request of somebody new, for a time some hours after VISIT."""
    nth = Patient.objects.count()
    who = cast.make_details(name=f"Person {nth}", email=f"p{nth}@example.org", phone=f"+4420794600{nth:02}")
    return cast.make_request(place, now=sent, starts_at=visit + hours * HOUR, patient=who, **more)


def booked(place: Location, hours: float = 0, **more: Any) -> Appointment:
    return act(services.confirm, ask(place, hours, **more), now=more.get("sent", SENT))


def seen(place: Location, hours: float = 0, **more: Any) -> Appointment:
    here = act(
        services.arrive, booked(place, hours, **more), cast.make_nurse(place), now=VISIT + (hours + 1) * HOUR
    )
    return act(services.fulfil, here, cast.make_nurse(place), now=VISIT + (hours + 1) * HOUR)


def report(place: Location, period: Period = FOUR_WEEKS, now: dt.datetime = NOW) -> Report:
    return reports.reports([place], period, now=now)[0]


def total(place: Location, period: Period = FOUR_WEEKS, now: dt.datetime = NOW) -> Figures:
    return report(place, period, now).total


# --- Requests and answers -------------------------------------------------------------------------------------------
def test_an_answer_is_the_first_confirmation_or_refusal_in_desk_hours(place: Location) -> None:
    act(services.confirm, ask(place), now=SENT + HOUR)
    act(
        services.decline, ask(place, 1), now=SENT + 26 * HOUR, reason_code="no-time"
    )  # 8 hours and 2 of the next day
    ask(place, 2)
    figures = total(place)
    assert (figures.requests, figures.confirmed, figures.hours) == (3, 1, [1.0, 10.0])
    assert (figures.median, figures.ninetieth) == (5.5, 10.0)


def test_nights_weekends_and_bank_holidays_are_no_desk_hours(place: Location) -> None:
    friday = dt.datetime(2027, 2, 5, 16, tzinfo=dt.UTC)
    cast.make_bank_holiday(dt.date(2027, 2, 8))
    later = VISIT + 7 * DAY
    act(
        services.confirm, ask(place, sent=friday, visit=later), now=friday + 66 * HOUR
    )  # Monday, 10am: closed
    act(services.confirm, ask(place, 1, sent=friday, visit=later), now=friday + 90 * HOUR)  # Tuesday, 10am
    assert total(place).hours == [1.0, 2.0]


def test_a_bank_holiday_of_another_country_is_a_desk_day_here(place: Location) -> None:
    cast.make_bank_holiday(dt.date(2027, 2, 1), "IE")
    act(services.confirm, ask(place), now=SENT + 3 * HOUR)
    assert total(place).hours == [3.0]


def test_confirmed_at_once_is_answered_within_no_time(place: Location) -> None:
    booked(place)
    assert total(place).hours == [0.0]


def test_what_she_called_off_before_anybody_answered_has_no_answer(place: Location) -> None:
    act(services.cancel, ask(place), services.PATIENT, now=SENT + HOUR)
    figures = total(place)
    assert (figures.requests, figures.confirmed, figures.hours) == (1, 0, [])
    assert figures.median is figures.ninetieth is None


def test_moved_to_another_clinic_it_counts_there_with_its_first_answer(place: Location) -> None:
    there = cast.make_clinic("amersham")
    row = act(services.confirm, ask(place), now=SENT + HOUR)
    row = act(services.move, row, services.PATIENT, now=SENT + 2 * HOUR, location=there, starts_at=VISIT)
    act(services.confirm, row, now=SENT + 5 * HOUR)
    assert (total(there).requests, total(there).confirmed, total(there).hours) == (1, 1, [1.0])
    assert total(place).requests == 0


def test_confirmed_and_called_off_later_was_still_confirmed(place: Location) -> None:
    act(services.cancel, booked(place), services.PATIENT, now=SENT + HOUR)
    assert (total(place).requests, total(place).confirmed) == (1, 1)


def test_what_staff_wrote_in_a_machine_sent_or_was_a_mistake_is_no_request(place: Location) -> None:
    services.add(
        key=cast.uuid4(),
        booking=services.PhoneBooking(place, cast.make_service(), VISIT),
        patient=cast.make_details(),
        actor=cast.make_desk(place),
        now=SENT,
    )
    Appointment.objects.filter(pk=ask(place, 1).pk).update(suspected=True)
    boss = cast.make_actor(cast.make_staff("boss", "manager", place))
    act(services.void, booked(place, 2), boss, now=SENT, reason="Twice.")
    figures = total(place)
    assert (figures.requests, figures.confirmed, figures.hours) == (0, 0, [])


def test_a_request_of_these_days_counts_though_its_visit_is_later(place: Location) -> None:
    ask(place, visit=VISIT + 21 * DAY)
    assert total(place).requests == 1


@pytest.mark.parametrize(("month", "requests"), [(6, 0), (7, 1)])
def test_a_day_is_one_of_the_clinics_own_calendar(place: Location, month: int, requests: int) -> None:
    late = dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.UTC)  # half past midnight on 1 July in London
    ask(place, sent=late, visit=dt.datetime(2027, 7, 13, 9, tzinfo=dt.UTC))
    period = Period(dt.date(2027, month, 1), dt.date(2027, month, 30))
    assert total(place, period, late).requests == requests


def test_each_week_has_its_own_and_they_make_the_whole(place: Location) -> None:
    ask(place)
    ask(place, 1, sent=SENT + 7 * DAY, visit=VISIT + 7 * DAY)
    weeks = report(place).weeks
    assert {day.isoformat(): each.requests for day, each in weeks.items()} == {
        "2027-01-25": 0,
        "2027-02-01": 1,
        "2027-02-08": 1,
        "2027-02-15": 0,
    }


# --- What became of a consultation -----------------------------------------------------------------------------------
def followed(place: Location) -> tuple[int, int]:
    figures = total(place)
    return figures.consulted, figures.followed


def test_a_consultation_is_followed_by_a_later_session_of_the_same_patient(place: Location) -> None:
    cast.make_session(place)  # seen on 2 February, booked for 2 March
    seen(place)
    booked(place, 1)
    assert followed(place) == (2, 1)


def test_a_session_asked_for_after_these_days_follows_as_well(place: Location) -> None:
    cast.make_session(place)  # booked on 17 February
    figures = total(place, Period(dt.date(2027, 1, 25), dt.date(2027, 2, 9)))
    assert (figures.consulted, figures.followed) == (1, 1)


def test_a_session_called_off_or_at_another_clinic_does_not_follow(place: Location) -> None:
    session = cast.make_session(place)
    there = cast.make_clinic("dublin")
    Appointment.objects.filter(pk=session.pk).update(location=there)
    both = [each.total for each in reports.reports([place, there], FOUR_WEEKS, now=NOW)]
    assert [(each.consulted, each.followed) for each in both] == [(1, 0), (0, 0)]
    Appointment.objects.filter(pk=session.pk).update(location=place, status="cancelled")
    assert followed(place) == (1, 0)


def test_a_session_before_the_consultation_does_not_follow_it(place: Location) -> None:
    session = cast.make_session(place)
    earlier = VISIT - 14 * DAY
    Appointment.objects.filter(pk=session.pk).update(starts_at=earlier, ends_at=earlier + HOUR)
    assert followed(place) == (1, 0)


def test_a_patient_who_was_merged_is_one_person(place: Location) -> None:
    session = cast.make_session(place)
    twin = Patient.objects.create(name="Brigid T", phone="+442079460000", created_at=NOW)
    Appointment.objects.filter(pk=session.pk).update(patient=twin)
    assert followed(place) == (1, 0)
    Patient.objects.filter(pk=session.patient_id).update(merged_into=twin)
    assert followed(place) == (1, 1)


# --- Use of time ------------------------------------------------------------------------------------------------------
def test_use_of_time_is_booked_and_seen_against_the_rota(place: Location) -> None:
    seen(place)
    booked(place, 1)
    ask(place, 2)
    act(services.no_show, booked(place, 3), cast.make_desk(place), now=VISIT + 4 * HOUR)
    figures = total(place)
    assert (figures.worked, figures.taken) == (4 * 8 * 60, 2 * 30)


def test_a_closure_is_no_time_at_work(place: Location) -> None:
    cast.make_closure(VISIT - HOUR, VISIT + 2 * HOUR, location=place)
    cast.make_closure(VISIT + 4 * HOUR, VISIT + 5 * HOUR, location=cast.make_location("dublin"))
    assert total(place).worked == 4 * 8 * 60 - 180


def test_a_visit_outside_the_rota_fills_none_of_it(place: Location) -> None:
    row = booked(place)
    evening = VISIT.replace(hour=16, minute=45)
    Appointment.objects.filter(pk=row.pk).update(starts_at=evening, ends_at=evening + HOUR / 2)
    assert total(place).taken == 15


def test_each_clinician_has_her_own_figures(place: Location) -> None:
    seen(place)
    cast.make_second_pair(place)
    seen(place)
    parts = report(place).parts
    assert list(parts) == ["Doctor Demo Maidenhead (demo)", "Nurse Demo Maidenhead (demo)"]
    assert [(each.requests, each.worked, each.taken) for each in parts.values()] == [(1, 1920, 30)] * 2


# --- Missed -----------------------------------------------------------------------------------------------------------
def off(place: Location, hours: float, *, before: float, why: str = "asked") -> None:
    """Called off by the desk, some hours before the visit."""
    at = VISIT + (hours - before) * HOUR
    act(services.cancel, booked(place, hours), cast.make_desk(place), now=at, reason_code=why)


def missed(place: Location, now: dt.datetime = NOW) -> tuple[int, int, int]:
    figures = total(place, now=now)
    return figures.due, figures.late, figures.absent


def test_called_off_inside_the_cut_off_is_late_and_was_due(place: Location) -> None:
    off(place, 0, before=23)
    off(place, 1, before=24)  # still in time
    off(place, 2, before=23, why="clinic")  # our own doing
    off(place, 3, before=23, why="cannot-come")
    assert missed(place) == (2, 2, 0)


def test_the_clinics_own_cut_off_counts(place: Location) -> None:
    off(place, 0, before=23)
    Location.objects.update(cutoff_hours=12)
    place.refresh_from_db()
    assert missed(place) == (0, 0, 0)


def test_a_request_called_off_late_was_never_agreed(place: Location) -> None:
    act(services.cancel, ask(place), cast.make_desk(place), now=VISIT - HOUR, reason_code="asked")
    assert missed(place) == (0, 0, 0)


def test_did_not_come_is_of_the_visits_that_were_due(place: Location) -> None:
    seen(place)
    booked(place, 1)
    ask(place, 2)
    act(services.no_show, booked(place, 3), cast.make_desk(place), now=VISIT + 4 * HOUR)
    assert missed(place) == (3, 0, 1)


def test_what_is_still_to_come_is_not_due(place: Location) -> None:
    booked(place)
    off(place, 1, before=23)
    assert missed(place, now=VISIT - HOUR) == (0, 0, 0)


# --- The next free time, calls, messages ------------------------------------------------------------------------------
def test_the_next_free_time_is_days_away_on_the_clinics_calendar(place: Location) -> None:
    # Wednesday's request is answered by Friday, so Tuesday 23 February is the first day.
    assert report(place).lead == 6
    tuesday = dt.datetime(2027, 2, 23, tzinfo=dt.UTC)
    cast.make_closure(tuesday, tuesday + DAY)
    assert report(place).lead == 13
    cast.make_closure(tuesday, tuesday + 25 * DAY)
    assert report(place).lead == 34


def test_a_time_inside_the_notice_is_none_that_a_patient_may_ask_for(place: Location) -> None:
    monday = dt.datetime(2027, 2, 22, 10, tzinfo=dt.UTC)  # tomorrow is free, and too soon
    assert report(place, now=monday).lead == 8


def test_what_is_taken_is_no_free_time(place: Location) -> None:
    first = dt.datetime(2027, 2, 23, 9, tzinfo=dt.UTC)
    row = booked(place)
    Appointment.objects.filter(pk=row.pk).update(starts_at=first, ends_at=first + 8 * HOUR)
    assert report(place).lead == 13


def test_without_anybody_at_work_there_is_no_next_time(place: Location) -> None:
    Clinician.objects.update(active=False)
    assert report(place).lead is None


def test_several_clinics_together_have_the_soonest_time_and_all_the_rest(place: Location) -> None:
    there = cast.make_clinic("dublin")
    ask(place)
    booked(there, 1)
    tuesday = dt.datetime(2027, 2, 23, tzinfo=dt.UTC)
    cast.make_closure(tuesday, tuesday + DAY, location=place)
    parts = reports.reports([place, there], FOUR_WEEKS, now=NOW)
    whole = reports.together(parts, "All")
    assert [part.lead for part in parts] == [13, 6]
    assert whole.lead == 6
    assert (whole.total.requests, whole.total.confirmed, whole.total.worked) == (2, 1, 2 * 1920)
    assert {name: each.requests for name, each in whole.parts.items()} == {"Maidenhead": 1, "Dublin": 1}
    assert whole.total.hours == [0.0]


def test_minutes_to_ring_are_those_of_the_other_page(place: Location) -> None:
    who = RingMe("Carol Caller", "+447700900123", "any", leave_message=True)
    task = services.ring_me(who=who, location=place, country="GB", now=SENT)
    services.close_call(
        task_id=task.pk, outcome="done", by=cast.make_staff("desk", "receptionist", place), now=SENT + HOUR
    )
    assert report(place).calls == (1, 1, 60, 60)


def test_messages_given_up_count_by_the_day_they_were_written(place: Location) -> None:
    Message.objects.all().delete()
    booked(place)
    about = AppointmentMessage.objects.filter(appointment__location=place, message__audience="patient")
    told = [each.message_id for each in about]
    assert len(told) >= 1
    assert total(place).unsent == 0
    Message.objects.filter(pk__in=told).update(status="dead")
    assert total(place).unsent == len(told)
    Message.objects.filter(pk__in=told).update(queued_at=SENT - 14 * DAY)
    assert total(place).unsent == 0


def test_a_letter_after_the_visit_counts_in_the_weeks_after_it(place: Location) -> None:
    booked(place)
    Message.objects.update(status="dead", queued_at=VISIT + 3 * DAY)
    after = Period(dt.date(2027, 2, 11), dt.date(2027, 2, 17))
    assert total(place, after).unsent == Message.objects.filter(about__isnull=False).count() > 0


# --- Whose, and how much is asked -------------------------------------------------------------------------------------
def test_another_clinics_figures_are_in_none_of_them(place: Location) -> None:
    there = cast.make_clinic("dublin")
    before = report(place)
    seen(there)
    off(there, 1, before=23)
    act(services.no_show, booked(there, 2), cast.make_desk(there), now=VISIT + 4 * HOUR)
    Message.objects.update(status="dead")
    assert report(place) == before
    assert report(there).total.due == 3


def test_no_clinic_at_all_is_no_report() -> None:
    assert reports.reports([], FOUR_WEEKS, now=NOW) == []
