"""Every setting of the project, read once from the environment; never a rule and never a secret.

What each variable means, its unit and its default stand in `.env.example`. A value that would make the site unsafe
stops the start with a sentence that says what to set.
"""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)
VAR_DIR = Path(env.str("VAR_DIR", "") or VAR_DIR)

# --- What kind of run this is -----------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}

if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put a long random value in the environment or in .env "
        "(`make run` writes one for a demo; .env.example says how to make one)."
    )
if not ALLOWED_HOSTS and not DEBUG:
    raise ImproperlyConfigured("ALLOWED_HOSTS is empty. List the host names of this site, split by commas.")
if DEMO and not set(ALLOWED_HOSTS) <= LOOPBACK_HOSTS:
    raise ImproperlyConfigured(
        "DEMO=1 prints staff logins and shows all mail, so it may only answer on this machine. "
        "Set ALLOWED_HOSTS to localhost,127.0.0.1 or set DEMO=0."
    )
if not DEMO and not DEBUG and not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured(
        "SITE_URL must start with https:// unless DEMO=1. Links in messages are made from it."
    )

# --- The clinic --------------------------------------------------------------------------------------------------
CLINIC_NAME = env.str("CLINIC_NAME", "The Vein Clinics")
CLINIC_SHORT_NAME = env.str("CLINIC_SHORT_NAME", "The Clinics")  # the sender's name: no health word
PHONE_UK = env.str("PHONE_UK", "0800 783 6106")  # for pages that may not ask the database: 500 and 503
PHONE_IE = env.str("PHONE_IE", "01 293 7839")
ALLOW_NOT_READY = env.bool("ALLOW_NOT_READY", False)
# Functions that name what only the clinic knows, one a room: see clinic/readiness.py.
READINESS = ["clinic.readiness.clinic_needs", "treatments.readiness.needs", "bookings.readiness.needs"]
REQUIRE_REVIEW = env.bool("REQUIRE_REVIEW", False)
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")
if SECURITY_CONTACT and not SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")):
    raise ImproperlyConfigured(
        "SECURITY_CONTACT must start with mailto:, https:// or tel:, for example mailto:security@example.org"
    )
COMPLAINT_DAYS = env.int("COMPLAINT_DAYS", 30)

# --- Booking -----------------------------------------------------------------------------------------------------
REPLY_WORKING_DAYS = env.int("REPLY_WORKING_DAYS", 2)
RING_ME_WORKING_DAYS = env.int("RING_ME_WORKING_DAYS", 1)
NOTICE_WORKING_HOURS = env.int("NOTICE_WORKING_HOURS", 24)  # 8 desk hours make a working day
HORIZON_DAYS = env.int("HORIZON_DAYS", 90)
NEXT_TIMES_WEEKS = env.int(
    "NEXT_TIMES_WEEKS", 6
)  # no free time within them: "Ask us to ring you" comes first
CUTOFF_HOURS = env.int("CUTOFF_HOURS", 24)
HEALTH_ANSWERS_DAYS = env.int("HEALTH_ANSWERS_DAYS", 90)
TRAVEL_MINUTES = env.int("TRAVEL_MINUTES", 60)
HOLD_MINUTES = env.int("HOLD_MINUTES", 30)
HOLD_MAX_MINUTES = env.int("HOLD_MAX_MINUTES", 120)
JOURNEY_IDLE_MINUTES = env.int("JOURNEY_IDLE_MINUTES", 120)
SENT_MINUTES = env.int("SENT_MINUTES", 60)
MANAGE_MINUTES = env.int("MANAGE_MINUTES", 30)
CONTACT_KEPT_MINUTES = env.int("CONTACT_KEPT_MINUTES", 30)
SETTLE_SECONDS = env.int("SETTLE_SECONDS", 180)
REMIND_FROM_HOUR = env.int("REMIND_FROM_HOUR", 8)
REMIND_UNTIL_HOUR = env.int("REMIND_UNTIL_HOUR", 21)
if not 0 <= REMIND_FROM_HOUR < REMIND_UNTIL_HOUR <= 23:
    raise ImproperlyConfigured(
        "REMIND_FROM_HOUR and REMIND_UNTIL_HOUR are hours of one day, the first before the second: for example 8 and 21."
    )
