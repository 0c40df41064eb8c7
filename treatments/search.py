"""Finds pages by plain words. Pure: it is given the pages and the words, and forgets both; it writes nothing anywhere."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from treatments.outline import Part

LONGEST = 100  # letters of what somebody types; the rest is not read
MOST_WORDS, MOST_SPELLED = (
    12,
    3,
)  # the rest is not looked for: each unknown word costs a walk through all we know
MOST_FOUND = 10
SNIPPET = 30  # words
FAINT = 0.05  # of the best one's score: what scores less only happens to hold a word
# What a word counts for, by where it stands.
IN_TITLE, IN_HEADING, IN_TEXT = 8.0, 5.0, 1.0
MEANT, GUESSED = 0.6, 0.5  # another word for the same, or the nearest spelling
# Words that mean the same to somebody who searches; each row is one meaning. Words that no page prints are welcome.
SAME: tuple[str, ...] = (
    "price cost fee charge pay money expensive much",
    "phone telephone call ring contact number",
    "thread spider broken capillary flare",
    "piles haemorrhoid hemorrhoid",
    "clot dvt thrombosis embolism phlebitis",
    "fly flight airport travel trip journey holiday",
    "pregnant pregnancy breastfeed baby",
    "stocking sock compression bandage tights",
    "bruise bruising",
    "mark stain brown discolour pigmentation",
    "hurt pain painful sting sore ache",
    "work result success fade",
    "danger risk chance safe complication effect wrong",
    "child teenager",
    "address map parking direction",
    "doctor nurse clinician surgeon",
    "book appointment consultation",
    "complain complaint unhappy",
    "exercise gym sport walk swim run",
    "wash shower bath",
    "drive car",
    "wheelchair lift access disabled stairs step",
    "injection needle jab",
    "tan sun sunbed beach",
    "painkiller paracetamol ibuprofen",
    "shave wax lotion cream hair",
    "private nhs hse insurance",
    "lump cord hard",
    "itch itching rash",
    "leaflet print paper pdf",
    "opening open hours desk",
)
# Someone who types these may need help before a page.
URGENT = """
    chest breath breathe breathing faint collapse stroke swollen swelling bleed bleeding clot dvt numb speech blind
    999 111 112 emergency urgent ambulance
"""
FILLERS = """
    a about after an and any are as at be before by can could did do does for from get had has have how i if in is it its
    long me my need not of on or our should so that the their them then there they this to too up was we what when where
    which who why will with would you your
