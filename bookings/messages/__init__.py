"""Writes every message about an appointment: mail into the outbox, or words for a call where there is no email.

Part of the transaction of the verb that calls it; never sends anything.
"""

from bookings.messages.reminders import reminder, reminder_call, withdraw_reminders
from bookings.messages.telling import (
    address_changed,
    cancelled,
    confirmed,
    declined,
    link_again,
    moved,
    new_request,
    received,
    visit_today,
    write_later,
)
from bookings.messages.waiting import follow, withdraw
from bookings.messages.words import (
    REASONS,
    Words,
    after_session,
    calendar_text,
    context_of,
    health_script,
    how_we_answer,
    phone_script,
    preview,
    reminder_words,
    write_later_words,
)

__all__ = [
    "REASONS",
    "Words",
    "address_changed",
    "after_session",
    "calendar_text",
    "cancelled",
    "confirmed",
    "context_of",
    "declined",
    "follow",
    "health_script",
    "how_we_answer",
    "link_again",
    "moved",
    "new_request",
    "phone_script",
    "preview",
    "received",
    "reminder",
    "reminder_call",
    "reminder_words",
    "visit_today",
    "withdraw",
    "withdraw_reminders",
    "write_later",
    "write_later_words",
]
