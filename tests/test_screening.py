"""The safety questions, tick by tick: the agreed table written out again, so that a slip in ours shows."""

import hashlib
import itertools
from datetime import date

import pytest

from treatments import screening
from treatments.screening import (
    CLEAR,
    EMERGENCY,
    MAY_NEED_SCAN,
    NONE,
    NOT_NOW,
    READ,
    RING,
    RING_FIRST,
    TICKS,
    TODAY,
    UNSURE,
    WAIT,
    AnswerProblem,
    Heading,
    Level,
    PageAnswer,
    Tick,
    assess,
    is_adult,
    listed,
    read_area,
    read_page,
    record,
    signs,
    ticks_on,
)

EXPECTED = {
    "clot": ("Q6", 1, RING, True),
    "reaction": ("Q8", 1, RING, True),
    "allergy": ("Q9", 1, READ, False),
    "brain-heart": ("Q10", 1, READ, False),
    "lymphoedema": ("Q22", 1, READ, False),
    "pregnant": ("Q4", 2, WAIT, False),
    "breastfeeding": ("Q5", 2, WAIT, False),
    "hard-vein": ("Q7", 2, RING, False),
    "skin": ("Q13", 2, RING, False),
    "wound": ("Q14", 2, RING, False),
    "immobile": ("Q11", 2, RING, True),
    "calf": ("Q16", 2, RING, True),
    "operation": ("Q12", 2, READ, False),
    "illness": ("Q15", 2, READ, False),
    "blood-thinners": ("Q17", 3, READ, False),
    "steroids": ("Q17", 3, READ, False),
    "immunity": ("Q17", 3, READ, False),
    "hormones": ("Q18", 3, READ, False),
    "smoke": ("Q19", 3, READ, False),
    "weight": ("Q19", 3, READ, False),
    "family-clot": ("Q19", 3, READ, False),
}
ADVICE = {
    "pregnant": "tell your midwife or GP",
    "breastfeeding": "tell your midwife or GP",
    "hard-vein": "See a GP this week, sooner if it gets worse.",
    "skin": "If it is not better by your visit, we move it.",
    "wound": "See a GP too.",
}
# Each thing the sources name in their lists, with words of the row that carries it.
SOURCE_LIST = [
    ("allergy to it or an excipient", NOT_NOW, "allergic to anything in the medicine"),
    ("allergic conditions", NOT_NOW, "serious allergy"),
    ("unable to walk or bed-bound", NOT_NOW, "cannot walk, are mostly in bed"),
    ("inherited clot risk", NOT_NOW, "blood clots too easily, from birth"),
    ("several clot risks together", NOT_NOW, "several things at once that raise the chance of a clot"),
    ("recent superficial phlebitis", NOT_NOW, "hard, red or painful, now or not long ago"),
    ("recent DVT or PE", NOT_NOW, "clot in a leg or lung not long ago"),
    ("recent surgery", NOT_NOW, "operation"),
    ("pelvic or abdominal tumour", NOT_NOW, "growth in your pelvis or tummy"),
    ("uncontrolled diabetes", NOT_NOW, "diabetes"),
    ("overactive thyroid", NOT_NOW, "thyroid"),
    ("TB", NOT_NOW, "TB"),
    ("uncontrolled asthma", NOT_NOW, "asthma that is not under control"),
    ("active cancer", NOT_NOW, "cancer now"),
    ("sepsis", NOT_NOW, "sepsis"),
    ("blood disorder", NOT_NOW, "blood disorder"),
    ("acute breathing or skin disease", NOT_NOW, "sudden lung or skin illness"),
    ("severe acute illness", NOT_NOW, "very unwell"),
    ("deep vein valve failure", NOT_NOW, "valves in your deep leg veins"),
    ("blocked arteries, critical limb ischaemia", NOT_NOW, "arteries in your legs"),
    ("very large veins joined to deep ones", NOT_NOW, "very large veins"),
    ("migrating phlebitis", NOT_NOW, "migrating phlebitis"),
    ("cellulitis", NOT_NOW, "cellulitis"),
    ("acute infection", NOT_NOW, "new infection"),
    ("foam: hole in the heart with symptoms", NOT_NOW, "hole in the heart that gives symptoms"),
    ("pregnancy", NOT_NOW, "pregnant"),
    ("breastfeeding", NOT_NOW, "breastfeeding"),
    ("adults only", NOT_NOW, "under 18"),
    ("brain or heart event after a session", NOT_NOW, "brain or heart problem after vein injections"),
    ("earlier anaphylaxis", NOT_NOW, "bad reaction to vein injections"),
    ("past clots", RING_FIRST, "clot in a leg or lung"),
    ("ulcer, skin change, bleed", RING_FIRST, "wound"),
    ("migraine with aura", MAY_NEED_SCAN, "migraine with aura"),
    ("past serious brain event", MAY_NEED_SCAN, "stroke"),
    ("pulmonary hypertension", MAY_NEED_SCAN, "high lung pressure"),
    ("hole in the heart", MAY_NEED_SCAN, "hole in the heart"),
    ("migraine", MAY_NEED_SCAN, "migraine without aura"),
    ("many allergies", MAY_NEED_SCAN, "many allergies"),
    ("lymphoedema", MAY_NEED_SCAN, "lymphoedema"),
    ("hormones", MAY_NEED_SCAN, "HRT"),
    ("anticoagulants", MAY_NEED_SCAN, "thin the blood"),
    ("obesity", MAY_NEED_SCAN, "BMI"),
    ("smoking", MAY_NEED_SCAN, "smoke"),
]
MEDICINE = ("tetradecyl", "benzyl", "fibrovein")
PAIRS = list(itertools.combinations(TICKS, 2))
NOTHING = {page: PageAnswer(none=True) for page in screening.PAGES}

