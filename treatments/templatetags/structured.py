"""`{% structured_text %}` and its kin: what a page tells search engines, as a script element that holds data alone.

No browser runs it, so the content policy needs no word about it. What it says is gathered in `treatments.telling`.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from clinic.context_processors import places
from clinic.models import Location
from treatments import structured_data, telling
from treatments.context_processors import fees_of, figures_of
from treatments.models import Treatment
from treatments.structured_data import Node, Step

register = template.Library()


@register.simple_tag(takes_context=True)
def structured_home(context: Context) -> SafeString:
    return _script(telling.home(places(context["request"])))


@register.simple_tag(takes_context=True)
def structured_text(context: Context) -> SafeString:
    """The text that the view put into the context as `page`, with its `sections`."""
    request = context["request"]
    return _script(telling.text(context["page"], context["sections"], figures_of(request), fees_of(request)))


@register.simple_tag
def structured_clinic(place: Location) -> SafeString:
    return _script(telling.clinic(place, Treatment.objects.all()))


@register.simple_tag(takes_context=True)
def structured_page(
    context: Context,
    title: str,
    trail: list[dict[str, Any]] | None = None,
    kind: str = "WebPage",
    description: str = "",
) -> SafeString:
    """A page that is no text of ours. `trail` as its breadcrumb has it: title and url of each page over it."""
    above = [Step(str(step["title"]), str(step["url"])) for step in trail or ()]
    path = context["request"].path
    node = telling.plain_page(path, title, above, kind=kind, description=description)
    return _script(structured_data.document(node))


def _script(told: Node) -> SafeString:
    harmless = mark_safe(structured_data.as_script(told))  # noqa: S308 - as_script escapes what could end the element
    return format_html('<script type="application/ld+json">{}</script>', harmless)
