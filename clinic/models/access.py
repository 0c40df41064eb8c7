"""What every sign-in of one person hangs on. It holds no password and no second step: those are the libraries' rows."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models


class SignInKey(models.Model):
    """A random word, copied into each session and each remembered computer: change it, and all of them are out.

    Who never signed out everywhere has no row, and the empty word.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="sign_in_key"
    )
    key = models.CharField(max_length=32)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"since {self.changed_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def of(user: models.Model) -> str:
        """No query for a user whom our backend loaded: it joins this row."""
        try:
            return str(user.sign_in_key.key)  # type: ignore[attr-defined]
        except ObjectDoesNotExist:
            return ""
