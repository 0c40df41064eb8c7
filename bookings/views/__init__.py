"""What a patient opens and sends. Thin: each view reads a form, calls one verb and shows the answer."""

from bookings.views.managing import calendar, link, manage
from bookings.views.ringing import ring_me, ring_me_sent
from bookings.views.sending import check, sent
from bookings.views.start import elsewhere, help_now, start
from bookings.views.steps import details, health, visit
from bookings.views.timing import choose_time
from bookings.views.waiting import too_young, wait

__all__ = [
    "calendar",
    "check",
    "choose_time",
    "details",
    "elsewhere",
    "health",
    "help_now",
    "link",
    "manage",
    "ring_me",
    "ring_me_sent",
    "sent",
    "start",
    "too_young",
    "visit",
    "wait",
]
