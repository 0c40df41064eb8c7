"""What somebody typed into a form of the desk after her time was up: kept in the page, signed, until she has signed in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.core import signing

KEPT = timedelta(hours=12)
SHORT_KEY = 5  # digits: a version or a row; a phone number has more
# A form's token is made anew; a password or a code is typed anew.
NEVER_KEPT = ("password", "csrfmiddlewaretoken", "code", "lost")
_SALT = "clinic.lost_words"


class Lost(NamedTuple):
    path: str
    fields: list[tuple[str, str]]

    @property
    def words(self) -> list[str]:
        """What a person can have typed: for her to see again. Short keys and marks of the form are left out."""
        typed = [value for name, value in self.fields if not name.startswith("_") and "seen" not in name]
        return [value for value in typed if any(map(str.isalpha, value)) or len(value) > SHORT_KEY]


def keep(*, path: str, fields: Iterable[tuple[str, list[str]]], user_id: int) -> str:
    """A word for the page. Signed, so that another site cannot make anybody send what it chose."""
    rows = [(name, value) for name, values in fields for value in values if not _is_secret(name)]
    return signing.dumps([user_id, path, rows], salt=_SALT, compress=True)


def read(word: str, *, user_id: int) -> Lost | None:
    """None for a word that we did not make, that is too old, or that is another person's."""
    try:
        whose, path, rows = signing.loads(word, salt=_SALT, max_age=KEPT)
    except signing.BadSignature:
        return None
    if whose != user_id:
        return None
    return Lost(path, [(name, value) for name, value in rows])


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in NEVER_KEPT[:2]) or name in NEVER_KEPT
