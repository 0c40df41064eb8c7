"""Pages about the clinics, the mail page of a demo, and the pages for when something went wrong."""

from __future__ import annotations

import logging
import re
import sys
import traceback

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinic.context_processors import places, standing_phones
from clinic.models import Location
from clinic.models.pictures import FOLDER

log = logging.getLogger("clinic.requests")
RETRY_SECONDS = 5
PHOTO_FILE = re.compile(r"[0-9a-f]{32}-[0-9]{2,4}\.(avif|webp|jpg)")
PHOTO_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
DATABASE_AWAY = (OperationalError, InterfaceError)


@require_safe
@cache_control(no_cache=True)
def clinics(request: HttpRequest) -> HttpResponse:
    return render(request, "clinic/clinics.html", {"locations": places(request)})


@require_safe
@cache_control(no_cache=True)
def location(request: HttpRequest, slug: str) -> HttpResponse:
    place = get_object_or_404(Location.objects.select_related("photo").prefetch_related("opening_hours"), slug=slug)
    return render(request, "clinic/location.html", {"location": place})


def static_page(template: str, status: int) -> HttpResponse:
    """A page that asks neither the database nor the request: for when either is in trouble."""
    site = {"name": settings.CLINIC_NAME, "demo": settings.DEMO, "phones": standing_phones()}
    context = {"site": site, "static_phones": site["phones"]}
    return HttpResponse(render_to_string(template, context), status=status)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A foreign host name, a broken form, or one far longer than any of ours."""
    return static_page("400.html", 413 if isinstance(exception, RequestDataTooBig) else 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """A mistake of ours. The log says what kind and where, never its words: they may hold what somebody typed."""
    error = sys.exc_info()[1]
    if isinstance(error, DATABASE_AWAY):
        return service_unavailable(request)
    if error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "site-packages" not in frame.filename]
        place = (ours or frames)[-1]
        log.error("error type=%s file=%s line=%s", type(error).__name__, place.filename, place.lineno)
    return static_page("500.html", 500)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    response = static_page("503.html", 503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Shown when a form's security token does not fit: old page, or cookies switched off.

    What was typed into a form of ours stands in the page, to be sent again with a fresh token. A form that came from
    another site gets nothing to press.
    """
    own = f"{request.scheme}://{request.get_host()}"
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    ours = request.path.startswith("/book/") and (sender == own or sender.startswith(f"{own}/"))
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if ours and name != "csrfmiddlewaretoken"
    ]
    return render(request, "403_csrf.html", {"typed": typed}, status=403)


@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def photo(request: HttpRequest, name: str) -> FileResponse:
    """One file of a photograph. Its name says what is in it, so it never changes."""
    if not PHOTO_FILE.fullmatch(name):
        raise Http404
    try:
        opened = default_storage.open(f"{FOLDER}/{name}")
    except OSError:
        raise Http404 from None
    return FileResponse(opened, content_type=PHOTO_TYPES[name.rpartition(".")[2]])
