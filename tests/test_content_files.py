"""What the content files are made of: links, keys, cards, sources. Reads files only; how plainly they speak is for `words`.

Each rule is a function from one page to a list of faults. It is run over every page, beside a test of how
much was read, and over planted breaches, which it must catch.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clinic.printed_settings import number

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "treatments" / "content"
MEDICINE_PAGE = "contraindications-medicine"
TOKEN = re.compile(r"\[\[(fact|fee|setting):([a-z0-9_]+)\]\]")
PRICES = {"session": "£395 per session"}

MEDICINE = re.compile(r"tetradecyl|\bSTS\b|\bSTD\b|fibro-?vein|polidocanol|sotradecol|benzyl alcohol", re.I)
EMERGENCY_FORM = "999 (in Ireland 112 or 999)"

# The stages of aftercare, each with the fact that its name repeats.
STAGES = {
    "Today": None,
    "The first week": None,
    "Weeks 2 and 3": None,
    "Up to 3 months": "result_months",
    "Up to a year": "marks_fade",
}
# Paths that other rooms serve; the rest must be a page of ours.
OTHER_PATHS = {
    "/book/",
    "/clinics/",
    "/treatments/",
    "/about/how-we-check/",
    "/about/clinicians/",
    "/complaints/",
    "/feedback/",
}


class Section(NamedTuple):
    heading: str
    key: str
    component: str
    body: str


class ContentPage(NamedTuple):
    slug: str
    front: dict[str, Any]
    sections: list[Section]


# --- Reading the files ---
@cache
def load(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def parse(slug: str, text: str) -> ContentPage:
    """A page file: front matter between `+++` lines, then sections headed `## Heading {#key component}`."""
    _, front, body = text.split("+++\n", 2)
    chunks = re.split(r"^## (.+?) \{#([a-z0-9-]+)(?: ([a-z-]+))?\}\n", body, flags=re.M)
    assert not chunks[0].strip(), f"{slug}: text before the first heading: {chunks[0][:60]!r}"
    rows = zip(chunks[1::4], chunks[2::4], chunks[3::4], chunks[4::4], strict=True)
    return ContentPage(slug, tomllib.loads(front), [Section(h, k, c or "text", b) for h, k, c, b in rows])


@cache
def pages() -> tuple[ContentPage, ...]:
    return tuple(
        parse(path.stem, path.read_text(encoding="utf-8")) for path in sorted(CONTENT.glob("pages/*.md"))
    )


def expand(text: str) -> str:
    """The text with every fact and price put in, as a reader sees it."""
    return TOKEN.sub(lambda found: figure(found[1], found[2]), text)


def figure(kind: str, key: str) -> str:
    if kind == "setting":
        return number(key)
    return str(load("facts")[key]["text"] if kind == "fact" else PRICES[key])


def plain(text: str) -> str:
    """The words of Markdown, without links, bold, quotes or list marks."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", expand(text))
    text = re.sub(r"^\s*(- |\d+\. |#+ )", "", text.replace("**", ""), flags=re.M)
    return text.strip()


def blocks(body: str) -> Iterator[tuple[str, str]]:
    """Each paragraph, list item, sub-heading and table cell of a body with its kind, in words."""
    for line in body.splitlines():
        if not line.strip() or re.match(r"^\|[-|]+$", line):
            continue
        if line.startswith("|"):
            yield from (("cell", plain(cell)) for cell in line.strip("|").split("|") if cell.strip())
        else:
            kind = "heading" if line.startswith("#") else "item" if re.match(r"- |\d+\. ", line) else "text"
            yield kind, plain(line)


def sentences(text: str) -> list[str]:
    return [s.strip() for s in re.split(r"(?<=[.!?])[\"”)]?\s+(?=[\"“(A-Z0-9£])", text) if s.strip()]


def spoken(page: ContentPage) -> list[tuple[str, str]]:
    """Every sentence a reader of the page meets, with the kind of block it stands in."""
    front = [(kind, page.front[kind]) for kind in ("title", "description", "lead")]
    body = [pair for s in page.sections for pair in (("heading", plain(s.heading)), *blocks(s.body))]
    return [(kind, sentence) for kind, text in front + body for sentence in sentences(text)]


