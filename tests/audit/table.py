"""What was found on each page as one row, and the table of all rows. Knows the limits; measures nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.audit.judges import CATEGORIES, Measured
from tests.audit.weigh import Weight

FULL = 100
MOST_REQUESTS, MOST_BYTES = 3, 40 * 1024  # for a page that informs and shows no photograph
HEAD = ("page", "speed", "access", "practice", "seo", "axe", "html", "links", "requests", "bytes")


@dataclass
class Row:
    """One page. `measured` is None where Lighthouse is not asked: a page that answers 404."""

    path: str
    measured: Measured | None
    weight: Weight
    axe: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    limited: bool = True  # whether requests and bytes have a limit here

    def cells(self) -> list[str]:
        scores = self.measured.scores if self.measured else {}
        lacking = "?" if self.measured else "-"
        return [
            self.path,
            *(str(scores.get(name, lacking)) for name in CATEGORIES),
            *(str(len(found)) for found in (self.axe, self.html, self.links)),
            str(self.weight.requests),
            f"{self.weight.bytes:,}",
        ]

    def faults(self) -> Iterator[str]:
        """A line for everything that keeps this page from being green."""
        if self.measured:
            for name in CATEGORIES:
                score = self.measured.scores.get(name, 0)
                if score < FULL:
                    yield f"lighthouse: {name} is {score}"
            yield from (f"lighthouse: {line}" for line in self.measured.faults if not self._all_full())
        for judge, found in (("axe", self.axe), ("html", self.html), ("link", self.links)):
            yield from (f"{judge}: {line}" for line in found)
        if self.limited and self.weight.requests > MOST_REQUESTS:
            yield f"it takes {self.weight.requests} requests: {', '.join(self.weight.of_each)}"
        if self.limited and self.weight.bytes > MOST_BYTES:
            yield f"it takes {self.weight.bytes:,} bytes: {self.weight.of_each}"
        if not self.weight.requests:
            yield "it was not weighed"

    def _all_full(self) -> bool:
        return bool(self.measured) and set(self.measured.scores.values()) == {FULL}  # type: ignore[union-attr]


def table(rows: Sequence[Row]) -> str:
    """Columns as wide as they need to be: the page to the left, figures to the right."""
    lines = [list(HEAD), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
