"""Times, steps and ids that no page of ours offers: a clear sentence, and nothing of anybody changes."""

from __future__ import annotations

import pytest
from django.test import Client

from bookings.life import Status
from bookings.models import Appointment, Patient
from clinic.models import Location
from tests import cast, test_bad_input
from tests.reader import Reader
from tests.test_bad_input import DETAILS, browser, look, post
from tests.test_journey import fill_details, send, to_check, to_health, to_times

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

place = test_bad_input.place


# --- Times


@pytest.mark.parametrize(
    ("slot", "says"),
    [
        ("maidenhead|2027-02-16T10:15Z", "does not offer that time"),  # past
        ("maidenhead|2027-02-18T10:15Z", "does not offer that time"),  # inside the notice
        ("maidenhead|2027-02-21T10:15Z", "does not offer that time"),  # a Sunday
        ("maidenhead|2027-02-23T10:20Z", "does not offer that time"),  # between two starts
        ("maidenhead|2027-02-23T10:15:01Z", "does not offer that time"),
        ("maidenhead|2027-02-23T18:00Z", "does not offer that time"),
        ("maidenhead|2028-02-22T10:15Z", "does not offer that time"),  # past the horizon
        ("maidenhead|0002-01-01T00:00Z", "does not offer that time"),
        ("maidenhead|9998-12-31T23:59Z", "does not offer that time"),
        ("maidenhead|0001-01-01T00:00Z", "could not read that time"),
        ("maidenhead|9999-12-31T23:59Z", "could not read that time"),
        ("maidenhead|9999-12-31T23:59-23:59", "could not read that time"),
        ("maidenhead|2027-02-23T10:15", "could not read that time"),
        ("maidenhead|2027-02-30T10:15Z", "could not read that time"),
        ("maidenhead|", "could not read that time"),
        ("nowhere|2027-02-23T10:15Z", "could not read that time"),
        ("1|2027-02-23T10:15Z", "could not read that time"),
        ("|||", "could not read that time"),
    ],
)
def test_a_time_we_do_not_offer_is_said_and_times_stay_on_the_page(
    place: Location, slot: str, says: str
) -> None:
    reader = to_times(browser())
    post(reader, "/book/time/", {"slot": slot})
    assert look(reader).status == 409
    assert says in reader.text
    assert "11:00am" in " ".join(reader.buttons())
    assert not Appointment.objects.exists()


def test_a_refused_time_does_not_give_the_held_one_back(place: Location) -> None:
    reader = to_health(browser())
    post(reader, "/book/time/", {"slot": "maidenhead|2027-02-21T10:15Z"})
    held = Appointment.objects.get()
    assert (held.status, f"{held.starts_at:%d %H:%M}") == (Status.HOLD, "23 10:15")


@pytest.mark.parametrize("name", ["from", "month"])
@pytest.mark.parametrize("day", ["0001-01", "9999-12-31", "2027-02-30", "2027-W08", "x", "", "9" * 20])
def test_a_day_in_the_address_that_nobody_can_book_shows_the_times_all_the_same(
    place: Location, name: str, day: str
) -> None:
    reader = to_times(browser()).open(f"/book/time/?{name}={day}")
    assert reader.status == 200
    assert reader.h1 == "Choose a time at Maidenhead"


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00Z", "9999-12-31T23:59Z", "2027-03-02", "10:15", "2027-03-02T10:15"]
)
def test_a_time_in_a_link_that_is_none_counts_as_not_chosen(place: Location, at: str) -> None:
    reader = browser().open(f"/book/?clinic=maidenhead&at={at}")
    assert "You chose: Maidenhead." in reader.text
    reader.press("No, I have none of these").choose("Both").press("Continue")
    assert reader.h1 == "Choose a time at Maidenhead"


# --- Steps and sessions


def test_a_form_that_came_too_early_is_kept_and_the_page_says_so(place: Location) -> None:
    reader = browser()
    post(reader, "/book/visit/", {"area": "both", "clinic": "dublin"})
    post(reader, "/book/health/2/", {"ticks": "none"})
    post(reader, "/book/details/", DETAILS)
    reader.open("/book/")
    assert reader.text.count("We have kept what you just sent.") == 3
    assert not Appointment.objects.exists()
    reader.press("No, I have none of these")
    assert reader.h1 == "Choose a time at Dublin"
    reader.press("10:15am").choose("No, none of these").press("Continue")
    reader.choose("No, none of these").press("Continue")  # the second list is answered already
    assert reader.h1 == "Check your request"
    assert "I come with my daughter." in reader.text


def test_somebody_elses_ids_in_a_form_change_nothing_of_theirs(place: Location) -> None:
    theirs = to_check(browser())
    other = Appointment.objects.get()
    reader = to_check_at(browser(), "11:00am")
    key = theirs.client.session["journey"]["key"]
    ids = {
        "key": key,
        "uuid": str(other.uuid),
        "id": other.pk,
        "appointment": other.pk,
        "reference": other.reference,
    }
    post(reader, "/book/check/", {"agree": "on", "seen": theirs.values()["seen"][0], **ids})
    assert look(reader).status == 409
    assert "changed in another window" in reader.text
    own = reader.values()["seen"][0]
    post(reader, "/book/check/", {"agree": "on", "seen": own, **ids})
    other.refresh_from_db()
    assert (other.status, other.version, other.patient) == (Status.HOLD, 0, None)
    assert Appointment.objects.get(status=Status.PENDING).starts_at.hour == 11


def to_check_at(reader: Reader, time: str) -> Reader:
    to_times(reader).press(time)
    for _ in range(3):
        reader.choose("No, none of these").press("Continue")
    return fill_details(reader)


def test_somebody_too_young_for_an_earlier_time_gets_the_kind_page(place: Location) -> None:
    reader = to_times(browser()).click("Later times").press("10:15am")
    for _ in range(3):
        reader.choose("No, none of these").press("Continue")
    post(
        reader, "/book/details/", {**DETAILS, "date_of_birth": "10 3 2009"}
    )  # 18 by then, not yet in February
    assert reader.open("/book/check/").h1 == "Check your request"
    send(reader.click("Change time").press("10:15am"))
    assert reader.h1 == "We treat adults only"
    assert "journey" not in reader.client.session
    assert not Patient.objects.exists()


# --- Addresses that staff, or somebody who sent them a link, made up


@pytest.mark.parametrize(
    "query", ["valid_from__year=0", f"valid_from__year={'9' * 20}", "valid_from__year__gt=x", "q=%00"]
)
def test_a_filter_that_no_page_of_the_admin_links_to_is_refused(place: Location, query: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.make_staff("manager", "manager", is_superuser=True))
    assert client.get(f"/admin/bookings/workingpattern/?{query}").status_code in (302, 400)
    assert client.get("/admin/bookings/workingpattern/?valid_from__year=2027").status_code == 200