def whole(page: ContentPage) -> str:
    return "\n".join(sentence for _, sentence in spoken(page))


# --- The rules ---
def names_the_medicine(page: ContentPage) -> list[str]:
    named = [] if page.slug == MEDICINE_PAGE else [s for _, s in spoken(page) if MEDICINE.search(s)]
    hidden = [key for key in page.front["sources"] if load("sources")[key]["names_medicine"]]
    return named + [f"cites {key}" for key in hidden if page.slug != MEDICINE_PAGE]


def stray_999(page: ContentPage) -> list[str]:
    """999 outside its one form, except in the two country columns of the help page."""
    bodies = [s.heading + "\n" + s.body for s in page.sections if s.component != "columns"]
    lines = [page.front["description"], *"\n".join(bodies).splitlines()]
    return [line for line in lines if "999" in line.replace(EMERGENCY_FORM, "")]


def typed_price(page: ContentPage) -> list[str]:
    return [line for s in page.sections for line in s.body.splitlines() if re.search(r"[£€]|\b395\b", line)]


def broken_links(page: ContentPage) -> list[str]:
    known = {p.front["path"]: anchors(p) for p in (*pages(), page)}
    faults = []
    for target in re.findall(r"\]\(([^)]+)\)", "\n".join(s.body for s in page.sections)):
        path, _, anchor = target.partition("#")
        path = path or page.front["path"]
        ours = path in known and (not anchor or anchor in known[path])
        if not (ours or path in OTHER_PATHS or path.startswith("https://")):
            faults.append(target)
    return faults


def anchors(page: ContentPage) -> set[str]:
    parts = re.findall(r"^### (.+)$", "\n".join(s.body for s in page.sections), flags=re.M)
    return {s.key for s in page.sections} | {re.sub(r"[^a-z0-9]+", "-", part.lower()) for part in parts}


def card_faults(page: ContentPage) -> list[str]:
    """An emergency card has five lines at most, no link, and both countries in its heading."""
    faults = []
    for s in page.sections:
        if s.component == "emergency":
            lines = len(re.findall(r"^- ", s.body, flags=re.M))
            faults += [f"{lines} lines"] * (lines > 5 or not lines)
            faults += ["a link"] * ("](" in s.body)
            faults += [f"heading {s.heading!r}"] * (EMERGENCY_FORM not in s.heading)
    return faults


def not_questions(page: ContentPage) -> list[str]:
    """On the two treatment pages every heading but the box at the top is a question."""
    if not page.front["treatment"]:
        return []
    return [s.heading for s in page.sections if s.component != "in-short" and not s.heading.endswith("?")]


def front_faults(page: ContentPage) -> list[str]:
    front, facts, sources = page.front, load("facts"), load("sources")
    wanted = {"path", "title", "description", "lead", "kind", "treatment", "sources", "order"}
    cited = TOKEN.findall(" ".join(s.heading + s.body for s in page.sections))
    faults = [f"front matter {set(front) ^ wanted}"] if set(front) != wanted else []
    faults += [f"description of {len(front['description'])} characters"] * (len(front["description"]) > 155)
    faults += [f"no source {key}" for key in front["sources"] if key not in sources]
    faults += [f"no fact {key}" for kind, key in cited if kind == "fact" and key not in facts]
    faults += [f"a fact in the heading {s.heading!r}" for s in page.sections if TOKEN.search(s.heading)]
    faults += ["a clinical page without sources"] * (front["kind"] == "clinical" and not front["sources"])
    return faults


SHELL = """+++
path = "/planted/"
title = "Planted"
description = "Planted."
lead = ""
kind = "plain"
treatment = "{treatment}"
sources = {sources}
order = 1
+++

## {heading} {{#planted {component}}}

{body}
"""


def plant(
    body: str, *, heading: str = "What?", component: str = "text", sources: str = "[]", treatment: str = ""
) -> ContentPage:
    text = SHELL.format(body=body, heading=heading, component=component, sources=sources, treatment=treatment)
    return parse("planted", text)


