"""Behind the link: her health has changed, or it has not. The same three lists as before; the time stays hers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookings import services
from bookings.forms import HealthForm, WriteLaterForm
from bookings.models import Appointment
from bookings.services.answers import are_current, as_pages, newest
from bookings.services.errors import BookingError, ChangedByAnother, DiaryBusy, IllegalMove, TooLate
from bookings.services.requesting import MustWait
from bookings.views.managing import about, back, change_gate, changed_meanwhile, is_late
from bookings.views.moving import FOR_MOVE
from clinic.wording import day_year
from treatments import screening
from treatments.screening import Level, PageAnswer

ENTRY = "health_again"
START_HERE = "Please start here. If you had begun, it was too long ago, and we let your answers go."
TIME_STAYS = "Your time stays yours."


@change_gate
def health_changed(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """The question, with two buttons. "Yes" leads to the three lists; "No" keeps the answers as of today."""
    rows = newest(appointment)
    moving = request.GET.get("for") == "move"
    said = request.POST.get("changed", "")
    if request.method == "POST" and said == "yes":
        request.session[ENTRY] = {
            "uuid": str(appointment.uuid),
            "version": appointment.version,
            "moving": moving,
            "pages": {},
            "at": now.isoformat(),
        }
        return redirect("bookings:health_again", page=1)
    if request.method == "POST" and said == "no":
        return _nothing_changed(request, appointment, moving, now)
    context = {
        **about(appointment, now),
        "moving": moving,
        "may_say_no": are_current(rows),
        "unanswered": request.method == "POST",
    }
    return render(
        request, "bookings/health_changed.html", context, status=400 if context["unanswered"] else 200
    )


def _nothing_changed(
    request: HttpRequest, appointment: Appointment, moving: bool, now: datetime
) -> HttpResponse:
    version = request.POST.get("version", "")[:9]
    try:
        same = services.nothing_changed(
            appointment_id=appointment.pk,
            expected_version=int(version) if version.isascii() and version.isdecimal() else -1,
            actor=services.PATIENT,
            now=now,
        )
    except (ChangedByAnother, IllegalMove):
        return changed_meanwhile(request, appointment)
    except DiaryBusy:
        raise
    except BookingError as refusal:
        messages.warning(request, refusal.sentence)
        return redirect(f"{reverse('bookings:health_changed')}{'?' + FOR_MOVE if moving else ''}")
    messages.success(request, "Thank you. We keep your answers as they are.")
    return back(same, "bookings:move" if moving else "bookings:manage")


@change_gate
def health_again(request: HttpRequest, appointment: Appointment, now: datetime, page: int) -> HttpResponse:
    """One of the three lists, with what she ticked before; or all of it by phone."""
    if page not in screening.PAGES:
        raise Http404
    begun = _begun(request, appointment, now)
    if begun is None or len(begun["pages"]) < page - 1:
        messages.info(request, START_HERE)
        return redirect("bookings:health_changed")
    if request.method == "POST" and "by_phone" in request.POST:
        return _send(request, appointment, begun, now, by_phone=True)
    posted = request.POST if request.method == "POST" else None
    form = HealthForm(posted, page=page, initial={"ticks": _ticked_before(appointment, begun, page)})
    if form.is_bound and form.is_valid():
        begun["pages"][str(page)] = form.cleaned_data["ticks"]
        request.session[ENTRY] = begun
        if page < len(screening.PAGES):
            return redirect("bookings:health_again", page=page + 1)
        return _send(request, appointment, begun, now)
    context = {
        **about(appointment, now),
        "form": form,
        "page": page,
        "last_page": page == len(screening.PAGES),
        "last_line": screening.LAST_LINE,
        "by_phone_text": screening.BY_PHONE_TEXT,
    }
    return render(request, "bookings/health_again.html", context, status=422 if form.errors else 200)


@change_gate
def health_wait(request: HttpRequest, appointment: Appointment, now: datetime) -> HttpResponse:
    """Treatment waits: three ways on, and the time stays until she chooses one that gives it back."""
    begun = _begun(request, appointment, now)
    if begun is None or len(begun["pages"]) < len(screening.PAGES):
        messages.info(request, START_HERE)
        return redirect("bookings:health_changed")
    way = request.POST.get("way", "")
    place = appointment.location
    today = now.astimezone(place.zone).date()
    kept = {"email": appointment.patient.email if appointment.patient else ""}
    form = WriteLaterForm(request.POST if way == "email" else None, today=today, initial=kept)
    if way == "ring":
        return _send(request, appointment, begun, now, ring_me=True)
    if way == "give-back" and not is_late(appointment, now):
        return _give_back(request, appointment, begun, now, "We have given your time back.")
    if way == "email" and not is_late(appointment, now) and form.is_valid():
        on, email = form.cleaned_data["on"], form.cleaned_data["email"]
        words = f"We have given your time back, and email you on {day_year(on)}."
        answer = _give_back(request, appointment, begun, now, words)
        if ENTRY not in request.session:  # it was given back
            services.write_later(email=email, on=on, location=place, now=now)
        return answer
    context = {**about(appointment, now), "form": form}
    return render(request, "bookings/health_wait.html", context, status=422 if form.errors else 200)


def _begun(request: HttpRequest, appointment: Appointment, now: datetime) -> dict[str, Any] | None:
    """The answers so far, of this appointment and not older than an idle journey."""
    kept = request.session.get(ENTRY)
    if not isinstance(kept, dict) or kept.get("uuid") != str(appointment.uuid):
        return None
    idle = now - datetime.fromisoformat(kept["at"])
    return kept if idle <= timedelta(minutes=settings.JOURNEY_IDLE_MINUTES) else None


def _ticked_before(appointment: Appointment, begun: dict[str, Any], page: int) -> list[str]:
    """What she ticked a moment ago, or when she was last asked. "None of these" is never ticked for her."""
    if str(page) in begun["pages"]:
        return list(begun["pages"][str(page)])
    before = as_pages(newest(appointment)).get(page, PageAnswer())
    return [*sorted(before.ticks), *([screening.UNSURE] if before.unsure else ())]


def _send(
    request: HttpRequest,
    appointment: Appointment,
    begun: dict[str, Any],
    now: datetime,
    *,
    by_phone: bool = False,
    ring_me: bool = False,
) -> HttpResponse:
    answers = {int(page): screening.read_page(int(page), codes) for page, codes in begun["pages"].items()}
    try:
        told = services.answer_again(
            appointment_id=appointment.pk,
            expected_version=begun["version"],
            answers=answers,
            by_phone=by_phone,
            ring_me=ring_me,
            actor=services.PATIENT,
            now=now,
        )
    except MustWait:
        return redirect("bookings:health_wait")
    except (ChangedByAnother, IllegalMove, TooLate, screening.AnswerProblem):
        request.session.pop(ENTRY, None)
        return changed_meanwhile(request, appointment)
    request.session.pop(ENTRY, None)
    _thank(request, told, answers, by_phone)
    return back(told, "bookings:move" if begun["moving"] and not ring_me else "bookings:manage")


def _thank(request: HttpRequest, told: Appointment, answers: dict[int, PageAnswer], by_phone: bool) -> None:
    rings = told.clinician_check == Appointment.Check.NEEDED
    reads = told.screening_level >= Level.READ
    who = "A nurse rings you." if rings else "A nurse reads your answers before you come." if reads else ""
    messages.success(request, " ".join(filter(None, ["Thank you.", who, TIME_STAYS])))
    for line in screening.assess(told.area or "unsure", answers, by_phone).advice:
        messages.warning(request, line)


def _give_back(
    request: HttpRequest, appointment: Appointment, begun: dict[str, Any], now: datetime, words: str
) -> HttpResponse:
    try:
        ended = services.cancel(
            appointment_id=appointment.pk,
            expected_version=begun["version"],
            actor=services.PATIENT,
            now=now,
        )
    except (ChangedByAnother, IllegalMove, TooLate):
        return changed_meanwhile(request, appointment)
    request.session.pop(ENTRY, None)
    messages.success(request, f"{words} We have kept none of your new answers.")
    return back(ended)
