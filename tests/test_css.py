"""The stylesheet keeps its promises: every text pair at 7:1, nothing an old phone lacks, small, colours in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import brotli
import pytest

from clinic.management.commands.build_css import FOLDER, joined, sources

BUDGET = 12 * 1024  # bytes, compressed, for every patient page together
PATIENT_SOURCES = sources()
GROUNDS = ("paper", "sheet", "linen", "mist")
TEXT_PAIRS = [
    *(("ink", ground) for ground in GROUNDS),
    *(("ink-soft", ground) for ground in GROUNDS),
    *(("petrol", ground) for ground in GROUNDS),
    ("petrol-deep", "paper"),
    ("petrol-deep", "sheet"),
    ("petrol-deep", "mist"),
    ("visited", "paper"),
    ("visited", "sheet"),
    ("visited", "linen"),
    ("visited", "mist"),
    ("on-petrol", "petrol"),
    ("on-petrol", "petrol-deep"),
    ("emergency", "emergency-ground"),
    ("ink", "emergency-ground"),
    ("emergency", "paper"),
    ("emergency", "sheet"),
    ("same-day", "same-day-ground"),
    ("ink", "same-day-ground"),
    ("done", "done-ground"),
    ("ink", "done-ground"),
    ("on-flag", "flag"),
    ("fading", "paper"),
]
SHAPE_PAIRS = [("edge", ground) for ground in ("paper", "sheet", "linen")] + [
    ("focus", ground) for ground in GROUNDS
]
FORBIDDEN = {
    "cascade layer": r"@layer",
    "container query": r"@container",
    "registered property": r"@property",
    "scope": r"@scope",
    "import": r"@import",
    "nesting": r"&|\{[^{}]*\{[^{}]*\{[^{}]*\{",
    "color-mix": r"color-mix\(",
    "newer colour": r"\b(?:oklch|oklab|lch|lab|hwb|color)\(",
    "newer selector": r":(?:has|is|where|nth-child\([^)]* of)\b",
    "inset": r"(?:^|[;{\s])inset\s*:",
    "aspect-ratio": r"aspect-ratio\s*:",
    "range media query": r"@media[^{]*[<>]",
    "newer unit": r"\d(?:dvh|svh|lvh|cqw|cqi|lh|rlh)\b",
    "gradient": r"gradient\(",
    "shadow": r"(?:box|text)-shadow|drop-shadow",
    "outside address": r"url\(",
}
PX_ALLOWED = re.compile(
    r"^(?:-webkit-)?(?:border|outline|border-radius|transform|stroke)|^(?:width|height|margin|clip)$"
)


@dataclass(frozen=True)
class Rule:
    media: str
    selector: str
    declarations: tuple[tuple[str, str], ...]


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def rules(css: str) -> list[Rule]:
    """Every rule of a stylesheet with the media query around it."""
    found: list[Rule] = []
    media = ""
    for head, body, close in re.findall(r"([^{}]+)\{(?:([^{}]*)\}(\s*\})?)?", without_comments(css)):
        if head.strip().startswith("@media"):
            media = head.strip()
            continue
        pairs = (
            part.partition(":")
            for part in re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", body)
            if ":" in part
        )
        found.append(Rule(media, " ".join(head.split()), tuple((k.strip(), v.strip()) for k, _, v in pairs)))
        if close:
            media = ""
    return found


def palette(css: str, scheme: str) -> dict[str, str]:
    """The colours of one scheme: the light ones, then what the dark block changes."""
    colours: dict[str, str] = {}
    for rule in rules(css):
        if rule.selector == ":root" and (not rule.media or scheme in rule.media):
            colours |= {k[2:]: v for k, v in rule.declarations if re.fullmatch(r"#[0-9A-Fa-f]{6}", v)}
    return colours


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two #RRGGBB colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def fixed_sizes_are_fine(rule: Rule, name: str) -> bool:
    """On paper, inside a drawing, and for lines; everything else grows with the reader's own text size."""
    on_paper = rule.media == "@media print" or rule.selector == "@page"
    return on_paper or rule.selector == ".p-number" or bool(PX_ALLOWED.match(name))


def breaches(css: str) -> tuple[list[str], int]:
    """What a stylesheet uses that it must not, and how many rules were read."""
    text = without_comments(css)
    found = [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text, re.MULTILINE)]
    read = rules(css)
    for rule in read:
        seen: list[str] = []
        names = dict(rule.declarations)
        if "flex" in names.get("display", "") and {"gap", "row-gap", "grid-gap"} & set(names):
            found.append("gap in a flex box")
        for name, value in rule.declarations:
            if re.search(r"\b(?:clamp|min|max)\(", value) and name not in seen:
                found.append(f"no plain value before {value}")
            if not fixed_sizes_are_fine(rule, name) and re.search(r"\d(?:px|pt|cm|in)\b", value):
                found.append(f"{rule.selector}: {name} not in rem")
            seen.append(name)
    return found, len(read)


