"""Two records of one person become one by a manager of all their clinics, and two again. Nothing is merged by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser, User

from bookings import services
from bookings.models import Appointment, CallTask, Patient, VisitRecord
from bookings.services.calling import RingMe
from bookings.services.erasing import PatientChanged, erase, hold_record
from bookings.services.errors import NotAllowed
from bookings.services.merging import CannotMerge, look_alike, merge, unmerge
from bookings.services.sessions import NotDecided, refuse_session
from clinic.models import Location, TrailRow
from tests import cast
from tests.cast import FREE_TIME, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def boss() -> User:
    return cast.make_staff("boss", "manager")


def her(appointment: Appointment) -> Patient:
    return Patient.objects.get(pk=appointment.patient_id)


def again(place: Location, hour: int = 14, **changes: object) -> Patient:
    """The same person asks once more: another record."""
    who = cast.make_details(**changes)
    return her(cast.make_request(place, starts_at=FREE_TIME.replace(hour=hour), patient=who))


def put_together(kept: Patient, gone: Patient, user: User, now: dt.datetime = NOW) -> Patient:
    given = {"kept_seen": kept.as_seen(), "gone_seen": gone.as_seen(), "actor": cast.make_actor(user)}
    return merge(kept_id=kept.pk, gone_id=gone.pk, now=now, **given)  # type: ignore[arg-type]


def take_apart(gone: Patient, user: User) -> Patient:
    gone.refresh_from_db()
    return unmerge(gone_id=gone.pk, gone_seen=gone.as_seen(), actor=cast.make_actor(user), now=NOW)


def test_who_looks_alike(place: Location, boss: User) -> None:
    first = her(cast.make_request(place))
    phone = again(place, 11, name="Another", email="", date_of_birth=None)
    mail_and_name = again(place, 12, phone="+441632960000", date_of_birth=None, name="BRIGID TEST")
    mail_and_birth = again(place, 13, phone="+441632960001", name="B. Test")
    again(place, 14, phone="+441632960002", name="Her Daughter", date_of_birth=dt.date(1980, 1, 1))
    assert set(look_alike(first, boss)) == {phone, mail_and_name, mail_and_birth}
    assert not look_alike(first, AnonymousUser()).exists()
    dublin = cast.make_staff("dublin", "manager", cast.make_clinic("dublin"))
    assert not look_alike(first, dublin).exists(), "of another clinic's people nothing is said"


def test_one_record_has_both_visits_and_every_rule_sees_them(place: Location, boss: User) -> None:
    cast.make_gap()
    seen = her(cast.make_seen(place))
    asked = again(place)
    given = {
        "service": cast.make_service("session"),
        "starts_at": FREE_TIME,
        "location": place,
        "actor": cast.make_actor(boss),
    }
    with pytest.raises(NotDecided):
        refuse_session(patient=asked, **given)  # type: ignore[arg-type]
    kept = put_together(asked, seen, boss)
    refuse_session(patient=kept, **given)  # type: ignore[arg-type]
    assert VisitRecord.objects.of(kept).count() == 1
    assert set(Appointment.objects.filter(patient=kept)) == set(Appointment.objects.all())
    seen.refresh_from_db()
    assert (seen.merged_into, seen.name) == (kept, "Brigid Test")


def test_the_trail_has_a_row_on_each_and_undoing_brings_all_back(place: Location, boss: User) -> None:
    kept, gone = her(cast.make_request(place)), again(place)
    asked = {"location": place, "country": "GB", "now": NOW}
    call = services.ring_me(who=RingMe("B", gone.phone, "any", leave_message=False), **asked)  # type: ignore[arg-type]
    CallTask.objects.filter(pk=call.pk).update(patient=gone)
    before = dict(Appointment.objects.values_list("pk", "patient"))
    put_together(kept, gone, boss)
    rows = TrailRow.objects.filter(act="merge")
    assert set(rows.filter(noun="bookings.patient").values_list("key", flat=True)) == {
        str(kept.pk),
        str(gone.pk),
    }
    assert rows.filter(noun="bookings.appointment").count() == 1
    assert CallTask.objects.get(pk=call.pk).patient == kept
    later = cast.make_request(place, starts_at=FREE_TIME.replace(hour=16))
    Appointment.objects.filter(pk=later.pk).update(patient=kept)
    for _ in range(2):
        take_apart(gone, boss)
        assert {**before, later.pk: kept.pk} == dict(Appointment.objects.values_list("pk", "patient"))
        assert CallTask.objects.get(pk=call.pk).patient == gone
        kept.refresh_from_db()
        gone.refresh_from_db()
        put_together(kept, gone, boss)


def test_merged_the_other_way_after_an_undo_each_gets_her_own_back(place: Location, boss: User) -> None:
    one, two = her(cast.make_request(place)), again(place)
    before = dict(Appointment.objects.values_list("pk", "patient"))
    put_together(one, two, boss)
    take_apart(two, boss)
    for row in (one, two):
        row.refresh_from_db()
    put_together(two, one, boss)
    take_apart(one, boss)
    assert before == dict(Appointment.objects.values_list("pk", "patient"))


def test_never_with_herself_nor_in_a_ring_and_undone_in_turn(place: Location, boss: User) -> None:
    one, two, three = her(cast.make_request(place)), again(place), again(place, 15)
    with pytest.raises(CannotMerge, match="This is one record"):
        put_together(one, one, boss)
    put_together(one, two, boss)
    two.refresh_from_db()
    one.refresh_from_db()
    for kept, gone in ((two, one), (two, three), (three, two)):
        with pytest.raises(CannotMerge, match="merged before"):
            put_together(kept, gone, boss)
    put_together(three, one, boss)
    with pytest.raises(CannotMerge, match="Undo that first"):
        take_apart(two, boss)
    take_apart(one, boss)
    take_apart(two, boss)
    assert Patient.objects.filter(merged_into=None).count() == 3
    with pytest.raises(CannotMerge, match="not merged"):
        take_apart(two, boss)


def test_only_a_manager_of_all_their_clinics(place: Location) -> None:
    kept, gone = her(cast.make_request(place)), again(cast.make_clinic("dublin"))
    for name, role, places in (
        ("one", "manager", [place]),
        ("desk", "receptionist", []),
        ("nurse", "clinician", []),
    ):
        user = cast.make_staff(name, role, *places)
        with pytest.raises(NotAllowed):
            put_together(kept, gone, user)
    dublin = Location.objects.get(slug="dublin")
    assert put_together(kept, gone, cast.make_staff("both", "manager", place, dublin)) == kept


def test_what_changed_since_the_page_was_opened_is_looked_at_again(place: Location, boss: User) -> None:
    kept, gone = her(cast.make_request(place)), again(place)
    Patient.objects.filter(pk=gone.pk).update(name="Corrected")
    with pytest.raises(PatientChanged):
        put_together(kept, gone, boss)
    assert not Patient.objects.exclude(merged_into=None).exists()


def test_letters_and_calls_to_come_change_no_address_unseen(place: Location, boss: User) -> None:
    kept, gone = her(cast.make_request(place)), again(place, email="other@example.org")
    with pytest.raises(CannotMerge, match="the two emails differ"):
        put_together(kept, gone, boss)
    assert put_together(kept, gone, boss, now=FREE_TIME + dt.timedelta(days=2)) == kept
    asked = {"location": place, "country": "GB", "now": NOW}
    call = services.ring_me(who=RingMe("B", "+441632960000", "any", leave_message=False), **asked)  # type: ignore[arg-type]
    kept.refresh_from_db()
    with pytest.raises(CannotMerge, match="the two phones differ"):
        put_together(kept, call.patient, boss)


def test_a_hold_comes_along_and_erasing_takes_both(place: Location, boss: User) -> None:
    kept, gone = her(cast.make_request(place)), again(place)
    actor = cast.make_actor(boss)
    gone = hold_record(patient_id=gone.pk, seen=gone.as_seen(), reason="A claim", actor=actor, now=NOW)
    kept = put_together(kept, gone, boss)
    assert kept.held_because == "A claim"
    kept = hold_record(patient_id=kept.pk, seen=kept.as_seen(), reason="", actor=actor, now=NOW)
    for row in Appointment.objects.all():
        cast.act(services.cancel, row, services.SYSTEM, reason_code="asked")
    erase(patient_id=kept.pk, seen=kept.as_seen(), actor=actor, now=NOW)
    gone.refresh_from_db()
    assert (gone.name, gone.phone, gone.blanked_at) == ("", "", NOW)
