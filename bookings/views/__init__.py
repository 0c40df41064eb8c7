"""What a patient opens and sends. Thin: each view reads a form, calls one verb and shows the answer."""

from bookings.views.correcting import cancel, contact, link_again
from bookings.views.health_again import health_again, health_changed, health_wait
from bookings.views.link_finding import find, find_sent
from bookings.views.managing import calendar, link, manage
from bookings.views.moving import move
from bookings.views.reminders_off import reminders_off, reminders_on
from bookings.views.ringing import ring_me, ring_me_sent
from bookings.views.second_person import another
from bookings.views.sending import check, sent
from bookings.views.start import elsewhere, help_now, start
from bookings.views.steps import details, health, visit
from bookings.views.timing import choose_time
from bookings.views.waiting import too_young, wait

__all__ = [
    "another",
    "calendar",
    "cancel",
    "check",
    "choose_time",
    "contact",
    "details",
    "elsewhere",
    "find",
    "find_sent",
    "health",
    "health_again",
    "health_changed",
    "health_wait",
    "help_now",
    "link",
    "link_again",
    "manage",
    "move",
    "reminders_off",
    "reminders_on",
    "ring_me",
    "ring_me_sent",
    "sent",
    "start",
    "too_young",
    "visit",
    "wait",
]
