"""Takes an address whose link is to be sent again. It never looks whether we know it, so neither page nor time can tell."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from bookings import services
from bookings.forms import FindForm
from bookings.views.busy import press_again
from clinic.callers import caller_of

SENT = "link_found"


@never_cache
@press_again
def find(request: HttpRequest) -> HttpResponse:
    """Email, and a reference if she has it. The answer says what we did if we knew it, and never whether we did."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if not form.suspected:  # a machine gets the same answer, and no mail goes to whom it names
            services.ask_for_links(
                email=form.cleaned_data["email"],
                reference=form.cleaned_data["reference"],
                caller=caller_of(request),
                now=timezone.now(),
            )
        request.session[SENT] = True
        return redirect("bookings:find_sent")
    return render(request, "bookings/find.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
def find_sent(request: HttpRequest) -> HttpResponse:
    """The one answer."""
    if not request.session.get(SENT):
        return redirect("bookings:find")
    return render(request, "bookings/find_sent.html")
