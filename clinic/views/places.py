"""Pages about the clinics. None sets a cookie."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinic.context_processors import places
from clinic.models import Location


@require_safe
@cache_control(no_cache=True)
def clinics(request: HttpRequest) -> HttpResponse:
    return render(request, "clinic/clinics.html", {"locations": places(request)})


@require_safe
@cache_control(no_cache=True)
def location(request: HttpRequest, slug: str) -> HttpResponse:
    place = get_object_or_404(
        Location.objects.select_related("photo").prefetch_related("opening_hours"), slug=slug
    )
    return render(request, "clinic/location.html", {"location": place})
