"""What the two pages of numbers share: who opens them, of which clinics and days, and that a file leaves a row."""

from __future__ import annotations

import pytest

from bookings.journey import Step
from clinic.models import Location, TrailRow
from tests import cast, desk_cast
from tests.desk_cast import text_of
from tests.test_admin_reports import PAGE as REPORTS
from tests.test_admin_reports import visits
from tests.test_funnel import PAGE as FUNNEL
from tests.test_funnel import ask, count

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
FILES = {FUNNEL: ("steps", "calls"), REPORTS: ("clinics", "weeks", "clinicians")}
NAMES = {FUNNEL: "Numbers", REPORTS: "Reports"}
EACH_FILE = [(page, file) for page, files in FILES.items() for file in files]


@pytest.fixture(params=FILES)
def page(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def asked_for(page: str) -> list[dict[str, str]]:
    """The page itself, and each of its files."""
    return [{}, *({"file": file} for file in FILES[page])]


def happened(place: Location) -> None:
    visits(place)
    ask(place)
    count(Step.START, 111, clinic=place.slug)


# --- Who sees it ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["receptionist", "clinician", "editor"])
def test_nobody_but_a_manager_opens_it_or_is_led_to_it(place: Location, role: str, page: str) -> None:
    client = desk_cast.somebody(role, place)
    assert {client.get(page, asked).status_code for asked in asked_for(page)} == {403}
    assert f'"{page}"' not in client.get("/admin/").content.decode()
    assert not TrailRow.objects.filter(act="export").exists()


def test_the_menu_leads_a_manager_there(place: Location, page: str) -> None:
    client = desk_cast.manager(place)
    assert f'"{page}"' in client.get("/admin/").content.decode()
    assert f'aria-current="page">{NAMES[page]}' in client.get(page).content.decode()
    assert client.post(page).status_code == 405


def test_a_manager_sees_her_own_clinics_alone_in_every_form(
    place: Location, other: Location, page: str
) -> None:
    happened(place)
    client = desk_cast.manager(place)

    def told() -> list[str]:
        answers = [client.get(page, asked) for asked in asked_for(page)]
        return [answer.content.decode().split('id="content"')[-1] for answer in answers]

    before = told()
    assert all("Maidenhead" in words and "Dublin" not in words for words in before)
    happened(other)
    count(Step.START, 222, clinic="")
    assert told() == before


def test_another_clinic_cannot_be_asked_for_by_its_name(place: Location, other: Location, page: str) -> None:
    client = desk_cast.manager(place)
    for asked in asked_for(page):
        answer = client.get(page, {"clinic": "dublin", **asked})
        assert answer.status_code == 422
        assert "<table" not in answer.content.decode()


def test_a_manager_who_is_a_receptionist_elsewhere_manages_only_the_first(
    place: Location, other: Location, page: str
) -> None:
    user = cast.make_staff("both", "manager", place)
    user.memberships.create(location=other, role="receptionist")
    assert "Dublin" not in text_of(desk_cast.at(user).get(page))


# --- Which days -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2027-02-03", "2027-02-02", "until"),
        ("", "2027-02-02", "since"),
        ("2027-02-02", "", "until"),
        ("yesterday", "2027-02-02", "since"),
        ("2024-01-01", "2027-02-02", "since"),
        ("0001-01-01", "0001-01-02", "since"),
        ("9999-12-30", "9999-12-31", "since"),
    ],
)
def test_days_that_make_no_stretch_are_said_at_the_field(
    place: Location, page: str, since: str, until: str, field: str
) -> None:
    answer = desk_cast.manager(place).get(page, {"period": "dates", "since": since, "until": until})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "<table" not in answer.content.decode()


# --- As files -------------------------------------------------------------------------------------------------------
def test_the_page_leads_to_each_file_of_the_same_days(place: Location, page: str) -> None:
    words = desk_cast.manager(place).get(page, {"period": "12"}).content.decode()
    for file in FILES[page]:
        assert f'href="?period=12&amp;file={file}"' in words


@pytest.mark.parametrize(("page", "file"), EACH_FILE)
def test_a_file_leaves_a_row_of_who_took_it(place: Location, page: str, file: str) -> None:
    response = desk_cast.manager(place).get(page, {"file": file, "clinic": "maidenhead"})
    row = TrailRow.objects.get(act="export")
    noun = {FUNNEL: "bookings.stepcount", REPORTS: "bookings.appointment"}[page]
    assert (row.actor.username, row.noun) == ("manager-maidenhead", noun)
    assert row.page == {FUNNEL: "bookings_stepcount_changelist", REPORTS: "bookings_stepcount_reports"}[page]
    assert row.words == f"{file} 2027-01-25 2027-02-17 clinic=maidenhead"
    assert row.count == len(desk_cast.csv_of(response)) - 1
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="{file}-2027-01-25-2027-02-17.csv"'
    )


def test_looking_at_the_page_exports_nothing(place: Location, page: str) -> None:
    assert desk_cast.manager(place).get(page, {"file": "patients"}).status_code == 200
    assert not TrailRow.objects.filter(act="export").exists()


@pytest.mark.parametrize(("page", "file"), EACH_FILE)
def test_a_name_never_becomes_a_formula(place: Location, page: str, file: str) -> None:
    cast.Clinician.objects.update(name="=1+1")
    Location.objects.update(name="@SUM(1)")
    cells = {
        cell for row in desk_cast.csv_of(desk_cast.manager(place).get(page, {"file": file})) for cell in row
    }
    assert "'@SUM(1)" in cells
    assert ("'=1+1 (demo)" in cells) == (file == "clinicians")
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]
