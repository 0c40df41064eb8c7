"""`{% reviews_due %}`: on the desk's first page, what waits for a clinician's check. Shows nothing to who has no role."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from clinic.permissions import ANY_ROLE, standing
from clinic.signing import day_of
from treatments.reviewing import due, is_overdue

register = template.Library()


@register.inclusion_tag("admin/treatments/reviews_due.html", takes_context=True)
def reviews_due(context: Context) -> dict[str, Any]:
    """Pages whose check has come due by name; how many were never checked; how many figures wait."""
    if not standing(context["request"]).is_one_of(ANY_ROLE):
        return {}
    today = day_of(timezone.now())
    waiting = due(on=today)
    late = [page for page, _ in waiting.pages if is_overdue(page, on=today)]
    return {"late": late, "unchecked": len(waiting.pages) - len(late), "unsigned": len(waiting.facts)}
