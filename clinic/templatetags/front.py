"""What people told us, in numbers, for the admin's front page. Yields nothing for somebody who reads none of it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils import timezone

from clinic.models import Complaint, Feedback, Role
from clinic.permissions import standing

register = template.Library()


@register.inclusion_tag("admin/clinic/told.html", takes_context=True)
def told_counts(context: template.Context) -> dict[str, Any]:
    """Complaints of the clinics that this person manages; feedback for managers and editors. Three queries at most."""
    request = context["request"]
    is_manager = standing(request).is_one_of((Role.MANAGER,))
    counts: dict[str, Any] = {"is_manager": is_manager, "is_reader": False}
    if is_manager:
        today = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
        theirs = Complaint.objects.visible_to(request.user)
        counts |= {"complaints": theirs.open().count(), "overdue": theirs.overdue(today).count()}
    if is_manager or standing(request).is_one_of((Role.EDITOR,)):
        counts |= {"is_reader": True, "unread": Feedback.objects.unread().count()}
    return counts
