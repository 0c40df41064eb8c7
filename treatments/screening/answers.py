"""What follows from the answers: read from a form, assessed, and put into words to keep. Pure.

It adds up no score, makes no diagnosis and never says that a treatment fits anybody. It stops only people who need
help today; everyone else may ask.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from treatments.screening.questions import (
    ADULT_AGE,
    ANSWER_NO,
    ANSWER_PHONE,
    ANSWER_YES,
    AREA_QUESTION,
    AREAS,
    BY_PHONE,
    BY_PHONE_TEXT,
    CLEAR,
    NONE,
    NONE_TEXT,
    PAGES,
    RING,
    UNSURE,
    Area,
    Level,
    Tick,
    ticks_on,
)


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
