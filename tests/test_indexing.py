"""How the site is found: one address for each page, a card where it is shared, and no listing of what is personal."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Engine
from django.test import Client, RequestFactory
from PIL import Image

from clinic.context_processors import site
from clinic.indexing import may_be_listed
from clinic.models import Location
from tests.seen import Seen
from treatments.models import Page

CARD = "img/card.png"
MOST = 60 * 1024  # bytes of the picture


def head(path: str) -> dict[str, list[str]]:
    """What the meta and link elements say, by name."""
    page = Seen(path, Client().get(path).content.decode())
    found: dict[str, list[str]] = {}
    for each in page.all("meta", "link"):
        name = each.get("property") or each.get("name") or each.get("rel") or ""
        found.setdefault(name, []).append(each.get("content") or each.get("href") or "")
    found["title"] = ["".join(each.itertext()) for each in page.all("title")]
    return found


# One address


@pytest.mark.django_db
@pytest.mark.both
def test_every_page_that_informs_names_its_one_address(content: None) -> None:
    paths = [
        "/",
        "/treatments/",
        "/clinics/",
        "/book/",
        *Page.objects.published().values_list("path", flat=True),
    ]
    paths += [place.get_absolute_url() for place in Location.objects.all()]
    assert len(paths) >= 20
    for path in paths:
        assert head(path)["canonical"] == [settings.SITE_URL + path], path


@pytest.mark.django_db
def test_a_query_is_no_other_page(content: None) -> None:
    for path in ("/fees/", "/book/"):  # one that is kept for everybody, and one that is made for each
        assert head(f"{path}?utm_source=x&clinic=dublin")["canonical"] == [f"https://testserver{path}"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/treatments/nowhere/"])
def test_what_is_not_found_has_no_address_and_no_card(content: None, path: str) -> None:
    found = head(path)
    assert not {"canonical", "og:title"} & found.keys()


# The card


@pytest.mark.django_db
@pytest.mark.both
@pytest.mark.parametrize("path", ["/", "/treatments/risks/", "/clinics/dublin/"])
def test_a_shared_page_shows_its_own_title_and_words(content: None, path: str) -> None:
    found = head(path)
    assert found["og:title"] == [found["title"][0].removesuffix(f" - {settings.CLINIC_NAME}")]
    assert found["og:description"] == found["description"]
    assert found["og:url"] == found["canonical"]
    assert (found["og:type"], found["twitter:card"]) == (["website"], ["summary_large_image"])


@pytest.mark.django_db
def test_a_hostile_title_cannot_leave_its_attribute(content: None) -> None:
    harm = '"><script>alert(1)</script>'
    Page.objects.filter(path="/treatments/risks/").update(title=harm)
    assert head("/treatments/risks/")["og:title"] == [harm]
    assert html.escape(harm) in Client().get("/treatments/risks/").content.decode()


@pytest.mark.django_db
def test_a_quotation_mark_of_a_template_cannot_leave_it_either() -> None:
    page = Engine.get_default().from_string(
        '{% extends "base.html" %}{% block title %}Say "now" & go{% endblock %}'
    )
    request = RequestFactory().get("/fees/")
    shown = page.render(Context({"request": request, **site(request)}))
    assert '<meta property="og:title" content="Say &quot;now&quot; & go">' in shown


@pytest.mark.django_db
def test_the_picture_is_there_as_it_is_announced(content: None) -> None:
    found = head("/")
    assert found["og:image"] == [f"https://testserver/static/{CARD}"]
    assert "leg" in found["og:image:alt"][0]
    file = Path(str(finders.find(CARD)))
    with Image.open(file) as picture:
        size, kind = picture.size, picture.format
    assert [str(each) for each in size] == [found["og:image:width"][0], found["og:image:height"][0]]
    assert f"image/{kind}".lower() == found["og:image:type"][0]
    assert file.stat().st_size <= MOST


# What is not to be listed

PERSONAL = [
    "/admin/login/",
    "/book/visit/",
    "/book/manage/",
    "/book/link/x/",
    "/complaints/sent/",
    "/feedback/sent/",
    "/demo/mail/",
]
DOORS = ["/", "/fees/", "/book/", "/book/ring-me/", "/complaints/", "/feedback/", "/search/"]


@pytest.mark.parametrize("path", PERSONAL)
def test_a_personal_address_is_not_for_listing(path: str) -> None:
    assert not may_be_listed(path)


@pytest.mark.parametrize("path", DOORS)
def test_a_door_may_be_listed(path: str) -> None:
    assert may_be_listed(path)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/book/manage/", "/book/link/x/"])
def test_a_personal_page_says_so_in_its_headers_and_has_no_card(content: None, path: str) -> None:
    response = Client().get(path)
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert not re.search("og:title|canonical", response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/fees/", "/book/"])
def test_a_page_that_informs_may_be_listed(content: None, path: str) -> None:
    response = Client().get(path)
    assert "X-Robots-Tag" not in response.headers
    assert "noindex" not in response.content.decode()
