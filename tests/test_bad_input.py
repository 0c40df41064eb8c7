"""Bad input on every page of the journey: a clear sentence at the right place, what was typed is kept, never a 5xx."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from bookings.models import CallTask, Patient
from clinic.models import Location, Message
from tests import cast, naughty
from tests.reader import Reader, words
from tests.test_journey import send, start, to_check, to_details, to_health, to_times

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
FORM = "application/x-www-form-urlencoded"
TIME = "maidenhead|2027-02-23T10:15Z"
DETAILS = {
    "name": "Brigid Test",
    "phone": "020 7946 0000",
    "ring_when": "any",
    "missed_call": "leave",
    "email": "brigid@example.org",
    "date_of_birth": "27 3 1958",
    "travel_on": "9 4 2027",
    "access_needs": "hearing-loop",
    "anything_else": "I come with my daughter.",
}
RING_ME = {
    "name": "Brigid Test",
    "phone": "020 7946 0000",
    "place": "dublin",
    "ring_when": "any",
    "leave_message": "no",
}


def to_ring_me(reader: Reader) -> Reader:
    return reader.open("/book/ring-me/")


def to_wait(reader: Reader) -> Reader:
    to_health(reader).choose("No, none of these").press("Continue")
    return reader.choose("pregnant").press("Continue")


Way = Callable[[Reader], Reader]
# Each page with a form: how to come to it, where it posts, what it takes. `start` and `time` have buttons only.
PAGES: dict[str, tuple[Way, str, dict[str, str]]] = {
    "start": (
        lambda reader: reader.open("/book/"),
        "/book/",
        {"signs": "none", "clinic": "dublin", "at": ""},
    ),
    "visit": (start, "/book/visit/", {"area": "thread", "clinic": "maidenhead"}),
    "time": (to_times, "/book/time/", {"slot": TIME}),
    "health": (to_health, "/book/health/1/", {"ticks": "none"}),
    "details": (to_details, "/book/details/", DETAILS),
    "check": (to_check, "/book/check/", {"agree": "on", "seen": "x"}),
    "wait": (to_wait, "/book/wait/", {"way": "email", "email": "brigid@example.org", "on": "1 9 2027"}),
    "ring-me": (to_ring_me, "/book/ring-me/", RING_ME),
}
FIELDS = [(page, field) for page, (_, _, good) in PAGES.items() for field in good]
BOXES = {
    "name",
    "phone",
    "email",
    "date_of_birth",
    "travel_on",
    "anything_else",
    "on",
}  # what is typed, not pressed


@pytest.fixture
def place() -> Location:
    cast.make_clinic("dublin")
    return cast.make_clinic()


def browser() -> Reader:
    return Reader(Client(raise_request_exception=False))


def post(reader: Reader, url: str, data: dict[str, Any]) -> Any:
    """As a program posts: anything at all, halves of characters too."""
    body = urlencode(data, doseq=True, errors="surrogatepass")
    response = reader.client.post(url, body, content_type=FORM)
    reader.status, reader.response, reader.typed = response.status_code, response, {}
    return response


def look(reader: Reader) -> Reader:
    """Reads the page that the last post gave: slow, so only where somebody looks."""
    reader.page = html5lib.parse(reader.response.content.decode(), namespaceHTMLElements=False)
    return reader


def assert_calm(response: Any, what: str) -> None:
    """No 5xx, and nothing in the page that a browser would run."""
    assert response.status_code in (200, 302, 400, 404, 409, 413, 422), (what, response.status_code)
    page = response.content.decode()
    assert [live for live in naughty.LIVE if live in page] == [], what


def by_id(page: Element) -> dict[str, Element]:
    return {each.attrib["id"]: each for each in page.iter() if each.get("id")}


def assert_points_at_the_field(page: Element, field: str) -> None:
    """The summary stands above with a link that lands on the field, and the field names its own sentence."""
    there = by_id(page)
    assert words(next(page.iter("title"))).startswith("Error:")
    links = {link.attrib["href"][1:]: words(link) for link in there["problem"].iter("a")}
    assert links
    assert set(links) <= set(there)
    boxes = [box for box in page.iter() if box.get("name") == field and box.get("type") != "hidden"]
    linked = next(box for box in boxes if box.get("id") in links)
    holder = next(
        (
            each
            for each in page.iter("fieldset")
            if linked in set(each.iter()) and linked.get("type") != "text"
        ),
        linked,
    )
    described = (linked.get("aria-describedby", "") + " " + holder.get("aria-describedby", "")).split()
    assert set(described) <= set(there)
    own = [words(there[name]) for name in described if name.endswith("_error")]
    assert any(links[linked.attrib["id"]] in sentence for sentence in own), (field, links, own)


def kept(page: Element, field: str) -> list[str]:
    """What the page's boxes and ticks of this name hold now."""
    held = []
    for box in page.iter():
        if box.get("name") == field and (
            box.get("type") not in ("radio", "checkbox") or "checked" in box.attrib
        ):
            held.append("".join(box.itertext()) if box.tag == "textarea" else box.get("value", ""))
    return held


