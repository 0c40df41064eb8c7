"""Photographs that staff put on the site. Only what we made ourselves from an upload is kept; never the upload."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

FOLDER = "pictures"
FORMATS = ("avif", "webp", "jpg")  # the best first: a browser takes the first that it knows
WIDEST = 1440  # pixels: twice the widest place a photograph has on a page


def widths_of(widest: int) -> tuple[int, int, int]:
    """The three widths in pixels in which a picture is kept, the smallest first."""
    return widest // 3, widest * 2 // 3, widest


def file_name(digest: str, width: int, ending: str) -> str:
    """Where a file lies in the storage. It names its content, so it may be kept by a browser for ever."""
    return f"{FOLDER}/{digest}-{width}.{ending}"


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

    @property
    def file_names(self) -> list[str]:
        return [
            file_name(self.digest, width, ending) for ending in FORMATS for width in widths_of(self.width)
        ]

    @property
    def sets(self) -> list[tuple[str, str]]:
        """(media type, addresses with their widths) of each format, the best first, for `<source srcset>`."""
        return [(f"image/{ending}", self._set(ending)) for ending in FORMATS[:-1]]

    @property
    def plain_set(self) -> str:
        """The same for the format that every browser knows."""
        return self._set(FORMATS[-1])

    @property
    def plain(self) -> str:
        """The address of the middle width in the format that every browser knows."""
        return self._address(widths_of(self.width)[1], FORMATS[-1])

    def _set(self, ending: str) -> str:
        return ", ".join(f"{self._address(width, ending)} {width}w" for width in widths_of(self.width))

    def _address(self, width: int, ending: str) -> str:
        return reverse(
            "clinic:photo", args=[file_name(self.digest, width, ending).removeprefix(f"{FOLDER}/")]
        )
