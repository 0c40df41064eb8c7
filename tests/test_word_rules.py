"""The word lint itself: each rule against planted breaches and the nearest thing that is none. No database, no real page."""

from __future__ import annotations

import html5lib
import pytest

from tests.words import rules
from tests.words.blocks import PageText, read_letter, read_page
from tests.words.grade import read, spoken, syllables
from tests.words.names import CONDITIONS, MOST_CONDITIONS, PLACES, TREATMENTS
from tests.words.origins import EXEMPT, without_origin
from tests.words.rules import RULES, Known, Rule
from tests.words.sentences import sentences, words
from tests.words.table import report

ALLERGY = "An allergy to sodium tetradecyl sulphate or benzyl alcohol"
BREACH_OF_LAW = "Communication of contraindications necessitates interdisciplinary consideration."
KNOWN = Known(
    addresses=("62 Wimpole Street",),
    fees=frozenset({"£395", "£790"}),
    allergy=ALLERGY,
    condition_words=frozenset({"You had a clot before age 50"}),
)


def page(body: str, address: str = "/planted/", head: str = "") -> PageText:
    html = f"<!doctype html><head>{head}</head><body><header>Top</header><main>{body}</main></body>"
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return read_page(address, tree, conditions=KNOWN.condition_words)[0]


def found(rule: Rule, body: str, address: str = "/planted/", head: str = "") -> list[str]:
    return rule([page(body, address, head)], KNOWN).breaches


def n_words(count: int) -> str:
    return "One" + " one" * (count - 1) + "."


PLANTED: list[tuple[Rule, str, str]] = [
    (rules.sentences_are_short, f"<p>{n_words(21)}</p>", "21 words"),
    (rules.sentences_are_short, f"<p>Yes. {n_words(21)} No.</p>", "21 words"),
    (rules.sentences_are_short, f"<ul><li>{n_words(21)}</ul>", "21 words"),
    (rules.sentences_are_short, f"<table><tr><td>{n_words(21)}</table>", "21 words"),
    (rules.sentences_are_short, f"<h2>{n_words(21)}</h2>", "21 words"),
    (rules.sentences_are_short, f"<label>{n_words(21)}</label>", "21 words"),
    (rules.sentences_are_short, f"<p>one <span class=hidden>two</span> {n_words(19)}</p>", "21 words"),
    (rules.sentences_are_short, f"<img src=a.png alt='{n_words(21)}'>", "21 words"),
    (rules.sentences_are_short, f"<a aria-label='{n_words(21)}' href=/>Go</a>", "21 words"),
    (rules.paragraphs_are_short, "<p>One. Two. Three. Four.</p>", "4 sentences"),
    (rules.paragraphs_are_short, "<ul><li>One. Two. Three. Four.</ul>", "4 sentences"),
    (rules.paragraphs_are_short, "<label>One. Two. Three. Four.</label>", "4 sentences"),
    (rules.paragraphs_are_short, "<p><b>Move.</b> One. Two. Three. Four.</p>", "4 sentences"),
    (rules.paragraphs_are_short, "<p>One. <b>Move.</b> Two. Three.</p>", "4 sentences"),
    (rules.pages_are_easy, f"<p>{BREACH_OF_LAW}</p>", "grade"),
    (rules.pages_are_easy, f"<ul><li>{BREACH_OF_LAW} {BREACH_OF_LAW}</ul>", "grade"),
    (rules.nothing_banned, "<p>A permanent solution.</p>", "permanent solution"),
    (rules.nothing_banned, "<p>It permanently removes veins.</p>", "permanently removes"),
    (rules.nothing_banned, "<p>It is painless.</p>", "painless"),
    (rules.nothing_banned, "<p>We guarantee it.</p>", "guarantee"),
    (rules.nothing_banned, "<p>The best clinic.</p>", "best clinic"),
    (rules.nothing_banned, "<p>A non-invasive way.</p>", "non-invasive"),
    (rules.nothing_banned, "<p>It is <b>safe</b>.</p>", "'safe'"),
    (rules.nothing_banned, "<p>You are suitable.</p>", "You are suitable"),
    (rules.nothing_banned, "<p>You should rest.</p>", "should"),
    (rules.nothing_banned, "<p>The risk is small.</p>", "risk"),
    (rules.nothing_banned, "<p>About 15% of people.</p>", "5%"),
    (rules.nothing_banned, "<p>It is only £395 per session.</p>", "only £"),
    (rules.nothing_banned, "<button>Book now</button>", "Book now"),
    (rules.nothing_banned, "<svg><text>A safe way</text></svg>", "'safe'"),
    (rules.medicine_has_its_page, "<p>We use Fibro-Vein.</p>", "names the medicine"),
    (rules.medicine_has_its_page, f"<p>{ALLERGY}</p>", "names the medicine"),
    (rules.urgent_line_is_the_uks, "<p>Call 111.</p>", "111 outside"),
    (rules.urgent_line_is_the_uks, "<p>In the UK, ask a GP. Or call 111.</p>", "111 outside"),
    (rules.urgent_line_is_the_uks, "<p>In Ireland, call 111.</p>", "111 outside"),
    (rules.nhs_never_stands_alone, "<h2>Who pays?</h2><p>The NHS may.</p>", "without Ireland"),
    (rules.nhs_never_stands_alone, "<h2>A</h2><p>The NHS.</p><h2>B</h2><p>Ireland.</p>", "without Ireland"),
    (rules.prices_say_for_what, "<p>It costs £395.</p>", "without its unit"),
    (rules.prices_say_for_what, "<p>A price of £395 is due.</p>", "without its unit"),
    (rules.prices_say_for_what, "<p>£120 per session</p>", "£120 is no fee of ours"),
    (rules.figures_have_an_origin, "<p>Wait 2 weeks.</p>", "2 comes from nowhere"),
    (rules.figures_have_an_origin, "<h2>The 2 weeks after</h2>", "2 comes from nowhere"),
    (rules.figures_have_an_origin, "<table><tr><td>6 in 10</table>", "10 comes from nowhere"),
    (rules.figures_have_an_origin, "<p><data value=2>2</data> weeks</p>", "2 comes from nowhere"),
    (rules.figures_have_an_origin, "<p>Open 3 to 7 days, from 9am.</p>", "7 comes from nowhere"),
]


