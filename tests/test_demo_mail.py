"""The mail page of a demo: it shows what the worker wrote, and nothing that could do harm."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from clinic import demo, outbox

NOW = dt.datetime(2027, 2, 17, 10, 0, tzinfo=dt.UTC)
pytestmark = [
    pytest.mark.both,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.demo_urls"),
]


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DEMO = True
    settings.MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = "clinic.mail_folder.EmailBackend"
    return tmp_path / "mail"


def write(
    subject: str = "We have your request", text: str = "Good morning.", html: str = "", **more: str
) -> None:
    outbox.queue(
        kind="received",
        audience="patient",
        to="jo@example.org",
        subject=subject,
        text=text,
        html=html,
        now=NOW,
        **more,  # type: ignore[arg-type]
    )
    assert outbox.send_due(now=NOW, limit=9, clock=lambda: NOW).sent == 1


def page() -> str:
    answer = Client().get("/demo/mail/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    return answer.content.decode()


def test_it_says_so_when_there_is_no_mail() -> None:
    assert "No mail yet" in page()


def test_it_shows_subject_address_time_and_text() -> None:
    write(text="Good morning, Si\u00f4n.\nSee you.")
    shown = page()
    assert "We have your request" in shown
    assert "To jo@example.org" in shown
    assert "17 February 2027, 10:00:00" in shown
    assert "Good morning, Si\u00f4n.<br>See you." in shown
    assert shown.count("<h1") == 1


def test_the_newest_stands_first() -> None:
    write(subject="First")
    write(subject="Second")
    shown = page()
    assert shown.index("Second") < shown.index("First")


def test_a_link_can_be_followed() -> None:
    write(text="Open http://localhost:8000/book/link/abc:def_-9/ to see it.")
    assert 'href="http://localhost:8000/book/link/abc:def_-9/"' in page()


def test_text_is_escaped_and_html_is_cleaned() -> None:
    write(
        text="<script>alert(1)</script>",
        html='<h1>Big</h1><p style="color:red" onclick="x()">Kind <b>words</b></p>'
        '<script>alert(2)</script><img src="https://example.org/x.gif"><a href="javascript:x()">go</a>',
    )
    shown = page()
    assert "&lt;script&gt;alert(1)" in shown
    assert "<p>Kind <b>words</b></p>" in shown
    for harm in ("alert(2)", "onclick", 'style="', "javascript:", "x.gif", "<h1>Big"):
        assert harm not in shown


def test_the_calendar_file_is_shown_once() -> None:
    write(calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", calendar_method="REQUEST")
    assert page().count("BEGIN:VCALENDAR") == 1


def test_each_mail_is_a_file_of_its_own(folder: Path) -> None:
    write()
    write()
    files = list(folder.iterdir())
    assert len(files) == 2
    assert {demo.read(file.read_bytes()).text for file in files} == {"Good morning."}


def test_outside_a_demo_there_is_no_such_page(settings: Settings) -> None:
    settings.DEMO = False
    assert Client().get("/demo/mail/").status_code == 404


@pytest.mark.parametrize(("demo_mode", "found"), [("1", True), ("0", False)])
def test_only_a_demo_routes_it(demo_mode: str, found: bool) -> None:
    asked = "import django; django.setup(); from django.urls import reverse; print(reverse('clinic:mail'))"
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DEMO": demo_mode,
        "EMAIL_URL": "" if found else "smtp://127.0.0.1:1",
    }
    answer = subprocess.run([sys.executable, "-c", asked], env=variables, capture_output=True, text=True)
    assert ("/demo/mail/" in answer.stdout, "NoReverseMatch" in answer.stderr) == (found, not found)
