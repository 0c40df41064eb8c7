"""Holds every page, booking answer and letter to the rules for words. The rules are proved in test_word_rules.py.

`python -m tests.words` prints the same table outside the tests, for the whole site or for one page in seconds.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine

from tests import cast
from tests.site_content import load_site_content
from tests.test_content_files import load
from tests.words import letters, rules
from tests.words.blocks import PageText
from tests.words.origins import EXEMPT, TIED
from tests.words.reading import known, whole_site
from tests.words.rules import Known, Rule, spoken
from tests.words.table import report

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.django_db
_kept: list[tuple[list[PageText], Known]] = []

# Each rule with how many things it has to look at before it may be believed.
LEAST: dict[Rule, int] = {
    rules.sentences_are_short: 7500,
    rules.paragraphs_are_short: 5700,
    rules.pages_are_easy: 140,
    rules.nothing_banned: 7500,
    rules.medicine_has_its_page: 7500,
    rules.urgent_line_is_the_uks: 7,
    rules.nhs_never_stands_alone: 90,
    rules.prices_say_for_what: 85,
    rules.figures_have_an_origin: 2000,
}


@pytest.fixture
def site(db: None) -> tuple[list[PageText], Known]:
    """The one reading that all these tests share."""
    if not _kept:
        load_site_content()
        with time_machine.travel(cast.NOW, tick=False):
            _kept.append((whole_site(), known()))
    return _kept[0]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_word_keeps_the_rule(site: tuple[list[PageText], Known], rule: Rule) -> None:
    verdict = rule(*site)
    assert verdict.looked_at >= LEAST[rule], f"it looked at {verdict.looked_at} things only"
    assert not verdict.breaches, "\n" + "\n".join(dict.fromkeys(verdict.breaches))


def test_it_prints_what_it_read(
    site: tuple[list[PageText], Known], record_testsuite_property: Callable[[str, object], None]
) -> None:
    text, _ = report(*site)
    print(text)
    said = [sentence for page in site[0] for _, sentence in spoken(page)]
    record_testsuite_property("sentences read", len(said))
    record_testsuite_property("words read", sum(sentence.words for sentence in said))
    assert len({page.address for page in site[0]}) >= 75
    assert len(said) >= 7500
    assert sum(sentence.words for sentence in said) >= 44000


def test_every_kind_of_letter_was_read(site: tuple[list[PageText], Known]) -> None:
    read = {name for page in site[0] for name in re.findall(r"^\(letter (\w+)\)$", page.address)}
    assert len(read) >= 6
    assert read == letters.kinds_written()


def test_what_forms_say_was_read(site: tuple[list[PageText], Known]) -> None:
    said = next(page for page in site[0] if page.address == "(what forms say)")
    texts = [block.text for block in said.blocks]
    assert len(texts) >= 90
    for heard in (
        "Enter a date after today",
        "Phone number",
        "Somebody else has just taken",
        "Tick all that fit",
    ):
        assert any(heard in text for text in texts), heard


def test_a_figure_where_no_mark_can_stand_is_the_one_that_is_kept() -> None:
    for tied in TIED:
        kind, _, key = tied.kept.partition(":")
        if key:
            assert load("facts")[key]["text"] in tied.words
        else:
            module, _, name = kind.rpartition(".")
            number = getattr(importlib.import_module(module), name)
            assert number % tied.per == 0
            assert f" {number // tied.per} " in tied.words


def test_no_exemption_has_outlived_its_sentence(site: tuple[list[PageText], Known]) -> None:
    loose = [sentence.loose for page in site[0] for _, sentence in spoken(page)]
    said = [sentence.text.lower() for page in site[0] for _, sentence in spoken(page)]
    assert [each.name for each in EXEMPT if not any(map(each.pattern.search, loose))] == []
    assert [tied.words for tied in TIED if not any(tied.words in text for text in loose)] == []
    assert [words for words in rules.SPARED if not any(words in text for text in said)] == []


def test_the_command_reads_one_page_from_its_file() -> None:
    """Its exit status is that of its verdict; a breach would be printed with its sentence."""
    command = [sys.executable, "-m", "tests.words", "treatments/content/pages/thread-or-varicose.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^/treatments/thread-or-varicose/ +1 +\d+ +\d\.\d +\d+ +-$", done.stdout, re.MULTILINE)
    assert "read 1 pages" in done.stdout
