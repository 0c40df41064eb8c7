"""F19: whatever the desk shows or changes of one person leaves a row with the actor. The triggers: test_trail.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from django.http import Http404

from bookings.models import AppointmentEvent
from clinic import trail
from clinic.models import TrailRow
from tests import access, cast, desk_cast
from tests.access import HERE, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
world = access.world
# A page that shows nobody's data may leave a row or none. These show somebody's, and are a list: one row with a count.
LISTS = ("changelist", "today", "diary", "queue", "release")


class Shown(NamedTuple):
    """One page that told somebody about a person, and the rows it left."""

    address: str
    person: str
    rows: list[TrailRow]

    @property
    def is_list(self) -> bool:
        return self.address.rpartition("_")[2] in LISTS


def shown(world: World, people: Sequence[str] = (*access.OWN, "administrator")) -> list[Shown]:
    """Every address of the admin, opened by those who work there; those that showed somebody's data."""
    found = []
    for address in access.addresses():
        if not address.of_staff or not any(part in address.route for part in ("/bookings/", "/clinic/")):
            continue
        for person in people:
            before = TrailRow.objects.count()
            answer = world.client(person).get(world.path(address))
            if answer.status_code == 200 and any(
                mark in answer.content.decode() for mark in world.markers[HERE]
            ):
                rows = list(TrailRow.objects.order_by("pk").select_related("actor")[before:])
                found.append(Shown(address.name, person, rows))
    return found


def untold(world: World, found: list[Shown]) -> list[str]:
    """Pages that showed somebody's data and left no row of their own with the actor."""
    wrong = []
    for page in found:
        good = [row for row in page.rows if row.actor == world.users[page.person]]
        acts = {row.act for row in good} & ({"list"} if page.is_list else {"look", "export"})
        if len(good) != 1 or not acts:
            wrong.append(f"{page.address} for {page.person}: {[str(row) for row in page.rows]}")
    return wrong


def test_every_page_that_shows_a_persons_data_leaves_one_row_with_the_actor(
    world: World, record_testsuite_property: Callable[[str, object], None]
) -> None:
    found = shown(world)
    pages = {each.address for each in found}
    records = {each.address for each in found if not each.is_list}
    print(f"{len(pages)} addresses show a person's data, {len(records)} of them a record; {len(found)} views")
    record_testsuite_property("pages with a row in the trail", len(pages))
    assert len(records) >= 14
    assert len(pages - records) >= 4
    assert untold(world, found) == []


def test_a_page_that_writes_nothing_down_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(self: Any, request: Any, pk: object) -> Any:
        row = self.get_queryset(request).select_related(*self.read_with).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    monkeypatch.setattr("bookings.admin.desk_admin.DeskAdmin.find", find)
    found = untold(world, shown(world, ["clinician"]))
    assert len(found) >= 8
    assert any("bookings_patient_change" in each for each in found)


def test_a_row_under_another_name_is_caught(world: World) -> None:
    row = trail.looked(world.users["editor"], world.asked, now=cast.NOW)
    assert untold(world, [Shown("admin:bookings_patient_change", "clinician", [row])])


def test_what_is_changed_at_the_desk_is_told_with_the_actor(world: World) -> None:
    client, before = world.client("clinician"), AppointmentEvent.objects.count()
    client.post(desk_cast.page_of(world.asked, "note"), {"text": "Rang her"})
    desk_cast.press(client, world.asked, "decline", reason_code="no-time")
    told = list(AppointmentEvent.objects.order_by("pk").select_related("actor")[before:])
    assert [each.actor for each in told] == [world.users["clinician"]]
    assert world.asked.notes.latest("pk").author == world.users["clinician"]
