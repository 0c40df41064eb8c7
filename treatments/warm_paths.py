"""The addresses of this room's pages whose route has a part that varies. Asks for nothing but them."""

from __future__ import annotations

from django.urls import reverse

from treatments.leaflets import LEAFLETS
from treatments.models import Page
from treatments.plates import PLATES


def paths() -> list[str]:
    texts = list(Page.objects.published().values_list("slug", "path"))
    leaflets = (reverse("treatments:leaflet", args=[slug]) for slug, _ in texts if slug in LEAFLETS)
    pictures = (reverse("treatments:picture", args=[plate.slug]) for plate in PLATES)
    return [*(path for _, path in texts), *leaflets, *pictures]
