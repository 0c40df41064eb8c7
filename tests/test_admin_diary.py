"""The desk's diary: each state in a word, names at her own clinics alone, every link to what may be done there."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
import time_machine

from bookings import services
from bookings.models import Appointment
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import FREE_TIME, NOW
from tests.desk_cast import manager, nurse, queries, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

DIARY = "/admin/bookings/appointment/diary/"
DAY = f"{DIARY}?day=2027-03-02"
HOUR = dt.timedelta(hours=1)


def hold(place: Location, at: dt.datetime) -> None:
    services.hold(key=uuid4(), location=place, service=cast.make_service(), starts_at=at, now=NOW)


def test_each_state_is_a_word_with_a_class_of_its_own(place: Location) -> None:
    on = FREE_TIME.replace(minute=0)
    cast.make_request(place, starts_at=on)
    cast.make_booked(place, starts_at=on + HOUR)
    here = cast.make_booked(place, starts_at=on + 2 * HOUR)
    cast.act(services.arrive, here, cast.make_desk(place), now=here.starts_at)
    seen = cast.make_booked(place, starts_at=on + 3 * HOUR)
    seen = cast.act(services.arrive, seen, cast.make_desk(place), now=seen.starts_at)
    cast.act(services.fulfil, seen, cast.make_desk(place), now=seen.starts_at)
    gone = cast.make_booked(place, starts_at=on + 4 * HOUR)
    cast.act(services.no_show, gone, cast.make_desk(place), now=gone.starts_at)
    hold(place, on + 5 * HOUR)
    page = receptionist(place).get(DAY)
    words = text_of(page)
    for told in (
        "? Asked · Brigid T · under 1 hour",
        "Booked · Brigid T",
        "● Here · Brigid T",
        "✓ Seen · Brigid T",
        "Did not come · Brigid T",
        "Held to 10:30am",
        "Free",
    ):
        assert told in words
    for state in ("asked", "booked", "here", "seen", "held", "free"):
        assert f'<td class="{state}">' in page.content.decode()


def test_a_request_that_a_nurse_rings_about_says_so_and_no_more(place: Location) -> None:
    desk_cast.ringing_request(place)
    words = text_of(receptionist(place).get(DAY))
    assert "? Asked · Brigid T · ring first" in words
    assert "clot" not in words


def test_all_clinics_stand_side_by_side_and_others_are_only_busy(place: Location) -> None:
    cast.make_booked(cast.make_clinic("london"), patient=cast.make_details(name="Lena London"))
    words = text_of(receptionist(place).get(DAY))
    assert "Maidenhead" in words
    assert "London" in words
    assert "Busy" in words
    assert "Lena" not in words


def test_a_free_time_leads_to_the_form_that_books_it(place: Location) -> None:
    client = receptionist(place)
    page = client.get(DAY).content.decode()
    link = next(part for part in page.split('href="') if "slot=maidenhead%7C2027-03-02T09%3A00Z" in part)
    answer = client.get(link.split('"')[0].replace("&amp;", "&"))
    assert "Tuesday 2 March, 9am, Maidenhead" in text_of(answer)


def test_an_appointment_leads_to_its_verbs(place: Location) -> None:
    booked = cast.make_booked(place)
    assert f"/admin/bookings/appointment/{booked.pk}/change/" in receptionist(place).get(DAY).content.decode()


def test_what_goes_on_says_until_when(place: Location) -> None:
    cast.make_booked(place)
    assert "10:15am · Booked · Brigid T" in text_of(receptionist(place).get(DAY))
    assert "(to 10:45am)" in text_of(receptionist(place).get(DAY))


def test_a_closure_is_drawn_with_its_reason(place: Location) -> None:
    cast.make_closure(FREE_TIME.replace(hour=13), FREE_TIME.replace(hour=17), reason="Training")
    page = receptionist(place).get(DAY)
    assert "Closed: Training" in text_of(page)
    assert '<td class="closed">' in page.content.decode()


def test_a_closure_elsewhere_is_none_here(place: Location) -> None:
    there = cast.make_clinic("london")
    cast.make_closure(FREE_TIME.replace(hour=0), FREE_TIME.replace(hour=23), reason="Flood", location=there)
    assert "Flood" not in text_of(receptionist(place).get(f"{DAY}&clinic=maidenhead"))
    assert "Flood" in text_of(receptionist(place).get(f"{DAY}&clinic=london"))


def test_two_clinicians_of_one_clinic_have_a_column_each(place: Location) -> None:
    cast.make_second_pair(place)
    words = text_of(receptionist(place).get(DAY))
    assert "Maidenhead Doctor Demo Maidenhead" in words
    assert "Maidenhead Nurse Demo Maidenhead" in words


def test_the_journey_between_two_clinics_is_not_free(place: Location) -> None:
    there = cast.make_location("london")
    cast.make_pattern(there, clinician=cast.make_clinician("Nurse Demo Maidenhead"))
    cast.make_booked(place, starts_at=FREE_TIME.replace(hour=12, minute=0))
    page = text_of(receptionist(place, there).get(f"{DAY}&clinic=london"))
    assert "12:00pm Free" not in page
    assert "9:00am Free" in page


def test_a_week_shows_the_days_of_one_clinic(place: Location) -> None:
    cast.make_booked(place)
    words = text_of(receptionist(place).get(f"{DAY}&view=week"))
    assert "Week of Monday 1 March: Maidenhead" in words
    assert "Booked · Brigid T" in words
    assert "Saturday" not in words


def test_a_week_names_a_time_once_though_two_are_free(place: Location) -> None:
    cast.make_second_pair(place)
    week = text_of(receptionist(place).get(f"{DAY}&view=week"))
    assert week.count("Free, 9am, Maidenhead") == 1


def test_a_clinician_alone_can_be_shown(place: Location) -> None:
    cast.make_second_pair(place)
    cast.make_booked(place)
    nurse_id = Appointment.objects.get().clinician_id
    words = text_of(receptionist(place).get(f"{DAY}&clinician={nurse_id}"))
    assert "Booked" in words
    other = cast.make_clinician("Doctor Demo Maidenhead").pk
    other = other if other != nurse_id else cast.make_clinician("Nurse Demo Maidenhead").pk
    assert "Booked" not in text_of(receptionist(place).get(f"{DAY}&clinician={other}"))


def test_a_month_counts_what_is_booked_asked_and_free(place: Location) -> None:
    cast.make_booked(place)
    cast.make_request(place, starts_at=FREE_TIME + HOUR)
    words = text_of(manager(place).get(f"{DAY}&view=month"))
    assert "March 2027: Maidenhead" in words
    assert "1 booked, 1 asked and 13 free" in words


def test_a_line_says_what_time_it_is(place: Location, clock: time_machine.Coordinates) -> None:
    clock.move_to(FREE_TIME.replace(hour=10, minute=7))
    assert "10:00am now 10:07" in text_of(nurse(place).get(DAY))
    assert "now 10:07" not in text_of(nurse(place).get(f"{DIARY}?day=2027-03-09"))


def test_what_has_passed_is_no_longer_free(place: Location, clock: time_machine.Coordinates) -> None:
    clock.move_to(FREE_TIME.replace(hour=12, minute=0))
    words = text_of(nurse(place).get(DAY))
    assert "9:00am Free" not in words
    assert "12:00pm now 12:00 Free" in words


@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_it_costs_one_query_a_table(place: Location, view: str) -> None:
    there = cast.make_clinic("london")
    client = receptionist(place, there)
    for nth in range(6):
        cast.make_request(place, starts_at=FREE_TIME + nth * HOUR)
        cast.make_request(there, starts_at=FREE_TIME + nth * HOUR)
    client.get(DAY)
    with queries() as asked:
        client.get(f"{DAY}&view={view}")
    tables = {table: number for table, number in asked.items() if table.startswith(("bookings_", "clinic_"))}
    assert (
        tables.pop("bookings_closure") <= 2
    )  # the second time for the holidays that the age of a request counts over
    assert set(tables.values()) == {1}
    assert len(tables) >= 4


@pytest.mark.parametrize(
    "query",
    [
        "day=x",
        "day=0001-01-01",
        "day=9999-12-31",
        "view=year",
        "clinic=moon",
        "clinician=99999999999999999999",
    ],
)
def test_what_no_diary_holds_shows_a_diary(place: Location, query: str) -> None:
    assert receptionist(place).get(f"{DIARY}?{query}").status_code == 200


def test_on_the_day_the_clocks_change_every_hour_stands_once(place: Location) -> None:
    cast.make_pattern(
        place, weekday=6, clinician=cast.make_clinician("Owl"), starts=dt.time(0), ends=dt.time(4), step=30
    )
    spring = text_of(receptionist(place).get(f"{DIARY}?day=2027-03-28"))
    assert "12:30am Free" in spring
    assert "1:00am Free" not in spring
    autumn = receptionist(place).get(f"{DIARY}?day=2027-10-31")
    assert autumn.status_code == 200
