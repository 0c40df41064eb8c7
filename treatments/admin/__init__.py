"""What we say, in the staff admin: the editor changes it, clinicians check it. Imported for its registrations only."""

from treatments.admin import facts, pages, prices  # noqa: F401
