"""The rules for words: one function a rule. Each says how much it looked at, and which sentence on which page breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tests.house.tree import Verdict
from tests.words.blocks import Block, PageText
from tests.words.grade import Reading, read
from tests.words.origins import without_origin
from tests.words.sentences import Sentence, sentences, words

LEGAL = ("/privacy/", "/terms/", "/cookies/", "/accessibility/", "/complaints/")
MOST_WORDS, MOST_WORDS_LEGAL = 20, 25
MOST_SENTENCES = 3
HIGHEST_GRADE, HIGHEST_GRADE_LEGAL = 6.0, 8.0
SHORT_ITEM = 8  # a list item with fewer words is not graded

# As promises, by phrase; "permanent" may stand beside marks. Then what the style bans, and values that we do not print.
BANNED = (
    r"permanent(?:ly)?[ -](?:remov\w+|solutions?|results?)",
    r"pain-?less\w*",
    r"guarantee\w*",
    r"best (?:clinics?|treatments?|results?)",
    r"non-?invasive",
    r"you are suitable",
    r"\bsafe(?:ly)?\b",
    r"\bshould(?:n['’]t)?\b",
    r"\brisk(?:s|y)?\b",
    r"\bdial(?:led|ling)?\b",
    r"4 to 8 sessions",
    r"72 hours",
    r"1 in 10,000",
    r"\bGBP\b",
    r"(?:\bfrom|\bonly) £",
    r"\d ?%|\bper ?cent\b",
    r"book now|hurry up|limited (?:time|offer)|special offer|\bdiscount",
    r"NHS[- ]approved|PIF TICK",
)
# Words that stand in spite of the list, and why.
SPARED = {
    "who should not have it": "the name that the menu gives to the page below",
    "who should not have this treatment": "the heading that the page has by its plan",
}
MEDICINE = re.compile(
    r"tetradecyl|fibro-?vein|benzyl|\bSTS\b|\bSTD\b|polidocanol|sotradecol|aethoxysklerol", re.I
)
MEDICINE_PAGE = "/treatments/contraindications/medicine/"


@dataclass(frozen=True)
class Known:
    """What the rules have to know of the site: lines of addresses, prices, the words of the question about allergies."""

    addresses: tuple[str, ...] = ()
    fees: frozenset[str] = frozenset({"£395"})
    allergy: str = ""
    condition_words: frozenset[str] = field(default_factory=frozenset)


Rule = Callable[[Iterable[PageText], Known], Verdict]


def is_legal(page: PageText) -> bool:
    return page.address.startswith(LEGAL)


def told(page: PageText, what: str, sentence: str) -> str:
    return f"{page.address}: {what}: “{sentence}”"


def spoken(page: PageText) -> Iterator[tuple[Block, Sentence]]:
    for block in page.blocks:
        for sentence in sentences(block):
            yield block, sentence


# --- Length and grade --------------------------------------------------------------------------------------------------
def sentences_are_short(pages: Iterable[PageText], known: Known) -> Verdict:
    """At most 20 words, 25 on a legal page. Everything counts but a postal address."""
    verdict = Verdict()
    for page in pages:
        most = MOST_WORDS_LEGAL if is_legal(page) else MOST_WORDS
        for block, sentence in spoken(page):
            verdict.looked_at += 1
            if sentence.words > most and block.kind != "address":
                verdict.breaches.append(told(page, f"{sentence.words} words", sentence.text))
    return verdict


def paragraphs_are_short(pages: Iterable[PageText], known: Known) -> Verdict:
    """At most 3 sentences, in list items too. Neither bold words at the start nor the lines of an address are sentences."""
    verdict = Verdict()
    for page in pages:
        for block in page.blocks:
            lines = [sentence for sentence in sentences(block) if sentence.text not in known.addresses]
            count = len(lines) - len(sentences(Block("heading", block.lead)))
            verdict.looked_at += 1
            if count > MOST_SENTENCES and block.kind not in ("address", "cell"):
                verdict.breaches.append(told(page, f"{count} sentences in one paragraph", block.text))
    return verdict


def is_graded(block: Block, page: PageText) -> bool:
    """Running text: paragraphs, and list items that are as long as sentences."""
    if block.conditions or {"sources", "table"} & block.holders:
        return False
    return block.kind == "paragraph" or (block.kind == "item" and len(words(block.text)) >= SHORT_ITEM)


def reading_of(page: PageText) -> Reading:
    """What the grade of a page is worked out from."""
    graded = (block for block in page.blocks if is_graded(block, page))
    return read(sentence.text for block in graded for sentence in sentences(block))


def pages_are_easy(pages: Iterable[PageText], known: Known) -> Verdict:
    """Grade 6 at most, 8 on a legal page."""
    verdict = Verdict()
    for page in pages:
        reading, highest = reading_of(page), HIGHEST_GRADE_LEGAL if is_legal(page) else HIGHEST_GRADE
        verdict.looked_at += bool(reading.words)
        if reading.grade > highest:
            verdict.breaches.append(f"{page.address}: grade {reading.grade:.1f} over {reading.words} words")
    return verdict


# --- Phrases -----------------------------------------------------------------------------------------------------------
def nothing_banned(pages: Iterable[PageText], known: Known) -> Verdict:
    verdict = Verdict()
    for page in pages:
        for _, sentence in spoken(page):
            verdict.looked_at += 1
            text = sentence.text
            for spared in SPARED:
                text = re.sub(re.escape(spared), "", text, flags=re.IGNORECASE)
            for pattern in BANNED:
                for match in re.finditer(pattern, text, re.IGNORECASE):
                    verdict.breaches.append(told(page, f"says {match[0]!r}", sentence.text))
    return verdict


def medicine_has_its_page(pages: Iterable[PageText], known: Known) -> Verdict:
    """There, in the question about an allergy to it, and in that person's answer shown back."""
    verdict = Verdict()
    for page in pages:
        for _, sentence in spoken(page):
            verdict.looked_at += 1
            booking = page.address.startswith("/book/") and known.allergy
            text = sentence.text.replace(known.allergy, "") if booking else sentence.text
            if MEDICINE.search(text) and page.address != MEDICINE_PAGE:
                verdict.breaches.append(told(page, "names the medicine", sentence.text))
    return verdict


