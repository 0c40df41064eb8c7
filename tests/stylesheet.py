"""The joined stylesheet for tests that serve it: there, and of the sheets as they are now. Never half written."""

from __future__ import annotations

import os

from clinic.management.commands import build_css


def bring_up_to_date() -> None:
    """Written beside and put in place at once, and only where it differs: another process may be serving it."""
    made, text = build_css.FOLDER / "site.css", build_css.joined()
    if made.exists() and made.read_text(encoding="utf-8") == text:
        return
    beside = made.with_name(f".site-{os.getpid()}.css")
    beside.write_text(text, encoding="utf-8")
    beside.replace(made)
