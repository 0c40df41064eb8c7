"""Makes the short reference a patient can say on the phone. Never guessable, never with look-alike letters."""

from __future__ import annotations

import secrets

# No 0 or O, 1, I or L, 5 or S, 8 or B, 2 or Z, U or V: they look or sound alike on the phone.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 6


def new_reference() -> str:
    """Six signs out of 23: 148 million of them. The column is unique, so the rare twin is refused by the database."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def tidy_reference(typed: str) -> str:
    """What somebody typed, without spaces and dashes and in capitals. May be no reference at all."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())
