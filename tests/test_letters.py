"""Every kind of message: no health word where others see it, links that work from anywhere, HTML that needs no picture."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse

from bookings import letter_samples
from bookings.letter_samples import Letter
from clinic.models import Location, Message, Role
from tests.cast import NOW, make_booked, make_clinic, make_fees, make_location, make_staff
from tests.words.letters import kinds_written

pytestmark = [pytest.mark.django_db, pytest.mark.both]
HEALTH = re.compile(
    r"vein|leg\b|legs|health|nurse|doctor|clinical|patient|treat|medic|inject|sclero|consult|stocking|scan|session|"
    r"pregnan|pill|surgery|hospital",
    re.IGNORECASE,
)
LINK = re.compile(r"[a-z]+://\S+|\[\[.*?\]\]", re.IGNORECASE)
# Attributes that change how a thing looks without a stylesheet, and those that say what it is.
ATTRIBUTES = {
    "bgcolor", "text", "link", "vlink", "role", "width", "border", "cellpadding", "cellspacing", "align", "face", "size",
    "color", "noshade", "href", "lang", "charset", "name", "content",
}  # fmt: skip
NEVER = {
    "img",
    "script",
    "style",
    "iframe",
    "form",
    "input",
    "button",
    "svg",
    "object",
    "video",
    "picture",
    "base",
}


class Marks(HTMLParser):
    """Every tag with its attributes, and the words between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def links(self) -> list[str]:
        return [given["href"] or "" for tag, given in self.tags if tag == "a"]


@pytest.fixture(params=["maidenhead", "dublin"])
def letters(request: pytest.FixtureRequest) -> list[Letter]:
    make_fees()
    return letter_samples.every_letter(letter_samples.sample(make_location(request.param), NOW))


def test_every_kind_is_among_them(letters: list[Letter]) -> None:
    kinds = {letter.kind for letter in letters} - {"reminder_day_of_two"}
    assert kinds == kinds_written() | {"complaint_new", "new_request"}
    assert len(kinds) >= 14


def test_no_subject_says_what_it_is_about(letters: list[Letter]) -> None:
    for letter in letters:
        assert not HEALTH.search(letter.words.subject), letter.words.subject
        assert 5 < len(letter.words.subject) <= 80
        assert not HEALTH.search(settings.CLINIC_SHORT_NAME)
    assert HEALTH.search("Your vein clinic"), "the control: such a word is found"


def test_every_link_is_whole_and_is_a_page_of_ours(letters: list[Letter]) -> None:
    seen = 0
    for letter in letters:
        marks = Marks(letter.words.html)
        for link in [*LINK.findall(letter.words.text), *marks.links()]:
            assert link.startswith(f"{settings.SITE_URL}/"), (letter.kind, link)
            resolve(urlsplit(link.rstrip(".")).path)
            seen += 1
        assert "[[" not in letter.words.text + letter.words.html
    assert seen >= 30


def test_html_and_text_lead_to_the_same_places(letters: list[Letter]) -> None:
    for letter in letters:
        html = set(Marks(letter.words.html).links())
        text = {link.rstrip(".") for link in LINK.findall(letter.words.text)}
        assert html == text, letter.kind


def test_html_needs_no_picture_and_no_style(letters: list[Letter]) -> None:
    looked_at = 0
    for letter in letters:
        for tag, given in Marks(letter.words.html).tags:
            assert tag not in NEVER, (letter.kind, tag)
            assert set(given) <= ATTRIBUTES, (letter.kind, tag, given)
            # A cell gives way on a narrow screen; a table with a width of its own runs off it.
            assert tag != "table" or not (given.get("width") or "").isdecimal(), letter.kind
            looked_at += 1
    assert looked_at >= 300


def test_html_says_what_the_text_says(letters: list[Letter]) -> None:
    """Each figure and each name: a time, a date, a phone number, a reference."""
    for letter in letters:
        bare = LINK.sub("", letter.words.text)
        for word in re.findall(r"[A-Z0-9][\w:.]*\d\w*|\b[A-Z][a-z]+day\b", bare):
            assert word.rstrip(".:") in Marks(letter.words.html).words, (letter.kind, word)


