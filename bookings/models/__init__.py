"""The nouns of the bookings room: what is offered when, appointments, and the people they are for."""

from bookings.models.appointment import Appointment, AppointmentEvent, AppointmentMessage, Note
from bookings.models.asking import LinkAsked
from bookings.models.calls import CallAttempt, CallTask
from bookings.models.counting import StepCount
from bookings.models.patient import Consent, Patient, ScreeningAnswer
from bookings.models.reminders import Reminder
from bookings.models.rota import Closure, Service, WorkingPattern
from bookings.models.visits import VisitRecord

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentMessage",
    "CallAttempt",
    "CallTask",
    "Closure",
    "Consent",
    "LinkAsked",
    "Note",
    "Patient",
    "Reminder",
    "ScreeningAnswer",
    "Service",
    "StepCount",
    "VisitRecord",
    "WorkingPattern",
]
