"""Looks at every page of the running site with Lighthouse, axe, html-validate and a link check; prints a table.

    make audit                      every page that the first page or the sitemap leads to
    make audit PAGES=/fees/,/       only these

It exits 1 when a score is below 100, when anything is found, or when a program is missing. Ten minutes on two cores.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.audit.judges import HERE, MODULES, Measured, axe, html_validate, lighthouse
from tests.audit.served import served
from tests.audit.table import Row, table
from tests.audit.walked import Walk, Walked
from tests.audit.weigh import Scales, Weight
from tests.run import chromium
from tests.seen import Seen

OLDEST_NODE = (20, 19)
LEAST_PAGES = 20  # a walk that saw fewer has lost its way


def chosen(pages: list[Seen], asked: str) -> list[Seen]:
    """The pages that PAGES names; all of them when it names none. A name without a page stops the run."""
    names = [name.strip() for name in asked.split(",") if name.strip()]
    unknown = sorted(set(names) - {page.path for page in pages})
    if unknown:
        raise SystemExit(f"PAGES names {', '.join(unknown)}, and the walk saw no such page.")
    return [page for page in pages if not names or page.path in names]


def missing() -> str:
    """What this machine lacks, as a sentence that says what to do; empty when everything is here."""
    if not chromium():
        return "Chromium is not on this machine: install the package chromium, or set CHROMIUM."
    said = _said("node", "--version")
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    if version < OLDEST_NODE or not shutil.which("npm"):
        return f"Node {said or 'and npm'} will not do: install Node 20.19 or newer, with npm."
    return ""


def _said(*command: str) -> str:
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def fetch_programs() -> None:
    """What package-lock.json names, by its hashes; nothing of it runs while it is put there."""
    stamp, lock = MODULES / ".installed", HERE / "package-lock.json"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    print("Fetching Lighthouse, axe and html-validate ...", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=HERE, env={**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"}, check=True)
    shutil.copyfile(lock, stamp)


def look(site: str, walked: Walked, pages: list[Seen], folder: Path) -> list[Row]:
    """Everything that is to be known of these pages."""
    program = chromium() or ""
    print(f"{len(pages)} pages, {walked.links} links checked. html-validate ...", flush=True)
    html = html_validate(pages, folder)
    print("axe ...", flush=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        found = axe(browser, site, pages)
        weights = weigh(browser, site, pages)
        browser.close()
    print("Lighthouse ...", flush=True)
    there = [f"{site}{page.address}" for page in pages if page.status == 200]
    measured = lighthouse(there, program, lambda path: print(f"  {path}", flush=True))
    return [
        Row(
            page.path,
            measured.get(page.path, Measured()) if page.status == 200 else None,
            weights[page.path],
            axe=found[page.path],
            html=html[page.path],
            links=[line for each in walked.at(page.path) for line in walked.faults.get(each, [])],
            limited=informs(page),
        )
        for page in pages
    ]


def weigh(browser: Browser, site: str, pages: list[Seen]) -> dict[str, Weight]:
    scales = Scales(browser.new_page())
    return {page.path: scales.weigh(f"{site}{page.address}") for page in pages}


def informs(page: Seen) -> bool:
    """Whether a page only informs and shows no photograph: then its requests and bytes have a limit."""
    return not page.path.startswith("/book/") and not any(True for _ in page.all("img"))


def main() -> int:
    lacking = missing()
    if lacking:
        print(f"!!! THE AUDIT DID NOT RUN. {lacking}")
        return 1
    fetch_programs()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="clinic-audit-") as name:
        folder = Path(name)
        with served(folder) as site:
            walked = Walk(site.url).go()
            rows = look(site.url, walked, chosen(walked.pages, os.environ.get("PAGES", "")), folder)
    return tell(rows, walked, time.monotonic() - began)


def tell(rows: list[Row], walked: Walked, seconds: float) -> int:
    """The table, then a line for each fault."""
    print(f"\n{table(rows)}\n")
    faults = [f"{row.path}: {line}" for row in rows for line in row.faults()]
    if len(walked.pages) < LEAST_PAGES:
        faults.append(f"the walk saw {len(walked.pages)} pages only")
    print("\n".join(faults))
    print(f"{len(rows)} pages, {walked.links} links, {len(faults)} faults, {seconds:.0f} s")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
