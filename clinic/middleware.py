"""What every request passes: our headers, a log line without personal data, and a calm page when the database is away."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from clinic.indexing import may_be_listed
from clinic.limits import TooMany
from clinic.views import DATABASE_AWAY, service_unavailable, too_many

Handler = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("clinic.requests")
OWN_ASKING = (
    "clinic.own_asking"  # set by who keeps the pages warm; no header of a visitor's can have this name
)
# Everything a person typed or is shown about themselves lives under these paths.
PERSONAL = ("/book/", "/complaints/write/", "/complaints/sent/", "/feedback/", "/admin/", "/demo/")
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


class ResponseHeaders:
    """Adds the headers that Django has no setting for, and widens the content policy for the admin's own scripts."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Also set here because a refusal in an earlier part never reaches Django's own middleware for these.
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        if request.path.startswith(PERSONAL):
            response.headers["Cache-Control"] = "no-store, private"
        if not may_be_listed(request.path):
            response.headers["X-Robots-Tag"] = "noindex"
        if request.path.startswith("/admin/"):
            response._csp_update = settings.ADMIN_SCRIPT_POLICY  # type: ignore[attr-defined]
        return response


class ReadableCookies:
    """Drops a cookie that no browser of ours was given: an octal sign may hide a NUL, which the database refuses."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        return self.get_response(request)


class RequestLog:
    """One line a request: id, route name, status, milliseconds, actor id. Never a path, a query string or a body."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = uuid.uuid4().hex[:12]
        response = self.get_response(request)
        match = request.resolver_match
        user = getattr(request, "_cached_user", None)  # never asks the database for somebody nobody asked for
        log.log(
            logging.DEBUG if OWN_ASKING in request.META else logging.INFO,
            "id=%s route=%s method=%s status=%s ms=%.1f actor=%s",
            request_id,
            match.view_name if match else "-",
            request.method,
            response.status_code,
            (time.perf_counter() - started) * 1000,
            getattr(user, "pk", None) or "-",
        )
        response.headers["X-Request-Id"] = request_id
        return response


class TooOften:
    """Answers every limit with one page, whichever it was. The form goes along, so that nothing typed is lost."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooMany):
            log.warning("too many route=%s", request.resolver_match and request.resolver_match.view_name)
            return too_many(request)
        return None


class DatabaseDown:
    """Turns a database that is away, too slow or locked into a 503 with the phone numbers, never a stack trace."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DATABASE_AWAY):
            log.error("database away: %s", type(error).__name__)
            return service_unavailable(request)
        return None
