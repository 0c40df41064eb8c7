"""Two addresses for machines: `/healthz` says that this process answers, `/readyz` whether the whole site works."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic import probes

PLAIN = "text/plain; charset=utf-8"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database: what restarts a process must not restart it because another part is away."""
    return HttpResponse("alive\n", content_type=PLAIN)


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 with a code a line: database, migrations, worker (silent), queue (mail waits too long)."""
    found = probes.troubles(timezone.now())
    body = "\n".join(found or ["ready"])
    return HttpResponse(f"{body}\n", status=503 if found else 200, content_type=PLAIN)
