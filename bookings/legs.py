"""Where on the legs a session was: the ticks of the after-visit form, and how staff and patients read them. Pure."""

from __future__ import annotations

from collections.abc import Collection

SIDES = ("right", "left")
PARTS = ("thigh", "knee", "calf", "ankle")
AREAS = {f"{side}-{part}": f"{side.capitalize()} {part}" for side in SIDES for part in PARTS}


def legs_words(codes: Collection[str]) -> str:
    """The areas in words, a side at a time.

    >>> legs_words(["left-knee", "right-calf", "right-thigh"]), legs_words(["left-calf", "right-calf"])
    ('right thigh and calf, left knee', 'both calves')
    >>> legs_words([])
    ''
    """
    chosen = {side: [part for part in PARTS if f"{side}-{part}" in codes] for side in SIDES}
    if chosen["right"] == chosen["left"] and len(chosen["right"]) == 1:
        return f"both {_BOTH[chosen['right'][0]]}"
    return ", ".join(f"{side} {_listed(parts)}" for side, parts in chosen.items() if parts)


_BOTH = {"thigh": "thighs", "knee": "knees", "calf": "calves", "ankle": "ankles"}


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
