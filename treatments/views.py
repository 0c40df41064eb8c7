"""The pages that inform. Each reads a text and its figures; none sets a cookie or reads a session."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from clinic.context_processors import places
from clinic.informing import informs
from treatments import publishing
from treatments.context_processors import fees_of, figures_of
from treatments.fees import totals
from treatments.models import Page, Section, Treatment
from treatments.plates import PLATES, plate_called


@informs
def home(request: HttpRequest) -> HttpResponse:
    context = {"locations": places(request), "treatments": Treatment.objects.all()}
    return render(request, "treatments/home.html", context)


@informs
def hub(request: HttpRequest) -> HttpResponse:
    return render(request, "treatments/hub.html", {"treatments": Treatment.objects.all()})


@informs
def page(request: HttpRequest, slug: str) -> HttpResponse:
    return _text(request)


@informs
def medicine(request: HttpRequest) -> HttpResponse:
    """The only page that names the medicine."""
    return _text(request)


@informs
def fees(request: HttpRequest) -> HttpResponse:
    return _text(request)


@informs
def help_now(request: HttpRequest) -> HttpResponse:
    return _text(request, "treatments/help_now.html")


@informs
def privacy(request: HttpRequest) -> HttpResponse:
    return _text(request)


@informs
def about(request: HttpRequest) -> HttpResponse:
    return _text(request)


@informs
def cookies(request: HttpRequest) -> HttpResponse:
    return _text(request)


@informs
def accessibility(request: HttpRequest) -> HttpResponse:
    return _text(request)


@informs
def terms(request: HttpRequest) -> HttpResponse:
    return _text(request)


@informs
def picture(request: HttpRequest, slug: str) -> HttpResponse:
    """One plate as large as the screen allows, and the way back to each text that shows it."""
    try:
        plate = plate_called(slug)
    except KeyError:
        raise Http404 from None
    above = ("clinic:clinics", "Clinics and contact") if slug == "clinics" else ("treatments:hub", "Treatments")
    shown = Section.objects.filter(component=plate.section, page__published=True)
    context = {
        "plate": plate,
        "plates": PLATES,
        "trail": [{"url": reverse(above[0]), "title": above[1]}],
        "sections": shown.select_related("page").order_by("page__position"),
    }
    return render(request, "treatments/picture.html", context)


def _text(request: HttpRequest, template: str = "treatments/page.html") -> HttpResponse:
    """The published page whose address was asked for."""
    found = get_object_or_404(Page.objects.published().with_texts(), path=request.path_info)
    figures = figures_of(request)
    context = {
        "page": found,
        "sections": [publishing.show(section, figures) for section in found.sections.all()],
        "sources": publishing.sources_shown(found, found.sources.all()),
        "fees": fees_of(request),
        "totals": totals(fees_of(request)),
        "locations": places(request),
    }
    return render(request, template, context)
