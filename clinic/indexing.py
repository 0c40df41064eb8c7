"""Which pages a search engine may list. Pure: it knows addresses, no request and no content."""

from __future__ import annotations

# What a person typed, or is told about themselves or the clinic's inside, lives under these.
PRIVATE = ("/admin/", "/book/", "/complaints/", "/demo/", "/feedback/", "/styleguide/")
# The doors into them: they say the same to everybody, and people look for them.
DOORS = ("/book/", "/book/ring-me/", "/complaints/", "/complaints/write/", "/feedback/")
# A search engine is asked not even to fetch these: the admin, and links that open somebody's appointment.
NOT_FETCHED = ("/admin/", "/book/link/", "/book/reminders/", "/demo/")


def may_be_listed(path: str) -> bool:
    return path in DOORS or not path.startswith(PRIVATE)
