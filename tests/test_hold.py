"""Holding a time: kept for one journey, moved, renewed, let go, swept, and deleted after a day."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

import pytest

from bookings import services
from bookings.life import Status
from bookings.models import Appointment, AppointmentEvent
from bookings.services.chores import hourly
from bookings.services.errors import AlreadySent, NotOffered, TimeTaken
from clinic.models import Clinician, Location
from tests import cast
from tests.cast import FREE_TIME, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]

MINUTE = dt.timedelta(minutes=1)
NEXT_TIME = FREE_TIME + 30 * MINUTE


def hold(
    place: Location, key: UUID | None = None, at: dt.datetime = FREE_TIME, now: dt.datetime = NOW
) -> Appointment:
    return services.hold(
        key=key or uuid4(), location=place, service=cast.make_service(), starts_at=at, now=now
    )


def test_it_keeps_the_time_for_half_an_hour_and_writes_no_event() -> None:
    held = hold(cast.make_clinic())
    assert (held.status, held.patient, held.hold_expires_at) == (Status.HOLD, None, NOW + 30 * MINUTE)
    assert held.ends_at - held.starts_at == 30 * MINUTE
    assert not AppointmentEvent.objects.exists()


def test_nobody_else_gets_a_held_time() -> None:
    place = cast.make_clinic()
    hold(place)
    with pytest.raises(TimeTaken):
        hold(place)


def test_nobody_else_gets_a_time_that_overlaps_a_held_one() -> None:
    place = cast.make_clinic()
    hold(place)
    for minutes in (-15, 15):
        with pytest.raises(TimeTaken):
            hold(place, at=FREE_TIME + minutes * MINUTE)


def test_the_times_just_before_and_just_after_stay_free() -> None:
    place = cast.make_clinic()
    hold(place)
    for minutes in (-30, 30):
        assert hold(place, at=FREE_TIME + minutes * MINUTE).status == Status.HOLD


def test_two_pairs_are_two_places_and_a_third_is_refused() -> None:
    place = cast.make_clinic()
    cast.make_second_pair(place)
    first, second = hold(place), hold(place)
    assert first.clinician_id != second.clinician_id
    assert first.room_id != second.room_id
    with pytest.raises(TimeTaken):
        hold(place)


def test_choosing_again_moves_the_same_row_and_frees_the_old_time() -> None:
    place, key = cast.make_clinic(), uuid4()
    first = hold(place, key)
    second = hold(place, key, NEXT_TIME)
    assert (second.pk, second.starts_at) == (first.pk, NEXT_TIME)
    assert hold(place).pk != first.pk


def test_an_overlapping_choice_is_no_obstacle_to_oneself() -> None:
    place, key = cast.make_clinic(), uuid4()
    first = hold(place, key)
    assert hold(place, key, FREE_TIME + 15 * MINUTE).pk == first.pk


def test_the_old_time_is_kept_when_the_new_one_is_taken() -> None:
    place, key = cast.make_clinic(), uuid4()
    mine = hold(place, key)
    hold(place, at=NEXT_TIME)
    with pytest.raises(TimeTaken):
        hold(place, key, NEXT_TIME)
    mine.refresh_from_db()
    assert (mine.status, mine.starts_at) == (Status.HOLD, FREE_TIME)


def test_the_same_choice_again_renews_it() -> None:
    place, key = cast.make_clinic(), uuid4()
    first = hold(place, key)
    again = hold(place, key, now=NOW + 20 * MINUTE)
    assert (again.pk, again.hold_expires_at) == (first.pk, NOW + 50 * MINUTE)


def test_each_step_renews_it() -> None:
    place, key = cast.make_clinic(), uuid4()
    held = hold(place, key)
    assert services.renew_hold(key=key, now=NOW + 10 * MINUTE)
    held.refresh_from_db()
    assert held.hold_expires_at == NOW + 40 * MINUTE


def test_two_hours_are_the_most() -> None:
    place, key = cast.make_clinic(), uuid4()
    held = hold(place, key)
    for minutes in range(20, 121, 20):
        services.renew_hold(key=key, now=NOW + minutes * MINUTE)
    held.refresh_from_db()
    assert held.hold_expires_at == NOW + 120 * MINUTE
    assert not services.renew_hold(key=key, now=NOW + 121 * MINUTE)


def test_moving_it_does_not_start_the_two_hours_again() -> None:
    place, key = cast.make_clinic(), uuid4()
    hold(place, key)
    for minutes in range(25, 120, 25):
        moved = hold(place, key, [NEXT_TIME, FREE_TIME][minutes % 2], NOW + minutes * MINUTE)
    assert moved.hold_expires_at == NOW + 120 * MINUTE


def test_an_expired_one_cannot_be_renewed() -> None:
    place, key = cast.make_clinic(), uuid4()
    hold(place, key)
    assert not services.renew_hold(key=key, now=NOW + 30 * MINUTE)


def test_an_expired_one_gives_way_to_the_next_person() -> None:
    place = cast.make_clinic()
    mine = hold(place)
    other = hold(place, now=NOW + 30 * MINUTE)
    mine.refresh_from_db()
    assert (mine.status, other.status) == (Status.CANCELLED, Status.HOLD)


def test_an_expired_one_is_taken_again_by_its_own_journey() -> None:
    place, key = cast.make_clinic(), uuid4()
    hold(place, key)
    again = hold(place, key, now=NOW + 45 * MINUTE)
    assert (again.status, again.hold_started_at) == (Status.HOLD, NOW + 45 * MINUTE)
    assert Appointment.objects.filter(status=Status.HOLD).count() == 1


def test_letting_go_frees_the_time_and_the_key() -> None:
    place, key = cast.make_clinic(), uuid4()
    hold(place, key)
    assert services.let_go(key=key)
    assert not services.let_go(key=key)
    assert hold(place, key).status == Status.HOLD


def test_letting_go_never_touches_a_sent_request() -> None:
    key = uuid4()
    asked = cast.make_request(cast.make_clinic(), key=key)
    assert not services.let_go(key=key)
    asked.refresh_from_db()
    assert asked.status == Status.PENDING


def test_a_journey_that_was_sent_holds_nothing_more() -> None:
    place, key = cast.make_clinic(), uuid4()
    asked = cast.make_request(place, key=key)
    with pytest.raises(AlreadySent) as answer:
        hold(place, key, NEXT_TIME)
    assert answer.value.appointment == asked


def test_it_is_deleted_a_day_after_it_ran_out_and_not_before() -> None:
    place = cast.make_clinic()
    hold(place)
    gone = NOW + 30 * MINUTE + dt.timedelta(days=1)
    assert hourly(gone - MINUTE)["holds deleted"] == 0
    assert hourly(gone)["holds deleted"] == 1


def test_the_sweep_deletes_nothing_that_has_a_patient() -> None:
    place, key = cast.make_clinic(), uuid4()
    hold(place, key)
    asked = cast.make_request(place, key=key)
    cast.act(services.decline, asked, reason_code="no-time")
    assert services.holding.delete_old_holds(now=NOW + dt.timedelta(days=400)) == 0
    assert Appointment.objects.get().events.count() == 2


@pytest.mark.parametrize(
    "at", [FREE_TIME + MINUTE, FREE_TIME + dt.timedelta(days=2), NOW], ids=["off the grid", "no rota", "past"]
)
def test_a_time_that_is_not_offered_is_not_called_taken(at: dt.datetime) -> None:
    with pytest.raises(NotOffered):
        hold(cast.make_clinic(), at=at)


def test_a_closure_leaves_nothing_to_hold() -> None:
    place = cast.make_clinic()
    cast.make_closure(FREE_TIME, FREE_TIME + 60 * MINUTE, location=place)
    with pytest.raises(NotOffered):
        hold(place)
    assert hold(place, at=FREE_TIME - 30 * MINUTE).status == Status.HOLD


def test_a_bank_holiday_of_the_other_country_closes_nothing() -> None:
    place = cast.make_clinic("dublin")
    cast.make_bank_holiday(FREE_TIME.date(), "GB")
    assert hold(place).status == Status.HOLD
    cast.make_bank_holiday(FREE_TIME.date(), "IE")
    with pytest.raises(NotOffered):
        hold(place)


def test_leave_of_one_nurse_leaves_the_other() -> None:
    place = cast.make_clinic()
    cast.make_second_pair(place)
    away = Clinician.objects.get(role="nurse")
    cast.make_closure(FREE_TIME - 60 * MINUTE, FREE_TIME + 60 * MINUTE, clinician=away, kind="leave")
    assert hold(place).clinician_id != away.pk
    with pytest.raises(TimeTaken):
        hold(place)


def test_who_has_fewer_visits_that_day_comes_first() -> None:
    place = cast.make_clinic()
    cast.make_second_pair(place)
    first, second = hold(place), hold(place, at=FREE_TIME + 60 * MINUTE)
    assert first.clinician_id != second.clinician_id
    third, fourth = (hold(place, at=FREE_TIME + hours * 60 * MINUTE) for hours in (2, 3))
    assert {third.clinician_id, fourth.clinician_id} == {first.clinician_id, second.clinician_id}


def test_a_nurse_cannot_be_at_two_clinics_within_the_journey() -> None:
    amersham, maidenhead = cast.make_clinic("amersham"), cast.make_location("maidenhead")
    nurse = Clinician.objects.get()
    cast.make_pattern(maidenhead, clinician=nurse)
    noon = FREE_TIME.replace(hour=12, minute=0)
    hold(amersham, at=noon)
    for minutes in (-75, 0, 45, 75):  # 30 minutes of visit and 60 of travel, on either side
        with pytest.raises(TimeTaken):
            hold(maidenhead, at=noon + minutes * MINUTE)
    for minutes in (-90, 90):
        assert hold(maidenhead, at=noon + minutes * MINUTE).status == Status.HOLD


def test_the_clinic_itself_is_part_of_the_choice() -> None:
    amersham, maidenhead = cast.make_clinic("amersham"), cast.make_clinic("maidenhead")
    key = uuid4()
    first = hold(amersham, key)
    second = hold(maidenhead, key)
    assert (second.pk, second.location) == (first.pk, maidenhead)
    assert hold(amersham).status == Status.HOLD


def test_only_expired_holds_that_stand_in_the_way_are_swept() -> None:
    place = cast.make_clinic()
    near, far = hold(place), hold(place, at=NEXT_TIME)
    hold(place, now=NOW + 30 * MINUTE)
    near.refresh_from_db()
    far.refresh_from_db()
    assert (near.status, far.status) == (Status.CANCELLED, Status.HOLD)