every_tick = pytest.mark.parametrize("tick", TICKS, ids=lambda tick: tick.code)
every_page = pytest.mark.parametrize("page", screening.PAGES)


def answers_with(*ticks: Tick) -> dict[int, PageAnswer]:
    """Three answered pages on which just these boxes are ticked."""
    answers = dict(NOTHING)
    for tick in ticks:
        answers[tick.page] = PageAnswer(answers[tick.page].ticks | {tick.code})
    return answers


def patient_texts() -> list[str]:
    """Every word of this module that a patient can meet."""
    texts = [*screening.PAGES.values(), *screening.LEVEL_LINES.values(), screening.LAST_LINE]
    texts += [words for sign in screening.START_SIGNS for words in (sign.text, sign.advice)]
    texts += [area.text for area in screening.AREAS]
    texts += [words for tick in TICKS for words in (tick.text, tick.hint, tick.advice)]
    texts += [words for heading in Heading for row in listed(heading) for words in (row.text, row.hint)]
    texts += [screening.NOTHING_TICKED, screening.NONE_AND_MORE, screening.NOT_READABLE, screening.NO_AREA]
    return [text for text in texts if text]


# The table


def test_the_table_holds_exactly_the_agreed_ticks() -> None:
    assert {t.code: (t.question, t.page, t.level, t.doctor_first) for t in TICKS} == EXPECTED
    assert len(TICKS) == len(EXPECTED) == 21


def test_rows_with_several_ticks_have_as_many_as_agreed() -> None:
    counts = {question: sum(t.question == question for t in TICKS) for question in ("Q4", "Q5", "Q17", "Q19")}
    assert counts == {"Q4": 1, "Q5": 1, "Q17": 3, "Q19": 3}


def test_exactly_four_ticks_want_a_doctor_first_and_all_of_them_ring() -> None:
    doctor_first = {tick.code for tick in TICKS if tick.doctor_first}
    assert doctor_first == {"clot", "reaction", "immobile", "calf"}
    assert all(tick.level is RING for tick in TICKS if tick.doctor_first)


def test_levels_are_ordered_and_their_stored_numbers_stay() -> None:
    assert [(level.name, level.value) for level in sorted(Level)] == [
        ("CLEAR", 0),
        ("READ", 1),
        ("RING", 2),
        ("WAIT", 3),
        ("TODAY", 4),
        ("EMERGENCY", 5),
    ]


def test_pages_hold_five_nine_and_seven_boxes() -> None:
    assert [len(ticks_on(page)) for page in (1, 2, 3)] == [5, 9, 7]


@every_tick
def test_every_tick_has_words_for_patient_desk_and_page_and_a_known_source(tick: Tick) -> None:
    assert tick.text
    assert tick.staff
    assert not tick.strict.startswith(("I ", "My "))
    assert tick.basis
    assert set(tick.basis) <= set(screening.SOURCES)


