"""`load_content`: files into the database, never over what somebody edited there."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.site_content import NOW
from treatments.content_files import FOLDER
from treatments.loading import Report, load
from treatments.models import Claim, Fact, Fee, Page, Section, Source, Treatment

pytestmark = [pytest.mark.django_db, pytest.mark.both]

SOURCES = """
[leaflet]
name = "A hospital's leaflet"
kind = "hospital"
address = "example.org/leaflet"
read_on = 2026-11-01

[study]
name = "A study"
kind = "study"
read_on = 2026-11-01
"""
TREATMENTS = """
[injections]
name = "Injections"
plain_name = "Injections for leg veins"
"""
FACTS = """
[gap_min]
text = "2 weeks"
number = 14
unit = "days"
reason = "The more cautious of the two."
certainty = "differ"
[[gap_min.claims]]
source = "leaflet"
says = "2 weeks."
[[gap_min.claims]]
source = "study"
says = "10 days."
"""
FEES = """
[[fee]]
service = "session"
country = "GB"
amount = "395.00"
currency = "GBP"
includes = "One session"

[[fee]]
service = "consultation"
country = "GB"
amount = ""
currency = "GBP"
"""
PAGE = """+++
path = "/treatments/injections/"
title = "Injections"
description = "What they are."
lead = "Small needles."
kind = "clinical"
treatment = "injections"
sources = ["study", "leaflet"]
order = 10
+++

## In short {#short in-short}

- Wait [[fact:gap_min]].
- [[fee:session]]

## What next? {#next}

### Today

