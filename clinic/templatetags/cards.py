"""`{% card %}`: the page's one address, and how it looks where somebody shares it. Nothing for pages not to be listed."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import SafeString, mark_safe

from clinic.indexing import may_be_listed

register = template.Library()


@register.simple_tag(takes_context=True)
def card(context: Context) -> str:
    """Meta elements for the head. Title and description are those of the page's own blocks.

    A view sets `canonical_path` where the same words stand on another page, which is the one to be listed.
    """
    request = context.get("request")
    if request is None or "exception" in context or not may_be_listed(request.path):
        return ""
    told = {
        "site": context["site"],
        "address": settings.SITE_URL,
        "canonical": settings.SITE_URL + str(context.get("canonical_path", request.path)),
        "title": _again(context, "title"),
        "description": _again(context, "description"),
    }
    return render_to_string("components/card.html", told)


def _again(context: Context, name: str) -> SafeString:
    """A block's text once more: a template may print each block once only. It is HTML, so only quotes need care."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return mark_safe(block.render(context).strip().replace('"', "&quot;"))  # noqa: S308
