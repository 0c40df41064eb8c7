"""Which times are offered: a sentence for each rule of the rota, the bookings, the journeys and the closures."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings.availability import Busy, Closed, Pair, Slot, candidates_at, is_free, rota_pairs
from tests.availability_diaries import (
    AMERSHAM,
    AMERSHAM_ROOM,
    ANN,
    BEN,
    DUBLIN,
    MAIDENHEAD,
    OTHER_ROOM,
    ROOM,
    TUESDAY,
    at,
    make_busy,
    make_pattern,
    offered,
    starts,
)

# --- the rota


def test_starts_lie_on_the_patterns_grid_and_the_last_ends_with_it() -> None:
    assert starts(offered()) == ["09:00", "09:30", "10:00", "10:30"]


def test_the_service_decides_the_length_and_the_step_only_spaces_the_starts() -> None:
    assert starts(offered(minutes=60)) == ["09:00", "09:30", "10:00"]
    assert starts(offered(make_pattern(step=45))) == ["09:00", "09:45", "10:30"]


def test_a_slot_says_where_when_until_when_and_who_could_take_it() -> None:
    first = offered(make_pattern(clinician=BEN, room=OTHER_ROOM), make_pattern())[0]
    assert first == Slot(1, at(9), at(9, 30), ((ANN, ROOM), (BEN, OTHER_ROOM)))


def test_times_are_in_utc() -> None:
    assert {slot.starts.tzinfo for slot in offered()} | {slot.ends.tzinfo for slot in offered()} == {UTC}


def test_two_patterns_of_one_pair_offer_a_start_once() -> None:
    found = offered(make_pattern(), make_pattern(starts=time(10), ends=time(12)))
    assert starts(found) == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert {slot.candidates for slot in found} == {((ANN, ROOM),)}


def test_a_slot_may_not_run_from_one_pattern_into_the_next() -> None:
    halves = make_pattern(ends=time(10)), make_pattern(starts=time(10))
    assert starts(offered(*halves, minutes=60)) == ["09:00", "10:00"]


def test_only_its_own_weekday_is_offered() -> None:
    assert offered(make_pattern(weekday=2)) == []


def test_a_pattern_holds_from_its_first_day_to_its_last_both_included() -> None:
    for last in (TUESDAY, None):
        assert offered(make_pattern(valid_from=TUESDAY, valid_until=last))
    assert not offered(make_pattern(valid_from=TUESDAY + timedelta(days=1)))
    assert not offered(make_pattern(valid_until=TUESDAY - timedelta(days=1)))


def test_every_second_week_counts_from_the_monday_of_the_first_day() -> None:
    fortnightly = make_pattern(every_n_weeks=2, valid_from=date(2027, 3, 4))  # the Thursday after
    days = offered(fortnightly, latest=at(0) + timedelta(days=36))
    assert sorted({slot.starts.day for slot in days}) == [16, 30]


def test_a_pattern_that_ends_before_it_starts_offers_nothing() -> None:
    assert offered(make_pattern(starts=time(11), ends=time(9))) == []


def test_another_clinics_pattern_is_not_offered_here() -> None:
    assert offered(place=AMERSHAM) == []


def test_several_clinics_come_soonest_first() -> None:
    there = make_pattern(location=2, room=AMERSHAM_ROOM, clinician=BEN, starts=time(9, 15))
    found = offered(make_pattern(), there, places=[AMERSHAM, MAIDENHEAD], latest=at(10))
    assert [(slot.location, f"{slot.starts:%H:%M}") for slot in found] == [
        (1, "09:00"),
        (2, "09:15"),
        (1, "09:30"),
        (2, "09:45"),
    ]


def test_the_first_moment_is_included_and_the_last_is_not() -> None:
    assert starts(offered(earliest=at(9, 30), latest=at(10, 30))) == ["09:30", "10:00"]
    assert starts(offered(earliest=at(9, 30) + timedelta(microseconds=1))) == ["10:00", "10:30"]
    assert starts(offered(latest=at(10, 30) + timedelta(microseconds=1)))[-1] == "10:30"


def test_a_window_may_be_told_in_any_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert starts(offered(earliest=at(10).astimezone(tokyo))) == ["10:00", "10:30"]


# --- bookings


def test_a_booking_of_the_clinician_blocks_what_overlaps_it() -> None:
    assert starts(offered(busy=[make_busy(at(9, 45), at(10, 15), ANN)])) == ["09:00", "10:30"]


def test_a_booking_of_the_room_blocks_what_overlaps_it() -> None:
    assert starts(offered(busy=[make_busy(at(9, 45), at(10, 15), room=ROOM)])) == ["09:00", "10:30"]


def test_a_booking_that_only_touches_blocks_nothing() -> None:
    around = [make_busy(at(8), at(9), ANN, ROOM), make_busy(at(11), at(12), ANN, ROOM)]
    assert len(offered(busy=around)) == 4


def test_a_booking_over_by_seconds_blocks() -> None:
    assert starts(offered(busy=[make_busy(at(8), at(9) + timedelta(seconds=1), ANN)]))[0] == "09:30"


def test_a_booking_of_others_in_another_room_blocks_nothing() -> None:
    assert len(offered(busy=[make_busy(at(9), at(11))])) == 4


def test_bookings_may_come_in_any_order() -> None:
    busy = [make_busy(at(10, 30), at(11), ANN), make_busy(at(9), at(9, 30), ANN)]
    assert starts(offered(busy=busy)) == ["09:30", "10:00"]


def test_a_short_booking_after_a_long_one_does_not_hide_it() -> None:
    busy = [make_busy(at(8), at(10), ANN), make_busy(at(8, 30), at(8, 45), ANN)]
    assert starts(offered(busy=busy)) == ["10:00", "10:30"]


def test_when_one_pair_is_busy_the_other_still_takes_the_time() -> None:
    found = offered(
        make_pattern(),
        make_pattern(clinician=BEN, room=OTHER_ROOM),
        busy=[make_busy(at(9), at(9, 30), ANN, ROOM)],
    )
    assert found[0].candidates == ((BEN, OTHER_ROOM),)
    assert len(found[1].candidates) == 2


def test_two_clinicians_who_share_one_room_are_both_blocked_by_its_booking() -> None:
    both = make_pattern(), make_pattern(clinician=BEN)
    assert starts(offered(*both, busy=[make_busy(at(9), at(10), 3, ROOM)])) == ["10:00", "10:30"]


def test_busy_rows_may_be_bare_tuples_or_an_iterator() -> None:
    rows = [(ANN, 99, 1, at(9), at(10))]
    assert starts(offered(busy=rows)) == starts(offered(busy=iter(rows))) == ["10:00", "10:30"]


def test_patterns_and_closures_may_be_iterators() -> None:
    closures = (Closed(at(9), at(10)) for _ in range(1))
    found = offered(places=[AMERSHAM, MAIDENHEAD], patterns=iter([make_pattern()]), closures=closures)
    assert starts(found) == ["10:00", "10:30"]


# --- the journey between clinics


def test_a_clinician_needs_the_journey_before_and_after_another_clinic() -> None:
    there = make_busy(at(12), at(12, 30), ANN, AMERSHAM_ROOM, location=2)
    long_day = make_pattern(ends=time(15))
    assert starts(offered(long_day, busy=[there])) == [
        "09:00", "09:30", "10:00", "10:30", "13:30", "14:00", "14:30",
    ]  # fmt: skip


def test_there_is_no_journey_within_one_clinic() -> None:
    here = make_busy(at(10), at(10, 30), ANN, OTHER_ROOM)
    assert starts(offered(busy=[here])) == ["09:00", "09:30", "10:30"]


def test_a_room_does_not_travel() -> None:
    odd = make_busy(at(10), at(10, 30), BEN, ROOM, location=2)
    assert starts(offered(busy=[odd])) == ["09:00", "09:30", "10:30"]


def test_without_a_gap_only_the_booking_itself_blocks() -> None:
    there = make_busy(at(10), at(10, 30), ANN, AMERSHAM_ROOM, location=2)
    assert starts(offered(busy=[there], travel_minutes=0)) == ["09:00", "09:30", "10:30"]


# --- closures


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"country": "GB"},
        {"location": 1},
        {"room": ROOM},
        {"clinician": ANN},
        {"country": "GB", "location": 1, "room": ROOM, "clinician": ANN},
    ],
)
def test_a_closure_blocks_where_all_that_it_names_matches(scope: dict[str, Any]) -> None:
    assert starts(offered(closures=[Closed(at(9, 45), at(10, 15), **scope)])) == ["09:00", "10:30"]


@pytest.mark.parametrize(
    "scope",
    [
        {"country": "IE"},
        {"location": 2},
        {"room": OTHER_ROOM},
        {"clinician": BEN},
        {"location": 1, "clinician": BEN},
        {"country": "IE", "clinician": ANN},
        {"room": OTHER_ROOM, "clinician": ANN},
    ],
)
def test_a_closure_with_one_name_that_differs_blocks_nothing(scope: dict[str, Any]) -> None:
    assert len(offered(closures=[Closed(at(9, 45), at(10, 15), **scope)])) == 4


def test_half_a_day_closed_leaves_the_other_half() -> None:
    assert starts(offered(closures=[Closed(at(0), at(10))])) == ["10:00", "10:30"]


def test_a_holiday_in_england_leaves_dublin_open() -> None:
    patterns = [make_pattern(), make_pattern(location=4, clinician=BEN, room=41)]
    holiday = Closed(at(0), at(0) + timedelta(days=1), country="GB")
    assert {
        slot.location for slot in offered(*patterns, places=[MAIDENHEAD, DUBLIN], closures=[holiday])
    } == {4}


# --- one start, asked again under the lock


def test_candidates_at_knows_only_starts_that_are_offered() -> None:
    assert ask_candidates(at(9, 30)) == ((ANN, ROOM),)
    for other in (at(8, 30), at(9, 15), at(10, 45), at(11), at(9, 30) - timedelta(seconds=0.5)):
        assert ask_candidates(other) == ()


def test_candidates_at_obeys_bookings_the_journey_and_closures() -> None:
    assert ask_candidates(at(9), busy=[make_busy(at(9), at(9, 30), ANN)]) == ()
    assert ask_candidates(at(9), busy=[make_busy(at(10), at(10, 30), ANN, location=2)]) == ()
    assert ask_candidates(at(9), closures=[Closed(at(9), at(10), country="GB")]) == ()


def test_rota_pairs_names_everybody_to_lock_whatever_is_booked() -> None:
    patterns = [make_pattern(clinician=BEN, room=OTHER_ROOM), make_pattern(), make_pattern(starts=time(8))]
    asked: dict[str, Any] = {"place": MAIDENHEAD, "patterns": patterns, "minutes": 30}
    assert rota_pairs(starts=at(9), **asked) == ((ANN, ROOM), (BEN, OTHER_ROOM))
    assert rota_pairs(starts=at(8), **asked) == ((ANN, ROOM),)
    assert rota_pairs(starts=at(9, 1), **asked) == ()


def ask_candidates(start: datetime, **changes: Any) -> tuple[Pair, ...]:
    usual: dict[str, Any] = {"closures": [], "busy": [], "minutes": 30, "travel_minutes": 60}
    return candidates_at(place=MAIDENHEAD, patterns=[make_pattern()], starts=start, **(usual | changes))


def ask_is_free(start: datetime, end: datetime, busy: Sequence[Busy]) -> bool:
    return is_free(clinician=ANN, room=ROOM, location=1, starts=start, ends=end, busy=busy, travel_minutes=60)


def test_is_free_asks_no_rota_and_no_grid() -> None:
    assert ask_is_free(at(20, 7), at(20, 49), [])


def test_is_free_sees_the_clinician_the_room_and_the_journey() -> None:
    booking = at(9), at(10)
    assert not ask_is_free(at(9, 59), at(10, 30), [make_busy(*booking, ANN)])
    assert not ask_is_free(at(8, 30), at(9, 1), [make_busy(*booking, room=ROOM)])
    assert not ask_is_free(at(10, 59), at(11, 30), [make_busy(*booking, ANN, location=2)])
    assert ask_is_free(at(11), at(11, 30), [make_busy(*booking, ANN, location=2)])
    assert ask_is_free(at(10), at(10, 30), [make_busy(*booking, ANN, ROOM)])
