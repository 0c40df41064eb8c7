"""A page that informs is made once, kept whole, the same for everybody, and gone from every process after an edit."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import brotli
import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from clinic import context_processors, page_cache
from clinic.informing import PersonalPage, coding_for, informs
from clinic.models import Location
from clinic.views import clinics
from tests import cast
from tests.kept import another_worker, forget

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("clock", "content")]
FEES, PLACE = "/fees/", "/clinics/maidenhead/"
Commit = Callable[..., Any]


def get(path: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(path, headers=headers)


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []
    with CaptureQueriesContext(connection) as seen:
        yield asked
    asked += [row["sql"] for row in seen]


def rename(name: str) -> None:
    """An edit, as every verb that changes content makes it."""
    with transaction.atomic():
        Location.objects.filter(slug="maidenhead").update(name=name)
        page_cache.drop()


# --- Kept


def test_a_page_is_made_once_and_then_asks_the_database_nothing(store: str) -> None:
    first = get(FEES)
    with counted() as asked:
        again = get(FEES)
        with another_worker():
            elsewhere = get(FEES)
    assert (first.status_code, asked) == (200, [])
    assert first.content == again.content == elsewhere.content
    assert first.headers["ETag"] == again.headers["ETag"] == elsewhere.headers["ETag"]


def test_without_the_store_each_page_is_made_anew() -> None:
    get(FEES)
    with counted() as asked:
        assert get(FEES).status_code == 200
    assert asked


def test_each_coding_is_the_same_page_with_an_etag_of_its_own(kept_pages: None) -> None:
    plain = get(FEES)
    read = {"br": brotli.decompress, "gzip": gzip.decompress}
    tags = {plain.headers["ETag"]}
    for coding, decoded in read.items():
        for _ in ("cold", "warm"):
            coded = get(FEES, accept_encoding=coding)
            assert coded.headers["Content-Encoding"] == coding
            assert coded.headers["Content-Length"] == str(len(coded.content))
            assert coded.headers["Vary"] == "Accept-Encoding"
            assert coded.headers["Cache-Control"] == "no-cache"
            assert decoded(coded.content) == plain.content
            tags.add(coded.headers["ETag"])
    assert "Content-Encoding" not in plain.headers
    assert len(tags) == 3
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.000, *", "gzip"),
        ("br;q=0.1", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("deflate", ""),
        ("identity", ""),
        ("", ""),
        (";;,=q,,", ""),
        ("browser", ""),
    ],
)
def test_the_browser_chooses_the_coding(accepted: str, coding: str) -> None:
    assert coding_for(accepted) == coding


def test_who_has_the_page_gets_304_and_who_has_another_coding_gets_the_page(kept_pages: None) -> None:
    plain, coded = get(FEES), get(FEES, accept_encoding="br")
    for tag in (
        coded.headers["ETag"],
        f"W/{coded.headers['ETag']}",
        f'"other", {coded.headers["ETag"]}',
        "*",
    ):
        same = get(FEES, accept_encoding="br", if_none_match=tag)
        assert (same.status_code, same.content) == (304, b"")
        for name in ("ETag", "Vary", "Cache-Control"):
            assert same.headers[name] == coded.headers[name]
        assert "Content-Encoding" not in same.headers
    assert get(FEES, accept_encoding="br", if_none_match=plain.headers["ETag"]).status_code == 200


def test_head_is_the_answer_to_get_without_its_body(kept_pages: None) -> None:
    def told(response: Any) -> dict[str, str]:
        return {name: value for name, value in response.items() if name != "X-Request-Id"}

    for _ in ("cold", "warm"):
        head = Client().head(FEES, headers={"accept-encoding": "br"})
        assert head.content == b""
        assert int(head.headers["Content-Length"]) > 1000
    assert told(head) == told(get(FEES, accept_encoding="br"))
    # Before any server or test client has taken the body away.
    assert clinics(RequestFactory().head("/clinics/")).content == b""
    assert clinics(RequestFactory().get("/clinics/")).content


def test_a_form_to_a_kept_page_is_refused(kept_pages: None) -> None:
    get(FEES)
    assert Client().post(FEES).status_code == 405


# --- The same for everybody


def visitors() -> dict[str, Client]:
    staff, journey, stranger = Client(), Client(), Client()
    staff.force_login(cast.make_staff("manager", "manager", is_superuser=True))
    journey.post("/book/", {"signs": "none"})
    assert journey.cookies
    odd = Client(headers={"cookie": "__Host-session=x; a=b", "user-agent": "odd", "host": "localhost"})
    return {"staff": staff, "somebody who is booking": journey, "a stranger": stranger, "somebody odd": odd}


@pytest.mark.parametrize("first", ["staff", "somebody who is booking", "somebody odd", "a stranger"])
def test_whoever_asks_first_everybody_gets_the_same_page(kept_pages: None, first: str) -> None:
    known = visitors()
    for path in ("/", FEES, PLACE, "/treatments/microsclerotherapy/"):
        forget()
        page_cache.caches["pages"].clear()
        shown = {name: known[name].get(f"{path}?from={name}") for name in (first, *known)}
        assert {response.status_code for response in shown.values()} == {200}
        assert len({response.content for response in shown.values()}) == 1
        shown.pop("somebody odd")  # whose broken cookie Django takes away, on whatever page
        for response in shown.values():
            assert response.headers["Vary"] == "Accept-Encoding"
            assert not response.cookies
            assert not response.wsgi_request.session.accessed


def test_a_page_made_by_another_kind_of_visitor_has_the_same_bytes(kept_pages: None) -> None:
    made = set()
    for client in visitors().values():
        forget()
        page_cache.caches["pages"].clear()
        made.add(client.get("/").content)
    assert len(made) == 1


@informs
def asks_for_a_token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


@informs
def sets_a_cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("x")
    response.set_cookie("a", "b")
    return response


@informs
def varies_by_cookie(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x", headers={"Vary": "Cookie"})


@informs
def reads_the_session(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.session.get("a")))


@pytest.mark.parametrize("view", [asks_for_a_token, sets_a_cookie, varies_by_cookie])
def test_a_page_for_somebody_is_a_mistake_that_shows_at_once(kept_pages: None, view: Any) -> None:
    with pytest.raises(PersonalPage):
        view(RequestFactory().get("/planted/"))


def test_a_view_that_informs_has_no_session_query_or_visitors_host(kept_pages: None) -> None:
    with pytest.raises(AttributeError, match="session"):
        reads_the_session(RequestFactory().get("/planted/"))

    @informs
    def tells(request: HttpRequest) -> HttpResponse:
        told = (dict(request.GET), request.COOKIES, request.build_absolute_uri(), hasattr(request, "user"))
        return HttpResponse(repr(told))

    request = RequestFactory(headers={"host": "localhost", "cookie": "a=b"}).get("/planted/?a=b")
    assert tells(request).content.decode() == repr(({}, {}, "https://testserver/planted/", False))


@pytest.mark.parametrize("status", [404, 301, 500, 206])
def test_only_a_whole_answer_is_kept(kept_pages: None, status: int) -> None:
    asked = []

    @informs
    def view(request: HttpRequest) -> HttpResponse:
        asked.append(1)
        return HttpResponse("x", status=status)

    for _ in range(2):
        response = view(RequestFactory().get("/planted/"))
        assert (response.status_code, response.headers["Cache-Control"]) == (status, "no-cache")
    assert len(asked) == 2


def test_a_page_that_is_not_there_yet_is_there_when_it_is_made(kept_pages: None) -> None:
    assert get("/clinics/somewhere/").status_code == 404
    Location.objects.filter(slug="maidenhead").update(slug="somewhere")
    assert get("/clinics/somewhere/").status_code == 200


def test_a_page_with_the_standing_phones_is_not_kept(
    kept_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database went away in the middle: the numbers of the settings will do for now, not for the whole day."""

    def away(*_: Any) -> Any:
        raise page_cache.DATABASE_AWAY[0]

    with monkeypatch.context() as broken:
        broken.setattr(context_processors, "places", away)
        assert get("/treatments/").status_code == 200
    with counted() as asked:
        get("/treatments/")
    assert asked


def test_a_page_that_swallowed_an_error_of_the_database_is_not_kept(kept_pages: None) -> None:
    asked = []

    @informs
    def view(request: HttpRequest) -> HttpResponse:
        asked.append(1)
        if len(asked) == 1:
            with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT nothing_of_that_name")
        return HttpResponse("x")

    for _ in range(2):
        assert view(RequestFactory().get("/planted/")).status_code == 200
        connection.errors_occurred = False  # as the start of the next request does
    view(RequestFactory().get("/planted/"))
    assert len(asked) == 2
