"""Every address of the site from the resolver, nine people at their browsers, and what each of them is answered.

It only asks and notes; what the answer must be stands in `tests/data/access.txt`, and a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from bookings import links
from bookings.models import Appointment, CallTask, Closure, Patient, WorkingPattern
from bookings.services import SYSTEM
from bookings.services.noting import note
from clinic import services as clinic_services
from clinic.models import Complaint, Feedback, Location, Membership, Message, Organisation, Picture, Version
from clinic.wording import reference
from tests import cast, desk_cast
from treatments.models import Page

TABLE = Path(__file__).parent / "data" / "access.txt"
PEOPLE = (
    "anonymous",
    "patient",  # with the cookie of her own link, at the other clinic
    "receptionist",
    "clinician",
    "manager",
    "editor",
    "administrator",
    "disabled",
    "foreign",  # has all three roles of a desk, at the other clinic
)
# Not in the table: they are answered like somebody who is, at every address of the desk.
LIKE = {"roleless": "editor", "outsider": "anonymous"}
STRANGERS = ("anonymous", "patient", "editor", "disabled", "foreign")  # must read of nobody of this clinic
OWN = ("receptionist", "clinician", "manager")  # must read of nobody of the other one
LOGIN = "login"
SHORT = "admin:short_for_change"  # what each model's admin has without a name
# Two addresses that Django's admin writes as expressions.
APP_LIST, NO_PAGE = r"^(?P<app_label>bookings|clinic|auth|treatments)/$", r"(?P<url>.*)$"
HERE, THERE = "Zzmaiden", "Zzdublin"  # every person, note, complaint and address of a clinic holds its word


# --- The addresses ----------------------------------------------------------------------------------------------
class Address(NamedTuple):
    """`admin:bookings_patient_change`; one without a name goes by its route."""

    name: str
    route: str

    @property
    def of_staff(self) -> bool:
        return self.route.startswith("/admin/")


def addresses(patterns: list[Any] | None = None, space: str = "", before: str = "/") -> Iterator[Address]:
    """All of them, each once."""
    each: URLPattern | URLResolver
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = f"{before}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from addresses(
                each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space, route
            )
        else:
            name = f"{space}{each.name}" if each.name else route
            yield Address(SHORT if name.endswith("/<path:object_id>/") else name, route)


# --- Who and what there is --------------------------------------------------------------------------------------
@dataclass
class World:
    """Two clinics with the same rows each; everybody but the foreign one belongs to the first."""

    place: Location
    other: Location
    rows: dict[type[Model], Model]
    asked: Appointment
    token: str
    users: dict[str, User] = field(default_factory=dict)
    markers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def client(self, person: str) -> Client:
        """At a new browser each time: one of the addresses logs out."""
        if person == "anonymous":
            return Client()
        if person == "patient":
            client = Client()
            client.get(f"/book/link/{self.token}/")
            return client
        return desk_cast.at(self.users[person])

    def path(self, address: Address) -> str:
        """The address of this clinic's row. Raises LookupError for a part that nobody gave a value for."""
        filled = re.sub(
            r"(?<!\?P)<(?:\w+:)?(\w+)>", lambda part: str(self._value(address, part[1])), address.route
        )
        return filled.replace(APP_LIST, "bookings/").replace(NO_PAGE, "no/such/page/")

    def _value(self, address: Address, part: str) -> object:
        label = re.match(r"/admin/(\w+)/(\w+)/", address.route)
        if address.name.endswith("view_on_site"):
            return 1
        if label and part in ("pk", "object_id", "id", "message_id", "user_id", "key", "slug", "other"):
            return self.row(apps.get_model(label[1], label[2])).pk
        if part == "version_id" and label:
            return _version(self.row(apps.get_model(label[1], label[2]))).pk
        given: dict[str, object] = {"kind": "confirmed", "page": 1, "token": "x", "name": "none.jpg"}
        given["slug"] = {
            "clinic:location": self.place.slug,
            "treatments:page": "before-your-visit",
            "treatments:picture": "kinds",
            "treatments:leaflet": "aftercare",
        }.get(address.name)
        if part not in given:
            raise LookupError(f"{address.route}: say in tests/access.py what <{part}> is")
        return given[part]

    def row(self, model: type[Model]) -> Model:
        found = self.rows.get(model) or model._default_manager.first()
        if found is None:
            raise LookupError(f"There is no {model.__name__} to open: make one in tests/access.py")
        return found


