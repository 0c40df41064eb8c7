"""The pages about ourselves: each name has its address, answers once its text is there, and is not found before."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from treatments.models import Page, Section

pytestmark = [pytest.mark.django_db, pytest.mark.both]

PLAIN = {
    "treatments:about": "/about/",
    "treatments:privacy": "/privacy/",
    "treatments:cookies": "/cookies/",
    "treatments:accessibility": "/accessibility/",
    "treatments:terms": "/terms/",
}
every_plain_page = pytest.mark.parametrize("name", PLAIN)


@every_plain_page
def test_it_stands_at_its_own_address(name: str) -> None:
    assert reverse(name) == PLAIN[name]


@every_plain_page
def test_it_is_not_found_before_its_text_is_written(name: str) -> None:
    assert Client().get(reverse(name)).status_code == 404


@every_plain_page
def test_it_shows_its_text(name: str) -> None:
    page = Page.objects.create(slug="own", path=PLAIN[name], title="About us", kind=Page.Kind.PLAIN)
    Section.objects.create(page=page, key="who", heading="Who we are", body="A few nurses.", position=0)
    shown = Client().get(reverse(name))
    assert shown.status_code == 200
    assert "A few nurses." in shown.content.decode()
    assert not shown.cookies
