"""Sends the link again to an address somebody types. Whether we know it, the page and the time it takes are the same."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bookings import services
from bookings.forms import FindForm
from bookings.views.busy import press_again

ANSWER_AFTER = 0.4  # seconds; several times what the slowest answer takes
SENT = "link_found"
Clock = Callable[[], float]


@never_cache
@press_again
def find(request: HttpRequest) -> HttpResponse:
    """Email, and a reference if she has it. The answer says what we did if we knew it, and never whether we did."""
    began = time.monotonic()
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        services.find_links(
            email=form.cleaned_data["email"], reference=form.cleaned_data["reference"], now=timezone.now()
        )
        request.session[SENT] = True
        time.sleep(max(0.0, ANSWER_AFTER - (time.monotonic() - began)))
        return redirect("bookings:find_sent")
    return render(request, "bookings/find.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
def find_sent(request: HttpRequest) -> HttpResponse:
    """The one answer."""
    if not request.session.get(SENT):
        return redirect("bookings:find")
    return render(request, "bookings/find_sent.html")
