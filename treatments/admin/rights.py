"""Who may do what with what we say. Everybody at a desk reads it; nobody adds or deletes what the files name."""

from __future__ import annotations

from collections.abc import Collection

from clinic.admin.content import ContentAdmin
from clinic.models import Role
from clinic.permissions import ANY_ROLE, NeverDeleted, RoleAdmin

EDITOR: tuple[str, ...] = (Role.EDITOR,)
EDITOR_OR_CLINICIAN: tuple[str, ...] = (Role.EDITOR, Role.CLINICIAN)


class FromFiles(NeverDeleted, ContentAdmin):
    """The content files bring these rows and name them; here they are changed."""

    may_view: Collection[str] = ANY_ROLE
    may_change: Collection[str] = EDITOR


class HangsOn(RoleAdmin):
    """What belongs to such a row, and comes and goes with its text."""

    may_view: Collection[str] = ANY_ROLE
    may_change: Collection[str] = EDITOR
    may_add: Collection[str] = EDITOR
    may_delete: Collection[str] = EDITOR
