"""The start stops with a sentence that says what to set, whenever a setting is missing or would make the site unsafe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "clinic.settings",
    "DEBUG": "0",
    "DEMO": "0",
    "SECRET_KEY": "x7Q2-mV9s_kT4pLw8ZnB3dRy6HcJ1fGaE5uNoXiKqWtYbMvDzCsPrLhUjA0e",
    "SECRET_KEY_FALLBACKS": "",
    "ALLOWED_HOSTS": "clinics.example",
    "SITE_URL": "https://clinics.example",
    "SSL_REDIRECT": "1",
    "EMAIL_URL": "submission://user:password@mail.example.org:587",
    "DATABASE_URL": "sqlite://:memory:",
    "REPLY_WORKING_DAYS": "2",
    "NOTICE_WORKING_HOURS": "24",
}
STOPS = {
    "no secret": ({"SECRET_KEY": ""}, "SECRET_KEY is not set. Put a long random value"),
    "no hosts": ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty. List the host names"),
    "a demo on a public host": (
        {"DEMO": "1", "EMAIL_URL": ""},
        "Set ALLOWED_HOSTS to localhost,127.0.0.1 or set DEMO=0",
    ),
    "a demo on any host": (
        {"DEMO": "1", "EMAIL_URL": "", "ALLOWED_HOSTS": "*"},
        "Set ALLOWED_HOSTS to localhost",
    ),
    "a demo that mails": (
        {"DEMO": "1", "ALLOWED_HOSTS": "localhost"},
        "Take EMAIL_URL away, or set DEMO=0",
    ),
    "no mail": ({"EMAIL_URL": ""}, "EMAIL_URL is not set. For example submission://"),
    "links over plain http": ({"SITE_URL": "http://clinics.example"}, "SITE_URL must start with https://"),
    "a lease too short": (
        {"EMAIL_TIMEOUT": "60", "MESSAGE_LEASE_SECONDS": "120"},
        "MESSAGE_LEASE_SECONDS must be at least",
    ),
    "a promise later than the first time": (
        {"REPLY_WORKING_DAYS": "3"},
        "Set NOTICE_WORKING_HOURS=32 or more, or promise a faster reply",
    ),
    "a contact that nobody can reach": (
        {"SECURITY_CONTACT": "security@example.org"},
        "SECURITY_CONTACT must start with mailto:",
    ),
    "a number that is none": ({"HORIZON_DAYS": "soon"}, 'Environment variable "HORIZON_DAYS" invalid'),
    "a yes that is none": ({"DEBUG": "perhaps"}, 'Environment variable "DEBUG" invalid'),
}


def _outside() -> dict[str, str]:
    """What a shell would give. The browser tests of the same run set this one for themselves."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def check(*options: str, **changes: str) -> tuple[int, str]:
    """`manage.py check` as an operator runs it, with these variables changed."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", *options],
        cwd=ROOT,
        env={**_outside(), **PRODUCTION, **changes},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_good_settings_start() -> None:
    assert check()[0] == 0


def test_the_checks_before_going_live_find_nothing_and_none_is_silenced() -> None:
    status, said = check("--deploy", "--fail-level", "DEBUG")
    assert (status, "no issues (0 silenced)" in said) == (0, True), said


@pytest.mark.parametrize(
    ("name", "value", "id"),
    [("SSL_REDIRECT", "0", "security.W008"), ("SECRET_KEY", "short-" * 4, "security.W009")],
)
def test_they_would_find_what_is_missing(name: str, value: str, id: str) -> None:
    status, said = check("--deploy", "--fail-level", "DEBUG", **{name: value})
    assert status == 1
    assert id in said


@pytest.mark.parametrize("what", STOPS)
def test_the_start_stops_and_says_what_to_set(what: str) -> None:
    changes, sentence = STOPS[what]
    code, said = check(**changes)
    assert code != 0
    assert sentence in said
    assert PRODUCTION["SECRET_KEY"] not in said


def test_debug_leaves_the_safe_cookies_out_and_a_demo_too() -> None:
    show = "from django.conf import settings as s; print(s.SECURE_COOKIES, s.SESSION_COOKIE_NAME, s.SECURE_HSTS_SECONDS)"
    for changes, shown in (
        ({}, "True __Host-session 31536000"),
        ({"DEMO": "1", "ALLOWED_HOSTS": "localhost,127.0.0.1", "EMAIL_URL": ""}, "False session 0"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", show],
            cwd=ROOT,
            env={**_outside(), **PRODUCTION, **changes},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == shown
