"""Photographs for the site: what staff upload is checked, drawn anew and kept in three widths; the upload itself never is.

A file is judged by what is in it, not by its name. Drawing it anew leaves out everything but the pixels: where and
with what it was taken, a hidden second file, a text.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageCms, ImageOps

from clinic import page_cache
from clinic.models import Picture
from clinic.models.pictures import FORMATS, WIDEST, file_name, widths_of

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a phone's largest; 150 MB once it is unpacked
LEAST_WIDTH = 900  # pixels; less looks soft on a sharp screen
READ = ("JPEG", "PNG", "WEBP")
# What Pillow calls each format, and how it is written. Quality chosen by eye on faces; the sizes are about equal.
WRITTEN: Mapping[str, tuple[str, dict[str, int]]] = {
    "avif": ("AVIF", {"quality": 55, "speed": 8}),
    "webp": ("WEBP", {"quality": 76, "method": 4}),
    "jpg": ("JPEG", {"quality": 78}),
}


class BadPicture(ValueError):
    """The file cannot become a photograph on the site. The text says why, and what to do."""


@dataclass(frozen=True)
class Prepared:
    """A photograph drawn anew: the size of the widest in pixels, and each file by its name."""

    digest: str
    width: int
    height: int
    files: Mapping[str, bytes]


def prepare(upload: IO[bytes]) -> Prepared:
    """Read an upload and draw its nine files. Touches no disk and no database. Raises BadPicture."""
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadPicture(
            f"This file is larger than {MOST_BYTES // 1024**2} MB. Save it smaller and try again."
        )
    image = _narrowed(_pixels(content))
    digest = hashlib.blake2s(content, digest_size=16).hexdigest()
    files = {
        file_name(digest, width, ending): _written(image, width, ending)
        for width in widths_of(image.width)
        for ending in FORMATS
    }
    return Prepared(digest, image.width, image.height, files)


def keep(*, prepared: Prepared, alt: str, now: datetime) -> Picture:
    """Store the files, then the row. The same upload again is the same picture, with the newer words."""
    for name, content in prepared.files.items():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))
    size = {"width": prepared.width, "height": prepared.height}
    picture, _ = Picture.objects.update_or_create(
        digest=prepared.digest, defaults={"alt": alt}, create_defaults={"alt": alt, "added_at": now, **size}
    )
    page_cache.drop()
    return picture


def remove(*, picture: Picture) -> None:
    """Take the picture off the site, then its files. A page that showed it does without."""
    names = picture.file_names
    with transaction.atomic():
        picture.delete()
        page_cache.drop()
    for name in names:
        with suppress(OSError):  # a file that is gone is what we want
            default_storage.delete(name)


def _pixels(content: bytes) -> Image.Image:
    """The picture upright, in plain sRGB. Its size is read and judged before anything is unpacked."""
    try:
        with Image.open(io.BytesIO(content), formats=READ) as image:
            _refuse_size(image)
            image.load()
            upright = ImageOps.exif_transpose(image)
            return _plain(upright)
    except BadPicture:
        raise
    except Image.DecompressionBombError:
        raise BadPicture(_too_many()) from None
    # Pillow answers a broken file with many kinds of error; none of them may reach the reader as one.
    except Exception:
        raise BadPicture(
            "We could not read this file as a photograph. Save it as JPEG or PNG and try again."
        ) from None


def _refuse_size(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise BadPicture(_too_many())
    if min(image.width, image.height) < LEAST_WIDTH // 2 or max(image.width, image.height) < LEAST_WIDTH:
        raise BadPicture(
            f"This picture is too small: {image.width} by {image.height} pixels. "
            f"It has to be at least {LEAST_WIDTH} pixels wide or high."
        )


def _too_many() -> str:
    return f"This picture has more than {MOST_PIXELS // 10**6} million pixels. Save it smaller and try again."


def _plain(image: Image.Image) -> Image.Image:
    """Colours as every screen shows them; what is see-through stands on white."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits a pixel, which a plain convert would turn white
        return image.convert("I").point(lambda tone: tone / 256).convert("L").convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        return ground.convert("RGB")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        with suppress(ImageCms.PyCMSError, OSError):  # a broken profile: the colours as they stand
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            shown = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return shown or image.convert("RGB")
    return image.convert("RGB")


def _narrowed(image: Image.Image) -> Image.Image:
    if image.width <= WIDEST:
        return image
    return image.resize((WIDEST, round(image.height * WIDEST / image.width)), Image.Resampling.LANCZOS)


def _written(image: Image.Image, width: int, ending: str) -> bytes:
    kind, how = WRITTEN[ending]
    height = max(1, round(image.height * width / image.width))
    drawn = image if width == image.width else image.resize((width, height), Image.Resampling.LANCZOS)
    bare = Image.new("RGB", drawn.size)  # carries no metadata along
    bare.paste(drawn)
    made = io.BytesIO()
    bare.save(made, kind, **how)
    return made.getvalue()
