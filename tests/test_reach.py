"""Phones and emails as people in the UK and Ireland type them: what is read, what is refused, and that it can be used."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from clinic import outbox
from clinic.forms.fields import AddressField, PhoneField
from clinic.phones import phone_words, read_phone
from tests.cast import NOW

INVALID = {"invalid": "Enter an email address."}

LONDON, MOBILE = "+442079460000", "+447400123456"
DUBLIN_MOBILE, DUBLIN = "+353871234567", "+35312937839"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+44 (0)20 7946 0000", LONDON),
        ("+44(0)2079460000", LONDON),
        ("0044 (0)20 7946 0000", LONDON),
        ("44 20 7946 0000", LONDON),
        ("020/7946/0000", LONDON),
        ("(020) 7946.0000", LONDON),
        ("2079460000", LONDON),
        ("Mob 07400 123456", MOBILE),
        ("07400 123456 (mobile)", MOBILE),
        ("Mobile: 07400 123456", MOBILE),
        ("home 020 7946 0000", LONDON),
        ("087 1234567", DUBLIN_MOBILE),
        ("087-123-4567", DUBLIN_MOBILE),
        ("087.123.4567", DUBLIN_MOBILE),
        ("0871234567", DUBLIN_MOBILE),
        ("00353 87 123 4567", DUBLIN_MOBILE),
        ("00353 (0)87 123 4567", DUBLIN_MOBILE),
        ("+353(0)871234567", DUBLIN_MOBILE),
        ("353 87 123 4567", DUBLIN_MOBILE),
        ("(01) 293 7839", DUBLIN),
        ("1800 123 456", "+3531800123456"),
        ("028 9018 0000", "+442890180000"),
        ("048 9018 0000", "+3534890180000"),
        ("01534 440000", "+441534440000"),
    ],
)
def test_a_phone_is_read_and_shown_so_that_it_reads_as_the_same(typed: str, kept: str) -> None:
    assert PhoneField().clean(typed) == kept
    assert read_phone(phone_words(kept)) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "07400 123456 x12",
        "020 7946 0000 ext. 12",
        "020 7946 0000 extension 12",
        "020 7946 0000#12",
        "07700 900123",
        "07700900999",
        "020 7946 0000 / 07400 123456",
        "mobile",
        "home",
        "116 123",
        "+44 (0)",
    ],
)
def test_what_cannot_be_rung_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter a phone number we can ring, for example"):
        PhoneField().clean(typed)


SOUND = {
    "a+b@example.org": "a+b@example.org",
    " Brigid@Example.ORG ": "Brigid@Example.ORG",
    "o'brien@example.ie": "o'brien@example.ie",
    "a_b-c.d@example.co.uk": "a_b-c.d@example.co.uk",
    "1@example.org": "1@example.org",
    "a@sub.sub.example.photography": "a@sub.sub.example.photography",
    "a@example.museum": "a@example.museum",
    "a@b\u00fccher.example": "a@b\u00fccher.example",
    "a@xn--bcher-kva.example": "a@xn--bcher-kva.example",
    f"{'a' * 64}@example.org": f"{'a' * 64}@example.org",
}


@pytest.mark.parametrize(("typed", "kept"), SOUND.items())
def test_any_sound_email_is_taken(typed: str, kept: str) -> None:
    assert AddressField(error_messages=INVALID).clean(typed) == kept


@pytest.mark.django_db
@pytest.mark.both
def test_each_of_them_can_be_written_to() -> None:
    for to in SOUND.values():
        outbox.queue(kind="received", audience="patient", to=to, subject="Hello", text="Hello.\n", now=NOW)
    done = outbox.send_due(now=NOW + dt.timedelta(hours=1), limit=50, clock=lambda: NOW)
    assert (done.sent, done.dead) == (len(SOUND), 0)
    assert {each.to[0] for each in mail.outbox} == set(SOUND.values())
    assert all(each.message()["To"].isascii() for each in mail.outbox)


@pytest.mark.parametrize(
    "typed",
    [
        "a@example",
        "a@@example.org",
        "a b@example.org",
        "a@example..org",
        "a@example.org.",
        "a@[127.0.0.1]",
        "a@[IPv6:::1]",
        "mailto:a@example.org",
        "a@example.org,b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@example.org\r\n",
        "<a@example.org>",
        f"{'a' * 300}@example.org",
    ],
)
def test_what_no_mail_can_go_to_is_said(typed: str) -> None:
    field = AddressField(error_messages=INVALID)
    if typed.strip() == "a@example.org":
        assert field.clean(typed) == "a@example.org"  # a line break at its end is no part of it
        return
    with pytest.raises(ValidationError):
        field.clean(typed)
