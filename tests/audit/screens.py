"""Takes every page and every booking step of the running site: three widths, light, dark and on paper. Judges nothing.

make screens                     into screens/, with screens/index.html to look through them
make screens PAGES=/fees/,/book/ only these; /book/ stands for the whole journey
make screens KEEP=1              the eight of KEPT, small, into docs/screens/ for the README
"""

from __future__ import annotations

import html
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.audit.run import chosen
from tests.audit.served import ROOT, Served, served
from tests.audit.walked import Walk
from tests.browser import walk
from tests.run import chromium

Scheme = Literal["light", "dark"]
FOLDER, DOCS = ROOT / "screens", ROOT / "docs" / "screens"
WIDTHS = (320, 768, 1280)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PAPER = 794  # A4 at 96 to the inch
LARGEST = 60 * 1024  # bytes of a picture that is kept
ANY_TIME = re.compile(r"\d(am|pm)")
JOURNEY = "/book/"
DESK_PAGES = {
    "desk": "/admin/",
    "requests": "/admin/bookings/appointment/queue/",
    "styleguide": "/styleguide/",
}


class Kept(NamedTuple):
    """One picture for the README: `stop` as `stops` names it, the window in pixels, the width it is saved at."""

    file: str
    stop: str
    width: int
    height: int
    scheme: Scheme
    saved: int


KEPT = (
    Kept("home", "home", 1280, 1500, "light", 853),
    Kept("home-phone", "home", 320, 900, "light", 420),
    Kept("microsclerotherapy", "treatments-microsclerotherapy", 1280, 1500, "light", 853),
    Kept("aftercare-phone", "treatments-aftercare", 320, 900, "dark", 420),
    Kept("how-we-check", "about-how-we-check", 1280, 1500, "light", 853),
    Kept("time-phone", "book: time", 320, 900, "light", 420),
    Kept("health-phone", "book: health 1", 320, 900, "dark", 420),
    Kept("requests", "requests", 1280, 1265, "light", 853),
)


@dataclass(frozen=True)
class Stop:
    """A page that stands in the browser now. `taken` from the walk over the links, the journey, or the desk."""

    name: str
    page: Page

    @property
    def slug(self) -> str:
        return re.sub(r"\W+", "-", self.name).strip("-")


# --- Where to go ----------------------------------------------------------------------------------------------------
def stops(browser: Browser, site: Served, asked: str, scale: int = 1) -> Iterator[Stop]:
    """Every page that a link reaches, the journey, its ways out, the desk; with names asked for, only these pages."""
    pages = chosen(Walk(site.url).go().pages, asked)

    def fresh() -> Page:
        return browser.new_page(base_url=site.url, device_scale_factor=scale)

    tab = fresh()
    for each in pages:
        tab.goto(each.address)
        yield Stop(each.path.strip("/").replace("/", "-") or "home", tab)
    if any(each.path == JOURNEY for each in pages):
        for route in (walk.by_questions, ways_out):
            tab = fresh()
            yield from (Stop(f"book: {name}", tab) for name in route(tab, ANY_TIME))
    if not asked:
        yield from at_the_desk(fresh(), site.password)


def ways_out(page: Page, time: re.Pattern[str]) -> Iterator[str]:
    """Where the journey ends early, and the other ways to a time."""
    page.goto("/book/")
    walk.press(page, "Yes, I have one or more")
    yield "help now"
    for _ in walk.to_health(page, time):
        pass
    page.goto("/book/time/")
    walk.follow(page, page.get_by_role("link", name="See a month"))
    yield "month"
    page.goto("/book/health/1/")
    walk.choose(page, "No, none of these")
    walk.press(page, "Continue")
    walk.choose(page, "pregnant")
    walk.press(page, "Continue")
    yield "wait"
    page.goto("/book/manage/")
    yield "manage, no link"


def at_the_desk(page: Page, password: str) -> Iterator[Stop]:
    page.goto("/admin/login/")
    yield Stop("login", page)
    page.get_by_label("Username").fill("manager")
    page.get_by_label("Password").fill(password)
    walk.follow(page, page.get_by_role("button", name="Log in"))
    for name, address in DESK_PAGES.items():
        if page.goto(address).status == 200:  # type: ignore[union-attr]
            yield Stop(name, page)


