"""Every component of the site with made-up examples, one row a state. It shows no real person, place or price."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.templatetags.static import static
from django.utils.functional import lazy
from django.utils.safestring import mark_safe


class Sample(NamedTuple):
    """One state of one component. Without `given` it stands on the page already: above, below, or inside another."""

    file: str
    state: str
    given: dict[str, Any] | None = None
    around: str = ""  # "doors" or "form": what a component must stand in


class Group(NamedTuple):
    key: str
    title: str
    samples: tuple[Sample, ...]


HERE = "#main"
_SAFE = mark_safe("<p>A sentence with <strong>its weight</strong>.</p>")
_TRAIL = [{"title": "Above", "url": HERE}]
_LINES = ["Flat lines, red or blue", "A pad, then a stocking"]
_FIGURES = [{"label": f"Figure {letter}", "value": "in words"} for letter in "ABCD"]
_STEPS = [{"title": "Ask.", "text": "We answer."}, {"text": "Come."}]
_TIMES = [
    {"label": "10:15am", "hidden": ", Tuesday 2 March, Example", "value": "1", "url": HERE},
    {"label": "11:00am", "hidden": ", Tuesday 2 March, Example", "value": "2", "url": HERE},
    {"label": "2:30pm", "hidden": ", Tuesday 2 March, Example", "value": "3", "url": HERE},
]
_DAYS = [
    {"heading": "Tuesday 2 March", "times": _TIMES},
    {"heading": "Thursday 4 March", "times": _TIMES[:1]},
]
_ROWS = [
    {"label": "Clinic", "value": "Example", "change_url": HERE},
    {"label": "Health", "lines": _LINES, "change_url": HERE, "change_label": "health answers"},
    {"label": "Price", "value": "As on the fees page"},
]
_STAGES = [
    {"heading": heading, "html": _SAFE}
    for heading in ("Straight after", "The first week", "The weeks after", "The months after", "A year")
]
_PLACE = {
    "name": "Example",
    "slug": "example",
    "address": "1 Example Street\nExample",
    "postcode": "EX1 1EX",
    "country": "GB",
    "phone": "020 7946 0000",
    "tel": "+442079460000",
    "phone_abroad": "",
    "get_absolute_url": HERE,
}
_ABROAD = _PLACE | {
    "name": "Sample",
    "country": "IE",
    "phone": "01 500 0000",
    "phone_abroad": "+353 1 500 0000",
}
_PHONES = [
    {"names": "Example", "phone": "020 7946 0000", "tel": "+442079460000", "abroad": ""},
    {"names": "Sample", "phone": "01 500 0000", "tel": "+35315000000", "abroad": "+353 1 500 0000"},
]
_SO_FAR = [
    {"label": "Veins", "value": "fine lines", "change_url": HERE},
    {"label": "Clinic", "value": "Example", "change_url": HERE},
    {"label": "Price", "value": "as on the fees page", "change_url": ""},
]
_ORGANISATION = {
    "get_country_display": "United Kingdom",
    "legal_name": "Example Clinics",
    "company_number": "00000000",
    "registered_address": "1 Example Street\nExample",
    "regulator": "An example regulator",
    "regulator_number": "0-000000000",
}
_NEXT = {"when": "Tuesday 2 March, 10:15am", "where": "Example", "url": HERE, "places": [_PLACE, _ABROAD]}
_PLATES = ("veins", "kinds", "injection", "first_visit", "fading", "clinics")
_CARD = lazy(static, str)("img/card.png")  # its address is known only once the files are collected
_PHOTO = {"plain": _CARD, "plain_set": _CARD, "width": 1200, "height": 630, "alt": "Our card", "sets": []}

GROUPS = (
    Group(
        "frame",
        "The frame of a page",
        (
            Sample("header", "at the top of this page"),
            Sample("menu", "in the header; on a phone behind the word Menu"),
            Sample("mark", "beside the name in the header"),
            Sample("footer", "at the end of this page"),
            Sample("card", "nothing to see: it describes a page in its head, for whoever shares its address"),
            Sample("print_head", "at the top of each sheet when this page is printed"),
            Sample("breadcrumb", "one step and this page", {"trail": _TRAIL, "here": "Here"}),
            Sample("breadcrumb", "without this page", {"trail": _TRAIL, "label": "Where else you are"}),
            Sample("to_top", "ends a long page", {}),
            Sample("ways_on", "on a page for when something went wrong", {}),
            Sample("legal_lines", "one company", {"organisations": {"GB": _ORGANISATION}}),
            Sample("regulator", "with its number", {"organisation": _ORGANISATION}),
        ),
    ),
    Group(
        "reading",
        "For reading",
        (
            Sample("in_short", "lines", {"items": _LINES}),
            Sample("in_short", "text, its own heading", {"html": _SAFE, "heading": "Before you go"}),
            Sample("note", "a sentence", {"text": "A sentence that matters, with a line beside it."}),
            Sample("note", "text", {"html": _SAFE}),
            Sample(
                "price",
                "with a note",
                {"price": "The price in words", "note": "Nothing to pay when you ask."},
            ),
            Sample("price", "alone", {"price": "The price in words"}),
            Sample("facts_strip", "four figures", {"items": _FIGURES}),
            Sample("steps", "numbered by the list", {"items": _STEPS}),
            Sample("timeline", "the fading line", {"stages": _STAGES}),
            Sample("photo", "without a picture it prints nothing", {}),
            Sample("photo", "with one", {"picture": _PHOTO}),
        ),
    ),
    Group(
        "cards",
        "Cards that warn, clinics, phones",
        (
            Sample("emergency_card", "lines", {"items": _LINES}),
            Sample(
                "emergency_card", "text, smaller heading", {"html": _SAFE, "heading": "Call 999", "level": 3}
            ),
            Sample("same_day_card", "lines", {"items": _LINES}),
            Sample("same_day_card", "text, smaller heading", {"html": _SAFE, "heading": "Today", "level": 3}),
            Sample("urgent_cards", "in full, for a page that stands alone", {}),
            Sample("clinic_card", "in the United Kingdom", {"location": _PLACE}, "doors"),
            Sample("clinic_card", "in Ireland, with its number from abroad", {"location": _ABROAD}, "doors"),
            Sample("phone", "a number that dials", {"phone": "020 7946 0000", "tel": "+442079460000"}),
            Sample("phones", "all numbers", {"phones": _PHONES}),
            Sample("help_line", "no clinic known", {"phones": _PHONES}),
            Sample("help_line", "a clinic in the United Kingdom", {"location": _PLACE}),
            Sample("help_line", "a clinic in Ireland", {"location": _ABROAD}),
        ),
    ),
    Group(
        "booking",
        "For a request",
        (
            Sample("back", "to the page before", {"url": HERE}),
            Sample("back", "with its own word", {"url": HERE, "label": "Back to your answers"}),
            Sample("progress", "where you are", {"text": "Step 3 of 5"}),
            Sample("so_far", "three answers, two to change", {"items": _SO_FAR}),
            Sample("next_free", "without a time it prints nothing", {}),
            Sample("next_free", "with clinics", _NEXT),
            Sample("time_buttons", "in a form", {"days": _DAYS}, "form"),
            Sample("time_links", "on a page that informs", {"days": _DAYS}),
            Sample("summary_list", "one line, several, none to change", {"rows": _ROWS}),
            Sample("panel", "with a reference", {"title": "We have it", "reference": "EXA-MPLE", "level": 2}),
            Sample(
                "panel",
                "with a sentence",
                {"title": "It is cancelled", "text": "Nothing more to do.", "level": 2},
            ),
            Sample("error_summary", "above the form with mistakes, below"),
        ),
    ),
    Group(
        "plates",
        "The numbered pictures",
        (
            Sample("plate", "the frame of each picture below"),
            *(Sample(f"plate_{name}", "below") for name in _PLATES),
        ),
    ),
)
