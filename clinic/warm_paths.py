"""The addresses of this room's pages whose route has a part that varies. Asks for nothing but them."""

from __future__ import annotations

from django.urls import reverse

from clinic.models import Location


def paths() -> list[str]:
    slugs = Location.objects.values_list("slug", flat=True)
    return [reverse("clinic:location", args=[slug]) for slug in slugs]
