"""F10: hostile input in every field, path, query, header and admin filter: no 5xx, nothing unescaped, stored text equal.

Control: a planted view that breaks on a NUL and prints the rest as it came has to be found.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, override_settings

from bookings.life import Status
from bookings.models import Appointment, Patient
from clinic.models import Location
from tests import cast, naughty
from tests.drills import hostile
from tests.drills.hostile import Course
from tests.reader import Reader
from tests.scale import SCALE, scaled
from tests.site_content import load_site_content
from tests.test_bad_input import DETAILS, PAGES, browser, post, to_details

pytestmark = [pytest.mark.drill, pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# A form sent well leads away from its page, so that the rest would try an empty one: these stay where they are.
STAYS = {"check": {"seen": "x"}, "wait": {"on": "x"}, "start": {"signs": "x"}}
TEXTS = hostile.EVERYTHING[:: 1 if SCALE >= 1 else 3]
FEW = [*naughty.SOME.values(), *hostile.NUMBERS][:: 1 if SCALE >= 1 else 3]  # for the many names of the admin


@pytest.fixture
def place() -> Location:
    load_site_content()
    cast.make_clinic("dublin")
    return cast.make_clinic()


def clean(course: Course) -> None:
    print(course.line().replace(" | ", f" | {connection.vendor} | ", 1))
    assert course.sent > 100
    assert course.broken[:20] == []
    assert course.unescaped[:20] == []


def staff_client() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.make_staff("manager", "manager", is_superuser=True))
    return client


# --- The public side ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("where", PAGES)
def test_f10_every_field(place: Location, where: str) -> None:
    way, url, good = PAGES[where]
    course = Course(f"F10 fields, {where}")
    hostile.fields(course, way(browser()).client, url, {**good, **STAYS.get(where, {})}, TEXTS)
    clean(course)


def test_f10_every_path(place: Location) -> None:
    course = Course("F10 paths")
    patterns = [path for path in hostile.addresses() if not path.startswith("/admin/")]
    assert len(patterns) > 20
    hostile.paths(course, to_details(browser()).client, patterns, TEXTS)
    clean(course)


def test_f10_every_query(place: Location) -> None:
    course = Course("F10 queries")
    urls = [
        "/",
        "/book/",
        "/book/visit/",
        "/book/time/",
        "/book/details/",
        "/book/ring-me/",
        "/clinics/maidenhead/",
    ]
    hostile.queries(
        course, to_details(browser()).client, [*urls, "/book/manage/", "/admin/login/"], texts=TEXTS
    )
    clean(course)


def test_f10_every_header(place: Location) -> None:
    course = Course("F10 headers")
    urls = ["/", "/book/", "/book/details/", "/admin/login/"]
    hostile.headers(
        course, Client(raise_request_exception=False), urls, [t for t in TEXTS if t in hostile.IN_HEADERS]
    )
    clean(course)


def test_f10_everything_at_once(place: Location) -> None:
    course = Course("F10 mixed")
    targets = [(url, good) for _, url, good in PAGES.values()]
    hostile.mixed(course, to_details(browser()).client, targets, scaled(5000, least=300))
    clean(course)


def test_f10_what_is_stored_is_what_was_typed(place: Location) -> None:
    reader, stored = to_details(browser()), 0
    for what, typed in naughty.AWKWARD.items():
        data = {**DETAILS, "name": typed, "anything_else": typed}
        assert post(reader, "/book/details/", data).status_code == 302, what
        reader.open("/book/check/").choose("I ask for this appointment").press("Send my request")
        assert reader.h1 == "We have your request", what
        made = Patient.objects.latest("pk").appointments.get()
        assert (made.patient.name, made.notes.get().text) == (typed, typed)
        for message in made.messages.all():
            assert not any(live in message.message.html for live in naughty.LIVE), what
        Appointment.objects.update(status=Status.CANCELLED, idempotency_key=None)
        reader, stored = to_details(browser()), stored + 1
    print(f"\n| F10 stored | {connection.vendor} | {stored} names and notes equal |")
    assert stored == len(naughty.AWKWARD)


# --- The staff side -----------------------------------------------------------------------------------------------
def test_f10_every_admin_filter_and_search(place: Location) -> None:
    cast.make_booked(place)
    course, client = Course("F10 admin lists"), staff_client()
    lists = 0
    for model, page in admin.site._registry.items():
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        if client.get(url).status_code != 200:
            continue
        lists += 1
        names = {
            "q",
            "p",
            "o",
            "e",
            "all",
            "_facets",
            "_popup",
            "_to_field",
            "id",
            "pk__in",
            "id__gt",
            "x__y",
        }
        for row in model._meta.fields:
            names |= {
                row.name,
                f"{row.name}__exact",
                f"{row.name}__gte",
                f"{row.name}__isnull",
                f"{row.name}__year",
            }
        for chosen in page.list_filter:
            name = (
                chosen[0] if isinstance(chosen, (list, tuple)) else getattr(chosen, "parameter_name", chosen)
            )
            names |= {str(name), f"{name}__id__exact", f"{name}__gte", f"{name}__lt"}
        hostile.queries(course, client, [url], sorted(names), FEW)
        hostile.queries(course, client, [url], ["q"], TEXTS)
    assert lists >= 8
    clean(course)


def test_f10_every_admin_path(place: Location) -> None:
    course, client = Course("F10 admin paths"), staff_client()
    patterns = [path for path in hostile.addresses("admin/") if "{}" in path]
    assert len(patterns) > 30
    hostile.paths(course, client, patterns, FEW)
    clean(course)


def test_f10_every_admin_form(place: Location) -> None:
    """Each form of the admin, as it stands on its page, with hostile words in each of its boxes."""
    booked = cast.make_booked(place)
    cast.make_request(place, starts_at=cast.FREE_TIME + dt.timedelta(hours=1))
    course, client, forms = Course("F10 admin forms"), staff_client(), 0
    ids = {"clinic": place.pk, "bookings/appointment": booked.pk}
    for pattern in hostile.addresses("admin/"):
        if "logout" in pattern or "password" in pattern:
            continue
        pk = next((value for part, value in ids.items() if part in pattern), 1)
        url = pattern.replace("{}", str(pk))
        if client.get(url).status_code != 200 or "html" not in client.get(url).headers["Content-Type"]:
            continue
        good = Reader(client).open(url).values()
        good.pop("csrfmiddlewaretoken", None)
        if not good:
            continue
        forms += 1
        for text in FEW:
            for name in list(good)[:25]:
                course.judge(hostile.post(client, url, {**good, name: text}), f"{url} {name}={text!r}")
            course.judge(hostile.post(client, url, dict.fromkeys(good, text)), f"{url} all={text!r}")
    assert forms >= 10
    clean(course)


# --- The control --------------------------------------------------------------------------------------------------
def test_f10_control_a_planted_page_that_breaks_is_found() -> None:
    course = Course("F10 control")
    with override_settings(ROOT_URLCONF="tests.planted"):
        client = Client(raise_request_exception=False)
        hostile.fields(course, client, "/book/breaks/on-some-words/", {"name": "Brigid"}, TEXTS)
        hostile.queries(course, client, ["/book/breaks/on-some-words/"], ["q"], TEXTS)
    print(course.line())
    assert course.broken
    assert course.unescaped