RING_TRIES = env.int("RING_TRIES", 3)
RING_TRY_DAYS = env.int("RING_TRY_DAYS", 2)
PURGE_DAYS = env.int("PURGE_DAYS", 90)
RECORD_YEARS_GB = env.int("RECORD_YEARS_GB", 8)
RECORD_YEARS_IE = env.int("RECORD_YEARS_IE", 8)
# How long what is personal is kept, by the clinic's country: see bookings/services/records.py.
RETENTION = {
    "GB": {"record_years": RECORD_YEARS_GB, "purge_days": PURGE_DAYS},
    "IE": {"record_years": RECORD_YEARS_IE, "purge_days": PURGE_DAYS},
}
COMPLAINT_YEARS = env.int("COMPLAINT_YEARS", 10)
FEEDBACK_DAYS = env.int("FEEDBACK_DAYS", 365)
if min(PURGE_DAYS, RECORD_YEARS_GB, RECORD_YEARS_IE, COMPLAINT_YEARS, FEEDBACK_DAYS) < 1:
    raise ImproperlyConfigured(
        "PURGE_DAYS, RECORD_YEARS_GB, RECORD_YEARS_IE, COMPLAINT_YEARS and FEEDBACK_DAYS must be 1 or more: at 0 the "
        "worker would blank what came in today."
    )

# --- Keeping abuse out -------------------------------------------------------------------------------------------
# How often, as "times/minutes", counted by clinic/limits.py. Many people share one address (a clinic, an office, a
# mobile network), so those numbers are generous; a person, a mailbox and a phone are one, so theirs are strict.
LIMITS = {
    "hold-address": env.str("LIMIT_HOLD_ADDRESS", "20/120"),
    "hold-session": env.str("LIMIT_HOLD_SESSION", "6/120"),
    "request-address": env.str("LIMIT_REQUEST_ADDRESS", "30/1440"),
    "request-session": env.str("LIMIT_REQUEST_SESSION", "6/1440"),
    "request-email": env.str("LIMIT_REQUEST_EMAIL", "6/1440"),
    "request-phone": env.str("LIMIT_REQUEST_PHONE", "6/1440"),
    "ring-me-address": env.str("LIMIT_RING_ME_ADDRESS", "20/60"),
    "ring-me-phone": env.str("LIMIT_RING_ME_PHONE", "3/1440"),
    "find-address": env.str("LIMIT_FIND_ADDRESS", "30/60"),
    "link-again": env.str("LIMIT_LINK_AGAIN", "3/1440"),
    "write-later-address": env.str("LIMIT_WRITE_LATER_ADDRESS", "10/60"),
    "write-later-email": env.str("LIMIT_WRITE_LATER_EMAIL", "3/43200"),
    "complaint-address": env.str("LIMIT_COMPLAINT_ADDRESS", "10/60"),
    "complaint-person": env.str("LIMIT_COMPLAINT_PERSON", "5/1440"),
    "feedback-address": env.str("LIMIT_FEEDBACK_ADDRESS", "20/60"),
    "mail": f"{env.int('MAIL_PER_ADDRESS_A_DAY', 8)}/1440",
}
# Kinds of messages that staff or the diary decided: no stranger's posts may keep them from a patient.
MAIL_ALWAYS = ("confirmed", "declined", "reminder_day", "reminder_week", "visit_today")
HOLDS_RUSH = env.int("HOLDS_RUSH", 30)
HOLDS_IN_RUSH = env.int("HOLDS_IN_RUSH", 2)
OPEN_PER_PERSON = env.int("OPEN_PER_PERSON", 5)
FORM_LEAST_SECONDS = env.int("FORM_LEAST_SECONDS", 2)
FORM_MOST_HOURS = env.int("FORM_MOST_HOURS", 4)

