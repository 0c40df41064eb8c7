"""What waits, in numbers, for the admin's front page. Yields nothing for somebody who works at no desk."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from bookings import hits
from bookings.desk import counts
from clinic.permissions import DESK, standing

register = template.Library()


@register.inclusion_tag("admin/bookings/counts.html", takes_context=True)
def desk_counts(context: template.Context) -> dict[str, Any]:
    request = context["request"]
    if not standing(request).is_one_of(DESK):
        return {"counts": None}
    now = timezone.now()
    return {"counts": counts(request.user, now=now), "hits": hits.count(request.user, now=now)}
