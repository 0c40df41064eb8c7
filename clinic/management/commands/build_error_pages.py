"""Writes the pages that nginx shows by itself, while the web server is down or refuses. They ask nothing of anybody.

Run it after `collectstatic`: the pages name the stylesheet by its hash.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from clinic.views import static_page

# By status: what nginx answers itself (deploy/nginx.conf), and how the template has to read then.
PAGES: dict[int, dict[str, Any]] = {400: {}, 429: {}, 503: {"all_down": True}}


def folder() -> Path:
    """Beside the stylesheets, which nginx has to be able to read anyway."""
    return Path(settings.STATIC_ROOT) / "errors"


class Command(BaseCommand):
    help = "Write the error pages that nginx shows by itself into STATIC_ROOT/errors."

    def handle(self, *args: Any, **options: Any) -> None:
        folder().mkdir(parents=True, exist_ok=True)
        for status, how in PAGES.items():
            page = static_page(f"{status}.html", status, **how)
            (folder() / f"{status}.html").write_bytes(page.content)
        self.stdout.write(f"error pages: {len(PAGES)} written")
