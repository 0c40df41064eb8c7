"""What search engines read first, `robots.txt` and `sitemap.xml`. Lists no page that asks not to be listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinic.indexing import NOT_FETCHED
from clinic.models import Location, Version
from treatments.models import Page, Section
from treatments.plates import PLATES

# Pages made of many things, whose last change nobody keeps: they are listed without a day.
UNDATED = (
    "treatments:home",
    "treatments:hub",
    "treatments:how_we_check",
    "treatments:leaflets",
    "clinic:clinics",
    "clinic:clinicians",
    "clinic:complaints",
    "clinic:complain",
    "bookings:start",
    "bookings:ring_me",
)
PRINTS_A_PRICE = Q(body__contains="[[fee:") | Q(component__startswith="fee-")
Dated = tuple[str, datetime | None]


@require_safe
@cache_control(max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in NOT_FETCHED),
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('treatments:sitemap')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page to be listed, with the day of its last change where we know it."""
    entries = "".join(_entry(path, changed_at) for path, changed_at in listed())
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )
    return HttpResponse(document, content_type="application/xml; charset=utf-8")


def listed() -> Iterator[Dated]:
    """The path of each page with when it last changed, or None where that is not kept. Five queries."""
    yield from ((reverse(name), None) for name in UNDATED)
    yield from _texts()
    yield from _places()
    yield from ((reverse("treatments:picture", args=[plate.slug]), None) for plate in PLATES)


def _texts() -> Iterator[Dated]:
    """A text changes with itself and with its facts, which move `changed_at`; and with the prices that it prints."""
    priced = set(Section.objects.filter(PRINTS_A_PRICE).values_list("page_id", flat=True))
    prices_at = Version.objects.filter(kind="fee").aggregate(at=Max("made_at"))["at"]
    for page in Page.objects.published():
        known = [at for at in (page.changed_at, prices_at if page.pk in priced else None) if at]
        yield page.path, max(known) if page.changed_at else None


def _places() -> Iterator[Dated]:
    """A clinic's page changes with its row; before the first version that we keep, nobody knows when."""
    newest = Version.objects.filter(kind="location").values("key").order_by().annotate(at=Max("made_at"))
    changed = {row["key"]: row["at"] for row in newest}
    for place in Location.objects.all():
        yield place.get_absolute_url(), changed.get(place.slug)


def _entry(path: str, changed_at: datetime | None) -> str:
    day = f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod>" if changed_at else ""
    return f"<url><loc>{escape(settings.SITE_URL + path)}</loc>{day}</url>\n"