def test_changed_questions_come_with_a_new_version() -> None:
    asked = "|".join(f"{t.code}/{screening.PAGES[t.page]}/{t.text}/{t.level}" for t in TICKS)
    fingerprint = hashlib.sha256(asked.encode()).hexdigest()[:12]
    assert (screening.VERSION, fingerprint) == ("2026-11-01", "1822d8e513a6")


# One test per tick, and per pair of ticks


@every_tick
def test_a_tick_alone_leads_to_its_own_level_and_reason(tick: Tick) -> None:
    outcome = assess("thread", answers_with(tick), by_phone=False)
    assert [reason.code for reason in outcome.reasons] == [tick.code]
    assert outcome.level is EXPECTED[tick.code][2]
    assert outcome.doctor_first is EXPECTED[tick.code][3]
    assert outcome.scan is tick.scan
    assert not outcome.by_phone
    assert outcome.reasons[0].text == tick.text
    assert outcome.reasons[0].staff == tick.staff


@every_tick
def test_a_tick_gives_the_agreed_advice_and_no_other(tick: Tick) -> None:
    advice = " ".join(assess("thread", answers_with(tick), by_phone=False).advice)
    assert ADVICE.get(tick.code, "") in advice
    assert bool(advice) is (tick.code in ADVICE)


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda tick: tick.code)
def test_two_ticks_keep_both_reasons_the_more_urgent_first(one: Tick, other: Tick) -> None:
    outcome = assess("thread", answers_with(one, other), by_phone=False)
    assert {reason.code for reason in outcome.reasons} == {one.code, other.code}
    assert [reason.level for reason in outcome.reasons] == sorted([one.level, other.level], reverse=True)
    assert outcome.level is max(one.level, other.level)
    assert outcome.doctor_first is (one.doctor_first or other.doctor_first)
    assert outcome.scan is (one.scan or other.scan)


def test_the_pairs_of_ticks_meet_every_pair_of_levels() -> None:
    met = {frozenset((one.level, other.level)) for one, other in PAIRS}
    assert len(PAIRS) == 210
    assert met == {frozenset(pair) for pair in itertools.product((READ, RING, WAIT), repeat=2)}


@pytest.mark.parametrize(("lower", "higher"), list(itertools.combinations(Level, 2)))
def test_of_two_levels_the_later_one_outranks(lower: Level, higher: Level) -> None:
    assert lower < higher
    assert max(lower, higher) is higher


def test_every_tick_at_once_keeps_every_reason_doctor_first_ahead_of_other_calls() -> None:
    outcome = assess("wider", answers_with(*TICKS), by_phone=True)
    codes = [reason.code for reason in outcome.reasons]
    assert sorted(codes) == sorted([*EXPECTED, "by-phone", "area-wider"])
    assert codes[:6] == ["pregnant", "breastfeeding", "clot", "reaction", "immobile", "calf"]
    assert outcome.level is WAIT


def test_the_same_advice_is_said_once() -> None:
    outcome = assess("thread", answers_with(*ticks_on(2)), by_phone=False)
    assert len(outcome.advice) == len(set(outcome.advice)) == 4


# Reading a page


@every_tick
def test_none_beside_a_tick_is_a_sentence_not_a_guess(tick: Tick) -> None:
    with pytest.raises(AnswerProblem) as problem:
        read_page(tick.page, [tick.code, NONE])
    assert problem.value.sentence == screening.NONE_AND_MORE


@every_page
def test_none_beside_not_sure_is_a_sentence_too(page: int) -> None:
    with pytest.raises(AnswerProblem) as problem:
        read_page(page, [NONE, UNSURE])
    assert problem.value.sentence == screening.NONE_AND_MORE


@every_page
def test_an_empty_page_is_a_sentence(page: int) -> None:
    with pytest.raises(AnswerProblem) as problem:
        read_page(page, [])
    assert problem.value.sentence == screening.NOTHING_TICKED


@every_page
def test_a_code_nobody_knows_is_refused(page: int) -> None:
    with pytest.raises(AnswerProblem) as problem:
        read_page(page, ["made-up"])
    assert problem.value.sentence == screening.NOT_READABLE


