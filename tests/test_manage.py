"""The page behind a manage link: it shows, it changes nothing, its token leaves the address, and it dies quietly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from bookings import links, services
from bookings.models import Appointment
from clinic.models import Location
from tests import cast
from tests.cast import FREE_TIME, NOW
from tests.manage_cast import everything, opened

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


SHOWN = ("/book/manage/", "/book/manage/appointment.ics")
LINKED = (
    *SHOWN,
    "/book/manage/move/",
    "/book/manage/cancel/",
    "/book/manage/contact/",
    "/book/manage/link/",
    "/book/manage/health/",
    "/book/manage/health/1/",
    "/book/manage/health/wait/",
)


@pytest.fixture
def asked(place: Location) -> Appointment:
    return cast.make_request(place)


def body(response: Any) -> tuple[int, bytes]:
    return response.status_code, response.content


def test_it_shows_the_appointment_and_the_token_leaves_the_address(asked: Appointment) -> None:
    reader = opened(asked)
    assert (reader.url, reader.h1) == ("/book/manage/", "Your request")
    assert "Tuesday 2 March, 10:15am" in reader.text
    assert asked.reference[:3] in reader.text
    assert links.token(asked) not in reader.response.content.decode()


def test_it_shows_everything_about_it_and_the_ways_to_change_it(asked: Appointment) -> None:
    reader = opened(asked)
    for shown in (
        "We are keeping the time for you",
        "We write to you by",
        "Maidenhead time",
        "SL6 8DG",
        "0800 783 6106",
        "£395 per session",
        "First consultation",
        "020 7946 0000",
        "brigid@example.org",
        "No, none of these",
        "thread veins",
    ):
        assert shown in reader.text, shown
    for way in (
        "Move it",
        "Cancel it",
        "My health has changed",
        "Correct phone or email",
        "Get the link again",
    ):
        assert opened(asked).click(way).status == 200, way


def test_it_shows_no_date_of_birth_and_no_word_for_staff(asked: Appointment) -> None:
    page = opened(asked).text
    for private in ("1958", "linician", "Nurse Demo", "Room 1", "Pending"):
        assert private not in page, private


def test_what_is_over_shows_no_way_to_change_it(asked: Appointment, clock: Any) -> None:
    clock.move_to(FREE_TIME + dt.timedelta(minutes=1))
    reader = opened(asked)
    assert "Move it" not in reader.text
    for page in ("move/", "cancel/", "contact/", "link/", "health/", "health/1/", "health/wait/"):
        assert reader.open(f"/book/manage/{page}").url == "/book/manage/"


def test_nothing_is_kept_by_the_browser(asked: Appointment) -> None:
    client = Client()
    for url in (f"/book/link/{links.token(asked)}/", *LINKED):
        response = client.get(url)
        assert "no-store" in response["Cache-Control"], url
        assert response["Referrer-Policy"] == "same-origin"
    assert client.cookies[links.COOKIE]["max-age"] == settings.MANAGE_MINUTES * 60
    assert client.cookies[links.COOKIE]["httponly"]
    assert client.cookies[links.COOKIE]["secure"]


def test_a_hundred_looks_change_nothing(asked: Appointment) -> None:
    before = everything()
    client = Client()
    for _ in range(100):
        client.get(f"/book/link/{links.token(asked)}/")
        client.head("/book/manage/")
        client.get("/book/manage/")
    for url in LINKED * 10:
        client.get(url)
        client.head(url)
    assert everything() == before


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_only_shows(asked: Appointment, method: str) -> None:
    before, client = everything(), Client()
    client.get(f"/book/link/{links.token(asked)}/")
    for url in (f"/book/link/{links.token(asked)}/", *SHOWN):
        assert getattr(client, method)(url).status_code == 405, url
    assert everything() == before


def test_each_changed_sign_a_stranger_and_nobody_get_the_same_page(asked: Appointment) -> None:
    """Nobody learns from it whether an appointment exists."""
    token = links.token(asked)
    stranger = cast.make_request(asked.location, starts_at=FREE_TIME + dt.timedelta(hours=1))
    swapped = token.split(":")[0] + ":" + links.token(stranger).split(":")[1]
    changed = [
        token[:place] + ("A" if sign != "A" else "B") + token[place + 1 :] for place, sign in enumerate(token)
    ]
    absent = links.token(asked)
    dead = Client().get("/book/link/nothing/")
    assert dead.status_code == 404
    assert b"This link no longer works" in dead.content
    for text in (*changed, swapped, token[:-1], token + "A", token.upper(), token.swapcase(), absent[::-1]):
        client = Client()
        assert body(client.get(f"/book/link/{text}/")) == body(dead), text
        assert links.COOKIE not in client.cookies
    for url in LINKED:
        assert body(Client().get(url)) == body(dead), url


def test_the_link_of_a_row_that_is_gone_answers_like_any_other_dead_one(asked: Appointment) -> None:
    token, client = links.token(asked), Client()
    client.get(f"/book/link/{token}/")
    dead = body(Client().get("/book/link/nothing/"))
    Appointment.objects.update(link_version=1)  # sent anew
    assert body(client.get(f"/book/link/{token}/")) == dead
    for url in LINKED:
        assert body(client.get(url)) == dead


@pytest.mark.parametrize(
    "text", ["x", ":", "a" * 5000, "%00", "%ed%a0%80", "%2e%2e%2f", "<b>", "0-0:x", "%F0%9F%A6%B5"]
)
def test_nonsense_is_a_dead_link_and_is_not_repeated(place: Location, text: str) -> None:
    response = Client().get(f"/book/link/{text}/")
    assert response.status_code == 404
    assert b"<b>" not in response.content
    assert b"aaaaaa" not in response.content


def test_the_cookie_ends_after_half_an_hour(asked: Appointment, clock: Any) -> None:
    reader = opened(asked)
    clock.shift(dt.timedelta(minutes=settings.MANAGE_MINUTES, seconds=-1))
    assert reader.client.get("/book/manage/").status_code == 200
    clock.shift(dt.timedelta(seconds=2))
    for url in LINKED:
        assert reader.client.get(url).status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", '"\\000"', "é", "a" * 4000])
def test_a_cookie_of_ones_own_opens_nothing(asked: Appointment, cookie: str) -> None:
    for url in LINKED:
        assert Client(headers={"cookie": f"{links.COOKIE}={cookie}"}).get(url).status_code == 404


def test_a_cookie_is_no_link_and_a_link_no_cookie(asked: Appointment) -> None:
    client = Client()
    client.cookies[links.COOKIE] = links.token(asked)
    assert client.get("/book/manage/").status_code == 404
    assert Client().get(f"/book/link/{links.cookie_for(asked)}/").status_code == 404


def test_a_second_link_shows_the_second_appointment(asked: Appointment) -> None:
    other = cast.make_request(asked.location, starts_at=FREE_TIME + dt.timedelta(hours=1))
    reader = opened(asked)
    reader.open(f"/book/link/{links.token(other)}/")
    assert "11:15am" in reader.text
    assert "10:15am" not in reader.text


def test_a_calendar_file_only_once_it_is_booked_and_without_the_link(asked: Appointment) -> None:
    reader = opened(asked)
    assert reader.client.get("/book/manage/appointment.ics").status_code == 404
    assert "Add to calendar" not in reader.text
    services.confirm(appointment_id=asked.pk, expected_version=asked.version, actor=services.SYSTEM, now=NOW)
    reader.open("/book/manage/")
    assert "Add to calendar" in reader.text
    response = reader.client.get("/book/manage/appointment.ics")
    file = response.content.decode()
    assert response["Content-Type"].startswith("text/calendar")
    assert "no-store" in response["Cache-Control"]
    assert "BEGIN:VEVENT" in file
    for private in (links.token(asked), "/book/", "http", "thread", "vein", "1958"):
        assert private not in file.lower(), private
