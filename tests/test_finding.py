"""Finding a time: where and when to look, carried in the address through every page; what to do when there is none."""

from __future__ import annotations

import datetime as dt

import pytest

from bookings.life import Status
from bookings.models import Appointment, WorkingPattern
from clinic.models import Location
from tests import cast
from tests.reader import Reader
from tests.site_content import load_site_content
from tests.test_journey import to_check, to_health, to_times
from treatments.models import Fact

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
TIMES = "/book/time/"


@pytest.fixture
def dublin() -> Location:
    """Thursdays from 4pm to 7pm and Saturdays from 9am to 11am, every half hour."""
    location = cast.make_location("dublin")
    cast.make_service()
    cast.make_fees()
    nurse = cast.make_clinician("Nurse Demo Dublin")
    for weekday, starts, ends in ((3, 16, 19), (5, 9, 11)):
        hours = {"starts": dt.time(starts), "ends": dt.time(ends), "step": 30}
        cast.make_pattern(location, clinician=nurse, weekday=weekday, **hours)
    return location


def look(reader: Reader, *ticks: str, day: str = "") -> Reader:
    """The form on the time page, with these boxes pressed."""
    for tick in ticks:
        reader.choose(tick)
    return reader.fill("From which day?", day).press("Show these times")


def times(reader: Reader) -> list[str]:
    """The buttons that keep a time."""
    return [text for text in reader.buttons() if "am" in text.split(",")[0] or "pm" in text.split(",")[0]]


def untick(reader: Reader, label: str) -> None:
    box = reader._by_label(label)
    form = reader._form_of(box)
    left = [value for value in reader._now(box) if value != box.attrib["value"]]
    reader._kept(form)[box.attrib["name"]] = left


# --- Where


def test_another_clinic_beside_the_chosen_one(place: Location, dublin: Location) -> None:
    reader = look(to_times(Reader()), "Dublin")
    shown = " ".join(times(reader))
    assert "4:00pm, Dublin" in shown
    assert "10:15am, Maidenhead" in shown
    assert reader.h1 == "Choose a time"  # these are all the clinics there are
    cast.make_location("london")
    assert reader.open(reader.url).h1 == "Choose a time at Maidenhead or Dublin"


def test_the_form_shows_what_is_looked_for(place: Location, dublin: Location) -> None:
    cast.make_location("london")
    reader = to_times(Reader())
    assert reader.values()["clinic"] == ["maidenhead"]
    reader = look(reader, "Dublin")
    reader = look(reader, "Evenings", day="2 march")
    assert reader.values()["clinic"] == ["maidenhead", "dublin"]
    assert reader.values()["part"] == ["evening"]
    assert reader.values()["from"] == ["2 march"]


def test_without_any_clinic_ticked_all_of_them_are_shown(place: Location, dublin: Location) -> None:
    reader = to_times(Reader())
    untick(reader, "Maidenhead")
    reader.press("Show these times")
    assert "4:00pm, Dublin" in " ".join(times(reader))
    assert reader.values()["clinic"] == ["anywhere"]


def test_other_clinics_is_one_press(place: Location, dublin: Location) -> None:
    reader = to_times(Reader()).click("Other clinics")
    assert "4:00pm, Dublin, Thursday 25 February" in times(reader)
    assert "Other clinics" not in reader.text


def test_a_clinic_that_is_none_is_passed_over(place: Location, dublin: Location) -> None:
    reader = to_times(Reader()).open(f"{TIMES}?clinic=nowhere&part=noon")
    assert (reader.status, reader.h1) == (200, "Choose a time at Maidenhead")


# --- When


def test_only_what_exists_is_offered(place: Location, dublin: Location) -> None:
    reader = to_times(Reader())
    assert "Mornings, before 12pm" in reader.text
    assert "Evenings" not in reader.text
    assert "Saturdays" not in reader.text
    reader = look(reader, "Dublin")
    for label in ("Mornings", "Afternoons", "Evenings, from 5pm", "Saturdays, at any time"):
        assert label in reader.text, label


def test_a_choice_that_is_none_is_not_offered(place: Location) -> None:
    WorkingPattern.objects.update(ends=dt.time(12))
    assert "When can you come?" not in to_times(Reader()).text