# --- Parts -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "bookings",
    "treatments",
    "clinic",
    "clinic.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
]
MIDDLEWARE = [
    # The policy and the headers stand outermost, so that a refusal by any later part carries them too.
    "csp.middleware.CSPMiddleware",
    "clinic.middleware.ResponseHeaders",
    "clinic.middleware.RequestLog",
    "clinic.middleware.DatabaseDown",
    "clinic.middleware.TooOften",
    "clinic.middleware.ReadableCookies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.staff_sessions.StaffSessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # innermost: it turns the answer to a locked name into our page
]
ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.context_processors.site",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "clinic_forms"
CRISPY_TEMPLATE_PACK = "clinic_forms"

# --- Databases ---------------------------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'clinic.sqlite3'}")}
_database = DATABASES["default"]
_database["ATOMIC_REQUESTS"] = False  # with IMMEDIATE it would make every read wait for writers
if _database["ENGINE"] == "django.db.backends.sqlite3":
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # Django's default, an in-memory test database, answers "table is locked" in spite of IMMEDIATE.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- What all web processes and the worker share: pages kept whole, counts -------------------------------------------
# Files by default: one machine needs no other program, and they are still there after a restart. Redis for more.
CACHE_URL = env.str("CACHE_URL", "")
_shared: dict[str, Any] = (
    env.dj_cache_url("CACHE_URL")
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
    }
)
_kind = _shared["BACKEND"].rpartition(".")[2]
if _kind not in ("FileBasedCache", "RedisCache", "DummyCache"):
    raise ImproperlyConfigured(
        "CACHE_URL must be file:///a/folder or redis://host:6379/0. What one process kept in its own memory, the "
        "others would go on showing after an edit."
    )
if _kind == "FileBasedCache":
    _shared.setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 100_000)  # beyond it, files go at random
if _kind == "RedisCache":  # a page is made anew in less time than it would wait
    _shared.setdefault("OPTIONS", {}).update(
        socket_connect_timeout=0.25, socket_timeout=0.25, retry_on_timeout=True
    )
# Apart from each other, so that nothing that counts pushes out a page.
CACHES = {name: {**_shared, "KEY_PREFIX": name} for name in ("default", "pages")}
if _kind == "FileBasedCache":
    for _name, _cache in CACHES.items():
        _cache["LOCATION"] = f"{_shared['LOCATION']}/{_name}"
    CACHES["pages"]["BACKEND"] = "clinic.page_stores.PageFiles"
if _kind == "RedisCache":
    CACHES["pages"]["BACKEND"] = "clinic.page_stores.PageRedis"
# What changes by the minute on a page kept for a day: functions that take the key of a gap, and answer with its HTML.
PAGE_FILLERS = {"next_times": "bookings.templatetags.next_times.fill"}
# Functions that list the addresses of pages whose route has a part that varies, for `warm_pages`.
WARM_PATHS = ["clinic.warm_paths.paths", "treatments.warm_paths.paths"]

# --- People who log in -------------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "clinic.backend.StaffBackend"]
# Outside a demo nothing turns the second step off.
SECOND_STEP = not DEMO or env.bool("DEMO_SECOND_STEP", False)
OTP_TOTP_ISSUER = f"{CLINIC_NAME} desk"
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", 30)
STAFF_MAX_HOURS = env.int("STAFF_MAX_HOURS", 12)
# Wrong passwords, counted by name and address together: nobody locks a colleague out from elsewhere.
AXES_FAILURE_LIMIT = env.int("LOGIN_TRIES", 10)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_LOCK_MINUTES", 60))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # and what is locked writes no row
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "clinic.callers.address_trying"
AXES_USERNAME_CALLABLE = "clinic.callers.name_tried"
AXES_LOCKOUT_CALLABLE = "clinic.desk_door.locked"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# What of a form stands in its rows as stars: everything that ours sends.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "password", "csrfmiddlewaretoken", "next", "lost"]

