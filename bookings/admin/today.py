"""Today, the staff home page: one clinic's day or my own, the chosen person beside it, and the day sheet on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from bookings import desk, services, today
from bookings.admin import today_words as words
from bookings.admin.desk_admin import Refusal, actor, refuse
from bookings.admin.reading import consent_words, health_rows
from bookings.admin.times import YEARS
from bookings.admin.verbs import today_url
from bookings.admin.visiting import ClinicalView, RecordForm, record_form
from bookings.admin.words import spoken, told
from bookings.desk import Eyes
from bookings.life import Status
from bookings.models import Service
from bookings.today import Person
from clinic.models import Clinician, Location
from clinic.wording import calendar_day, day

MINE = "mine"
PRINT_TOMORROW_FROM = 16  # o'clock at the clinic
ASKED_IN = (Status.PENDING, Status.BOOKED, Status.ARRIVED)


class TodayView(ClinicalView):
    """A GET shows the day. A POST is the after-visit record of the chosen person: refused, it stays as typed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, request.GET)

    def show(
        self,
        request: HttpRequest,
        asked: Mapping[str, str],
        form: RecordForm | None = None,
        who: int | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The list that `asked` names by clinic and day, with the chosen person's form as it was typed."""
        now, places = timezone.now(), list(Location.objects.visible_to(request.user))
        if not places:
            return self.desk.page(request, "today", {"title": "Today", "rows": [], "nowhere": True}, 200)
        me = Clinician.objects.filter(user=request.user.pk, active=True).first()
        mine = me if asked.get("clinic") == MINE else None
        place = next((each for each in places if each.slug == asked.get("clinic")), places[0])
        on = _named_day(asked.get("day", ""), now, place)
        eyes = desk.eyes_of(request.user)
        seen = today.day_at(
            on,
            places=places if mine else [place],
            mine=mine,
            answers_at={each.pk for each in places if eyes.see_answers_at(each.pk)},
            now=now,
        )
        query = urlencode({"clinic": MINE if mine else place.slug, "day": on.isoformat()})
        here = f"{reverse('admin:bookings_appointment_today')}?{query}"
        chosen = _chosen(seen.people, who or asked.get("who", ""), now)
        many = mine is not None and len(places) > 1
        rows = [
            (each.appointment.starts_at, words.row(each, eyes, now, here=here, chosen=_pk(chosen)))
            for each in seen.people
        ]
        rows += [(each.starts, words.stretch_row(each, many)) for each in seen.stretches]
        local = now.astimezone(place.zone)
        context = {
            "title": f"{_relative(on, local.date())} {'for me' if mine else f'at {place.name}'}, {day(on)}",
            "top": words.top_line(seen, now),
            "ring": words.ring_mark(seen, now),
            "counts": desk.counts(request.user, now=now),
            "rows": [row for _, row in sorted(rows, key=lambda pair: pair[0])],
            "many": many,
            "places": places,
            "place": place,
            "clinic": MINE if mine else place.slug,
            "me": me,
            "mine": mine is not None,
            "before": on - timedelta(days=1),
            "after": on + timedelta(days=1),
            "on": on,
            "is_today": on == local.date(),
            "print_tomorrow": on == local.date() and local.hour >= PRINT_TOMORROW_FROM,
            "prints": bool(asked.get("print")),
            "person": panel(chosen, eyes, form, back=MINE if mine else "today") if chosen else None,
            "current": "today",
        }
        self.desk.listed(request, len(seen.people))
        return self.desk.page(request, "today", context, status)


class RecordView(TodayView):
    """The POST of the after-visit form. Refused, the list comes back with the form as it was typed."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:  # type: ignore[override]
        return self.chosen(request, self.find(request, pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.find(request, pk)
        form, status = record_form(appointment, request.POST), 422
        if form.is_valid():
            try:
                done = services.record_visit(
                    appointment_id=pk,
                    expected_version=form.cleaned_data["expected_version"],
                    visit=form.visit(),
                    actor=actor(request),
                    now=timezone.now(),
                )
                treated = appointment.service.kind == Service.Kind.SESSION
                said = f"Written down: {spoken(done)}."
                messages.success(request, f"{said} {told(done)}" if treated else said)
                return self.chosen(request, done, form.cleaned_data["back"])
            except Refusal as refusal:
                status = refuse(request, refusal)
                typed = form.data.copy()  # type: ignore[attr-defined]
                typed["expected_version"] = str(self.find(request, pk).version)
                form = record_form(appointment, typed)
        on = appointment.starts_at.astimezone(appointment.location.zone).date()
        clinic = MINE if request.POST.get("back") == MINE else appointment.location.slug
        return self.show(request, {"clinic": clinic, "day": on.isoformat()}, form, pk, status)


def panel(person: Person, eyes: Eyes, form: RecordForm | None, *, back: str) -> dict[str, Any]:
    """The chosen person: how to reach her, the answers as asked, what she agreed to, and what to write down."""
    visit = person.appointment
    sees, records = eyes.see_answers_at(visit.location_id), eyes.is_clinician_at(visit.location_id)
    here = visit.status in (Status.ARRIVED, Status.FULFILLED)
    patient = visit.patient
    ticked, others = person.ticked, len(person.answers) - len(person.ticked)
    return {
        "visit": visit,
        "head": words.chosen_head(person),
        "name": patient.name if patient else "",
        "reach": words.reach_words(patient) if patient else "",
        "sees": sees,
        "marks": words.marks(person),
        "health": health_rows(visit) if sees else [],
        "ticked": ticked,
        "others": others,
        "answers": person.answers,
        "asked_on": calendar_day(person.asked_on) if person.asked_on else "",
        "version": person.answers[0].version if person.answers else "",
        "may_ask": records and visit.status in ASKED_IN,
        "consents": [
            consent_words(each, visit.location) for each in visit.consents.select_related("taken_by")
        ],
        "calls": [_call(each) for each in visit.call_tasks.all()],
        "last": words.last_words(person),
        "record": words.record_words(person.record),
        "form": (form or record_form(visit, back=back)) if records and here else None,
        "treated": visit.service.kind == Service.Kind.SESSION,
        "back": back,
        "calls_url": reverse("admin:bookings_calltask_changelist"),
        "list_url": today_url(visit, mine=back == MINE),
    }


def _call(task: Any) -> str:
    return f"{task.get_why_display()}: {task.get_outcome_display() if task.outcome else 'still to make'}"


def _chosen(people: list[Person], who: int | str, now: datetime) -> Person | None:
    """Who was named; else who is here, else who comes next."""
    named = next((each for each in people if str(each.appointment.pk) == str(who)), None)
    here = next((each for each in people if each.appointment.status == Status.ARRIVED), None)
    return named or here or next((each for each in people if each.appointment.ends_at > now), None)


def _pk(person: Person | None) -> int | None:
    return person.appointment.pk if person else None


def _relative(on: date, today_is: date) -> str:
    return {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((on - today_is).days, "The day")


def _named_day(text: str, now: datetime, place: Location) -> date:
    """The day that the address names; today at the clinic where it names none."""
    try:
        named = date.fromisoformat(text[:10])
    except ValueError:
        return now.astimezone(place.zone).date()
    return named if named.year in YEARS else now.astimezone(place.zone).date()
