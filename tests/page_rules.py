"""What every page of the site must be like: one function a rule. Each says how much it looked at; none fetches a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from django.contrib.staticfiles import finders

from tests.crawl import Crawl, Seen
from tests.house.tree import Verdict
from tests.reader import words
from tests.test_source_runs import shared_runs
from treatments.screening import TICKS

DESCRIPTION_LONGEST = 155
MEDICINE = re.compile(r"tetradecyl|fibro-?vein|benzyl", re.IGNORECASE)
MEDICINE_PAGE = "/treatments/contraindications/medicine/"
ALLERGY = next(tick.text for tick in TICKS if tick.code == "reaction")
JOINED = "/static/css/site.css"  # made by build_css before it is served
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
FIELDS = ("input", "select", "textarea")
PRESSED = ("a", "button", *FIELDS, "summary", "label")
BLOCKS = (
    "div",
    "p",
    "ul",
    "ol",
    "dl",
    "table",
    "section",
    "form",
    "figure",
    "fieldset",
    "details",
    "address",
    *HEADINGS,
)
WORDS_ONLY = ("p", "span", "strong", "em", "small", "label", "button", *HEADINGS)  # may hold no block
CHILDREN = {
    "ul": ("li",),
    "ol": ("li",),
    "dl": ("div", "dt", "dd"),
    "table": ("caption", "colgroup", "thead", "tbody", "tfoot", "tr"),
    "tr": ("th", "td"),
    "select": ("option", "optgroup"),
}
FETCHED = {"link": "href", "img": "src", "script": "src", "iframe": "src", "source": "srcset", "use": "href"}
FETCHED |= {"object": "data", "embed": "src", "video": "src", "audio": "src", "input": "src", "image": "href"}


def told(pages: list[Seen], look: object) -> Verdict:
    """The verdict over these pages of a function that yields a line for each breach on one page."""
    breaches = [f"{page.address}: {line}" for page in pages for line in look(page)]  # type: ignore[operator]
    return Verdict(len(pages), breaches)


# --- The head ----------------------------------------------------------------------------------------------------------
def one_h1(site: Crawl) -> Verdict:
    def look(page: Seen) -> Iterator[str]:
        found = [words(each) for each in page.all("h1")]
        if len(found) != 1 or not found[0]:
            yield f"its h1 are {found}"

    return told(site.everything, look)


def _title(page: Seen) -> str:
    return " | ".join(words(each) for each in page.all("title"))


def _description(page: Seen) -> str:
    return " | ".join(
        each.get("content", "") for each in page.all("meta") if each.get("name") == "description"
    )


def titles_are_unique(site: Crawl) -> Verdict:
    """A title names one page, and so does a description; both are there everywhere."""
    verdict = Verdict()
    for what, read in (("title", _title), ("description", _description)):
        owners: dict[str, set[str]] = {}
        for page in site.pages:
            owners.setdefault(read(page), set()).add(page.path)
        verdict.looked_at += len(owners)
        booking = "description" if what == "description" else ""
        for text, paths in owners.items():
            one = {"/book/" if booking and path.startswith("/book/") else path for path in paths}
            if len(one) > 1:
                verdict.breaches.append(f"{sorted(paths)} share the {what} {text!r}")
    return verdict


def heads_are_filled(site: Crawl) -> Verdict:
    def look(page: Seen) -> Iterator[str]:
        title, description = _title(page), _description(page)
        if not title or title.startswith("-") or " | " in title:
            yield f"its title is {title!r}"
        if not 20 <= len(description) <= DESCRIPTION_LONGEST or " | " in description:
            yield f"its description has {len(description)} letters: {description!r}"
        if next(page.all("html")).get("lang") != "en-GB":
            yield "it does not say its language"

    return told(site.everything, look)


# --- HTML --------------------------------------------------------------------------------------------------------------
def html_is_valid(site: Crawl) -> Verdict:
    """No parse error, and no element where the standard does not have it."""

    def look(page: Seen) -> Iterator[str]:
        yield from page.faults
        for parent in page.all():
            allowed = CHILDREN.get(parent.tag)
            yield from (
                f"<{child.tag}> in <{parent.tag}>"
                for child in parent
                if allowed and isinstance(child.tag, str) and child.tag not in allowed
            )
            if any(child.tag == "figcaption" for child in list(parent)[1:-1]):
                yield "a <figcaption> between other things"
            if parent.get("action") == "":
                yield "a form with an empty action"
            yield from _inside(parent, WORDS_ONLY, BLOCKS)
            yield from _inside(parent, ("a", "button"), PRESSED)

    return told(site.everything, look)


def _inside(parent: Element, outer: tuple[str, ...], inner: tuple[str, ...]) -> Iterator[str]:
    if parent.tag in outer:
        found = (each for each in parent.iter() if each.tag in inner and each is not parent)
        yield from (f"<{each.tag}> inside <{parent.tag}>: {words(parent)[:60]!r}" for each in found)


def references_resolve(site: Crawl) -> Verdict:
    """Each id once; labels, aria attributes and table headers name something that is there; fields have a name."""

    def look(page: Seen) -> Iterator[str]:
        yield from (
            f"the id {ident!r} stands twice" for ident, count in Counter(page.ids).items() if count > 1
        )
        for each in page.all():
            named = [each.get("for", "")] if each.tag == "label" else []
            named += [
                ident
                for key in (
                    "aria-labelledby",
                    "aria-describedby",
                    "aria-controls",
                    "aria-owns",
                    "headers",
                    "form",
                )
                for ident in each.get(key, "").split()
            ]
            yield from (f"<{each.tag}> names #{ident}" for ident in named if ident and ident not in page.ids)
        labels = {each.get("for") for each in page.all("label")}
        for each in page.all(*FIELDS):
            silent = each.get("type") in ("hidden", "submit", "button")
            if not silent and not (
                each.get("id") in labels or each.get("aria-label") or each.get("aria-labelledby")
            ):
                yield f"the field {each.get('name')!r} has no label"

    return told(site.everything, look)


def headings_go_down_by_one(site: Crawl) -> Verdict:
    def look(page: Seen) -> Iterator[str]:
        before = 1
        for each in page.all(*HEADINGS):
            level = int(each.tag[1])
            if level > before + 1:
                yield f"h{level} {words(each)!r} comes after h{before}"
            if not words(each):
                yield f"an empty h{level}"
            before = level

    return told(site.everything, look)


def pictures_are_described(site: Crawl) -> Verdict:
    """An image has its alternative text; a drawing of ours is hidden or has a name, and takes its colours from the CSS."""

    verdict = Verdict()
    for page in site.everything:
        pictures = list(page.all("img"))
        drawings = list(page.all("svg"))
        verdict.looked_at += len(pictures) + len(drawings)
        faults = [f"{each.get('src')} has no alt" for each in pictures if "alt" not in each.attrib]
        for drawing in drawings:
            if drawing.get("aria-hidden") != "true" and not (
                drawing.get("aria-label") or drawing.get("aria-labelledby")
            ):
                faults.append("a drawing without a name that is not hidden")
            faults += ["a drawing with a style of its own" for _ in drawing.iter("style")]
        verdict.breaches += [f"{page.address}: {fault}" for fault in faults]
    return verdict


# --- Links -------------------------------------------------------------------------------------------------------------
def links_lead_somewhere(site: Crawl) -> Verdict:
    """Every address on this site answers, and every anchor is there."""
    known = {page.address: page for page in site.pages}
    verdict = Verdict()
    for page in site.pages:
        if page.status != 200:
            verdict.breaches.append(f"{page.address} answers {page.status}")
        for link in page.links:
            verdict.looked_at += 1
            address, _, anchor = link.partition("#")
            target = known.get(address)
            if target and anchor and anchor not in target.ids:
                verdict.breaches.append(f"{page.address} links to {link}: no such anchor")
            if target is None and not address.startswith(("/admin/", "/demo/")):
                verdict.breaches.append(f"{page.address} links to {link}: nobody went there")
    paths = {page.path for page in site.everything}
    for page in site.steps:
        named = [each.get("href", "") for each in page.all("a") if each.get("href")]
        verdict.looked_at += len(named)
        for link in named:
            if link.startswith("#") and link[1:] not in page.ids:
                verdict.breaches.append(f"{page.address} links to {link}: no such anchor")
            if link.startswith("/") and urlsplit(link).path not in paths:
                verdict.breaches.append(f"{page.address} links to {link}: nobody went there")
    return verdict


def nothing_comes_from_elsewhere(site: Crawl) -> Verdict:
    """Styles, pictures and forms are of this site, and the files are there."""

    def look(page: Seen) -> Iterator[str]:
        for each in page.all(*FETCHED, "form"):
            address = each.get(FETCHED.get(each.tag, "action"), "")
            if not address or (each.tag == "link" and each.get("rel") == "canonical"):
                continue
            if not re.match(r"/(?!/)|#|\?", address):
                yield f"<{each.tag}> asks for {address}"
            elif (
                address.startswith("/static/")
                and address != JOINED
                and not finders.find(address.removeprefix("/static/"))
            ):
                yield f"<{each.tag}> asks for {address}, which is not there"

    return told(site.everything, look)


# --- What a page may not do ----------------------------------------------------------------------------------------------
def no_cookie_where_nothing_is_asked(site: Crawl) -> Verdict:
    return told(site.information, lambda page: ["it sets a cookie"] if page.sets_cookie else [])


DATA = "application/ld+json"  # what a script element holds that no browser runs


def no_script(site: Crawl) -> Verdict:
    """None that runs. Data in a script element is data, as long as it says so and comes from no other address."""

    def look(page: Seen) -> Iterator[str]:
        for each in page.all():
            if each.tag == "script" and (each.get("type") != DATA or "src" in each.attrib):
                yield "a script"
            yield from (f"<{each.tag}> has {name}" for name in each.attrib if name.startswith("on"))
            if each.get("href", "").lower().startswith("javascript:"):
                yield f"<{each.tag}> links to a script"

    return told(site.everything, look)


def no_style_of_its_own(site: Crawl) -> Verdict:
    def look(page: Seen) -> Iterator[str]:
        yield from (
            f"<{each.tag}> has a style"
            for each in page.all()
            if each.tag == "style" or "style" in each.attrib
        )

    return told(site.everything, look)


# --- Words -------------------------------------------------------------------------------------------------------------
def words_are_our_own(site: Crawl) -> Verdict:
    """No eight words in a row of the pages we read. A postal address is nobody's wording."""

    def look(page: Seen) -> Iterator[str]:
        text = page.words
        for each in page.all("address"):
            text = text.replace(" ".join(" ".join(each.itertext()).split()), " postal-address ")
        yield from (f"“{run}”" for run in shared_runs(text))

    return told(site.everything, look)


