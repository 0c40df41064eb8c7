"""When treatment waits: a page with three ways on, not an error. And the page for somebody under 18."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from bookings import services
from bookings.forms import WriteLaterForm
from bookings.journey import Journey
from bookings.services.counting import Event
from bookings.views import keeping
from bookings.views.counted import count_left
from bookings.views.keeping import STOPPED, forget, next_page, step
from bookings.views.ringing import FOR_NURSE
from clinic.callers import caller_of
from clinic.context_processors import places
from clinic.wording import day_year


@step
def wait(request: HttpRequest, journey: Journey, now: datetime) -> HttpResponse:
    """Why, until when, and three ways on. Nothing is stored unless she chooses one."""
    if not keeping.must_wait(journey):
        return next_page(journey)
    way = request.POST.get("way", "")
    location = keeping.chosen_location(request, journey) or next(iter(places(request)), None)
    today = now.astimezone(location.zone if location else None).date()
    form = WriteLaterForm(request.POST if way == "email" else None, today=today)
    if way == "ring":
        count_left(journey, Event.WAIT)
        forget(request)
        request.session[FOR_NURSE] = location.slug if location else ""
        return redirect("bookings:ring_me")
    if way == "give-back":
        forget(request)
        messages.info(request, "We have given your time back, and kept none of your answers.")
        return redirect("bookings:start")
    if way == "email" and location and form.is_valid():
        on = form.cleaned_data["on"]
        email, caller = form.cleaned_data["email"], caller_of(request)
        services.write_later(email=email, on=on, location=location, caller=caller, now=now)
        count_left(journey, Event.WAIT)
        forget(request)
        messages.success(request, f"We will email you on {day_year(on)}. We have kept none of your answers.")
        return redirect("bookings:start")
    context = {"form": form, "location": location}
    return render(request, "bookings/wait.html", context, status=422 if form.errors else 200)


@never_cache
def too_young(request: HttpRequest) -> HttpResponse:
    return render(request, "bookings/too_young.html", {"stopped": request.session.pop(STOPPED, False)})
