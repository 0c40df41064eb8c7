"""Makes every page that informs, through the whole site as a visitor would, so that nobody is the first. Writes no page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import resolve
from django.utils.module_loading import import_string

from clinic import page_cache
from clinic.middleware import OWN_ASKING
from clinic.routes import information

log = logging.getLogger(__name__)


@dataclass
class Warmed:
    """What one round did: pages that stand ready now, and those that broke, each with its path and status."""

    ready: int = 0
    failed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"ready={self.ready} failed={len(self.failed)}"


def warm_paths() -> list[str]:
    """Every page that informs: routes without a varying part, and what `settings.WARM_PATHS` lists for the others."""
    listed = [path for name in settings.WARM_PATHS for path in import_string(name)()]
    one_page = [route.path for route in information() if route.is_one_page]
    return [
        path for path in dict.fromkeys([*one_page, *listed]) if getattr(resolve(path).func, "informs", False)
    ]


def warm(*, stop: Callable[[], bool] = lambda: False) -> Warmed:
    """Ask for each page once; one that is kept already costs next to nothing. Ends early when `stop` says so."""
    handler, warmed, paths = WSGIHandler(), Warmed(), warm_paths()
    for path in paths:
        if stop():
            return warmed
        status = handler.get_response(_request(path)).status_code
        if status == 200:
            warmed.ready += 1
        elif status != 404:  # a page that is not published
            warmed.failed.append(f"{path} {status}")
    page_cache.forget_other_releases(paths)
    return warmed


def _request(path: str) -> WSGIRequest:
    """As nginx would hand it on from the site's own address, so that no rule about hosts or https turns it away."""
    own = urlsplit(settings.SITE_URL)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "HTTP_HOST": own.netloc,
        "HTTP_X_FORWARDED_PROTO": own.scheme,
        "SERVER_NAME": own.hostname,
        "SERVER_PORT": str(own.port or 443),
        "wsgi.url_scheme": own.scheme,
        "wsgi.input": BytesIO(),
        OWN_ASKING: True,
    }
    return WSGIRequest(environ)
