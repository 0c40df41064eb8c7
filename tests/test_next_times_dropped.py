"""The next free times are gone from every page at once when one of them is taken or given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from bookings import next_times, services
from bookings.models import Closure, WorkingPattern
from clinic import fleeting
from clinic.models import Location
from tests import cast, test_next_times
from tests.cast import NOW
from tests.kept import another_worker
from tests.test_next_times import FIRST, HOME, PLACE, TEXT, Commit, links, shown
from tests.test_page_cache import counted, get, rename

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]

place = test_next_times.place


# --- Dropped


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each drop."""
    seen: list[str] = []
    monkeypatch.setattr(fleeting, "drop", seen.append)
    return seen


def test_a_time_that_is_taken_is_gone_from_every_page_of_every_worker_at_once(
    store: str, place: Location, django_capture_on_commit_callbacks: Commit
) -> None:
    with another_worker():
        get(HOME)
    assert "at=2027-02-23T09:00Z" in links(HOME)[0]
    with django_capture_on_commit_callbacks(execute=True):
        made = cast.make_request(place, starts_at=FIRST)
    for path in (HOME, PLACE, TEXT):
        assert "at=2027-02-23T09:30Z" in links(path)[0], path
        with another_worker():
            assert "at=2027-02-23T09:30Z" in links(path)[0], path
    with django_capture_on_commit_callbacks(execute=True):
        cast.act(services.decline, made, reason_code="no-time")
    assert "at=2027-02-23T09:00Z" in links(HOME)[0]


def test_a_clinician_taken_at_one_clinic_is_gone_at_the_other(
    kept_pages: None, place: Location, django_capture_on_commit_callbacks: Commit
) -> None:
    dublin = cast.make_clinic("dublin")
    nurse = cast.make_clinician("Nurse Demo Dublin")
    WorkingPattern.objects.filter(location=place).update(clinician=nurse)
    assert "at=2027-02-23T09:00Z" in links(PLACE)[0]
    with django_capture_on_commit_callbacks(execute=True):
        cast.make_request(dublin, starts_at=FIRST)
    assert "at=2027-02-23T10:30Z" in links(PLACE)[0]  # the visit, and an hour of travel


def test_what_is_undone_drops_nothing(kept_pages: None, place: Location) -> None:
    get(HOME)
    cast.make_request(place, starts_at=FIRST)  # its transaction is the test's, which never commits
    with counted() as asked:
        get(HOME)
    assert asked == []


def test_every_way_to_take_or_free_a_time_drops(place: Location, dropped: list[str]) -> None:
    """Each verb whose line in the table crosses from blocking to not blocking or back, and each that takes a time."""
    key = uuid4()
    service = cast.make_service()
    ways: dict[str, Callable[[], Any]] = {}
    booked = cast.make_booked(place, starts_at=FIRST.replace(hour=11))
    pending = cast.make_request(place, starts_at=FIRST.replace(hour=12))
    ways["hold"] = lambda: services.hold(key=key, location=place, service=service, starts_at=FIRST, now=NOW)
    ways["let go"] = lambda: services.let_go(key=key)
    ways["request"] = lambda: cast.make_request(place, starts_at=FIRST.replace(hour=10))
    ways["decline"] = lambda: cast.act(services.decline, pending, reason_code="no-time")
    ways["move"] = lambda: cast.act(services.move, booked, location=place, starts_at=FIRST.replace(hour=15))
    counts = {}
    for name, do in ways.items():
        dropped.clear()
        do()
        counts[name] = len(dropped)
    late = FIRST.replace(hour=16)
    booked.refresh_from_db()
    for name, verb in (("no show", services.no_show), ("undo", services.undo)):
        dropped.clear()
        booked = cast.act(verb, booked, now=late)
        counts[name] = len(dropped)
    dropped.clear()
    cast.act(services.cancel, booked, now=NOW, reason_code="")
    counts["cancel"] = len(dropped)
    assert {name for name, count in counts.items() if not count} == set()
    assert set(dropped) == {next_times.NAME}


def test_what_leaves_the_diary_as_it_is_drops_nothing(place: Location, dropped: list[str]) -> None:
    asked = cast.make_request(place, starts_at=FIRST)
    dropped.clear()
    booked = cast.act(services.confirm, asked)
    arrived = cast.act(services.arrive, booked, now=FIRST)
    cast.act(services.fulfil, arrived, now=FIRST)
    assert dropped == []


def test_a_change_of_the_rota_or_a_closure_drops(
    kept_pages: None, place: Location, django_capture_on_commit_callbacks: Commit
) -> None:
    get(HOME)
    manager = Client()
    manager.force_login(cast.make_staff("manager", "manager", is_superuser=True))
    data = {
        "kind": "closed",
        "reason": "Painting",
        "country": "",
        "location": place.pk,
        "room": "",
        "clinician": "",
    }
    data |= {
        "starts_at_0": "2027-02-23",
        "starts_at_1": "00:00",
        "ends_at_0": "2027-02-24",
        "ends_at_1": "00:00",
    }
    with django_capture_on_commit_callbacks(execute=True):
        answer = manager.post(reverse("admin:bookings_closure_add"), {**data, "day": ""})
    assert (answer.status_code, Closure.objects.count()) == (302, 1)
    assert "at=2027-03-02T09:00Z" in links(HOME)[0]


def test_an_edit_of_a_clinic_drops(kept_pages: None, django_capture_on_commit_callbacks: Commit) -> None:
    get(HOME)
    with django_capture_on_commit_callbacks(execute=True):
        rename("Taplow")
    assert "9am, Taplow" in shown(HOME)


def test_times_worked_out_before_a_change_are_not_kept_for_after_it(
    kept_pages: None,
    place: Location,
    django_capture_on_commit_callbacks: Commit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They were read before somebody took the first one, and would have been kept after it."""
    read = next_times.diary.free_times

    def taken_meanwhile(*args: Any, **words: Any) -> Any:
        found = read(*args, **words)
        monkeypatch.undo()
        with django_capture_on_commit_callbacks(execute=True):
            cast.make_request(place, starts_at=FIRST)
        return found

    monkeypatch.setattr(next_times.diary, "free_times", taken_meanwhile)
    assert "at=2027-02-23T09:00Z" in links(HOME)[0]
    assert "at=2027-02-23T09:30Z" in links(HOME)[0]
