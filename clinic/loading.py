"""Brings the clinics of a file into the database. Creates what is missing; never writes over a row that is there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from clinic import page_cache
from clinic.models import Location, Room

FILE = Path(__file__).resolve().parent / "content" / "locations.toml"


class ClinicsProblem(ValueError):
    """The file cannot be loaded; the sentence names the place."""


@dataclass
class Report:
    """What a load did; `different` are fields that stand otherwise here, kept as they are."""

    created: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)


def load_clinics(*, file: Path = FILE) -> Report:
    """Store the clinics that are not there yet, in the file's order. Raises ClinicsProblem and stores nothing."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ClinicsProblem(f"{file.name}: {error}.") from error
    report = Report()
    with transaction.atomic(durable=True):
        stored = {place.slug: place for place in Location.objects.all()}
        for position, (slug, table) in enumerate(tables.items(), 1):
            if slug in stored:
                report.different += _differences(stored[slug], table)
            else:
                _create(f"{file.name}, [{slug}]", slug, position, dict(table))
                report.created.append(slug)
        if report.created:
            page_cache.drop()
    return report


def _create(where: str, slug: str, position: int, table: dict[str, Any]) -> None:
    rooms = table.pop("rooms", [])
    try:
        place = Location(slug=slug, position=position, **_columns(table))
        place.full_clean()
    except TypeError as error:
        raise ClinicsProblem(f"{where}: {error}.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        raise ClinicsProblem(f"{where}: {wrong}") from error
    place.save(force_insert=True)
    Room.objects.bulk_create(Room(location=place, name=name) for name in rooms)


def _columns(table: dict[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in table.items()}


def _differences(place: Location, table: dict[str, Any]) -> list[str]:
    """Rooms are left out: a clinic names its own."""
    columns = _columns({name: value for name, value in table.items() if name != "rooms"})
    return [
        f"{place.slug}, {name}: here “{_even(getattr(place, name, ''))}”, in the file “{_even(value)}”"
        for name, value in columns.items()
        if _even(getattr(place, name, "")) != _even(value)
    ]


def _even(value: Any) -> str:
    return ", ".join(str(value).split("\n")).replace("\r", "")
