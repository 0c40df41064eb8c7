"""`{% setting "hold_minutes" %}`: the number of a setting in a template. Never one that is not listed."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.printed_settings import number, setting_tag

register = template.Library()


@register.simple_tag
def setting(key: str, unit: str = "") -> SafeString:
    """`<data value data-setting>`, with its unit in the right number. Raises KeyError for a key that no page may print."""
    if not unit:
        return setting_tag(key)
    return format_html("{} {}{}", setting_tag(key), unit, "" if number(key) == "1" else "s")
