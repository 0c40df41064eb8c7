"""The safety questions, one line a row, with the level of each answer and the words around it. Pure, and no rule of its own.

**Every level, mark and heading below still needs the sign-off of a named clinician.** Open for them:
each level; the 3 months in Q12 (ours: the licence says "recent"); the levels of Q7 and Q16; which ticks carry
the scan mark; whether a regulator sees these questions as a device. SOURCES says where each row comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

# Raise this with every change to a question, a level or an answer's words: stored answers keep it.
VERSION = "2026-11-01"
ADULT_AGE = 18  # the licence is for adults only


class Level(IntEnum):
    """How urgent an answer is. The numbers are stored: add to them, never renumber."""

    CLEAR = 0
    READ = 1
    RING = 2
    WAIT = 3
    TODAY = 4
    EMERGENCY = 5


class Heading(StrEnum):
    """The three lists of the contraindications page, with the heading each carries."""

    NOT_NOW = "We do not inject now if"
    RING_FIRST = "Tell us: a nurse rings you first"
    MAY_NEED_SCAN = "You can ask, and may need a scan"


CLEAR, READ, RING, WAIT = Level.CLEAR, Level.READ, Level.RING, Level.WAIT
TODAY, EMERGENCY = Level.TODAY, Level.EMERGENCY
NOT_NOW, RING_FIRST, MAY_NEED_SCAN = Heading.NOT_NOW, Heading.RING_FIRST, Heading.MAY_NEED_SCAN
YES, NO = True, False

# What a patient reads about her request at each level that lets it go on.
LEVEL_LINES: Mapping[Level, str] = {
    READ: "A nurse reads your answers before you come.",
    RING: "A nurse rings you before we confirm.",
}

PAGES: Mapping[int, str] = {
    1: "Have any of these ever happened to you?",
    2: "Are any of these true for you now?",
    3: "Do any of these apply?",
}
LAST_LINE = "Do not stop any medicine because of these questions."  # ends page 3

NONE, UNSURE, BY_PHONE = "none", "unsure", "by-phone"
NONE_TEXT = "No, none of these"
UNSURE_TEXT = "I am not sure. Ask me on the phone"
BY_PHONE_TEXT = "Ask me all of this on the phone"
ANSWER_YES, ANSWER_NO, ANSWER_PHONE = "Yes", "No", "Ask me on the phone"


# --- Start page: one notice before anything is asked. Nothing is stored. ---
@dataclass(frozen=True)
class Sign:
    """A sign that needs help now, with what to do until help comes."""

    question: str
    level: Level
    text: str
    advice: str = ""


_PRESS = "Bleeding vein: lie down, raise the leg, and press hard with a clean cloth."

START_SIGNS: tuple[Sign, ...] = (
    Sign("Q1", EMERGENCY, "chest pain, or trouble breathing"),
    Sign("Q1", EMERGENCY, "a face that drops on one side, a weak arm, or slurred speech"),
    Sign("Q1", EMERGENCY, "sudden loss of sight"),
    Sign("Q1", EMERGENCY, "swelling of the face, lips or throat"),
    Sign("Q1", EMERGENCY, "a vein that is bleeding and will not stop", _PRESS),
    Sign("Q2", TODAY, "one leg that is newly swollen, hot or painful", "You need a doctor today."),
)


# --- The visit: what would you like us to look at? ---
@dataclass(frozen=True)
class Area:
    """One choice of the visit question; `elsewhere` means we do not treat it, and say so."""

    code: str
    question: str
    level: Level
    scan: bool
    elsewhere: bool
    staff: str
    text: str


AREA_QUESTION = "What would you like us to look at?"
_FINE = "Fine red, blue or purple lines (thread veins)"
_WIDER = "Wider, twisted or bulging veins, or legs that ache or swell"

# fmt: off
AREAS: tuple[Area, ...] = (
    #    code         asked  level  scan elsewhere staff
    Area("thread",    "Q21", CLEAR, NO,  NO,  "Thread veins", _FINE),
    Area("wider",     "Q21", READ,  YES, NO,  "Wider veins or aching legs", _WIDER),
    Area("both",      "Q21", READ,  YES, NO,  "Thread and wider veins", "Both"),
    Area("unsure",    "Q21", READ,  YES, NO,  "Not sure which veins", "I am not sure"),
    Area("elsewhere", "Q23", CLEAR, NO,  YES, "Not leg veins", "Veins somewhere else, or piles"),
)
# fmt: on


# --- The three tick lists: first the rules, one line a row, then the words. ---

SOURCES: Mapping[str, str] = {
    "L": "UK licence text of the medicine (a copy, revision of 2018): its do-not-use list and its warnings",
    "A": "Australian patient leaflet and a drug reference; that part of the UK text was not seen",
    "U": "UIP, the phlebology union: 2023 consensus, seen as an abstract and a summary",
    "N": "NICE guideline CG168: whom to send to a vascular service, and no treatment in pregnancy",
    "C": "the clinic's own careful choice; no source behind it",
}


@dataclass(frozen=True)
class Tick:
    """One box of a tick list, with everything that follows from it."""

    code: str
    question: str
    page: int
    level: Level
    doctor_first: bool  # no treatment session is booked until a doctor has cleared it
    scan: bool  # a scan may be needed
    heading: Heading  # its list on the contraindications page
    staff: str  # short words for the nurse's and the doctor's screens
    basis: str  # letters of SOURCES
    text: str  # on the booking's list
    strict: str  # on the contraindications page; completes its heading and never names the medicine
    hint: str = ""
    advice: str = ""  # said to the patient who ticks it
    strict_hint: str = ""


# fmt: off
_RULES = (
    # code            asked page level doc. scan heading          staff                                 basis
    ("clot",           "Q6",  1, RING, YES, YES, RING_FIRST,    "Past clot, or clots easily",          "LU"),
    ("reaction",       "Q8",  1, RING, YES, NO,  NOT_NOW,       "Reaction or allergy to injections",   "LU"),
    ("allergy",        "Q9",  1, READ, NO,  NO,  NOT_NOW,       "Serious allergy or asthma",           "LU"),
    ("brain-heart",    "Q10", 1, READ, NO,  YES, MAY_NEED_SCAN, "Brain, heart or lung pressure",       "LU"),
    ("lymphoedema",    "Q22", 1, READ, NO,  YES, MAY_NEED_SCAN, "Lymphoedema or pelvic lump",          "L"),
    ("pregnant",       "Q4",  2, WAIT, NO,  NO,  NOT_NOW,       "Pregnant, may be, or trying",         "AUN"),
    ("breastfeeding",  "Q5",  2, WAIT, NO,  NO,  NOT_NOW,       "Breastfeeding",                       "AU"),
    ("hard-vein",      "Q7",  2, RING, NO,  YES, NOT_NOW,       "Hard, red or painful vein",           "LN"),
    ("skin",           "Q13", 2, RING, NO,  NO,  NOT_NOW,       "Sore skin, infection or fever",       "LU"),
    ("wound",          "Q14", 2, RING, NO,  YES, RING_FIRST,    "Wound, skin or bleed: offer a doctor", "N"),
    ("immobile",       "Q11", 2, RING, YES, NO,  NOT_NOW,       "Cannot walk, in bed or cast",         "LU"),
    ("calf",           "Q16", 2, RING, YES, YES, NOT_NOW,       "Calf pain on walking, or numb foot",  "LU"),
    ("operation",      "Q12", 2, READ, NO,  NO,  NOT_NOW,       "Operation, injury or birth",          "LC"),
    ("illness",        "Q15", 2, READ, NO,  NO,  NOT_NOW,       "Cancer, or illness not controlled",   "L"),
    ("blood-thinners", "Q17", 3, READ, NO,  NO,  MAY_NEED_SCAN, "Blood thinners",                      "U"),
    ("steroids",       "Q17", 3, READ, NO,  NO,  MAY_NEED_SCAN, "Steroids",                            "C"),
    ("immunity",       "Q17", 3, READ, NO,  NO,  MAY_NEED_SCAN, "Immune medicine",                     "C"),
    ("hormones",       "Q18", 3, READ, NO,  NO,  MAY_NEED_SCAN, "Hormones or tamoxifen",               "LU"),
    ("smoke",          "Q19", 3, READ, NO,  NO,  MAY_NEED_SCAN, "Smokes",                              "L"),
    ("weight",         "Q19", 3, READ, NO,  NO,  MAY_NEED_SCAN, "BMI 30 or more",                      "LU"),
    ("family-clot",    "Q19", 3, READ, NO,  NO,  MAY_NEED_SCAN, "Family clot before 50",               "LU"),
)
# fmt: on


class _Words(NamedTuple):
    text: str
    strict: str
    hint: str = ""
    advice: str = ""
    strict_hint: str = ""


_WAIT_ADVICE = "We wait until after that. If a leg hurts or swells now, tell your midwife or GP."
_LYMPH = "Lymphoedema is swelling of a limb that lasts."

# Only "reaction" may name the medicine, and only in its first line.
# fmt: off
_WORDS: Mapping[str, _Words] = {
    "clot": _Words(
        "I had a clot in a leg or lung (DVT or PE), or was told my blood clots easily",
        "You have had a clot in a leg or lung (DVT or PE), even long ago"),
    "reaction": _Words(
        "A bad reaction to vein injections, or an allergy to sodium tetradecyl sulphate or benzyl alcohol",
        "You had a bad reaction to vein injections, or are allergic to anything in the medicine"),
    "allergy": _Words(
        "Another serious allergy, or asthma that is not under control",
        "You have a serious allergy, or asthma that is not under control"),
    "brain-heart": _Words(
        "A stroke, mini-stroke (TIA), hole in the heart, migraine with aura, or high pressure in the lungs",
        "You had a stroke, mini-stroke (TIA), hole in the heart, migraine with aura, or high lung pressure",
        strict_hint="We may ask for a heart scan first."),
    "lymphoedema": _Words(
        "Lymphoedema, or a lump in the pelvis or tummy",
        "You have lymphoedema, or a lump in the pelvis or tummy",
        hint=_LYMPH, strict_hint=f"{_LYMPH} Injections may make it worse."),
    "pregnant": _Words(
        "I am pregnant, may be pregnant, or am trying",
        "You are pregnant, may be pregnant, or are trying", advice=_WAIT_ADVICE),
    "breastfeeding": _Words("I am breastfeeding", "You are breastfeeding", advice=_WAIT_ADVICE),
    "hard-vein": _Words(
        "A vein is hard, red or painful",
        "A vein is hard, red or painful, now or not long ago",
        hint="Red is harder to see on brown or black skin.",
        advice="See a GP this week, sooner if it gets worse."),
    "skin": _Words(
        "I have sore, broken or infected skin on a leg, or a fever",
        "You have sore, broken or infected skin on a leg, or a fever",
        advice="If it is not better by your visit, we move it."),
    "wound": _Words(
        "A leg wound not healed in 2 weeks, brown or hard skin near the ankle, or a vein that bled",
        "A leg wound is not healed in 2 weeks, ankle skin is brown or hard, or a vein has bled",
        hint="We mean skin that is darker or harder than it was.",
        advice="See a GP too."),
    "immobile": _Words(
        "I cannot walk, am mostly in bed, or have a leg in a cast",
        "You cannot walk, are mostly in bed, or have a leg in a cast",
        hint="A stick or a frame is not this."),
    "calf": _Words(
        "My calf hurts when I walk and stops when I rest, or a foot is numb",
        "The arteries in your legs are narrow or blocked",
        strict_hint="A calf may hurt when you walk and stop when you rest. A foot may be numb."),
    "operation": _Words(
        "An operation, hospital stay, bad injury or birth in the last 3 months",
        "You had an operation, hospital stay, bad injury or birth in the last 3 months"),
    "illness": _Words(
        "I have cancer now, or diabetes, thyroid, heart, lung or kidney disease not under control",
        "You have cancer now, or diabetes, thyroid, heart, lung or kidney disease not under control"),
    "blood-thinners": _Words(
        "I take medicine to thin the blood",
        "You take medicine to thin the blood", strict_hint="Do not stop it."),
    "steroids": _Words("I take steroids", "You take steroids"),
    "immunity": _Words(
        "I take medicine that acts on my immune system",
        "You take medicine that acts on your immune system"),
    "hormones": _Words(
        "I use the pill, a patch, a ring, HRT or tamoxifen",
        "You use the pill, a patch, a ring, HRT or tamoxifen"),
    "smoke": _Words("I smoke", "You smoke"),
    "weight": _Words(
        "My BMI is 30 or more", "Your BMI is 30 or more", hint="BMI sets your weight against your height."),
    "family-clot": _Words(
        "A parent, brother, sister or child of mine had a clot before age 50",
        "A parent, brother, sister or child of yours had a clot before age 50"),
}
# fmt: on


TICKS: tuple[Tick, ...] = tuple(Tick(*row, **_WORDS[row[0]]._asdict()) for row in _RULES)


def ticks_on(page: int) -> tuple[Tick, ...]:
    """The boxes of one page, in the order they are shown."""
    return tuple(tick for tick in TICKS if tick.page == page)


def signs(level: Level) -> tuple[Sign, ...]:
    """The start page's signs of one level."""
    return tuple(sign for sign in START_SIGNS if sign.level is level)