def test_evenings_and_saturdays_and_nothing_else(place: Location, dublin: Location) -> None:
    reader = look(to_times(Reader()).click("Other clinics"), "Evenings", "Saturdays")
    assert "You see evenings and Saturdays." in reader.text
    shown = times(reader)
    assert shown
    assert all("5:" in each or "6:" in each or "Saturday" in each for each in shown)
    assert any("9:00am, Dublin, Saturday 27 February" in each for each in shown)
    assert len(times(reader.click("Show every time"))) > len(shown)


def test_a_part_that_the_clinic_does_not_have_is_said_and_hides_nothing(
    place: Location, dublin: Location
) -> None:
    reader = to_times(Reader()).open(f"{TIMES}?part=evening")
    assert "We have no free evenings here in the next weeks." in reader.text
    assert any(each.startswith("10:15am") for each in times(reader))


@pytest.mark.parametrize("typed", ["9 3 2027", "9 March", "9th of March 2027", "2027-03-09", "9/3"])
def test_a_day_in_any_shape(place: Location, typed: str) -> None:
    reader = look(to_times(Reader()), day=typed)
    assert times(reader)[0].endswith("Tuesday 9 March, Maidenhead")


@pytest.mark.parametrize("typed", ["9/3/27", "soon", "31 2 2027", "March 2027", "9" * 50])
def test_a_day_nobody_can_read_is_said_and_times_stay_on_the_page(place: Location, typed: str) -> None:
    reader = look(to_times(Reader()), day=typed)
    assert "Enter a day and a month" in reader.text
    assert reader.title.startswith("Error:")
    assert reader.values()["from"] == [typed]
    assert times(reader)[0].endswith("Tuesday 23 February, Maidenhead")


@pytest.mark.parametrize("typed", ["1 1 2020", "17 2 2027", ""])
def test_a_day_gone_by_shows_the_first_times(place: Location, typed: str) -> None:
    reader = look(to_times(Reader()), day=typed)
    assert times(reader)[0].endswith("Tuesday 23 February, Maidenhead")


@pytest.mark.parametrize("typed", ["1 February", "31 12 9999"])  # the next February is beyond what we book
def test_a_day_too_far_off_says_how_far_we_book(place: Location, typed: str) -> None:
    reader = look(to_times(Reader()), day=typed)
    assert not times(reader)
    assert "We show times up to Tuesday 18 May 2027." in reader.text
    assert times(reader.click("First free times"))


# --- It survives


def test_the_choice_survives_paging_the_month_and_a_refusal(place: Location, dublin: Location) -> None:
    cast.make_location("london")
    reader = look(look(to_times(Reader()), "Dublin"), "Evenings")

    def still() -> bool:
        chosen = reader.values()
        return (chosen["clinic"], chosen["part"]) == (["maidenhead", "dublin"], ["evening"])

    reader.click("Later times")
    assert still()
    later = times(reader)
    reader.click("Earlier times")
    assert still()
    assert times(reader) != later
    reader.click("See a month")
    assert still()
    reader.click("Month after").click("4 March 2027")
    assert still()
    assert all(each.startswith(("5:", "6:")) for each in times(reader))
    cast.make_request(dublin, starts_at=dt.datetime(2027, 3, 4, 17, tzinfo=dt.UTC))
    reader.press("5:00pm, Dublin, Thursday 4 March")
    assert reader.status == 409
    assert still()
    near = reader.text.split("The nearest times to the one you wanted")[1].split("More times")[0]
    assert near.count("Dublin") == 3  # at the same clinic
    assert near.count("Maidenhead") == 1  # and the nearest at each other one
    reader.press("5:30pm, Dublin, Thursday 4 March")
    assert Appointment.objects.get(status=Status.HOLD).location == dublin


def test_earlier_and_later_show_every_day_once(place: Location) -> None:
    reader = to_times(Reader())
    first = times(reader)
    reader.click("Later times").click("Later times")
    assert "First free times" in reader.text
    reader.click("Earlier times").click("Earlier times")
    assert times(reader) == first
    assert "Earlier times" not in reader.text


