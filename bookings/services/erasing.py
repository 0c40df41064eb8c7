"""Blanks everything personal about somebody, once no rule keeps it. Events, the trail, appointments and counts stay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from bookings.life import Status, Verb
from bookings.models import (
    Appointment,
    AppointmentMessage,
    CallTask,
    Note,
    Patient,
    Reminder,
    ScreeningAnswer,
    VisitRecord,
)
from bookings.services.errors import BookingError, NotAllowed
from bookings.services.records import History, histories, manages, rule_of, with_merged
from bookings.services.transaction import durable
from bookings.services.walking import SYSTEM, Actor, walk
from clinic import trail
from clinic.models import Country, Message
from clinic.services.blanking import blank_messages
from clinic.wording import day_year


class PatientChanged(BookingError):
    """Somebody changed the record between the look and the press."""

    sentence = "Somebody else has changed this record since you opened it. Please look again."


class MustBeKept(BookingError):
    """A rule keeps the record. The sentence says which, and until when."""


@durable
def erase(*, patient_id: int, seen: str, actor: Actor, now: datetime) -> Patient:
    """Blank one person for good: her details, answers, notes, letters, calls and visit records.

    `seen` is `Patient.as_seen()` of the page that was pressed. Only for a manager of all her clinics.
    Raises NotAllowed, PatientChanged, MustBeKept.
    """
    patient = managed(patient_id, actor)
    if patient.as_seen() != seen:
        raise PatientChanged
    if words := why_kept(patient, now=now):
        raise MustBeKept(words)
    blank([patient], now=now)
    trail.looked(actor.user, patient, page="erase", act=trail.Act.ERASE, words="asked for", now=now)  # type: ignore[arg-type]
    patient.refresh_from_db()
    return patient


@durable
def hold_record(*, patient_id: int, seen: str, reason: str, actor: Actor, now: datetime) -> Patient:
    """Keep a record from being erased, with the reason; an empty reason ends that. For a manager of all her clinics.

    Raises NotAllowed, PatientChanged, BookingError for somebody erased or merged.
    """
    patient = managed(patient_id, actor)
    if patient.as_seen() != seen:
        raise PatientChanged
    if patient.blanked_at or patient.merged_into_id:
        raise BookingError("There is nothing left here to keep.")
    Patient.objects.filter(pk=patient.pk).update(held_because=reason.strip())
    words = "held" if reason.strip() else "no longer held"
    trail.looked(actor.user, patient, page="hold", act=trail.Act.HOLD, words=words, now=now)  # type: ignore[arg-type]
    patient.refresh_from_db()
    return patient


def managed(patient_id: int, actor: Actor) -> Patient:
    """Her row, locked; only for a manager of all her clinics. Raises NotAllowed. Part of another verb."""
    rows = Patient.objects.select_for_update(of=("self",))
    patient = rows.filter(pk=patient_id).first()
    if actor.user is None or patient is None or not manages(actor.user, patient):
        raise NotAllowed("Only a manager of all clinics of this patient may do this.")
    return patient


# --- What keeps a record ----------------------------------------------------------------------------------------------
def is_held(patient: Patient) -> bool:
    """A person said why nothing may be erased: a claim, a complaint."""
    return bool(patient.held_because)


def why_kept(patient: Patient, *, now: datetime) -> str:
    """Why this record may not be erased by a person now, in a sentence; empty where it may."""
    if patient.merged_into_id:
        return "This record was merged into another one. Erase that one."
    if patient.blanked_at:
        return f"This record was erased on {day_year(patient.blanked_at.date())}."
    if is_held(patient):
        return f"It is kept from erasing: {patient.held_because}"
    history = histories([patient], now=now)[patient.pk]
    if history.ahead:
        return "An appointment lies ahead. Cancel it first."
    return kept_by_rule(history, now)


def kept_by_rule(history: History, now: datetime) -> str:
    """Empty where the rule of her country lets it go. Only the records of somebody seen must be kept."""
    if not history.seen_in or history.kept_until <= now:
        return ""
    years = rule_of(history.country)["record_years"]
    country = Country(history.country).label
    until = day_year(history.kept_until.date())
    return (
        f"She was seen, or nobody has said that she was not. Records in {country} are kept for {years} years "
        f"after the last contact, here until {until}."
    )


# --- The blanking -----------------------------------------------------------------------------------------------------
def blank(patients: Collection[Patient], *, now: datetime) -> int:
    """Everything personal about these, with what was merged into them. Part of another verb. Returns how many people."""
    people = [each.pk for each in patients]
    visits = Appointment.objects.filter(patient__in=people)
    _end_what_is_open(people, now)
    _blank_letters(list(visits.values_list("pk", flat=True)), {each.email for each in patients})
    ScreeningAnswer.objects.filter(appointment__in=visits).update(answer="", level=0)
    Note.objects.filter(appointment__in=visits).update(text="")
    VisitRecord.objects.filter(appointment__in=visits).update(
        decision="",
        sessions_planned=None,
        areas=[],
        stocking_days=None,
        stocking_size="",
        stocking_class="",
        at_night=False,
        next_not_before=None,
    )
    CallTask.objects.filter(patient__in=people).update(script="", reason="")
    visits.update(
        area="",
        travel_on=None,
        access_needs=[],
        override_reason="",
        screening_level=0,
        scan_may_be_needed=False,
        doctor_first=False,
        link_version=F("link_version") + 1,
    )
    Patient.objects.filter(pk__in=with_merged(people)).update(
        name="",
        phone="",
        email="",
        date_of_birth=None,
        reach_by=Patient.ReachBy.RING,
        leave_message=False,
        ring_when=Patient.RingWhen.ANY,
        asked_by="",
        asked_by_relation="",
        reminders_off_at=None,
        held_because="",
        blanked_at=now,
    )
    return len(people)


def _end_what_is_open(people: list[int], now: datetime) -> None:
    """A request nobody answered and a call nobody made: nobody is left to answer or to ring."""
    waiting = Appointment.objects.filter(patient__in=people, status=Status.PENDING)
    for each in waiting.select_related("location", "service", "patient"):
        walk(
            each,
            Verb.NOT_ANSWERED,
            expected_version=each.version,
            actor=SYSTEM,
            now=now,
            reason_code="not-answered",
        )
    CallTask.objects.open().filter(patient__in=people).update(
        outcome=CallTask.Outcome.SUPERSEDED, closed_at=now
    )


def _blank_letters(visits: list[int], addresses: set[str]) -> None:
    """Hers by her visits, and those that name no visit but went to her address."""
    about = AppointmentMessage.objects.filter(appointment__in=visits).values_list("message", flat=True)
    reminding = Reminder.objects.filter(appointment__in=visits).exclude(message=None)
    loose = Message.objects.filter(about=None, reminds_of=None, to_address__in=addresses - {""})
    found = {*about, *reminding.values_list("message", flat=True), *loose.values_list("pk", flat=True)}
    blank_messages(message_ids=found)
