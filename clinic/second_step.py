"""The second step of signing in: a phone's code, or a recovery code. It never sees a password and lets nobody in itself."""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b32encode
from datetime import datetime, timedelta

import segno
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.safestring import SafeString, mark_safe
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic import trail
from clinic.models import SignInKey

CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0 and 1, which people mix up
CODE_LENGTH = 12  # of 31 letters: 59 bits
ROUNDS = 100_000  # of SHA-256, about 50 ms: a stolen table is no list of codes
REMEMBERED = timedelta(hours=12)
PHONE, RECOVERY = "phone", "recovery codes"
_SALT = "clinic.second_step"


def phone_of(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user, device__confirmed=True).count()


def unfinished_phone(user: User) -> TOTPDevice:
    """The phone that is being set up. It opens nothing until a code of it was typed."""
    return TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": PHONE})[0]


def picture(phone: TOTPDevice) -> SafeString:
    """The code that an app reads with its camera, as SVG without a style attribute: the content policy forbids them."""
    drawn = segno.make(phone.config_url, micro=False, error="m")
    return mark_safe(drawn.svg_inline(scale=4, dark="#000", light="#fff", svgclass="desk-qr"))  # noqa: S308


def letters(phone: TOTPDevice) -> str:
    """The same to type by hand: groups of four."""
    return " ".join(re.findall("....", b32encode(phone.bin_key).decode()))


def accept(*, user: User, typed: str) -> Device | None:
    """The device that a code belongs to, or None. A code opens once; each wrong one makes the next wait longer.

    Six digits are a phone's code, anything else a recovery code: a guess at one never slows the other.
    """
    code = _plain(typed)
    with transaction.atomic(durable=True):
        return _accept_digits(user, code) if _is_digits(code) else _accept_recovery(user, code)


def finish(*, user: User, typed: str, now: datetime) -> list[str] | None:
    """Take the phone that was being set up for use; returns the new recovery codes, or None if the code is wrong.

    The phone and the codes of before are gone, and with them every other sign-in.
    """
    code = _plain(typed)
    with transaction.atomic(durable=True):
        phone = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if phone is None or not _is_digits(code) or not phone.verify_token(code):
            return None
        if TOTPDevice.objects.filter(user=user, confirmed=True).delete()[0]:
            _new_key(user, now)
        phone.confirmed = True
        phone.save(update_fields=["confirmed"])
        return _new_codes(user)


def new_codes(*, user: User) -> list[str]:
    """Ten recovery codes in place of all before. They are shown once and kept hashed."""
    with transaction.atomic(durable=True):
        return _new_codes(user)


def take_away(*, user: User, actor: User | AnonymousUser, now: datetime) -> None:
    """A phone is lost: neither it nor the recovery codes open anything, and everybody signed in as `user` is out.

    The actor is nobody for the command.
    """
    with transaction.atomic(durable=True):
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        _new_key(user, now)
        trail.looked(actor, user, page="auth_user_sign_in", act=trail.Act.CORRECT, words="phone", now=now)


def sign_out_everywhere(*, user: User, actor: User, now: datetime) -> None:
    """Every session and every remembered computer of `user` is out at its next click."""
    with transaction.atomic(durable=True):
        _new_key(user, now)
        trail.looked(actor, user, page="auth_user_sign_in", act=trail.Act.CORRECT, words="out", now=now)


def word_to_remember(user: User, phone: Device) -> str:
    """What a clinic computer keeps for 12 hours. It is worth nothing without the password."""
    return signing.dumps([user.pk, phone.persistent_id, _mark(user)], salt=_SALT)


def is_remembered(*, user: User, phone: Device, word: str) -> bool:
    """Whether this computer was told to remember this user and this phone, and nothing ended it since."""
    try:
        kept = signing.loads(word, salt=_SALT, max_age=REMEMBERED)
    except signing.BadSignature:
        return False
    who, device, mark = kept
    return (who, device) == (user.pk, phone.persistent_id) and constant_time_compare(mark, _mark(user))


def is_needed() -> bool:
    return bool(settings.SECOND_STEP)


def _mark(user: User) -> str:
    """Changes with the password and with the key of all sign-ins."""
    return salted_hmac(_SALT, f"{SignInKey.of(user)} {user.get_session_auth_hash()}").hexdigest()


def _plain(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed).lower()


def _is_digits(code: str) -> bool:
    return code.isascii() and code.isdecimal() and len(code) == 6


def _accept_digits(user: User, code: str) -> Device | None:
    phone = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    return phone if phone and phone.verify_token(code) else None


def _accept_recovery(user: User, code: str) -> Device | None:
    kept = StaticDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    return kept if kept and kept.verify_token(_hashed(kept, code)) else None


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    kept = StaticDevice.objects.create(user=user, name=RECOVERY)
    codes = ["".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=kept, token=_hashed(kept, code)) for code in codes)
    return ["-".join(re.findall("....", code)) for code in codes]


def _hashed(kept: StaticDevice, code: str) -> str:
    """As long as the library's column. Not keyed with SECRET_KEY, or a new key would end every code."""
    salt = f"{_SALT} {kept.pk} {kept.user_id}".encode()
    return b32encode(hashlib.pbkdf2_hmac("sha256", code.encode(), salt, ROUNDS, dklen=10)).decode()


def _new_key(user: User, now: datetime) -> None:
    row = {"key": secrets.token_hex(16), "changed_at": now}
    user.sign_in_key = SignInKey.objects.update_or_create(user=user, defaults=row)[0]
