"""From the body of a section to safe HTML with its figures."""

from __future__ import annotations

import logging

import pytest

from treatments import checks, facts, screening
from treatments.models import Fact, Page, Section, Source
from treatments.publishing import (
    MISSING,
    Figures,
    UnknownFigure,
    Value,
    anchors_in,
    render,
    show,
    sources_shown,
)

FIGURES = Figures(
    {"gap_min": Value("2 weeks", 14), "risky": Value('"<b>' + "&", None)}, price="£395 per session"
)
GAP = '<data value="14" data-fact="gap_min">2 weeks</data>'


def html(body: str) -> str:
    return render(body, FIGURES).html.strip()


# Figures


def test_a_fact_carries_its_key_and_its_number() -> None:
    assert html("Wait [[fact:gap_min]].") == f"<p>Wait {GAP}.</p>"


def test_a_fact_without_a_number_carries_its_text_and_is_escaped() -> None:
    assert (
        html("[[fact:risky]]")
        == '<p><data value="&quot;&lt;b&gt;&amp;" data-fact="risky">"&lt;b&gt;&amp;</data></p>'
    )


def test_the_price_of_a_session_is_a_sentence() -> None:
    assert html("[[fee:session]].") == "<p>£395 per session.</p>"


@pytest.mark.parametrize("around", ["**{}**", "- {}", "| {} |\n|---|", "[about {}](/fees/)", "*{}* and {}"])
def test_a_figure_may_stand_anywhere_in_a_text(around: str) -> None:
    assert GAP in html(around.replace("{}", "[[fact:gap_min]]"))


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("[[fact:gap_max]]", "gap_max"),
        ("[[fact: gap_min]]", " gap_min"),
        ("[[fact:]]", ""),
        ("[[gap_min]]", "gap_min"),
        ("[[fee:scan]]", "fee:scan"),
        ("[[]]", ""),
        ("### Part\n\n[[fact:gap_max]]", "gap_max"),
        ("`[[fact:gap_max]]`", "gap_max"),
    ],
)
def test_an_unknown_figure_is_an_error_that_names_it(body: str, key: str) -> None:
    with pytest.raises(UnknownFigure) as wrong:
        html(body)
    assert wrong.value.key == key


@pytest.mark.parametrize("body", ["[[fact:gap_min]", "[[fact:gap\n_min]]", "[x]([[fact:gap_min]])"])
def test_a_figure_that_is_not_closed_or_hides_in_an_address_is_an_error(body: str) -> None:
    with pytest.raises(UnknownFigure):
        html(body)


def test_signs_we_use_inside_cannot_be_smuggled_in() -> None:
    assert html("a \ue0000\ue001 b") == "<p>a 0 b</p>"


# Safety


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,hello)",
        "![x](/static/a.png)",
        '<a href="/" onclick="x()">x</a>',
        '<p style="color:red">x</p>',
        "<https://user:pass@example.org>",
        "[x](vbscript:x)",
        "# One\n\nTwo\n===",
    ],
)
def test_nothing_unsafe_comes_out(body: str) -> None:
    made = html(body).lower()
    for tag in (
        "<script",
        "<img",
        "<h1",
        "<h2",
        "<p style",
        '"javascript',
        '"data:',
        '"vbscript',
        '<a href="/" on',
    ):
        assert tag not in made


def test_links_inside_the_site_stay_as_they_are() -> None:
    assert html("[All prices](/fees/)") == '<p><a href="/fees/">All prices</a></p>'


# Shape


def test_a_body_is_split_at_its_part_headings() -> None:
    body = render("Before.\n\n### The first week\n\nWalk.\n\n### Later {#after}\n\nRest.", FIGURES)
    assert body.intro == "<p>Before.</p>\n"
    assert [(part.key, part.heading, part.html.strip()) for part in body.parts] == [
        ("the-first-week", "The first week", "<p>Walk.</p>"),
        ("after", "Later", "<p>Rest.</p>"),
    ]
    assert '<h3 id="the-first-week">The first week</h3>' in body.html
    assert body.html.index("Before") < body.html.index("Walk") < body.html.index("Rest")


def test_a_part_does_not_repeat_the_anchor_of_its_section() -> None:
    assert anchors_in("### Normal\n\n### Other", "normal") == ["normal-part", "other"]


def test_windows_line_ends_make_no_difference() -> None:
    body = "Before.\n\n### Part\n\n- one\n- two"
    assert render(body.replace("\n", "\r\n"), FIGURES) == render(body, FIGURES)


def test_a_table_names_its_columns_and_rows_and_itself() -> None:
    made = render("| What | Thread |\n|---|:-:|\n| Touch | Flat |", FIGURES, heading="Apart?").html
    assert '<caption class="hidden">Apart?</caption>' in made
    assert '<th scope="col">Thread</th>' in made
    assert '<th scope="row">Touch</th>' in made
    assert '<td data-column="Thread">Flat</td>' in made
    assert "style" not in made


def test_a_changed_figure_is_seen_at_once() -> None:
    assert "2 weeks" in html("[[fact:gap_min]]")
    changed = Figures({"gap_min": Value("3 weeks", 21)}, price="")
    assert "3 weeks" in render("[[fact:gap_min]]", changed).html


# Sections and sources


def test_a_screening_section_brings_the_rows_of_its_list() -> None:
    section = Section(page_id="x", key="k", heading="H", component="screening-not-now", body="")
    shown = show(section, FIGURES)
    assert shown.rows == screening.listed(screening.NOT_NOW)
    assert len(shown.rows) > 10
    assert show(Section(page_id="x", key="k", heading="H", body=""), FIGURES).rows == ()


def test_a_page_is_still_readable_when_a_figure_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    section = Section(page_id="aftercare", key="wait", heading="H", body="Wait [[fact:gone]]. Then walk.")
    with caplog.at_level(logging.ERROR):
        shown = show(section, FIGURES)
    assert shown.html.strip() == f"<p>Wait {MISSING}. Then walk.</p>"
    assert "page aftercare, section wait: There is no figure “gone”." in caplog.text


def test_a_source_that_names_the_medicine_is_shown_on_its_page_alone() -> None:
    plain, naming = Source(key="a"), Source(key="b", names_medicine=True)
    assert sources_shown(Page(path="/treatments/aftercare/"), [plain, naming]) == [plain]
    medicine = Page(path="/treatments/contraindications/medicine/")
    assert sources_shown(medicine, [plain, naming]) == [plain, naming]


# The system check


@pytest.mark.django_db
@pytest.mark.both
def test_the_check_names_the_text_that_asks_for_a_missing_figure() -> None:
    Fact.objects.create(key="gap_min", text="2 weeks", reason="x", certainty="ours")
    page = Page.objects.create(slug="p", path="/p/", title="P", description="P", kind="plain")
    Section.objects.create(page=page, key="good", heading="G", body="[[fact:gap_min]]", position=0)
    assert checks.figures_exist(None, databases=["default"]) == []
    Section.objects.create(page=page, key="bad", heading="B", body="[[fact:gap_max]]", position=1)
    (found,) = checks.figures_exist(None, databases=["default"])
    assert (found.id, found.msg) == ("treatments.W001", "Page p, section bad: there is no figure “gap_max”.")
    assert checks.figures_exist(None, databases=None) == []


@pytest.mark.django_db
def test_figures_come_in_two_queries(django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        facts.figures()
