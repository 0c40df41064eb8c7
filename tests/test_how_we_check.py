"""Where each figure comes from, shown to everybody: the page, its rows, and the way there from the pages that print them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Role
from tests.cast import make_staff
from tests.reader import words
from tests.test_content_admin import change
from treatments import provenance, publishing
from treatments.facts import figures
from treatments.models import Claim, Fact, Page, Section, Source
from treatments.publishing import Figures, Value, facts_in, show

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("content")]
PATH = "/about/how-we-check/"


def shown(path: str = PATH) -> Element:
    response = Client().get(path)
    assert response.status_code == 200
    return html5lib.parse(response.content.decode(), namespaceHTMLElements=False)


def row(key: str) -> Element:
    return next(each for each in shown().iter("article") if each.get("id") == key)


def by_class(element: Element, name: str) -> list[str]:
    return [words(each) for each in element.iter() if name in each.get("class", "").split()]


# The page


def test_it_has_its_name_and_answers_in_few_queries(
    kept_pages: None, django_assert_max_num_queries: Any
) -> None:
    assert reverse("treatments:how_we_check") == PATH
    shown("/fees/")  # what every page asks, once an edition, is asked by now
    with django_assert_max_num_queries(5):
        page = shown()
    assert words(next(page.iter("h1"))) == "How we check what we say"


def test_every_figure_has_its_row_once_under_a_topic() -> None:
    page = shown()
    rows = [each.get("id") for each in page.iter("article")]
    assert sorted(map(str, rows)) == sorted(Fact.objects.values_list("key", flat=True))
    assert len(rows) >= 56
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_topics_stand_in_the_order_in_which_somebody_asks_and_are_linked_above() -> None:
    page = shown()
    titles = [words(each) for each in page.iter("h2")]
    topics = [str(title) for title in Fact.Topic.labels]
    assert [title for title in titles if title in topics] == topics
    contents = next(each for each in page.iter("nav") if each.get("class") == "on-this-page")
    assert [words(link) for link in contents.iter("a")] == ["How we work", *topics]
    assert page.find(".//p[@class='to-top']") is not None


def test_every_fact_of_ours_has_a_question_a_topic_and_a_reason_without_codes() -> None:
    rows = list(Fact.objects.all())
    assert len(rows) >= 56
    assert [fact.key for fact in rows if not fact.question or not fact.topic] == []
    assert [fact.key for fact in rows if re.search(r"\bC\d|\[NV\]", fact.reason + fact.unverified)] == []
    places = [(fact.topic, fact.position) for fact in rows]
    assert len(places) == len(set(places))


def test_a_row_says_the_question_the_value_how_sure_we_are_and_why() -> None:
    figure = row("gap_min")
    assert words(next(figure.iter("h3"))) == "How soon can the same area be treated again?"
    value = next(figure.iter("data"))
    assert (value.get("value"), value.get("data-fact"), words(value)) == ("14", "gap_min", "2 weeks")
    assert by_class(figure, "sure") == ["Sources differ"]
    assert Fact.objects.get(key="gap_min").reason in words(figure)


def test_a_bare_number_is_shown_with_its_unit() -> None:
    assert provenance.with_unit(Fact(text="2 to 6", unit="sessions")) == "2 to 6 sessions"
    assert provenance.with_unit(Fact(text="18", unit="years")) == "18 years"
    assert provenance.with_unit(Fact(text="2 weeks", unit="days")) == "2 weeks"
    assert by_class(row("sessions_common"), "figure-value") == ["2 to 6 sessions"]


def test_each_source_stands_by_its_kind_beside_its_own_words_in_a_marked_cell() -> None:
    table = next(row("gap_min").iter("table"))
    said = [(words(line.find("th")), words(line.find("td"))) for line in table.iter("tr")]  # type: ignore[arg-type]
    assert said == [
        ("Our clinics’ own earlier page", "2 weeks or more before the same area is treated again."),
        ("A clinic page", "A week is possible, a month is better."),
        ("Another clinic page", "3 to 16 weeks."),
    ]
    cells = list(shown().iter("td"))
    assert len(cells) == Claim.objects.count() >= 120
    assert all("data-claim" in cell.attrib and cell.get("class") == "claim" for cell in cells)


def test_no_competitor_is_named_and_no_source_that_names_the_medicine() -> None:
    text = " ".join("".join(shown().itertext()).split())
    links = " ".join(each.get("href", "") for each in shown().iter("a"))
    hidden = Source.objects.filter(kind__in=["clinic", "own", "hospital", "site"]) | Source.objects.filter(
        names_medicine=True
    )
    assert len(hidden) >= 15
    for source in hidden:
        assert source.name not in text, source.key
        assert not source.address or source.address not in links, source.key


def test_a_source_whose_address_names_the_medicine_goes_by_its_kind_alone() -> None:
    Claim.objects.create(fact_id="gap_min", source_id="licence-full", says="Nothing.", position=9)
    last = list(next(row("gap_min").iter("table")).iter("tr"))[-1]
    assert words(last) == "The licence textNothing."
    assert not list(last.iter("a"))


def test_a_guideline_is_named_and_linked() -> None:
    figure = row("compression_days")
    links = {words(each): each.get("href") for each in figure.iter("a")}
    address = "https://nice.org.uk/guidance/cg168/ifp/chapter/treatments"
    assert links["NICE guideline CG168: information for the public, treatments"] == address


def test_what_we_could_not_check_and_who_signed_stand_behind_the_sources() -> None:
    behind = words(next(row("clot_liquid").iter("details")))
    assert "What we could not check. We looked for the source of that number, and did not find it." in behind
    assert "Not signed by a clinician yet." in behind
    Fact.objects.filter(key="clot_liquid").update(signed_by="Dr A", signed_on=dt.date(2027, 1, 5))
    assert "Signed by Dr A on 5 January 2027." in words(next(row("clot_liquid").iter("details")))


def test_our_own_rule_without_a_source_says_so() -> None:
    figure = row("keep_medicines")
    assert by_class(figure, "sure") == ["Our own rule"]
    assert "No source gives this." in words(figure)


def test_it_says_that_nobody_has_signed_until_somebody_has() -> None:
    assert "No clinician has signed a figure yet." in words(shown())
    Fact.objects.filter(key="gap_min").update(signed_by="Dr A", signed_on=dt.date(2027, 1, 5))
    assert "No clinician has signed a figure yet." not in words(shown())


def test_it_shows_nobodys_mark() -> None:
    assert not re.search(r"\bPIF\b|tick", words(shown()), re.IGNORECASE)


def test_an_edit_shows_at_once() -> None:
    change(
        make_staff("editor", Role.EDITOR), Fact.objects.get(key="gap_min"), reason="Two weeks let it heal."
    )
    assert "Two weeks let it heal." in words(row("gap_min"))


def test_a_fact_without_topic_or_question_still_has_its_row() -> None:
    Fact.objects.create(key="new_one", text="9 days", reason="New.", certainty="ours")
    assert words(next(row("new_one").iter("h3"))) == "9 days"
    assert "Other figures" in [words(each) for each in shown().iter("h2")]


# From the pages


def test_facts_are_found_in_a_text_each_once_in_order() -> None:
    body = "[[fact:b]] then [[fact:a]], [[fee:session]], [[fact:b]]."
    assert facts_in(body) == ("b", "a")
    section = Section(key="x", heading="X", component="text", body="[[fact:b]] [[fact:a]] [[fact:c]]")
    known = Figures(
        {"a": Value("1", 1, "What is a?"), "b": Value("2", 2, "What is b?"), "c": Value("3", 3)}, ""
    )
    cited = publishing.cited([show(section, known), show(section, known)], known)
    assert [tuple(each) for each in cited] == [("b", "What is b?", "2"), ("a", "What is a?", "1")]


def test_each_page_links_the_row_of_every_figure_it_prints() -> None:
    rows = {each.get("id") for each in shown().iter("article")}
    seen = 0
    for page in Page.objects.published().with_texts():
        wanted = {key for section in page.sections.all() for key in facts_in(section.body)}
        links = [each.get("href", "") for each in shown(page.path).iter("a")]
        linked = {link.partition("#")[2] for link in links if link.startswith(f"{PATH}#")}
        assert linked == wanted <= rows, page.slug
        seen += len(linked)
    assert seen >= 80


def test_a_link_says_the_question_and_the_value() -> None:
    sources = next(
        each for each in shown("/treatments/aftercare/").iter("section") if each.get("class") == "sources"
    )
    assert "How soon can the same area be treated again? 2 weeks" in words(sources)
    assert any(words(each) == "How we check what we say" for each in sources.iter("a"))


def test_the_questions_cost_no_query_of_their_own(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert figures().facts["gap_min"].question