"""
_URGENT, _FILLERS = frozenset(URGENT.split()), frozenset(FILLERS.split())
_WORD = re.compile(r"[a-z0-9]+")
_HYPHENED = re.compile(r"\w+(?:-\w+)+")
_ENDINGS = ("ings", "ing", "ies", "ied", "ie", "es", "ed", "s", "e", "y")


class Page(NamedTuple):
    """One page to be searched, its first part under its own heading. `weight` is less than 1 where it names everything.

    Of a quiet page only headings are ever printed: it is the one that may name the medicine.
    """

    path: str
    parts: Sequence[Part]
    weight: float = 1.0
    quiet: bool = False


class Entry(NamedTuple):
    """One part of one page."""

    page: Page
    part: Part

    @property
    def title(self) -> str:
        return self.page.parts[0].heading


class Found(NamedTuple):
    """One page, at the part that answers best; `snippet` in pieces, each with whether it is a word looked for."""

    title: str
    address: str
    heading: str
    snippet: list[tuple[str, bool]]


class Answer(NamedTuple):
    """What was found, and the spelling that was tried for a word that no page knows."""

    found: list[Found]
    tried: list[str]
    is_urgent: bool
    is_empty: bool  # there was no word to look for


@dataclass(frozen=True)
class Index:
    """Pages made ready to be searched. It keeps no question."""

    entries: Sequence[Entry]
    counts: Sequence[Mapping[str, float]]  # of each entry: stem, and what it counts for there
    rarity: Mapping[str, float]  # of each stem: the more, the fewer entries have it
    spellings: Mapping[str, str]  # of each word that may be printed: its stem

    def find(self, typed: str) -> Answer:
        words = words_of(typed)
        looked_for = {word: self._stems(word) for word in words}
        unknown = [word for word in words if not any(each in self.rarity for each in looked_for[word])]
        tried = [guess for word in unknown[:MOST_SPELLED] for guess in self._spelling(word, looked_for)]
        scores = self._scores(looked_for)
        best: dict[str, int] = {}
        least = FAINT * max(scores.values(), default=0.0)
        for at in sorted((at for at in scores if scores[at] >= least), key=lambda at: (-scores[at], at)):
            best.setdefault(self.entries[at].page.path, at)
        marked = {stem for stems in looked_for.values() for stem in stems}
        found = [_shown(self.entries[at], marked) for at in list(best.values())[:MOST_FOUND]]
        return Answer(found, tried, bool(_URGENT & set(_words(typed[:LONGEST]))), not words)

    def _stems(self, word: str) -> dict[str, float]:
        """What to look for, and how much it counts: the word itself, and other words for the same."""
        own = stem(word)
        return {**dict.fromkeys(_MEANINGS.get(own, ()), MEANT), own: 1.0}

    def _spelling(self, word: str, looked_for: dict[str, dict[str, float]]) -> Iterator[str]:
        """The nearest word that we know, for one that no page has under any name. It is looked for as well."""
        if len(word) < 4:
            return
        for guess in difflib.get_close_matches(word, self.spellings, 1, 0.75):
            looked_for[word][self.spellings[guess]] = GUESSED
            yield guess

    def _scores(self, looked_for: Mapping[str, Mapping[str, float]]) -> dict[int, float]:
        """Of each entry that has any of it: the sum over the words, more for each word that it has too."""
        scores: dict[int, float] = {}
        for at, counts in enumerate(self.counts):
            each = [
                max(
                    (counts[s] * self.rarity[s] * worth for s, worth in stems.items() if s in counts),
                    default=0.0,
                )
                for stems in looked_for.values()
            ]
            had = sum(1 for score in each if score)
            if had:
                scores[at] = sum(each) * had**3 * self.entries[at].page.weight
        return scores


def index(pages: Iterable[Page]) -> Index:
    """Make pages ready. A page without parts is left out."""
    entries = [Entry(page, part) for page in pages for part in page.parts]
    counts = [_counts(entry) for entry in entries]
    having = Counter(each for count in counts for each in count)
    rarity = {each: math.log(1 + len(entries) / number) for each, number in having.items()}
    loud = (_words(f"{each.part.heading} {each.part.text}") for each in entries if not each.page.quiet)
    return Index(entries, counts, rarity, {word: stem(word) for words in loud for word in words})


def words_of(typed: str) -> list[str]:
    """The words to look for, each once, without those that every page has."""
    return [word for word in dict.fromkeys(_words(typed[:LONGEST])) if word not in _FILLERS][:MOST_WORDS]


def stem(word: str) -> str:
    """A word without its ending, so that "bruises" finds "bruise". Crude, and the same for both sides."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _words(text: str) -> list[str]:
    """In small letters, without accents and apostrophes."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall(
        "".join(sign for sign in apart if sign not in "'’" and not unicodedata.combining(sign))
    )


_MEANINGS: Mapping[str, frozenset[str]] = {
    stem(word): frozenset(map(stem, _words(row))) for row in SAME for word in _words(row)
}


def _joined(word: str) -> str:
    """ "long-haul" as it is also written."""
    return word.replace("-", "")


def _counts(entry: Entry) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    text = f"{entry.part.text} {' '.join(map(_joined, _HYPHENED.findall(entry.part.text)))}"
    for word, number in Counter(map(stem, _words(text))).items():
        counts[word] += IN_TEXT * (1 + math.log(number))
    for text, worth in ((entry.title, IN_TITLE), (entry.part.heading, IN_HEADING)):
        for word in set(map(stem, _words(text))):
            counts[word] += worth
    return dict(counts)


def _shown(entry: Entry, marked: set[str]) -> Found:
    anchor, first = entry.part.anchor, entry.page.parts[0]
    told = [
        entry.part.text,
        *(part.text for part in entry.page.parts),
    ]  # a part may be a picture or a phone number
    text = next((text for text in told if text and not entry.page.quiet), "")
    address = f"{entry.page.path}#{anchor}" if anchor else entry.page.path
    return Found(
        first.heading, address, "" if entry.part is first else entry.part.heading, _snippet(text, marked)
    )


def _snippet(text: str, marked: set[str]) -> list[tuple[str, bool]]:
    """Some words, from the sentence after which most of what was looked for stands; the found ones apart."""
    words = text.split() or [""]
    found = [{stem(part) for part in _words(word)} & marked for word in words]
    starts = [at for at in range(len(words)) if at == 0 or words[at - 1].endswith((".", "?", "!"))]
    ends = [*starts[1:], len(words)]

    def worth(sentence: tuple[int, int]) -> tuple[int, bool, int]:
        at, end = sentence
        return len(set().union(*found[at : at + SNIPPET])), any(found[at:end]), -at

    start = max(zip(starts, ends, strict=True), key=worth)[0]
    end = min(start + SNIPPET, len(words))
    pieces = [
        (" ".join(words[at] for at in run), hit)
        for hit, run in groupby(range(start, end), key=lambda at: bool(found[at]))
    ]
    pieces = [piece for piece in pieces if piece[0]]
    before, after = [("…", False)] * (start > 0), [("…", False)] * (end < len(words))
    return [*before, *pieces, *after]
