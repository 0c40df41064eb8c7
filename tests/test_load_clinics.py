"""`load_clinics`: creates the clinics that are missing and never touches one that is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinic.loading import ClinicsProblem, load_clinics
from clinic.models import Location, OpeningHours, Room

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_the_four_clinics_come_with_what_is_known_and_nothing_else() -> None:
    assert load_clinics().created == ["amersham", "maidenhead", "london", "dublin"]
    places = {place.slug: place for place in Location.objects.all()}
    assert list(places) == ["amersham", "maidenhead", "london", "dublin"]  # in order of position
    for place in places.values():
        assert place.notify_email == ""
        assert place.verified_on is None
        assert place.rooms.exists()
        assert place.map_query
        assert "\n" in place.address
    assert not OpeningHours.objects.exists()
    assert places["maidenhead"].address == "The Bridge Clinic\nMaidenhead\nBerkshire"
    dublin = places["dublin"]
    assert (dublin.phone, dublin.phone_abroad, dublin.tel) == (
        "01 293 7839",
        "+353 1 293 7839",
        "+35312937839",
    )
    assert (dublin.country, dublin.time_zone) == ("IE", "Europe/Dublin")
    assert places["london"].tel == "+448007836106"


def test_a_second_load_does_nothing() -> None:
    load_clinics()
    report = load_clinics()
    assert (report.created, report.different) == ([], [])
    assert Room.objects.count() == 4


def test_an_edit_is_kept_and_listed() -> None:
    load_clinics()
    Location.objects.filter(slug="london").update(phone="020 7946 0000", notify_email="desk@example.org")
    report = load_clinics()
    assert report.different == ["london, phone: here “020 7946 0000”, in the file “0800 783 6106”"]
    assert Location.objects.get(slug="london").notify_email == "desk@example.org"


def test_a_clinic_that_is_missing_comes_back_alone() -> None:
    load_clinics()
    Room.objects.filter(location__slug="london").delete()
    Location.objects.filter(slug="london").delete()
    assert load_clinics().created == ["london"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "Europe/Dublin",
            "Europe/Sandyford",
            r"\[dublin\]: time_zone: “Europe/Sandyford” is not a time zone",
        ),
        ('country = "IE"', 'country = "XX"', r"\[dublin\]: country: "),
        ("phone_abroad", "phone_far", r"\[dublin\]: .*phone_far"),
        ("[dublin]", "[dublin", "clinics.toml: "),
        ("[dublin]", '["Dub lin"]', r"\[Dub lin\]: slug: "),
    ],
)
def test_a_mistake_stops_everything(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    from clinic.loading import FILE

    file = tmp_path / "clinics.toml"
    file.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ClinicsProblem, match=sentence):
        load_clinics(file=file)
    assert not Location.objects.exists()


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_clinics")
    assert "Clinics: 4 created." in capsys.readouterr().out
    with pytest.raises(CommandError, match="nowhere"):
        call_command("load_clinics", file=Path("nowhere.toml"))
