"""The files of the photographs that staff put on the site. It makes none."""

from __future__ import annotations

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinic.models.pictures import FOLDER

PHOTO_FILE = re.compile(r"[0-9a-f]{32}-[0-9]{2,4}\.(avif|webp|jpg)")
PHOTO_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}


@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def photo(request: HttpRequest, name: str) -> FileResponse:
    """One file of a photograph. Its name says what is in it, so it never changes."""
    if not PHOTO_FILE.fullmatch(name):
        raise Http404
    try:
        opened = default_storage.open(f"{FOLDER}/{name}")
    except OSError:
        raise Http404 from None
    return FileResponse(opened, content_type=PHOTO_TYPES[name.rpartition(".")[2]])
