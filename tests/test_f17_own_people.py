"""F17, by hand: whose people somebody sees who works at two clinics, at all, or has only a call to make."""

from __future__ import annotations

import pytest

from bookings import services
from bookings.models import CallTask
from bookings.services.calling import RingMe
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import NOW
from tests.desk_cast import LIST, PATIENTS, page_of, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


def ring_carol(location: Location | None, country: str) -> CallTask:
    who = RingMe("Carol Caller", "+447700900123", "any", leave_message=True)
    return services.ring_me(who=who, location=location, country=country, now=NOW)


def test_one_role_at_two_clinics_sees_both_and_all_means_all(place: Location, other: Location) -> None:
    cast.make_request(place)
    cast.make_request(other, patient=cast.make_details(name="Deirdre Dublin"))
    for client in (receptionist(place, other), desk_cast.manager(), desk_cast.superuser()):
        words = text_of(client.get(LIST))
        assert "Brigid Test" in words
        assert "Deirdre Dublin" in words


@pytest.mark.parametrize("where", ["its clinic", "its whole country"])
def test_who_has_only_a_call_is_open_to_whoever_may_make_it(
    where: str, place: Location, other: Location
) -> None:
    task = ring_carol(place if where == "its clinic" else None, "GB")
    london = cast.make_clinic("london")
    may = {place: True, london: where == "its whole country", other: False}
    for location, seen in may.items():
        client = receptionist(location)
        assert ("Carol Caller" in text_of(client.get(PATIENTS))) is seen
        for page in ("change", "next", "reach", "correct"):
            assert client.get(page_of(task.patient, page)).status_code == (200 if seen else 404)
        assert client.get(page_of(task)).status_code == (200 if seen else 404)


@pytest.mark.parametrize("number", ["0", "98765", "9" * 18, "9" * 25, "-1", "x", "1%00", "%ED%A0%80"])
def test_a_row_that_never_was_is_not_found(number: str, place: Location) -> None:
    client = receptionist(place)
    for model in ("appointment", "calltask", "patient"):
        assert client.get(f"/admin/bookings/{model}/{number}/change/").status_code == 404
    assert client.get(f"/admin/bookings/appointment/{number}/confirm/", follow=True).status_code == 404


def test_what_is_personal_is_never_kept_by_a_browser(place: Location) -> None:
    asked, client = desk_cast.ringing_request(place), desk_cast.nurse(place)
    rows = (asked, asked.patient, asked.call_tasks.get())
    for address in (LIST, PATIENTS, desk_cast.CALLS, desk_cast.QUEUE, *map(page_of, rows)):
        response = client.get(address)
        assert response.headers["Cache-Control"] == "no-store, private"
        assert "style=" not in response.content.decode()
