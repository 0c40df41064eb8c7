"""What a manager sets for her own clinic: until when patients change a visit, what later means, who answers requests."""

from __future__ import annotations

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bookings.life import Status
from bookings.promises import change_until
from clinic.models import Location, Version
from tests import cast, desk_cast, manage_cast
from tests.cast import FREE_TIME
from tests.desk_cast import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
EMPTY_INLINES = {
    f"{name}-{what}": "0"
    for name in ("rooms", "opening_hours")
    for what in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
}


def page_of(place: Location) -> str:
    return reverse("admin:clinic_location_change", args=[place.pk])


def save(client: Client, place: Location, **changes: str) -> HttpResponse:
    """The form as the page shows it, with these fields typed anew; a tick is sent as "on"."""
    form = client.get(page_of(place)).context["adminform"].form
    shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    typed = {name: str(value) for name, value in shown.items() if value not in (None, False)}
    given = {**typed, **EMPTY_INLINES, **changes}
    return client.post(page_of(place), given, follow=True)  # type: ignore[return-value]


def test_a_manager_sets_the_cut_off_and_the_late_policy(place: Location) -> None:
    visit = cast.make_booked(place)
    assert change_until(place, visit.starts_at) == FREE_TIME - cast.dt.timedelta(hours=24)
    client = desk_cast.manager(place)
    saved = save(client, place, cutoff_hours="48", late_policy="Later than that we charge nothing.")
    assert "was changed successfully" in text_of(saved) or saved.redirect_chain
    place.refresh_from_db()
    assert (place.cutoff_hours, place.late_policy) == (48, "Later than that we charge nothing.")
    assert change_until(place, visit.starts_at) == FREE_TIME - cast.dt.timedelta(hours=48)


def test_an_empty_cut_off_is_that_of_the_settings_and_0_is_the_visit_itself(place: Location) -> None:
    client = desk_cast.manager(place)
    for typed, stored, hours in (("0", 0, 0), ("", None, 24)):
        save(client, place, cutoff_hours=typed)
        place.refresh_from_db()
        assert place.cutoff_hours == stored
        assert change_until(place, FREE_TIME) == FREE_TIME - cast.dt.timedelta(hours=hours)


@pytest.mark.parametrize("typed", ["-1", "two days"])
def test_a_cut_off_that_is_no_number_of_hours_is_said_at_the_field(place: Location, typed: str) -> None:
    refused = save(desk_cast.manager(place), place, cutoff_hours=typed)
    assert refused.context["adminform"].form.errors.keys() == {"cutoff_hours"}
    place.refresh_from_db()
    assert place.cutoff_hours is None


def test_the_late_policy_stands_on_the_patients_page_once_the_cut_off_has_passed(
    place: Location, clock: time_machine.Coordinates
) -> None:
    save(desk_cast.manager(place), place, late_policy="Later than that we charge nothing.")
    visit = cast.make_booked(place)
    clock.move_to(FREE_TIME - cast.dt.timedelta(hours=3))
    reader = manage_cast.opened(visit)
    assert "Later than that we charge nothing." in reader.text


def test_a_manager_lets_her_clinic_confirm_at_once_and_takes_it_back(place: Location) -> None:
    client = desk_cast.manager(place)
    words = text_of(client.get(page_of(place)))
    assert "the patient gets one email that confirms it" in words
    assert "we promise to tell the fee before we confirm" in words
    save(client, place, auto_confirm="on")
    place.refresh_from_db()
    assert place.auto_confirm
    save(client, place, auto_confirm="")
    place.refresh_from_db()
    assert not place.auto_confirm


def test_each_change_is_kept_as_a_version_and_can_be_brought_back(place: Location) -> None:
    save(desk_cast.manager(place), place, cutoff_hours="48", late_policy="None.", auto_confirm="on")
    kept = Version.objects.filter(kind="location", key="maidenhead").order_by("pk")
    names = ("cutoff_hours", "late_policy", "auto_confirm")
    assert [tuple(each.value[name] for name in names) for each in kept] == [
        (None, "", False),
        (48, "None.", True),
    ]


@pytest.mark.parametrize("role", ["receptionist", "clinician"])
def test_nobody_else_at_the_desk_changes_it(place: Location, role: str) -> None:
    page = desk_cast.somebody(role, place)
    assert page.get(page_of(place)).status_code == 200
    assert page.post(page_of(place), {"cutoff_hours": "1", "auto_confirm": "on"}).status_code == 403
    place.refresh_from_db()
    assert (place.cutoff_hours, place.auto_confirm) == (None, False)


def test_a_manager_of_another_clinic_does_not_change_it(place: Location) -> None:
    other = desk_cast.manager(cast.make_clinic("dublin"))
    assert other.post(page_of(place), {"auto_confirm": "on"}).status_code == 403
    assert cast.make_request(place).status == Status.PENDING
