"""Every page that informs: it answers, in few queries, with its headers and without a cookie or a session."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from clinic.context_processors import phones, places, site, standing_phones
from clinic.models import Location
from treatments import screening
from treatments.models import Fact, Fee, Page, Section

pytestmark = [pytest.mark.django_db, pytest.mark.both]

# Of each page, the queries it may ask: page, sections, sources, facts, fees, the clinics with their phones, and who
# answers for them.
# Once a minute for all pages where they are kept: the clinics, and that no service is offered yet.
NEXT_TIMES = 2
TEXTS = {
    "/treatments/sclerotherapy/": 8 + NEXT_TIMES,  # and the sections elsewhere that say how to prepare
    "/treatments/microsclerotherapy/": 8 + NEXT_TIMES,
    "/treatments/aftercare/": 7,
    "/treatments/contraindications/": 7 + NEXT_TIMES,
    "/treatments/contraindications/medicine/": 7,
    "/treatments/thread-or-varicose/": 7 + NEXT_TIMES,
    "/treatments/risks/": 7 + NEXT_TIMES,
    "/treatments/alternatives/": 7 + NEXT_TIMES,
    "/treatments/before-your-visit/": 7 + NEXT_TIMES,
    "/fees/": 7,
    "/help-now/": 7,
    "/about/": 7,
    "/privacy/": 7,
    "/cookies/": 7,
    "/accessibility/": 7,
    "/terms/": 7,
}
CLINICS = {f"/clinics/{slug}/": 7 + NEXT_TIMES for slug in ("maidenhead", "dublin")}
PAGES = {"/": 7, "/treatments/": 5, **TEXTS, "/clinics/": 3, **CLINICS}
MEDICINE = re.compile(r"tetradecyl|fibro-?vein|benzyl", re.IGNORECASE)

every_page = pytest.mark.parametrize("path", PAGES)
every_text = pytest.mark.parametrize("path", TEXTS)


@contextmanager
def database_away() -> Iterator[None]:
    """Every query fails, as when the server has gone."""

    def refuse(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        yield


def get(path: str) -> HttpResponse:
    return Client().get(path)


# Every page


@every_page
def test_it_answers_without_a_cookie_or_a_session_and_may_be_kept(content: None, path: str) -> None:
    response = get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")  # nobody looked into a session
    assert response.headers["Cache-Control"] == "no-cache"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy


@every_page
def test_it_asks_the_database_little(content: None, django_assert_max_num_queries: Any, path: str) -> None:
    with django_assert_max_num_queries(PAGES[path]):
        get(path)


@every_page
def test_it_has_one_heading_and_no_citation_left(content: None, path: str) -> None:
    page = get(path).content.decode()
    assert page.count("<h1") == 1
    assert "[[" not in page
    assert "ask us for this figure" not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 1


@every_page
def test_it_is_read_only(content: None, path: str) -> None:
    assert Client().post(path).status_code == 405
    assert Client().head(path).status_code == 200
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403


@every_page
def test_only_the_medicine_page_names_the_medicine(content: None, path: str) -> None:
    named = bool(MEDICINE.search(get(path).content.decode()))
    assert named is (path == "/treatments/contraindications/medicine/")


# Texts


@every_text
def test_an_unpublished_text_is_not_found(content: None, path: str) -> None:
    assert Page.objects.filter(path=path).update(published=False) == 1
    assert get(path).status_code == 404


@every_text
def test_a_text_that_was_never_loaded_is_not_found(path: str) -> None:
    assert get(path).status_code == 404


def test_every_page_file_is_reached(content: None) -> None:
    assert set(Page.objects.values_list("path", flat=True)) == set(TEXTS)


def test_a_clinical_page_says_who_checked_it(content: None) -> None:
    clinical = Page.objects.filter(kind="clinical")
    assert len(clinical) >= 8
    for page in clinical:
        assert "Not yet checked by a clinician" in get(page.path).content.decode(), page.path
    clinical.update(reviewed_by="Dr A. Example", reviewed_on="2027-01-05")
    text = get("/treatments/aftercare/").content.decode()
    assert "Dr A. Example" in text
    assert "Not yet checked" not in text


def test_a_changed_fact_shows_on_every_page_that_prints_it(content: None) -> None:
    printing = {s.page.path for s in Section.objects.select_related("page") if "[[fact:gap_min]]" in s.body}
    assert len(printing) >= 3
    Fact.objects.filter(key="gap_min").update(text="5 weeks", number=35)
    for path in printing:
        assert '<data value="35" data-fact="gap_min">5 weeks</data>' in get(path).content.decode(), path


def test_the_contraindications_come_from_the_screening_table(content: None) -> None:
    text = get("/treatments/contraindications/").content.decode()
    rows = [row.text for heading in screening.Heading for row in screening.listed(heading)]
    assert len(rows) > 30
    missing = [row for row in rows if row.replace("'", "&#x27;") not in text]
    assert missing == []


def test_the_price_follows_the_fee(content: None) -> None:
    assert "£395 per session" in get("/").content.decode()
    Fee.objects.filter(service="session", currency="GBP").update(amount="410.50")
    for path in ("/", "/treatments/", "/treatments/sclerotherapy/", "/fees/", "/clinics/maidenhead/"):
        text = get(path).content.decode()
        assert "£410.50 per session" in text, path
    assert "£821" in get("/fees/").content.decode()


def test_dublin_names_sterling_and_then_euro(content: None) -> None:
    assert "£395 per session, in pounds sterling" in get("/clinics/dublin/").content.decode()
    Fee.objects.filter(service="session", country="IE", currency="EUR").update(amount="450")
    assert (
        "£395 per session, in pounds sterling, or €450 per session"
        in get("/clinics/dublin/").content.decode()
    )
    assert "sterling" not in get("/clinics/london/").content.decode()


# Clinics and phones


def test_the_footer_has_one_line_a_number(content: None) -> None:
    assert phones(Location.objects.all()) == [
        {
            "names": "Amersham, Maidenhead, London",
            "phone": "0800 783 6106",
            "tel": "+448007836106",
            "abroad": "",
            "country": "GB",
        },
        {
            "names": "Dublin",
            "phone": "01 293 7839",
            "tel": "+35312937839",
            "abroad": "+353 1 293 7839",
            "country": "IE",
        },
    ]


def test_a_clinic_with_its_own_number_gets_its_own_line(content: None) -> None:
    Location.objects.filter(slug="maidenhead").update(phone="01628 000000")
    assert [line["names"] for line in phones(Location.objects.all())] == [
        "Amersham, London",
        "Maidenhead",
        "Dublin",
    ]


def test_the_clinics_are_asked_for_once_a_request(content: None, django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        shown = site(request)["site"]
    with django_assert_num_queries(1):
        assert len(shown["phones"]) == 2
        assert len(places(request)) == 4


def test_without_the_database_the_numbers_come_from_the_settings() -> None:
    request = RequestFactory().get("/")
    with database_away():
        lines = list(site(request)["site"]["phones"])
    assert lines == standing_phones()
    assert {line["phone"] for line in lines} == {settings.PHONE_UK, settings.PHONE_IE}


def test_without_clinics_the_numbers_come_from_the_settings_too() -> None:
    assert list(site(RequestFactory().get("/"))["site"]["phones"]) == standing_phones()


@every_page
def test_without_the_database_a_page_apologises_with_a_phone_number(path: str) -> None:
    with database_away():
        response = get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert settings.PHONE_UK in response.content.decode()


def test_an_unknown_address_has_the_phone_numbers_even_without_the_database() -> None:
    with database_away():
        response = get("/nowhere/")
    assert response.status_code == 404
    assert settings.PHONE_IE in response.content.decode()


# Addresses somebody made up

HOSTILE = [
    "/treatments/%00/",
    "/treatments/aftercare%00/",
    "/treatments/..%2f..%2fetc%2fpasswd/",
    "/treatments/%F0%9F%A6%B5/",
    "/treatments/%ed%a0%80/",
    "/treatments/'; DROP TABLE treatments_page;--/",
    "/treatments/" + "a" * 5000 + "/",
    "/treatments/medicine/",
    "/treatments/fees/",
    "/treatments/AFTERCARE/",
    "/clinics/%00/",
    "/clinics/" + "9" * 400 + "/",
    "/clinics/nowhere/",
    "/clinics/%ff/",
    "/fees/extra/",
    "/%00",
]


@pytest.mark.parametrize("path", HOSTILE, ids=range(len(HOSTILE)))
def test_a_made_up_address_is_not_found(content: None, path: str) -> None:
    assert get(path).status_code == 404


@pytest.mark.parametrize("query", ["?x=%00", "?" + "a=1&" * 900, "?clinic[]=%ff", "?%ed%a0%80=1"])
def test_a_query_string_changes_nothing(content: None, query: str) -> None:
    assert get(f"/treatments/aftercare/{query}").content == get("/treatments/aftercare/").content


def test_a_missing_slash_is_put_right(content: None) -> None:
    response = get("/treatments/aftercare")
    assert (response.status_code, response.headers["Location"]) == (301, "/treatments/aftercare/")