def make_world() -> World:
    here, asked = _clinic("maidenhead", HERE, "+447700900111")
    _, theirs = _clinic("dublin", THERE, "+447700900222")
    world = World(asked.location, theirs.location, here, asked, links.token(theirs))
    for word, made in ((HERE, asked), (THERE, theirs)):
        digits = made.patient.phone[-9:] if made.patient else ""
        told = (
            word,
            word.lower(),
            made.reference,
            reference(made.reference),
            digits,
            f"{digits[:3]} {digits[3:]}",
        )
        person = made.patient.reference if made.patient else ""
        world.markers[word] = (*told, person, reference(person))
    for role in (*OWN, "editor"):
        world.users[role] = cast.make_staff(role, role, *([] if role == "editor" else [world.place]))
    world.users["administrator"] = User.objects.create_superuser("root", password=cast.PASSWORD)
    world.users["disabled"] = cast.make_staff("disabled", "manager", world.place, is_active=False)
    foreign = cast.make_staff("foreign", "receptionist", world.other)
    for role in ("clinician", "manager"):
        Membership.objects.create(user=foreign, location=world.other, role=role)
    world.users["foreign"] = foreign
    world.users["roleless"] = cast.make_staff("roleless", "receptionist", world.place)
    world.users["roleless"].memberships.all().delete()
    world.users["outsider"] = cast.make_staff("outsider", "manager", world.place)
    User.objects.filter(username="outsider").update(is_staff=False)
    world.rows |= {
        User: world.users["receptionist"],
        Membership: world.users["receptionist"].memberships.get(),
        Picture: Picture.objects.create(
            digest="0" * 32, width=480, height=320, alt="A door", added_at=cast.NOW
        ),
        Page: Page.objects.get(slug="before-your-visit"),
        Organisation: Organisation.objects.get_or_create(country="GB")[0],
        Feedback: Feedback.objects.create(received_at=cast.NOW, path="/fees/", helped="It did."),
    }
    return world


# --- A fixture: a test file takes it by giving it a name: `world = access.world` ---
@pytest.fixture
def world(content: None) -> World:
    return make_world()


def _clinic(slug: str, word: str, phone: str) -> tuple[dict[type[Model], Model], Appointment]:
    """Somebody whom a nurse has to ring, with a note, letters, a complaint; and the rows of her clinic."""
    place = cast.make_clinic(slug)
    who = cast.make_details(name=f"Brigid {word}", email=f"{word.lower()}@example.org", phone=phone)
    asked = desk_cast.ringing_request(place, patient=who)
    note(appointment_id=asked.pk, text=f"{word} is hard of hearing", actor=SYSTEM, now=cast.NOW)
    asked.refresh_from_db()
    complaint = clinic_services.complain(
        who=clinic_services.Complainant(f"Mary {word}", f"{word.lower()}@example.com"),
        location=place,
        text=f"{word} waited long.",
        wanted="",
        key=slug,
        now=cast.NOW,
    )
    start = cast.FREE_TIME + cast.dt.timedelta(days=14)
    closure = cast.make_closure(start, start + cast.dt.timedelta(hours=1), location=place)
    rows: dict[type[Model], Model] = {
        Location: place,
        Appointment: asked,
        Patient: asked.patient or Patient(),
        CallTask: asked.call_tasks.get(),
        Complaint: complaint,
        Closure: closure,
        WorkingPattern: WorkingPattern.objects.get(location=place),
        Message: Message.objects.get(to_address=f"{word.lower()}@example.org"),
    }
    return rows, asked


def _version(row: Model) -> Version:
    keeper = admin.site._registry[type(row)].keeper  # type: ignore[attr-defined]
    made = {"value": keeper.value(row), "origin": Version.Origin.FOUND, "made_at": cast.NOW}
    return Version.objects.get_or_create(kind=keeper.kind, key=keeper.key(row), defaults=made)[0]


# --- Asking -----------------------------------------------------------------------------------------------------
def status_of(response: HttpResponse) -> str:
    """`200`, or `login` for whoever is sent to log in."""
    if response.status_code == 302 and "/login/" in response.headers["Location"]:
        return LOGIN
    return str(response.status_code)


def leaks(world: World, person: str, response: HttpResponse) -> list[str]:
    """What this person reads of people who are none of hers. A patient's own clinic is the other one."""
    body = b"".join(response) if response.streaming else response.content
    text = body.decode(errors="replace")
    strange = person in STRANGERS or person in LIKE
    unseen = [HERE] if strange else [THERE] if person in OWN else []
    if strange and person not in ("foreign", "patient"):
        unseen.append(THERE)
    return [mark for word in unseen for mark in world.markers[word] if mark and mark in text]


def table() -> dict[str, dict[str, str]]:
    """The expected answers: address with its method, person, status."""
    found: dict[str, dict[str, str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            method, name, *cells = line.split()
            assert len(cells) == len(PEOPLE), f"{TABLE.name}: {line}"
            for each in _spread(name):
                assert f"{method} {each}" not in found, f"{TABLE.name} has {each} twice"
                found[f"{method} {each}"] = dict(zip(PEOPLE, cells, strict=True))
    return found


class Asked(NamedTuple):
    """One line of the table as it came out, and what somebody read of people who are none of hers."""

    line: str
    answers: dict[str, str]
    leaks: list[str]


def ask(
    world: World, address: Address, method: str, people: Sequence[str] = PEOPLE, sent: Any = None
) -> Asked:
    """The address of this clinic's row, opened or posted to by each of them."""
    answers, found = {}, []
    path = world.path(address)
    for person in people:
        client = world.client(person)
        response = client.get(path) if method == "GET" else client.post(path, sent or {})
        answers[person] = status_of(response)
        found += [f"{method} {path}: {person} reads {mark}" for mark in leaks(world, person, response)]
    return Asked(f"{method} {address.name} {' '.join(answers.values())}", answers, found)


def _spread(name: str) -> list[str]:
    """`a_{b,c}` is `a_b` and `a_c`."""
    match = re.search(r"\{([\w,/]+)\}", name)
    if not match:
        return [name]
    return [made for part in match[1].split(",") for made in _spread(name.replace(match[0], part, 1))]
