"""Prints what the lint read and found: a row a page, then the breaches, then the names that count as short words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from tests.words.blocks import PageText
from tests.words.names import CONDITIONS, PLACES, TREATMENTS
from tests.words.rules import RULES, Known, reading_of, spoken

Breaches = dict[str, list[str]]  # rule: lines


def breaches(pages: list[PageText], known: Known) -> Breaches:
    return {rule.__name__: list(dict.fromkeys(rule(pages, known).breaches)) for rule in RULES}


def path_of(page: PageText) -> str:
    return page.address.partition("?")[0]


def rows(pages: Iterable[PageText], found: Breaches) -> Iterator[str]:
    """One row an address; where it was seen in several states, the hardest and the longest of them."""
    lines = [line for kept in found.values() for line in kept]
    yield f"{'page':44} {'seen':>4} {'words':>6} {'grade':>5} {'longest':>7} {'breaches':>8}"
    for path, group in groupby(sorted(pages, key=path_of), path_of):
        seen = list(group)
        said = [[sentence.words for _, sentence in spoken(page)] for page in seen]
        count, longest = sum(map(sum, said)), max((max(each, default=0) for each in said), default=0)
        grade = max(reading_of(page).grade for page in seen)
        broken = sum(line.partition(": ")[0].partition("?")[0] == path for line in lines)
        yield f"{path:44} {len(seen):4} {count:6} {grade:5.1f} {longest:7} {broken or '-':>8}"


def report(pages: list[PageText], known: Known) -> tuple[str, int]:
    """The whole table as text, and the number of breaches."""
    found = breaches(pages, known)
    count = sum(map(len, found.values()))
    said = [sentence for page in pages for _, sentence in spoken(page)]
    lines = [*rows(pages, found), ""]
    for rule, broken in found.items():
        lines += [f"{rule}: {len(broken)}"] + [f"  {line}" for line in broken]
    words = sum(sentence.words for sentence in said)
    lines += ["", f"read {len(pages)} pages, {len(said)} sentences, {words} words; {count} breaches"]
    lines += [f"cells with a source's own claim, not judged: {sum(page.claims for page in pages)}"]
    for name, listed in (("treatments", TREATMENTS), ("places", PLACES), ("conditions", CONDITIONS)):
        lines.append(f"names that count as one short word, {name} ({len(listed)}): {', '.join(listed)}")
    return "\n".join(lines), count
