"""Where the bars and the points of a chart stand: numbers in, numbers out. Draws nothing and knows no colour.

Across, everything is a percentage of the width, so that a chart fits any screen and its letters keep their size;
down, it is in pixels from the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

LEFT = 12.0  # percent kept free for the numbers of the scale
GAP = 0.3  # of the room of one group, between it and the next


class Bar(NamedTuple):
    """`series` is the place of its kind of bar: 0 for the first."""

    x: float
    width: float
    y: float
    height: float
    series: int


class Line(NamedTuple):
    """A line of the scale: how far down, and the number it stands for."""

    y: float
    number: int


class Point(NamedTuple):
    x: float
    y: float


class Segment(NamedTuple):
    start: Point
    end: Point


def top_of(most: float) -> int:
    """The end of a scale: an even number from 2 on that is easy to halve, no smaller than the largest value.

    >>> [top_of(value) for value in (0, 1, 2, 3, 7, 11, 20, 21, 130, 999)]
    [2, 2, 2, 4, 10, 20, 20, 40, 200, 1000]
    """
    step = 1
    while True:
        for times in (2, 4, 10):
            if most <= times * step:
                return times * step
        step *= 10


def scale(top: int, height: int) -> list[Line]:
    """Nought, the half and the end."""
    return [Line(_down(number, top, height), number) for number in (0, top // 2, top)]


def bars(series: Sequence[Sequence[float]], *, top: int, height: int) -> list[Bar]:
    """Groups side by side, in each a bar of every series. All series are as long as the first; nought has no bar."""
    groups = len(series[0]) if series else 0
    if not groups:
        return []
    room = (100 - LEFT) / groups
    width = room * (1 - GAP) / len(series)
    return [
        Bar(
            _short(LEFT + nth * room + room * GAP / 2 + kind * width),
            _short(width),
            y := _down(values[nth], top, height),
            _short(height - y),
            kind,
        )
        for nth in range(groups)
        for kind, values in enumerate(series)
        if values[nth] > 0
    ]


def points(values: Sequence[float | None], *, top: int, height: int) -> list[Point | None]:
    """One in the middle of each group's room; None where there is no value."""
    room = (100 - LEFT) / max(1, len(values))
    return [
        None if value is None else Point(_short(LEFT + (nth + 0.5) * room), _down(value, top, height))
        for nth, value in enumerate(values)
    ]


def segments(marks: Sequence[Point | None]) -> list[Segment]:
    """From each point to its neighbour; a gap in the values is a gap in the line."""
    return [Segment(one, two) for one, two in pairwise(marks) if one and two]


def share(part: float, whole: float) -> float:
    """A percentage from 0 to 100; 0 where there is no whole.

    >>> share(1, 4), share(5, 4), share(1, 0)
    (25.0, 100.0, 0.0)
    """
    return _short(min(100.0, max(0.0, 100 * part / whole))) if whole else 0.0


def _down(value: float, top: int, height: int) -> float:
    return _short(height - height * min(value, top) / top)


def _short(number: float) -> float:
    return round(number, 2)
