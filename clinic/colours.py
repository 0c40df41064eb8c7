"""The colours that stand on each other, and how well: read out of a stylesheet, never chosen here."""

from __future__ import annotations

import re
from typing import NamedTuple

_BLOCK = re.compile(r"(?P<media>@media[^{]*\{\s*)?:root\s*\{(?P<body>[^}]*)\}")
_COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\s*;")


class Pair(NamedTuple):
    """A colour on a ground, and the ratio they must have."""

    colour: str
    ground: str
    least: float = 7.0


TEXTS = ("ink", "ink-soft", "petrol", "petrol-deep", "visited")
GROUNDS = ("paper", "sheet", "linen", "mist")
PAIRS = (
    *(Pair(colour, ground) for colour in TEXTS for ground in GROUNDS),
    Pair("on-petrol", "petrol"),
    Pair("on-petrol", "petrol-deep"),
    *(
        Pair(colour, f"{name}-ground")
        for name in ("emergency", "same-day", "done")
        for colour in (name, "ink")
    ),
    Pair("emergency", "paper"),
    Pair("emergency", "sheet"),
    Pair("on-flag", "flag"),
    Pair("fading", "paper"),
    *(Pair("edge", ground, 3) for ground in GROUNDS[:3]),
    *(Pair("focus", ground, 3) for ground in GROUNDS),
)


def palette(css: str, *, dark: bool) -> dict[str, str]:
    """The colours by name, as #RRGGBB: the light ones, and with `dark` those that the dark scheme changes."""
    found: dict[str, str] = {}
    for block in _BLOCK.finditer(css):
        media = block["media"] or ""
        if not media or (dark and "dark" in media):
            found |= dict(_COLOUR.findall(block["body"]))
    return found


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2 between two #RRGGBB colours, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG 2 defines it."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
