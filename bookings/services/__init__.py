"""The verbs of the bookings room. Keyword-only, one durable transaction each; they know nothing of HTTP."""

from bookings.services.adding import PhoneBooking, add
from bookings.services.attending import arrive, fulfil, no_show, undo, void
from bookings.services.calling import close_call, could_not_reach, record_attempt, ring_me
from bookings.services.changing import Override, cancel, confirm, decline, move, not_answered
from bookings.services.correcting import correct_contact, correct_patient
from bookings.services.ending_reminders import reminders_off, reminders_on
from bookings.services.errors import BookingError
from bookings.services.finding import ask_for_links
from bookings.services.following import follow_up
from bookings.services.holding import hold, let_go, renew_hold
from bookings.services.leaving import leave_as_is
from bookings.services.linking import link_again
from bookings.services.reanswering import answer_again, nothing_changed
from bookings.services.recording import Visit, record_visit
from bookings.services.requesting import PatientDetails, Wish, request
from bookings.services.rota import add_bank_holidays, put_closure, put_pattern, remove_pattern
from bookings.services.walking import PATIENT, SYSTEM, Actor
from bookings.services.writing_later import write_later

__all__ = [
    "PATIENT",
    "SYSTEM",
    "Actor",
    "BookingError",
    "Override",
    "PatientDetails",
    "PhoneBooking",
    "Visit",
    "Wish",
    "add",
    "add_bank_holidays",
    "answer_again",
    "arrive",
    "ask_for_links",
    "cancel",
    "close_call",
    "confirm",
    "correct_contact",
    "correct_patient",
    "could_not_reach",
    "decline",
    "follow_up",
    "fulfil",
    "hold",
    "leave_as_is",
    "let_go",
    "link_again",
    "move",
    "no_show",
    "not_answered",
    "nothing_changed",
    "put_closure",
    "put_pattern",
    "record_attempt",
    "record_visit",
    "reminders_off",
    "reminders_on",
    "remove_pattern",
    "renew_hold",
    "request",
    "ring_me",
    "undo",
    "void",
    "write_later",
]
