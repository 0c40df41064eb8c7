"""Gathers from our own rows and texts what each page tells a search engine. Says nothing that no page says.

How it is said stands in `structured_data`; where it goes into a page, in `templatetags/structured.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import Q

from clinic.models import Location
from treatments import publishing, screening, structured_data
from treatments.models import Fee, Page, Section, Treatment
from treatments.plain_text import rows_of, text_of
from treatments.structured_data import Hours, Node, Price, Step

HOME = Step("Home", "/")
HUB = Step("Treatments", "/treatments/")
CLINICS = Step("Clinics and contact", "/clinics/")
# Which sections say how each treatment is done, and where the rest of what it takes and brings is told.
PERFORMED: Mapping[str, tuple[str, ...]] = {
    "sclerotherapy": ("how", "on-the-day"),
    "microsclerotherapy": ("session",),
}
PREPARATION = ("before-your-visit", ("wear", "skin"))
FOLLOWUP, FOLLOWUP_PART = ("aftercare", ("timeline",)), "the-first-week"
SERIOUS = ("risks", ("rare",))
Told = dict[tuple[str, str], publishing.Shown]


def site() -> structured_data.Site:
    return structured_data.Site(settings.SITE_URL, settings.CLINIC_NAME)


def home(locations: Iterable[Location]) -> Node:
    """The group, its clinics and the site."""
    clinics = [Step(place.name, place.get_absolute_url()) for place in locations]
    logo = staticfiles_storage.url("img/mark-180.png")
    return structured_data.document(
        structured_data.organisation(site(), clinics=clinics, logo=logo), structured_data.website(site())
    )


def clinic(place: Location, treatments: Iterable[Treatment]) -> Node:
    """One clinic on its own page. Its hours are those that it has published."""
    hours = [
        Hours(each.weekday, f"{each.opens:%H:%M}", f"{each.closes:%H:%M}")
        for each in place.opening_hours.all()
    ]
    node = structured_data.clinic(
        site(),
        slug=place.slug,
        name=place.name,
        address=place.address,
        postcode=place.postcode,
        country=place.country,
        telephone=place.tel,
        hours=hours,
        treatments=[Step(each.name, f"/treatments/{each.slug}/") for each in treatments],
    )
    page = plain_page(place.get_absolute_url(), place.name, [CLINICS], about=f"/clinics/{place.slug}/#clinic")
    return structured_data.document(page, node)


def plain_page(
    path: str,
    title: str,
    trail: Sequence[Step],
    *,
    description: str = "",
    kind: str = "WebPage",
    about: str = "",
) -> Node:
    """A page that is no text of ours: the hub, the clinics, a picture. `trail` stands between home and this page."""
    whole = (HOME, *trail, Step(title, path))
    return structured_data.web_page(
        site(), path=path, title=title, description=description, trail=whole, kind=kind, about=about
    )


def text(
    page: Page, sections: Sequence[publishing.Shown], figures: publishing.Figures, fees: Iterable[Fee]
) -> Node:
    """A text with what it describes: a treatment, or the prices. One query more where it is a treatment."""
    nodes = [_page(page)]
    if page.treatment:
        nodes.append(_therapy(page.treatment, sections, figures))
    if page.path == "/fees/":
        nodes += _prices(fees)
    return structured_data.document(*nodes)


def _page(page: Page) -> Node:
    between = [HUB] if page.path.startswith(HUB.path) else []
    own: dict[str, Any] = {
        "path": page.path,
        "title": page.title,
        "description": page.description,
        "trail": (HOME, *between, Step(page.title, page.path)),
        "changed_on": f"{page.changed_at:%Y-%m-%d}" if page.changed_at else "",
        "about": f"{page.path}#therapy" if page.treatment_id else "",
    }
    if not page.is_clinical:
        return structured_data.web_page(site(), **own)
    reviewed_on = page.reviewed_on.isoformat() if page.reviewed_on else ""
    return structured_data.medical_page(site(), reviewed_on=reviewed_on, reviewed_by=page.reviewed_by, **own)


def _therapy(treatment: Treatment, own: Sequence[publishing.Shown], figures: publishing.Figures) -> Node:
    elsewhere = _shown((PREPARATION, FOLLOWUP, SERIOUS), figures)
    performed = [section for section in own if section.key in PERFORMED.get(treatment.slug, ())]
    prepared = [section for key, section in elsewhere.items() if key[0] == PREPARATION[0]]
    after = [part for key, section in elsewhere.items() if key[0] == FOLLOWUP[0] for part in section.parts]
    serious = [
        row for key, section in elsewhere.items() if key[0] == SERIOUS[0] for row in rows_of(section.html)
    ]
    return structured_data.therapy(
        site(),
        slug=treatment.slug,
        name=treatment.name,
        plain_name=treatment.plain_name,
        summary=treatment.summary,
        told={
            "howPerformed": _joined(section.html for section in performed),
            "preparation": _joined(section.html for section in prepared),
            "followup": _joined(part.html for part in after if part.key == FOLLOWUP_PART),
        },
        not_now=[row.text for row in screening.listed(screening.NOT_NOW)],
        serious=[(row[0], row[1]) for row in serious if len(row) > 1],
    )


def _shown(wanted: Iterable[tuple[str, tuple[str, ...]]], figures: publishing.Figures) -> Told:
    """These sections of published pages, in the order of their pages, with their figures filled in. One query."""
    asked = Q()
    for slug, keys in wanted:
        asked |= Q(page_id=slug, key__in=keys)
    rows = Section.objects.filter(asked, page__published=True).order_by("page_id", "position")
    return {(row.page_id, row.key): publishing.show(row, figures) for row in rows}


def _joined(pieces: Iterable[str]) -> str:
    return " ".join(text_of(piece) for piece in pieces)


def _prices(fees: Iterable[Fee]) -> Iterator[Node]:
    """A service for each kind of fee that has at least one amount. A price that is not entered is not told."""
    entered = sorted((fee for fee in fees if fee.amount is not None), key=lambda fee: fee.service)
    for service, rows in groupby(entered, key=lambda fee: fee.service):
        prices = [
            Price(
                fee.get_service_display(),
                service,
                fee.includes,
                f"{fee.amount:.2f}",
                fee.currency,
                fee.country,
            )
            for fee in rows
        ]
        yield structured_data.priced_service(site(), key=service, prices=prices)
