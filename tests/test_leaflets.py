"""Leaflets: a page's own words laid out for paper, with room to write by hand and with who checked them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from clinic.models import Location
from tests.page_rules import MEDICINE
from tests.reader import words
from tests.seen import Seen
from treatments import publishing
from treatments.facts import figures
from treatments.leaflets import LEAFLETS, on_paper
from treatments.models import Page, Section
from treatments.plain_text import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("content")]

each_leaflet = pytest.mark.parametrize("slug", LEAFLETS)


def leaflet(slug: str) -> Seen:
    path = f"/leaflets/{slug}/"
    response = Client().get(path)
    return Seen(path, response.content.decode(), response.status_code, bool(response.cookies))


def plain(text: str) -> str:
    return re.sub(r"[.,;:?!\s]+", " ", text).strip()


@each_leaflet
def test_it_says_all_that_its_page_says_and_in_the_same_words(slug: str) -> None:
    page, own = leaflet(slug), figures()
    assert page.status == 200
    said = plain(page.words)
    sections = Section.objects.filter(page_id=slug).exclude(key__in=LEAFLETS[slug].left_out)
    assert len(sections) >= 8
    for section in sections:
        assert plain(section.heading) in said
        text = plain(text_of(publishing.show(section, own).html))
        assert text in said, section.key


def test_an_edit_of_the_page_is_an_edit_of_the_leaflet() -> None:
    Section.objects.filter(page_id="aftercare", key="medicines").update(body="Take them as before.")
    assert "Take them as before." in leaflet("aftercare").words


@each_leaflet
def test_nothing_on_it_has_to_be_opened(slug: str) -> None:
    main = next(leaflet(slug).all("main"))
    assert list(main.iter("details")) == []


def test_what_only_leads_about_on_a_screen_is_left_out() -> None:
    assert "Where are you now?" not in leaflet("aftercare").words
    assert "Where are you now?" in Client().get("/treatments/aftercare/").content.decode()


@each_leaflet
def test_a_link_says_its_whole_address(slug: str) -> None:
    links = [each for each in leaflet(slug).all("a") if each.get("data-address")]
    for each in links:
        assert each.get("data-address") == f"testserver{each.get('href')}"
    assert bool(links) == (slug == "before-your-visit")


def test_an_address_cannot_leave_its_attribute() -> None:
    section = publishing.Shown("a", "A", "text", publishing._clean('<p><a href="/b/">B</a></p>'), "", (), ())  # type: ignore[arg-type]
    shown = next(on_paper(LEAFLETS["aftercare"], [section], 'x"><script>'))
    assert "<script>" not in shown.html
    assert 'href="/b/"' in shown.html


@each_leaflet
def test_every_clinic_stands_at_the_top_with_its_address(slug: str) -> None:
    head = words(next(each for each in leaflet(slug).all("div") if each.get("class") == "print-head"))
    for place in Location.objects.all():
        assert place.phone in head
        assert f"{place.name}: {', '.join(line.strip() for line in place.address.splitlines())}" in head
        assert place.postcode in head


@each_leaflet
def test_it_says_of_which_day_its_words_are_and_who_checked_them(slug: str) -> None:
    page = leaflet(slug)
    assert "The words are those of 17 February 2027." in page.words
    assert "Not yet checked by a clinician." in page.words
    Page.objects.filter(slug=slug).update(
        reviewed_by="Dr A. Example, vein surgeon",
        reviewed_on=dt.date(2027, 1, 5),
        changed_at=dt.datetime(2027, 3, 1, tzinfo=dt.UTC),
    )
    page = leaflet(slug)
    assert "The words are those of 1 March 2027." in page.words
    assert "Checked by Dr A. Example, vein surgeon on 5 January 2027." in page.words
    assert "Not yet checked" not in page.words


def test_the_days_of_the_stockings_are_written_in_by_hand() -> None:
    for slug in LEAFLETS:
        plan = [words(each) for each in leaflet(slug).all("section") if each.get("class") == "by-hand"]
        assert len(plan) == 1
        assert ("stockings or bandages for (to fill in) days" in plan[0]) == (slug == "aftercare")


def test_the_emergency_comes_before_what_is_filled_in() -> None:
    text = leaflet("aftercare").words
    assert text.index("Call 999 (in Ireland 112 or 999) if you have:") < text.index("My own plan")


@each_leaflet
def test_it_is_the_page_for_a_search_engine_and_keeps_the_page_s_rules(slug: str) -> None:
    page = leaflet(slug)
    canonical = [each.get("href") for each in page.all("link") if each.get("rel") == "canonical"]
    assert canonical == [f"https://testserver/treatments/{slug}/"]
    assert not page.sets_cookie
    assert not MEDICINE.search(page.text)
    assert page.faults == []


@each_leaflet
def test_without_its_page_there_is_no_leaflet(slug: str) -> None:
    Page.objects.filter(slug=slug).update(published=False)
    assert leaflet(slug).status == 404
    assert f"/leaflets/{slug}/" not in Client().get("/leaflets/").content.decode()


@pytest.mark.parametrize("slug", ["fees", "risks", "contraindications-medicine", "nowhere"])
def test_no_other_page_is_a_leaflet(slug: str) -> None:
    assert leaflet(slug).status == 404


def test_the_list_leads_to_each_and_each_leads_back_to_its_page() -> None:
    page = Seen("/leaflets/", Client().get("/leaflets/").content.decode())
    assert {f"/leaflets/{slug}/" for slug in LEAFLETS} <= set(page.links)
    for slug in LEAFLETS:
        assert f"/treatments/{slug}/" in leaflet(slug).links


def test_a_page_that_is_a_leaflet_leads_to_it_and_no_other_does() -> None:
    linking = {
        page.slug
        for page in Page.objects.published()
        if f"/leaflets/{page.slug}/" in Client().get(page.path).content.decode()
    }
    assert linking == set(LEAFLETS)
