"""What a mail may hold, how it is put together, what a server's refusal means. It sends and stores nothing."""

from __future__ import annotations

import re
import smtplib
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, formataddr, parseaddr
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.html import escape
from django.utils.module_loading import import_string

from clinic import mail_folder
from clinic.models import Message

Mail = EmailMultiAlternatives
# [[name]] is filled in from the message's own key, [[name:key]] from the key beside it.
_PLACE = re.compile(r"\[\[(\w+)(?::([\w:-]+))?\]\]")
# Controls, invisible marks (changes of direction among them), half characters, line and paragraph separators.
_NEVER_IN_A_LINE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class RealMailInDemo(Exception):
    """A demo is set up with a way to reach real people."""


class BadLine(ValueError):
    """An address or a subject that could add a header or a recipient, or that no mail can have."""


class Unsendable(Exception):
    """The message can never become a mail, however often it is tried."""


class Trouble(NamedTuple):
    code: str  # never an address or a server's words
    for_good: bool


def refuse_bad_lines(*, to: str, subject: str) -> None:
    """Raise BadLine for an address or a subject that is not one plain line."""
    for name, line, longest in (("address", to, 254), ("subject", subject, 150)):
        if not line.strip() or len(line) > longest:
            raise BadLine(f"The {name} is empty or longer than {longest} characters.")
        if any(unicodedata.category(sign) in _NEVER_IN_A_LINE for sign in line):
            raise BadLine(f"The {name} holds a line break or another control character.")
    try:
        validate_email(to)
    except ValidationError:
        raise BadLine("The address is not one e-mail address.") from None


def refuse_bad_bodies(*bodies: str) -> None:
    """Raise ValueError for what PostgreSQL refuses and SQLite stores, so that both behave alike."""
    if any(sign == "\0" or unicodedata.category(sign) == "Cs" for body in bodies for sign in body):
        raise ValueError("A body holds a NUL or half a character.")


def refuse_bad_calendar(calendar: str, method: str) -> None:
    if method not in (("REQUEST", "CANCEL") if calendar else ("",)):
        raise ValueError("A calendar file goes with REQUEST or CANCEL, and neither goes alone.")


def refuse_real_mail_in_demo() -> None:
    if settings.DEMO and import_string(settings.EMAIL_BACKEND) is not mail_folder.EmailBackend:
        raise RealMailInDemo(
            "DEMO=1 writes mail to a folder and never sends any, but EMAIL_BACKEND names another way. "
            "Set EMAIL_BACKEND to clinic.mail_folder.EmailBackend, or set DEMO=0."
        )


def compose(message: Message, now: datetime) -> Mail:
    """The whole mail, with every `[[name]]` filled in. The same message always gets the same Message-ID."""
    texts = _fill(message)
    try:
        mail = Mail(
            subject=message.subject,
            body=texts["text"],
            from_email=formataddr((settings.CLINIC_SHORT_NAME, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
            to=[message.to_address],
            headers={
                "Message-ID": message_id(message),
                "Date": format_datetime(now),
                "Auto-Submitted": "auto-generated",  # keeps holiday answers away
                **_one_click(message),
            },
        )
        if texts["html"]:
            mail.attach_alternative(texts["html"], "text/html")
        if message.calendar:
            mail.attach_alternative(message.calendar, f"text/calendar; method={message.calendar_method}")
            mail.attach("appointment.ics", message.calendar.encode(), "application/ics")
        mail.message()  # bad headers show here, not halfway through the talk with the server
    except (ValueError, TypeError, LookupError) as error:
        raise Unsendable from error
    return mail


def message_id(message: Message) -> str:
    return f"<{message.uuid}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def _one_click(message: Message) -> dict[str, str]:
    """The two headers by which a mail program ends such mail at one press (RFC 8058). None where the site has no https.

    The signature that the RFC asks for (DKIM, over both headers too) is put on by the mail server.
    """
    url = _value(message.one_click, message.fill_key) if message.one_click else None
    if url is None or not (url.startswith("https://") or settings.DEMO):
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _fill(message: Message) -> dict[str, str]:
    """Both bodies with their places filled in. What no filler knows, or has no key, stays as written."""
    values = {
        place[0]: _value(place[1], place[2] or message.fill_key)
        for place in _PLACE.finditer(message.text + message.html)
    }
    known = {written: value for written, value in values.items() if value is not None}
    return {
        "text": _PLACE.sub(lambda place: known.get(place[0], place[0]), message.text),
        "html": _PLACE.sub(lambda place: escape(known.get(place[0], place[0])), message.html),
    }


def with_examples(body: str, examples: Mapping[str, str]) -> str:
    """A body to look at: each place filled in with the example of its name, so that no live link is ever shown."""
    return _PLACE.sub(lambda place: examples.get(place[1], place[0]), body)


def _value(name: str, key: str) -> str | None:
    if not key or name not in settings.MESSAGE_FILLERS:
        return None
    return str(import_string(settings.MESSAGE_FILLERS[name])(key))


def read_trouble(error: Exception) -> Trouble:
    """What a failed attempt means. Only an answer about this very mail ends it; the rest is tried again."""
    match error:
        case Unsendable():
            return Trouble("unsendable", for_good=True)
        case smtplib.SMTPNotSupportedError():
            return Trouble("not-supported", for_good=True)
        case smtplib.SMTPRecipientsRefused():
            code = next((answer[0] for answer in error.recipients.values()), 0)
            return Trouble(f"recipient-{code}", for_good=500 <= code < 600)
        case smtplib.SMTPDataError():
            return Trouble(f"data-{error.smtp_code}", for_good=500 <= error.smtp_code < 600)
        case smtplib.SMTPResponseException():
            # The greeting, the login or our own address refused: a fault of the set-up, not of the message.
            return Trouble(f"server-{error.smtp_code}", for_good=False)
        case TimeoutError():
            return Trouble("timeout", for_good=False)
        case smtplib.SMTPException() | OSError():
            return Trouble("connection-lost", for_good=False)
        case _:
            return Trouble(f"error-{type(error).__name__}"[:60], for_good=False)
