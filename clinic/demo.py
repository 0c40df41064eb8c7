"""The mail page of a demo: what the worker wrote to the folder. It changes nothing; only a demo routes it."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple, cast

import nh3
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

SHOWN = 100
# A mail's own headings and pictures have no place within another page.
TAGS = nh3.ALLOWED_TAGS - {"h1", "h2", "h3", "h4", "h5", "h6", "img", "article", "header", "footer", "nav"}


class ShownMail(NamedTuple):
    subject: str
    to: str
    at: datetime | None
    text: str
    html: SafeString
    calendar: str


def mail(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    # The names begin with a number that rises with each mail.
    files = sorted(Path(settings.MAIL_DIR).glob("*.eml"), key=lambda file: file.name, reverse=True)
    return render(
        request,
        "clinic/mail.html",
        {
            "mails": [read(file.read_bytes()) for file in files[:SHOWN]],
            "left_out": max(len(files) - SHOWN, 0),
        },
    )


def read(raw: bytes) -> ShownMail:
    """One mail as the page shows it. Its HTML is cleaned: it comes from a file, not from a template."""
    letter = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
    bodies = {
        part.get_content_type(): str(part.get_content())
        for part in letter.walk()
        if part.get_content_maintype() == "text"
    }
    return ShownMail(
        subject=str(letter["Subject"]),
        to=str(letter["To"]),
        at=parsedate_to_datetime(letter["Date"]) if letter["Date"] else None,
        text=bodies.get("text/plain", "").strip(),
        html=mark_safe(nh3.clean(bodies.get("text/html", ""), tags=TAGS)),  # noqa: S308
        calendar=bodies.get("text/calendar", "").strip(),
    )
