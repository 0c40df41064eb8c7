"""The pictures: each is numbered, drawn on both skins, honest about its colours, and opens large without a script."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.conf import settings
from django.db import connection
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.reader import words
from treatments.models import Page, Section
from treatments.plates import PLATES, Plate, plate_called

pytestmark = [pytest.mark.django_db, pytest.mark.both]

DRAWINGS = Path(settings.BASE_DIR) / "templates" / "components" / "plates"
LEAST_CIRCLE = 20  # units of a drawing
BODY = [plate for plate in PLATES if plate.slug != "clinics"]
every_plate = pytest.mark.parametrize("plate", PLATES, ids=lambda plate: plate.slug)


def parsed(html: str) -> Element:
    """A piece of HTML in which a drawing's elements have plain names too."""
    root = html5lib.parseFragment(html, namespaceHTMLElements=False)
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


def drawn(slug: str, large: bool = False) -> Element:
    html = engines["django"].from_string("{% load plates %}{% plate slug large=large %}")
    return parsed(html.render({"slug": slug, "large": large}))


def drawing_faults(svg: Element) -> list[str]:
    """What a drawing may not have: words, a style, a colour of its own, a gradient, or a name in place of its key."""
    found = [] if svg.get("aria-hidden") == "true" and svg.get("focusable") == "false" else ["not hidden"]
    for each in svg.iter():
        named = set(each.attrib)
        found += [f"{each.tag} has {name}" for name in named & {"style", "fill", "stroke", "filter", "href"}]
        if each.tag.lower() in ("image", "script", "style") or each.tag.lower().endswith("gradient"):
            found.append(f"a {each.tag}")
        text = (each.text or "").strip()
        if text and not (each.tag == "text" and re.fullmatch(r"\d", text)):
            found.append(f"says {text!r}")
    small = [
        c for c in svg.iter("circle") if c.get("class") == "p-dot" and int(c.get("r", "0")) < LEAST_CIRCLE
    ]
    return found + ["a small number circle" for _ in small]


def numbers(element: Element) -> set[int]:
    return {int(words(text)) for text in element.iter("text")}


def test_the_plates_are_numbered_in_their_order() -> None:
    assert [plate.number for plate in PLATES] == list(range(1, len(PLATES) + 1))
    assert len(PLATES) == 6
    assert len({plate.slug for plate in PLATES}) == len({plate.title for plate in PLATES}) == 6


def test_nobody_knows_a_plate_that_does_not_exist() -> None:
    assert plate_called("veins").number == 1
    with pytest.raises(KeyError):
        plate_called("stock-legs")


@every_plate
def test_each_number_in_the_drawing_has_its_line_in_the_key(content: None, plate: Plate) -> None:
    picture = drawn(plate.slug)
    key = [words(line) for each in picture.iter("ol") for line in each]
    assert numbers(picture) == set(range(1, len(key) + 1))
    assert len(key) >= 2
    assert all(key)


@pytest.mark.parametrize("plate", BODY, ids=lambda plate: plate.slug)
def test_a_body_stands_on_lighter_and_on_darker_skin(content: None, plate: Plate) -> None:
    picture = drawn(plate.slug)
    shown = dict.fromkeys(("p-skin", "p-skin-deep"), 0)
    for svg in picture.iter("svg"):
        used = {name for each in svg.iter() for name in each.get("class", "").split()}
        for skin in shown:
            shown[skin] += skin in used
    assert min(shown.values()) >= max(1, plate.frames - 1)
    assert len(list(picture.iter("svg"))) == 2 * plate.frames
    caption = words(next(picture.iter("figcaption")))
    assert "on lighter and on darker skin" in caption
    assert "normal" not in caption


@every_plate
def test_a_drawing_holds_shapes_and_numbers_only(content: None, plate: Plate) -> None:
    svgs = list(drawn(plate.slug, large=True).iter("svg"))
    assert svgs
    assert [fault for svg in svgs for fault in drawing_faults(svg)] == []