def rows() -> tuple[int, int, int]:
    return Patient.objects.count(), CallTask.objects.count(), Message.objects.count()


# --- Every field


@pytest.mark.parametrize(("where", "field"), FIELDS, ids=lambda part: part)
def test_whatever_is_typed_into_a_field_is_kept_or_answered_in_words(
    place: Location, where: str, field: str
) -> None:
    way, url, good = PAGES[where]
    reader = way(browser())
    refused = 0
    for what, typed in (naughty.EVERYTHING if field in BOXES else naughty.SOME).items():
        response = post(reader, url, {**good, field: typed})
        assert_calm(response, what)
        if response.status_code != 422 or field not in BOXES:
            continue
        refused += 1
        look(reader)
        assert_points_at_the_field(reader.page, field)
        for other in set(good) & BOXES - {field}:
            assert kept(reader.page, other) == [good[other]], (what, other)
        if what in naughty.AWKWARD or what in naughty.LONG:
            assert kept(reader.page, field) == [typed], what
    if field in BOXES:
        assert refused >= len(naughty.UNREADABLE) - 1  # the long box takes line breaks


@pytest.mark.parametrize("where", PAGES)
def test_an_empty_form_says_what_is_missing(place: Location, where: str) -> None:
    way, url, _ = PAGES[where]
    reader = way(browser())
    before = rows()
    response = post(reader, url, {"way": "email"} if where == "wait" else {})
    assert response.status_code in (400, 409, 422)
    assert rows() == before
    if response.status_code == 422:
        links = list(by_id(look(reader).page)["problem"].iter("a"))
        assert links
        assert {link.attrib["href"][1:] for link in links} <= set(by_id(reader.page))


@pytest.mark.parametrize("where", ["details", "ring-me"])
def test_a_required_field_points_at_itself_and_the_rest_is_kept(place: Location, where: str) -> None:
    way, url, good = PAGES[where]
    reader = way(browser())
    optional = {"email", "travel_on", "access_needs", "anything_else"}
    for field in set(good) - optional:
        post(reader, url, {**good, field: ""})
        assert reader.status == 422, field
        assert_points_at_the_field(look(reader).page, field)
        for other in set(good) - {field}:
            assert kept(reader.page, other) == [good[other]], (field, other)


@pytest.mark.parametrize("where", PAGES)
def test_lists_repeats_and_files_where_one_word_is_expected(place: Location, where: str) -> None:
    way, url, good = PAGES[where]
    reader = way(browser())
    for field, value in good.items():
        for odd in (
            {field: [value, "x"]},
            {field: ["x", value]},
            {field: ["", ""]},
            {f"{field}[]": value},
            {f"{field}[0][x]": value},
            {field.upper(): value},
        ):
            assert_calm(
                post(reader, url, {**{k: v for k, v in good.items() if k != field}, **odd}), f"{field}: {odd}"
            )
        file = SimpleUploadedFile("<script>alert(1)</script>.png", b"\x00\xff" * 500)
        assert_calm(reader.client.post(url, {**good, field: file}), f"{field}: a file")
    assert_calm(post(reader, url, {f"field{number}": "x" for number in range(600)}), "600 fields")
    for body in (b"", b"\x00", b"{}", b'{"name": "\\ud800"}', b"%", b"&&&===", b"\xff\xfe", b"a" * 5000):
        for kind in (
            FORM,
            "application/json",
            "text/plain",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "",
        ):
            assert_calm(reader.client.post(url, body, content_type=kind), f"{kind}: {body[:20]!r}")


@pytest.mark.parametrize("where", PAGES)
def test_a_form_far_too_long_is_refused_with_the_phone_numbers(place: Location, where: str) -> None:
    way, url, good = PAGES[where]
    reader = way(browser())
    response = post(reader, url, {**good, next(reversed(good)): naughty.HUGE})
    assert response.status_code == 413
    assert settings.PHONE_UK in response.content.decode()
    assert len(response.content) < 20_000


def test_awkward_words_are_shown_as_they_are_and_stored_letter_by_letter(place: Location) -> None:
    reader = to_details(browser())
    for what, typed in naughty.AWKWARD.items():
        post(reader, "/book/details/", {**DETAILS, "name": typed})
        assert reader.status == 302, what
        check = reader.client.get("/book/check/")
        assert_calm(check, what)
        assert escape(typed) in check.content.decode(), what
    everything = "\n".join(naughty.AWKWARD.values())[:1000].strip()
    post(reader, "/book/details/", {**DETAILS, "name": naughty.AWKWARD["SQL"], "anything_else": everything})
    send(reader.open("/book/check/"))
    made = Patient.objects.get()
    assert made.name == naughty.AWKWARD["SQL"]
    assert made.appointments.get().notes.get().text.replace("\r\n", "\n") == everything
