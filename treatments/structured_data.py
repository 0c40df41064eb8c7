"""What a search engine is told about us, in the words of schema.org. Pure: plain values in, plain dicts out.

It says nothing that the page does not say. It never names the medicine and never uses `drug`, it makes up no place on
a map, and it claims a review only where a person has made one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Node = dict[str, Any]
VOCABULARY = "https://schema.org"
SPECIALTY = f"{VOCABULARY}/Cardiovascular"  # the list of specialties has none for veins
PROCEDURE = f"{VOCABULARY}/PercutaneousProcedure"  # through the skin
LANGUAGE = "en-GB"
COUNTRIES = {"GB": "United Kingdom", "IE": "Ireland"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What could end the script element or a line of it, as JSON may also write it.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Site:
    """Where the site stands (`https://example.org`, no slash at its end) and what it is called."""

    address: str
    name: str

    def at(self, path: str) -> str:
        return self.address + path

    def ref(self, path: str) -> Node:
        """A pointer to a thing that a page of ours describes: `/#organisation`."""
        return {"@id": self.at(path)}


class Step(NamedTuple):
    """One step of the way to a page."""

    title: str
    path: str


class Hours(NamedTuple):
    """When somebody answers the phone on one day: weekday 0 is Monday, times as "09:00"."""

    weekday: int
    opens: str
    closes: str


class Price(NamedTuple):
    """One entered fee: the amount as a plain number, "395.00"; the unit in one word, "session"."""

    name: str
    unit: str
    includes: str
    amount: str
    currency: str
    country: str


def document(*nodes: Node) -> Node:
    """Everything one page tells, as one JSON-LD document."""
    return {"@context": VOCABULARY, "@graph": list(nodes)}


def as_script(told: Node) -> str:
    """The document as text that is harmless inside a script element, whatever its values hold."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)


def organisation(site: Site, *, clinics: Iterable[Step], logo: str) -> Node:
    """The group. `clinics` are the pages of its places, `logo` the path of a square picture."""
    return _told(
        "MedicalOrganization",
        site.at("/#organisation"),
        name=site.name,
        url=site.at("/"),
        logo=site.at(logo),
        medicalSpecialty=SPECIALTY,
        subOrganization=[_named("MedicalClinic", site, place, "#clinic") for place in clinics],
    )


def website(site: Site) -> Node:
    """No search action: what somebody looks for is sent in a form and never stands in an address."""
    return _told(
        "WebSite",
        site.at("/#website"),
        name=site.name,
        url=site.at("/"),
        inLanguage=LANGUAGE,
        publisher=site.ref("/#organisation"),
    )


def clinic(
    site: Site,
    *,
    slug: str,
    name: str,
    address: str,
    postcode: str,
    country: str,
    telephone: str,
    hours: Sequence[Hours],
    treatments: Iterable[Step],
) -> Node:
    """One place. `telephone` as dialled from anywhere; hours only as published; `treatments` are their pages."""
    return _told(
        "MedicalClinic",
        site.at(f"/clinics/{slug}/#clinic"),
        name=f"{site.name}, {name}",
        url=site.at(f"/clinics/{slug}/"),
        address=_address(address, name, postcode, country),
        telephone=telephone,
        areaServed={"@type": "Country", "name": COUNTRIES[country]},
        medicalSpecialty=SPECIALTY,
        availableService=[_named("MedicalTherapy", site, each, "#therapy") for each in treatments],
        parentOrganization=site.ref("/#organisation"),
        openingHoursSpecification=[_hours(each) for each in hours],
    )


def web_page(
    site: Site,
    *,
    path: str,
    title: str,
    description: str,
    trail: Sequence[Step],
    kind: str = "WebPage",
    changed_on: str = "",
    about: str = "",
) -> Node:
    """A page that informs. `trail` leads from the first page to this one; `about` names a thing it describes."""
    return _told(
        kind,
        site.at(f"{path}#page"),
        name=title,
        url=site.at(path),
        description=description,
        inLanguage=LANGUAGE,
        isPartOf=site.ref("/#website"),
        dateModified=changed_on,
        about=site.ref(about) if about else None,
        breadcrumb=_breadcrumbs(site, trail),
    )


