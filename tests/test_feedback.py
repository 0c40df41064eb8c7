"""A word about a page: asked without a name, kept once, read by staff."""

from __future__ import annotations

import pytest
from django.test import Client

from clinic import services
from clinic.models import Feedback
from tests import cast, naughty
from tests.cast import NOW
from tests.reader import Reader
from tests.site_content import load_site_content
from tests.test_bad_input import assert_calm, assert_points_at_the_field, browser, kept, look, post

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock")]
FORM = "/feedback/"
GOOD = {"form": "1", "path": "/fees/", "helped": "The table.", "lacked": "The euro price."}


def path_shown(referer: str) -> str:
    page = Client().get(FORM, headers={"referer": referer}).content.decode()
    return page.partition('name="path" value="')[2].partition('"')[0]


def test_every_page_asks_whether_it_was_clear_and_knows_which_one_it_was() -> None:
    load_site_content()
    reader = Reader().open("/fees/")
    assert "Was this page clear? Tell us" in " ".join(
        "".join(next(reader.page.iter("footer")).itertext()).split()
    )
    assert path_shown("http://testserver/fees/?from=a-letter") == "/fees/"


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "https://other.example/fees/",
        "http://testserver.other.example/fees/",
        "http://testserver/nowhere/",
        "http://testserver/admin/clinic/complaint/",
        "http://testserver/book/link/a-key-of-somebody/",
        "http://testserver/feedback/",
        "http://testserver/" + "a" * 300 + "/",
        "//[",
        "\u202e",
    ],
)
def test_an_address_that_is_no_page_of_ours_or_a_key_is_not_filled_in(referer: str) -> None:
    assert path_shown(referer) == ""


def test_what_was_said_is_kept_and_thanked_for_without_a_name() -> None:
    reader = Reader().open(FORM)
    reader.fill("Which page is it about?", "").fill("What helped you?", "The pictures.").press("Send")
    assert (reader.url, reader.h1) == ("/feedback/sent/", "Thank you")
    made = Feedback.objects.get()
    assert (made.path, made.helped, made.lacked, made.read_at) == ("", "The pictures.", "", None)
    assert reader.response["Cache-Control"] == "no-store, private"


def test_the_same_form_sent_again_is_kept_once() -> None:
    client = Client()
    for _ in range(3):
        assert client.post(FORM, GOOD)["Location"] == "/feedback/sent/"
    assert Feedback.objects.count() == 1


def test_nothing_said_is_answered_with_what_to_do() -> None:
    reader = browser()
    post(reader, FORM, {**GOOD, "helped": "", "lacked": " "})
    assert reader.status == 422
    assert_points_at_the_field(look(reader).page, "helped")
    assert kept(reader.page, "path") == ["/fees/"]
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("field", ["path", "helped", "lacked"])
def test_whatever_is_typed_is_kept_or_answered_in_words(field: str) -> None:
    reader, refused = browser().open(FORM), 0
    for what, typed in naughty.EVERYTHING.items():
        response = post(reader, FORM, {**GOOD, field: typed})
        assert_calm(response, what)
        if response.status_code == 422:
            refused += 1
            assert_points_at_the_field(look(reader).page, field)
    assert refused >= len(naughty.UNREADABLE) - 1


def test_reading_counts_what_was_not_read_before() -> None:
    made = [services.tell(path="", helped=word, lacked="", key=word, now=NOW) for word in ("a", "b")]
    ids = [row.pk for row in made]
    assert services.read_feedback(ids=ids[:1], now=NOW) == 1
    assert services.read_feedback(ids=ids, now=NOW) == 1
    assert not Feedback.objects.unread().exists()


# --- In the admin


def make_one() -> Feedback:
    return services.tell(path="/fees/", helped="", lacked="Zzlacked", key="1", now=NOW)


@pytest.mark.parametrize(
    ("role", "status"), [("manager", 200), ("editor", 200), ("receptionist", 403), ("clinician", 403)]
)
def test_managers_and_editors_read_it(client: Client, role: str, status: int) -> None:
    row = make_one()
    client.force_login(cast.make_staff("somebody", role))
    for address in ("/admin/clinic/feedback/", f"/admin/clinic/feedback/{row.pk}/change/"):
        page = client.get(address)
        assert page.status_code == status
        assert ("Zzlacked" in page.content.decode()) == (status == 200)
    pressed = client.post(f"/admin/clinic/feedback/{row.pk}/read/")
    assert pressed.status_code == (302 if status == 200 else 403)
    row.refresh_from_db()
    assert (row.read_at is not None) == (status == 200)


def test_it_is_read_by_a_press_alone_or_with_others_and_never_deleted(admin_client: Client) -> None:
    row = make_one()
    assert admin_client.get(f"/admin/clinic/feedback/{row.pk}/read/").status_code == 405
    chosen = {"action": "mark_read", "_selected_action": [row.pk]}
    page = admin_client.post("/admin/clinic/feedback/", chosen, follow=True).content.decode()
    assert "Marked as read: 1." in page
    assert "delete_selected" not in page
    assert admin_client.post(f"/admin/clinic/feedback/{row.pk}/delete/").status_code == 403
    assert admin_client.get("/admin/clinic/feedback/add/").status_code == 403
