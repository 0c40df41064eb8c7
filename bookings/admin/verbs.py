"""The verbs that need no more than a press or a reason, as one table and the one view that walks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.admin.desk_admin import DeskView, Refusal, actor, refuse
from bookings.admin.words import REASON_WORDS, soon, spoken, status_mark, told
from bookings.life import IllegalMove, Verb, allowed
from bookings.messages import REASONS
from bookings.models import Appointment
from clinic.forms.fields import WordsField
from clinic.models import Role
from clinic.permissions import DESK
from clinic.wording import reference

NEWEST = 2**31 - 1
BACK = ("queue", "calls", "hits", "today", "mine")  # lists that a press may lead back to


class PressForm(forms.Form):
    """The version somebody has seen, and where she came from."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=NEWEST)
    back = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[(page, page) for page in ("", *BACK)], required=False
    )

    def given(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "back"}


class ReasonForm(PressForm):
    """A reason from the list. Its sentence goes to the patient."""

    reason_code = forms.ChoiceField(
        label="Why?",
        widget=forms.RadioSelect,
        choices=[(code, REASON_WORDS[code]) for code in REASONS if code != "not-answered"],
        error_messages={
            "required": "Choose a reason.",
            "invalid_choice": "Choose a reason from the list.",
        },
    )


class MistakeForm(PressForm):
    reason = WordsField(
        label="Why was it entered in error?",
        longest=200,
        error_messages={"required": "Say in a few words why this was entered in error."},
    )


@dataclass(frozen=True)
class Act:
    """One line of the table. `asks` says what the press does; `done` what was done."""

    verb: Verb
    label: str
    asks: str
    done: str
    run: Callable[..., Appointment]
    form: type[PressForm] = PressForm
    roles: tuple[str, ...] = DESK
    tells: bool = False
    own_page: bool = False  # asked on its own page first; the others are one press

    @property
    def slug(self) -> str:
        return self.verb.replace("_", "-")

    @property
    def url_name(self) -> str:
        return f"admin:bookings_appointment_{self.verb}"


ACTS = (
    Act(
        Verb.CONFIRM,
        "Confirm",
        "The request becomes a booked appointment.",
        "Confirmed",
        services.confirm,
        tells=True,
    ),
    Act(
        Verb.DECLINE,
        "Decline",
        "The request is turned down and its time is free again.",
        "Declined",
        services.decline,
        ReasonForm,
        tells=True,
        own_page=True,
    ),
    Act(
        Verb.NOT_ANSWERED,
        "Close as not answered",
        "Its time has passed and nobody answered. The request is closed.",
        "Closed as not answered",
        services.not_answered,
        tells=True,
        own_page=True,
    ),
    Act(Verb.ARRIVE, "Arrived", "The patient is here.", "Here", services.arrive),
    Act(Verb.FULFIL, "Seen", "The patient was seen.", "Seen", services.fulfil),
    Act(
        Verb.NO_SHOW,
        "Did not come",
        "The patient did not come. Its time is free again.",
        "Did not come",
        services.no_show,
        own_page=True,
    ),
    Act(
        Verb.UNDO,
        "Take back a step",
        "The last step was a slip: the appointment goes one step back.",
        "Taken back a step",
        services.undo,
        own_page=True,
    ),
    Act(
        Verb.CANCEL,
        "Cancel",
        "The appointment is called off and its time is free again.",
        "Cancelled",
        services.cancel,
        ReasonForm,
        tells=True,
        own_page=True,
    ),
    Act(
        Verb.VOID,
        "Entered in error",
        "It should never have been there. It stays in the history, and nobody is told.",
        "Entered in error",
        services.void,
        MistakeForm,
        roles=(Role.MANAGER,),
        own_page=True,
    ),
)


class ActView(DeskView):
    """A GET shows what the verb does to this appointment and one button; the POST does it, or says why not."""

    act: Act = ACTS[0]  # given in the address table

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.desk.find(request, pk)
        known = version_seen(request, appointment)
        asked = {"reason_code": request.GET.get("reason"), "back": request.GET.get("back")}
        form = self.act.form(initial={"expected_version": known, **asked})
        status = 200
        if self.act.verb not in allowed(appointment.state):
            status = refuse(request, IllegalMove(self.act.verb, appointment.state))
        return self.show(request, appointment, form, status)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.desk.find(request, pk)
        form = self.act.form(request.POST)
        if not form.is_valid():
            return self.show(request, appointment, form, 422)
        try:
            done = self.act.run(appointment_id=pk, actor=actor(request), now=timezone.now(), **form.given())
        except Refusal as refusal:
            status = refuse(request, refusal)
            return self.show(request, *self.again(request, pk, form), status)
        said = f"{self.act.done}: {spoken(done)}."
        messages.success(request, f"{said} {told(done)}" if self.act.tells else said)
        return redirect(back_to(self.desk, request, done, form.cleaned_data["back"]))

    def again(self, request: HttpRequest, pk: int, form: PressForm) -> tuple[Appointment, PressForm]:
        """The form as it was typed, with the version that the page now shows: she looks before she presses again."""
        appointment = self.desk.find(request, pk)
        typed = form.data.copy()  # type: ignore[attr-defined]
        typed["expected_version"] = str(appointment.version)
        return appointment, self.act.form(typed)

    def show(
        self, request: HttpRequest, appointment: Appointment, form: PressForm, status: int
    ) -> HttpResponse:
        context = {
            "title": f"{self.act.label}: {reference(appointment.reference)}",
            "act": self.act,
            "appointment": appointment,
            "when": soon(appointment),
            "mark": status_mark(appointment),
            "form": form,
            "may": self.act.verb in allowed(appointment.state),
            "current": "appointments",
        }
        return self.desk.page(request, "act", context, status)


def version_seen(request: HttpRequest, appointment: Appointment) -> int:
    """The version on the page that led here; without one, the version as it is."""
    version = request.GET.get("version", "")[:9]
    return int(version) if version.isascii() and version.isdecimal() else appointment.version


def back_to(desk: Any, request: HttpRequest, appointment: Appointment, back: str) -> str:
    """Where a press leads: the list she came from, else the appointment, or the list if it left her clinics."""
    if back == "queue":
        return reverse("admin:bookings_appointment_queue")
    if back == "hits":
        return reverse("admin:bookings_appointment_hits")
    if back == "calls":
        return reverse("admin:bookings_calltask_changelist")
    if back in ("today", "mine"):
        return today_url(appointment, mine=back == "mine")
    if desk.get_queryset(request).filter(pk=appointment.pk).exists():
        return reverse("admin:bookings_appointment_change", args=[appointment.pk])
    return reverse("admin:bookings_appointment_changelist")


def today_url(appointment: Appointment, *, mine: bool = False) -> str:
    """The day's list that this appointment stands on: of its clinic, or of the clinician who looks."""
    on = appointment.starts_at.astimezone(appointment.location.zone).date()
    clinic = "mine" if mine else appointment.location.slug
    return f"{reverse('admin:bookings_appointment_today')}?{urlencode({'clinic': clinic, 'day': on.isoformat()})}"
