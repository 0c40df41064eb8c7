"""Complaints in the staff admin: who sees which, the order they stand in, and the press that answers one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from clinic import services
from clinic.models import Complaint, Location
from clinic.wording import reference
from tests import cast, desk_cast
from tests.cast import NOW
from tests.desk_cast import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
LIST = "/admin/clinic/complaint/"


@pytest.fixture
def place() -> Location:
    return cast.make_location()


@pytest.fixture
def other() -> Location:
    return cast.make_location("dublin")


def make(location: Location | None, text: str = "Zztext", days_ago: int = 0) -> Complaint:
    return services.complain(
        who=services.Complainant("Zzname", "zz@example.org"),
        location=location,
        text=text,
        wanted="",
        key=f"{location}{text}{days_ago}",
        now=NOW - dt.timedelta(days=days_ago),
    )


def pages(row: Complaint) -> list[str]:
    names = ("change", "history", "delete", "answered")
    return [reverse(f"admin:clinic_complaint_{name}", args=[row.pk]) for name in names]


def test_a_manager_reads_and_answers_her_own_clinics_complaint(place: Location) -> None:
    row, client = make(place), desk_cast.manager(place)
    said = text_of(client.get(pages(row)[0]))
    for words in ("Zztext", "Zzname", "zz@example.org", "Maidenhead", "19 March 2027", "30 days left"):
        assert words in said
    done = client.post(pages(row)[3], {"note": "Rang her, and said sorry."}, follow=True)
    assert f"Answered: {reference(row.reference)}." in done.content.decode()
    assert LogEntry.objects.get().object_repr == row.reference
    said = text_of(client.get(pages(row)[0]))
    assert "Rang her, and said sorry." in said
    assert "Manager-Maidenhead Demo" in said
    assert "What did we answer" not in said


def test_an_answer_without_words_is_asked_for_and_what_was_typed_stays(place: Location) -> None:
    row, client = make(place), desk_cast.manager(place)
    page = client.post(pages(row)[3], {"note": " "})
    assert page.status_code == 422
    assert "Say in a few words what we answered" in page.content.decode()
    page = client.post(pages(row)[3], {"note": "Bad\u202eword"})
    assert page.status_code == 422
    assert "Bad\u202eword" in page.content.decode()
    row.refresh_from_db()
    assert row.answered_at is None


def test_who_is_slower_is_told_so(place: Location) -> None:
    row, client = make(place), desk_cast.manager(place)
    for status in (302, 409):
        assert client.post(pages(row)[3], {"note": "Rang her."}).status_code == status


@pytest.mark.parametrize("role", ["receptionist", "clinician", "editor"])
def test_other_roles_see_nothing_even_at_her_own_clinic(place: Location, role: str) -> None:
    row, client = make(place), desk_cast.somebody(role, place)
    for address in [LIST, *pages(row)]:
        for asks in (client.get, client.post):
            response = asks(address)
            assert response.status_code in (403, 404, 405), address
            assert "Zz" not in response.content.decode()
    assert "/admin/clinic/complaint/" not in client.get("/admin/").content.decode()


def test_another_clinics_complaint_is_as_absent_as_one_that_never_was(
    place: Location, other: Location
) -> None:
    client = desk_cast.manager(place)
    for row in (make(other), make(None)):
        for address in pages(row):
            never = address.replace(f"/{row.pk}/", "/98765/")
            for asks in (client.get, client.post):
                there, nowhere = asks(address), asks(never)
                assert there.status_code == nowhere.status_code, address
                assert there.status_code in (403, 404, 405)
        for query in ("", f"?q={row.reference}", "?answered=no"):
            assert reference(row.reference) not in client.get(LIST + query).content.decode()
        row.refresh_from_db()
        assert row.answered_at is None


def test_a_manager_of_all_sees_the_one_about_no_clinic_too(place: Location, other: Location) -> None:
    rows = [make(place), make(other), make(None)]
    listed = desk_cast.manager().get(LIST).content.decode()
    for row in rows:
        assert reference(row.reference) in listed


def test_the_overdue_stand_first_and_the_answered_last(place: Location) -> None:
    fresh, late, done, today = (make(place, str(days), days) for days in (0, 33, 40, 30))
    services.answer(complaint_id=done.pk, note="x", by=cast.make_staff("boss", "manager"), now=NOW)
    said = text_of(desk_cast.manager(place).get(LIST))
    order = [said.index(reference(row.reference)) for row in (late, today, fresh, done)]
    assert order == sorted(order)
    for mark in ("! 3 days late", "! Due today", "30 days left", "✓ Answered"):
        assert mark in said


def test_it_is_found_by_its_reference_however_it_is_typed(place: Location) -> None:
    row, another = make(place), make(place, "another")
    client = desk_cast.manager(place)
    for typed in (row.reference, reference(row.reference).lower(), row.reference[:4]):
        assert reference(row.reference) in client.get(LIST, {"q": typed}).content.decode()
    assert reference(another.reference) not in client.get(LIST, {"q": row.reference}).content.decode()
    assert reference(row.reference) not in client.get(LIST, {"q": "Zzname"}).content.decode(), "by no name"


def test_nobody_adds_changes_or_deletes_one(admin_client: Client, place: Location) -> None:
    row = make(place)
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(pages(row)[0], {"text": "x"}).status_code == 405
    assert admin_client.post(pages(row)[2], {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin_client.get(LIST).content.decode()
    assert admin_client.get(pages(row)[1]).status_code == 200
    assert Complaint.objects.get().text == "Zztext"


def test_the_front_page_counts_what_waits_for_her(place: Location, other: Location) -> None:
    for where, days in ((place, 0), (place, 33), (other, 33), (None, 33)):
        make(where, days_ago=days)
    said = text_of(desk_cast.manager(place).get("/admin/"))
    assert "2 complaints to answer ! 1 overdue" in said
    assert "0 unread about our pages" in said
    assert "4 complaints to answer ! 3 overdue" in text_of(desk_cast.manager().get("/admin/"))
    assert "unread about our pages" in text_of(desk_cast.somebody("editor").get("/admin/"))
    for role in ("receptionist", "clinician"):
        assert "What people told us" not in text_of(desk_cast.somebody(role, place).get("/admin/"))


def test_a_list_of_many_asks_no_question_a_row(place: Location) -> None:
    client = desk_cast.manager(place)
    make(place)
    with desk_cast.queries() as few:
        client.get(LIST)
    for days in range(1, 12):
        make(place, str(days), days)
    with desk_cast.queries() as many:
        client.get(LIST)
    assert sum(many.values()) == sum(few.values())
