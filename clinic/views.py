"""Pages about the clinics, the mail page of a demo, and the pages for when something went wrong."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinic.context_processors import places, standing_phones
from clinic.models import Location

RETRY_SECONDS = 5


@require_safe
@cache_control(no_cache=True)
def clinics(request: HttpRequest) -> HttpResponse:
    return render(request, "clinic/clinics.html", {"locations": places(request)})


@require_safe
@cache_control(no_cache=True)
def location(request: HttpRequest, slug: str) -> HttpResponse:
    place = get_object_or_404(Location.objects.prefetch_related("opening_hours"), slug=slug)
    return render(request, "clinic/location.html", {"location": place})


def static_page(template: str, status: int) -> HttpResponse:
    """A page that asks neither the database nor the request: for when either is in trouble."""
    site = {"name": settings.CLINIC_NAME, "demo": settings.DEMO, "phones": standing_phones()}
    context = {"site": site, "static_phones": site["phones"]}
    return HttpResponse(render_to_string(template, context), status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponseServerError(static_page("500.html", 500).content)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    response = static_page("503.html", 503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Shown when a form's security token does not fit: old page, or cookies switched off."""
    return render(request, "403_csrf.html", status=403)
