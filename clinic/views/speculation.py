"""Which pages a browser may fetch before somebody presses a link: those that inform, and no other."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinic.routes import information


@require_safe
@cache_control(public=True, max_age=3600)
def speculation(request: HttpRequest) -> HttpResponse:
    """Moderate: when a pointer rests on the link or presses it, so that nobody pays for pages he only scrolls past."""
    pages = sorted({route.pattern for route in information()})
    rule = {"source": "document", "where": {"href_matches": pages}, "eagerness": "moderate"}
    return HttpResponse(
        json.dumps({"prefetch": [rule]}), content_type="application/speculationrules+json; charset=utf-8"
    )
