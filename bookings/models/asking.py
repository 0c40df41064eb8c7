"""An address somebody typed to have its links sent again. It waits for the worker, and is gone once that has looked."""

from __future__ import annotations

from django.db import models

REFERENCE_LONGEST = 20


class LinkAsked(models.Model):
    """Whether we know the address is not known here: the page that writes this row never looks."""

    email = models.EmailField(help_text="In small letters.")
    reference = models.CharField(max_length=REFERENCE_LONGEST, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["email", "reference"], name="link_asked_once")]

    def __str__(self) -> str:
        return f"Asked {self.pk}"
