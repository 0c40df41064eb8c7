"""axe finds nothing on the pages of staff: the login, the first page, the queue, the calls, appointments, verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bookings.models import Appointment
from clinic import services
from clinic import settings as production
from clinic.models import Location
from tests import cast
from tests.browser.walk import follow

Faults = Callable[[Page], list[str]]
VERBS = ("confirm", "decline", "cancel", "move")


@pytest.fixture
def request_made(site: LiveServer) -> Appointment:
    """A receptionist of Maidenhead, a request that waits for her, a call to make, and a booked visit."""
    place = Location.objects.get(slug="maidenhead")
    cast.make_staff("desk", "receptionist", place)
    cast.make_staff("manager", "manager")
    cast.make_booked(place, starts_at=cast.FREE_TIME + cast.dt.timedelta(days=7))
    return cast.make_request(place, by_phone=True, answers=None)


def log_in(page: Page, name: str) -> None:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(cast.PASSWORD)
    follow(page, page.get_by_role("button", name="Log in"))


def addresses(made: Appointment) -> list[str]:
    booked = Appointment.objects.exclude(pk=made.pk).get()
    change = "admin:bookings_appointment_change"
    return [
        reverse("admin:index"),
        reverse("admin:bookings_appointment_queue"),
        reverse("admin:bookings_appointment_release"),
        reverse("admin:bookings_appointment_diary"),
        reverse("admin:bookings_appointment_changelist"),
        reverse("admin:bookings_appointment_add"),
        reverse(change, args=[made.pk]),
        reverse(change, args=[booked.pk]),
        *(reverse(f"admin:bookings_appointment_{verb}", args=[made.pk]) for verb in VERBS),
        reverse("admin:bookings_calltask_changelist"),
        reverse("admin:bookings_patient_change", args=[made.patient_id]),
        reverse("admin:bookings_patient_correct", args=[made.patient_id]),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_desk(
    visitor: Callable[..., Page], faults: Faults, request_made: Appointment, scheme: str
) -> None:
    """A dark page differs from a light one in its colours alone."""
    page = visitor(
        scripts=True, bypass_csp=True, viewport={"width": 1280, "height": 900}, color_scheme=scheme
    )
    page.goto("/admin/login/")
    found = [f"login: {fault}" for fault in faults(page)]
    log_in(page, "desk")
    looked_at = addresses(request_made)
    assert len(looked_at) >= 14
    for address in looked_at:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert urlsplit(page.url).path == address, "sent elsewhere"
        found += [
            f"{address} {fault}" for fault in faults(page, tags=None if scheme == "light" else ["cat.color"])
        ]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_where_the_desk_made_a_mistake(
    visitor: Callable[..., Page], faults: Faults, request_made: Appointment
) -> None:
    page = visitor(scripts=True, bypass_csp=True, viewport={"width": 1280, "height": 900})
    log_in(page, "desk")
    add, decline = "admin:bookings_appointment_add", "admin:bookings_appointment_decline"
    page.goto(reverse(add))
    follow(page, page.locator("#content button[name=slot], #content .times button").first)
    for address, args in (("", []), (decline, [request_made.pk])):
        if address:
            page.goto(reverse(address, args=args))
        follow(page, page.locator("#content form[method=post] button[type=submit]").last)
        assert page.locator("[id$=_error]").count() >= 1, page.url
        assert faults(page) == [], page.url


@pytest.fixture
def told(request_made: Appointment) -> list[str]:
    """What people told us, and what only the clinic knows: the pages of a manager."""
    who = services.Complainant("Brigid Test", "brigid@example.org")
    place = Location.objects.get(slug="maidenhead")
    row = services.complain(who=who, location=place, text="Nobody rang.", wanted="", key="1", now=cast.NOW)
    booked = Appointment.objects.exclude(pk=request_made.pk).get()
    said = services.tell(path="/fees/", helped="", lacked="The euro price.", key="1", now=cast.NOW)
    return [
        reverse("admin:ready"),
        reverse("admin:clinic_complaint_changelist"),
        reverse("admin:clinic_complaint_change", args=[row.pk]),
        reverse("admin:clinic_feedback_changelist"),
        reverse("admin:clinic_feedback_change", args=[said.pk]),
        reverse("admin:clinic_organisation_add"),
        reverse("admin:bookings_patient_change", args=[request_made.patient_id]),
        *(
            reverse(f"admin:bookings_patient_{deed}", args=[request_made.patient_id])
            for deed in ("hold", "erase")
        ),
        reverse("admin:bookings_patient_merge", args=[request_made.patient_id, booked.patient_id]),
        reverse("admin:bookings_stepcount_changelist"),
        reverse("admin:own_sign_in"),
        reverse("admin:second_step_phone"),
        reverse("admin:new_codes"),
        reverse("admin:auth_user_sign_in", args=[User.objects.get(username="desk").pk]),
        reverse("admin:bookings_stepcount_reports"),
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_on_the_pages_of_a_manager(
    visitor: Callable[..., Page], faults: Faults, told: list[str], settings: Any, scheme: str, width: int
) -> None:
    settings.READINESS = production.READINESS
    page = visitor(
        scripts=True, bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    log_in(page, "manager")
    found = []
    for address in told:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        found += [f"{address} {fault}" for fault in faults(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{address} goes beyond the screen")
    assert not found, "\n".join(found)


def test_a_complaint_answered_without_words_says_so_at_the_field(
    visitor: Callable[..., Page], faults: Faults, told: list[str]
) -> None:
    page = visitor(scripts=True, bypass_csp=True)
    log_in(page, "manager")
    page.goto(told[2])
    follow(page, page.get_by_role("button", name="Answered"))
    assert page.locator("#id_note_error").count() == 1
    assert faults(page) == []


def test_weeks_that_cannot_be_are_said_at_the_field(
    visitor: Callable[..., Page], faults: Faults, told: list[str]
) -> None:
    page = visitor(scripts=True, bypass_csp=True)
    log_in(page, "manager")
    page.goto(f"{reverse('admin:bookings_stepcount_changelist')}?period=dates&until=2027-03-02")
    assert page.locator("#id_since_error").count() == 1
    assert faults(page) == []


def test_the_desk_fits_a_phone(visitor: Callable[..., Page], request_made: Appointment) -> None:
    page = visitor(scripts=True)
    log_in(page, "manager")
    for address in ("/admin/", reverse("admin:bookings_appointment_queue")):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
