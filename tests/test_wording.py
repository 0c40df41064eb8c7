"""Words for days, times, money and numbers: the examples in the docstrings, and the traps beside them."""

import doctest
import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clinic import wording

ROOT = Path(__file__).resolve().parent.parent


def test_every_example_in_the_docstrings_holds() -> None:
    failed, tried = doctest.testmod(wording)
    assert failed == 0
    assert tried >= 17


def test_every_public_function_carries_an_example() -> None:
    public = [
        thing
        for name, thing in vars(wording).items()
        if callable(thing) and not name.startswith("_") and thing.__module__ == wording.__name__
    ]
    assert len(public) >= 11
    assert [thing.__name__ for thing in public if ">>>" not in (thing.__doc__ or "")] == []


def test_each_weekday_and_month_has_its_own_name() -> None:
    days = {wording.day(date(2027, 1, 1) + timedelta(days=number)) for number in range(365)}
    assert len(days) == 365
    assert {text.split()[0] for text in days} == {
        date(2027, 1, number).strftime("%A") for number in range(1, 8)
    }


def test_no_day_or_hour_is_padded_with_a_zero() -> None:
    assert wording.day(date(2027, 3, 2)) == "Tuesday 2 March"
    assert wording.clock(time(9, 5)) == "9:05am"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (time(0), "12am"),
        (time(0, 1), "12:01am"),
        (time(11, 59), "11:59am"),
        (time(12), "12pm"),
        (time(12, 15), "12:15pm"),
        (time(13), "1pm"),
        (time(23, 59), "11:59pm"),
    ],
)
def test_noon_and_midnight_are_on_the_right_side(at: time, text: str) -> None:
    assert wording.clock(at) == text


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Dublin"])
def test_an_instant_is_told_in_the_wall_time_of_the_place_in_both_seasons(zone: str) -> None:
    assert wording.moment(datetime(2027, 1, 5, 14, 0, tzinfo=UTC), zone) == "Tuesday 5 January, 2pm"
    assert wording.moment(datetime(2027, 7, 6, 14, 0, tzinfo=UTC), zone) == "Tuesday 6 July, 3pm"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        wording.moment(datetime(2027, 3, 2, 10, 15), "Europe/London")  # noqa: DTZ001


def test_the_servers_own_zone_and_language_change_nothing() -> None:
    code = (
        "from datetime import datetime, timezone; from clinic.wording import moment;"
        "print(moment(datetime(2027, 7, 6, 14, tzinfo=timezone.utc), 'Europe/Dublin'))"
    )
    for elsewhere in ("Pacific/Auckland", "America/Los_Angeles"):
        environment = os.environ | {"TZ": elsewhere, "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}
        told = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == "Tuesday 6 July, 3pm"


def test_a_currency_we_do_not_take_is_an_error() -> None:
    with pytest.raises(KeyError):
        wording.money(Decimal("1"), "USD")


def test_the_clinics_numbers_become_dialable() -> None:
    assert wording.phone_tel("0800 783 6106", "GB") == "+448007836106"
    assert wording.phone_tel("01 293 7839", "IE") == wording.phone_tel("+353 1 293 7839", "IE")
