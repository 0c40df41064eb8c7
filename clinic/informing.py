"""What a view that informs is: the same for everybody, kept whole, there while the database is not. Never sees a visitor."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache, wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from clinic import page_cache
from clinic.filling import filled, gaps_in
from clinic.page_cache import AWAY_SECONDS, DATABASE_AWAY, Kept

View = Callable[..., HttpResponse]
# Said by the answer itself or by what every answer passes, so not kept with a page.
NOT_KEPT = {"Cache-Control", "Content-Encoding", "Content-Length", "ETag", "Vary"}
PREFERRED = ("br", "gzip")
CONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_MODIFIED_SINCE"}
_database = {"away_until": 0.0}


class PersonalPage(AssertionError):
    """A view that informs asked for a form token or set a cookie, so its page is not the same for everybody."""


class Nobody(HttpRequest):
    """The request of no visitor: no cookie, no session, no user, no query, and the host the site calls its own.

    Whoever asks first must not be seen in what everybody is shown, so a view is given this one.
    """

    def __init__(self, asked: HttpRequest) -> None:
        super().__init__()
        own = urlsplit(settings.SITE_URL)
        self.own_scheme = own.scheme
        self.method = "GET"
        self.path, self.path_info, self.resolver_match = asked.path, asked.path_info, asked.resolver_match
        self.META = {"HTTP_HOST": own.netloc, "SERVER_NAME": own.hostname or "", "REQUEST_METHOD": "GET"}
        self.may_be_kept = True

    def _get_scheme(self) -> str:
        return self.own_scheme


def informs(view: View) -> View:
    """GET and HEAD only. A browser may keep the page and asks each time whether it still holds.

    The view may read the path, the content and the settings; no query string, session or cookie.
    """

    @require_safe
    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        path, now = request.path_info, timezone.now()
        edition = page_cache.edition()
        page = page_cache.find(path=path, edition=edition, now=now)
        if page and (page.is_fresh(now) or time.monotonic() < _database["away_until"]):
            return answer(request, page, now)
        nobody = Nobody(request)
        try:
            response = view(nobody, *args, **kwargs)
        except DATABASE_AWAY:
            if page is None:
                raise
            _database["away_until"] = time.monotonic() + AWAY_SECONDS
            return answer(request, page, now)
        if not _is_whole(response, nobody):
            patch_cache_control(response, no_cache=True)
            return response
        page = _made(response, edition, now)
        if nobody.may_be_kept and not connection.errors_occurred:  # a template may have swallowed one
            page_cache.keep(path=path, page=page)
        return answer(request, page, now)

    kept.informs = True  # type: ignore[attr-defined]
    return kept


def answer(request: HttpRequest, page: Kept, now: datetime) -> HttpResponse:
    """The page in the coding the browser likes best; 304 where it has these very bytes; no body for HEAD."""
    coding = coding_for(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    body = filled(page, coding, now) if page.gaps else page.bodies[coding]
    headers = {
        **page.headers,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "ETag": body.etag,
        "Content-Length": str(len(body.content)),
        "Speculation-Rules": _rules(),
    }
    if coding:
        headers["Content-Encoding"] = coding
    content = body.content if request.method == "GET" else b""
    response = HttpResponse(content, headers=headers)
    if CONDITIONS.isdisjoint(request.META):
        return response
    return get_conditional_response(request, etag=body.etag, response=response) or response


@cache
def _rules() -> str:
    """Where a browser finds which pages it may fetch ahead, as its header wants it."""
    return f'"{reverse("clinic:speculation")}"'


@lru_cache(maxsize=256)
def coding_for(accepted: str) -> str:
    """`br`, `gzip` or, for anything else, the page as it is. A coding with `q=0` is refused."""
    wanted = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.strip().partition(";")
        wanted[name.strip()] = quality.replace(" ", "").rstrip("0.") != "q="
    return next((coding for coding in PREFERRED if wanted.get(coding, wanted.get("*", False))), "")


def _is_whole(response: HttpResponse, nobody: Nobody) -> bool:
    """Whether this may be everybody's page. Raises PersonalPage for one that is meant for somebody."""
    if response.cookies or "CSRF_COOKIE" in nobody.META or "Cookie" in response.headers.get("Vary", ""):
        raise PersonalPage(nobody.path_info)
    return response.status_code == 200 and not response.streaming


def _made(response: HttpResponse, edition: str | None, now: datetime) -> Kept:
    headers = {name: value for name, value in response.items() if name not in NOT_KEPT}
    content = response.content
    return page_cache.made(content=content, headers=headers, edition=edition, now=now, gaps=gaps_in(content))