Rule = Callable[[ContentPage], list[str]]
RULES: dict[Rule, list[ContentPage]] = {
    names_the_medicine: [
        plant("We use sodium tetradecyl sulphate."),
        plant("Yes.", sources='["licence-full"]'),
    ],
    stray_999: [plant("Call 999 now."), plant("Call 112 or 999.", heading="In Ireland")],
    typed_price: [plant("It is £395 per session."), plant("A session is 395 pounds.")],
    broken_links: [
        plant("[There](/nowhere/)"),
        plant("[There](/help-now/#nowhere)"),
        plant("[There](#nowhere)"),
    ],
    card_faults: [
        plant("- pain", component="emergency"),
        plant("- pain\n" * 6, component="emergency", heading=f"Call {EMERGENCY_FORM} if:"),
        plant("- [pain](/help-now/)", component="emergency", heading=f"Call {EMERGENCY_FORM} if:"),
    ],
    not_questions: [plant("Yes.", heading="How it works", treatment="sclerotherapy")],
    front_faults: [
        plant("[[fact:nowhere]]"),
        plant("x", sources='["nowhere"]'),
        plant("x", heading="[[fact:drive]]"),
    ],
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_page_breaks_the_rule(rule: Rule) -> None:
    faults = [f"{page.slug}.md: {fault}" for page in pages() for fault in rule(page)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "breach"),
    [(rule, breach) for rule, breaches in RULES.items() for breach in breaches],
    ids=lambda value: getattr(value, "__name__", "breach"),
)
def test_the_rule_catches_a_planted_breach(rule: Rule, breach: ContentPage) -> None:
    assert rule(breach)


def test_the_rules_read_enough() -> None:
    read = [pair for page in pages() for pair in spoken(page)]
    assert len(pages()) >= 12
    assert len(read) >= 800
    assert sum(len(sentence.split()) for _, sentence in read) >= 6000
    assert sum(len(TOKEN.findall(s.body)) for page in pages() for s in page.sections) >= 100


def test_a_clean_page_breaks_no_rule() -> None:
    page = plant(
        "Call 999 (in Ireland 112 or 999). In the UK, call 111. It is [[fee:session]]. Wait [[fact:gap_min]]."
    )
    assert not [fault for rule in RULES for fault in rule(page)]


# --- The data files ---
def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in strings(inner))
    elif isinstance(value, list):
        yield from (text for inner in value for text in strings(inner))


def naming_rows(rows: dict[str, Any]) -> list[str]:
    """Rows of a data file that name the medicine without being marked as naming it."""
    return [
        key for key, row in rows.items() if MEDICINE.search(" ".join(strings(row))) and not row_is_marked(row)
    ]


def row_is_marked(row: Any) -> bool:
    return isinstance(row, dict) and row.get("names_medicine") is True


def test_no_data_file_names_the_medicine_unmarked() -> None:
    for name in ("facts", "fees", "sources", "treatments"):
        assert len(load(name)) >= 1
        assert not naming_rows(load(name)), name
    assert naming_rows(
        {"planted": {"name": "Leaflet", "address": "example.org/fibrovein", "names_medicine": False}}
    )


def test_every_fact_says_why_and_rests_on_named_sources() -> None:
    facts, sources = load("facts"), load("sources")
    claims = [claim for fact in facts.values() for claim in fact.get("claims", [])]
    assert len(facts) >= 50
    assert len(claims) >= 120
    assert all(fact["text"] and len(fact["text"]) <= 120 and fact["reason"] for fact in facts.values())
    assert {claim["source"] for claim in claims} <= set(sources)
    assert {fact["certainty"] for fact in facts.values()} <= {"agreed", "differ", "ours"}
    silent = [key for key, fact in facts.items() if fact["certainty"] != "ours" and not fact.get("claims")]
    assert not silent, "a fact that is not our own rule needs a source"


