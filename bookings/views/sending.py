"""Step 5: check and send; and the page that says we have it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bookings import diary, services
from bookings.fees import fees_as_shown
from bookings.forms import ConsentForm
from bookings.journey import Journey, Step
from bookings.life import ENDED, Status
from bookings.messages import context_of, how_we_answer
from bookings.models import Appointment, Patient, Service
from bookings.promises import promise
from bookings.services.adults import TooYoung
from bookings.services.counting import Event, count_shown
from bookings.services.errors import BookingError, DiaryBusy, NotOffered, TimeTaken
from bookings.services.requesting import is_confirmed_at_once, was_confirmed_at_once
from bookings.views import keeping
from bookings.views.counted import count_sent
from bookings.views.keeping import answers_of, journey_of, keep, next_page, skipped, step
from bookings.views.managing import remember
from bookings.views.second_person import keep_contact, may_ask_for_another
from bookings.views.summary import request_rows
from clinic.callers import caller_of
from clinic.models import Location
from clinic.wording import day
from treatments import screening
from treatments.screening import Level

CHANGED = "Your request changed in another window. Please check it again before you send it."
CONTACTS = "A nurse contacts you before we confirm."  # who asked us not to ring reads this


@step
def check(request: HttpRequest, journey: Journey, now: datetime) -> HttpResponse:
    """Everything once more, with Change links, the prices and the exact wording. A POST sends it."""
    if away := skipped(request, journey, Step.CHECK):
        return away
    if keeping.must_wait(journey):
        return next_page(journey)
    location = keeping.chosen_location(request, journey)
    if location is None or journey.start is None:
        return next_page(journey)
    seen = journey.fingerprint()
    posted = request.POST if request.method == "POST" else None
    carer = bool(journey.details.get("asked_by"))
    form = ConsentForm(posted, initial={"seen": seen}, for_another=carer, now=now)
    status = 422 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        if form.cleaned_data["seen"] == seen:
            journey.suspected = journey.suspected or form.suspected
            return _send(request, journey, location, now)
        messages.warning(request, CHANGED)
        form, status = ConsentForm(initial={"seen": seen}, for_another=carer, now=now), 409
    context = {
        "form": form,
        "rows": request_rows(journey, location),
        **_what_comes(journey, location, now),
        "kept": keeping.kept_words(journey, location, now),
        "location": location,
    }
    return render(request, "bookings/check.html", context, status=status)


def _send(request: HttpRequest, journey: Journey, location: Location, now: datetime) -> HttpResponse:
    """Send it once, whatever is pressed twice. A lost time leads to the nearest ones, with everything kept."""
    try:
        sent = services.request(
            key=journey.uuid,
            wish=_wish(journey, location),
            patient=_patient(journey),
            caller=caller_of(request),
            suspected=journey.suspected,
            now=now,
        )
    except (TimeTaken, NotOffered) as refusal:
        messages.warning(request, f"{refusal.sentence} We have kept the rest.")
        count_shown(step=Event.LOST_AT_SEND, location=location, now=now)
        journey.lose(location.slug, journey.start or now)
        keep(request, journey, now)
        return redirect("bookings:time")
    except DiaryBusy:
        raise
    except TooYoung:  # an earlier time than the one she gave her date of birth for
        return keeping.stop(request, "bookings:too_young")
    except screening.AnswerProblem as problem:
        messages.warning(request, problem.sentence)
        journey.health = {}
        keep(request, journey, now)
        return next_page(journey)
    except BookingError as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("bookings:start")
    count_sent(journey, screening.assess(journey.area, answers_of(journey), journey.by_phone), location, now)
    # From here on the answers live with the appointment alone.
    keep_contact(request, journey, now)
    keep(request, journey.finish(sent.uuid), now)
    return redirect("bookings:sent")


def _what_comes(journey: Journey, location: Location, now: datetime) -> dict[str, Any]:
    """What her own ticks mean for her now, in words: who reads or rings, and whether to see a doctor meanwhile. What
    it costs; and by when we answer, or that the time is hers at once.
    """
    outcome = screening.assess(journey.area, answers_of(journey), journey.by_phone)
    email, reach_by, fees = journey.details.get("email", ""), _reach_by(journey), fees_as_shown(location)
    writes, rings = reach_by == Patient.ReachBy.WRITE, outcome.level == Level.RING
    return {
        "advice": outcome.advice,
        "level_line": CONTACTS if writes and rings else screening.LEVEL_LINES.get(outcome.level, ""),
        "fees": fees,
        "answer_by": day(promise(location, now, diary.holidays(location.country)).answer_by),
        "how": how_we_answer(email, reach_by),
        "at_once": is_confirmed_at_once(
            location=location, outcome=outcome, email=email, fees=fees, suspected=journey.suspected
        ),
    }


def _wish(journey: Journey, location: Location) -> services.Wish:
    given = journey.details
    return services.Wish(
        location=location,
        service=_consultation(),
        starts_at=journey.start or timezone.now(),
        area=journey.area,
        answers=answers_of(journey),
        by_phone=journey.by_phone,
        travel_on=date.fromisoformat(given["travel_on"]) if given.get("travel_on") else None,
        access_needs=tuple(given.get("access_needs", ())),
        anything_else=given.get("anything_else", ""),
    )


def _consultation() -> Service:
    service = Service.objects.asked_online()
    if service is None:
        raise BookingError("We take no requests online just now. Please ask us to ring you.")
    return service


def _reach_by(journey: Journey) -> str:
    return Patient.ReachBy.WRITE if journey.details["missed_call"] == "write" else Patient.ReachBy.RING


def _patient(journey: Journey) -> services.PatientDetails:
    given = journey.details
    return services.PatientDetails(
        name=given["name"],
        phone=given["phone"],
        email=given.get("email", ""),
        date_of_birth=date.fromisoformat(given["date_of_birth"]),
        reach_by=_reach_by(journey),
        leave_message=given["missed_call"] == "leave",
        ring_when=given["ring_when"],
        asked_by=given.get("asked_by", ""),
        asked_by_relation=given.get("asked_by_relation", ""),
    )


@never_cache
def sent(request: HttpRequest) -> HttpResponse:
    """We have it: the reference, what happens next. The same on every visit for SENT_MINUTES."""
    now = timezone.now()
    journey = journey_of(request, now)
    made = _sent_appointment(journey)
    if made is None:
        messages.info(
            request, "Your confirmation is no longer shown here. The message we sent has your reference."
        )
        return redirect("bookings:start")
    if made.status == Status.PENDING or was_confirmed_at_once(made):
        response = render(
            request,
            "bookings/sent.html",
            {**_sent_words(made), "may_ask_for_another": may_ask_for_another(request, now)},
        )
    else:
        response = redirect("bookings:manage")  # it was answered meanwhile
    if made.status not in ENDED:
        remember(response, made)
    return response


def _sent_appointment(journey: Journey) -> Appointment | None:
    if not journey.sent:
        return None
    rows = Appointment.objects.select_related("location", "patient")
    return rows.filter(uuid=journey.sent).first()


def _sent_words(made: Appointment) -> dict[str, Any]:
    return {**context_of(made), "location": made.location, "manage_url": reverse("bookings:manage")}
