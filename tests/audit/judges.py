"""Three strangers who look at every page: Lighthouse, axe and html-validate. Each gives lines of faults by path."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.seen import Seen

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
SIZES = ({"width": 320, "height": 640}, {"width": 1280, "height": 900})
SCHEMES = ("light", "dark")
_VIOLATIONS = """() => axe.run(document, {resultTypes: ['violations']}).then(told => told.violations.flatMap(
  fault => fault.nodes.map(node => `${fault.id}: ${node.target.join(' ')}`)))"""


@dataclass(frozen=True)
class Measured:
    """What Lighthouse says of one page: a score from 0 to 100 for each category it could measure."""

    scores: dict[str, int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def lighthouse(addresses: Sequence[str], chromium: str, each: Callable[[str], None]) -> dict[str, Measured]:
    """All of them in one Chromium, one after the other. `each` hears the path of a page as it is done."""
    found: dict[str, Measured] = {}
    environ = {**os.environ, "CHROMIUM": chromium}
    with subprocess.Popen(
        ["node", "lighthouse.mjs"],
        cwd=HERE,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdin is not None
        assert node.stdout is not None
        node.stdin.write("".join(f"{address}\n" for address in addresses))
        node.stdin.close()
        for line in node.stdout:
            told = json.loads(line)
            path = urlsplit(told["address"]).path
            found[path] = Measured(told["scores"], tuple(told["faults"]))
            each(path)
    return found


def html_validate(pages: Sequence[Seen], folder: Path) -> dict[str, list[str]]:
    """The HTML as it was sent. `folder` holds the copies that the program reads."""
    named = {folder / f"{number}.html": page for number, page in enumerate(pages)}
    for path, page in named.items():
        path.write_text(page.text, encoding="utf-8")
    program = MODULES / ".bin" / "html-validate"
    report = folder / "report.json"  # on a pipe it ends before its last words are out
    config = ["--config", str(HERE / "htmlvalidate.mjs"), "--formatter", f"json={report}"]
    done = subprocess.run([program, *config, *named], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not report.exists():
        raise RuntimeError(f"html-validate did not run:\n{done.stderr}")
    found: dict[str, list[str]] = {page.path: [] for page in pages}
    for told in json.loads(report.read_text(encoding="utf-8")):
        found[named[Path(told["filePath"])].path] += [
            f"{fault['ruleId']} (line {fault['line']}): {fault['message']}" for fault in told["messages"]
        ]
    return found


def axe(browser: Browser, site: str, pages: Sequence[Seen]) -> dict[str, list[str]]:
    """Narrow and wide, light and dark, every rule each time."""
    found: dict[str, list[str]] = {page.path: [] for page in pages}
    script = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    # The site's policy refuses every script, axe's too, so it is lifted here.
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    tab = context.new_page()
    for page in pages:
        tab.goto(f"{site}{page.address}")
        tab.evaluate(script)
        found[page.path] += _looks(tab)
    context.close()
    return found


def _looks(tab: Page) -> Iterator[str]:
    for size, scheme in product(SIZES, SCHEMES):
        tab.set_viewport_size(size)
        tab.emulate_media(color_scheme=scheme)
        for line in tab.evaluate(_VIOLATIONS):
            yield f"{size['width']} {scheme} {line}"
