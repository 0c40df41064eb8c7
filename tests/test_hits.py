"""Which appointments a closure or a change of the rota hits, and that nothing is saved over one nobody has seen."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from bookings import hits, services
from bookings.bank_holidays import load_bank_holidays
from bookings.life import Status
from bookings.models import Appointment, Closure, Note, WorkingPattern
from bookings.services import Override
from bookings.services.errors import BookingError, ChangedByAnother, NotAllowed
from bookings.services.rota import HitsUnseen, PastStays, RowChanged, seen_as
from clinic.models import Location, PageDrop
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW, act

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def boss() -> services.Actor:
    return cast.make_actor(cast.make_staff("boss", "manager"))


def listed(boss: services.Actor) -> list[Appointment]:
    return [each.appointment for each in hits.hits(boss.user, now=NOW)]  # type: ignore[arg-type]


def shut(place: Location | None = None, **changes: Any) -> Closure:
    values = {
        "starts_at": FREE_TIME - HOUR,
        "ends_at": FREE_TIME + HOUR,
        "location": place,
        "reason": "Painting",
    }
    return Closure(**{**values, **changes})


def put(closure: Closure, boss: services.Actor, *seen: Appointment, expected: str = "") -> Closure:
    return services.put_closure(
        closure=closure, expected=expected, seen={row.pk for row in seen}, actor=boss, now=NOW
    )


def change(row: WorkingPattern, boss: services.Actor, *seen: Appointment, **changes: Any) -> WorkingPattern:
    expected = seen_as(row)
    for name, value in changes.items():
        setattr(row, name, value)
    return services.put_pattern(
        pattern=row, expected=expected, seen={each.pk for each in seen}, actor=boss, now=NOW
    )


# --- A closure --------------------------------------------------------------------------------------------------
def test_a_closure_over_an_appointment_waits_until_it_was_seen(place: Location, boss: services.Actor) -> None:
    booked = cast.make_booked(place)
    asked = cast.make_request(place, starts_at=FREE_TIME + HOUR / 2)
    cast.make_request(place, starts_at=FREE_TIME + 2 * HOUR)
    with pytest.raises(HitsUnseen) as found:
        put(shut(place), boss)
    assert found.value.rows == [booked, asked]
    assert not Closure.objects.exists()
    with pytest.raises(HitsUnseen):  # one of them came while she looked
        put(shut(place), boss, booked)
    drops = PageDrop.objects.count()
    put(shut(place), boss, booked, asked)
    assert PageDrop.objects.count() > drops
    assert {row.status for row in Appointment.objects.all()} == {Status.BOOKED, Status.PENDING}
    assert listed(boss) == [booked, asked]


def test_each_scope_hits_its_own_alone(boss: services.Actor) -> None:
    here, there = cast.make_clinic(), cast.make_clinic("dublin")
    cast.make_second_pair(here)
    one, two = cast.make_booked(here), cast.make_booked(here)
    abroad = cast.make_booked(there)
    assert one.clinician_id != two.clinician_id
    for scope, hit in (
        ({}, [one, two, abroad]),
        ({"country": "IE"}, [abroad]),
        ({"location": here}, [one, two]),
        ({"room": two.room}, [two]),
        ({"clinician": one.clinician}, [one]),
        ({"location": there, "clinician": one.clinician}, []),
    ):
        found = hits.by_closures([hits.closed_of(shut(**scope))], now=NOW)  # type: ignore[arg-type]
        assert {row.pk for row in found} == {row.pk for row in hit}, scope


def test_by_the_hour_it_hits_only_what_it_touches(place: Location, boss: services.Actor) -> None:
    booked = cast.make_booked(place)
    put(shut(place, starts_at=booked.ends_at, ends_at=booked.ends_at + HOUR), boss)
    put(shut(place, starts_at=FREE_TIME - HOUR, ends_at=FREE_TIME), boss)
    assert listed(boss) == []


def test_what_is_over_or_cancelled_is_no_hit(place: Location, boss: services.Actor) -> None:
    gone = cast.make_booked(place)
    act(services.cancel, gone, boss)
    assert hits.by_closures([hits.closed_of(shut(place))], now=NOW) == []
    cast.make_booked(place)
    assert hits.by_closures([hits.closed_of(shut(place))], now=FREE_TIME + DAY) == []


def test_a_changed_closure_tells_only_what_it_hits_newly(place: Location, boss: services.Actor) -> None:
    first = cast.make_booked(place)
    second = cast.make_booked(place, starts_at=FREE_TIME + 2 * HOUR)
    row = put(shut(place), boss, first)
    row.refresh_from_db()
    expected = seen_as(row)
    row.ends_at += 3 * HOUR
    with pytest.raises(HitsUnseen) as found:
        put(row, boss, expected=expected)
    assert found.value.rows == [second]


def test_of_two_who_change_one_closure_the_slower_is_told(place: Location, boss: services.Actor) -> None:
    row = put(shut(place), boss)
    row.refresh_from_db()
    expected = seen_as(row)
    Closure.objects.filter(pk=row.pk).update(reason="Flood")
    row.reason = "Fire"
    with pytest.raises(RowChanged):
        put(row, boss, expected=expected)
    assert Closure.objects.get().reason == "Flood"


def test_a_manager_closes_his_own_clinic_alone(place: Location) -> None:
    other = cast.make_clinic("dublin")
    his = cast.make_actor(cast.make_staff("his", "manager", place))
    put(shut(place), his)
    for closure in (shut(other), shut(None, country="GB")):
        with pytest.raises(NotAllowed):
            put(closure, his)
    with pytest.raises(NotAllowed):
        put(shut(place), cast.make_desk(place))


# --- A pattern --------------------------------------------------------------------------------------------------
def test_a_pattern_that_ends_keeps_its_past_and_tells_whom_it_leaves(
    place: Location, boss: services.Actor
) -> None:
    row, booked = WorkingPattern.objects.get(), cast.make_booked(place)
    with pytest.raises(HitsUnseen) as found:
        change(WorkingPattern.objects.get(), boss, valid_until=NOW.date())
    assert found.value.rows == [booked]
    change(WorkingPattern.objects.get(), boss, booked, valid_until=NOW.date())
    row.refresh_from_db()
    assert (row.valid_from, row.valid_until) == (dt.date(2027, 1, 1), NOW.date())
    assert listed(boss) == [booked]


def test_the_past_of_a_pattern_is_never_shortened(place: Location, boss: services.Actor) -> None:
    yesterday = NOW.date() - DAY
    with pytest.raises(PastStays, match="yesterday or later"):
        change(WorkingPattern.objects.get(), boss, valid_until=yesterday - DAY)
    with pytest.raises(PastStays, match="from which day the change holds"):
        change(WorkingPattern.objects.get(), boss, ends=dt.time(12))
    change(WorkingPattern.objects.get(), boss, valid_until=yesterday)
    with pytest.raises(PastStays, match="has ended"):
        change(WorkingPattern.objects.get(), boss, valid_until=None)
    with pytest.raises(PastStays, match="give it a last day"):
        remove(WorkingPattern.objects.get(), boss)
    assert WorkingPattern.objects.count() == 1


def remove(row: WorkingPattern, boss: services.Actor, *seen: Appointment) -> None:
    services.remove_pattern(
        pattern_id=row.pk, expected=seen_as(row), seen={each.pk for each in seen}, actor=boss, now=NOW
    )


def test_a_change_of_a_begun_pattern_ends_it_and_goes_on_in_a_new_row(
    place: Location, boss: services.Actor
) -> None:
    morning = cast.make_booked(place)
    late = cast.make_booked(place, starts_at=FREE_TIME + 4 * HOUR)
    before_that = cast.make_booked(place, starts_at=FREE_TIME - 7 * DAY + 4 * HOUR)
    monday = dt.date(2027, 3, 1)
    with pytest.raises(HitsUnseen) as found:
        change(WorkingPattern.objects.get(), boss, ends=dt.time(12), valid_from=monday)
    assert found.value.rows == [late]
    change(WorkingPattern.objects.get(), boss, late, ends=dt.time(12), valid_from=monday)
    old, new = WorkingPattern.objects.order_by("valid_from")
    assert (old.ends, old.valid_until) == (dt.time(17), monday - DAY)
    assert (new.ends, new.valid_from, new.valid_until) == (dt.time(12), monday, None)
    assert listed(boss) == [late]
    assert {morning.pk, before_that.pk}.isdisjoint({row.pk for row in listed(boss)})


def test_one_that_has_not_begun_is_taken_away_after_a_look(place: Location, boss: services.Actor) -> None:
    row = WorkingPattern.objects.get()
    WorkingPattern.objects.update(valid_from=NOW.date() + DAY)
    booked = cast.make_booked(place)
    row.refresh_from_db()
    with pytest.raises(HitsUnseen):
        remove(row, boss)
    remove(row, boss, booked)
    assert not WorkingPattern.objects.exists()
    assert listed(boss) == [booked]


def test_another_pattern_that_still_covers_it_is_no_hit(place: Location, boss: services.Actor) -> None:
    row = WorkingPattern.objects.get()
    cast.make_pattern(place, clinician=row.clinician, room=cast.make_room(place, "Room 2"))
    cast.make_booked(place)
    change(row, boss, valid_until=NOW.date())
    assert listed(boss) == []


def test_a_clinician_who_has_left_works_by_no_pattern(place: Location, boss: services.Actor) -> None:
    booked = cast.make_booked(place)
    booked.clinician.active = False
    booked.clinician.save()
    assert listed(boss) == [booked]


# --- Leaving it as it is ----------------------------------------------------------------------------------------
def leave(row: Appointment, by: services.Actor, reason: str = "She comes in for her") -> Appointment:
    return act(services.leave_as_is, row, by, reason=reason)


def test_left_with_a_reason_it_leaves_the_list_until_something_else_hits_it(
    place: Location, boss: services.Actor
) -> None:
    booked = cast.make_booked(place)
    put(shut(place), boss, booked)
    with pytest.raises(BookingError, match="Say why"):
        leave(booked, boss, " ")
    left = leave(booked, boss)
    assert listed(boss) == []
    assert Note.objects.get().text == "She comes in for her"
    assert left.events.last().verb == "leave"
    with pytest.raises(ChangedByAnother):
        leave(booked, boss)
    second = put(shut(place, reason="Flood"), boss, booked)
    assert [[each.pk for each in hit.closures] for hit in hits.hits(boss.user, now=NOW)] == [[second.pk]]  # type: ignore[arg-type]


def test_what_was_left_counts_anew_after_a_move(place: Location, boss: services.Actor) -> None:
    booked = cast.make_booked(place)
    WorkingPattern.objects.update(weekday=4)
    left = leave(booked, boss)
    assert listed(boss) == []
    WorkingPattern.objects.update(weekday=1)
    moved = act(services.move, left, boss, location=place, starts_at=FREE_TIME + 5 * HOUR, override=None)
    assert listed(boss) == []
    WorkingPattern.objects.update(weekday=4)
    assert listed(boss) == [moved]


def test_nothing_hits_it_so_nothing_is_left(place: Location, boss: services.Actor) -> None:
    booked = cast.make_booked(place)
    with pytest.raises(BookingError, match="nothing to leave"):
        leave(booked, boss)
    booked.refresh_from_db()
    assert (booked.version, Note.objects.count()) == (2, 0)


def test_a_reason_given_with_the_time_speaks_of_what_was_there_then(
    place: Location, boss: services.Actor, clock: time_machine.Coordinates
) -> None:
    put(shut(place), boss)
    clock.shift(60)
    later = NOW + dt.timedelta(seconds=60)
    added = services.add(
        key=uuid4(),
        booking=services.PhoneBooking(place, cast.make_service(), FREE_TIME),
        patient=cast.make_details(),
        actor=boss,
        override=Override("She lives next door"),
        now=later,
    )
    assert listed(boss) == []
    clock.shift(60)
    put(shut(place, reason="Flood"), boss, added)
    assert listed(boss) == [added]
    Closure.objects.all().delete()
    WorkingPattern.objects.update(weekday=4)
    assert listed(boss) == []  # outside the rota, and somebody has said why
    added.clinician.active = False
    added.clinician.save()
    assert listed(boss) == [added]  # but not that a clinician who has left comes in


# --- Bank holidays and reading ----------------------------------------------------------------------------------
def test_bank_holidays_are_added_once_and_tell_whom_they_hit(boss: services.Actor) -> None:
    dublin = cast.make_clinic("dublin")
    patrick = dt.datetime(2027, 3, 17, 10, 15, tzinfo=dt.UTC)  # a Wednesday
    WorkingPattern.objects.update(weekday=2)
    booked = cast.make_booked(dublin, starts_at=patrick)
    with pytest.raises(HitsUnseen) as found:
        services.add_bank_holidays(years=[2027], seen=set(), actor=boss, now=NOW)
    assert found.value.rows == [booked]
    added = services.add_bank_holidays(years=[2027], seen={booked.pk}, actor=boss, now=NOW)
    assert added == Closure.objects.count() > 15
    assert services.add_bank_holidays(years=[2027], seen=set(), actor=boss, now=NOW) == 0
    with pytest.raises(NotAllowed):
        services.add_bank_holidays(years=[2027], seen=set(), actor=cast.make_desk(dublin), now=NOW)


def test_a_bank_holiday_that_was_deleted_stays_deleted_and_one_by_hand_is_no_whole_year() -> None:
    cast.make_bank_holiday(dt.date(2028, 5, 1))
    assert load_bank_holidays([2027, 2028]) > 30
    Closure.objects.filter(country="GB", day=dt.date(2027, 5, 3)).delete()
    assert load_bank_holidays([2027, 2028]) == 0
    Closure.objects.filter(country="IE", day__year=2027).delete()
    assert load_bank_holidays([2027, 2028]) == 10


def test_the_list_takes_a_query_a_table_however_long_it_is(place: Location, boss: services.Actor) -> None:
    desk_cast.many_requests(place, 2)
    put(shut(place, starts_at=FREE_TIME - 2 * HOUR, ends_at=FREE_TIME), boss, *Appointment.objects.all())
    listed(boss)
    with desk_cast.queries() as few:
        assert len(listed(boss)) == 2
    for nth in range(8):
        patient = cast.make_details(name=f"Person {nth}", email=f"q{nth}@example.org")
        cast.make_request(
            place, starts_at=FREE_TIME + dt.timedelta(hours=2, minutes=30 * nth), patient=patient
        )
    put(shut(place, ends_at=FREE_TIME + 9 * HOUR), boss, *Appointment.objects.all())
    with desk_cast.queries() as more:
        assert len(listed(boss)) == 10
    assert few == more
    assert max(few.values()) <= 2, few  # appointments: what is hit, then what the page names of it
