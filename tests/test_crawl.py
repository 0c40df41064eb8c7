"""Holds every page and every booking step to the rules of `tests/page_rules.py`, and each rule to a planted breach."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from django.urls import reverse

from tests import cast, page_rules
from tests.crawl import Crawl, Seen, crawl
from tests.house.tree import Verdict
from tests.site_content import load_site_content
from tests.test_source_runs import digest, known_runs

STEPS = (
    "bookings:start",
    "bookings:help",
    "bookings:visit",
    "bookings:elsewhere",
    "bookings:time",
    "bookings:wait",
    "bookings:details",
    "bookings:too_young",
    "bookings:check",
    "bookings:sent",
    "bookings:manage",
    "bookings:ring_me",
)
Rule = Callable[[Crawl], Verdict]
_kept: list[Crawl] = []


@pytest.fixture
def site(db: None) -> Crawl:
    """The one walk that all these tests share."""
    if not _kept:
        load_site_content()
        cast.make_clinic("maidenhead")
        with time_machine.travel(cast.NOW, tick=False):
            _kept.append(crawl())
    return _kept[0]


# Each rule with how many things it has to look at before it may be believed.
RULES: list[tuple[Rule, int]] = [
    (page_rules.one_h1, 80),
    (page_rules.titles_are_unique, 40),
    (page_rules.heads_are_filled, 80),
    (page_rules.html_is_valid, 80),
    (page_rules.references_resolve, 80),
    (page_rules.headings_go_down_by_one, 80),
    (page_rules.pictures_are_described, 110),
    (page_rules.links_lead_somewhere, 800),
    (page_rules.nothing_comes_from_elsewhere, 80),
    (page_rules.no_cookie_where_nothing_is_asked, 19),
    (page_rules.no_script, 80),
    (page_rules.no_style_of_its_own, 80),
    (page_rules.words_are_our_own, 80),
    (page_rules.medicine_is_named_on_its_page, 80),
    (page_rules.urgent_line_says_where, 6),
    (page_rules.price_says_per_session, 30),
    (page_rules.clinical_pages_say_who_checked, 8),
]


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "least"), RULES, ids=lambda value: getattr(value, "__name__", None))
def test_every_page_keeps_the_rule(site: Crawl, rule: Rule, least: int) -> None:
    verdict = rule(site)
    assert verdict.looked_at >= least, f"it looked at {verdict.looked_at} things only"
    assert not verdict.breaches, "\n" + "\n".join(dict.fromkeys(verdict.breaches))


BARE = (
    "<!doctype html><html lang=en-GB><head><meta charset=utf-8><title>Fees</title>"
    "<meta name=description content='What a session costs at each of our clinics.'></head>"
    "<body>{}</body></html>"
)
BODY = (
    "<script type='application/ld+json'>{}</script>"
    "<h1 id=a>Fees</h1><p>£395 per session. In the UK call 111.</p><a href='#a'>Up</a>"
    "<svg aria-hidden=true></svg><p>Not yet checked by a clinician. Read on 1 November 2026.</p>"
)
OFFERED = "Fine red, blue or purple lines that we see on the legs of many people"


def site_with(body: str = BODY, *, page: str = BARE, path: str = "/fees/", **more: object) -> Crawl:
    """A site of one clinical page."""
    shown = Seen(path, page.format(body), **more)  # type: ignore[arg-type]
    return Crawl([shown], [], frozenset({"/fees/"}))


def two(path: str) -> Crawl:
    return Crawl([*site_with().pages, *site_with(path=path).pages])


PLANTED: list[tuple[Rule, Crawl, str]] = [
    (page_rules.one_h1, site_with("<h1>One</h1><h1>Two</h1>"), "['One', 'Two']"),
    (page_rules.one_h1, site_with("<h1></h1>"), "['']"),
    (page_rules.titles_are_unique, two("/privacy/"), "share the title 'Fees'"),
    (page_rules.titles_are_unique, two("/privacy/"), "share the description"),
    (page_rules.heads_are_filled, site_with(page=BARE.replace("Fees</t", "- Clinic</t")), "its title is"),
    (page_rules.heads_are_filled, site_with(page=BARE.replace("What", "W" * 120)), "has 160 letters"),
    (page_rules.heads_are_filled, site_with(page=BARE.replace("lang=en-GB", "")), "language"),
    (page_rules.html_is_valid, site_with("<p><div>Text</div></p>"), "unexpected-end-tag"),
    (page_rules.html_is_valid, site_with("<b>Text"), "expected-one-end-tag"),
    (page_rules.html_is_valid, site_with("<ul><p>Text</p></ul>"), "<p> in <ul>"),
    (page_rules.html_is_valid, site_with("<label>Name <h2>Yes</h2></label>"), "<h2> inside <label>"),
    (page_rules.html_is_valid, site_with("<a href='/'><label>Text</label></a>"), "<label> inside <a>"),
    (page_rules.html_is_valid, site_with("<form action=''></form>"), "empty action"),
    (
        page_rules.html_is_valid,
        site_with("<figure><p>1</p><figcaption>2</figcaption><p>3</p></figure>"),
        "between other things",
    ),
    (page_rules.references_resolve, site_with("<p id=b></p><p id=b></p>"), "'b' stands twice"),
    (page_rules.references_resolve, site_with("<label for=x>Name</label>"), "<label> names #x"),
    (page_rules.references_resolve, site_with("<p aria-describedby='x'></p>"), "<p> names #x"),
    (page_rules.references_resolve, site_with("<input name=who>"), "'who' has no label"),
    (page_rules.headings_go_down_by_one, site_with("<h1>A</h1><h3>B</h3>"), "h3 'B' comes after h1"),
    (page_rules.headings_go_down_by_one, site_with("<h1>A</h1><h2></h2>"), "an empty h2"),
    (page_rules.pictures_are_described, site_with("<img src='/a.png'>"), "/a.png has no alt"),
    (page_rules.pictures_are_described, site_with("<svg></svg>"), "without a name"),
    (
        page_rules.pictures_are_described,
        site_with("<svg aria-hidden=true><style></style></svg>"),
        "style of its own",
    ),
    (page_rules.links_lead_somewhere, site_with("<a href='/nowhere/'>A</a>"), "nobody went there"),
    (page_rules.links_lead_somewhere, site_with("<a href='#b'>A</a>"), "no such anchor"),
    (page_rules.links_lead_somewhere, site_with(status=404), "answers 404"),
    (
        page_rules.links_lead_somewhere,
        Crawl([], [Seen("/book/", "<a href='/none/'>A</a>")]),
        "nobody went there",
    ),
    (page_rules.links_lead_somewhere, Crawl([], [Seen("/book/", "<a href='#b'>A</a>")]), "no such anchor"),
    (
        page_rules.nothing_comes_from_elsewhere,
        site_with("<img alt='' src='//example.org/a.png'>"),
        "//example.org",
    ),
    (
        page_rules.nothing_comes_from_elsewhere,
        site_with("<img alt='' src='/static/img/none.png'>"),
        "is not there",
    ),
    (
        page_rules.nothing_comes_from_elsewhere,
        site_with("<form action='https://example.org/'></form>"),
        "<form>",
    ),
    (page_rules.no_cookie_where_nothing_is_asked, site_with(sets_cookie=True), "it sets a cookie"),
    (page_rules.no_script, site_with("<script></script>"), "a script"),
    (page_rules.no_script, site_with("<script type='module'></script>"), "a script"),
    (page_rules.no_script, site_with("<script type='application/ld+json' src='/a.js'></script>"), "a script"),
    (page_rules.no_script, site_with("<p onclick='go()'></p>"), "has onclick"),
    (page_rules.no_script, site_with("<a href='javascript:go()'>A</a>"), "links to a script"),
    (page_rules.no_style_of_its_own, site_with("<p style='color: red'></p>"), "<p> has a style"),
    (page_rules.no_style_of_its_own, site_with("<style></style>"), "<style> has a style"),
    (page_rules.medicine_is_named_on_its_page, site_with("<p>Fibro-Vein</p>"), "'Fibro-Vein'"),
    (page_rules.medicine_is_named_on_its_page, site_with("<p>Benzyl</p>", path="/book/check/"), "'Benzyl'"),
    (page_rules.urgent_line_says_where, site_with("<p>In the UK ask. In Ireland call 111.</p>"), "111 after"),
    (page_rules.urgent_line_says_where, site_with("<p>Call 111.</p>"), "111 after"),
    (page_rules.price_says_per_session, site_with("<p>Only £395 for everything</p>"), "Only £395"),
    (page_rules.clinical_pages_say_who_checked, site_with(path="/other/"), "no link leads there"),
    (
        page_rules.clinical_pages_say_who_checked,
        site_with("<p>Read on 1 May 2026.</p>"),
        "nobody has checked",
    ),
    (
        page_rules.clinical_pages_say_who_checked,
        site_with("<p>Not yet checked by a clinician</p>"),
        "it lists no source",
    ),
]


@pytest.mark.parametrize(
    ("rule", "broken", "expected"), PLANTED, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_planted_breach_is_found(rule: Rule, broken: Crawl, expected: str) -> None:
    breaches = rule(broken).breaches
    assert any(expected in breach for breach in breaches), breaches


@pytest.mark.parametrize("rule", [rule for rule, _ in RULES], ids=lambda rule: rule.__name__)
def test_a_good_page_keeps_the_rule(rule: Rule) -> None:
    assert rule(site_with()).breaches == []


def test_every_rule_has_a_planted_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words of a source page cannot be planted here, for we do not keep them: ours are declared theirs for once."""
    planted = {rule for rule, _, _ in PLANTED} | {page_rules.words_are_our_own}
    assert planted == {rule for rule, _ in RULES}
    theirs = known_runs() | {digest(OFFERED.lower().replace(",", "").split()[:8])}
    monkeypatch.setattr("tests.test_source_runs.known_runs", lambda: theirs)
    assert page_rules.words_are_our_own(site_with(f"<p>{OFFERED}</p>")).breaches
    assert not page_rules.words_are_our_own(site_with(f"<address>{OFFERED}</address>")).breaches


@pytest.mark.both
@pytest.mark.django_db
def test_it_says_how_much_it_saw(
    site: Crawl, record_testsuite_property: Callable[[str, object], None]
) -> None:
    shown = {step.path for step in site.steps}
    record_testsuite_property("pages seen", len(site.pages))
    record_testsuite_property("booking answers seen", len(site.steps))
    print(
        f"saw {len(site.pages)} pages by links and {len(site.steps)} answers of {len(shown)} booking addresses"
    )
    assert {reverse(name) for name in STEPS} <= shown
    assert len(site.pages) >= 28
    assert len(site.steps) >= 60
    assert {step.status for step in site.steps} >= {200, 400, 403, 404, 409, 422, 500, 503}
