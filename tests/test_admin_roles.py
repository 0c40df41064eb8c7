"""Who may open what: every address of the desk, for every role, at her own clinic and at another's."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from bookings import services
from bookings.models import Appointment, CallTask, Patient
from bookings.services.calling import RingMe
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import NOW
from tests.desk_cast import LIST, PATIENTS, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
DESK = ("receptionist", "clinician", "manager")
# Everything about one row: name of the address, and what a GET of it answers where she may see the row.
OF_APPOINTMENT = {
    "change": 200,
    "history": 302,
    "delete": 403,
    "note": 405,
    "move": 200,
    "leave": 200,
    "real": 405,
    "confirm": 200,
    "decline": 200,
    "cancel": 200,
    "not_answered": 200,
    "arrive": 409,
    "no_show": 409,
    "fulfil": 409,
    "undo": 409,
    "void": 200,
    "letters_of": 200,
    "letter_of": 200,
}
OF_CALL = {"change": 200, "history": 302, "delete": 403, "close": 405, "try": 405, "give_up": 405}
OF_PATIENT = {"change": 200, "history": 302, "delete": 403, "reach": 200, "next": 200, "correct": 200}
# A manager of all her clinics alone: tests/test_admin_patient.py.
OF_RECORD = ("hold", "erase", "export", "merge", "unmerge")
OF_NOBODY = ("hits", "queue", "release", "today", "diary", "changelist", "add", "letters", "letter")
# A clinician of the clinic alone: tests/test_admin_today.py.
CLINICAL = ("unchanged", "answers", "visit")


def addresses_of(asked: Appointment) -> dict[str, int]:
    rows: list[tuple[dict[str, int], Appointment | CallTask | Patient]] = [
        (OF_APPOINTMENT, asked),
        (OF_CALL, asked.call_tasks.get()),
        (OF_PATIENT, asked.patient),
    ]
    return {
        desk_cast.page_of(row, action): status for actions, row in rows for action, status in actions.items()
    }


def admin_names() -> set[str]:
    """Every named address of the bookings room in the admin, as the resolver knows them."""
    found: set[str] = set()

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for each in patterns:
            if isinstance(each, URLResolver):
                walk(each.url_patterns)
            elif each.name and each.name.startswith("bookings_"):
                found.add(each.name)

    walk(get_resolver().url_patterns)
    return found


def test_every_address_of_the_desk_is_in_the_matrix() -> None:
    known = {f"bookings_appointment_{name}" for name in (*OF_APPOINTMENT, *OF_NOBODY, *CLINICAL)}
    known |= {f"bookings_calltask_{name}" for name in (*OF_CALL, "changelist", "add")}
    known |= {f"bookings_patient_{name}" for name in (*OF_PATIENT, *OF_RECORD, "changelist", "add")}
    stock = ("changelist", "add", "history", "delete", "change")
    known |= {
        f"bookings_{model}_{name}" for model in ("workingpattern", "closure", "service") for name in stock
    }
    # Managers alone: tests/test_funnel.py, tests/test_admin_reports.py.
    known |= {"bookings_stepcount_changelist", "bookings_stepcount_reports"}
    known |= {"bookings_workingpattern_rota", "bookings_closure_holidays"}  # tests/test_admin_hits.py
    names = admin_names()
    assert len(names) >= 40
    assert names == known


@pytest.mark.parametrize("role", DESK)
def test_her_own_clinics_rows_open(role: str, place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    client = desk_cast.somebody(role, place)
    for address, status in addresses_of(asked).items():
        assert client.get(address).status_code == status, address


@pytest.mark.parametrize("role", DESK)
def test_another_clinics_rows_are_as_absent_as_those_that_never_were(
    role: str, place: Location, other: Location
) -> None:
    asked = desk_cast.ringing_request(place)
    client = desk_cast.somebody(role, other)
    for address, status in addresses_of(asked).items():
        never = address.replace(f"/{address.split('/')[4]}/", "/98765/")
        refused = 404 if status != 405 or "note" in address else 405
        for asks in (client.get, client.post):
            there, nowhere = asks(address), asks(never)
            assert there.status_code == nowhere.status_code, address
            assert there.status_code in (404, refused, 403 if "delete" in address else 404, 405), address
            assert "Brigid" not in there.content.decode()
    assert Appointment.objects.get().version == asked.version


@pytest.mark.parametrize("role", ["editor", "nobody", "disabled", "patient"])
def test_without_a_desk_nothing_opens(role: str, place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    if role == "editor":
        user = cast.make_staff("editor", "editor")
    else:
        user = cast.make_staff(role, "receptionist", place)
        if role == "nobody":
            user.memberships.all().delete()
        elif role == "disabled":
            user.is_active = False
        else:
            user.is_staff = False
        user.save()
    client = desk_cast.at(user)
    lists = [
        reverse(f"admin:bookings_{model}_changelist") for model in ("appointment", "calltask", "patient")
    ]
    for address in [*addresses_of(asked), *lists, desk_cast.QUEUE, desk_cast.ADD]:
        for asks in (client.get, client.post):
            response = asks(address)
            assert response.status_code in (302, 403, 404, 405), address
            assert response.status_code != 302 or "login" in response.headers["Location"], address
            assert "Brigid" not in response.content.decode()
    assert Appointment.objects.get().version == asked.version


def test_somebody_who_is_not_logged_in_is_asked_to(place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    for address in addresses_of(asked):
        response = Client().get(address)
        assert (response.status_code, "/admin/login/" in response.headers["Location"]) == (302, True)


@pytest.mark.parametrize("number", ["0", "98765", "9" * 18, "9" * 25, "-1", "x", "1%00", "%ED%A0%80"])
def test_a_row_that_never_was_is_not_found(number: str, place: Location) -> None:
    client = desk_cast.receptionist(place)
    for model in ("appointment", "calltask", "patient"):
        assert client.get(f"/admin/bookings/{model}/{number}/change/").status_code == 404
    assert client.get(f"/admin/bookings/appointment/{number}/confirm/", follow=True).status_code == 404


@pytest.mark.parametrize("role", DESK)
def test_lists_search_and_autocomplete_know_her_clinics_people_only(
    role: str, place: Location, other: Location
) -> None:
    asked = desk_cast.ringing_request(place)
    own, foreign = desk_cast.somebody(role, place), desk_cast.somebody(role, other)
    for client, seen in ((own, True), (foreign, False)):
        for address in (LIST, PATIENTS, desk_cast.CALLS, desk_cast.QUEUE):
            assert ("Brigid Test" in text_of(client.get(address))) is seen, address
        for typed in ("Brigid", asked.reference, "brigid@example.org", "020 7946 0000"):
            assert ("Brigid Test" in text_of(client.get(LIST, {"q": typed}))) is seen, typed
    for asks in (
        {"app_label": "bookings", "model_name": "appointment", "field_name": "patient", "term": "Brigid"},
        {"app_label": "bookings", "model_name": "calltask", "field_name": "appointment", "term": "Brigid"},
    ):
        answer = foreign.get("/admin/autocomplete/", asks)
        assert answer.status_code in (200, 403)
        assert answer.status_code == 403 or answer.json()["results"] == []


def test_one_role_at_two_clinics_sees_both_and_all_means_all(place: Location, other: Location) -> None:
    cast.make_request(place)
    cast.make_request(other, patient=cast.make_details(name="Deirdre Dublin"))
    for client in (desk_cast.receptionist(place, other), desk_cast.manager(), desk_cast.superuser()):
        words = text_of(client.get(LIST))
        assert "Brigid Test" in words
        assert "Deirdre Dublin" in words


def test_a_patient_without_an_appointment_is_seen_where_she_asked_to_be_rung(
    place: Location, other: Location
) -> None:
    services.ring_me(
        who=RingMe("Carol Caller", "+447700900123", "any", leave_message=True),
        location=place,
        country="GB",
        now=NOW,
    )
    assert "Carol Caller" in text_of(desk_cast.receptionist(place).get(PATIENTS))
    assert "Carol Caller" not in text_of(desk_cast.receptionist(other).get(PATIENTS))


def test_what_is_personal_is_never_kept_by_a_browser(place: Location) -> None:
    asked = desk_cast.ringing_request(place)
    client = desk_cast.nurse(place)
    for address, status in addresses_of(asked).items():
        if status == 200:
            response = client.get(address)
            assert response.headers["Cache-Control"] == "no-store, private"
            assert "style=" not in response.content.decode()