def medicine_is_named_on_its_page(site: Crawl) -> Verdict:
    """There, and where somebody is asked about an allergy to it."""

    def look(page: Seen) -> Iterator[str]:
        text = page.text.replace(ALLERGY, "") if page.path.startswith("/book/") else page.text
        if page.path != MEDICINE_PAGE:
            yield from (f"it says {match.group()!r}" for match in MEDICINE.finditer(text))

    return told(site.everything, look)


def _around(pattern: str, text: str, before: int, after: int) -> Iterator[tuple[str, str]]:
    for match in re.finditer(pattern, text):
        yield text[max(0, match.start() - before) : match.start()], text[match.end() : match.end() + after]


def urgent_line_says_where(site: Crawl) -> Verdict:
    """111 is a number of the UK: the country named last before it is the UK."""
    verdict = Verdict()
    for page in site.everything:
        for before, _ in _around(r"(?<![\d ])\s?\b111\b(?![ \d]*\d)", page.words, 160, 0):
            verdict.looked_at += 1
            named = re.findall(r"in the UK|in Ireland|Dublin", before, re.IGNORECASE)
            if not named or named[-1].lower() != "in the uk":
                verdict.breaches.append(f"{page.address}: 111 after {before[-60:]!r}")
    return verdict


def price_says_per_session(site: Crawl) -> Verdict:
    verdict = Verdict()
    for page in site.everything:
        for before, after in _around("£395", page.words, 40, 40):
            verdict.looked_at += 1
            if "per session" not in after and "per session" not in before:
                verdict.breaches.append(f"{page.address}: {before[-40:]}£395{after}")
    return verdict


def clinical_pages_say_who_checked(site: Crawl) -> Verdict:
    """Nobody has, so far; and what they rest on stands beneath."""
    shown = {page.path: page for page in site.pages}
    verdict = Verdict()
    for path in sorted(site.clinical):
        verdict.looked_at += 1
        page = shown.get(path)
        if page is None:
            verdict.breaches.append(f"{path}: no link leads there")
        elif "Not yet checked by a clinician" not in page.words:
            verdict.breaches.append(f"{path}: it does not say that nobody has checked it")
        elif not re.search(r"Read on \d+ \w+ 20\d\d", page.words):
            verdict.breaches.append(f"{path}: it lists no source")
    return verdict