def test_the_ratio_is_the_published_one() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21
    assert round(contrast("#1B2224", "#FAF8F4"), 2) == 15.22


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_pair_is_seven_to_one(scheme: str) -> None:
    colours = palette((FOLDER / "tokens.css").read_text(), scheme)
    assert len(colours) >= 30
    low = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in TEXT_PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in low.items() if ratio < 7} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_border_and_focus_ring_is_three_to_one(scheme: str) -> None:
    colours = palette((FOLDER / "tokens.css").read_text(), scheme)
    assert {pair for pair in SHAPE_PAIRS if contrast(colours[pair[0]], colours[pair[1]]) < 3} == set()


def test_the_dark_scheme_differs_from_the_light_one() -> None:
    """Else the dark half of the tests above would look at nothing."""
    tokens = (FOLDER / "tokens.css").read_text()
    light, dark = palette(tokens, "light"), palette(tokens, "dark")
    assert sum(light[name] != dark[name] for name in light) >= 18


def test_a_weak_pair_would_be_seen() -> None:
    assert contrast("#767676", "#FFFFFF") < 7


@pytest.mark.parametrize("source", PATIENT_SOURCES, ids=lambda path: path.name)
def test_nothing_that_an_old_phone_lacks(source: Path) -> None:
    found, read = breaches(source.read_text())
    assert found == []
    assert read >= 3


def test_the_lint_reads_the_whole_sheet() -> None:
    css = joined()
    assert len(PATIENT_SOURCES) >= 9
    assert sum(breaches(source.read_text())[1] for source in PATIENT_SOURCES) >= 250
    assert len(rules(css)) == sum(len(rules(source.read_text())) for source in PATIENT_SOURCES)


@pytest.mark.parametrize(
    "planted",
    [
        "@layer base { a { color: red } }",
        "@container (min-width: 1rem) { a { top: 0 } }",
        "a { color: color-mix(in srgb, red, blue) }",
        "a { color: oklch(50% 0 0) }",
        "a:has(b) { top: 0 }",
        ":is(a, b) { top: 0 }",
        ".a { .b & { top: 0 } }",
        ".a { display: flex; gap: 1rem }",
        ".a { position: absolute; inset: 0 }",
        "img { aspect-ratio: 3 / 2 }",
        "@media (width >= 40em) { a { top: 0 } }",
        ".a { background: linear-gradient(red, blue) }",
        ".a { box-shadow: 0 0 1rem }",
        ".a { background: url(https://example.org/a.png) }",
        "h1 { font-size: clamp(1rem, 2vw, 2rem) }",
        "p { font-size: 16px }",
        ".a { padding: 12px }",
    ],
)
def test_the_lint_sees_a_planted_breach(planted: str) -> None:
    assert breaches(planted)[0]


def test_an_honest_rule_passes_the_lint() -> None:
    heading = "h1 { font-size: 2rem; font-size: clamp(1rem, 2vw, 2rem); border: 1px solid }"
    assert breaches(heading + " .grid { display: grid; grid-gap: 1rem }") == ([], 2)


def loose_colours(css: str) -> list[str]:
    """Colours written outside the tokens; print and its black on white excepted."""
    return [
        value
        for rule in rules(css)
        if rule.media != "@media print"
        for _, value in rule.declarations
        if re.search(r"#[0-9A-Fa-f]{3,8}\b|\brgba?\(|\bhsla?\(", value)
    ]


def test_colours_live_in_the_tokens_only() -> None:
    others = [source for source in PATIENT_SOURCES if source.name != "tokens.css"]
    assert len(others) >= 8
    assert {source.name: loose_colours(source.read_text()) for source in others} == {
        s.name: [] for s in others
    }
    assert loose_colours("a { color: #123456 }") == ["#123456"]


def test_every_colour_that_is_used_exists() -> None:
    css = joined()
    asked, known = set(re.findall(r"var\(--([\w-]+)", css)), set(re.findall(r"--([\w-]+):", css))
    assert len(asked) >= 40
    assert asked - known == set()


def test_the_sheet_is_small() -> None:
    assert 2 * 1024 < len(brotli.compress(joined().encode())) <= BUDGET


def test_joining_keeps_the_order_and_loses_no_rule() -> None:
    names = [source.name for source in PATIENT_SOURCES]
    assert names[:2] == ["tokens.css", "base.css"]
    assert names[-1] == "print.css"
    assert "/*" not in joined()
    assert joined().count("{") == sum(
        without_comments(source.read_text()).count("{") for source in PATIENT_SOURCES
    )


def test_joining_leaves_alone_what_stands_between_quotes() -> None:
    assert 'attr(data-column) ": "' in joined()


def test_the_admin_uses_our_colours() -> None:
    """Its sheet stands alone, so its colours are copied; a copy must not drift."""
    source = (FOLDER / "tokens.css").read_text()
    tokens = {colour.upper() for scheme in ("light", "dark") for colour in palette(source, scheme).values()}
    used = {c.upper() for c in re.findall(r"#[0-9A-Fa-f]{6}\b", (FOLDER / "admin.css").read_text())}
    assert len(used) >= 15
    assert used - tokens == set()
