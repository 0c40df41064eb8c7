"""The safety questions and what each answer leads to, for the booking and the contraindications page.

Pure: it reads no clock, no database and no request. It adds up no score, makes no diagnosis and never says
that a treatment fits anybody. It stops only people who need help today; everyone else may ask.

**Every level, mark and heading below still needs the sign-off of a named clinician.** Open for them:
each level; the 3 months in Q12 (ours: the licence says "recent"); the levels of Q7 and Q16; which ticks carry
the scan mark; whether a regulator sees these questions as a device. SOURCES says where each row comes from.

The contraindications page follows the source, the booking follows the level. So a row may stand under
"We do not inject now if" and still let somebody book a conversation.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
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


# --- The contraindications page. Rows without a tick are for a clinician or a scan to find. ---
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


def ticks_on(page: int) -> tuple[Tick, ...]:
    """The boxes of one page, in the order they are shown."""
    return tuple(tick for tick in TICKS if tick.page == page)


def signs(level: Level) -> tuple[Sign, ...]:
    """The start page's signs of one level."""
    return tuple(sign for sign in START_SIGNS if sign.level is level)


# --- Reading answers ---
class AnswerProblem(ValueError):
    """An answer we will not guess at; `sentence` tells the patient what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


NOTHING_TICKED = f"Tick all that fit. If nothing fits, tick “{NONE_TEXT}”."
NONE_AND_MORE = f"You ticked “{NONE_TEXT}” and another box. Untick one of them."
NOT_READABLE = "We could not read your answer. Please tick your boxes again."
NO_AREA = "Choose what you would like us to look at."
LEGS_ONLY = "We treat leg veins only."


@dataclass(frozen=True)
class PageAnswer:
    """What was ticked on one page. `unsure` may stand beside ticks; `none` may not."""

    ticks: frozenset[str] = frozenset()
    none: bool = False
    unsure: bool = False


Answers = Mapping[int, PageAnswer]


def read_page(page: int, codes: Collection[str]) -> PageAnswer:
    """The answer to one page from the codes that came with the form.

    Raises AnswerProblem when nothing is ticked, when "none" stands beside anything else, and for a code
    that is not on this page.
    """
    given = frozenset(codes)
    ticks = given - {NONE, UNSURE}
    _refuse_strangers(page, ticks)
    if not given:
        raise AnswerProblem(NOTHING_TICKED)
    if NONE in given and len(given) > 1:
        raise AnswerProblem(NONE_AND_MORE)
    return PageAnswer(ticks, NONE in given, UNSURE in given)


def read_area(code: str) -> Area:
    """The choice of the visit question. Raises AnswerProblem when there is no such choice."""
    for area in AREAS:
        if area.code == code:
            return area
    raise AnswerProblem(NO_AREA)


def _refuse_strangers(page: int, codes: frozenset[str]) -> None:
    # Also meets answers kept from an older questionnaire: asking again is safer than dropping a tick.
    if not codes <= {tick.code for tick in ticks_on(page)}:
        raise AnswerProblem(NOT_READABLE)


# --- What follows from the answers ---
@dataclass(frozen=True)
class Reason:
    """One answer that matters: in the patient's words (`text`) and the clinician's (`staff`)."""

    code: str
    question: str
    level: Level
    text: str
    staff: str
    advice: str = ""
    doctor_first: bool = False
    scan: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the answers lead to. `reasons` holds all, most urgent first; `level` is that of the first."""

    level: Level
    reasons: tuple[Reason, ...]
    doctor_first: bool
    scan: bool
    by_phone: bool

    @property
    def advice(self) -> tuple[str, ...]:
        """The lines of advice for the patient, each once, in the order of the reasons."""
        return tuple(dict.fromkeys(reason.advice for reason in self.reasons if reason.advice))

    @property
    def asks_by_phone(self) -> bool:
        """Whether she wants at least one of the lists on the phone."""
        return self.by_phone or any(reason.code.startswith(UNSURE) for reason in self.reasons)


def assess(area: str, answers: Answers | None, by_phone: bool) -> Outcome:
    """What follows from the visit question and the three pages.

    A page without an answer counts as "ask me on the phone", so silence never reads as all clear. With
    `by_phone` one reason stands for all such pages; ticks already given are kept. Raises AnswerProblem for an
    unknown area, for veins we do not treat, and for a tick that is not on its page.
    """
    reasons = sorted(_reasons(_leg_area(area), answers or {}, by_phone), key=_urgency)
    return Outcome(
        level=max((reason.level for reason in reasons), default=CLEAR),
        reasons=tuple(reasons),
        doctor_first=any(reason.doctor_first for reason in reasons),
        scan=any(reason.scan for reason in reasons),
        by_phone=by_phone,
    )


def _leg_area(code: str) -> Area:
    area = read_area(code)
    if area.elsewhere:
        raise AnswerProblem(LEGS_ONLY)
    return area


def _urgency(reason: Reason) -> tuple[int, bool]:
    return -reason.level, not reason.doctor_first  # sorted() keeps the table's order among equals


def _reasons(area: Area, answers: Answers, by_phone: bool) -> Iterator[Reason]:
    if by_phone:
        yield Reason(BY_PHONE, "", RING, BY_PHONE_TEXT, "Wants the questions by phone")
    for page, heading in PAGES.items():
        answer = answers.get(page, PageAnswer())
        _refuse_strangers(page, answer.ticks)
        yield from (_ticked(tick) for tick in ticks_on(page) if tick.code in answer.ticks)
        if answer.unsure or (_is_silent(answer) and not by_phone):
            asked = f"{heading} {ANSWER_PHONE}"
            yield Reason(f"{UNSURE}-{page}", "", RING, asked, f"Ask by phone: list {page}")
    if area.level > CLEAR:
        yield Reason(f"area-{area.code}", area.question, area.level, area.text, area.staff, scan=area.scan)


def _ticked(tick: Tick) -> Reason:
    return Reason(
        tick.code, tick.question, tick.level, tick.text, tick.staff, tick.advice, tick.doctor_first, tick.scan
    )


def _is_silent(answer: PageAnswer) -> bool:
    return not answer.ticks and not answer.none


# --- What is stored with a sent request ---
class RecordRow(NamedTuple):
    """One question as it was asked, with its answer in words and the level that answer has."""

    code: str
    question: str
    answer: str
    level: Level


def record(area: str, answers: Answers | None) -> list[RecordRow]:
    """Every question with its answer, to store beside VERSION. A page not answered is one for the phone."""
    chosen = _leg_area(area)
    rows = [RecordRow("area", AREA_QUESTION, chosen.text, chosen.level)]
    for page in PAGES:
        rows += _record_page(page, (answers or {}).get(page, PageAnswer()))
    return rows


def _record_page(page: int, answer: PageAnswer) -> Iterator[RecordRow]:
    _refuse_strangers(page, answer.ticks)
    on_phone = answer.unsure or _is_silent(answer)
    unticked = (ANSWER_PHONE, RING) if on_phone else (ANSWER_NO, CLEAR)
    for tick in ticks_on(page):
        words, level = (ANSWER_YES, tick.level) if tick.code in answer.ticks else unticked
        yield RecordRow(tick.code, f"{PAGES[page]} {tick.text}", words, level)


def is_adult(born: date, on: date) -> bool:
    """Whether somebody born then is 18 or over on `on`. Born on 29 February, one turns 18 on 1 March."""
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (not had_birthday) >= ADULT_AGE
