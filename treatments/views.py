"""The pages that inform. Each reads a text and its figures; none sets a cookie or reads a session."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic import signing
from clinic.context_processors import places
from clinic.filling import fill
from clinic.informing import informs
from treatments import provenance, publishing, reviewing, site_index
from treatments.context_processors import fees_of, figures_of
from treatments.fees import totals
from treatments.leaflets import LEAFLETS, on_paper
from treatments.models import HELP_PATH, Fact, Page, Section, Treatment
from treatments.plates import PLATES, plate_called
from treatments.search import LONGEST


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
    return _text(request)


@informs
def how_we_check(request: HttpRequest) -> HttpResponse:
    """Every figure we print, why, how sure we are, and what each source says."""
    facts = list(Fact.objects.with_claims())
    context = {
        "groups": provenance.grouped(facts),
        "any_signed": any(fact.signed_by for fact in facts),
        "trail": [{"url": reverse("treatments:about"), "title": "About us"}],
    }
    return render(request, "treatments/how_we_check.html", context)


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
    above = (
        ("clinic:clinics", "Clinics and contact") if slug == "clinics" else ("treatments:hub", "Treatments")
    )
    shown = Section.objects.filter(component=plate.section, page__published=True)
    context = {
        "plate": plate,
        "plates": PLATES,
        "trail": [{"url": reverse(above[0]), "title": above[1]}],
        "sections": shown.select_related("page").order_by("page__position"),
    }
    return render(request, "treatments/picture.html", context)


@informs
def leaflets(request: HttpRequest) -> HttpResponse:
    pages = Page.objects.published().filter(slug__in=LEAFLETS)
    return render(request, "treatments/leaflets.html", {"pages": pages})


@informs
def leaflet(request: HttpRequest, slug: str) -> HttpResponse:
    """A page's own words on paper. For a search engine it is that page."""
    if slug not in LEAFLETS:
        raise Http404
    found = get_object_or_404(Page.objects.published().with_texts(), slug=slug)
    host = urlsplit(settings.SITE_URL).netloc
    context = shown(request, found)
    context |= {
        "leaflet": LEAFLETS[slug],
        "host": host,
        "trail": [{"url": reverse("treatments:leaflets"), "title": "Leaflets"}],
        "canonical_path": found.path,
        "print_places": places(request),
        "sections": list(on_paper(LEAFLETS[slug], context["sections"], host)),
    }
    return render(request, "treatments/leaflet.html", context)


# The form is sent, not put into an address, because what somebody looks for may tell of their health. It needs no
# token against forged forms: it changes nothing, and a token would set a cookie. `no-cache` and not `no-store`, so
# that the way back from a page that was found needs no second sending.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def search(request: HttpRequest) -> HttpResponse:
    """The empty form, or what was found. The words are kept nowhere: in no address, no log and no title."""
    if request.method != "POST":
        return render(request, "treatments/search.html")
    typed = request.POST.get("words", "")[:LONGEST]
    answer = site_index.current().find(typed)
    context = {"typed": typed, "answer": answer, "no_word": answer.is_empty}
    return render(request, "treatments/search.html", context, status=422 if answer.is_empty else 200)


def _text(request: HttpRequest) -> HttpResponse:
    """The published page whose address was asked for."""
    found = get_object_or_404(Page.objects.published().with_texts(), path=request.path_info)
    return render(request, template_of(found), shown(request, found))


def preview(request: HttpRequest, page: Page) -> HttpResponse:
    """For staff: what a page with its texts would look like to the public, under a bar that says so."""
    answer = render(request, template_of(page), {**shown(request, page), "preview": True})
    answer.content = fill(answer.content, timezone.now())
    return answer


def template_of(page: Page) -> str:
    return "treatments/help_now.html" if page.path == HELP_PATH else "treatments/page.html"


def shown(request: HttpRequest, page: Page) -> dict[str, Any]:
    """Everything that the template of a page asks for."""
    figures = figures_of(request)
    sections = [publishing.show(section, figures) for section in page.sections.all()]
    return {
        "page": page,
        "sections": sections,
        "cited": publishing.cited(sections, figures),
        "sources": publishing.sources_shown(page, page.sources.all()),
        "overdue": reviewing.is_overdue(page, on=signing.day_of(timezone.now())),
        "fees": fees_of(request),
        "totals": totals(fees_of(request)),
        "locations": places(request),
    }
