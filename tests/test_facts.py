"""Changing a fact, and how figures and prices are printed by templates."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from decimal import Decimal

import pytest
from django.conf import settings
from django.template import Context, Template

from clinic.models import Location
from tests.site_content import NOW
from treatments.content_files import FOLDER
from treatments.facts import change_fact
from treatments.fees import NOT_ENTERED, price_sentence, totals
from treatments.models import Fact, Fee

SIGNED = {"signed_by": "Dr A. Example, GMC 1234567", "signed_on": dt.date(2027, 1, 5)}
VALUE = {"text": "2 weeks", "number": 14, "unit": "days", "reason": "Careful.", "certainty": "differ"}
both = pytest.mark.both
database = pytest.mark.django_db


@pytest.fixture
def fact(db: None) -> Fact:
    return Fact.objects.create(key="gap_min", **VALUE, **SIGNED)


def change(**changes: object) -> Fact:
    return change_fact(key="gap_min", changes=changes, by=None, now=NOW)


@both
@pytest.mark.parametrize(
    "changes", [{"text": "3 weeks"}, {"number": 21}, {"number": None}, {"unit": "nights"}]
)
def test_a_new_value_loses_its_signature(fact: Fact, changes: dict[str, object]) -> None:
    changed = change(**changes)
    fact.refresh_from_db()
    assert (fact.signed_by, fact.signed_on) == (changed.signed_by, changed.signed_on) == ("", None)
    assert [getattr(fact, name) for name in changes] == list(changes.values())


@both
def test_a_signature_is_no_part_of_a_change(fact: Fact) -> None:
    with pytest.raises(KeyError, match="signed_by"):
        change(text="3 weeks", signed_by="Dr B")


@both
@pytest.mark.parametrize("changes", [{"reason": "More careful."}, {"certainty": "ours"}, {}])
def test_another_reason_keeps_the_signature(fact: Fact, changes: dict[str, object]) -> None:
    change(**changes)
    fact.refresh_from_db()
    assert (fact.signed_by, fact.signed_on) == (SIGNED["signed_by"], SIGNED["signed_on"])


@both
@database
def test_an_unknown_fact_is_an_error() -> None:
    with pytest.raises(Fact.DoesNotExist):
        change()


# Prices


def fee(service: str, country: str, currency: str, amount: str | None) -> Fee:
    return Fee(service=service, country=country, currency=currency, amount=amount and Decimal(amount))


GB, IE = fee("session", "GB", "GBP", "395"), fee("session", "IE", "GBP", "395.00")
NO_EURO, EURO = fee("session", "IE", "EUR", None), fee("session", "IE", "EUR", "450")


def test_the_price_is_per_session() -> None:
    assert price_sentence([IE, EURO, GB]) == "£395 per session"


def test_dublin_names_sterling_and_the_euro_price_once_there_is_one() -> None:
    assert price_sentence([GB, IE, NO_EURO], "IE") == "£395 per session, in pounds sterling"
    assert price_sentence([GB, IE, EURO], "IE") == "£395 per session, in pounds sterling, or €450 per session"


def test_a_price_not_entered_is_said_in_words_and_never_taken_from_elsewhere() -> None:
    assert price_sentence([IE, EURO, fee("session", "GB", "GBP", None)]) == NOT_ENTERED
    assert price_sentence([GB], "IE") == NOT_ENTERED
    assert totals([IE]) == []


def test_totals_are_for_one_to_eight_sessions() -> None:
    assert [tuple(total) for total in totals([GB])] == [
        (1, "£395"),
        (2, "£790"),
        (4, "£1,580"),
        (6, "£2,370"),
        (8, "£3,160"),
    ]


# Tags


@both
@database
def test_the_tags_print_a_fact_and_the_price(fact: Fact) -> None:
    Fee.objects.bulk_create([GB, IE])
    template = Template('{% load facts fees %}{% fact "gap_min" %}|{% price %}|{% price dublin %}')
    made = template.render(Context({"dublin": Location(country="IE")}))
    assert made == (
        '<data value="14" data-fact="gap_min">2 weeks</data>|£395 per session|£395 per session, in pounds sterling'
    )


def test_templates_ask_only_for_facts_that_our_files_hold() -> None:
    known = tomllib.loads((FOLDER / "facts.toml").read_text(encoding="utf-8")).keys()
    templates = [
        path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "templates").rglob("*.html")
    ]
    asked = {key for text in templates for key in re.findall(r"{% fact (\S+) %}", text)}
    assert len(asked) >= 3
    assert {key.strip("\"'") for key in asked} <= known


@both
@database
def test_a_fact_that_is_gone_does_not_take_the_page_down() -> None:
    assert "ask us" in Template('{% load facts %}{% fact "gone" %}').render(Context())
