"""The pages for when something went wrong. None of them shows a trace; those for a broken site ask no database."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from clinic.context_processors import standing_phones
from clinic.page_cache import DATABASE_AWAY

log = logging.getLogger("clinic.requests")
RETRY_SECONDS = 5
TOO_MANY_SECONDS = 1800  # one number for all limits: which of them it was is told to nobody
# Forms of patients: what they typed is given back. Staff log in anew.
OWN_FORMS = ("/book/", "/complaints/", "/feedback/")


def static_page(template: str, status: int, **more: Any) -> HttpResponse:
    """A page that asks neither the database nor the request: for when either is in trouble."""
    site = {"name": settings.CLINIC_NAME, "demo": settings.DEMO, "phones": standing_phones()}
    context = {"site": site, "static_phones": site["phones"], **more}
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


def too_many(request: HttpRequest) -> HttpResponse:
    """Somebody reached a limit: one page for all of them, with the phones, and the form to send again later."""
    # `exception`, as on the page for what is not there: this is no page to share, whatever its address is.
    context = {"typed": typed_in(request), "again": request.get_full_path(), "exception": ""}
    response = render(request, "clinic/too_many.html", context, status=429)
    response.headers["Retry-After"] = str(TOO_MANY_SECONDS)
    return response


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form sent, but for its token: to stand in a page that sends it once more."""
    posted = [(name, value) for name, values in request.POST.lists() for value in values]
    return [each for each in posted if each[0] != "csrfmiddlewaretoken"]


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Shown when a form's security token does not fit: old page, or cookies switched off.

    What was typed into a form of ours stands in the page, to be sent again with a fresh token. A form that came from
    another site gets nothing to press.
    """
    own = f"{request.scheme}://{request.get_host()}"
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    ours = request.path.startswith(OWN_FORMS) and (sender == own or sender.startswith(f"{own}/"))
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if ours and name != "csrfmiddlewaretoken"
    ]
    again = "" if request.path.startswith("/book/") or not ours else request.path
    return render(request, "403_csrf.html", {"typed": typed, "again": again}, status=403)
