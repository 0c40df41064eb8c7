"""`{% plate "veins" %}`: one numbered picture with its key, and the link to its large view. Never draws one itself."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from treatments.plates import plate_called

register = template.Library()


@register.simple_tag(takes_context=True)
def plate(context: Context, slug: str, large: bool = False) -> SafeString:
    """The picture; with `large`, as its own page shows it. KeyError for a picture that we do not have."""
    found = plate_called(slug)
    drawing = context.template.engine.get_template(found.template)  # type: ignore[union-attr]
    return drawing.render(context.new({"plate": found, "large": large}))
