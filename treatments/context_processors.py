"""What one request knows of our figures, read once for its view and all its tags. Never changes one."""

from __future__ import annotations

from django.http import HttpRequest

from clinic.remembered import once_an_edition
from treatments import facts
from treatments.models import Fee
from treatments.publishing import Figures


def fees_of(request: HttpRequest | None) -> list[Fee]:
    """Every fee. Without a request (a mail, a test of one template) they are read anew."""
    if request is None:
        return list(Fee.objects.all())
    if not hasattr(request, "fees"):
        request.fees = list(Fee.objects.all())  # type: ignore[attr-defined]
    return request.fees  # type: ignore[attr-defined]


def figures_of(request: HttpRequest | None) -> Figures:
    """Every fact and the price sentence. Asked once an edition, for pages that are not kept cite them too."""
    if request is None:
        return facts.figures()
    if not hasattr(request, "figures"):
        made = once_an_edition("figures", lambda: facts.figures(fees_of(request)))
        request.figures = made  # type: ignore[attr-defined]
    return request.figures  # type: ignore[attr-defined]
