"""The desk's side of the cast: members of staff at their browsers, the addresses they open, what they read there."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from io import StringIO
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Appointment, CallTask
from clinic.models import Location, Role
from tests import cast

RINGING = {**cast.NONE_TICKED, 1: cast.PageAnswer(ticks=frozenset({"clot"}))}
# How the health answer above reads on the pages that may show it.
ANSWER_WORDS = ("clot in a leg", "Past clot", "Doctor first")


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def somebody(role: str, *places: Location) -> Client:
    """The same person each time, logged in anew: a login lasts two hours, and tests move the clock by days."""
    name = "-".join([role, *(each.slug for each in places)])
    return at(User.objects.filter(username=name).first() or cast.make_staff(name, role, *places))


def receptionist(*places: Location) -> Client:
    return somebody(Role.RECEPTIONIST, *places)


def nurse(*places: Location) -> Client:
    return somebody(Role.CLINICIAN, *places)


def manager(*places: Location) -> Client:
    return somebody(Role.MANAGER, *places)


def superuser() -> Client:
    root = User.objects.filter(username="root").first()
    return at(root or User.objects.create_superuser("root", password=cast.PASSWORD))


QUEUE = "/admin/bookings/appointment/queue/"
LIST = "/admin/bookings/appointment/"
ADD = "/admin/bookings/appointment/add/"
CALLS = "/admin/bookings/calltask/"
PATIENTS = "/admin/bookings/patient/"


def page_of(row: Appointment | CallTask | Any, action: str = "change") -> str:
    kind = ["confirmed"] if action == "letter_of" else []
    return reverse(f"admin:bookings_{row._meta.model_name}_{action}", args=[row.pk, *kind])


def press(
    client: Client, row: Appointment, verb: str, *, version: int | None = None, **given: Any
) -> HttpResponse:
    """The POST of one verb's page, in the version somebody has seen."""
    seen = row.version if version is None else version
    return client.post(page_of(row, verb), {"expected_version": seen, **given}, follow=True)  # type: ignore[return-value]


def text_of(response: HttpResponse) -> str:
    """What the page says, without tags, in single spaces."""
    main = re.split("<main[^>]*>", response.content.decode())[-1]
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
    return re.sub(r" (?=[.,:;])", "", words)


def csv_of(response: HttpResponse) -> list[list[str]]:
    """The rows of a file of ours, its heads first."""
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))


def ringing_request(place: Location, **changes: Any) -> Appointment:
    """A request that a nurse has to ring about first."""
    return cast.make_request(place, answers=RINGING, **changes)


def many_requests(place: Location, number: int) -> list[Appointment]:
    """A Tuesday has 16 visits of half an hour at one clinic; so they go on from week to week."""
    return [
        cast.make_request(
            place,
            starts_at=cast.FREE_TIME.replace(hour=9, minute=0)
            + dt.timedelta(weeks=nth // 16, minutes=30 * (nth % 16)),
            patient=cast.make_details(name=f"Person {nth}", email=f"p{nth}@example.org"),
        )
        for nth in range(number)
    ]


@contextmanager
def queries() -> Iterator[Counter[str]]:
    """Counts what the block asks, by table."""
    counted: Counter[str] = Counter()
    with CaptureQueriesContext(connection) as captured:
        yield counted
    for query in captured.captured_queries:
        found = re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', query["sql"])
        counted[found[1] if found else query["sql"].split()[0]] += 1
