"""`{% fact "gap_min" %}`: one figure in a template, with its key. Never falls back to a number of its own."""

from __future__ import annotations

import logging

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from treatments.context_processors import figures_of
from treatments.publishing import MISSING, data_tag

log = logging.getLogger(__name__)
register = template.Library()


@register.simple_tag(takes_context=True)
def fact(context: Context, key: str) -> SafeString:
    """`<data value data-fact>`, or a sentence that says it is missing: a figure must not take a page down."""
    value = figures_of(getattr(context, "request", None)).facts.get(key)
    if value is None:
        log.error("a template asks for the fact %r, which does not exist", key)
        return mark_safe(MISSING)  # noqa: S308 - a constant of ours
    return mark_safe(data_tag(key, value))  # noqa: S308 - data_tag escapes
