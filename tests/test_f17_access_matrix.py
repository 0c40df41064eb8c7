"""F17: every address of the site, nine people, status and body. A new address fails until it has its line in the table."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import path
from django.views import View

from bookings.admin.desk_admin import DeskView
from bookings.models import Appointment, CallTask, Closure, Patient, WorkingPattern
from bookings.models.appointment import AppointmentQuerySet
from bookings.models.patient import PatientQuerySet
from clinic import urls
from clinic.models import Complaint, Location, Message
from tests import access, desk_cast, manage_cast
from tests.access import HERE, LIKE, LOGIN, OWN, PEOPLE, STRANGERS, Address, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
world = access.world
REFUSED = (LOGIN, "403", "404")
OTHERS = (Closure, WorkingPattern, Location, Complaint, Message)


def everything() -> list[object]:
    """Every row that a visit to these addresses might change."""
    return [
        manage_cast.everything(),
        *(list(model._default_manager.order_by("pk").values()) for model in OTHERS),
    ]


def of_desk() -> list[Address]:
    return [each for each in access.addresses() if each.route.startswith("/admin/bookings/")]


# --- The table ------------------------------------------------------------------------------------------------------
def unclassed(patterns: list[Any] | None = None) -> set[str]:
    """Addresses that have no line, with what to write."""
    return {each.name for each in access.addresses(patterns)} - {line.split()[1] for line in access.table()}


def test_every_address_is_in_the_table_and_no_line_has_outlived_its_own() -> None:
    found = {each.name for each in access.addresses()}
    assert len(found) >= 200
    new = unclassed()
    assert not new, (
        f"New: {', '.join(sorted(new))}. Decide who may open it and write one line into tests/data/access.txt; "
        "the next test prints what it is answered now."
    )
    assert {line.split()[1] for line in access.table()} == found


def test_what_a_get_may_not_do_is_asked_by_post_too() -> None:
    lines = access.table()
    by_post = {
        name for name, answers in lines.items() if "405" in answers.values() and name.startswith("GET")
    }
    assert len(by_post) >= 10
    assert [name for name in by_post if name.replace("GET", "POST") not in lines] == []


def test_a_new_address_is_found() -> None:
    planted = path("book/everybody/", HttpResponse, name="everybody")
    assert unclassed([*urls.urlpatterns, planted]) == {"everybody"}


# --- Everybody everywhere ---------------------------------------------------------------------------------------------
SHARES = 4  # of the addresses, so that two processes share the asking


@pytest.mark.parametrize("share", range(SHARES))
def test_everybody_is_answered_as_the_table_says_and_reads_of_nobody_else(world: World, share: int) -> None:
    lines, began, asked = access.table(), time.monotonic(), 0
    wrong: list[str] = []
    before = everything()
    mine = list(access.addresses())[share::SHARES]
    for address in mine:
        seen = access.ask(world, address, "GET")
        asked += len(PEOPLE)
        wrong += seen.leaks
        if seen.answers != lines.get(f"GET {address.name}"):
            wrong.append(f"tests/data/access.txt says otherwise, or nothing: {seen.line}")
    assert everything() == before, "a GET changed something"
    for address in mine:
        if expected := lines.get(f"POST {address.name}"):
            seen = access.ask(world, address, "POST")
            asked += len(PEOPLE)
            wrong += seen.leaks
            if seen.answers != expected:
                wrong.append(f"tests/data/access.txt says otherwise: {seen.line}")
    took = round(time.monotonic() - began)
    print(f"{len(mine)} addresses, {len(PEOPLE)} people, {asked} requests, {took} s")
    assert asked >= 2000 / SHARES
    assert wrong == []


def test_whoever_may_not_open_a_page_may_not_post_to_it_and_nothing_changes(world: World) -> None:
    asked = world.asked
    sent = {
        "action": "confirm_chosen",
        "_selected_action": [asked.pk],
        f"version-{asked.pk}": asked.version,
        "chosen": [f"{asked.pk}.{asked.version}"],
        "expected_version": asked.version,
        "patient": world.row(type(asked.patient)).pk,
    }
    lines, before, wrong, posts = access.table(), everything(), [], 0
    for address in access.addresses():
        if not address.of_staff or address.name == "admin:login":
            continue
        expected = lines[f"GET {address.name}"]
        seen = access.ask(world, address, "POST", STRANGERS, sent)
        posts += len(STRANGERS)
        wrong += seen.leaks
        for person, status in seen.answers.items():
            if expected[person] in REFUSED and status not in (*REFUSED, "405"):
                wrong.append(f"POST {address.name}: {person} is answered {status}")
    assert posts >= 800
    assert wrong == []
    assert everything() == before


def test_without_a_role_or_without_the_desk_nothing_opens(world: World) -> None:
    """Staff whom nobody gave a clinic yet, and a login that is no staff's: answered as others are."""
    lines, wrong = access.table(), []
    for address in of_desk():
        for method in ("GET", "POST"):
            expected = lines.get(f"{method} {address.name}")
            seen = access.ask(world, address, method, list(LIKE))
            wrong += seen.leaks
            if expected and seen.answers != {person: expected[like] for person, like in LIKE.items()}:
                wrong.append(seen.line)
    assert wrong == []


def test_another_clinics_row_and_one_that_never_was_are_answered_alike(world: World) -> None:
    client, asked, wrong = world.client("foreign"), 0, []
    of_people = (Appointment, Patient, CallTask)
    for row in (world.row(model) for model in of_people):
        for address in of_desk():
            there, part = world.path(address), f"/{row._meta.model_name}/{row.pk}/"
            if part not in there:
                continue
            for asks in (client.get, client.post):
                asked += 1
                answers = [
                    access.status_of(asks(each)) for each in (there, there.replace(part, part[:-1] + "8765/"))
                ]
                if answers[0] != answers[1]:
                    wrong.append(f"{address.name}: {answers}")
    assert asked >= 60
    assert wrong == []


