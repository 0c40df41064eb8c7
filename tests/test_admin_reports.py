"""The page of reports: what it says beside each chart, of which clinics, and its files."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.http import HttpResponse

from bookings import services
from bookings.models import Appointment
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import act
from tests.desk_cast import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
PAGE = "/admin/bookings/stepcount/reports/"
SENT = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)
VISIT = dt.datetime(2027, 2, 9, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
FILES = ("clinics", "weeks", "clinicians")


def visits(place: Location) -> None:
    """A visit that was missed, confirmed after three hours, and a request that nobody answered."""
    row = cast.make_request(place, now=SENT, starts_at=VISIT)
    row = act(services.confirm, row, now=SENT + 3 * HOUR)
    act(services.no_show, row, cast.make_desk(place), now=VISIT + HOUR)
    cast.make_request(
        place,
        now=SENT,
        starts_at=VISIT + HOUR,
        patient=cast.make_details(email="c@example.org", phone="+442079460001"),
    )


# --- What it says ---------------------------------------------------------------------------------------------------
def test_each_figure_says_in_one_line_what_counts(place: Location) -> None:
    visits(place)
    page = desk_cast.manager(place).get(PAGE)
    lines = page.context["sections"][0]["lines"]
    assert {line.what: line.figure for line in lines} == {
        "Requests": "2",
        "Time to answer": "half within 3 hours, 9 in 10 within 3 hours",
        "Requests confirmed": "1 of 2 (50%)",
        "Consultation, then a session": "–",
        "Next free time": "6 days",
        "Use of time": "0 of 32 hours (0%)",
        "Late cancellations": "0 of 1 (0%)",
        "Did not come": "1 of 1 (100%)",
        "Minutes to ring": "–",
        "Messages not sent": "0",
    }
    words = text_of(page)
    assert all(line.counts in words and len(line.counts) <= 125 for line in lines)
    assert "25 January 2027 to 17 February 2027" in words


def test_every_chart_is_named_and_has_a_table_with_its_numbers(place: Location) -> None:
    visits(place)
    page = desk_cast.manager(place).get(PAGE).content.decode()
    drawn = re.findall(
        r'<svg class="chart" role="img" aria-labelledby="([\w-]+)".*?</svg>\s*<', page, re.DOTALL
    )
    assert len(drawn) == 4
    assert len(set(drawn)) == 4
    pairs = page.split('<div class="report-pair">')[1:]
    assert len(pairs) == 4
    for name, pair in zip(drawn, pairs, strict=True):
        head = name.removesuffix("-title")
        assert f'<title id="{name}">' in pair
        assert (
            pair.index(f'<h3 id="{head}">')
            < pair.index("</figure>")
            < pair.index(f'aria-labelledby="{head}"')
        )
    asked = text_of(HttpResponse(f"<main>{pairs[0]}"))
    assert "1 February 2027 2 1" in asked
    assert "1 February 2027 1 3 3" in text_of(HttpResponse(f"<main>{pairs[1]}"))
    assert "8 February 2027 1 0" in text_of(HttpResponse(f"<main>{pairs[2]}"))
    assert "Nurse Demo Maidenhead (demo) 32 0 0%" in text_of(HttpResponse(f"<main>{pairs[3]}"))


def test_a_chart_needs_no_style_no_script_and_no_colour_alone(place: Location) -> None:
    visits(place)
    main = desk_cast.manager(place).get(PAGE).content.decode().split('id="content"')[1].split("<footer")[0]
    assert "<svg" in main
    for banned in ("style=", "<script", "#0D4A50", 'fill="#', "on" + "load="):
        assert banned not in main
    hatches = set(re.findall(r'fill="url\(#([\w-]+)\)"', main))
    assert hatches
    assert hatches <= set(re.findall(r'<pattern id="([\w-]+)"', main))
    ids = re.findall(r' id="([^"]+)"', main)
    assert len(ids) == len(set(ids))


def test_more_than_half_a_year_is_shown_by_four_weeks_with_the_same_sum(place: Location) -> None:
    visits(place)
    client = desk_cast.manager(place)
    for since, head, rows in (("2026-08-17", "Week from", 27), ("2026-08-10", "4 weeks from", 7)):
        asked = {"period": "dates", "since": since, "until": "2027-02-17"}
        pictures = client.get(PAGE, asked).context["sections"][0]["charts"]
        for picture in pictures[:3]:
            assert (picture.heads[0], len(picture.rows)) == (head, rows)
        assert sum(int(cells[0][1]) for _, cells in pictures[0].rows) == 2
        assert pictures[0].title == f"Requests, by {head.lower().removesuffix(' from')}, Maidenhead"
        assert len(desk_cast.csv_of(client.get(PAGE, {**asked, "file": "weeks"}))) - 1 in (27, 28)


def test_without_anything_it_still_draws_and_has_no_share(place: Location) -> None:
    cast.WorkingPattern.objects.all().delete()
    page = desk_cast.manager(place).get(PAGE)
    assert page.status_code == 200
    assert "%" not in text_of(page)
    assert "none in reach" in text_of(page)
    assert "Nothing in these days." in text_of(page)


def test_other_days_are_chosen(place: Location) -> None:
    visits(place)
    client = desk_cast.manager(place)
    asked = {"period": "dates", "since": "2027-02-02", "until": "2027-02-08"}
    assert client.get(PAGE, asked).context["sections"][0]["lines"][0].figure == "0"


# --- Who sees it ----------------------------------------------------------------------------------------------------
def test_a_manager_of_all_sees_them_together_and_each(place: Location, other: Location) -> None:
    visits(place)
    visits(other)
    page = desk_cast.manager().get(PAGE)
    figures = [section["lines"][0].figure for section in page.context["sections"]]
    names = [section["report"].name for section in page.context["sections"]]
    assert dict(zip(names, figures, strict=True)) == {
        "Every clinic together": "4",
        "Maidenhead": "2",
        "Dublin": "2",
    }


def test_nobody_of_the_patients_is_named(place: Location) -> None:
    visits(place)
    client = desk_cast.manager(place)
    for asked in ({}, *({"file": file} for file in FILES)):
        words = client.get(PAGE, asked).content.decode()
        for hidden in ("Brigid", "example.org", *Appointment.objects.values_list("reference", flat=True)):
            assert hidden not in words


# --- How much is asked ------------------------------------------------------------------------------------------------
def test_it_asks_each_table_once_however_much_there_is(place: Location, other: Location) -> None:
    client = desk_cast.manager()
    client.get(PAGE)
    with desk_cast.queries() as few:
        client.get(PAGE)
    for at in (place, other):
        visits(at)
        cast.make_second_pair(at)
    with desk_cast.queries() as many:
        client.get(PAGE, {"period": "12"})
    ours = {name: times for name, times in many.items() if name.startswith(("bookings_", "clinic_"))}
    assert ours == {
        "clinic_membership": 1,
        "clinic_location": 1,
        "clinic_clinician": 1,
        "bookings_appointment": 2,  # what happened, and what is taken from now on
        "bookings_appointmentevent": 1,
        "bookings_appointmentmessage": 1,
        "bookings_calltask": 1,
        "bookings_closure": 1,
        "bookings_service": 1,
        "bookings_workingpattern": 1,
    }
    assert sum(few.values()) == sum(many.values())


# --- As files -----------------------------------------------------------------------------------------------------------
def test_each_table_comes_as_a_file(place: Location) -> None:
    visits(place)
    client = desk_cast.manager(place)
    heads, *rows = desk_cast.csv_of(client.get(PAGE, {"file": "clinics"}))
    figures = dict(zip(heads, rows[0], strict=True))
    assert len(rows) == 1
    assert figures["Clinic"] == "Maidenhead"
    assert (figures["Requests"], figures["Desk hours, median"], figures["Confirmed"]) == ("2", "3.0", "1")
    assert (figures["Minutes worked"], figures["Did not come"], figures["Days to the next free time"]) == (
        "1920",
        "1",
        "6",
    )
    heads, *rows = desk_cast.csv_of(client.get(PAGE, {"file": "weeks"}))
    assert [row[0] for row in rows] == ["2027-01-25", "2027-02-01", "2027-02-08", "2027-02-15"]
    assert [row[heads.index("Requests")] for row in rows] == ["0", "2", "0", "0"]
    _, *rows = desk_cast.csv_of(client.get(PAGE, {"file": "clinicians"}))
    assert [row[2:5] for row in rows] == [["Maidenhead", "Nurse Demo Maidenhead (demo)", "2"]]
