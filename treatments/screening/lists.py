"""The lists of the contraindications page: every tick of the questions under its heading, then the rows that are not asked.

The page follows the source, the booking follows the level. So a row may stand under "We do not inject now if" and
still let somebody book a conversation.
"""

from collections.abc import Mapping
from typing import NamedTuple

from treatments.screening.questions import MAY_NEED_SCAN, NOT_NOW, TICKS, Heading


class Row(NamedTuple):
    """A line of a contraindications list."""

    text: str
    hint: str = ""
    basis: str = ""


_RISKS = "Such as hormones, smoking, a BMI of 30 or more, or a long time in bed."

LICENCE_ONLY: Mapping[Heading, tuple[Row, ...]] = {
    NOT_NOW: (
        Row("You are under 18", "", "L"),
        Row("You had a clot in a leg or lung not long ago", "", "LU"),
        Row("You were told that your blood clots too easily, from birth or later", "", "LU"),
        Row("You have several things at once that raise the chance of a clot", _RISKS, "L"),
        Row("Sore, hard veins keep coming in new places (migrating phlebitis)", "", "L"),
        Row("The valves in your deep leg veins do not work", "A scan shows this.", "L"),
        Row("You have very large veins with wide joins to the deep veins", "A scan shows this.", "L"),
        Row("A growth in your pelvis or tummy causes the veins and is still there", "", "L"),
        Row("You have a new infection, such as cellulitis or sepsis", "", "LU"),
        Row("You have TB or a blood disorder that is not under control", "", "L"),
        Row("You have a sudden lung or skin illness, or are very unwell", "", "LU"),
        Row("You had a serious brain or heart problem after vein injections", "", "U"),
        Row("You have a hole in the heart that gives symptoms", "This is about foam.", "L"),
    ),
    MAY_NEED_SCAN: (
        Row("You have migraine without aura", "", "LU"),
        Row("You have many allergies", "You may need a test dose the day before.", "L"),
    ),
}


def listed(heading: Heading) -> tuple[Row, ...]:
    """The lines of one list of the contraindications page: those that are also asked, then the rest."""
    asked = (Row(t.strict, t.strict_hint or t.hint, t.basis) for t in TICKS if t.heading is heading)
    return (*asked, *LICENCE_ONLY.get(heading, ()))
