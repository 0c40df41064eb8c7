"""Desk time: what counts as a working day and a working hour, in London and Dublin, in summer and winter."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.working_time import (
    DESK_CLOSES,
    DESK_HOURS,
    DESK_OPENS,
    add_working_days,
    add_working_hours,
    answer_day,
    counts_from,
    is_working_day,
    working_day_at,
    working_hours_between,
)

LONDON, DUBLIN = "Europe/London", "Europe/Dublin"
EASTER = {date(2027, 3, 26), date(2027, 3, 29)}  # Good Friday and Easter Monday, England
NONE: set[date] = set()

FRIDAY, SATURDAY, MONDAY = date(2027, 2, 26), date(2027, 2, 27), date(2027, 3, 1)


def at(day: int, hour: int, minute: int = 0, *, month: int = 3, zone: str = LONDON) -> datetime:
    """A wall time in 2027, as UTC."""
    return datetime(2027, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_working_day_is_monday_to_friday() -> None:
    week = [is_working_day(MONDAY + timedelta(days=number), NONE) for number in range(7)]
    assert week == [True] * 5 + [False] * 2


def test_a_holiday_is_no_working_day() -> None:
    assert not is_working_day(date(2027, 3, 26), EASTER)


@pytest.mark.parametrize(
    ("day", "days", "answer"),
    [
        (MONDAY, 1, date(2027, 3, 2)),
        (MONDAY, 5, date(2027, 3, 8)),
        (FRIDAY, 1, MONDAY),
        (SATURDAY, 0, MONDAY),
        (SATURDAY, 1, date(2027, 3, 2)),
        (FRIDAY, 0, FRIDAY),
        (MONDAY, -1, FRIDAY),
        (SATURDAY, -1, FRIDAY),
        (date(2027, 3, 9), -2, date(2027, 3, 5)),
    ],
)
def test_working_days_step_over_the_weekend(day: date, days: int, answer: date) -> None:
    assert add_working_days(day, days, NONE) == answer


def test_working_days_step_over_holidays_both_ways() -> None:
    assert add_working_days(date(2027, 3, 25), 1, EASTER) == date(2027, 3, 30)
    assert add_working_days(date(2027, 3, 30), -1, EASTER) == date(2027, 3, 25)


def test_the_two_countries_keep_their_own_holidays() -> None:
    st_patrick = {date(2027, 3, 17)}
    assert add_working_days(date(2027, 3, 16), 1, st_patrick) == date(2027, 3, 18)
    assert add_working_days(date(2027, 3, 16), 1, NONE) == date(2027, 3, 17)


def test_hours_go_on_over_night() -> None:
    assert add_working_hours(at(1, 16), 2, LONDON, NONE) == at(2, 10)


def test_hours_go_on_over_a_weekend_with_a_holiday() -> None:
    assert add_working_hours(at(25, 16), 2, LONDON, EASTER) == at(30, 10)


def test_eight_hours_from_an_opening_end_at_the_closing() -> None:
    assert add_working_hours(at(1, 9), DESK_HOURS, LONDON, NONE) == at(1, 17)


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        (at(1, 7, 30), at(1, 9)),
        (at(1, 9), at(1, 9)),
        (at(1, 16, 59), at(1, 16, 59)),
        (at(1, 17), at(2, 9)),
        (at(5, 20), at(8, 9)),
        (at(6, 11), at(8, 9)),
        (at(26, 11), at(30, 9)),
    ],
)
def test_a_request_outside_desk_hours_counts_from_the_next_opening(sent: datetime, counted: datetime) -> None:
    assert counts_from(sent, LONDON, EASTER) == counted


def test_the_promise_counts_from_the_day_the_desk_sees_the_request() -> None:
    assert answer_day(at(1, 16, 59), 1, LONDON, NONE) == date(2027, 3, 2)
    assert answer_day(at(1, 17), 1, LONDON, NONE) == date(2027, 3, 3)


def test_the_promise_uses_the_clinics_date_not_the_utc_date() -> None:
    late = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)  # Thursday 1 July, half past midnight
    assert answer_day(late, 1, DUBLIN, NONE) == date(2027, 7, 2)


def test_the_age_of_a_request_leaves_out_nights_and_weekends() -> None:
    assert working_hours_between(at(5, 16), at(8, 10, 30), LONDON, NONE) == 2.5


def test_the_age_of_a_request_leaves_out_holidays() -> None:
    assert working_hours_between(at(25, 16), at(30, 10), LONDON, EASTER) == 2


def test_nothing_lies_between_an_instant_and_an_earlier_one() -> None:
    assert working_hours_between(at(2, 10), at(1, 10), LONDON, NONE) == 0
    assert working_hours_between(at(2, 10), at(2, 10), LONDON, NONE) == 0


@pytest.mark.parametrize("zone", [LONDON, DUBLIN])
def test_the_desk_opens_at_nine_on_the_wall_before_and_after_each_clock_change(zone: str) -> None:
    assert working_day_at(date(2027, 3, 26), DESK_OPENS, zone) == datetime(2027, 3, 26, 9, tzinfo=UTC)
    assert working_day_at(date(2027, 3, 29), DESK_OPENS, zone) == datetime(2027, 3, 29, 8, tzinfo=UTC)
    assert working_day_at(date(2027, 10, 29), DESK_CLOSES, zone) == datetime(2027, 10, 29, 16, tzinfo=UTC)
    assert working_day_at(date(2027, 11, 1), DESK_CLOSES, zone) == datetime(2027, 11, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize("zone", [LONDON, DUBLIN])
def test_hours_over_a_clock_change_are_hours_at_the_desk(zone: str) -> None:
    spring = add_working_hours(at(26, 16, zone=zone), 2, zone, NONE)
    assert spring == at(29, 10, zone=zone) == datetime(2027, 3, 29, 9, tzinfo=UTC)
    autumn = add_working_hours(at(29, 16, month=10, zone=zone), 2, zone, NONE)
    assert autumn == at(1, 10, month=11, zone=zone) == datetime(2027, 11, 1, 10, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        add_working_hours(datetime(2027, 3, 1, 10), 1, LONDON, NONE)  # noqa: DTZ001


instants = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
steady = settings(derandomize=True, database=None, deadline=None)
holidays = st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=40)


@steady
@given(now=instants, quarters=st.integers(0, 200), zone=st.sampled_from([LONDON, DUBLIN]), closed=holidays)
def test_adding_hours_and_counting_them_agree(
    now: datetime, quarters: int, zone: str, closed: set[date]
) -> None:
    end = add_working_hours(now, quarters / 4, zone, closed)
    assert working_hours_between(now, end, zone, closed) == pytest.approx(quarters / 4)
    local = end.astimezone(ZoneInfo(zone))
    assert is_working_day(local.date(), closed)
    assert DESK_OPENS <= local.time() <= DESK_CLOSES


@steady
@given(a=instants, minutes=st.integers(0, 20_000), zone=st.sampled_from([LONDON, DUBLIN]), closed=holidays)
def test_counted_hours_are_the_desk_minutes_one_by_one(
    a: datetime, minutes: int, zone: str, closed: set[date]
) -> None:
    a = a.replace(second=0, microsecond=0)
    walls = ((a + timedelta(minutes=n)).astimezone(ZoneInfo(zone)) for n in range(minutes))
    at_desk = sum(
        wall.weekday() < 5 and wall.date() not in closed and time(9) <= wall.time() < time(17)
        for wall in walls
    )
    counted = working_hours_between(a, a + timedelta(minutes=minutes), zone, closed)
    assert counted == pytest.approx(at_desk / 60)


@steady
@given(day=st.dates(date(2027, 2, 1), date(2027, 11, 1)), days=st.integers(1, 15), closed=holidays)
def test_working_days_forth_and_back_meet(day: date, days: int, closed: set[date]) -> None:
    first = add_working_days(day, 0, closed)
    assert add_working_days(add_working_days(day, days, closed), -days, closed) == first