@every_tick
def test_a_code_of_another_page_is_refused(tick: Tick) -> None:
    for page in set(screening.PAGES) - {tick.page}:
        with pytest.raises(AnswerProblem):
            read_page(page, [tick.code])


@every_tick
def test_a_tick_is_read_alone_and_beside_not_sure(tick: Tick) -> None:
    assert read_page(tick.page, [tick.code]) == PageAnswer(frozenset({tick.code}))
    assert read_page(tick.page, [tick.code, UNSURE]) == PageAnswer(frozenset({tick.code}), unsure=True)


@every_page
def test_all_boxes_none_and_not_sure_are_read(page: int) -> None:
    codes = [tick.code for tick in ticks_on(page)]
    assert read_page(page, codes).ticks == frozenset(codes)
    assert read_page(page, [NONE]) == PageAnswer(none=True)
    assert read_page(page, [UNSURE]) == PageAnswer(unsure=True)


# Not sure, by phone, and silence


def test_none_on_every_page_with_thread_veins_is_clear() -> None:
    outcome = assess("thread", NOTHING, by_phone=False)
    assert (outcome.level, outcome.reasons) == (CLEAR, ())
    assert (outcome.doctor_first, outcome.scan, outcome.by_phone) == (False, False, False)


@every_page
def test_not_sure_rings(page: int) -> None:
    outcome = assess("thread", {**NOTHING, page: PageAnswer(unsure=True)}, by_phone=False)
    assert outcome.level is RING
    assert [reason.code for reason in outcome.reasons] == [f"unsure-{page}"]


@every_tick
def test_not_sure_beside_a_tick_keeps_the_tick(tick: Tick) -> None:
    answers = {**NOTHING, tick.page: PageAnswer(frozenset({tick.code}), unsure=True)}
    outcome = assess("thread", answers, by_phone=False)
    assert {reason.code for reason in outcome.reasons} == {tick.code, f"unsure-{tick.page}"}
    assert outcome.level is max(RING, tick.level)


@every_page
def test_a_page_without_an_answer_never_reads_as_all_clear(page: int) -> None:
    left_out = {number: answer for number, answer in NOTHING.items() if number != page}
    for answers in (left_out, {**NOTHING, page: PageAnswer()}):
        assert assess("thread", answers, by_phone=False).level is RING
    assert assess("thread", None, by_phone=False).level is RING


def test_by_phone_rings_with_one_reason() -> None:
    outcome = assess("thread", None, by_phone=True)
    assert outcome.level is RING
    assert [reason.code for reason in outcome.reasons] == ["by-phone"]
    assert outcome.by_phone
    assert not outcome.doctor_first


@every_tick
def test_by_phone_keeps_a_tick_already_given(tick: Tick) -> None:
    outcome = assess("thread", {tick.page: PageAnswer(frozenset({tick.code}))}, by_phone=True)
    assert {reason.code for reason in outcome.reasons} == {"by-phone", tick.code}


def test_a_tick_that_is_not_on_its_page_is_never_dropped_in_silence() -> None:
    for answers in ({1: PageAnswer(frozenset({"smoke"}))}, {1: PageAnswer(frozenset({"made-up"}))}):
        with pytest.raises(AnswerProblem):
            assess("thread", answers, by_phone=True)
        with pytest.raises(AnswerProblem):
            record("thread", answers)


# The visit question and the start page


@pytest.mark.parametrize(
    ("area", "level", "scan"),
    [("thread", CLEAR, False), ("wider", READ, True), ("both", READ, True), ("unsure", READ, True)],
)
def test_leg_veins_lead_to_the_agreed_level(area: str, level: Level, scan: bool) -> None:
    outcome = assess(area, NOTHING, by_phone=False)
    assert (outcome.level, outcome.scan) == (level, scan)
    assert [reason.code for reason in outcome.reasons] == ([f"area-{area}"] if level else [])


def test_only_veins_elsewhere_is_a_sentence_and_an_unknown_choice_another() -> None:
    assert [area.code for area in screening.AREAS if area.elsewhere] == ["elsewhere"]
    assert read_area("elsewhere").elsewhere
    with pytest.raises(AnswerProblem) as legs_only:
        assess("elsewhere", NOTHING, by_phone=False)
    assert legs_only.value.sentence == screening.LEGS_ONLY
    with pytest.raises(AnswerProblem) as unknown:
        read_area("")
    assert unknown.value.sentence == screening.NO_AREA


