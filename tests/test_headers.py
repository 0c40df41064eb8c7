"""The headers of every kind of response, as production sends them: pages, redirects, refusals, errors, files, the admin."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client, override_settings

from tests import cast
from tests.test_pages import PAGES, database_away
from tests.test_settings import PRODUCTION, ROOT

pytestmark = [pytest.mark.django_db]

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
ADMIN_POLICY = {**POLICY, "script-src": "'self'"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}


DATA = '<script type="application/ld+json">'  # no browser runs it


@pytest.fixture
def site(db: None, tmp_path: Path) -> Iterator[None]:
    """A clinic, a style sheet on disk, and the addresses with a view that breaks."""
    cast.make_clinic()
    (tmp_path / "planted.css").write_text("p { margin: 0 }")
    with override_settings(ROOT_URLCONF="tests.planted", STATIC_ROOT=tmp_path):
        yield


def browser(**kwargs: Any) -> Client:
    return Client(raise_request_exception=False, **kwargs)


def get(path: str, **kwargs: Any) -> Any:
    return browser().get(path, secure=True, **kwargs)


def staff(path: str) -> Any:
    client = browser()
    client.force_login(cast.make_staff("manager", "manager", is_superuser=True))
    return client.get(path, secure=True)


@contextmanager
def no_session_is_saved() -> Iterator[None]:
    """The database goes away between the view and the end of the response."""

    def refuse(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if "django_session" in sql and not sql.startswith("SELECT"):
            raise OperationalError("away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def database_down() -> Any:
    with database_away():
        return get("/clinics/")


def session_down() -> Any:
    with no_session_is_saved():
        return browser().post("/book/", {"signs": "none"}, secure=True)


KINDS: dict[str, tuple[int, Callable[[], Any]]] = {
    "a page": (200, lambda: get("/clinics/")),
    "a booking page": (200, lambda: get("/book/")),
    "a redirect": (302, lambda: get("/book/visit/")),
    "a slash put right": (301, lambda: get("/clinics")),
    "a foreign host": (400, lambda: get("/book/", headers={"host": "evil.example"})),
    "an expired form": (403, lambda: browser(enforce_csrf_checks=True).post("/book/", secure=True)),
    "nothing there": (404, lambda: get("/nowhere/")),
    "a dead link": (404, lambda: get("/book/link/x/")),
    "a form to a page": (405, lambda: browser().post("/clinics/", secure=True)),
    "bad input": (422, lambda: browser().post("/book/ring-me/", secure=True)),
    "far too long": (413, lambda: browser().post("/book/", {"x": "a" * 300_000}, secure=True)),
    "too many fields": (400, lambda: get("/book/?" + "a=1&" * 600)),
    "a mistake of ours": (500, lambda: get("/book/breaks/")),
    "the database away": (503, database_down),
    "the session away": (503, session_down),
    "a file": (200, lambda: get("/static/planted.css")),
    "no such file": (404, lambda: get("/static/nowhere.css")),
    "the admin's login": (200, lambda: get("/admin/login/")),
    "the admin": (200, lambda: staff("/admin/")),
    "nothing in the admin": (404, lambda: staff("/admin/nowhere/")),
    "the way to the login": (302, lambda: get("/admin/")),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def policy(response: Any) -> dict[str, str]:
    rules = (rule.split(maxsplit=1) for rule in response.headers["Content-Security-Policy"].split(";"))
    return {name: " ".join(rest) for name, *rest in rules}


@every_kind
def test_every_kind_of_response_has_its_headers(site: None, kind: str) -> None:
    status, make = KINDS[kind]
    response = make()
    assert response.status_code == status
    assert policy(response) == (ADMIN_POLICY if "admin" in kind or "login" in kind else POLICY)
    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "Server" not in response.headers
    assert "X-Powered-By" not in response.headers


@every_kind
def test_nothing_personal_is_kept_by_a_browser_or_a_proxy(site: None, kind: str) -> None:
    response = KINDS[kind][1]()
    personal = response.request["PATH_INFO"].startswith(("/book/", "/admin/"))
    assert ("no-store" in response.headers.get("Cache-Control", "")) == personal


@every_kind
def test_a_cookie_is_secure_and_ours_alone_and_no_page_that_informs_sets_one(site: None, kind: str) -> None:
    response = KINDS[kind][1]()
    if not response.request["PATH_INFO"].startswith(("/book/", "/admin/")):
        assert not response.cookies
    for name, cookie in response.cookies.items():
        assert name.startswith("__Host-")
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (
            True,
            True,
            "/",
            "",
        )
        assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "kind", ["a mistake of ours", "the database away", "the session away", "a foreign host"]
)
def test_a_breakdown_is_a_page_with_the_phone_numbers_and_no_trace(site: None, kind: str) -> None:
    response = KINDS[kind][1]()
    page = response.content.decode()
    for number in (settings.PHONE_UK, settings.PHONE_IE):
        assert number in page
    assert "Traceback" not in page
    assert "RuntimeError" not in page
    assert bool(response.headers.get("Retry-After")) == (response.status_code == 503)


def test_a_mistake_of_ours_is_logged_by_kind_and_place_and_never_in_words(
    site: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        browser().post("/book/breaks/?q=Zzquery", {"name": "Zzname"})
    assert "error type=RuntimeError" in caplog.text
    assert "planted.py" in caplog.text
    assert "Zz" not in caplog.text


def test_the_three_host_cookies_of_production() -> None:
    from bookings import links

    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, links.COOKIE)
    assert names == ("__Host-session", "__Host-csrf", "__Host-manage")


def test_no_page_of_ours_needs_what_the_policy_forbids(site: None) -> None:
    looked_at = 0
    for path in (*PAGES, "/book/", "/book/ring-me/", "/book/help-now/", "/nowhere/"):
        page = get(path).content.decode().replace(DATA, "")
        looked_at += "<main" in page
        for forbidden in (
            "<script",
            "<style",
            " style=",
            " onclick=",
            " onload=",
            "javascript:",
            'src="http',
            "<iframe",
        ):
            assert forbidden not in page, (path, forbidden)
    assert looked_at >= 10


def test_plain_http_is_sent_to_https_in_production(site: None) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        response = browser().get("/book/?clinic=maidenhead")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/book/?clinic=maidenhead")


def test_the_deployment_check_finds_nothing_and_silences_nothing() -> None:
    assert settings.SILENCED_SYSTEM_CHECKS == []
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    done = subprocess.run(
        command, cwd=ROOT, env=inherited | PRODUCTION, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "no issues (0 silenced)" in done.stdout) == (0, True), done.stdout + done.stderr
