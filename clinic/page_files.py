"""The store of pages in files: Django's own, and a cheap way to see that a value was written again. Knows no page."""

from __future__ import annotations

import os

from django.core.cache.backends.filebased import FileBasedCache

Stamp = tuple[int, int, int]


class PageFiles(FileBasedCache):
    """Each value is a file of its own, put in place whole, so that a new one is another file."""

    def stamp(self, key: str) -> Stamp | None:
        """What differs once the value was written again; None without one. A tenth of the price of reading it."""
        if not hasattr(self, "_stamped"):
            self._stamped: dict[str, str] = {}
        name = self._stamped.get(key)
        if name is None:
            name = self._stamped[key] = self._key_to_file(key)  # type: ignore[attr-defined]
        try:
            found = os.stat(name)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
