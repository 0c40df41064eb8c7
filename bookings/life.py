"""The life of an appointment as one table and the one function that walks it. Pure: no Django, no clock, no database.

Status names are those of HL7 FHIR R4 Appointment.status, with `hold` for a time kept while somebody fills in the form.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    HOLD = "hold"
    PENDING = "pending"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    NOSHOW = "noshow"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


class Verb(StrEnum):
    HOLD = "hold"
    LET_GO = "let_go"
    EXPIRE = "expire"
    REQUEST = "request"
    ADD = "add"
    CONFIRM = "confirm"
    DECLINE = "decline"
    NOT_ANSWERED = "not_answered"
    CANCEL = "cancel"
    MOVE = "move"
    MOVE_ELSEWHERE = "move_elsewhere"
    ARRIVE = "arrive"
    NO_SHOW = "no_show"
    FULFIL = "fulfil"
    CONTACT = "contact"
    HEALTH = "health"
    RECORD = "record"
    LEAVE = "leave"
    UNDO = "undo"
    VOID = "void"


# An appointment in one of these keeps its clinician and its room to itself.
BLOCKING = (Status.HOLD, Status.PENDING, Status.BOOKED, Status.ARRIVED, Status.FULFILLED)
ENDED = (Status.CANCELLED, Status.ENTERED_IN_ERROR)
WORDS = {
    Status.HOLD: "Held",
    Status.PENDING: "Asked",
    Status.BOOKED: "Booked",
    Status.ARRIVED: "Here",
    Status.FULFILLED: "Seen",
    Status.NOSHOW: "Did not come",
    Status.CANCELLED: "Cancelled",
    Status.ENTERED_IN_ERROR: "Entered in error",
}
# What a verb does to an appointment: "it cannot be ...".
DONE = {
    Verb.HOLD: "held",
    Verb.LET_GO: "let go",
    Verb.EXPIRE: "let go",
    Verb.REQUEST: "asked for",
    Verb.ADD: "added",
    Verb.CONFIRM: "confirmed",
    Verb.DECLINE: "declined",
    Verb.NOT_ANSWERED: "closed as not answered",
    Verb.CANCEL: "cancelled",
    Verb.MOVE: "moved",
    Verb.MOVE_ELSEWHERE: "moved",
    Verb.ARRIVE: "marked as here",
    Verb.NO_SHOW: "marked as did not come",
    Verb.FULFIL: "marked as seen",
    Verb.CONTACT: "given another phone or email",
    Verb.HEALTH: "given new health answers",
    Verb.RECORD: "written down as a visit",
    Verb.LEAVE: "left as it is",
    Verb.UNDO: "taken back a step",
    Verb.VOID: "marked as entered in error",
}

_NEXT: dict[Verb, dict[Status | None, Status]] = {
    Verb.HOLD: {None: Status.HOLD, Status.HOLD: Status.HOLD},
    Verb.ADD: {None: Status.BOOKED},
    Verb.REQUEST: {Status.HOLD: Status.PENDING},
    Verb.LET_GO: {Status.HOLD: Status.CANCELLED},
    Verb.EXPIRE: {Status.HOLD: Status.CANCELLED},
    Verb.CONFIRM: {Status.PENDING: Status.BOOKED},
    Verb.DECLINE: {Status.PENDING: Status.CANCELLED},
    Verb.NOT_ANSWERED: {Status.PENDING: Status.CANCELLED},
    Verb.CANCEL: {Status.PENDING: Status.CANCELLED, Status.BOOKED: Status.CANCELLED},
    Verb.MOVE: {Status.PENDING: Status.PENDING, Status.BOOKED: Status.BOOKED},
    # A patient asks another clinic, and that clinic answers.
    Verb.MOVE_ELSEWHERE: {Status.PENDING: Status.PENDING, Status.BOOKED: Status.PENDING},
    # The patient tells us something new; the time stays hers.
    Verb.CONTACT: {Status.PENDING: Status.PENDING, Status.BOOKED: Status.BOOKED},
    # A closure or a change of the rota hits it, and staff say why it stays.
    Verb.LEAVE: {Status.PENDING: Status.PENDING, Status.BOOKED: Status.BOOKED},
    # Asked once more when she is here, before a session starts.
    Verb.HEALTH: {status: status for status in (Status.PENDING, Status.BOOKED, Status.ARRIVED)},
    Verb.ARRIVE: {Status.BOOKED: Status.ARRIVED, Status.NOSHOW: Status.ARRIVED},
    Verb.NO_SHOW: {Status.BOOKED: Status.NOSHOW},
    Verb.FULFIL: {Status.ARRIVED: Status.FULFILLED},
    # Writing down what came of a visit also says that she was seen; it may be put right afterwards.
    Verb.RECORD: {Status.ARRIVED: Status.FULFILLED, Status.FULFILLED: Status.FULFILLED},
    Verb.UNDO: {
        Status.ARRIVED: Status.BOOKED,
        Status.NOSHOW: Status.BOOKED,
        Status.FULFILLED: Status.ARRIVED,
    },
    Verb.VOID: {status: Status.ENTERED_IN_ERROR for status in Status if status not in (*ENDED, Status.HOLD)},
}


class IllegalMove(Exception):
    """A verb that this status does not allow. `sentence` says so in plain words."""

    def __init__(self, verb: Verb, status: Status | None) -> None:
        self.verb, self.status = verb, status
        was = WORDS[status].lower() if status else "not made yet"
        self.sentence = f"This appointment is now: {was}. So it cannot be {DONE[verb]}."
        super().__init__(self.sentence)


def after(verb: Verb, status: Status | None) -> Status:
    """The status that `verb` leads to from `status` (None: the appointment does not exist yet).

    Raises IllegalMove where the table has no such line.
    """
    try:
        return _NEXT[verb][status]
    except KeyError:
        raise IllegalMove(verb, status) from None


def allowed(status: Status | None) -> tuple[Verb, ...]:
    """The verbs that may follow `status`, in the order of the table."""
    return tuple(verb for verb, moves in _NEXT.items() if status in moves)
