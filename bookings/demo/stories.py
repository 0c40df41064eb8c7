"""What happened in the demo's diary, as tables: who asked for what, when, and what became of it. Pure data, no dates.

Everybody here is made up: example.org addresses, and phone numbers that the regulators keep free for stories.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle


@dataclass(frozen=True)
class Story:
    """One appointment. `visit` is days from today (the first free time from that day on), `asked` days before today.

    `then` names what happened next, each a step of `telling.STEPS`, in order. With `by_staff` somebody phoned and
    the desk booked this kind of visit. Before a session lies a first visit, at which treatment was agreed.
    """

    key: str
    clinic: str
    visit: int
    asked: int
    then: tuple[str, ...] = ()
    area: str = "thread"
    ticks: tuple[str, ...] = ()
    by_phone: bool = False
    email: bool = True
    by_staff: str = ""
    says: str = ""


CONFIRMED = ("confirm",)
SEEN = ("confirm", "arrive", "decided")
BY_STAFF_SEEN = ("clear", "arrive", "fulfil")
TREATED = ("arrive", "unchanged", "treated")  # a session: her answers came along, so nobody rings

# Each status, and each thing that staff have to deal with, at least once.
TOLD = (
    # Waiting for an answer
    Story("new", "maidenhead", 9, 0),
    Story("new-and-careful", "london", 12, 0, area="both", ticks=("blood-thinners", "smoke")),
    Story("new-in-dublin", "dublin", 10, 0, says="I come by tram. Is there a lift?"),
    Story("overdue", "amersham", 8, 9),
    Story("overdue-no-email", "dublin", 7, 8, email=False),
    Story("soon", "london", 2, 12),
    Story("time-passed", "maidenhead", -2, 16),
    # A nurse rings first
    Story("ring-clot", "london", 14, 1, area="wider", ticks=("clot",)),
    Story("ring-twice-tried", "amersham", 11, 4, ("no_answer", "left_message"), ticks=("skin",)),
    Story("ring-by-phone", "dublin", 13, 1, by_phone=True),
    Story("ring-cleared", "maidenhead", 15, 3, ("clear",), ticks=("hard-vein",)),
    Story("ring-doctor", "london", 16, 5, ("doctor_first", "confirm"), ticks=("clot", "hormones")),
    Story("ring-not-now", "amersham", 6, 12, ("not_now", "decline_not_now"), ticks=("immobile",)),
    # Agreed
    Story("tomorrow", "london", 1, 14, CONFIRMED),
    Story("tomorrow-uk", "amersham", 1, 13, CONFIRMED, area="unsure"),
    Story("tomorrow-dublin", "dublin", 1, 15, CONFIRMED),
    Story("no-email", "maidenhead", 18, 6, CONFIRMED, email=False),
    Story("no-email-told", "london", 20, 8, ("confirm", "told"), email=False),
    Story("moved-by-clinic", "maidenhead", 21, 10, ("confirm", "move_by_clinic")),
    Story("moved-by-patient", "amersham", 23, 9, ("confirm", "move_to_london")),
    Story("phoned", "london", 17, 2, by_staff="session"),
    Story("phoned-cleared", "dublin", 19, 3, ("clear",), by_staff="review"),
    Story("next-session", "dublin", 20, 3, by_staff="session"),
    # Today: whether the clinics are open today or not, somebody is here
    Story("here", "london", 0, 14, ("arrive",), by_staff="session"),
    Story("here-too", "dublin", 0, 13, ("clear", "arrive"), by_staff="review"),
    Story("expected", "london", 0, 12, ("clear",), by_staff="review"),
    # Over
    Story("seen-and-undone", "london", -5, 25, ("confirm", "arrive", "fulfil", "undo")),
    Story("no-show", "amersham", -6, 24, ("confirm", "no_show")),
    Story("no-show-dublin", "dublin", -4, 22, ("confirm", "no_show")),
    Story("declined", "maidenhead", 13, 7, ("decline_no_time",)),
    Story("not-answered", "london", -3, 21, ("not_answered",)),
    Story("taken-back", "dublin", 24, 6, ("cancel_by_patient",)),
    Story("called-off", "london", 22, 8, ("confirm", "cancel_by_patient")),
    Story("clinic-called-off", "amersham", 25, 9, ("confirm", "cancel_by_clinic")),
    Story("twice-in-the-diary", "london", -8, 26, ("void",), by_staff="session"),
)

_KINDS = cycle(("", "session", "", "review", "session"))
_AREAS = cycle(("thread", "thread", "both", "thread", "unsure"))


def _ordinary(clinic: str, visit: int, nth: int) -> Story:
    """An everyday visit: asked for online, or booked by the desk for somebody known."""
    kind, asked = next(_KINDS), 16 - min(visit, 0) + nth % 5
    past = visit < 0
    after, ahead = {"": (SEEN, CONFIRMED), "session": (TREATED, ())}.get(kind, (BY_STAFF_SEEN, ("clear",)))
    then = after if past else ahead
    return Story(f"{clinic}-{visit}", clinic, visit, asked, then, area=next(_AREAS), by_staff=kind)


ORDINARY = tuple(
    _ordinary(clinic, visit, nth)
    for nth, clinic in enumerate(("amersham", "maidenhead", "london", "dublin"))
    for visit in (*range(-42 + nth, -6, 6), *range(3 + nth, 45, 6))
)

STORIES = TOLD + ORDINARY

FIRST_NAMES = (
    "Aoife", "Bernadette", "Charlotte", "Deirdre", "Eleanor", "Fatima", "Grace", "Harriet", "Imogen", "Jasmine",
    "Kathleen", "Leila", "Maeve", "Nadia", "Orla", "Priya", "Queenie", "Rosaleen", "Sinead", "Theresa",
    "Ursula", "Valerie", "Winifred", "Yasmin", "Zofia", "Alan", "Brendan", "Colm", "David", "Edward",
)  # fmt: skip
LAST_NAMES = ("Example", "Sample", "Madeup", "Pretend", "Invented")

# Name, clinic, when to ring, hours ago: the other door.
RING_ME = (
    ("Philomena Example", "dublin", "morning", 3),
    ("Gwendolyn Sample", "amersham", "any", 30),
    ("Ottoline Madeup", "london", "afternoon", 120),
)


def person(nth: int) -> tuple[str, str]:
    """A name and an email address of their own for the story at this place in the table."""
    first, last = FIRST_NAMES[nth % len(FIRST_NAMES)], LAST_NAMES[nth // len(FIRST_NAMES) % len(LAST_NAMES)]
    return f"{first} {last}", f"{first}.{last}@example.org".lower()


def phone(nth: int, clinic: str) -> str:
    """A number that nobody has: Ofcom's 020 7946 0xxx, ComReg's 020 91x xxxx."""
    return f"+3532091{nth:05}" if clinic == "dublin" else f"+442079460{nth:03}"
