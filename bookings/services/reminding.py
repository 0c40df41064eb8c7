"""Finds the visits to remind people of and queues each reminder once, as a mail or a call. Never changes an appointment.

Run by any number of workers every few minutes. Each address is written to in one transaction of its own, under the locks
of its appointments: a worker killed at any point leaves a reminder whole or not there, and the next scan finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from bookings import diary, messages
from bookings.life import Status, Verb
from bookings.models import Appointment, AppointmentEvent, CallTask, Patient, Reminder
from bookings.services.errors import DiaryBusy
from bookings.services.transaction import durable
from bookings.working_time import (
    DESK_CLOSES,
    DESK_OPENS,
    add_working_days,
    answer_day,
    days_before,
    first_within,
    working_day_at,
)
from clinic import outbox
from clinic.letters import BadLine
from clinic.models import Country, Message

Kind = Reminder.Kind


@dataclass(frozen=True)
class Rule:
    """`days` before the visit, at its own time on the clinic's wall clock; only if confirmed more than `ahead` of it,
    and never nearer to it than `latest`: after a long outage the day before still says it all.
    """

    days: int
    ahead: timedelta
    latest: timedelta


RULES = {
    Kind.WEEK: Rule(7, ahead=timedelta(days=8), latest=timedelta(days=2)),
    Kind.DAY: Rule(1, ahead=timedelta(hours=36), latest=timedelta(0)),
}
# How far ahead the scan looks: a week, and the longest run of days on which nobody is at a desk to ring.
REACH = timedelta(days=14)
_AGREED = (Verb.ADD, Verb.CONFIRM, Verb.MOVE)
Group = tuple[str, int, object]
FreeDays = Mapping[str, frozenset[date]]


# --- The scan -------------------------------------------------------------------------------------------------------
def remind(*, now: datetime) -> dict[str, int]:
    """Queue every reminder that is due at `now`. Returns what was queued, counted: for the log."""
    done: Counter[str] = Counter()
    free_days = {country: diary.holidays(country) for country in Country.values}
    for kind in Kind:
        for group in _groups(kind, _booked(now), now, free_days):
            ids = [each.pk for each in group]
            try:
                done += _remind_group(kind=kind, appointment_ids=ids, free_days=free_days, now=now)
            except DiaryBusy:
                done["left for later"] += 1
            except BadLine:
                done["addresses no mail can go to"] += 1
    done["calls past their time"] = _close_old_calls(now)
    return dict(done)


def _booked(now: datetime) -> QuerySet[Appointment]:
    """Booked visits of the next days, of people who want reminders, with the moment their time was agreed.

    Agreed means: the staff confirmed it or added it, or a booked visit was moved. So a moved visit is "confirmed ahead"
    by the time between the move and its *new* time; one that another clinic has to confirm again, by that confirmation.
    An address is what wants no reminders: every row of it counts, since each request makes a person of its own.
    """
    agreed = AppointmentEvent.objects.filter(
        appointment=OuterRef("pk"), verb__in=_AGREED, to_status=Status.BOOKED
    ).order_by("-version", "-pk")
    off = Patient.objects.alias(address=Lower("email")).filter(
        address=Lower(OuterRef("patient__email")), reminders_off_at__isnull=False
    )
    return (
        Appointment.objects.with_patient()
        .filter(status=Status.BOOKED, ends_at__gt=now, starts_at__gt=now, starts_at__lte=now + REACH)
        .filter(patient__reminders_off_at=None)
        .exclude(~Q(patient__email="") & Exists(off))
        .annotate(agreed_at=Subquery(agreed.values("at")[:1]))
        .select_related("location", "patient", "service")
        .prefetch_related(Prefetch("reminders", Reminder.objects.select_related("message")))
        .order_by("starts_at", "pk")
    )


def _groups(
    kind: Kind, booked: Iterable[Appointment], now: datetime, free_days: FreeDays
) -> list[list[Appointment]]:
    """Visits to remind of now: all of one address, clinic and day as soon as the first of them is due."""
    groups: dict[Group, list[Appointment]] = {}
    for each in booked:
        if _wanted(kind, each, now):
            groups.setdefault(_group(each), []).append(each)
    return [
        group
        for group in groups.values()
        if any(_is_open(kind, each) for each in group) and _moment(kind, group, free_days) <= now
    ]


def _group(appointment: Appointment) -> Group:
    """Who is told in one message. Somebody without email is rung about each visit."""
    patient, place = appointment.patient, appointment.location
    address = patient.email.lower() if patient else ""
    return address or f"call {appointment.pk}", place.pk, appointment.starts_at.astimezone(place.zone).date()


def _wanted(kind: Kind, appointment: Appointment, now: datetime) -> bool:
    rule, agreed_at = RULES[kind], getattr(appointment, "agreed_at", None)
    if agreed_at is None or appointment.starts_at - agreed_at <= rule.ahead:
        return False
    return now < appointment.starts_at - rule.latest


def _is_open(kind: Kind, appointment: Appointment) -> bool:
    """Not yet reminded of this time, or what was written was taken back before it went."""
    row = _row(kind, appointment)
    return row is None or (row.message is not None and row.message.status == Message.Status.SUPERSEDED)


def _row(kind: Kind, appointment: Appointment) -> Reminder | None:
    found = (
        row
        for row in appointment.reminders.all()
        if row.kind == kind and row.starts_at == appointment.starts_at
    )
    return next(found, None)


def _moment(kind: Kind, group: Sequence[Appointment], free_days: FreeDays) -> datetime:
    """When (UTC) a group is due: so many days before its first visit; a call when the desk opens that day or before it."""
    first, days = group[0], RULES[kind].days
    place = first.location
    at = days_before(first.starts_at, days, place.time_zone)
    if first.patient and first.patient.email:
        return at
    after = at.astimezone(place.zone).date() + timedelta(days=1)
    day = add_working_days(after, -1, free_days[place.country])
    return working_day_at(day, DESK_OPENS, place.time_zone)


# --- One address ----------------------------------------------------------------------------------------------------
@durable
def _remind_group(
    *, kind: Kind, appointment_ids: Sequence[int], free_days: FreeDays, now: datetime
) -> Counter[str]:
    """Lock, read again, write: what changed since the scan looked, or another worker wrote, is left out."""
    rows = Appointment.objects.filter(pk__in=appointment_ids).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    done: Counter[str] = Counter()
    for group in _groups(kind, _booked(now).filter(pk__in=appointment_ids), now, free_days):
        patient = group[0].patient
        if patient and patient.email:
            done += _write(kind, group, now)
        else:
            done += _ask_to_ring(kind, group[0], free_days, now)
    return done


def _write(kind: Kind, group: Sequence[Appointment], now: datetime) -> Counter[str]:
    place = group[0].location
    at = _waking(now, place.time_zone)
    if at >= group[0].starts_at:
        return Counter()  # it begins before anybody may be written to
    told = [each for each in group if _is_open(kind, each) or _taken_back(kind, each, now)]
    message = messages.reminder(kind, told, not_before=at, now=now)
    for each in told:
        _note(kind, each, message, now)
    return Counter({f"{kind} reminders by mail": 1})


def _taken_back(kind: Kind, appointment: Appointment, now: datetime) -> bool:
    """One that still waits is said together with the new one."""
    row = _row(kind, appointment)
    return bool(
        row and row.message_id is not None and outbox.withdraw_unsent(message_id=row.message_id, now=now)
    )


def _ask_to_ring(kind: Kind, appointment: Appointment, free_days: FreeDays, now: datetime) -> Counter[str]:
    """Due before the desk shuts, and before the visit."""
    place = appointment.location
    day = answer_day(now, 0, place.time_zone, free_days[place.country])
    due_at = min(working_day_at(day, DESK_CLOSES, place.time_zone), appointment.starts_at)
    messages.reminder_call(kind, appointment, due_at=due_at, now=now)
    _note(kind, appointment, None, now)
    return Counter({f"{kind} reminders by phone": 1})


def _note(kind: Kind, appointment: Appointment, message: Message | None, now: datetime) -> None:
    """In the transaction that writes the message. A second row for this time is refused by the database itself."""
    row = _row(kind, appointment)
    if row is None:
        Reminder.objects.create(
            appointment=appointment,
            kind=kind,
            starts_at=appointment.starts_at,
            message=message,
            made_at=now,
        )
    else:
        Reminder.objects.filter(pk=row.pk).update(message=message, made_at=now)


def _waking(now: datetime, zone: str) -> datetime:
    """The first instant (UTC) from `now` on at which nobody minds a message at that clinic."""
    return first_within(now, time(settings.REMIND_FROM_HOUR), time(settings.REMIND_UNTIL_HOUR), zone)


def _close_old_calls(now: datetime) -> int:
    """Nobody need be reminded of a visit that has begun."""
    calls = CallTask.objects.open().filter(
        why=CallTask.Why.TELL, kind__startswith="reminder_", appointment__starts_at__lte=now
    )
    return calls.update(outcome=CallTask.Outcome.SUPERSEDED, closed_at=now)


# --- Once more, when it is about to go --------------------------------------------------------------------------------
def still_so(message: Message, now: datetime) -> outbox.Ruling:
    """Whether a leased reminder may go: every visit in it still stands as it says, and it is no time of quiet.

    What would be written otherwise now is taken back; the next scan writes what is still true of it.
    """
    rows = Reminder.objects.filter(message=message).values_list("kind", "appointment", "starts_at")
    visits = {pk: starts_at for _, pk, starts_at in rows}
    told = list(_booked(now).filter(pk__in=visits))
    if not visits or {each.pk: each.starts_at for each in told} != visits:
        return outbox.NO_LONGER_SO
    kind, place = rows[0][0], told[0].location
    words = messages.reminder_words(kind, told)
    address = told[0].patient.email if told[0].patient else ""
    said = (message.to_address, message.subject, message.text, message.html)
    if said != (address, words.subject, words.text, words.html):
        return outbox.NO_LONGER_SO
    at = _waking(now, place.time_zone)
    return outbox.GO if at <= now else outbox.Ruling(send=False, wait_until=at)
