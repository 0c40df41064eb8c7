"""Reading the diary: what is free, in few queries, with holds, closures, holidays, travel, notice and horizon."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from bookings import diary, services
from bookings.models import Appointment
from clinic.models import Clinician, Location
from tests import cast
from tests.cast import FREE_TIME, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
TUESDAY = FREE_TIME.replace(hour=0, minute=0)


def free(
    *places: Location, on: dt.datetime = TUESDAY, kind: str = "consultation", **given
) -> list[dt.datetime]:
    """The free starts of one day."""
    given = {"now": NOW, "since": on, "until": on + DAY, **given}
    return [slot.starts for slot in diary.free_times(places, cast.make_service(kind), **given)]


def test_a_day_from_nine_to_five_has_its_times() -> None:
    times = free(cast.make_clinic())
    assert (times[0], times[-1]) == (
        FREE_TIME.replace(hour=9, minute=0),
        FREE_TIME.replace(hour=16, minute=30),
    )
    assert len(times) == 31


def test_the_service_decides_which_starts_fit() -> None:
    assert free(cast.make_clinic(), kind="session")[-1] == FREE_TIME.replace(hour=16, minute=0)


@pytest.mark.parametrize("days", [1, 90])
@pytest.mark.parametrize("clinics", [1, 4])
def test_it_takes_three_queries_whatever_is_asked(django_assert_num_queries, clinics: int, days: int) -> None:
    places = [cast.make_clinic(slug) for slug in ("amersham", "maidenhead", "london", "dublin")[:clinics]]
    cast.make_request(places[0])
    service = cast.make_service()
    with django_assert_num_queries(3):
        diary.free_times(places, service, now=NOW, until=NOW + days * DAY)


def test_a_request_and_a_hold_take_their_time_and_what_overlaps() -> None:
    place = cast.make_clinic()
    before = free(place)
    cast.make_request(place)
    services.hold(
        key=uuid4(),
        location=place,
        service=cast.make_service(),
        starts_at=FREE_TIME + 120 * MINUTE,
        now=NOW,
    )
    gone = set(before) - set(free(place))
    around = {FREE_TIME + minutes * MINUTE for minutes in (-15, 0, 15)}
    assert gone == around | {at + 120 * MINUTE for at in around}


def test_your_own_hold_is_free_for_you_and_an_expired_one_for_all() -> None:
    place = cast.make_clinic()
    held = services.hold(
        key=uuid4(), location=place, service=cast.make_service(), starts_at=FREE_TIME, now=NOW
    )
    assert FREE_TIME not in free(place)
    assert FREE_TIME in free(place, own=held)
    assert FREE_TIME in free(place, now=NOW + 30 * MINUTE)


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
def test_what_ended_is_free_again(status: str) -> None:
    place = cast.make_clinic()
    cast.make_request(place)
    Appointment.objects.update(status=status)
    assert FREE_TIME in free(place)


def test_a_second_pair_keeps_the_time_free_once_more() -> None:
    place = cast.make_clinic()
    cast.make_second_pair(place)
    cast.make_request(place)
    assert FREE_TIME in free(place)
    cast.make_request(place)
    assert FREE_TIME not in free(place)


def test_a_half_day_closure_closes_half_a_day() -> None:
    place = cast.make_clinic()
    cast.make_closure(TUESDAY + 13 * 60 * MINUTE, TUESDAY + DAY, location=place)
    assert free(place)[-1] == TUESDAY.replace(hour=12, minute=30)


def test_a_bank_holiday_closes_its_own_country() -> None:
    uk, dublin = cast.make_clinic(), cast.make_clinic("dublin")
    cast.make_bank_holiday(TUESDAY.date(), "IE")
    assert free(dublin) == []
    assert free(uk)


def test_travel_keeps_a_nurse_from_a_second_clinic() -> None:
    amersham, maidenhead = cast.make_clinic("amersham"), cast.make_location("maidenhead")
    cast.make_pattern(maidenhead, clinician=Clinician.objects.get())
    noon = FREE_TIME.replace(hour=12, minute=0)
    cast.make_request(amersham, starts_at=noon)
    times = free(maidenhead)
    assert noon - 90 * MINUTE in times
    assert noon + 90 * MINUTE in times
    assert not [at for at in times if noon - 90 * MINUTE < at < noon + 90 * MINUTE]


def test_a_nurse_who_left_offers_nothing() -> None:
    place = cast.make_clinic()
    Clinician.objects.update(active=False)
    assert free(place) == []


def test_patients_keep_the_notice_and_staff_do_not() -> None:
    place = cast.make_clinic()
    monday = TUESDAY - DAY
    assert free(place, now=monday + 600 * MINUTE) == []
    assert free(place, now=monday + 600 * MINUTE, notice=False)


def test_the_notice_counts_over_a_bank_holiday() -> None:
    place = cast.make_clinic()
    thursday = dt.datetime(2027, 2, 25, 9, tzinfo=dt.UTC)
    assert free(place, now=thursday)[0] == TUESDAY.replace(hour=9)
    cast.make_bank_holiday(dt.date(2027, 2, 26))
    assert free(place, now=thursday) == []


def test_nothing_lies_behind_the_horizon_or_before_now() -> None:
    place, service = cast.make_clinic(), cast.make_service()
    times = [slot.starts for slot in diary.free_times([place], service, now=NOW)]
    assert times[0] > NOW
    assert times[-1] < NOW + 90 * DAY
    assert diary.free_times([place], service, now=NOW, since=NOW + 91 * DAY) == []
    assert diary.free_times([place], service, now=NOW, until=NOW) == []


def test_several_clinics_come_in_order_of_time() -> None:
    places = [cast.make_clinic(slug) for slug in ("maidenhead", "dublin")]
    slots = diary.free_times(places, cast.make_service(), now=NOW)
    assert [slot.starts for slot in slots] == sorted(slot.starts for slot in slots)
    assert {slot.location for slot in slots} == {place.pk for place in places}


def test_every_free_time_can_be_taken_and_no_other(settings) -> None:
    """What the page shows and what the lock decides are the same rule."""
    place = cast.make_clinic()
    cast.make_request(place)
    shown = set(free(place))
    for quarter in range(8 * 4, 18 * 4):
        at = TUESDAY + quarter * 15 * MINUTE
        try:
            key = uuid4()
            services.hold(key=key, location=place, service=cast.make_service(), starts_at=at, now=NOW)
            services.let_go(key=key)
            could = True
        except services.BookingError:
            could = False
        assert could == (at in shown), at


def test_the_nearest_to_a_lost_time_here_and_elsewhere() -> None:
    here, there = cast.make_clinic("maidenhead"), cast.make_clinic("dublin")
    cast.make_request(here)
    slots = diary.free_times([here, there], cast.make_service(), now=NOW)
    near, others = diary.nearest(slots, FREE_TIME, here)
    assert [slot.starts for slot in near] == [FREE_TIME + minutes * MINUTE for minutes in (-45, -30, 30)]
    assert [(slot.location, slot.starts) for slot in others] == [(there.pk, FREE_TIME)]