@pytest.mark.parametrize(
    "planted",
    [
        '<svg aria-hidden="true"></svg>',
        '<svg aria-hidden="true" focusable="false"><path style="fill:red"/></svg>',
        '<svg aria-hidden="true" focusable="false"><path fill="#ff0000"/></svg>',
        '<svg aria-hidden="true" focusable="false"><linearGradient/></svg>',
        '<svg aria-hidden="true" focusable="false"><text>Skin</text></svg>',
        '<svg aria-hidden="true" focusable="false"><circle class="p-dot" r="12"/></svg>',
    ],
)
def test_a_planted_breach_in_a_drawing_is_seen(planted: str) -> None:
    svg = next(parsed(planted).iter("svg"))
    assert len(drawing_faults(svg)) == 1


def test_every_class_of_a_drawing_has_its_rule() -> None:
    """An unknown class would be filled with black."""
    css = (Path(settings.BASE_DIR) / "static/css/components/plates.css").read_text()
    ruled = set(re.findall(r"\.(p-[\w-]+)", css))
    used: set[str] = set()
    for path in sorted(DRAWINGS.glob("*.html")):
        text = path.read_text().replace("{% if dark %}-deep{% endif %}", "-deep").replace("{{ stage }}", "5")
        for names in re.findall(r'class="([^"]*)"', text):
            used |= set(re.findall(r"\bp-[\w-]+", names))
    assert len(used) >= 30
    assert used - ruled == set()


@every_plate
def test_a_plate_opens_large_by_a_link_of_its_own(content: None, plate: Plate) -> None:
    small, large = drawn(plate.slug), drawn(plate.slug, large=True)
    (link,) = small.iter("a")
    assert words(link) == f"View larger picture: {plate.words}"
    assert link.get("href") == f"/pictures/{plate.slug}/"
    assert not list(large.iter("a"))


@every_plate
def test_the_large_view_stands_alone_and_leads_back(content: None, plate: Plate) -> None:
    response = Client().get(f"/pictures/{plate.slug}/")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"
    assert not response.cookies
    page = parsed(response.content.decode())
    main = next(page.iter("main"))
    assert [words(each) for each in main.iter("h1")] == [plate.title]
    assert len([each for each in main.iter("figure") if "plate-large" in each.get("class", "")]) == 1
    links = {each.get("href", "") for each in main.iter("a")}
    assert {f"/pictures/{other.slug}/" for other in PLATES if other != plate} <= links
    shown = Section.objects.filter(component=plate.section)
    back = {f"{section.page.path}#{section.key}" for section in shown.select_related("page")}
    assert back <= links
    assert "/clinics/" in links if plate.slug == "clinics" else "/treatments/" in links


def test_an_unpublished_text_is_no_way_back(content: None) -> None:
    found = Section.objects.filter(component="plate-veins").select_related("page")
    assert len(found) >= 2
    Page.objects.filter(pk=found[0].page.pk).update(published=False)
    html = Client().get("/pictures/veins/").content.decode()
    assert found[0].page.path not in re.sub(
        r"<(?:header|footer).*?</(?:header|footer)>", "", html, flags=re.DOTALL
    )
    assert found[1].page.path in html


def test_a_picture_that_we_do_not_have_is_not_found(content: None) -> None:
    assert Client().get("/pictures/stock-legs/").status_code == 404


def test_one_query_finds_every_text_that_shows_a_picture(content: None) -> None:
    for plate in PLATES:
        with CaptureQueriesContext(connection) as asked:
            Client().get(f"/pictures/{plate.slug}/")
        about_texts = [query for query in asked.captured_queries if "treatments_section" in query["sql"]]
        assert len(about_texts) == 1, plate.slug


def test_every_plate_can_stand_in_a_text() -> None:
    assert {plate.section for plate in PLATES} <= set(Section.Component.values)
    folder = Path(settings.BASE_DIR) / "templates" / "treatments" / "sections"
    for plate in PLATES:
        assert f'{{% plate "{plate.slug}" %}}' in (folder / f"{plate.section}.html").read_text()


def test_the_figures_of_the_fading_line_are_facts(content: None) -> None:
    facts = [each.get("data-fact") for each in drawn("fading").iter("data")]
    assert facts == ["result_months", "marks_fade"]
    text = "".join(
        words(line) for each in drawn("fading").iter("ol") for line in each if not list(line.iter("data"))
    )
    assert not re.search(r"\d", text)


def test_the_clinics_stand_on_the_page_of_the_clinics(content: None) -> None:
    assert 'href="/pictures/clinics/"' in Client().get("/clinics/").content.decode()