def test_the_start_page_has_five_emergency_signs_and_one_for_today() -> None:
    assert (len(signs(EMERGENCY)), len(signs(TODAY)), len(screening.START_SIGNS)) == (5, 1, 6)
    assert [sign.text for sign in signs(EMERGENCY) if sign.advice] == [
        "a vein that is bleeding and will not stop"
    ]


def test_nothing_that_is_asked_later_is_an_emergency() -> None:
    assert {tick.level for tick in TICKS} == {READ, RING, WAIT}


# What is stored


@every_tick
def test_the_record_holds_every_question_as_asked(tick: Tick) -> None:
    rows = record("wider", answers_with(tick))
    assert [row.code for row in rows] == ["area", *(t.code for t in TICKS)]
    assert rows[0][1:] == (screening.AREA_QUESTION, read_area("wider").text, READ)
    by_code = {row.code: row for row in rows}
    assert by_code[tick.code][1:] == (f"{screening.PAGES[tick.page]} {tick.text}", "Yes", tick.level)
    others = [row for row in rows[1:] if row.code != tick.code]
    assert {(row.answer, row.level) for row in others} == {("No", CLEAR)}


@every_page
def test_the_record_says_ask_me_on_the_phone_for_what_was_left_open(page: int) -> None:
    first = ticks_on(page)[0]
    unsure = {**NOTHING, page: PageAnswer(frozenset({first.code}), unsure=True)}
    answered = {row.code: (row.answer, row.level) for row in record("thread", unsure)}
    assert answered[first.code] == ("Yes", first.level)
    assert {answered[tick.code] for tick in ticks_on(page)[1:]} == {("Ask me on the phone", RING)}


def test_the_record_of_a_request_by_phone_leaves_every_question_to_the_phone() -> None:
    rows = record("thread", None)[1:]
    assert len(rows) == 21
    assert {(row.answer, row.level) for row in rows} == {("Ask me on the phone", RING)}


# The contraindications page


@pytest.mark.parametrize(("named", "heading", "words"), SOURCE_LIST)
def test_the_page_lists_all_that_the_sources_name(named: str, heading: Heading, words: str) -> None:
    assert any(words in row.text for row in listed(heading)), named


def test_every_tick_and_every_extra_row_stands_on_the_page_once() -> None:
    rows = [row for heading in Heading for row in listed(heading)]
    extra = sum(len(more) for more in screening.LICENCE_ONLY.values())
    assert len(rows) == len({row.text for row in rows}) == len(TICKS) + extra == 36
    assert {row.text for row in rows} >= {tick.strict for tick in TICKS}
    assert all(row.basis and set(row.basis) <= set(screening.SOURCES) for row in rows)


def test_a_heading_promises_nothing_that_the_booking_does_not_do() -> None:
    assert all(tick.level is RING for tick in TICKS if tick.heading is RING_FIRST)
    assert all(tick.heading is NOT_NOW for tick in TICKS if tick.level is WAIT)
    assert [heading.value for heading in Heading] == [
        "We do not inject now if",
        "Tell us: a nurse rings you first",
        "You can ask, and may need a scan",
    ]


# Words


def test_only_the_allergy_tick_names_the_medicine() -> None:
    naming = [text for text in patient_texts() if any(name in text.lower() for name in MEDICINE)]
    assert naming == [next(tick.text for tick in TICKS if tick.code == "reaction")]


def test_no_words_promise_anything_or_run_long() -> None:
    texts = patient_texts()
    assert len(texts) > 100
    for text in texts:
        assert "suitable" not in text.lower()
        assert all(len(sentence.split()) <= 20 for sentence in text.split(". ")), text


def test_the_last_page_ends_with_the_line_about_medicines() -> None:
    assert screening.LAST_LINE == "Do not stop any medicine because of these questions."


# Age


@pytest.mark.parametrize(
    ("born", "on", "adult"),
    [
        (date(2009, 3, 2), date(2027, 3, 1), False),
        (date(2009, 3, 2), date(2027, 3, 2), True),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(1958, 3, 27), date(2027, 3, 2), True),
        (date(2027, 3, 3), date(2027, 3, 2), False),
    ],
)
def test_adult_from_the_eighteenth_birthday(born: date, on: date, adult: bool) -> None:
    assert is_adult(born, on) is adult
