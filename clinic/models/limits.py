"""How often somebody did something lately. Who it was stands as a salted hash: enough to count, never to name."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """One count of one kind of deed, for one hashed key, in one stretch of time."""

    what = models.CharField(max_length=30)
    who = models.CharField(max_length=64, help_text="A salted hash of an address, a phone number, a session.")
    since = models.DateTimeField(help_text="When the stretch of time began (UTC).")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-since"]
        constraints = [models.UniqueConstraint(fields=["what", "who", "since"], name="tally_in_one_row")]
        indexes = [models.Index(fields=["since"], name="tally_age")]

    def __str__(self) -> str:
        return f"{self.what}: {self.count}"