# --- What to take ---------------------------------------------------------------------------------------------------
def look(page: Page, width: int, height: int, scheme: Scheme) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media="screen", color_scheme=scheme, reduced_motion="reduce")
    page.evaluate("() => scrollTo(0, 0)")


def take(stop: Stop) -> dict[str, str]:
    """All pictures of one page, and its sheets of paper: a label and the file's name for each."""
    made = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            look(stop.page, width, 900, scheme)
            made[f"{width} {scheme}"] = f"{stop.slug}-{width}-{scheme}.png"
            stop.page.screenshot(path=FOLDER / made[f"{width} {scheme}"], full_page=True)
    stop.page.set_viewport_size({"width": PAPER, "height": 1123})
    stop.page.emulate_media(media="print", color_scheme="light")
    made["paper"] = f"{stop.slug}-paper.png"
    stop.page.screenshot(path=FOLDER / made["paper"], full_page=True)
    stop.page.pdf(path=FOLDER / f"{stop.slug}.pdf", format="A4", prefer_css_page_size=True)
    look(stop.page, 1280, 900, "light")  # what is to be pressed next is not there on paper
    return made


def keep(stop: Stop, kept: Kept) -> int:
    """Writes one small picture; its size in bytes. The best quality that stays under the limit."""
    look(stop.page, kept.width, kept.height, kept.scheme)
    picture = Image.open(io.BytesIO(stop.page.screenshot())).convert("RGB")
    small = picture.resize(
        (kept.saved, round(picture.height * kept.saved / picture.width)), Image.Resampling.LANCZOS
    )
    for quality in range(90, 20, -5):
        held = io.BytesIO()
        small.save(held, "WEBP", quality=quality, method=6)
        if held.tell() < LARGEST:
            (DOCS / f"{kept.file}.webp").write_bytes(held.getvalue())
            return held.tell()
    raise RuntimeError(f"{kept.file}.webp does not get under {LARGEST} bytes")


def contact_sheet(taken: dict[str, dict[str, str]]) -> str:
    """One row for each page, each picture a link to itself."""
    rows = []
    for name, files in taken.items():
        cells = "".join(
            f'<figure><a href="{file}"><img src="{file}" alt="" loading="lazy"></a><figcaption>{label}</figcaption></figure>'
            for label, file in files.items()
        )
        paper = files["paper"].replace("-paper.png", ".pdf")
        rows.append(f'<h2>{html.escape(name)} <a href="{paper}">sheets</a></h2><div>{cells}</div>')
    style = "body{font:16px sans-serif}div{display:flex;align-items:flex-start;gap:8px}figure{margin:0}img{height:420px}"
    head = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Screens</title><style>{style}</style>'
    )
    return head + "\n".join(rows)


# --- The run --------------------------------------------------------------------------------------------------------
def take_all(browser: Browser, site: Served) -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    taken = {}
    for stop in stops(browser, site, os.environ.get("PAGES", "")):
        print(f"  {stop.name}", flush=True)
        taken[stop.name] = take(stop)
    (FOLDER / "index.html").write_text(contact_sheet(taken), encoding="utf-8")
    print(f"{sum(map(len, taken.values()))} pictures of {len(taken)} pages: {FOLDER / 'index.html'}")
    return int(not taken)


def keep_some(browser: Browser, site: Served) -> int:
    missing = {kept.file for kept in KEPT}
    for stop in stops(browser, site, "", scale=2):
        for kept in (kept for kept in KEPT if kept.stop == stop.name):
            print(f"docs/screens/{kept.file}.webp {keep(stop, kept):,} bytes", flush=True)
            missing.discard(kept.file)
    if missing:
        print(f"!!! Not taken, no such page: {', '.join(sorted(missing))}")
    return int(bool(missing))


def main() -> int:
    program = chromium()
    if not program:
        print(
            "!!! NO SCREENS: Chromium is not on this machine. Install the package chromium, or set CHROMIUM."
        )
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="clinic-screens-") as name,
        served(Path(name)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            return (keep_some if os.environ.get("KEEP") else take_all)(browser, site)
        finally:
            browser.close()


if __name__ == "__main__":
    sys.exit(main())
