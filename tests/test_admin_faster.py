"""Two people at one queue: whatever the slower one presses, nothing is done twice and she is told who was faster."""

from __future__ import annotations

from typing import Any

import pytest

from bookings.life import Status
from bookings.models import Appointment, CallTask
from clinic.models import Location
from tests import cast, desk_cast
from tests.cast import FREE_TIME
from tests.desk_cast import QUEUE, manager, nurse, page_of, press, receptionist, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
FASTER = "Nurse Demo was faster, at 10am."
# Every verb that a request in the queue may be given, with what its form wants.
FROM_THE_QUEUE: dict[str, dict[str, Any]] = {
    "confirm": {},
    "decline": {"reason_code": "no-time"},
    "not_answered": {},
    "cancel": {"reason_code": "asked"},
    "move": {"slot": ""},
    "leave": {"reason": "It stays"},
}


@pytest.mark.parametrize("verb", FROM_THE_QUEUE)
@pytest.mark.parametrize("faster", ["confirm", "decline"])
def test_the_slower_of_two_is_told_who_was_faster(place: Location, verb: str, faster: str) -> None:
    asked = cast.make_request(place)
    assert page_of(asked) in receptionist(place).get(QUEUE).content.decode()
    quick = cast.make_actor(cast.make_staff("nurse", "clinician", place))
    given = {"reason_code": "no-time"} if faster == "decline" else {}
    done = cast.act(getattr(cast.services, faster), asked, quick, **given)
    fields = dict(FROM_THE_QUEUE[verb])
    if "slot" in fields:
        fields["slot"] = f"{place.slug}|{FREE_TIME.replace(hour=12).isoformat()}"
    late = press(receptionist(place), asked, verb, **fields)
    words = text_of(late)
    assert FASTER in words, words[:300]
    now = Appointment.objects.get()
    assert (now.status, now.version, now.starts_at) == (done.status, done.version, FREE_TIME)


def test_of_two_who_sort_suspected_requests_the_slower_undoes_nothing(place: Location) -> None:
    asked = cast.make_request(place)
    Appointment.objects.update(suspected=True)
    tick = f"{asked.pk}.{asked.version}"
    press(nurse(place), asked, "real")
    told = text_of(receptionist(place).post(f"{QUEUE}release/", {"chosen": tick}, follow=True))
    assert "Somebody has said that this request is real." in told
    assert Appointment.objects.get().status == Status.PENDING
    again = text_of(press(receptionist(place), asked, "real"))
    assert "This has changed since you opened it." in again
    Appointment.objects.update(suspected=True)
    row = Appointment.objects.get()
    tick = f"{row.pk}.{row.version}"
    manager(place).post(f"{QUEUE}release/", {"chosen": tick})
    late = text_of(receptionist(place).post(f"{QUEUE}release/", {"chosen": tick}, follow=True))
    assert "Released" not in late


@pytest.mark.parametrize(
    ("word", "given"),
    [
        ("close", {"outcome": "come", "reason": ""}),
        ("try", {"result": "no-answer"}),
        ("give_up", {"expected_version": 1}),
    ],
)
def test_a_call_that_somebody_closed_is_not_closed_again(
    place: Location, word: str, given: dict[str, Any]
) -> None:
    asked = desk_cast.ringing_request(place)
    task = asked.call_tasks.get()
    fast, slow = nurse(place), desk_cast.at(cast.make_staff("slow", "clinician", place))
    closed = fast.post(page_of(task, "close"), {"outcome": "not-now", "reason": "After a talk"})
    assert closed.status_code == 302
    late = slow.post(page_of(task, word), given, follow=True)
    assert late.status_code == 409
    assert "Nurse" in text_of(late) or "closed" in text_of(late)
    assert CallTask.objects.get().outcome == "not-now"
