"""Fields that take what people type: names with any letters, phones and dates in any reasonable shape."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.phones import phone_words, read_phone

NAME_LONGEST = 120
_SAID = re.compile(r"(?<=[0-9])(st|nd|rd|th)\b|\bof\b", re.IGNORECASE)  # 27th of March
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
UNREADABLE = "This has a sign we cannot read. Please type it again with ordinary letters."
CHOOSE = {"invalid_choice": "Choose one of the answers on this page."}
ADDRESS_LONGEST = 254  # as the column has it; no mail server takes a longer one


def readable(text: str, *, lines: bool = False) -> None:
    """Refuse what no keyboard types: control and direction marks, halves of a character. Raises ValidationError."""
    for sign in text:
        kind = unicodedata.category(sign)
        if lines and sign in "\n\r\t":
            continue
        hidden = kind == "Cf" and sign not in "\u200c\u200d"  # these two join letters in Persian and Hindi
        # U+FFFD is what is left of bytes that were no text.
        if hidden or sign == "\ufffd" or kind in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp"):
            raise ValidationError(UNREADABLE)


class _Readable(forms.CharField):
    """Any text field of ours: whatever else is asked of it, it holds no hidden sign."""

    lines = False

    def validate(self, value: str) -> None:
        super().validate(value)
        readable(value, lines=self.lines)


class WordsField(_Readable):
    """Words in any script, without hidden signs. `lines=True` allows line breaks."""

    def __init__(self, *, lines: bool = False, longest: int = NAME_LONGEST, **kwargs: Any) -> None:
        self.lines = lines
        messages = {"max_length": "This is too long. Please use %(limit_value)d letters or fewer."}
        kwargs["error_messages"] = {**messages, **kwargs.get("error_messages", {})}
        super().__init__(max_length=longest, **kwargs)


class PhoneField(_Readable):
    """A UK or Irish number as people type it, or any other with its country code. Cleans to +442079460000."""

    PROBLEM = "Enter a phone number we can ring, for example 020 7946 0000 or 01 500 0000."

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}))
        kwargs.setdefault("error_messages", {"required": "Enter a phone number.", "max_length": self.PROBLEM})
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        number = read_phone(typed)
        if number is None:
            raise ValidationError(self.PROBLEM)
        return number

    def prepare_value(self, value: Any) -> Any:
        """A kept number as people read it; what somebody typed stays as it was typed."""
        kept = isinstance(value, str) and value == read_phone(value)
        return phone_words(value) if kept else value


class AddressField(_Readable, forms.EmailField):
    """An email address that the outbox takes. By the old rules quotes in it may hide control signs."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["error_messages"].setdefault("max_length", kwargs["error_messages"]["invalid"])
        attrs = {"autocomplete": "email", "spellcheck": "false"}
        super().__init__(label="Email", max_length=ADDRESS_LONGEST, widget=forms.EmailInput(attrs), **kwargs)

    def validate(self, value: str) -> None:
        """Without a name after the @ it is no mailbox of a person: `[127.0.0.1]` would be our own machine.

        What joins letters in a name is an invisible mark in an address.
        """
        super().validate(value)
        if value.endswith("]") or any(unicodedata.category(sign) == "Cf" for sign in value):
            raise ValidationError(self.error_messages["invalid"], code="invalid")


class DayField(_Readable):
    """A date as people write it: 27 3 1958, 27/03/1958, 27th March 1958 or 1958-03-27. Cleans to a date."""

    PROBLEM = "Enter a date with a day, a month and a year, for example 27 3 1958."

    def __init__(self, *, example: str = "", **kwargs: Any) -> None:
        if example:  # a date of birth is no example of a day to come
            self.PROBLEM = self.PROBLEM.replace("27 3 1958", example)
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "short"}))
        kwargs["error_messages"] = {"max_length": self.PROBLEM, **kwargs.get("error_messages", {})}
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> date | None:
        typed = super().clean(value)
        if not typed:
            return None
        parts = re.findall(r"[0-9]+|[^\W\d_]+", _SAID.sub("", typed))
        if len(parts) != 3:
            raise ValidationError(self.PROBLEM)
        if len(parts[0]) == 4:
            parts.reverse()
        try:
            return date(self._number(parts[2], year=True), self._month(parts[1]), self._number(parts[0]))
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.PROBLEM) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value.day} {value.month} {value.year}" if isinstance(value, date) else value

    @staticmethod
    def _number(text: str, year: bool = False) -> int:
        if not text.isascii() or not text.isdecimal() or (year and len(text) != 4):
            raise ValueError(text)
        return int(text)

    @classmethod
    def _month(cls, text: str) -> int:
        short = text[:3].lower()
        return _MONTHS.index(short) + 1 if short in _MONTHS else cls._number(text)
