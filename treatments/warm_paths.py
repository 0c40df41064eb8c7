"""The addresses of this room's pages whose route has a part that varies. Asks for nothing but them."""

from __future__ import annotations

from django.urls import reverse

from treatments.models import Page
from treatments.plates import PLATES


def paths() -> list[str]:
    texts = Page.objects.published().values_list("path", flat=True)
    return [*texts, *(reverse("treatments:picture", args=[plate.slug]) for plate in PLATES)]