Walk.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small set of content files, one of each kind."""
    (tmp_path / "pages").mkdir()
    texts = {"sources": SOURCES, "treatments": TREATMENTS, "facts": FACTS, "fees": FEES}
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "pages" / "injections.md").write_text(PAGE, encoding="utf-8")
    return tmp_path


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def stored() -> list[int]:
    return [model.objects.count() for model in (Source, Treatment, Fact, Claim, Fee, Page, Section)]


def in_words(report: Report) -> dict[str, list[str]]:
    return {name: value for name, value in vars(report).items() if isinstance(value, list) and value}


# What a load does


def test_it_creates_everything_the_files_say(folder: Path) -> None:
    report = load(now=NOW, folder=folder)
    assert not report.problems
    assert len(report.created) == 7
    assert stored() == [2, 1, 1, 2, 2, 1, 2]
    page = Page.objects.get(slug="injections")
    assert (page.treatment_id, page.position, page.is_clinical) == ("injections", 10, True)
    assert page.changed_at == NOW
    assert [section.key for section in page.sections.all()] == ["short", "next"]
    assert {source.key for source in page.sources.all()} == {"leaflet", "study"}
    assert Fee.objects.get(service="consultation").amount is None


def test_a_second_load_changes_nothing(folder: Path) -> None:
    load(now=NOW, folder=folder)
    ids = list(Section.objects.values_list("pk", flat=True))
    report = load(now=NOW, folder=folder)
    assert in_words(report) == {}
    assert report.unchanged == 7
    assert list(Section.objects.values_list("pk", flat=True)) == ids


def test_it_updates_what_nobody_edited(folder: Path) -> None:
    load(now=NOW, folder=folder)
    rewrite(folder / "pages" / "injections.md", "Walk.", "Walk about.")
    rewrite(folder / "fees.toml", "395.00", "400.00")
    later = NOW + dt.timedelta(days=1)
    report = load(now=later, folder=folder)
    assert Page.objects.get().changed_at == later
    assert in_words(report) == {"updated": ["fee session GB GBP", "page injections"]}
    assert "Walk about." in Section.objects.get(key="next").body
    assert str(Fee.objects.get(service="session").amount) == "400.00"
    assert in_words(load(now=NOW, folder=folder)) == {}


def test_it_keeps_an_edit_while_the_file_stays_as_it_was(folder: Path) -> None:
    load(now=NOW, folder=folder)
    Section.objects.filter(key="next").update(body="Edited here.")
    report = load(now=NOW, folder=folder)
    assert in_words(report) == {"kept": ["page injections"]}
    assert Section.objects.get(key="next").body == "Edited here."


def test_changed_in_both_places_is_kept_and_listed(folder: Path) -> None:
    load(now=NOW, folder=folder)
    Fact.objects.update(text="3 weeks", number=21)
    rewrite(folder / "facts.toml", 'text = "2 weeks"', 'text = "16 days"')
    report = load(now=NOW, folder=folder)
    assert in_words(report) == {"conflicts": ["fact gap_min"]}
    assert Fact.objects.get().text == "3 weeks"
    assert in_words(load(now=NOW, folder=folder)) == {
        "conflicts": ["fact gap_min"]
    }  # until somebody settles it


def test_the_same_change_in_both_places_is_no_conflict(folder: Path) -> None:
    load(now=NOW, folder=folder)
    Fact.objects.update(text="3 weeks")
    rewrite(folder / "facts.toml", 'text = "2 weeks"', 'text = "3 weeks"')
    assert in_words(load(now=NOW, folder=folder)) == {}
    rewrite(folder / "facts.toml", 'text = "3 weeks"', 'text = "4 weeks"')
    assert in_words(load(now=NOW, folder=folder)) == {"updated": ["fact gap_min"]}


def test_a_browsers_line_ends_are_no_edit(folder: Path) -> None:
    load(now=NOW, folder=folder)
    section = Section.objects.get(key="short")
    Section.objects.filter(pk=section.pk).update(body=section.body.replace("\n", "\r\n") + "\r\n")
    assert in_words(load(now=NOW, folder=folder)) == {}


def test_edited_claims_and_sources_count_as_edits(folder: Path) -> None:
    load(now=NOW, folder=folder)
    Claim.objects.filter(source_id="study").update(says="11 days.")
    Page.objects.get().sources.remove("study")
    assert in_words(load(now=NOW, folder=folder)) == {"kept": ["fact gap_min", "page injections"]}


def test_claims_and_sections_that_left_the_file_leave_the_database(folder: Path) -> None:
    load(now=NOW, folder=folder)
    rewrite(folder / "facts.toml", '[[gap_min.claims]]\nsource = "study"\nsays = "10 days."\n', "")
    rewrite(folder / "pages" / "injections.md", "\n## What next? {#next}\n\n### Today\n\nWalk.\n", "")
    load(now=NOW, folder=folder)
    assert (Claim.objects.count(), Section.objects.count()) == (1, 1)


def test_what_staff_decide_about_a_page_survives_an_update_that_leaves_its_text(folder: Path) -> None:
    load(now=NOW, folder=folder)
    reviewed = {"published": False, "reviewed_by": "A doctor", "reviewed_on": dt.date(2027, 1, 5)}
    Page.objects.update(**reviewed)
    rewrite(folder / "pages" / "injections.md", "order = 10", "order = 11")
    load(now=NOW, folder=folder)
    page = Page.objects.get()
    assert {name: getattr(page, name) for name in reviewed} == reviewed
    assert page.position == 11


def test_a_new_text_from_the_file_takes_the_check_away_and_nothing_else(folder: Path) -> None:
    load(now=NOW, folder=folder)
    due = dt.date(2028, 1, 5)
    Page.objects.update(reviewed_by="A doctor", reviewed_on=dt.date(2027, 1, 5), review_due_on=due)
    rewrite(folder / "pages" / "injections.md", "Walk.", "Walk about.")
    load(now=NOW, folder=folder)
    page = Page.objects.get()
    assert (page.reviewed_by, page.reviewed_on, page.review_due_on) == ("", None, None)
    assert page.published


def test_a_new_value_from_the_file_takes_the_signature_away(folder: Path) -> None:
    load(now=NOW, folder=folder)
    Fact.objects.update(signed_by="A doctor", signed_on=dt.date(2027, 1, 5))
    rewrite(folder / "facts.toml", "The more cautious", "Still the more cautious")
    load(now=NOW, folder=folder)
    assert Fact.objects.get().signed_by == "A doctor"
    rewrite(folder / "facts.toml", "number = 14", "number = 15")
    load(now=NOW, folder=folder)
    assert (Fact.objects.get().signed_by, Fact.objects.get().signed_on) == ("", None)


# Files with a mistake


def damage(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: rewrite(folder / name, old, new)


MD = "pages/injections.md"
MISTAKES = {
    "broken TOML": (damage("facts.toml", "[gap_min]", "[gap_min"), "facts.toml: "),
    "field missing": (
        damage("sources.toml", 'kind = "study"', ""),
        "sources.toml, [study]: the field “kind” is missing",
    ),
    "field unknown": (
        damage("facts.toml", "unit =", "units ="),
        "facts.toml, [gap_min]: there is no field “units”",
    ),
    "wrong type": (damage("facts.toml", "number = 14", 'number = "14"'), "“number” is not of the right type"),
    "true is no number": (
        damage("facts.toml", "number = 14", "number = true"),
        "“number” is not of the right",
    ),
    "unknown choice": (damage("facts.toml", '"differ"', '"unsure"'), "facts.toml, [gap_min]: certainty: "),
    "bad fact key": (
        lambda folder: (folder / "facts.toml").write_text(
            FACTS.replace("gap_min", "Gap-Min"), encoding="utf-8"
        ),
        "facts.toml, [Gap-Min]: key: ",
    ),
    "too long": (damage("facts.toml", "2 weeks", "2 weeks" * 50), "facts.toml, [gap_min]: text: "),
    "claim of nobody": (
        damage("facts.toml", '"study"', '"nobody"'),
        "facts.toml, [gap_min]: there is no source “nobody”",
    ),
    "amount is no number": (damage("fees.toml", "395.00", "ask"), "fees.toml, fee 1: amount: "),
    "fee twice": (
        damage("fees.toml", '"consultation"', '"session"'),
        "fees.toml, fee 2: “session GB GBP” has",
    ),
    "no settings": (damage(MD, "+++", "---"), "pages/injections.md: it has to begin with its settings"),
    "broken settings": (damage(MD, "order = 10", "order = "), "pages/injections.md, settings: "),
    "setting missing": (damage(MD, 'title = "Injections"', ""), "settings: the field “title” is missing"),
    "long description": (damage(MD, "What they are.", "x" * 156), "the description is longer than 155"),
    "path without slash": (damage(MD, "/injections/", "/injections"), "has to begin and end with “/”"),
    "unknown treatment": (damage(MD, '"injections"', '"surgery"'), "no treatment “surgery”"),
    "unknown page source": (
        damage(MD, '["study"', '["nobody"'),
        "injections.md: there is no source “nobody”",
    ),
    "source twice": (damage(MD, '["study"', '["leaflet"'), "the source “leaflet” is named twice"),
    "text outside": (damage(MD, "## In short", "Hello\n\n## In short"), "line 12: text has to stand under"),
    "heading without key": (damage(MD, " {#next}", ""), "line 17: a heading looks like"),
    "heading of the page": (
        damage(MD, "## What next? {#next}", "# What next?"),
        "line 17: a heading looks like",
    ),
    "unknown component": (damage(MD, "in-short}", "sparkles}"), "section short: component: "),
    "unknown figure": (damage(MD, "gap_min", "gap_max"), "section short: There is no figure “gap_max”"),
    "unknown fee": (damage(MD, "fee:session", "fee:scan"), "section short: There is no figure “fee:scan”"),
    "figure not closed": (damage(MD, "gap_min]]", "gap_min]"), "section short: There is no figure"),
    "figure in a heading": (damage(MD, "What next?", "[[fact:gap_min]]?"), "a heading cannot hold a figure"),
    "key twice": (damage(MD, "{#next}", "{#short}"), "the anchor “short” is used twice"),
    "anchor of a part twice": (damage(MD, "### Today", "### Short"), "the anchor “short” is used twice"),
    "anchor of the frame": (damage(MD, "{#next}", "{#main}"), "the anchor “main” is used twice"),
    "file missing": (lambda folder: (folder / "fees.toml").unlink(), "fees.toml: it cannot be read"),
    "no pages": (lambda folder: (folder / MD).unlink(), "there is no page file"),
    "not UTF-8": (
        lambda folder: (folder / "facts.toml").write_bytes(b"\xff\xfe"),
        "facts.toml: it cannot be read",
    ),
    "two pages, one path": (
        lambda folder: shutil.copy(folder / MD, folder / "pages" / "other.md"),
        "another page has the path “/treatments/injections/”",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_stops_everything_and_is_said_with_its_place(folder: Path, name: str) -> None:
    spoil, sentence = MISTAKES[name]
    spoil(folder)
    report = load(now=NOW, folder=folder)
    assert any(sentence in problem for problem in report.problems), report.problems
    assert stored() == [0] * 7


def test_all_mistakes_are_said_at_once(folder: Path) -> None:
    rewrite(folder / "pages" / "injections.md", "gap_min", "gap_max")
    rewrite(folder / "facts.toml", '"differ"', '"unsure"')
    assert len(load(now=NOW, folder=folder).problems) == 2


# The command


def test_the_command_ends_well_when_all_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_content", folder=folder)
    assert "7 created" in capsys.readouterr().out


def test_the_command_ends_with_1_on_a_conflict_but_loads_the_rest(folder: Path) -> None:
    load(now=NOW, folder=folder)
    Fact.objects.update(text="3 weeks")
    rewrite(folder / "facts.toml", 'text = "2 weeks"', 'text = "16 days"')
    rewrite(folder / "fees.toml", "395.00", "400.00")
    with pytest.raises(CommandError, match="fact gap_min") as stopped:
        call_command("load_content", folder=folder)
    assert stopped.value.returncode == 1
    assert str(Fee.objects.get(service="session").amount) == "400.00"


def test_the_command_ends_with_1_on_a_mistake(folder: Path) -> None:
    (folder / "facts.toml").write_text("[", encoding="utf-8")
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_content", folder=folder)


def test_our_own_files_load() -> None:
    report = load(now=NOW, folder=FOLDER)
    assert report.problems == []
    assert Page.objects.count() >= 12
    assert Section.objects.count() >= 80
    assert Fact.objects.count() >= 50
    assert not Fact.objects.exclude(signed_by="").exists()
    assert not Page.objects.exclude(reviewed_by="").exists()
