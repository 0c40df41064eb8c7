"""Gathers everything that a patient can read: pages, booking answers, letters. It needs a filled database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.test import Client

from clinic.models import Location
from tests import cast
from tests.crawl import Crawl, Seen, crawl, seen
from tests.words.blocks import Block, PageText, read_page
from tests.words.letters import letters
from tests.words.rules import Known
from tests.words.said import said
from treatments import screening
from treatments.fees import totals
from treatments.models import Fee, Page


def known() -> Known:
    """What the rules have to know of the site as it stands in the database."""
    fees = list(Fee.objects.all())
    amounts = [fee.amount_text for fee in fees] + [total.amount_text for total in totals(fees)]
    lines = [line.strip() for place in Location.objects.all() for line in place.address.splitlines()]
    postcodes = [place.postcode for place in Location.objects.all()]
    return Known(
        addresses=tuple(sorted(filter(None, {*lines, *postcodes}), key=len, reverse=True)),
        fees=frozenset(filter(None, amounts)),
        allergy=next(tick.text for tick in screening.TICKS if tick.code == "reaction"),
        condition_words=condition_words(),
    )


def condition_words() -> frozenset[str]:
    """The lines of the screening lists, as the start page, the booking and the page of contraindications print them."""
    ticks = screening.TICKS
    rows = [row for heading in screening.Heading for row in screening.listed(heading)]
    said = [sign.text for sign in screening.START_SIGNS]
    said += [text for tick in ticks for text in (tick.text, tick.strict, tick.hint, tick.strict_hint)]
    said += [text for row in rows for text in (row.text, row.hint)]
    return frozenset(filter(None, said))


def pages_of(shown: Iterable[Seen]) -> list[PageText]:
    """Each page once, and the frame around them as one page of its own."""
    conditions, found, frame = condition_words(), {}, {}
    for page in shown:
        own, around = read_page(page.address, page.tree, conditions=conditions)
        found[page.path, tuple(block.text for block in own.blocks)] = own
        frame |= dict.fromkeys(around.blocks)
    once: dict[tuple[str, str, str], Block] = {}
    for block in frame:
        once.setdefault((block.kind, block.section, block.text), block)
    return [PageText("(frame)", list(once.values())), *(replace(page) for page in found.values())]


def one_page(address: str) -> list[PageText]:
    """A single page, read on its own."""
    return pages_of([seen(address, Client().get(address))])[1:]


def whole_site() -> list[PageText]:
    """Every page, booking answer and letter. The caller has loaded the content and stopped the clock."""
    cast.make_clinic("maidenhead")
    site = crawl()
    return [*pages_of([*site.everything, *unlinked(site)]), said(), *letters()]


def unlinked(site: Crawl) -> list[Seen]:
    """Texts that are published and that no link reaches: somebody may know their address."""
    reached = {page.path for page in site.pages}
    paths = Page.objects.published().exclude(path__in=reached).values_list("path", flat=True)
    answers = [seen(path, Client().get(path)) for path in paths]
    return [answer for answer in answers if answer.status == 200]
