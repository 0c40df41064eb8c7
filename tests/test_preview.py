"""Staff see a page before the public does: the same page under a bar, kept by nobody."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Role
from tests.cast import make_staff
from treatments.models import Page

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("content")]
BAR = re.compile(r'<aside class="preview-bar.*?</aside>\s*', re.DOTALL)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_staff("editor", Role.EDITOR))
    return client


def preview(client: Client, slug: str) -> str:
    response = client.get(reverse("admin:treatments_page_preview", args=[slug]))
    assert response.status_code == 200
    return response.content.decode()


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def test_it_is_the_public_page_under_a_bar(staff: Client) -> None:
    for page in Page.objects.all():
        shown = preview(staff, page.slug)
        assert "Preview of a published page." in shown, page.slug
        assert main_of(shown) == main_of(Client().get(page.path).content.decode()), page.slug
    assert Page.objects.count() >= 12


def test_an_unpublished_page_is_there_for_staff_alone(staff: Client) -> None:
    public = main_of(Client().get("/help-now/").content.decode())
    Page.objects.filter(slug="help-now").update(published=False)
    shown = preview(staff, "help-now")
    assert "Preview, not published." in shown
    assert main_of(shown) == public
    assert Client().get("/help-now/").status_code == 404


def test_nobody_keeps_it(staff: Client) -> None:
    response = staff.get(reverse("admin:treatments_page_preview", args=["fees"]))
    assert response.headers["Cache-Control"] == "no-store, private"
    assert "ETag" not in response.headers


def test_who_may_not_look_does_not() -> None:
    address = reverse("admin:treatments_page_preview", args=["fees"])
    assert Client().get(address).status_code == 302
    client = Client()
    user = make_staff("nobody", Role.EDITOR)
    user.memberships.all().delete()
    client.force_login(user)
    assert client.get(address).status_code == 403


def test_a_page_that_is_not_there_is_said_to_be_gone(staff: Client) -> None:
    assert staff.get(reverse("admin:treatments_page_preview", args=["nothing"])).status_code == 302


def test_it_neither_fills_nor_empties_the_kept_pages(staff: Client, kept_pages: None) -> None:
    before = Client().get("/fees/")
    assert BAR.search(preview(staff, "fees"))
    after = Client().get("/fees/")
    assert after.content == before.content
    assert not BAR.search(after.content.decode())
    assert after.headers["ETag"] == before.headers["ETag"]
