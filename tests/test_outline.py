"""A page as its outline: headings, anchors and words of its parts, without what stands on every page."""

from __future__ import annotations

from treatments.outline import Part, outline

PAGE = """<header><h2>Menu</h2></header><main id="main"><nav class="trail"><a href="/">Home</a></nav>
<h1>Risks &amp; more</h1><p class="lead">All we know</p>
<section class="section" aria-labelledby="a"><h2 id="a">What do we not treat?</h2>
<p>We do not treat:</p><ul><li>veins on the face</li><li>piles</li></ul><svg><text>9</text></svg></section>
<ol class="fading"><li id="today"><h3>Today</h3><p>Walk.</p></li></ol>
<h2>No anchor</h2><address>The Bridge Clinic<br>Maidenhead</address>
<section class="ask"><h2 id="ask-title">Talk with us first</h2><p>£395</p></section>
<section class="sources"><h2>Where this comes from</h2></section></main><footer><h2>Pages</h2></footer>"""


def test_each_heading_begins_a_part_that_can_be_reached() -> None:
    assert outline(PAGE) == [
        Part("Risks & more", "", "All we know."),
        Part("What do we not treat?", "a", "We do not treat: veins on the face; piles."),
        Part("Today", "today", "Walk."),
        Part("No anchor", "today", "The Bridge Clinic, Maidenhead."),
    ]


def test_what_stands_on_every_page_is_left_out() -> None:
    text = " ".join(f"{part.heading} {part.text}" for part in outline(PAGE))
    for elsewhere in ("Menu", "Home", "Talk with us", "£395", "Where this comes from", "Pages", "9"):
        assert elsewhere not in text


def test_an_end_that_is_left_out_does_no_harm() -> None:
    assert outline("<main><h1>A</h1><ul><li>one<li>two</ul><p>three</main>")[0].text == "one. two. three"


def test_a_page_without_a_main_text_has_no_parts() -> None:
    assert outline("") == outline("<h1>A</h1>") == []
