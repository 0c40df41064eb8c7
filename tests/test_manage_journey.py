"""The whole way of one visit at a phone without scripts: asked for, moved, told about, cancelled; each page by its words."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from bookings import services
from bookings.models import Appointment
from clinic.models import Message
from tests import cast
from tests.cast import FREE_TIME
from tests.manage_cast import by_staff, kinds
from tests.reader import Reader
from tests.test_journey import send, to_check

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]


def test_asked_moved_and_cancelled_in_five_taps_after_sending() -> None:
    cast.make_clinic()
    reader = send(to_check(Reader()))
    taps = reader.taps
    reader.click("See your request").click("Move it").press("11:15am, Tuesday 2 March")
    assert "Your new time is Tuesday 2 March, 11:15am" in reader.text
    reader.click("Cancel it").press("Yes, cancel it")
    assert reader.taps - taps == 5
    assert "Cancelled." in reader.text
    made = Appointment.objects.exclude(patient=None).get()
    assert (made.status, made.starts_at) == ("cancelled", FREE_TIME.replace(hour=11))
    assert kinds() == ["received", "moved", "cancelled"]


def test_the_entry_in_her_calendar_follows_with_the_same_name_and_a_higher_number() -> None:
    cast.make_clinic()
    reader = send(to_check(Reader()))
    by_staff(services.confirm, Appointment.objects.exclude(patient=None).get())
    reader.open("/book/manage/").click("Move it").press("11:15am, Tuesday 2 March")
    reader.click("Cancel it").press("Yes, cancel it")
    files = Message.objects.exclude(calendar="").order_by("pk").values_list("calendar", flat=True)
    entries = [Calendar.from_ical(file).walk("VEVENT")[0] for file in files]
    assert list(
        Message.objects.exclude(calendar="").order_by("pk").values_list("calendar_method", flat=True)
    ) == [
        "REQUEST",
        "REQUEST",
        "CANCEL",
    ]
    assert len({str(entry["uid"]) for entry in entries}) == 1
    numbers = [int(entry["sequence"]) for entry in entries]
    assert numbers == sorted(set(numbers))