@pytest.mark.parametrize(
    ("rule", "body", "expected"), PLANTED, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_planted_breach_is_found(rule: Rule, body: str, expected: str) -> None:
    breaches = found(rule, body)
    assert any(expected in breach and breach.startswith("/planted/: ") for breach in breaches), breaches
    assert rule([page(body)], KNOWN).looked_at >= 1


GOOD: list[tuple[Rule, str]] = [
    (rules.sentences_are_short, f"<p>{n_words(20)} {n_words(20)}</p>"),
    (rules.sentences_are_short, f"<address>{n_words(30)}</address>"),
    (rules.sentences_are_short, f"<p>{'one ' * 18} 0800 783 6106</p>"),
    (rules.sentences_are_short, f"<p>{'one ' * 12}<br>{'one ' * 12}</p>"),
    (rules.paragraphs_are_short, "<p><b>Can I drive?</b> One. Two. Three.</p>"),
    (rules.paragraphs_are_short, "<p>One. Two. Three.<br>62 Wimpole Street</p>"),
    (rules.paragraphs_are_short, "<p>At 10:15am on 2 March. Call 999. See A&amp;E.</p>"),
    (rules.pages_are_easy, f"<h2>{BREACH_OF_LAW}</h2><p>Sit down.</p>"),
    (rules.pages_are_easy, f"<table><tr><td>{BREACH_OF_LAW}</table>"),
    (rules.pages_are_easy, "<p>Sclerotherapy and microsclerotherapy close veins.</p>"),
    (rules.nothing_banned, "<p>It is safer. Permanent marks. The best time. A shoulder.</p>"),
    (rules.nothing_banned, "<h1>Who should not have this treatment</h1>"),
    (rules.urgent_line_is_the_uks, "<p>In the UK, call 111. Ring 020 7946 0111.</p>"),
    (rules.nhs_never_stands_alone, "<h2>Who pays?</h2><p>The NHS.</p><h3>There</h3><p>Or the HSE.</p>"),
    (rules.prices_say_for_what, "<p>£395 per session. First consultation: £395. £790 for 2 sessions.</p>"),
    (rules.prices_say_for_what, "<table><tr><th>Session<td>£395</table>"),
    (rules.figures_have_an_origin, "<p><data value=14 data-fact=gap>2 weeks</data></p>"),
    (rules.figures_have_an_origin, "<p><data value=30 data-setting=HOLD_MINUTES>30</data> minutes</p>"),
    (rules.figures_have_an_origin, "<p>Tuesday 2 March 2027, 10:15am. Or March 2027.</p>"),
    (rules.figures_have_an_origin, "<p>0800 783 6106, 01 293 7839, +353 1 293 7839, 112 or 999</p>"),
    (rules.figures_have_an_origin, "<p>62 Wimpole Street, W1G 8AJ. Reference 7K4 M2P.</p>"),
    (rules.figures_have_an_origin, "<p>Step 2 of 5</p><li>You had a clot before age 50</li><ol><li>One</ol>"),
    (rules.figures_have_an_origin, "<svg><title>Vein 2</title><text>12</text></svg><input value=2 aria-label='Week 2'>"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "body"), GOOD, ids=lambda value: getattr(value, "__name__", ""))
def test_what_comes_near_it_is_no_breach(rule: Rule, body: str) -> None:
    assert found(rule, body) == []


def test_every_rule_has_a_planted_breach_and_a_near_miss() -> None:
    assert {rule for rule, _, _ in PLANTED} == set(RULES)
    assert {rule for rule, _ in GOOD} | {rules.medicine_has_its_page} == set(RULES)


def test_a_legal_page_may_say_a_little_more() -> None:
    for path in ("/privacy/", "/terms/", "/cookies/", "/accessibility/", "/complaints/"):
        assert found(rules.sentences_are_short, f"<p>{n_words(25)}</p>", path) == []
        assert found(rules.sentences_are_short, f"<p>{n_words(26)}</p>", path)
    body = "<p>You can complain to another authority as well, and we explain it. We answer complaints within a month.</p>"
    assert found(rules.pages_are_easy, body)
    assert found(rules.pages_are_easy, body, "/privacy/") == []


def test_the_medicine_may_stand_on_its_page_and_in_the_question_about_it() -> None:
    assert found(rules.medicine_has_its_page, f"<p>{ALLERGY}</p>", rules.MEDICINE_PAGE) == []
    assert found(rules.medicine_has_its_page, f"<label>{ALLERGY}</label>", "/book/health/1/") == []
    assert found(rules.medicine_has_its_page, "<p>Benzyl alcohol</p>", "/book/health/1/")


def test_titles_and_descriptions_are_read() -> None:
    head = f"<title>Safe</title><meta name=description content='{n_words(21)}'>"
    assert found(rules.nothing_banned, "", head=head)
    assert found(rules.sentences_are_short, "", head=head)
    assert found(rules.nothing_banned, "", head="<meta property='og:title' content='Painless'>")


# --- How a page is read ------------------------------------------------------------------------------------------------
def texts(body: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in page(body).blocks]


def test_each_thing_that_stands_alone_is_a_block_of_its_kind() -> None:
    body = (
        "<h1>A  b</h1><p>One <a href=/>two</a>\n three.</p><ul><li>Four<li>Five</ul><form><label for=x>Six"
        "<span class=choice-hint>Seven</span></label><input id=x type=hidden value=no><button>Eight</button></form>"
        "<table><caption>Nine<tr><th>Ten<td><p>Eleven</p></table><address>Twelve</address>"
        "<p class=links><a href=/>Thirteen</a> <a href=/>Fourteen</a></p><script>no</script><textarea>no</textarea>"
    )
    assert texts(body) == [
        ("heading", "A b"), ("paragraph", "One two three."), ("item", "Four"), ("item", "Five"), ("item", "Six"),
        ("item", "Seven"), ("item", "Eight"), ("heading", "Nine"), ("cell", "Ten"), ("cell", "Eleven"),
        ("address", "Twelve"), ("item", "Thirteen"), ("item", "Fourteen"),
    ]  # fmt: skip


def test_a_block_knows_the_h2_it_stands_under() -> None:
    blocks = page("<p>a</p><h2>One</h2><h3>x</h3><p>b</p><h2>Two</h2><p>c</p>").blocks
    assert {block.text: block.section for block in blocks if block.kind == "paragraph"} == {
        "a": "", "b": "One", "c": "Two",
    }  # fmt: skip


def test_marked_digits_are_told_from_typed_ones_and_the_letters_stay_in_step() -> None:
    block = page("<p>In  <data data-fact=a value=2>2 to\n 6</data> weeks, 3 times.</p>").blocks[0]
    assert block.text == "In 2 to 6 weeks, 3 times."
    assert block.loose == "In # to # weeks, 3 times."
    assert without_origin(block.loose) == ["3"]


def test_a_table_that_only_lays_out_is_no_table() -> None:
    assert texts("<table role=presentation><tr><td><p>One.</p>Two.</table>") == [
        ("paragraph", "One."), ("paragraph", "Two."),
    ]  # fmt: skip


def test_the_frame_is_read_apart_from_the_page() -> None:
    tree = html5lib.parse("<body><header><a href=/>Menu</a></header><main>Text</main><footer>Foot</footer>",
                          namespaceHTMLElements=False)  # fmt: skip
    own, frame = read_page("/", tree)
    assert [block.text for block in own.blocks] == ["Text"]
    assert [block.text for block in frame.blocks] == ["Menu", "Foot"]


def test_a_cell_with_a_sources_own_claim_is_skipped_and_counted() -> None:
    shown = page("<table><tr><td data-claim>It is painless, 100%.<td>Ours</table>")
    assert [block.text for block in shown.blocks] == ["Ours"]
    assert shown.claims == 1


def test_a_letter_is_read_line_by_line() -> None:
    letter = read_letter("(letter)", "Hello", "One. Two.\n\n1. First.\n2. Second.\n- Third")
    assert [(block.kind, block.text) for block in letter.blocks] == [
        ("heading", "Hello"), ("paragraph", "One. Two."), ("item", "First."), ("item", "Second."), ("item", "Third"),
    ]  # fmt: skip


def test_sentences_end_where_a_reader_stops() -> None:
    block = page(
        "<p>Come at 10:15am. Call 999 (in Ireland 112 or 999). “Why?” Rest, e.g. sit. 2 to 6 weeks<br>End</p>"
    ).blocks[0]
    assert [sentence.text for sentence in sentences(block)] == [
        "Come at 10:15am.", "Call 999 (in Ireland 112 or 999).", "“Why?”", "Rest, e.g. sit.", "2 to 6 weeks", "End",
    ]  # fmt: skip
    assert words("Phone 0800 783 6106 - or https://example.org/a/b now.") == [
        "Phone",
        "phone",
        "or",
        "phone",
        "now.",
    ]


# --- The grade ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("word", "count"),
    [("vein", 1), ("stockings", 2), ("clinician", 3), ("GP", 2), ("NHS", 3), ("clinic's", 2), ("10", 1), ("UK", 2),
     ("swollen", 2), ("bruises", 2), ("anaesthetic", 4), ("colour", 2), ("zqueeling", 2)],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_said(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_of_a_sentence_known_elsewhere() -> None:
    """The example that encyclopaedias give: 13 words, 24 syllables, grade 11.3."""
    reading = read(["The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."])
    assert (reading.sentences, reading.words, reading.syllables) == (1, 13, 24)
    assert round(reading.grade, 1) == 11.3
    assert round(read(["The cat sat on the mat."]).grade, 2) == -1.45


def test_a_name_is_one_word_of_two_syllables_in_any_form() -> None:
    for text in (
        "sclerotherapy",
        "Varicose veins",
        "varicose vein",
        "deep vein thrombosis",
        "The Vein Clinics",
    ):
        assert [syllables(word) for word in spoken(text)] == [2], text
    assert len(spoken("varicoseveins")) == 1


def test_the_names_are_few_and_stand_once() -> None:
    assert len(CONDITIONS) <= MOST_CONDITIONS == 25
    everything = [name.lower() for name in (*CONDITIONS, *TREATMENTS, *PLACES)]
    assert len(everything) == len(set(everything))


def test_each_exemption_says_why() -> None:
    assert all(len(exempt.reason.split()) >= 4 for exempt in EXEMPT)
    assert len(EXEMPT) <= 8


def test_the_report_names_page_sentence_rule_and_the_names() -> None:
    text, count = report([page("<p>It is safe.</p>", "/one/"), page("<p>Yes.</p>", "/two/")], KNOWN)
    assert count == 1
    assert "nothing_banned: 1\n  /one/: says 'safe': “It is safe.”" in text
    assert "read 2 pages, 2 sentences, 4 words; 1 breaches" in text
    assert all(name in text for name in (*CONDITIONS, *TREATMENTS, *PLACES))
