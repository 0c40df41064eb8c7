"""One walk over the whole site, as a visitor without scripts sees it: every page that a link reaches, every booking step.

It only looks and keeps what it saw; what a page must be like stands in `tests/page_rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag

from django.conf import settings
from django.shortcuts import render
from django.test import Client, RequestFactory, override_settings

from bookings import links
from bookings.services.errors import DiaryBusy
from clinic.models import Location
from clinic.views import server_error, service_unavailable, static_page, unreadable
from tests.reader import Reader
from tests.seen import Seen
from treatments.models import Page

FIRST = ("/", "/clinics/")
ASKING = ("/book/", "/complaints/write/", "/feedback/")  # where somebody is asked for something
NOT_WALKED = ("/admin/", "/static/", "/demo/")


@dataclass
class Crawl:
    """What one walk saw. `pages` are reached by links from the first page, `steps` by filling in and pressing."""

    pages: list[Seen] = field(default_factory=list)
    steps: list[Seen] = field(default_factory=list)
    clinical: frozenset[str] = frozenset()  # paths of the texts that a clinician has to check

    @property
    def everything(self) -> list[Seen]:
        return self.pages + self.steps

    @property
    def information(self) -> list[Seen]:
        """The pages that only inform: nothing is asked there."""
        return [page for page in self.pages if not page.path.startswith(ASKING)]


def seen(address: str, response: Any) -> Seen:
    return Seen(address, response.content.decode(), response.status_code, bool(response.cookies))


def crawl_pages() -> list[Seen]:
    """Every page reached by links from the first ones, the nearest first. A broken link is a page with its status."""
    found: dict[str, Seen] = {}
    waiting = list(FIRST)
    while waiting:
        address = waiting.pop(0)
        if address in found or address.startswith(NOT_WALKED):
            continue
        found[address] = seen(address, Client().get(address))
        waiting += [urldefrag(link).url for link in found[address].links]
    return list(found.values())


class Notebook(Reader):
    """A reader who writes down every page on the way."""

    def __init__(self, notes: list[Seen], client: Client | None = None) -> None:
        super().__init__(client)
        self.notes = notes

    def _show(self, url: str, response: Any) -> None:
        super()._show(url, response)
        self.notes.append(seen(self.url, self.response))

    def send(self, **data: str) -> None:
        """Post to this page what no button of it would send."""
        token = self.values()["csrfmiddlewaretoken"][0]
        self._show(self.url, self.client.post(self.url, {"csrfmiddlewaretoken": token, **data}))


def walk_steps() -> list[Seen]:
    """Every booking page and each of its error states. Needs a clinic at Maidenhead with times, and one without."""
    notes: list[Seen] = []
    _journey(notes)
    _ways_out(notes)
    _other_doors(notes)
    _behind_the_link(notes)
    _second_person(notes)
    _voices(notes)
    _refusals(notes)
    return notes


def to_health(notes: list[Seen]) -> Notebook:
    reader = Notebook(notes)
    reader.open("/book/?clinic=maidenhead").press("No, I have none of these")
    reader.choose("Fine red, blue or purple lines").press("Continue").press("10:15am")
    return reader


def _journey(notes: list[Seen]) -> None:
    reader = Notebook(notes)
    reader.open("/book/?clinic=maidenhead")
    reader.send()
    reader.open("/book/?clinic=maidenhead").press("No, I have none of these").press("Continue")
    reader.choose("Both").press("Continue")
    reader.click("Later times").click("Earlier times").click("See a month").click("First free times")
    reader.choose("Dublin").choose("Mornings").fill("From which day?", "2 march").press("Show these times")
    reader.click("Later times").click("See a month").click("Show every time").click("Other clinics")
    reader.open("/book/time/?from=soon").open("/book/time/?clinic=dublin").open("/book/time/")
    reader.send(slot="nowhere|soon")
    reader.press("10:15am").press("Continue")
    reader.choose("No, none of these").choose("clot in a leg").press("Continue")
    reader.open("/book/health/1/").choose("allergy to").press("Continue")
    for _ in range(2):
        reader.choose("No, none of these").press("Continue")
    reader.press("Continue").fill("Email", "nobody").fill("Phone number", "12").fill("Date of birth", "soon")
    reader.press("Continue")
    _fill_in(reader).press("Continue")
    reader.press("Send my request").click("Change phone number").press("Continue")
    reader.choose("I ask for this appointment").press("Send my request").click("See your request")


def _fill_in(reader: Reader, born: str = "27 3 1958") -> Reader:
    reader.fill("Your name", "Brigid Test").fill("Phone number", "020 7946 0000")
    reader.fill("Email", "brigid@example.org").fill("Date of birth", born)
    return reader.choose("You may leave a message")


def _ways_out(notes: list[Seen]) -> None:
    """Help now, veins elsewhere, treatment that waits, somebody under 18, all of it by phone."""
    Notebook(notes).open("/book/").press("Yes, I have one or more")
    reader = Notebook(notes)
    reader.open("/book/").press("No, I have none of these").press("Continue")
    reader.choose("Veins somewhere else").choose("Maidenhead").press("Continue")
    reader = to_health(notes)
    reader.choose("No, none of these").press("Continue").choose("pregnant").press("Continue")
    reader.press("Email me then").press("Give this time back")
    reader = to_health(notes)
    reader.press("Ask me all of this on the phone")
    _fill_in(reader, "1 3 2012").press("Continue")


def _other_doors(notes: list[Seen]) -> None:
    """Be rung, a diary with no free time, the first free time at any clinic, a time that is gone."""
    reader = Notebook(notes)
    reader.open("/book/ring-me/").press("Ring me")
    reader.fill("Your name", "Brigid").fill("Phone number", "(01) 500 0000")
    reader.choose("Dublin").choose("No").press("Ring me")
    reader = Notebook(notes)
    reader.open("/book/?clinic=dublin").press("No, I have none of these")
    reader.choose("Both").press("Continue")
    reader = Notebook(notes)
    reader.open("/book/").press("No, I have none of these")
    reader.choose("Both").choose("The first free time at any of them").press("Continue")
    reader = Notebook(notes)
    reader.open("/book/?clinic=maidenhead&at=2027-03-02T03:15Z").press("No, I have none of these")
    reader.choose("Both").press("Continue")


def _behind_the_link(notes: list[Seen]) -> None:
    """Her own appointment: moved, corrected, told about, cancelled, with each slip; then the link sent again."""
    reader = to_health(notes)
    for _ in range(3):
        reader.choose("No, none of these").press("Continue")
    _fill_in(reader).press("Continue").choose("I ask for this appointment").press("Send my request")
    reader.click("See your request").click("Move it").click("Later times").click("See a month")
    reader.click("First free times")
    reader.send(slot="maidenhead|2027-03-02T03:15Z", version=reader.values()["version"][0])
    reader.send(slot="nowhere|soon")
    reader.press("11:15am").click("Correct phone or email")
    reader.fill("Email", "nobody").fill("Phone number", "12").press("Save")
    reader.fill("Email", "new@example.org").fill("Phone number", "020 7946 0000").press("Save")
    for _ in range(3):  # one more than the day has left
        reader.click("Get the link again").press("Send me a new link")
    _reminders(reader)
    _late(reader)
    _health_again(reader)
    reader.open("/book/manage/").click("Cancel it")
    reader.send(reason="no-time", version=reader.values()["version"][0])
    reader.open("/book/manage/").click("Cancel it")
    stale = Notebook(notes, reader.client)
    stale.open("/book/manage/contact/").fill("Phone number", "020 7946 0123").press("Save")
    reader.press("Yes, cancel it").click("Cancel it").choose("The cost").press("Yes, cancel it")
    Notebook(notes).open("/book/find/").press("Send me the link").fill("Email", "nobody").press(
        "Send me the link"
    )
    Notebook(notes).open("/book/find/").fill("Email", "brigid@example.org").press("Send me the link")


def _reminders(reader: Notebook) -> None:
    """The page that a reminder leads to, the press that ends them, and her own page that starts them again."""
    mine = links.open_cookie(reader.client.cookies[links.COOKIE].value)
    assert mine is not None
    ends = links.reminders_off_url(links.fill_key(mine)).removeprefix(settings.SITE_URL)
    Notebook(reader.notes).open(ends).press("Turn off reminders")
    reader.open("/book/manage/").press("Remind me again")


def _late(reader: Notebook) -> None:
    """After the cut-off: the phone, and what the clinic says of late changes."""
    here = Location.objects.filter(slug="maidenhead")
    before = here.values("cutoff_hours", "late_policy").get()
    here.update(cutoff_hours=24 * 365, late_policy="Please tell us as soon as you can.")
    reader.open("/book/manage/").open("/book/manage/move/")
    reader.open("/book/manage/health/").press("Yes, something has changed")
    for tick in ("No, none of these", "I am pregnant"):
        reader.choose(tick).press("Continue")
    reader.choose("No, none of these").press("Send my answers")
    here.update(**before)


def _second_person(notes: list[Seen]) -> None:
    """A daughter asks for her mother, and then for somebody else, with a slip."""
    reader = to_health(notes)
    reader.open("/book/time/").click("More times on this day")
    reader.press("4:15pm")  # the first day has it, and nobody else of these wants it
    for _ in range(3):
        reader.choose("No, none of these").press("Continue")
    reader.click("I ask for somebody else").press("Continue")
    reader.fill("Your own name", "Jo Test").fill("Who are you to them?", "daughter")
    reader.fill("Name of the person who comes", "Mary Test").fill("Their date of birth", "1 5 1940")
    reader.fill("Phone number", "020 7946 0000").choose("You may leave a message").press("Continue")
    reader.choose("I ask for this appointment").press("Send my request")
    reader.choose("I ask for somebody else").press("Send my request").press("Ask for another person")
    reader.press("No, I have none of these").choose("Both").choose("Maidenhead").press("Continue")
    reader.click("More times on this day").press("12:15pm").press("Ask me all of this on the phone")


def _health_again(reader: Notebook) -> None:
    reader.open("/book/manage/").click("My health has changed").send()
    reader.press("Yes, something has changed").press("Continue")
    reader.choose("No, none of these").press("Continue").choose("I am pregnant").press("Continue")
    reader.choose("No, none of these").press("Send my answers")
    reader.press("Give it back, and email me then")
    reader.open("/book/manage/health/").press("Yes, something has changed")
    reader.choose("clot in a leg").press("Continue").choose("A vein is hard").press("Continue")
    reader.choose("I smoke").press("Send my answers")


def _voices(notes: list[Seen]) -> None:
    """A complaint and a word about a page: with nothing filled in, with slips, and sent."""
    reader = Notebook(notes)
    reader.open("/complaints/sent/")  # sent nothing: the page about complaints
    reader.click("Write a complaint").press("Send my complaint")
    reader.fill("What happened?", "Nobody rang.").fill("Your name", "Brigid Test")
    reader.fill("Email", "nobody").fill("Phone number", "12").press("Send my complaint")
    reader.fill("Email", "brigid@example.org").fill("Phone number", "").press("Send my complaint")
    reader.open("/complaints/write/?clinic=dublin").fill("What happened?", "I waited long.")
    reader.fill("Your name", "Brigid Test").fill("Phone number", "(01) 500 0000").press("Send my complaint")
    reader.open("/feedback/").press("Send")
    reader.fill("What helped you?", "The pictures.").press("Send")


def _refusals(notes: list[Seen]) -> None:
    """The pages nobody hopes to see."""
    Notebook(notes).open("/nowhere/").click("Search our pages").open("/book/manage/")
    with override_settings(READINESS=["clinic.readiness.clinic_needs"]):
        Notebook(notes).open("/clinics/")
    with override_settings(LIMITS={**settings.LIMITS, "feedback-address": "1/120"}):
        for _ in range(2):  # the second one is one too many
            Notebook(notes).open("/feedback/").fill("What helped you?", "The pictures.").press("Send")
    strict = Client(enforce_csrf_checks=True)
    notes.append(seen("/book/ring-me/", strict.post("/book/ring-me/", {"name": "Brigid Test"})))
    request = RequestFactory().get("/")
    again = {"sentence": DiaryBusy().sentence, "again": "/book/check/", "typed": [("agreed", "on")]}
    busy = render(request, "bookings/busy.html", again)
    notes.append(seen("/diary-busy/", busy))
    notes.append(seen("/mistake-of-ours/", server_error(request)))
    notes.append(seen("/database-away/", service_unavailable(request)))
    notes.append(seen("/too-much-at-once/", static_page("429.html", 429)))
    notes.append(seen("/all-down/", static_page("503.html", 503, all_down=True)))
    notes.append(seen("/unreadable/", unreadable(request, ValueError())))


def crawl() -> Crawl:
    """The whole site once. The caller has filled the database and stopped the clock."""
    clinical = frozenset(Page.objects.published().filter(kind="clinical").values_list("path", flat=True))
    return Crawl(crawl_pages(), walk_steps(), clinical)
