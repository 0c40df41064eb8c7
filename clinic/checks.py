"""System checks of the clinic room. Each has an id and says what to do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def demo_stays_here(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEMO and not set(settings.ALLOWED_HOSTS) <= settings.LOOPBACK_HOSTS:
        return [
            Error(
                "A demo may only answer on this machine.",
                hint="Set ALLOWED_HOSTS to localhost,127.0.0.1 or set DEMO=0.",
                id="clinic.E001",
            )
        ]
    return []
