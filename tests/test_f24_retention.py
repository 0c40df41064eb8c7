"""Drill F24: of many aged records, some of them on hold, exactly those whose time has come are blanked, and only once."""

from __future__ import annotations

from collections import Counter
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import Q

from bookings.models import Appointment, AppointmentEvent, CallTask, Note, Patient, ScreeningAnswer
from bookings.services import erasing
from bookings.services.retention import Line, blank_daily, blank_old_records
from clinic.models import Message, TrailRow
from tests.aged_records import MARK, SORTS, make
from tests.cast import NOW
from tests.scale import scaled

pytestmark = [pytest.mark.django_db, pytest.mark.both]
RECORDS = scaled(10_000, 600)


def blanked_names() -> set[str]:
    """The sorts of which something was blanked: a record keeps its sort in its last event, or is a call."""
    gone = Appointment.objects.exclude(patient__blanked_at=None)
    names = set(gone.values_list("clinician__name", flat=True))
    return {name.rpartition(" ")[0] for name in names}


def summed(counted: Counter[Line]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for line, count in counted.items():
        found[line.country, line.outcome] += count
    return found


def lost(expected: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({key: count for key, count in expected.items() if key[1] != "kept"})


def assert_only_these_are_blank(expected: Counter[tuple[str, str]]) -> None:
    gone, there = Patient.objects.exclude(blanked_at=None), Patient.objects.filter(blanked_at=None)
    assert gone.count() == sum(count for (_, what), count in expected.items() if what == "blanked")
    assert not gone.exclude(name="", phone="", email="", date_of_birth=None, asked_by="").exists()
    assert not there.filter(Q(name="") | Q(phone="") | Q(email="")).exists()
    wanted = {sort.name for sort in SORTS if sort.expected == "blanked" and sort.status}
    assert blanked_names() == wanted
    for rows, words in (
        (ScreeningAnswer.objects.all(), "answer"),
        (Note.objects.all(), "text"),
    ):
        blank = rows.filter(**{words: ""})
        assert {row.appointment.patient_id for row in blank.select_related("appointment")} <= set(
            gone.values_list("pk", flat=True)
        )
        assert not rows.exclude(appointment__patient__blanked_at=None).exclude(**{words: ""}).exists()
    letters = Message.objects.exclude(about__appointment__patient__blanked_at=None)
    assert not letters.exclude(text="", html="", calendar="", to_address="").exists()
    assert not CallTask.objects.exclude(patient__blanked_at=None).exclude(script="", reason="").exists()
    assert not Appointment.objects.exclude(patient__blanked_at=None).exclude(
        area="", travel_on=None, override_reason="", screening_level=0, doctor_first=False
    )


def test_exactly_what_is_due_is_blanked_and_a_second_run_finds_nothing() -> None:
    expected = make(RECORDS)
    before = (Appointment.objects.count(), Message.objects.count(), Note.objects.count())
    events = AppointmentEvent.objects.count()
    planned = blank_old_records(now=NOW, dry_run=True)
    assert not Patient.objects.exclude(blanked_at=None).exists()
    done = blank_old_records(now=NOW)
    assert summed(done) == summed(planned) == lost(expected)
    assert_only_these_are_blank(expected)
    assert (Appointment.objects.count(), Message.objects.count(), Note.objects.count()) == before
    closed = AppointmentEvent.objects.filter(verb="not_answered", by="system").count()
    assert AppointmentEvent.objects.count() == events + closed
    assert (
        closed
        == Appointment.objects.filter(patient__blanked_at=NOW, clinician__name__startswith="never").count()
    )
    again = blank_old_records(now=NOW)
    assert {line.outcome for line in again} == {"held back"}
    rows = TrailRow.objects.filter(act="erase", noun="bookings.patient", actor=None)
    assert sum(rows.values_list("count", flat=True)) == Patient.objects.exclude(blanked_at=None).count()


def test_without_the_look_at_holds_it_would_blank_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = make(scaled(1_000, 300))
    monkeypatch.setattr(erasing, "is_held", lambda patient: False)
    assert summed(blank_old_records(now=NOW)) != lost(expected)
    with pytest.raises(AssertionError):
        assert_only_these_are_blank(expected)


def test_a_hold_set_while_it_runs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks again with the rows locked: what was read before may no longer be so."""
    make(300)
    real, looked = erasing.is_held, Counter[int]()

    def held_from_the_second_look(patient: Patient) -> bool:
        looked[patient.pk] += 1
        return real(patient) or looked[patient.pk] > 1

    monkeypatch.setattr(erasing, "is_held", held_from_the_second_look)
    assert {line.outcome for line in blank_old_records(now=NOW)} == {"held back"}
    assert not Patient.objects.exclude(blanked_at=None).exists()


def test_batches_leave_nobody_out_and_ask_few_questions(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: object
) -> None:
    expected = make(300)
    monkeypatch.setattr("bookings.services.retention.BATCH", 7)
    planned = blank_old_records(now=NOW, dry_run=True)
    assert summed(planned) == lost(expected)
    monkeypatch.setattr("bookings.services.retention.BATCH", 500)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        blank_old_records(now=NOW, dry_run=True)


def test_the_command_counts_by_country_and_kind_and_says_no_name() -> None:
    make(300)
    said = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("blank_old_records", "--dry-run", stdout=said)
        assert "GB\tnot seen\t50 would be blanked" in said.getvalue()
        assert "IE\tseen\t10 held back" in said.getvalue()
        assert MARK not in said.getvalue()
        assert not Patient.objects.exclude(blanked_at=None).exists()
        call_command("blank_old_records", stdout=said)
        assert "GB\tnot seen\t50 blanked" in said.getvalue()


def test_each_country_has_its_own_years(settings: pytest.FixtureRequest) -> None:
    make(300)
    rules = {"GB": {"record_years": 7, "purge_days": 90}, "IE": {"record_years": 8, "purge_days": 90}}
    settings.RETENTION = rules  # type: ignore[attr-defined]
    counted = blank_old_records(now=NOW, dry_run=True)
    assert counted[Line("GB", "seen", "blanked")] == 2 * counted[Line("IE", "seen", "blanked")] == 20


def test_the_worker_is_told_what_was_done() -> None:
    make(150)
    assert blank_daily(now=NOW)["GB seen blanked"] == 5
