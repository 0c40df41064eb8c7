"""The audit's own judgement: what it counts as a fault, which pages it takes, and that no row passes unmeasured."""

from __future__ import annotations

import json

import pytest

from tests.audit.judges import CATEGORIES, HERE, Measured
from tests.audit.run import chosen, informs, tell
from tests.audit.screens import DOCS, KEPT, LARGEST
from tests.audit.served import ROOT
from tests.audit.table import MOST_BYTES, Row, table
from tests.audit.walked import Walk, Walked
from tests.audit.weigh import Weight
from tests.seen import Seen

FULL = Measured(dict.fromkeys(CATEGORIES, 100))
LIGHT = Weight(3, 20_000, {"http://127.0.0.1/": 20_000})
HTML = '<!doctype html><link rel="stylesheet" href="/s.css">{}<p id="there">Words</p>'


def walked(*pages: Seen) -> Walked:
    return Walked({page.address: page for page in pages})


def many(count: int = 20) -> Walked:
    return walked(*(Seen(f"/{number}/", "<p>") for number in range(count)))


def test_a_row_without_a_fault_passes() -> None:
    assert list(Row("/fees/", FULL, LIGHT).faults()) == []
    assert tell([Row("/fees/", FULL, LIGHT)], many(), 1) == 0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (Row("/", Measured({**FULL.scores, "seo": 99}, ("robots-txt",)), LIGHT), "robots-txt"),
        (Row("/", Measured({**FULL.scores, "performance": 99}), LIGHT), "performance is 99"),
        (Row("/", Measured(), LIGHT), "accessibility is 0"),
        (Row("/", FULL, LIGHT, axe=["320 dark color-contrast: p"]), "axe: 320 dark"),
        (Row("/", FULL, LIGHT, html=["void-style (line 1)"]), "html: void-style"),
        (Row("/", FULL, LIGHT, links=["/gone/ answers 404"]), "link: /gone/"),
        (Row("/", FULL, Weight(4, 20_000)), "takes 4 requests"),
        (Row("/", FULL, Weight(3, MOST_BYTES + 1)), "takes 40,961 bytes"),
        (Row("/", FULL, Weight()), "not weighed"),
    ],
)
def test_every_kind_of_fault_is_told(row: Row, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tell([row], many(), 1) == 1
    assert says in capsys.readouterr().out


def test_a_walk_that_lost_its_way_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell([Row("/", FULL, LIGHT)], many(3), 1) == 1
    assert "3 pages only" in capsys.readouterr().out


def test_a_booking_page_or_a_photograph_has_no_limit_of_bytes() -> None:
    assert informs(Seen("/fees/", "<p>"))
    assert not informs(Seen("/book/", "<p>"))
    assert not informs(Seen("/clinics/london/", '<img src="/media/door.jpg" alt="">'))
    assert list(Row("/book/", FULL, Weight(9, 90_000), limited=False).faults()) == []


def test_the_table_has_a_line_for_each_page() -> None:
    lines = table([Row("/", FULL, LIGHT), Row("/no-such-page/", None, LIGHT)]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split()[-1] == "bytes"
    assert lines[1].split() == ["/", "100", "100", "100", "100", "0", "0", "0", "3", "20,000"]
    assert lines[2].split()[1:5] == ["-"] * 4


def test_pages_can_be_chosen_by_name() -> None:
    pages = [Seen("/", ""), Seen("/fees/", "")]
    assert chosen(pages, "") == pages
    assert chosen(pages, "/fees/, ") == pages[1:]
    with pytest.raises(SystemExit, match="/price/"):
        chosen(pages, "/price/,/")


def test_one_page_stands_for_all_queries_of_a_path() -> None:
    seen = walked(Seen("/book/?clinic=dublin", ""), Seen("/book/", ""), Seen("/", ""))
    assert [page.address for page in seen.pages] == ["/", "/book/"]
    assert seen.at("/book/") == ["/book/?clinic=dublin", "/book/"]


class Shelf(Walk):
    """A walk over pages in memory."""

    def __init__(self, pages: dict[str, tuple[int, str, str]]) -> None:
        super().__init__("http://127.0.0.1:9")
        self.pages = pages

    def _ask(self, address: str) -> tuple[int, str, str]:
        return self.pages.get(address, (404, "text/html", "<h1>Not here</h1>"))


def page(body: str) -> tuple[int, str, str]:
    return 200, "text/html; charset=utf-8", HTML.format(body)


def test_a_walk_takes_links_and_the_sitemap() -> None:
    links = '<a href="/fees/#there">Fees</a><a href="tel:08007836106">Ring</a><a href="/admin/">Staff</a>'
    shelf = {"/": page(links), "/fees/": page(""), "/alone/": page(""), "/s.css": (200, "text/css", "")}
    shelf |= {"/sitemap.xml": (200, "application/xml", "<loc>https://example.org/alone/</loc>")}
    shelf |= {"/admin/": (302, "", "")}
    found = Shelf(shelf).go()
    assert [each.path for each in found.pages] == ["/", "/alone/", "/fees/", "/no-such-page/"]
    assert found.links == 6
    assert not any(found.faults.values())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('<a href="/gone/">Gone</a>', "/gone/ answers 404"),
        ('<a href="/#nowhere">Nowhere</a>', "/ has no #nowhere"),
        ('<a href="http://example.org/">Plain</a>', "'http://example.org/' is no address"),
        ('<a href="tel:0800 783">Ring</a>', "is no address"),
        ('<img src="/gone.webp" alt="">', "/gone.webp answers 404"),
        ('<picture><source srcset="/s.css 1x, /wide.avif 2x"></picture>', "/wide.avif answers 404"),
    ],
)
def test_a_walk_tells_of_a_broken_link(body: str, says: str) -> None:
    shelf = {"/": page(body), "/s.css": (200, "text/css", "")}
    assert any(says in line for line in Shelf(shelf).go().faults["/"])


def test_the_programs_are_pinned_by_hash_and_name_no_host() -> None:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    assert all(version[0].isdigit() for version in wanted["dependencies"].values())
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert len(packages) >= 200
    assert [name for name, told in packages.items() if "resolved" in told or "integrity" not in told] == []


def test_the_programs_are_not_kept() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {"/tests/audit/node_modules/", "/screens/"} <= set(ignored)


def test_the_pictures_of_the_readme_are_those_of_the_table() -> None:
    """`make screens KEEP=1` makes them all, small enough, and none lies there that nothing makes."""
    there = {picture.stem: picture.stat().st_size for picture in DOCS.iterdir()}
    assert len(KEPT) == 8
    assert sorted(there) == sorted(kept.file for kept in KEPT)
    assert max(there.values()) < LARGEST
