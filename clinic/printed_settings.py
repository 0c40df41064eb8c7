"""The settings that a page may print, each in the unit it is said in. Reads settings, never changes or explains one."""

from __future__ import annotations

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

# What a text calls it: the setting, and by how much it is divided. So minutes are said as hours.
PRINTED = {
    "reply_working_days": ("REPLY_WORKING_DAYS", 1),
    "ring_me_working_days": ("RING_ME_WORKING_DAYS", 1),
    "next_times_weeks": ("NEXT_TIMES_WEEKS", 1),
    "cutoff_hours": ("CUTOFF_HOURS", 1),
    "hold_minutes": ("HOLD_MINUTES", 1),
    "hold_most_hours": ("HOLD_MAX_MINUTES", 60),
    "idle_hours": ("JOURNEY_IDLE_MINUTES", 60),
    "sent_minutes": ("SENT_MINUTES", 1),
    "manage_minutes": ("MANAGE_MINUTES", 1),
    "purge_days": ("PURGE_DAYS", 1),
    "complaint_days": ("COMPLAINT_DAYS", 1),
    "record_years_gb": ("RECORD_YEARS_GB", 1),
    "record_years_ie": ("RECORD_YEARS_IE", 1),
    "complaint_years": ("COMPLAINT_YEARS", 1),
    "feedback_days": ("FEEDBACK_DAYS", 1),
}


def number(key: str) -> str:
    """The number as it is said, for example "2" or "1.5". Raises KeyError for a key that no page may print."""
    name, divisor = PRINTED[key]
    return f"{getattr(settings, name) / divisor:g}"


def setting_tag(key: str) -> SafeString:
    """The number with the name of its setting beside it, so that one can tell where it comes from. Raises KeyError."""
    said = number(key)
    return format_html('<data value="{}" data-setting="{}">{}</data>', said, PRINTED[key][0], said)
