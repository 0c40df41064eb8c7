"""Coming appointments that a closure or the rota hits: move, leave with a reason, cancel the ticked ones. Holds no rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from bookings import hits, services
from bookings.admin.desk_admin import DeskView, Refusal, actor
from bookings.admin.verbs import Act, ActView, PressForm
from bookings.admin.words import soon, spoken, status_mark, told
from bookings.life import Verb
from bookings.models import Appointment, Closure
from clinic import trail
from clinic.forms.fields import WordsField
from clinic.trail import Act as Deed
from clinic.wording import moment, reference

MOST = 200  # on one page, and in one press
_TICK = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")
NOT_HIT = "is hit no longer, so it was not cancelled."


class LeaveForm(PressForm):
    """Why it stays. The words are kept as a note; the patient is told nothing."""

    reason = WordsField(
        label="It stays because",
        help_text="For example: the nurse comes in for her. Kept as a note.",
        longest=300,
        error_messages={"required": "Say in a few words why it stays."},
    )


LEAVE = Act(
    Verb.LEAVE,
    "Leave as it is",
    "The appointment stays at its time, though a closure or the rota says otherwise. It leaves the list of hits.",
    "Left as it is",
    services.leave_as_is,
    LeaveForm,
    own_page=True,
)


class LeaveView(ActView):
    act = LEAVE


class HitsView(DeskView):
    """A GET lists what is hit; a POST cancels what is ticked, each by itself, and says what became of each."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = read_chosen(request.POST.getlist("chosen"))
        if not chosen:
            messages.error(request, "Tick what is to be cancelled.")
            return self.show(request, 422)
        cancel_each(request, chosen)
        return redirect("admin:bookings_appointment_hits")

    def show(self, request: HttpRequest, status: int = 200) -> HttpResponse:
        found = hits.hits(request.user, now=timezone.now(), most=MOST + 1)
        rows = [hit_row(each) for each in found[:MOST]]
        context = {
            "title": "Hit by closures",
            "rows": rows,
            "more": len(found) > MOST,
            "most": MOST,
            "current": "hits",
        }
        self.desk.listed(request, len(rows))
        return self.desk.page(request, "hits", context, status)


def read_chosen(ticks: list[str]) -> dict[int, int]:
    """Each ticked row with the version that was seen of it: "17.2". What we cannot read is left out."""
    chosen = {}
    for tick in ticks[:MOST]:
        if found := _TICK.fullmatch(tick):
            chosen[int(found[1])] = int(found[2])
    return chosen


def cancel_each(request: HttpRequest, chosen: Mapping[int, int]) -> None:
    """One durable verb each, and a line for each: cancelled and told, or why not. Only what is hit now."""
    now = timezone.now()
    rows = {each.appointment.pk: each.appointment for each in hits.hits(request.user, now=now)}
    trail.listed(
        request.user, Appointment, act=Deed.BULK, page="hits", words="cancel", count=len(chosen), now=now
    )
    for pk, version in chosen.items():
        row = rows.get(pk) or Appointment.objects.visible_to(request.user).filter(pk=pk).first()
        if row is None:
            continue
        try:
            if pk not in rows and row.version == version:
                messages.warning(request, f"{reference(row.reference)} {NOT_HIT}")
                continue
            done = services.cancel(
                appointment_id=pk,
                expected_version=version,
                reason_code="clinic",
                actor=actor(request),
                now=now,
            )
        except Refusal as refusal:
            messages.warning(request, f"{reference(row.reference)}: {refusal.sentence}")
        else:
            messages.success(request, f"Cancelled: {spoken(done)}. {told(done)}")


def hit_row(hit: hits.Hit) -> dict[str, Any]:
    row = hit.appointment
    return {
        "pk": row.pk,
        "value": f"{row.pk}.{row.version}",
        "version": row.version,
        "name": row.patient.name if row.patient else "",
        "reference": reference(row.reference),
        "when": soon(row),
        "what": f"{row.service}, {row.clinician}",
        "mark": status_mark(row),
        "why": [_why(closure, row) for closure in hit.closures]
        or [f"{row.clinician} does not work at {row.location.name} then."],
    }


def _why(closure: Closure, row: Appointment) -> str:
    """What shuts it, from when until when by the clock of the appointment's clinic."""
    zone = row.location.time_zone
    whose = closure.clinician or (closure.room.name if closure.room else "")
    what = ", ".join(str(each) for each in (closure, whose) if each)
    return f"{what}: {moment(closure.starts_at, zone)} to {moment(closure.ends_at, zone)}."
