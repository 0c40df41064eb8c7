"""What search engines and finders of holes read first: robots.txt, sitemap.xml with true dates, security.txt."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

import pytest
import time_machine
from django.conf import settings
from django.test import Client, override_settings

from clinic.indexing import may_be_listed
from clinic.models import Location, Version
from tests import cast
from tests.crawl import crawl_pages
from tests.site_content import NOW
from treatments.models import Page

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("content")]

LATER = NOW + dt.timedelta(days=5)
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NOT_LISTED = {"/search/", "/complaints/write/", "/feedback/"}  # empty forms: nobody looks for them


def listed() -> dict[str, str]:
    """Path and date of last change of each entry."""
    response = Client().get("/sitemap.xml")
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert not response.cookies
    found: dict[str, str] = {}
    for url in ElementTree.fromstring(response.content):  # noqa: S314 - our own answer
        address = url.findtext(f"{SPACE}loc") or ""
        assert address.startswith("https://testserver/")
        path = address.removeprefix(settings.SITE_URL)
        assert path not in found, f"{path} stands twice"
        found[path] = url.findtext(f"{SPACE}lastmod") or ""
    return found


def version(kind: str, key: str) -> None:
    Version.objects.create(kind=kind, key=key, value={}, origin=Version.Origin.ADMIN, made_at=LATER)


def test_every_entry_answers_and_may_be_listed() -> None:
    paths = list(listed())
    assert len(paths) >= 25
    for path in paths:
        response = Client().get(path)
        assert (response.status_code, may_be_listed(path)) == (200, True), path
        assert "noindex" not in response.content.decode(), path


def test_every_page_that_may_be_listed_is_an_entry() -> None:
    cast.make_clinic("maidenhead")
    with time_machine.travel(cast.NOW, tick=False):
        pages = [page for page in crawl_pages() if "?" not in page.address and may_be_listed(page.path)]
    assert len(pages) >= 25
    own = {
        page.path
        for page in pages
        if f'<link rel="canonical" href="https://testserver{page.path}">' in page.text
    }
    assert len(own) >= len(pages) - 5
    assert own - listed().keys() - NOT_LISTED == set()


def test_a_page_that_is_not_published_is_not_an_entry() -> None:
    Page.objects.filter(path="/treatments/risks/").update(published=False)
    assert "/treatments/risks/" not in listed()


def test_a_text_was_changed_when_it_was_changed() -> None:
    Page.objects.filter(path="/treatments/risks/").update(changed_at=LATER)
    assert listed()["/treatments/risks/"] == "2027-02-22T10:00:00+00:00"
    assert listed()["/treatments/alternatives/"] == "2027-02-17T10:00:00+00:00"


def test_a_new_price_changes_the_texts_that_print_it_and_no_other() -> None:
    version("fee", "session GB GBP")
    dates = listed()
    assert dates["/fees/"] == dates["/treatments/sclerotherapy/"] == "2027-02-22T10:00:00+00:00"
    assert dates["/treatments/thread-or-varicose/"] == "2027-02-17T10:00:00+00:00"


def test_what_nobody_knows_is_left_out() -> None:
    Page.objects.filter(path="/treatments/risks/").update(changed_at=None)
    dates = listed()
    assert [dates[path] for path in ("/", "/treatments/risks/", "/clinics/", "/clinics/dublin/")] == [""] * 4


def test_a_clinic_was_changed_when_its_row_was() -> None:
    version("location", "dublin")
    assert listed()["/clinics/dublin/"] == "2027-02-22T10:00:00+00:00"
    assert listed()["/clinics/london/"] == ""
    assert Location.objects.count() == 4


def test_an_address_is_escaped() -> None:
    with override_settings(SITE_URL="https://a.example/?a&b"):
        assert "<loc>https://a.example/?a&amp;b/</loc>" in Client().get("/sitemap.xml").content.decode()


# robots.txt


def test_robots_are_asked_to_leave_the_admin_and_the_links_alone() -> None:
    response = Client().get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /book/link/",
        "Disallow: /book/reminders/",
        "Disallow: /demo/",
        "",
        "Sitemap: https://testserver/sitemap.xml",
    ]


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml"])
def test_a_file_is_read_only(path: str) -> None:
    assert Client().post(path).status_code == 405


# security.txt

SECURITY = "/.well-known/security.txt"


def test_without_a_contact_there_is_no_file() -> None:
    assert settings.SECURITY_CONTACT == ""
    assert Client().get(SECURITY).status_code == 404


@override_settings(SECURITY_CONTACT="mailto:security@example.org")
def test_the_file_says_whom_to_tell_and_is_good_for_less_than_a_year() -> None:
    with time_machine.travel(NOW, tick=False):
        response = Client().get(SECURITY)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(re.findall(r"^([\w-]+): (.+)$", response.content.decode(), re.MULTILINE))
    assert fields["Contact"] == "mailto:security@example.org"
    assert fields["Canonical"] == f"https://testserver{SECURITY}"
    expires = dt.datetime.fromisoformat(fields["Expires"])
    assert dt.timedelta(days=90) < expires - NOW < dt.timedelta(days=365)
