"""Three of the five steps: the visit, the health pages, how to reach somebody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bookings.forms import DetailsForm, HealthForm, VisitForm
from bookings.journey import ANYWHERE, Journey, Step
from bookings.services.adults import is_adult_at
from bookings.views import keeping
from bookings.views.keeping import go_on, skipped, step
from bookings.views.second_person import kept_contact
from clinic.context_processors import places
from treatments import screening


@step
def visit(request: HttpRequest, journey: Journey, now: datetime) -> HttpResponse:
    """Step 1: what to look at, and which clinic unless a link has said so."""
    locations = places(request)
    ask_clinic = not journey.clinic or "change" in request.GET or "clinic" in request.POST
    initial = {"area": journey.area, "clinic": journey.clinic}
    form = VisitForm(_posted(request), initial=initial, locations=locations, ask_clinic=ask_clinic)
    if request.method == "POST" and form.is_valid():
        area = form.cleaned_data["area"]
        if screening.read_area(area).elsewhere:
            return redirect("bookings:elsewhere")
        journey.area = area
        _choose_clinic(journey, form.cleaned_data.get("clinic", journey.clinic))
        return go_on(request, journey, Step.VISIT, now)
    if away := skipped(request, journey, Step.VISIT):
        return away
    return _page(request, "bookings/visit.html", {"form": form})


def _choose_clinic(journey: Journey, clinic: str) -> None:
    """Another clinic means another time; the old one stays kept until the new one is chosen."""
    if clinic not in (ANYWHERE, journey.place):
        journey.forget_time()
    journey.clinic = clinic


@step
def health(request: HttpRequest, journey: Journey, now: datetime, page: int) -> HttpResponse:
    """Step 3: one list of ticks, or all of it by phone."""
    if page not in screening.PAGES:
        raise Http404
    this = Step(f"health-{page}")
    if request.method == "POST" and "by_phone" in request.POST:
        journey.by_phone = True  # what is ticked already stays ticked: the nurse sees it
        return go_on(request, journey, this, now)
    form = HealthForm(_posted(request), page=page, initial={"ticks": journey.health.get(str(page), [])})
    if request.method == "POST" and form.is_valid():
        journey.by_phone = False
        journey.health[str(page)] = form.cleaned_data["ticks"]
        return go_on(request, journey, this, now)
    if request.method != "POST" and (away := skipped(request, journey, this)):
        return away
    context = {
        "form": form,
        "page": page,
        "last_page": page == len(screening.PAGES),
        "last_line": screening.LAST_LINE,
        "by_phone_text": screening.BY_PHONE_TEXT,
        **_so_far(request, journey, now),
    }
    return _page(request, "bookings/health.html", context)


@step
def details(request: HttpRequest, journey: Journey, now: datetime) -> HttpResponse:
    """Step 4: how to reach somebody. Somebody under 18 gets a kind page, and nothing is kept."""
    location = keeping.chosen_location(request, journey)
    today = now.astimezone(location.zone if location else None).date()
    kept = journey.details or kept_contact(request, journey, now)
    for_another = request.GET["for"] == "other" if "for" in request.GET else bool(kept.get("asked_by"))
    form = DetailsForm(_posted(request), initial=_as_days(kept), today=today, for_another=for_another)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if location and not is_adult_at(location, journey.start or now, given["date_of_birth"]):
            return keeping.stop(request, "bookings:too_young")
        journey.details = {
            **given,
            "date_of_birth": _plain(given["date_of_birth"]),
            "travel_on": _plain(given["travel_on"]),
        }
        journey.suspected = form.suspected
        return go_on(request, journey, Step.DETAILS, now)
    if request.method != "POST" and (away := skipped(request, journey, Step.DETAILS)):
        return away
    return _page(
        request,
        "bookings/details.html",
        {
            "form": form,
            "for_another": for_another,
            "last_list": 1 if journey.by_phone else 3,
            **_so_far(request, journey, now),
        },
    )


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _as_days(kept: dict[str, Any]) -> dict[str, Any]:
    """The details as the form shows them: dates that a session keeps as text are dates again."""
    days = {name: date.fromisoformat(kept[name]) for name in ("date_of_birth", "travel_on") if kept.get(name)}
    return {**kept, **days}


def _plain(day: Any) -> str:
    return day.isoformat() if day else ""


def _so_far(request: HttpRequest, journey: Journey, now: datetime) -> dict[str, Any]:
    location = keeping.chosen_location(request, journey)
    return {
        "so_far": keeping.so_far(journey, location),
        "kept": keeping.kept_words(journey, location, now),
        "location": location,
    }


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page with a form: 422 once it came back with something to mend."""
    form = context["form"]
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)