# --- Lists, search, filters, files ------------------------------------------------------------------------------------
def probes(world: World) -> list[str]:
    """Ways to ask a page of mine for somebody of another clinic."""
    person, row = world.asked.patient, world.asked
    assert person is not None
    day = world.asked.starts_at.date()
    bookings, lists = "/admin/bookings", ("appointment", "patient", "calltask")
    typed = (HERE, person.email, person.phone[-9:], row.reference, person.reference, "Brigid")
    found = [f"{bookings}/{each}/?q={words}" for each in lists for words in typed]
    raw = (
        "patient__name__icontains=Zz",
        "location__id__exact=",
        "patient__phone__contains=7",
        "all=",
        "p=0",
        "o=1",
    )
    found += [f"{bookings}/{each}/?{words}" for each in lists for words in raw]
    clinic = world.place.slug
    found += [f"{bookings}/appointment/?clinic={each}" for each in (clinic, world.place.pk, "x")]
    for page in ("today", "diary", "queue"):
        found.append(f"{bookings}/appointment/{page}/?clinic={clinic}&day={day}&who={row.pk}&view=week")
    found += [f"{bookings}/appointment/today/?clinic=mine&day={day}&who={row.pk}"]
    found += [f"{bookings}/appointment/add/?patient={person.pk}&again={row.pk}&clinic={clinic}"]
    found += [f"{bookings}/appointment/letters/?clinic={clinic}"]
    found += [f"{bookings}/stepcount/?clinic={clinic}", f"{bookings}/stepcount/?file=steps&clinic={clinic}"]
    found += [f"{bookings}/stepcount/reports/?file={file}&clinic={clinic}" for file in ("", "clinicians")]
    found += [f"/admin/clinic/message/?q={words}" for words in typed]
    found += [
        f"/admin/clinic/complaint/?q={words}" for words in (HERE, f"location__id__exact={world.place.pk}")
    ]
    asked = "/admin/autocomplete/?app_label=bookings&term=Brigid&model_name"
    found += [f"{asked}=appointment&field_name=patient", f"{asked}=calltask&field_name=appointment"]
    found += [f"{asked}=calltask&field_name=patient", f"{asked}=screeninganswer&field_name=appointment"]
    return found


def read_by(world: World, person: str) -> list[str]:
    client, found = world.client(person), []
    for address in probes(world):
        response = client.get(address)
        assert response.status_code in (200, 302, 400, 403, 404, 422), address
        marks = access.leaks(world, person, response)  # the search box shows what was typed into it
        found += [
            f"{address}: {person} reads {mark}" for mark in marks if mark.lower() not in address.lower()
        ]
    return found


def test_lists_search_filters_and_files_know_ones_own_people_only(world: World) -> None:
    assert len(probes(world)) >= 50
    for person in ("anonymous", "editor", "foreign"):
        assert read_by(world, person) == []


def test_the_same_questions_find_her_for_her_own_clinic(world: World) -> None:
    """Or the test above would hold of a site that shows nobody anything."""
    for person in OWN:
        client = world.client(person)
        found = [each for each in probes(world) if HERE in client.get(each).content.decode()]
        assert len(found) >= 20, person


@pytest.mark.parametrize("person", ["receptionist", "manager", "editor"])
def test_health_is_shown_to_those_alone_who_need_it(world: World, person: str) -> None:
    client = world.client(person)
    pages = [world.path(each) for each in of_desk() if "letter" not in each.name]
    shown = [page for page in [*pages, *probes(world)] if _tells_health(client.get(page))]
    assert len(pages) >= 40
    assert shown == []
    assert _tells_health(world.client("clinician").get(desk_cast.page_of(world.asked)))


def _tells_health(response: HttpResponse) -> bool:
    return any(words in response.content.decode() for words in desk_cast.ANSWER_WORDS[:2])


# --- Planted --------------------------------------------------------------------------------------------------------
def breaches(world: World, person: str) -> list[str]:
    """What the two comparisons above say of the desk's pages, for one person."""
    lines, wrong = access.table(), []
    for address in of_desk():
        seen = access.ask(world, address, "GET", [person])
        wrong += seen.leaks
        if seen.answers[person] != lines[f"GET {address.name}"][person]:
            wrong.append(seen.line)
    return wrong


def test_a_rule_that_lets_everybody_see_everything_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert breaches(world, "foreign") == []
    for rows in (AppointmentQuerySet, PatientQuerySet):
        monkeypatch.setattr(rows, "visible_to", lambda self, user: self)
    found = breaches(world, "foreign")
    assert any("foreign reads Zzmaiden" in each for each in found)
    assert len([each for each in found if "200" in each.split()]) >= 10
    assert len(read_by(world, "foreign")) >= 20


def test_a_page_without_its_gate_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert breaches(world, "editor") == []
    monkeypatch.setattr(DeskView, "dispatch", View.dispatch)
    assert "GET admin:bookings_appointment_queue 200" in breaches(world, "editor")


def test_a_row_fetched_past_the_rule_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(self: Any, request: Any, pk: object) -> Any:
        return self.model._default_manager.select_related(*self.read_with).get(pk=pk)

    monkeypatch.setattr("bookings.admin.desk_admin.DeskAdmin.find", find)
    assert Appointment.objects.count() == 2
    assert any("/confirm/: foreign reads" in each for each in breaches(world, "foreign"))