def test_text_reads_well_aloud(letters: list[Letter]) -> None:
    for letter in letters:
        text = letter.words.text
        assert not re.search(r"[<>{}*_|#]|&\w+;|None\b|\n{3}|[ \t]\n|  \S.*\n", LINK.sub("x", text)), text
        assert text.endswith("\n")
        for line in text.splitlines():
            assert len(LINK.sub("", line)) <= 150, line
            assert not LINK.match(line), f"a link alone on a line says nothing: {line}"
        for sentence in re.split(r"[.?!:]\s|\n", LINK.sub("", text)):
            assert not re.search(r"\s[.,]", sentence), (letter.kind, sentence)


def test_no_staff_letter_names_anybody(letters: list[Letter]) -> None:
    staff = [letter for letter in letters if letter.to == "Staff"]
    assert len(staff) == 2
    for letter in staff:
        assert "Brigid" not in letter.words.subject + letter.words.text + letter.words.html


def test_nothing_of_a_sample_is_stored(letters: list[Letter]) -> None:
    assert not Message.objects.exists()


# --- The page for staff -------------------------------------------------------------------------------------------------
def member(place: Location | None, role: str = Role.RECEPTIONIST) -> Client:
    client = Client()
    client.force_login(make_staff(f"m-{role}", role, *([place] if place else [])))
    return client


def test_staff_see_every_kind_with_its_subject_and_text() -> None:
    desk = member(make_clinic())
    page = desk.get(reverse("admin:bookings_appointment_letters")).content.decode()
    assert page.count('class="desk-box"') == len(letter_samples.SORTS)
    assert "Your appointment at Maidenhead is confirmed" in page
    assert "Brigid Example" in page


def test_the_html_is_shown_as_it_is_sent_and_obeys_the_content_policy() -> None:
    desk = member(make_clinic())
    for kind in letter_samples.SORTS:
        shown = desk.get(reverse("admin:bookings_appointment_letter", args=[kind]))
        assert shown.status_code == 200, kind
        assert "unsafe" not in shown.headers["Content-Security-Policy"]
        assert "style=" not in shown.content.decode()
        assert shown.headers["Cache-Control"] == "no-store, private"
    assert desk.get(reverse("admin:bookings_appointment_letter", args=["nothing"])).status_code == 404


def test_about_a_visit_of_ones_own_clinic_and_without_a_way_in() -> None:
    visit = make_booked(make_clinic())
    queued = Message.objects.count()
    address = reverse("admin:bookings_appointment_letters_of", args=[visit.pk])
    desk = member(visit.location)
    page = desk.get(address).content.decode()
    assert "Brigid Test" in page
    assert "book/link/example/" in page
    assert visit.uuid.hex not in page
    html = reverse("admin:bookings_appointment_letter_of", args=[visit.pk, "reminder_week"])
    assert "Tuesday 2 March, 10:15am" in desk.get(html).content.decode()
    assert Message.objects.count() == queued
    stranger = member(make_location("dublin"), Role.CLINICIAN)
    assert [stranger.get(each).status_code for each in (address, html)] == [404, 404]


@pytest.mark.parametrize("who", [lambda: member(None, Role.EDITOR), Client], ids=["an editor", "nobody"])
def test_who_works_at_no_desk_sees_none(who: Callable[[], Client]) -> None:
    make_clinic()
    answer = who().get(reverse("admin:bookings_appointment_letters"))
    assert answer.status_code in (302, 403)


def test_a_clinic_of_another_is_not_sampled() -> None:
    make_clinic()
    desk = member(make_location("dublin"))
    page = desk.get(reverse("admin:bookings_appointment_letters"))
    assert "Dublin" in page.content.decode()
    asked = desk.get(reverse("admin:bookings_appointment_letters"), {"clinic": "maidenhead"})
    assert asked.status_code == 404