def test_every_disputed_topic_has_a_fact_but_the_price_which_is_a_fee() -> None:
    text = (CONTENT / "facts.toml").read_text(encoding="utf-8")
    topics = {int(number) for number in re.findall(r"^# C(\d+)\n\[", text, flags=re.MULTILINE)}
    assert topics == set(range(1, 25)) - {19}
    sessions = [fee for fee in load("fees")["fee"] if (fee["service"], fee["currency"]) == ("session", "GBP")]
    assert {(fee["country"], fee["amount"]) for fee in sessions} == {("GB", "395.00"), ("IE", "395.00")}


def test_every_fact_is_printed_by_some_page_or_template() -> None:
    cited = {key for page in pages() for s in page.sections for _, key in TOKEN.findall(s.body)}
    for template in (ROOT / "templates").rglob("*.html"):
        cited |= set(re.findall(r'{% fact "(\w+)"', template.read_text(encoding="utf-8")))
    assert not set(load("facts")) - cited


# --- Single pages ---
def page(slug: str) -> ContentPage:
    return next(found for found in pages() if found.slug == slug)


def stages(found: ContentPage) -> list[tuple[str, str]]:
    timeline = next(s.body for s in found.sections if s.key == "timeline")
    chunks = re.split(r"^### (.+)\n", timeline, flags=re.M)
    return [(label, text.strip()) for label, text in zip(chunks[1::2], chunks[2::2], strict=True)]


def test_each_stage_of_aftercare_ends_with_when_to_ring() -> None:
    found = stages(page("aftercare"))
    assert [label for label, _ in found] == list(STAGES)
    for label, text in found:
        assert "Ring us if" in text.splitlines()[-1], label
    for label, key in STAGES.items():
        assert key is None or label == f"Up to {load('facts')[key]['text']}"


def test_the_first_stage_answers_the_evening_questions_in_bold() -> None:
    today = dict(stages(page("aftercare")))["Today"]
    for question in ("Can I drive?", "Can I shower?", "Can I take the stocking off in bed?",
                     "What can I take for pain?", "When do I ring?"):  # fmt: skip
        assert f"**{question}**" in today


def test_help_now_keeps_each_country_in_its_own_column() -> None:
    columns = next(s.body for s in page("help-now").sections if s.component == "columns")
    uk, ireland = columns.split("### In Ireland")
    assert "Call 999, or go to A&E" in uk
    assert "Call 112 or 999" in ireland
    assert not re.search(r"\b111\b|A&E|NHS", ireland)
    assert "HSE" not in uk


def test_medicines_are_never_mentioned_without_do_not_stop() -> None:
    for found in pages():
        text = whole(found)
        if re.search(r"\bHRT\b|blood thinner|aspirin", text):
            assert load("facts")["keep_medicines"]["text"] in text, found.slug


def test_privacy_prints_the_limits_that_the_settings_hold() -> None:
    settings = (ROOT / "clinic" / "settings.py").read_text(encoding="utf-8")
    text = whole(page("privacy"))
    printed = {
        "PURGE_DAYS": (r"Blanked (\d+) days", 1),
        "RECORD_YEARS_GB": (r"in the UK\s+(\d+) years after", 1),
        "RECORD_YEARS_IE": (r"in Ireland\s+(\d+) years after", 1),
        "COMPLAINT_YEARS": (r"(\d+) years after our answer", 1),
        "FEEDBACK_DAYS": (r"about a page for (\d+) days", 1),
        "JOURNEY_IDLE_MINUTES": (r"ends after (\d+) hours", 60),
        "HOLD_MINUTES": (r"held for (\d+) minutes", 1),
        "HOLD_MAX_MINUTES": (r"for (\d+) hours at most", 60),
        "SENT_MINUTES": (r"For (\d+) minutes it still", 1),
        "MANAGE_MINUTES": (r"(\d+) minutes in that browser", 1),
    }
    for name, (pattern, factor) in printed.items():
        default, said = re.search(rf'"{name}", (\d+)', settings), re.search(pattern, text)
        assert default, f"no setting {name}"
        assert said, f"privacy no longer says what {name} means"
        assert int(said[1]) * factor == int(default[1]), name
