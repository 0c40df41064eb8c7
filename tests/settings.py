"""The settings of every test run: production's, with values of their own. It never reads what a developer's .env says.

Each variable gets the default that `.env.example` documents, so a run does not depend on the machine it is on; only
DATABASE_URL (which database) is taken from outside. No DATABASE_URL means a SQLite file in a folder made for this run.
"""

import atexit
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_EXAMPLE = (_ROOT / ".env.example").read_text(encoding="utf-8")
if "pytest" not in sys.modules:  # mypy reads the settings too, and ends without tidying up
    os.environ["TEST_RUN_DIR"] = str(_ROOT / ".mypy_cache" / "run")
elif not os.environ.get("TEST_RUN_DIR"):  # the processes of a parallel run share the folder of the first
    os.environ["TEST_RUN_DIR"] = tempfile.mkdtemp(prefix="clinic-tests-")
    atexit.register(shutil.rmtree, os.environ["TEST_RUN_DIR"], ignore_errors=True)
RUN_DIR = Path(os.environ["TEST_RUN_DIR"])
(RUN_DIR / "static").mkdir(parents=True, exist_ok=True)
_kept_in = os.environ.get("KEPT_IN", "")  # a CACHE_URL, for a server that a test starts
_not_ready = os.environ.get("ALLOW_NOT_READY", "0")  # for the same: nobody told it what only a clinic knows
_database = os.environ.get("DATABASE_URL") or f"sqlite:///{RUN_DIR / 'clinic.sqlite3'}"
os.environ |= dict(re.findall(r"^([A-Z_]+)=(.*)$", _EXAMPLE, re.MULTILINE))
os.environ |= {
    "DATABASE_URL": _database,
    "CACHE_URL": _kept_in,
    "ALLOW_NOT_READY": _not_ready,
    "DEBUG": "0",
    "DEMO": "0",
    "SECRET_KEY": "only-for-tests-never-a-secret-0123456789-abcdefghij",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SITE_URL": "https://testserver",
    "SSL_REDIRECT": "0",  # the test client and the live server speak plain HTTP
    "EMAIL_URL": "memory://",
    "VAR_DIR": str(RUN_DIR),
    "STATIC_ROOT": str(RUN_DIR / "static"),
}

from clinic.settings import *  # noqa: E402, F403

# A test that changes a row and looks again must not see the page of before; tests of the pages' cache bring their own.
if not _kept_in:
    _none = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    CACHES = {"default": _none, "pages": _none}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Without a manifest, so that no run has to begin with collectstatic.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The site as the public has it: open. Tests of what is missing before that take the list of production.
READINESS = []
# Every test comes from one address and sends its forms at once. Tests of limits and pace bring the real numbers.
_limits_kept = os.environ.get(
    "LIMITS_KEPT", ""
)  # for a server that a drill starts: "1", or "nginx" behind one
BEHIND_PROXY = _limits_kept == "nginx"
if not _limits_kept:
    LIMITS = {name: f"1000000/{text.split('/')[1]}" for name, text in LIMITS.items()}  # noqa: F405
    HOLDS_RUSH = OPEN_PER_PERSON = 1_000_000
    FORM_LEAST_SECONDS = 0
# A log-in would cost each test 0.2 s otherwise.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests log in without a phone; those of signing in bring it.
SECOND_STEP = False
