"""The site for F18: error mails switched on, a view that breaks beside the others, and the leak that LEAK names."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from django.conf import settings

settings.ROOT_URLCONF = "tests.planted"
settings.ADMINS = [("Operations", "operations@example.org")]
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(os.environ["CATCHER"])
settings.SETTLE_SECONDS = 0
settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.drills.leaks.Leak"]

from clinic.wsgi import application  # noqa: E402  it builds the middleware from what was said above

__all__ = ["application"]
