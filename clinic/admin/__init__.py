"""The clinic room's pages in the staff admin. Imported for its registrations only."""

from clinic.admin import organisations, outbox, people, pictures, places, voices  # noqa: F401
