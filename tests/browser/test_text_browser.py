"""A text browser, without styles or scripts, reads the pages in a sensible order."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest
import time_machine

from tests import cast
from tests.crawl import Notebook, Seen, to_health
from tests.reader import words
from tests.site_content import load_site_content

pytestmark = pytest.mark.django_db
HELP_FIRST = ["Skip to the main text", "Need medical help now?", "Phone us", "The Vein Clinics"]
LAST = ["Talk to us", "0800 783 6106", "Feel very ill?", "Private clinics. You pay for your treatment."]

TOLD = {
    "/": [
        *HELP_FIRST,
        "Treatment for thread veins and varicose veins",
        "Small injections that close leg veins",
        "£395 per session",
        "Ask for a consultation",
        "What do your veins look like?",
        "What happens",
        "Four clinics",
        *LAST,
    ],
    "/treatments/microsclerotherapy/": [
        *HELP_FIRST,
        "Home",
        "Microsclerotherapy",
        "In short",
        "On this page",
        "Where this comes from",
        "Not yet checked by a clinician",
        *LAST,
    ],
    "/book/": [
        *HELP_FIRST,
        "Ask for a consultation",
        "It takes about 3 minutes",
        "£395 per session",
        "Rather talk?",
        "Ask us to ring you",
        "0800 783 6106",
        "Do you have any of these today?",
        "chest pain, or trouble breathing",
        "No, I have none of these",
        "Yes, I have one or more",
        *LAST,
    ],
    "/book/time/": [
        *HELP_FIRST,
        "Back",
        "Step 2 of 5",
        "Your request so far",
        "£395 per session",
        "Choose a time at Maidenhead",
        "Tuesday 23 February",
        "10:15am",
        "Tuesday 2 March",
        "Later times",
        *LAST,
    ],
    "/book/health/1/": [
        *HELP_FIRST,
        "Back",
        "Step 3 of 5",
        "Your request so far",
        "We keep this time for you until",
        "A nurse reads your answers",
        "Ask me all of this on the phone",
        "Have any of these ever happened to you?",
        "I had a clot in a leg or lung",
        "No, none of these",
        "Continue",
        *LAST,
    ],
}


@pytest.fixture
def pages(db: None) -> dict[str, Seen]:
    load_site_content()
    cast.make_clinic("maidenhead")
    notes: list[Seen] = []
    with time_machine.travel(cast.NOW, tick=False):
        Notebook(notes).open("/").open("/treatments/microsclerotherapy/")
        to_health(notes)
    return {page.path: page for page in notes}


def read_aloud(page: Seen) -> str:
    """What w3m prints, as one line."""
    command = ["w3m", "-dump", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", "-cols", "72"]
    done = subprocess.run(command, input=page.text.encode(), capture_output=True, check=True, timeout=30)
    return " ".join(done.stdout.decode().split())


def lost(text: str, order: list[str]) -> str:
    """The first of these words that does not come after the one before it; empty where all do."""
    at = 0
    for expected in order:
        found = text.find(expected, at)
        if found < 0:
            return f"{expected!r} does not come after {text[max(0, at - 60) : at]!r}"
        at = found + len(expected)
    return ""


@pytest.mark.usefixtures("w3m")
@pytest.mark.parametrize("path", TOLD)
def test_it_is_read_in_a_sensible_order(pages: dict[str, Seen], path: str) -> None:
    assert lost(read_aloud(pages[path]), TOLD[path]) == ""


def squeezed(text: str) -> str:
    """Without white space: a text browser breaks lines and fills columns where it likes."""
    return re.sub(r"\s+", "", text)


def told_in_order(page: Seen) -> list[str]:
    """What a listener must hear, by the source: the way past the menu, help, headings, what to press, the end."""
    help_first = (
        HELP_FIRST[:2] if "topline" in page.text else HELP_FIRST[:1]
    )  # a page without a database has no menu
    main = next(page.all("main"))
    return [*help_first, *_heard(main), LAST[-1]]


def _heard(inside: Element) -> Iterator[str]:
    """Headings, buttons and what opens. Nothing within one of them counts again."""
    for each in inside:
        if each.tag in ("h1", "h2", "summary") or _is_pressed(each):
            yield words(each)
        else:
            yield from _heard(each)


def _is_pressed(each: Element) -> bool:
    return each.tag == "button" or "button" in each.get("class", "").split()


def disorder(page: Seen) -> Iterator[str]:
    """Why a listener would lose the thread; nothing when all is well."""
    said = squeezed(read_aloud(page))
    order = [squeezed(text) for text in told_in_order(page)]
    if not said.startswith(order[0]):
        yield f"it begins with {said[:40]!r}"
    if fault := lost(said, order):
        yield fault
    headings = [each for each in page.all("h1", "h2") if each.get("id") != "problem-title"]
    if not headings or headings[0].tag != "h1":
        yield "its first heading is no h1"
    end = squeezed(words(list(page.all("footer"))[-1]))
    if said[-30:] != end[-30:]:
        yield f"it ends with {said[-30:]!r}"


@pytest.mark.usefixtures("w3m")
def test_every_page_is_read_in_a_sensible_order(kinds: list[Seen]) -> None:
    """Every page and every booking step: the headings, the buttons and what opens, each after the one before it."""
    read = {answer.address: told_in_order(answer) for answer in kinds}
    assert len(read) >= 40
    assert sum(map(len, read.values())) >= 400
    found = [f"{answer.address} {fault}" for answer in kinds for fault in disorder(answer)]
    assert not found, "\n".join(found)


@pytest.mark.usefixtures("w3m")
@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("<main", "<p>Before</p><main", ""),
        ("<body", "<body><p>Before</p><b", "it begins with"),
        ("<h1", "<h2>Early</h2><h1", "its first heading is no h1"),
        ("</html>", "<p>After</p></html>", "it ends with"),
        ("</h1>", "</h1><h2><script>unheard</script></h2>", "does not come after"),
    ],
)
def test_a_page_without_order_is_noticed(pages: dict[str, Seen], was: str, becomes: str, says: str) -> None:
    planted = Seen("/planted/", pages["/"].text.replace(was, becomes, 1))
    assert any(says in line for line in disorder(planted)) == bool(says)


@pytest.mark.usefixtures("w3m")
def test_a_page_in_another_order_is_noticed(pages: dict[str, Seen]) -> None:
    text = read_aloud(pages["/"])
    assert lost(text, [*reversed(TOLD["/"])])
    assert lost(text, ["Skip to the main text", "no such words"])