# --- Sessions and cookies ----------------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = JOURNEY_IDLE_MINUTES * 60
SESSION_COOKIE_SAMESITE = "Lax"  # a manage link is opened from a mail
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None  # until the browser closes, as the page about cookies says
CSRF_FAILURE_VIEW = "clinic.views.form_expired"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_COOKIES = not (DEMO or DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"

# --- Headers -----------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SECURE_COOKIES and env.bool("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked on this machine, without TLS
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if BEHIND_PROXY:  # only nginx, which overwrites the headers, may stand in front
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [
            SELF
        ],  # no script runs, so it opens nothing; checkers read robots.txt through the page
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
ADMIN_SCRIPT_POLICY = {"script-src": [SELF], "connect-src": [SELF]}  # stock admin ships scripts of its own
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # a whole request form is under 10 KB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- Files -------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", "") or BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Mail --------------------------------------------------------------------------------------------------------
MAIL_DIR = VAR_DIR / "mail"
EMAIL_URL = env.str("EMAIL_URL", "")
if DEMO:
    if EMAIL_URL:
        raise ImproperlyConfigured(
            "DEMO=1 writes mail to a folder and sends none. Take EMAIL_URL away, or set DEMO=0."
        )
    EMAIL_BACKEND = "clinic.mail_folder.EmailBackend"
elif EMAIL_URL:
    _mail = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
elif not DEBUG and "test" not in sys.argv[:2]:
    raise ImproperlyConfigured(
        "EMAIL_URL is not set. For example submission://user:password@mail.example.org:587"
    )
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 20)  # seconds for one answer of the server; a message takes four
MESSAGE_LEASE_SECONDS = env.int("MESSAGE_LEASE_SECONDS", 120)
if MESSAGE_LEASE_SECONDS < 5 * EMAIL_TIMEOUT:
    raise ImproperlyConfigured(
        "MESSAGE_LEASE_SECONDS must be at least five times EMAIL_TIMEOUT, or a slow mail server makes two workers "
        "send the same message."
    )
WORKER_QUIET_SECONDS = env.int("WORKER_QUIET_SECONDS", 120)  # a longer silence of the worker is trouble
QUEUE_OLD_SECONDS = env.int("QUEUE_OLD_SECONDS", 900)  # mail that waits longer than this is trouble
MESSAGE_BATCH = env.int("MESSAGE_BATCH", 50)
MESSAGE_RETRY_SECONDS = env.int("MESSAGE_RETRY_SECONDS", 30)  # doubled with each attempt
MESSAGE_RETRY_MAX_SECONDS = env.int("MESSAGE_RETRY_MAX_SECONDS", 900)
# What the worker does besides mail and `clearsessions`: functions that take `now`, each with its minutes in between.
WORKER_CHORES = env.list(
    "WORKER_CHORES",
    [
        "bookings.services.chores.hourly@60",
        "bookings.services.reminding.remind@10",
        "bookings.services.finding.send_asked@0",
        "bookings.services.retention.blank_daily@1440",
    ],
)
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", "appointments@example.org")
# A message body keeps `[[manage_link]]`; the link is made when the message is sent, so no token is ever stored.
MESSAGE_FILLERS = {
    "manage_link": "bookings.links.manage_url",
    "reminders_off": "bookings.links.reminders_off_url",
}
# Asked when a message of this kind is leased: is it still so, and is this the hour for it? `clinic.outbox.Ruling`.
MESSAGE_CHECKS = {
    "reminder_week": "bookings.services.reminding.still_so",
    "reminder_day": "bookings.services.reminding.still_so",
}

# --- Language, time, logs ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Django's own request logger prints paths with their query string; ours prints the route name only.
        "django.request": {"level": "CRITICAL", "propagate": False, "handlers": []},
        "django.server": {"level": "CRITICAL", "propagate": False, "handlers": []},
        "django.security": {"level": "CRITICAL", "propagate": False, "handlers": []},
        "axes": {"level": "CRITICAL", "propagate": False, "handlers": []},  # addresses; its rows say the same
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
