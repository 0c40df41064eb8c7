"""Phone numbers as people type them and as they read them. Pure: the number plan comes from phonenumberslite."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

HOME = ("GB", "IE")  # without a country code, a number is British first, then Irish
# What people write beside a number to say which of theirs it is.
_BESIDE = re.compile(r"\(?\b(?:mobile|mob|home|work|landline)\b[.:]?\)?", re.IGNORECASE)


def read_phone(typed: str) -> str | None:
    """A number in the form +442079460000, or None when nobody could be rung at it.

    Extensions are refused, and numbers that are given to nobody, as 07700 900xxx, which Ofcom keeps for films.
    """
    typed = _BESIDE.sub(" ", typed)
    for country in HOME:
        try:
            number = phonenumbers.parse(typed, country)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and not number.extension:
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return None


def phone_words(e164: str) -> str:
    """A stored number as people read it: "020 7946 0000" at home, "+33 1 23 45 67 89" from elsewhere.

    An Irish number keeps its country code, so that a British desk dials it right. Anything unreadable stays as it is.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    at_home = number.country_code == phonenumbers.country_code_for_region("GB")
    shape = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, shape)
