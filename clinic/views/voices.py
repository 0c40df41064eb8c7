"""Where people tell us what they think: a complaint, and a word about a page. Sent once, however often it is pressed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic import services
from clinic.callers import caller_of
from clinic.context_processors import places
from clinic.forms.voices import PATH_LONGEST, ComplaintForm, FeedbackForm
from clinic.informing import informs
from clinic.models import Location
from clinic.wording import day_year, reference

COMPLAINED = "complained"
# Parts of an address that say nothing about a person.
PLAIN_PARTS = {"slug", "page"}


@informs
def complaints(request: HttpRequest) -> HttpResponse:
    """What we do with a complaint, and who else can help."""
    return render(request, "clinic/complaints.html")


@never_cache
def complain(request: HttpRequest) -> HttpResponse:
    """The form of a complaint; a POST sends it."""
    locations = places(request)
    posted = request.POST if request.method == "POST" else None
    first = {"place": request.GET.get("clinic", ""), "form": uuid4().hex}
    form = ComplaintForm(posted, locations=locations, initial=first, now=timezone.now())
    if form.is_bound and form.is_valid():
        return _complain(request, form, locations)
    return render(request, "clinic/complain.html", {"form": form}, status=422 if form.errors else 200)


def _complain(request: HttpRequest, form: ComplaintForm, locations: list[Location]) -> HttpResponse:
    given = form.cleaned_data
    complaint = services.complain(
        who=services.Complainant(given["name"], given["email"], given["phone"]),
        location=next((place for place in locations if place.slug == given["place"]), None),
        text=given["text"],
        wanted=given["wanted"],
        key=_mark("clinic.complain", given),
        caller=caller_of(request),
        suspected=form.suspected,
        now=timezone.now(),
    )
    request.session[COMPLAINED] = {
        "reference": reference(complaint.reference),
        "due": day_year(complaint.due_on),
        "writes": bool(complaint.email),
        "mailed": complaint.message_id is not None,
    }
    return redirect("clinic:complained")


@never_cache
@require_safe
def complained(request: HttpRequest) -> HttpResponse:
    """We have it: the reference and the day, the same on every visit while the session lasts."""
    sent = request.session.get(COMPLAINED)
    return render(request, "clinic/complained.html", sent) if sent else redirect("clinic:complaints")


@never_cache
def feedback(request: HttpRequest) -> HttpResponse:
    """A word about a page; a POST keeps it."""
    posted = request.POST if request.method == "POST" else None
    first = {"path": page_before(request), "form": uuid4().hex}
    form = FeedbackForm(posted, initial=first, now=timezone.now())
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        said = {name: given[name] for name in ("path", "helped", "lacked")}
        services.tell(
            **said,
            key=_mark("clinic.feedback", given),
            caller=caller_of(request),
            suspected=form.suspected,
            now=timezone.now(),
        )
        return redirect("clinic:feedback_sent")
    return render(request, "clinic/feedback.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
def feedback_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "clinic/feedback_sent.html")


def page_before(request: HttpRequest) -> str:
    """The page of ours that led here, without its query. Nothing where the address itself could name somebody."""
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # it is no address at all
        return ""
    if before.netloc != request.get_host() or len(before.path) > PATH_LONGEST:
        return ""
    try:
        found = resolve(before.path)
    except Http404:
        return ""
    ours = found.namespace in ("clinic", "treatments", "bookings") and set(found.kwargs) <= PLAIN_PARTS
    return before.path if ours and found.url_name != "feedback" else ""


def _mark(salt: str, said: dict[str, Any]) -> str:
    """One form with the same words is one; a word corrected is another. Keeps nothing of what was said."""
    return signing.Signer(salt=salt).signature(json.dumps(said, sort_keys=True))
