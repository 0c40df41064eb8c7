"""The style guide: staff alone see it, and it shows every component and every colour that text stands on."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import html5lib
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from clinic.colours import PAIRS, contrast, palette
from clinic.styleguide import GROUPS
from tests import test_css
from tests.site_content import load_site_content

pytestmark = [pytest.mark.django_db, pytest.mark.both]

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
UNSEEN = {"components/card.html"}  # meta elements, and only on pages that search engines may list
TOKENS = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()


def components(folder: Path) -> set[str]:
    """Every component by the name that a template is taken by."""
    return {f"components/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*.html")}


def not_shown(folder: Path, response: HttpResponse) -> list[str]:
    """The components that no part of an answer was made with."""
    return sorted(components(folder) - UNSEEN - {template.name for template in response.templates})


@pytest.fixture
def guide(db: None) -> HttpResponse:
    load_site_content()
    staff = get_user_model().objects.create_superuser("desk", "desk@example.org", "a long enough secret")
    client = Client()
    client.force_login(staff)
    return client.get(reverse("clinic:styleguide"))


def test_it_shows_every_component(guide: HttpResponse) -> None:
    assert guide.status_code == 200
    assert len(components(COMPONENTS)) >= 45
    assert not_shown(COMPONENTS, guide) == []


def test_a_component_that_nobody_added_would_be_seen(guide: HttpResponse, tmp_path: Path) -> None:
    (tmp_path / "plates").mkdir()
    (tmp_path / "plates" / "lonely.html").write_text("")
    (tmp_path / "note.html").write_text("")
    assert not_shown(tmp_path, guide) == ["components/plates/lonely.html"]


def test_every_component_has_its_row_with_a_word_for_its_state(guide: HttpResponse) -> None:
    samples = [sample for group in GROUPS for sample in group.samples]
    assert {f"components/{sample.file}.html" for sample in samples} == {
        name for name in components(COMPONENTS) if "/plates/" not in name
    }
    states = Counter((sample.file, sample.state) for sample in samples)
    assert max(states.values()) == 1
    html = guide.content.decode()
    assert html.count(".html</code>") == len(samples) >= 50


def test_nobody_sees_it_without_signing_in() -> None:
    response = Client().get("/styleguide/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/login/?next=/styleguide/"
    assert "no-store" in response.headers["Cache-Control"]


def test_a_login_without_the_desk_is_not_enough() -> None:
    client = Client()
    client.force_login(get_user_model().objects.create_user("patient"))
    assert client.get("/styleguide/").headers["Location"].startswith("/admin/login/")


def test_it_is_never_kept_nor_changed(guide: HttpResponse) -> None:
    assert "no-store" in guide.headers["Cache-Control"]
    assert Client().post("/styleguide/").status_code == 405


def test_it_is_a_whole_page(guide: HttpResponse) -> None:
    """One h1, each id once, every anchor there, no style and no script of its own."""
    page = html5lib.parse(guide.content.decode(), namespaceHTMLElements=False)
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert [ident for ident, count in Counter(ids).items() if count > 1] == []
    assert len(list(page.iter("h1"))) == 1
    links = [each.get("href", "") for each in page.iter("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert "style=" not in guide.content.decode()
    assert not [each for each in page.iter("script") if each.get("type") != "application/ld+json"]


def test_it_shows_a_form_before_and_after_mistakes(guide: HttpResponse) -> None:
    html = guide.content.decode()
    assert html.count('id="problem"') == 1
    assert "autofocus" not in html  # else the page would open at its end
    assert html.count('aria-invalid="true"') >= 4
    assert 'name="fresh-name"' in html
    assert 'value="A. Example"' in html
    assert html.count("checked") >= 3
    assert 'name="wrong-name"' in html


def test_the_ratios_are_worked_out_from_the_tokens(guide: HttpResponse) -> None:
    light, dark = palette(TOKENS, dark=False), palette(TOKENS, dark=True)
    assert light == test_css.palette(TOKENS, "light")
    assert dark == test_css.palette(TOKENS, "dark")
    assert round(contrast("#1B2224", "#FAF8F4"), 2) == 15.22
    html = guide.content.decode()
    for found in (light, dark):
        for pair in PAIRS:
            ratio = contrast(found[pair.colour], found[pair.ground])
            assert ratio == pytest.approx(test_css.contrast(found[pair.colour], found[pair.ground]))
            assert f">{ratio:.2f}<" in html, pair
    assert "too weak" not in html


def test_every_pair_of_text_and_ground_is_in_the_table() -> None:
    shown = {(pair.colour, pair.ground) for pair in PAIRS}
    assert set(test_css.TEXT_PAIRS) | set(test_css.SHAPE_PAIRS) <= shown
    assert all(pair.least >= 7 for pair in PAIRS if (pair.colour, pair.ground) in test_css.TEXT_PAIRS)


def test_no_example_is_a_real_place_or_price(guide: HttpResponse) -> None:
    main = re.search(r"<main.*?</main>", guide.content.decode(), re.DOTALL)
    assert main
    examples = re.sub(r'<figure class="plate.*?</figure>', "", main[0], flags=re.DOTALL)
    assert not re.search(r"£|0800 783|293 7839|Wimpole", examples)