def urgent_line_is_the_uks(pages: Iterable[PageText], known: Known) -> Verdict:
    """111 stands only in a sentence that starts "In the UK"."""
    verdict = Verdict()
    for page in pages:
        for _, sentence in spoken(page):
            if re.search(r"(?<![\d ])\s?\b111\b(?! ?\d)", sentence.text):
                verdict.looked_at += 1
                if not sentence.text.startswith("In the UK"):
                    verdict.breaches.append(told(page, "111 outside “In the UK …”", sentence.text))
    return verdict


def nhs_never_stands_alone(pages: Iterable[PageText], known: Known) -> Verdict:
    """Where the NHS is named, Ireland or its HSE is named under the same heading."""
    verdict = Verdict()
    for page in pages:
        sections: dict[str, list[str]] = {}
        for block in page.blocks:
            if not {"sources", "said"} & block.holders:  # what a source is called
                sections.setdefault(block.section, []).append(block.text)
        for texts in sections.values():
            named = next((text for text in texts if re.search(r"\bNHS\b", text)), None)
            verdict.looked_at += named is not None
            if named and not re.search(r"\bHSE\b|\bIreland\b|\bIrish\b|\bDublin\b", " ".join(texts)):
                verdict.breaches.append(told(page, "the NHS without Ireland", named))
    return verdict


# --- Figures -----------------------------------------------------------------------------------------------------------
def prices_say_for_what(pages: Iterable[PageText], known: Known) -> Verdict:
    """A price says "per session", or what it is for: in its sentence, or as the row of a table or list that it stands in."""
    verdict = Verdict()
    for page in pages:
        for block, sentence in spoken(page):
            for match in re.finditer(r"[£€] ?\d[\d,]*(?:\.\d\d)?", sentence.text):
                verdict.looked_at += 1
                after, before = sentence.text[match.end() :], sentence.text[: match.start()]
                said = re.match(r" (?:per session|for (?:an?|the|your|each|\d+) \w+)", after)
                if not (said or re.search(r"\w: $", before) or block.kind == "cell"):
                    verdict.breaches.append(told(page, "a price without its unit", sentence.text))
                if match[0] not in known.fees:
                    verdict.breaches.append(told(page, f"{match[0]} is no fee of ours", sentence.text))
    return verdict


def figures_have_an_origin(pages: Iterable[PageText], known: Known) -> Verdict:
    """Each digit comes from a fact, a fee, a setting, a date, a time, a phone, or is named in `origins`."""
    verdict = Verdict()
    for page in pages:
        for block, sentence in spoken(page):
            verdict.looked_at += bool(re.search(r"\d", sentence.text))
            if block.kind in ("address", "name") or {"calendar", "sources", "said"} & block.holders:
                continue
            if sentence.text in known.condition_words or {"totals", "th"} <= block.holders:
                continue
            for figure in without_origin(sentence.loose, known.addresses):
                verdict.breaches.append(told(page, f"{figure} comes from nowhere", sentence.text))
    return verdict


RULES: tuple[Rule, ...] = (
    sentences_are_short,
    paragraphs_are_short,
    pages_are_easy,
    nothing_banned,
    medicine_has_its_page,
    urgent_line_is_the_uks,
    nhs_never_stands_alone,
    prices_say_for_what,
    figures_have_an_origin,
)
