"""Two records of one person become one, by a person's hand, and two again. Nobody is ever merged because she looks alike.

Appointments and calls are re-pointed to the record that is kept, so that no rule and no page has to know of merging. Each
of them gets a row in the trail, written once; by those rows the merge is undone.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q, QuerySet

from bookings.models import Appointment, CallTask, Patient
from bookings.services.erasing import PatientChanged
from bookings.services.errors import BookingError, NotAllowed
from bookings.services.records import AHEAD, manages
from bookings.services.transaction import durable
from bookings.services.walking import Actor
from clinic import trail
from clinic.models import TrailRow

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

MERGE = TrailRow.Act.MERGE
NOUNS: tuple[type[Appointment] | type[CallTask], ...] = (Appointment, CallTask)


class CannotMerge(BookingError):
    """These two cannot become one, or not yet. The sentence says why."""


def look_alike(patient: Patient, user: AbstractBaseUser | AnonymousUser) -> QuerySet[Patient]:
    """Others whom `user` may see with the same phone, or the same email and the same name or date of birth."""
    same = Q(pk__in=[])
    if patient.phone:
        same |= Q(phone=patient.phone)
    if patient.email:
        person = Q(name__iexact=patient.name)
        if patient.date_of_birth:
            person |= Q(date_of_birth=patient.date_of_birth)
        same |= Q(email__iexact=patient.email) & person
    others = Patient.objects.visible_to(user).filter(same, merged_into=None, blanked_at=None)
    return others.exclude(pk=patient.pk).order_by("pk")


@durable
def merge(
    *, kept_id: int, gone_id: int, kept_seen: str, gone_seen: str, actor: Actor, now: datetime
) -> Patient:
    """Everything of `gone` becomes `kept`'s, whose name, phone and email stay. For a manager of all clinics of both.

    The two marks are `Patient.as_seen()` of the page that was pressed. A hold on either keeps both.
    Raises NotAllowed, PatientChanged, CannotMerge.
    """
    if kept_id == gone_id:
        raise CannotMerge("This is one record. There is nothing to merge.")
    kept, gone = _both(kept_id, gone_id, actor)
    if (kept.as_seen(), gone.as_seen()) != (kept_seen, gone_seen):
        raise PatientChanged
    if kept.merged_into_id or gone.merged_into_id:
        raise CannotMerge("One of them was merged before. Open the record that is kept.")
    if kept.blanked_at or gone.blanked_at:
        raise CannotMerge("One of them was erased.")
    for noun in NOUNS:
        rows = noun._base_manager.filter(patient=gone)
        _hand_over(noun, rows, gone, kept, words=_way(gone, kept), actor=actor, now=now)
    Patient.objects.filter(pk=kept.pk).update(held_because=kept.held_because or gone.held_because)
    Patient.objects.filter(pk=gone.pk).update(merged_into=kept, held_because="")
    _write(actor, [gone, kept], _way(gone, kept), now)
    return Patient.objects.get(pk=kept.pk)


@durable
def unmerge(*, gone_id: int, gone_seen: str, actor: Actor, now: datetime) -> Patient:
    """Two records again: what came with `gone` goes back to her; what was made since stays. Raises like `merge`."""
    kept_id = Patient.objects.filter(pk=gone_id).values_list("merged_into", flat=True).first()
    if kept_id is None:
        raise CannotMerge("This record is not merged into another one.")
    kept, gone = _both(kept_id, gone_id, actor)
    if gone.as_seen() != gone_seen:
        raise PatientChanged
    if kept.merged_into_id:
        raise CannotMerge("The record that is kept was itself merged. Undo that first.")
    if kept.blanked_at:
        raise CannotMerge("The record was erased.")
    for noun in NOUNS:
        came = TrailRow.objects.filter(act=MERGE, noun=noun._meta.label_lower, words=_way(gone, kept))
        keys = [int(key) for key in came.values_list("key", flat=True)]
        rows = noun._base_manager.filter(patient=kept, pk__in=keys)
        _hand_over(noun, rows, kept, gone, words=_back(gone, kept), actor=actor, now=now)
    Patient.objects.filter(pk=gone.pk).update(merged_into=None, held_because=kept.held_because)
    _write(actor, [gone, kept], _back(gone, kept), now)
    return Patient.objects.get(pk=gone.pk)


def _both(kept_id: int, gone_id: int, actor: Actor) -> tuple[Patient, Patient]:
    """Both rows, locked in the order of their ids. Raises NotAllowed."""
    rows = Patient.objects.select_for_update(of=("self",)).filter(pk__in=(kept_id, gone_id)).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) != 2 or actor.user is None or not manages(actor.user, *found.values()):
        raise NotAllowed("Only a manager of all clinics of both records may do this.")
    return found[kept_id], found[gone_id]


def _hand_over(
    noun: type[Appointment] | type[CallTask],
    rows: QuerySet[Appointment] | QuerySet[CallTask],
    giver: Patient,
    taker: Patient,
    *,
    words: str,
    actor: Actor,
    now: datetime,
) -> None:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    _refuse_another_address(noun, ids, giver, taker, now)
    noun._base_manager.filter(pk__in=ids).update(patient=taker)
    _write(actor, noun._base_manager.filter(pk__in=ids), words, now)


def _refuse_another_address(
    noun: type[Appointment] | type[CallTask], ids: list[int], giver: Patient, taker: Patient, now: datetime
) -> None:
    """Letters, links and calls that are still to come must not change hands unseen: a correction does that first."""
    if noun is Appointment and giver.email.lower() != taker.email.lower():
        ahead: QuerySet[Any] = Appointment.objects.filter(pk__in=ids, status__in=AHEAD, ends_at__gt=now)
        words = (
            "An appointment lies ahead, and the two emails differ. Correct the email of one of them first."
        )
    elif noun is CallTask and giver.phone != taker.phone:
        ahead = CallTask.objects.open().filter(pk__in=ids)
        words = (
            "A call is still to make, and the two phones differ. Make the call, or correct one phone first."
        )
    else:
        return
    if ahead.exists():
        raise CannotMerge(words)


def _way(giver: Patient, taker: Patient) -> str:
    return f"{giver.pk}>{taker.pk}"


def _back(gone: Patient, kept: Patient) -> str:
    """Another word than that of a merge, or the next undo would take it for one."""
    return f"{gone.pk}<{kept.pk}"


def _write(
    actor: Actor, rows: list[Patient] | QuerySet[Appointment] | QuerySet[CallTask], words: str, now: datetime
) -> None:
    user = cast("AbstractBaseUser", actor.user)
    for row in rows:
        trail.looked(user, row, page="merge", act=MERGE, words=words, now=now)
