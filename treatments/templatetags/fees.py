"""`{% price %}` and `{% price location %}`: a session's price in words. Never an amount without its unit."""

from __future__ import annotations

from django import template
from django.template.context import Context

from clinic.models import Country, Location
from treatments.context_processors import fees_of
from treatments.fees import price_sentence

register = template.Library()


@register.simple_tag(takes_context=True)
def price(context: Context, location: Location | None = None) -> str:
    """The price in the location's country; without one, the United Kingdom's."""
    country = location.country if location else Country.GB
    return price_sentence(fees_of(getattr(context, "request", None)), country)
