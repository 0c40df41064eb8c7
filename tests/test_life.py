"""The table of an appointment's life, line by line: what each verb may do, and everything else is refused in words."""

from __future__ import annotations

import itertools

import pytest

from bookings.life import BLOCKING, DONE, ENDED, WORDS, IllegalMove, Status, Verb, after, allowed

# The table once more, written down by hand from the rules of the house: (from, verb, to).
LEGAL = {
    (None, Verb.HOLD, Status.HOLD),
    (None, Verb.ADD, Status.BOOKED),
    (Status.HOLD, Verb.HOLD, Status.HOLD),
    (Status.HOLD, Verb.REQUEST, Status.PENDING),
    (Status.HOLD, Verb.LET_GO, Status.CANCELLED),
    (Status.HOLD, Verb.EXPIRE, Status.CANCELLED),
    (Status.PENDING, Verb.CONFIRM, Status.BOOKED),
    (Status.PENDING, Verb.DECLINE, Status.CANCELLED),
    (Status.PENDING, Verb.NOT_ANSWERED, Status.CANCELLED),
    (Status.PENDING, Verb.CANCEL, Status.CANCELLED),
    (Status.PENDING, Verb.MOVE, Status.PENDING),
    (Status.PENDING, Verb.MOVE_ELSEWHERE, Status.PENDING),
    (Status.PENDING, Verb.CONTACT, Status.PENDING),
    (Status.PENDING, Verb.HEALTH, Status.PENDING),
    (Status.PENDING, Verb.LEAVE, Status.PENDING),
    (Status.PENDING, Verb.VOID, Status.ENTERED_IN_ERROR),
    (Status.BOOKED, Verb.ARRIVE, Status.ARRIVED),
    (Status.BOOKED, Verb.NO_SHOW, Status.NOSHOW),
    (Status.BOOKED, Verb.CANCEL, Status.CANCELLED),
    (Status.BOOKED, Verb.MOVE, Status.BOOKED),
    (Status.BOOKED, Verb.MOVE_ELSEWHERE, Status.PENDING),
    (Status.BOOKED, Verb.CONTACT, Status.BOOKED),
    (Status.BOOKED, Verb.HEALTH, Status.BOOKED),
    (Status.BOOKED, Verb.LEAVE, Status.BOOKED),
    (Status.BOOKED, Verb.VOID, Status.ENTERED_IN_ERROR),
    (Status.ARRIVED, Verb.FULFIL, Status.FULFILLED),
    (Status.ARRIVED, Verb.HEALTH, Status.ARRIVED),
    (Status.ARRIVED, Verb.RECORD, Status.FULFILLED),
    (Status.ARRIVED, Verb.UNDO, Status.BOOKED),
    (Status.ARRIVED, Verb.VOID, Status.ENTERED_IN_ERROR),
    (Status.NOSHOW, Verb.ARRIVE, Status.ARRIVED),
    (Status.NOSHOW, Verb.UNDO, Status.BOOKED),
    (Status.NOSHOW, Verb.VOID, Status.ENTERED_IN_ERROR),
    (Status.FULFILLED, Verb.RECORD, Status.FULFILLED),
    (Status.FULFILLED, Verb.UNDO, Status.ARRIVED),
    (Status.FULFILLED, Verb.VOID, Status.ENTERED_IN_ERROR),
}
STARTS: tuple[Status | None, ...] = (None, *Status)
ILLEGAL = sorted(
    set(itertools.product(STARTS, Verb)) - {(was, verb) for was, verb, _ in LEGAL}, key=lambda pair: str(pair)
)


@pytest.mark.parametrize(("was", "verb", "to"), sorted(LEGAL, key=str), ids=str)
def test_a_legal_line_leads_where_the_table_says(was: Status | None, verb: Verb, to: Status) -> None:
    assert after(verb, was) is to


@pytest.mark.parametrize(("was", "verb"), ILLEGAL, ids=str)
def test_every_other_line_is_refused_in_a_sentence(was: Status | None, verb: Verb) -> None:
    with pytest.raises(IllegalMove) as refusal:
        after(verb, was)
    assert refusal.value.sentence.startswith("This appointment is now: ")
    assert refusal.value.sentence.endswith(f"So it cannot be {DONE[verb]}.")


def test_the_tables_together_cover_every_pair() -> None:
    assert len(LEGAL) + len(ILLEGAL) == len(STARTS) * len(Verb)
    assert len(ILLEGAL) > 100


def test_nothing_leaves_an_ended_appointment() -> None:
    assert {verb for status in ENDED for verb in allowed(status)} == set()


def test_allowed_says_the_same_as_the_table() -> None:
    for was in STARTS:
        assert set(allowed(was)) == {verb for start, verb, _ in LEGAL if start == was}


def test_only_those_that_need_their_time_keep_it() -> None:
    assert set(BLOCKING) == {"hold", "pending", "booked", "arrived", "fulfilled"}


def test_every_status_has_words() -> None:
    assert set(WORDS) == set(Status)


def test_every_verb_has_words() -> None:
    assert set(DONE) == set(Verb)
