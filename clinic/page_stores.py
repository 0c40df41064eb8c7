"""Where pages are kept: Django's two shared caches, made cheap enough to be asked by every request. They know no page."""

from __future__ import annotations

import os
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

Stamp = tuple[int, int, int]


class PageFiles(FileBasedCache):
    """Each value is a file of its own, put in place whole, so that a new one is another file."""

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(folder, params)
        self._names: dict[str, str] = {}

    def stamp(self, key: str) -> Stamp | None:
        """What differs once the value was written again; None without one. A tenth of the price of reading it."""
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = self._key_to_file(key)  # type: ignore[attr-defined]
        try:
            found = os.stat(name)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


class OneClient(RedisCacheClient):
    """Django makes a client for each question, which costs three times the question."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clients: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        if id(pool) not in self._clients:
            self._clients[id(pool)] = super().get_client(key, write=write)
        return self._clients[id(pool)]


class PageRedis(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient
