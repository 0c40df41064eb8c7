"""The rota, the list of hits and the question before a closure: axe finds nothing, and nothing goes beyond the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bookings.models import Appointment
from clinic.models import Location
from tests import cast
from tests.browser.test_admin_axe import log_in
from tests.browser.walk import follow

Faults = Callable[[Page], list[str]]


@pytest.fixture
def hit(site: LiveServer) -> Appointment:
    """A booked visit in a closure, a manager of every clinic, and no bank holiday."""
    place = Location.objects.get(slug="maidenhead")
    cast.make_staff("manager", "manager")
    booked = cast.make_booked(place, starts_at=cast.FREE_TIME + cast.dt.timedelta(days=7))
    cast.make_closure(booked.starts_at, booked.ends_at, location=place, reason="Flood")
    return booked


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 768), ("dark", 320)])
def test_axe_finds_nothing_where_a_manager_keeps_the_rota(
    visitor: Callable[..., Page], faults: Faults, hit: Appointment, scheme: str, width: int
) -> None:
    page = visitor(
        scripts=True, bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    log_in(page, "manager")
    found = []

    def look() -> None:
        found.extend(f"{page.url} {fault}" for fault in faults(page))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{page.url} goes beyond the screen")

    for address in (
        reverse("admin:bookings_workingpattern_rota"),
        reverse("admin:bookings_appointment_hits"),
        reverse("admin:bookings_appointment_leave", args=[hit.pk]),
        reverse("admin:bookings_closure_holidays"),
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        look()
    page.goto(reverse("admin:bookings_closure_add"))
    given = {
        "starts_at_0": "2027-03-08",
        "starts_at_1": "09:00",
        "ends_at_0": "2027-03-10",
        "ends_at_1": "18:00",
    }
    for name, value in given.items():
        page.locator(f"[name={name}]").fill(value)
    follow(page, page.locator("[name=_save]"))
    assert page.get_by_role("heading", name="This hits appointments").count() == 1
    look()
    assert not found, "\n".join(found)