def medical_page(site: Site, *, reviewed_on: str, reviewed_by: str, **page: Any) -> Node:
    """A clinical page. A review is told only when it has both a day ("2026-11-21") and a name."""
    node = web_page(site, kind="MedicalWebPage", **page)
    if reviewed_on and reviewed_by:
        node |= {"lastReviewed": reviewed_on, "reviewedBy": {"@type": "Person", "name": reviewed_by}}
    return node


def therapy(
    site: Site,
    *,
    slug: str,
    name: str,
    plain_name: str,
    summary: str,
    told: Mapping[str, str],
    not_now: Iterable[str],
    serious: Iterable[tuple[str, str]],
) -> Node:
    """One treatment. `told` holds howPerformed, preparation and followup; `serious` what can happen, and how often."""
    return _told(
        "MedicalTherapy",
        site.at(f"/treatments/{slug}/#therapy"),
        name=name,
        alternateName=plain_name,
        description=summary,
        url=site.at(f"/treatments/{slug}/"),
        relevantSpecialty=SPECIALTY,
        procedureType=PROCEDURE,
        **told,
        contraindication=list(not_now),
        seriousAdverseOutcome=[
            {"@type": "MedicalEntity", "name": what, "description": often} for what, often in serious
        ],
    )


def priced_service(site: Site, *, key: str, prices: Sequence[Price]) -> Node:
    """One kind of visit with an offer for each country and currency that has a price."""
    return _told(
        "Service",
        site.at(f"/fees/#{key}-price"),
        name=prices[0].name,
        description=prices[0].includes,
        provider=site.ref("/#organisation"),
        url=site.at("/fees/"),
        offers=[_offer(site, price) for price in prices],
    )


def _offer(site: Site, price: Price) -> Node:
    return {
        "@type": "Offer",
        "price": price.amount,
        "priceCurrency": price.currency,
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            "price": price.amount,
            "priceCurrency": price.currency,
            "unitText": price.unit,
        },
        "areaServed": {"@type": "Country", "name": COUNTRIES[price.country]},
        "description": price.includes,
        "url": site.at("/fees/"),
        "seller": site.ref("/#organisation"),
    }


def _breadcrumbs(site: Site, trail: Sequence[Step]) -> Node | None:
    if len(trail) < 2:
        return None
    steps = [
        {"@type": "ListItem", "position": number, "name": step.title, "item": _named("WebPage", site, step)}
        for number, step in enumerate(trail, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def _named(kind: str, site: Site, step: Step, anchor: str = "") -> Node:
    """A thing that another page tells more about."""
    address = site.at(step.path)
    return {"@type": kind, "@id": address + anchor, "name": step.title, "url": address}


def _address(address: str, town: str, postcode: str, country: str) -> Node:
    """The lines as the clinic gave them. The line that begins with the town's name parts street and county."""
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    at = next((number for number, line in enumerate(lines) if line.startswith(town)), len(lines))
    return _told(
        "PostalAddress",
        streetAddress=", ".join(lines[:at]),
        addressLocality=lines[at] if at < len(lines) else "",
        addressRegion=", ".join(lines[at + 1 :]),
        postalCode=postcode,
        addressCountry=country,
    )


def _hours(each: Hours) -> Node:
    return {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": f"{VOCABULARY}/{_DAYS[each.weekday]}",
        "opens": each.opens,
        "closes": each.closes,
    }


def _told(kind: str, ident: str = "", **properties: Any) -> Node:
    """A thing with what is known of it: an empty value is left out."""
    node: Node = {"@type": kind, **({"@id": ident} if ident else {})}
    return node | {name: value for name, value in properties.items() if value}
