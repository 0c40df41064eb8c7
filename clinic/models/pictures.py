"""Photographs that staff put on the site. Only what we made ourselves from an upload is kept; never the upload."""

from __future__ import annotations

from django.db import models


class Picture(models.Model):
    """One photograph, stored under its digest in three widths and three formats. Shown with its size and its words."""

    digest = models.CharField(max_length=32, unique=True, editable=False)
    width = models.PositiveIntegerField(editable=False, help_text="Pixels of the widest one.")
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(max_length=200, help_text="What it shows, for somebody who cannot see it.")
    added_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-added_at"]

    def __str__(self) -> str:
        return self.alt
