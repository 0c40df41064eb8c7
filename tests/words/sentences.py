"""Cuts text into sentences and words, the way a reader counts them. It judges nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.words.blocks import Block

# After the mark that ends a sentence stands a space and something that begins one.
_END = re.compile(r"(?<=[.!?])[\"”’)]*(?:\s+(?=[\"“‘(]?[A-Z0-9£€#])|$)|\n+")
ONE_WORD = re.compile(r"https?://\S+|\S+@\S+|(?:\+\d{2,3}(?: ?\d{1,4}){2,4}|\b0\d{1,4}(?: ?\d{2,4}){2,3})\b")
_TOKEN = re.compile(r"[^\W_]")


class Sentence(NamedTuple):
    """A sentence and, letter for letter, the same with told digits as `#`."""

    text: str
    loose: str

    @property
    def words(self) -> int:
        return len(words(self.text))


def sentences(block: Block) -> list[Sentence]:
    """The sentences of a block, in order. A line break ends one, and so does the end of the block."""
    found, start = [], 0
    for match in [*_END.finditer(block.text), None]:
        end = match.end() if match else len(block.text)
        text, loose = block.text[start:end], block.loose[start:end]
        if _TOKEN.search(text):
            cut = len(text) - len(text.lstrip())
            found.append(Sentence(text.strip(), loose[cut:].rstrip()))
        start = end
    return found


def words(text: str) -> list[str]:
    """What stands between spaces and holds a letter or a digit. A phone number or an address of the web is one word."""
    return [word for word in ONE_WORD.sub("phone", text).split() if _TOKEN.search(word)]
