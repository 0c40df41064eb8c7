"""Pages about the clinics: the same for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from clinic.context_processors import places
from clinic.informing import informs
from clinic.models import Location


@informs
def clinics(request: HttpRequest) -> HttpResponse:
    return render(request, "clinic/clinics.html", {"locations": places(request)})


@informs
def location(request: HttpRequest, slug: str) -> HttpResponse:
    place = get_object_or_404(
        Location.objects.select_related("photo").prefetch_related("opening_hours"), slug=slug
    )
    return render(request, "clinic/location.html", {"location": place})
