"""How many queries each page and each form of the journey may ask, transactions and savepoints not counted.

The session, the hold that is renewed and the clinics with their phones are in every figure. Who answers for the
clinics is not, nor are the facts: both are asked once an edition of the content, by whichever page is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from bookings import links
from bookings.journey import Step
from bookings.models import StepCount
from bookings.services.counting import Event
from clinic import warming
from clinic.context_processors import organisations
from tests import cast
from tests.cast import NOW
from tests.drills.test_f9_steps import posts, shown
from tests.site_content import load_site_content
from treatments.context_processors import figures_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]

AT = cast.FREE_TIME
PAGES = {"start": "/book/?clinic=maidenhead", "visit": "/book/visit/", "time": "/book/time/"} | {
    **{f"health-{page}": f"/book/health/{page}/" for page in (1, 2, 3)},
    "details": "/book/details/",
    "check": "/book/check/",
}
# What is limited asks 3 more, however many limits there are, and 1 for what stands in the diary; so does a mailbox.
# One of each is the count of the step, two of "check" when it is sent; shown for the first time, the session is kept.
SHOW = {
    "start": 3,
    "visit": 4,
    "time": 10,
    "health-1": 5,
    "health-2": 5,
    "health-3": 5,
    "details": 5,
    "check": 6,
}
SEND = {
    "start": 4,
    "visit": 4,
    "time": 19,
    "health-1": 5,
    "health-2": 5,
    "health-3": 5,
    "details": 6,
    "check": 26,
}
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET LOCAL", "PRAGMA")


@pytest.fixture(autouse=True)
def _known(kept_pages: None) -> None:
    organisations()
    figures_of(RequestFactory().get("/"))


@pytest.fixture(autouse=True)
def _somebody_came_today_already(db: None) -> None:
    """The first of a day asks twice for each count: is there a row, and then makes it."""
    StepCount.objects.bulk_create(
        StepCount(day=NOW.date(), clinic=clinic, step=step)
        for clinic in ("", "maidenhead")
        for step in (*Step, *Event)
    )


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(do: Callable[[], Any]) -> tuple[Any, list[str]]:
    with CaptureQueriesContext(connection) as seen:
        response = do()
    return response, [row["sql"] for row in seen if not row["sql"].startswith(NOT_COUNTED)]


def walk() -> Iterator[tuple[str, str, list[str]]]:
    """Each step: its name, whether it was shown or sent, and what the database was asked."""
    client, forms = Client(), posts(AT)
    for step, page in PAGES.items():
        response, queries = asked(lambda page=page: client.get(page))  # type: ignore[misc]
        assert response.status_code == 200, step
        yield step, "show", queries
        url, data = forms[step]
        body: dict[str, Any] = {**data, "seen": shown(client)} if step == "check" else data
        response, queries = asked(lambda url=url, body=body: client.post(url, body))  # type: ignore[misc]
        assert response.status_code == 302, step
        yield step, "send", queries


def test_no_step_asks_the_database_more_than_it_needs() -> None:
    for slug in ("amersham", "maidenhead", "london", "dublin"):
        cast.make_clinic(slug)
    counted = {(step, what): queries for step, what, queries in walk()}
    assert len(counted) == 2 * len(PAGES)
    most = {(step, what): least[step] for what, least in (("show", SHOW), ("send", SEND)) for step in PAGES}
    over = {
        key: (len(queries), most[key], queries)
        for key, queries in counted.items()
        if len(queries) > most[key]
    }
    assert over == {}


def test_no_page_that_informs_asks_anything_once_it_is_kept(kept_pages: None) -> None:
    """What each asks while nothing is kept: `tests/test_pages.py`."""
    load_site_content()
    call_command("warm_pages", verbosity=0)
    counted = {}
    for path in warming.warm_paths():
        response, queries = asked(lambda path=path: Client().get(path))  # type: ignore[misc]
        assert response.status_code == 200, path
        counted[path] = len(queries)
    assert len(counted) >= 28
    assert set(counted.values()) == {0}, counted


def test_the_figures_do_not_grow_with_the_diary() -> None:
    place = cast.make_clinic()
    few = {(step, what): len(queries) for step, what, queries in walk()}
    for hour in range(6):
        cast.make_request(place, starts_at=AT.replace(day=9, hour=9 + hour))
    cast.make_second_pair(place)
    many = {(step, what): len(queries) for step, what, queries in walk()}
    assert many == few


@pytest.mark.parametrize(
    ("page", "most"), [("/book/ring-me/", 3), ("/book/help-now/", 1), ("/book/elsewhere/", 1)]
)
def test_the_pages_beside_the_journey_ask_little(page: str, most: int) -> None:
    cast.make_clinic()
    assert len(asked(lambda: Client().get(page))[1]) <= most


def test_the_confirmation_and_the_page_behind_the_link_ask_little() -> None:
    cast.make_clinic()
    client, forms = Client(), posts(AT)
    for step in PAGES:
        url, data = forms[step]
        client.post(url, {**data, "seen": shown(client)} if step == "check" else data)
    for page, most in (("/book/sent/", 3), ("/book/manage/", 4)):
        response, queries = asked(lambda page=page: client.get(page))  # type: ignore[misc]
        assert (response.status_code, len(queries) <= most) == (200, True), queries


BEHIND_THE_LINK = {  # to show, and to send what changes most; the letters are the larger part of that
    "/book/manage/move/": 8,
    "/book/manage/cancel/": 3,
    "/book/manage/contact/": 3,
    "/book/manage/link/": 3,
    "/book/manage/health/": 4,
}


@pytest.mark.parametrize(("page", "most"), BEHIND_THE_LINK.items())
def test_each_page_behind_the_link_asks_little(page: str, most: int) -> None:
    client, booked = Client(), cast.make_booked(cast.make_clinic())
    client.get(f"/book/link/{links.token(booked)}/")
    response, queries = asked(lambda: client.get(page))
    assert (response.status_code, len(queries) <= most) == (200, True), (len(queries), queries)


def test_each_press_behind_the_link_asks_no_more_than_it_needs() -> None:
    cast.make_clinic()
    later = {"slot": "maidenhead|2027-03-02T11:15Z"}
    counted = {}
    for hour, (page, data) in enumerate(
        {
            "move": later,
            "cancel": {},
            "contact": {"phone": "020 7946 0123", "email": "new@example.org"},
            "link": {},
            "health": {"changed": "no"},
        }.items()
    ):
        starts = AT.replace(day=9, hour=9 + hour)
        booked = cast.make_booked(cast.make_clinic(), starts_at=starts)
        client = Client()
        client.get(f"/book/link/{links.token(booked)}/")
        form = {**data, "version": booked.version}
        response, queries = asked(lambda c=client, p=page, f=form: c.post(f"/book/manage/{p}/", f))  # type: ignore[misc]
        assert response.status_code == 302, page
        counted[page] = len(queries)
    most = {"move": 29, "cancel": 17, "contact": 29, "link": 14, "health": 10}
    assert {page: count for page, count in counted.items() if count > most[page]} == {}, counted