def test_a_full_day_has_a_link_to_the_rest_of_it(place: Location) -> None:
    reader = to_times(Reader())
    day = "Tuesday 23 February"
    assert sum(day in each for each in times(reader)) == 12
    reader.click("More times on this day, Tuesday 23 February")
    assert len(times(reader)) == 31
    assert {day in each for each in times(reader)} == {True}
    reader.press("4:15pm")
    assert Appointment.objects.get().starts_at == dt.datetime(2027, 2, 23, 16, 15, tzinfo=dt.UTC)


def test_looking_elsewhere_never_loses_a_held_time(place: Location, dublin: Location) -> None:
    reader = to_health(Reader()).open(TIMES)
    look(reader.click("Other clinics"), "Evenings")
    held = Appointment.objects.get()
    assert (held.status, held.location) == (Status.HOLD, place)
    assert "until 10:30am" in reader.text
    reader.press("5:00pm, Dublin")
    held.refresh_from_db()
    assert (held.status, held.location) == (Status.HOLD, dublin)


def test_a_time_taken_elsewhere_makes_that_the_chosen_clinic(place: Location, dublin: Location) -> None:
    reader = to_check(Reader()).click("Change time").click("Other clinics").press("4:00pm, Dublin")
    assert reader.h1 == "Check your request"
    reader.open("/book/visit/?change=1").press("Continue")  # nothing is changed there
    assert reader.h1 == "Check your request"
    assert "Dublin" in reader.text


def test_a_link_with_a_time_that_is_gone_leads_to_the_nearest(place: Location, dublin: Location) -> None:
    cast.make_request(place, starts_at=cast.FREE_TIME)
    reader = Reader().open(f"/book/?clinic=maidenhead&at={cast.FREE_TIME:%Y-%m-%dT%H:%MZ}")
    assert "You chose:" in reader.text
    reader.press("No, I have none of these")
    assert "Somebody else has just taken this time" in reader.text
    reader.choose("Both").press("Continue")
    assert "The nearest times to the one you wanted" in reader.text
    assert any("Dublin" in each for each in times(reader))


# --- None soon


def test_none_within_6_weeks_asks_to_be_rung_and_shows_the_first_time_elsewhere(
    place: Location, dublin: Location
) -> None:
    WorkingPattern.objects.filter(location=place).update(valid_from=dt.date(2027, 4, 20))
    reader = to_times(Reader())
    assert "There is no free time at Maidenhead in the next 6 weeks." in reader.text
    main = [each for each in reader.page.iter("a") if each.get("class") == "button"]
    assert [each.attrib["href"] for each in main if "ring-me" in each.attrib["href"]] == [
        "/book/ring-me/?clinic=maidenhead"
    ]
    elsewhere = reader.text.split("first free times at our other clinics")[1].split("Later times at")[0]
    assert "Thursday 25 February" in elsewhere
    assert elsewhere.count("Dublin") == 1
    assert any("Tuesday 20 April" in each for each in times(reader))  # what there is, is shown all the same
    reader.press("4:00pm, Dublin, Thursday 25 February")
    assert Appointment.objects.get().location == dublin


def test_none_at_all_anywhere_leaves_the_other_door(place: Location) -> None:
    WorkingPattern.objects.all().delete()
    reader = to_times(Reader())
    assert "There is no free time in the next 6 weeks." in reader.text
    assert reader.click("Ask us to ring you").h1 == "Ask us to ring you"


# --- Travel


def test_the_pages_say_that_it_is_a_consultation_and_how_long_not_to_fly() -> None:
    load_site_content()
    Fact.objects.filter(key="fly_block").update(text="3 weeks")
    cast.make_clinic()
    line = (
        "This is a consultation. Treatment would be on another day. Do not fly for 3 weeks after treatment."
    )
    assert line in to_times(Reader()).text
    reader = to_check(Reader())
    assert line in reader.text
    details = reader.open("/book/details/").text
    assert details.index("Do you plan a flight") < details.index(line) < details.index("What would help")


def test_a_date_of_travel_hides_no_time(place: Location) -> None:
    every = times(to_times(Reader()))
    reader = to_check(Reader()).click("Change a flight")
    reader.fill("Do you plan a flight", "24 2 2027").press("Continue")
    assert [each.replace(", held for you", "") for each in times(reader.click("Change time"))] == every
