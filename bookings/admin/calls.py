"""Calls to make: whom, when, with which words, and what came of it. The services decide; here is what to press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone

from bookings import desk, services
from bookings.admin.desk_admin import DeskAdmin, DeskView, Refusal, actor, refuse
from bookings.admin.words import SUSPECTED, Mark, at_place, reach, soon
from bookings.life import Status
from bookings.models import CallAttempt, CallTask
from bookings.services.calling import SUSPECTED as SUSPECTED_CALL
from clinic.forms.fields import WordsField
from clinic.models import Country, Location
from clinic.phones import phone_words
from clinic.wording import moment, reference

MOST = 100
Outcome, Result = CallTask.Outcome, CallAttempt.Result


class VersionForm(forms.Form):
    """The version of the appointment, where there is one: a press may clear it, or release its time."""

    expected_version = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)


class OutcomeForm(VersionForm):
    outcome = forms.ChoiceField(choices=Outcome)
    reason = WordsField(required=False, lines=True, longest=500)


class TryForm(forms.Form):
    result = forms.ChoiceField(choices=Result)


class CallsView(DeskView):
    """Every open call, those due first on top."""

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        calls = desk.calls_to_make(request.user, now=now, most=MOST + 1)
        context = {
            "title": "Calls to make",
            "rows": [call_row(call) for call in calls[:MOST]],
            "more": len(calls) > MOST,
            "most": MOST,
            "current": "calls",
        }
        self.desk.listed(request, len(calls[:MOST]))
        return self.desk.page(request, "calls", context)


class PressView(DeskView):
    """One press on one call: a POST that does it and leads back to the list, or says on the call's page why not."""

    form: type[forms.Form]
    press: Callable[..., str]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        task = self.desk.find(request, pk)
        form, status = self.form(request.POST), 422
        if form.is_valid():
            try:
                said = type(self).press(task, request, timezone.now(), **form.cleaned_data)
                messages.success(request, said)
                return redirect("admin:bookings_calltask_changelist")
            except Refusal as refusal:
                status = refuse(request, refusal)
        else:
            messages.error(request, "We could not read that. Please press again.")
        return call_page(self.desk, request, self.desk.find(request, pk), status, form)


def _close(
    task: CallTask, request: HttpRequest, now: Any, *, outcome: str, reason: str, expected_version: int | None
) -> str:
    closed = services.close_call(
        task_id=task.pk,
        outcome=Outcome(outcome),
        reason=reason,
        expected_version=expected_version,
        by=cast(User, request.user),
        now=now,
    )
    return f"Call closed: {closed.get_outcome_display()}."


def _try(task: CallTask, request: HttpRequest, now: Any, *, result: str) -> str:
    services.record_attempt(task_id=task.pk, result=Result(result), by=cast(User, request.user), now=now)
    return f"Noted: {Result(result).label.lower()}. The call stays on the list."


def _give_up(task: CallTask, request: HttpRequest, now: Any, *, expected_version: int | None) -> str:
    """Close the call; a request that waited for it is declined, which writes to the patient and frees the time."""
    services.could_not_reach(task_id=task.pk, by=cast(User, request.user), now=now)
    appointment = task.appointment
    if task.why != CallTask.Why.HEALTH or appointment is None:
        return "Call closed: could not reach."
    if appointment.status != Status.PENDING or expected_version is None:
        return f"Call closed: could not reach. {reference(appointment.reference)} stands; please decide about it."
    try:
        services.decline(
            appointment_id=appointment.pk,
            expected_version=expected_version,
            reason_code="not-reached",
            actor=actor(request),
            now=now,
        )
    except Refusal as refusal:
        return f"Call closed: could not reach. {reference(appointment.reference)} was not released: {refusal.sentence}"
    return (
        f"Call closed: could not reach. {reference(appointment.reference)} was declined and its time is free."
    )


class CloseView(PressView):
    form, press = OutcomeForm, _close


class TryView(PressView):
    form, press = TryForm, _try


class GiveUpView(PressView):
    form, press = VersionForm, _give_up


def call_page(
    admin_of: DeskAdmin, request: HttpRequest, task: CallTask, status: int = 200, form: Any = None
) -> HttpResponse:
    now = timezone.now()
    place = task.location or Location.objects.filter(country=task.country).first()
    row = call_row(desk.call_of(task, desk.eyes_of(request.user), place, now))
    reason = form.data.get("reason", "")[:500] if isinstance(form, OutcomeForm) else ""
    context = {"title": f"Call {task.pk}", "row": row, "reason": reason, "current": "calls"}
    return admin_of.page(request, "call", context, status)


def call_row(call: desk.Call) -> dict[str, Any]:
    task, patient, place = call.task, call.task.patient, call.task.location
    zone = place.time_zone if place else "Europe/Dublin" if task.country == Country.IE else "Europe/London"
    return {
        "call": call,
        "task": task,
        "name": patient.name,
        "phone": phone_words(patient.phone),
        "tel": patient.phone,
        "reach": reach(patient),
        "may_leave": patient.leave_message,
        "due": moment(task.due_at, zone),
        "place": place.name if place else f"Any clinic, {Country(task.country).label}",
        "about": soon(task.appointment) if task.appointment else "",
        "reference": reference(task.appointment.reference) if task.appointment else "",
        "marks": _marks(call),
        "presses": [outcome for outcome in call.outcomes if outcome != Outcome.NOT_NOW],
        "not_now": Outcome.NOT_NOW in call.outcomes,
        "releases": task.why == CallTask.Why.HEALTH
        and task.appointment is not None
        and task.appointment.status == Status.PENDING,
        "tries": [
            f"{each.get_result_display()}, {moment(each.at, zone)}, {each.by.get_full_name() or each.by.get_username()}"
            for each in task.attempts.all()
        ],
        "closed": f"{task.get_outcome_display()}, {at_place(task.closed_at, place)}"
        if task.closed_at and place
        else task.get_outcome_display(),
        "script": call.script.splitlines(),
    }


def _marks(call: desk.Call) -> list[Mark]:
    kinds = {
        CallTask.Why.HEALTH: "ring",
        CallTask.Why.TELL: "read",
        CallTask.Why.RING_ME: "asked",
    }
    why = CallTask.Why(call.task.why)
    marks = [Mark("late", "! Late")] if call.late else []
    doubtful = call.task.kind == SUSPECTED_CALL or (call.task.appointment and call.task.appointment.suspected)
    return [*marks, Mark(kinds[why], why.label), *([SUSPECTED] if doubtful else [])]


@admin.register(CallTask)
class CallTaskAdmin(DeskAdmin):
    read_with = ("patient", "location", "appointment__location")

    def get_urls(self) -> list[URLPattern]:
        presses = (("close", CloseView), ("try", TryView), ("give-up", GiveUpView))
        return [
            path(
                f"<int:pk>/{word}/",
                self.admin_site.admin_view(view.as_view(desk=self)),
                name=f"bookings_calltask_{word.replace('-', '_')}",
            )
            for word, view in presses
        ] + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return CallsView.as_view(desk=self)(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        return call_page(self, request, self.find(request, object_id))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:bookings_calltask_change", self.find(request, object_id).pk)
