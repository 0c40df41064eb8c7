"""What only the clinic can tell, and whether it has. Until all of it is there the site says that it is being prepared.

Each room names its own needs; `READINESS` lists them by name, so that no room has to know one above it. Reads only.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError
from django.utils.module_loading import import_string

from clinic.models import Clinician, Country, Location, Organisation
from clinic.remembered import once_an_edition

log = logging.getLogger(__name__)
EXAMPLE = "example.org"
SETTINGS = ""  # a need without a page: it stands in the environment


@dataclass(frozen=True)
class Need:
    """One thing that only the clinic knows. `page` is the admin's URL name where it is filled in, with its arguments."""

    what: str
    why: str
    meanwhile: str  # what the public sees until then
    done: bool
    page: str = SETTINGS
    args: tuple[object, ...] = ()
    query: str = ""


def needs() -> list[Need]:
    """Every need of every room, in the order of the rooms. About ten queries."""
    return list(_needs())


def _needs() -> Iterator[Need]:
    return (need for name in settings.READINESS for need in import_string(name)())


def missing() -> list[Need]:
    return [need for need in needs() if not need.done]


def is_ready() -> bool:
    """Whether nothing is missing. Asks no further than the first thing that is. Raises DatabaseError."""
    return all(need.done for need in _needs())


def is_being_prepared() -> bool:
    """Whether a page has to say so. Never in a demo, which says what it is by itself; never a reason to fail."""
    if settings.DEMO:
        return False
    try:
        return not once_an_edition("ready", is_ready)
    except (DatabaseError, InterfaceError) as error:
        log.error("readiness unknown: %s", type(error).__name__)
        return False


def refuse_start() -> None:
    """Raise ImproperlyConfigured when the site may not be opened yet. A database that is away refuses nothing.

    A site that was opened once starts again whatever an edit took away since: each new process of a running server
    comes through here, and gunicorn stops all of them when one cannot start. The line on the pages says it then.
    """
    if settings.DEMO or settings.DEBUG or settings.ALLOW_NOT_READY:
        return
    try:
        lacking = missing()
    except (DatabaseError, InterfaceError) as error:
        log.error("readiness unknown at the start: %s", type(error).__name__)
        return
    opened = Path(settings.VAR_DIR) / "opened"
    if not lacking:
        _note(opened)
    elif opened.exists():
        log.warning("missing, though the site is open: %s. See `manage.py ready_to_open`.", len(lacking))
    else:
        raise ImproperlyConfigured(
            f"{len(lacking)} things that only the clinic knows are missing: `manage.py ready_to_open` lists them. "
            "Set ALLOW_NOT_READY=true to start all the same; every page then says that the site is being prepared."
        )


def _note(opened: Path) -> None:
    try:
        opened.touch()
    except OSError as error:  # a disk that is full is no reason to stay closed
        log.error("the opening could not be noted: %s", type(error).__name__)


# --- What this room needs ----------------------------------------------------------------------------------------------
def clinic_needs() -> Iterator[Need]:
    for place in Location.objects.prefetch_related("opening_hours"):
        yield from _of_place(place)
    yield from _of_people()
    known = {row.country: row for row in Organisation.objects.all()}
    for country in Country.values:
        yield from _of_organisation(country, known.get(country) or Organisation(country=country))
    yield from _of_settings()


def _of_place(place: Location) -> Iterator[Need]:
    at = {"page": "admin:clinic_location_change", "args": (place.pk,)}
    name = place.name
    yield Need(
        f"{name}: address confirmed",
        "People travel to it. A wrong street costs them a visit.",
        "The clinic has not yet confirmed these details.",
        place.verified_on is not None,
        **at,  # type: ignore[arg-type]
    )
    yield Need(
        f"{name}: desk hours",
        "People who feel ill after treatment have to know when somebody answers.",
        "“Please phone first.”",
        bool(place.opening_hours.all()),
        **at,  # type: ignore[arg-type]
    )
    yield Need(
        f"{name}: steps, lift, doors, toilet",
        "Somebody with a wheelchair or a stick decides by it.",
        "“Phone us first.”",
        bool(place.access),
        **at,  # type: ignore[arg-type]
    )
    yield Need(
        f"{name}: parking",
        "It is asked before each first visit.",
        "Nothing is said about parking.",
        bool(place.parking),
        **at,  # type: ignore[arg-type]
    )
    yield Need(
        f"{name}: where staff get their mail",
        "A request that nobody hears of waits too long.",
        "Requests show in the queue only.",
        bool(place.notify_email),
        **at,  # type: ignore[arg-type]
    )


def _of_people() -> Iterator[Need]:
    real = Clinician.objects.filter(active=True, is_demo=False)
    yield Need(
        "Clinicians with their register and number",
        "People want to know who treats them, and check it.",
        "“We will name our nurses and doctors here.”",
        real.exists() and not real.filter(register_number="").exists(),
        "admin:clinic_clinician_changelist",
    )
    yield Need(
        "No demonstration clinicians",
        "A made-up person must not have a rota on the real site.",
        "They are not shown; their free times are.",
        not Clinician.objects.filter(active=True, is_demo=True).exists(),
        "admin:clinic_clinician_changelist",
    )


def _of_organisation(country: str, row: Organisation) -> Iterator[Need]:
    where = Country(country).label
    asked = [
        (
            "legal_name",
            "who runs the clinics",
            "A patient has to know whom she deals with.",
            "The pages about us say that it is not filled in yet.",
        ),
        (
            "privacy_contact",
            "whom to write to about personal data",
            "The law asks for it, and people use it.",
            "The privacy page says that it is not known yet.",
        ),
        (
            "complaints_contact",
            "who answers complaints",
            "A complaint needs a person.",
            "Complaints reach staff by the form; no name is given.",
        ),
        (
            "cancelling",
            "what a late cancellation costs",
            "A charge that nobody was told of may not be asked for.",
            "The fees page says that the clinics have not set a fee.",
        ),
        (
            "paying",
            "how and when a patient pays",
            "People plan for it.",
            "The fees page says that the clinics have not told us.",
        ),
    ]
    if country == Country.GB:  # in Ireland nobody registers small private clinics yet
        asked.append(
            (
                "regulator_number",
                "the regulator and our number there",
                "People can look up what it found.",
                "No regulator is named.",
            )
        )
    page: tuple[str, tuple[object, ...], str] = ("admin:clinic_organisation_change", (row.pk,), "")
    if not row.pk:
        page = ("admin:clinic_organisation_add", (), f"?country={country}")
    for field, what, why, meanwhile in asked:
        yield Need(f"{where}: {what}", why, meanwhile, bool(getattr(row, field)), *page)


def _of_settings() -> Iterator[Need]:
    yield Need(
        "FROM_EMAIL: the address our mail comes from",
        "Mail from an example address is thrown away.",
        "Nobody gets our mail.",
        EXAMPLE not in settings.DEFAULT_FROM_EMAIL,
    )
    yield Need(
        "SECURITY_CONTACT: whom to tell of a hole in the site",
        "Who finds one should reach a person.",
        "There is no security.txt.",
        bool(settings.SECURITY_CONTACT),
    )
