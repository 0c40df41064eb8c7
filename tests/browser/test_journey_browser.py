"""The journey on a phone 320 pixels wide without scripts, and whether everything on every page can be pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from bookings.models import Appointment, CallTask
from tests.browser import walk
from tests.crawl import Seen

Show = Callable[[Page, Seen], None]
Route = Callable[[Page], Iterator[str]]

# Everything a patient presses that is not a word in a sentence, with the least height in pixels.
# A tick's label is its row; a field that only holds a hidden value is not pressed.
TARGETS = """() => {
  const high = element => element.getBoundingClientRect().height;
  const named = element => `${element.tagName} ${(element.innerText || element.name).slice(0, 40)}`;
  const seen = element => element.checkVisibility() && high(element) > 0;
  const found = [];
  const look = (selector, least) => {
    for (const element of document.querySelectorAll(selector))
      if (seen(element)) found.push([named(element), high(element), least]);
  };
  look('main .button, main button, main a.button', 48);
  look('main .field > input, main select, main textarea', 48);
  look('main .choice', 48);
  look('main .choice label', 44);
  look('main .tap, main .phone, main summary, main .links a, main .problem a, main .back a', 44);
  look('header .topline a, header .brand, header summary, header nav a', 44);
  return found;
}"""


@pytest.mark.parametrize(("route", "least"), [(walk.by_questions, 14), (walk.by_phone, 11)])
def test_the_journey_without_scripts(visitor: Callable[..., Page], route: Route, least: int) -> None:
    page = visitor()
    stops = []
    for stop in route(page):
        stops.append(stop)
        assert page.locator("h1").count() == 1, stop
        assert page.locator("script:not([type='application/ld+json'])").count() == 0, stop
        assert ("nothing" in stop or "not agreed" in stop) == page.title().startswith("Error:"), stop
        if stop == "sent":
            assert page.locator("h1").inner_text() == "We have your request"
            assert "10:15am, at Maidenhead" in page.locator("main").inner_text()
    assert len(stops) >= least, stops
    assert page.locator("h1").inner_text() == "Your request"
    assert Appointment.objects.get().patient.name == "Brigid Test"
    assert CallTask.objects.filter(why="health").exists() == (route is walk.by_phone)


def test_everything_to_press_is_large_enough(
    visitor: Callable[..., Page], show: Show, answers: list[Seen]
) -> None:
    page = visitor(scripts=True)
    looked_at, small = 0, set()
    for answer in answers:
        show(page, answer)
        for name, height, least in page.evaluate(TARGETS):
            looked_at += 1
            if height < least - 0.5:
                small.add(f"{answer.path} {name!r} is {height:.1f} high, not {least}")
    assert looked_at >= 1500, looked_at
    assert not small, "\n".join(sorted(small))


def test_a_small_button_is_found(visitor: Callable[..., Page], show: Show) -> None:
    page = visitor(scripts=True)
    body = '<link rel="stylesheet" href="/static/css/site.css"><main><button>Send</button></main>'
    show(page, Seen("/planted/", f"<!doctype html>{body}"))
    assert any(height < least for _, height, least in page.evaluate(TARGETS))
