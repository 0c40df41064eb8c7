"""Runs every part of the tests and prints a line for each: name, count, seconds. Never decides what a test means.

    python tests/run.py [part ...]       parts: lint types sqlite postgres browser smtp; drills only when asked for

Outside CI a part whose program is missing (PostgreSQL, Chromium) is named loudly and skipped; with CI=true it is installed
or the run fails. A part that ran nothing has failed. SCALE=1 gives the full figures (`make prove`).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.private_postgres import binaries, private_postgres  # noqa: E402

CI = os.environ.get("CI", "").lower() in ("1", "true")
BIN = Path(sys.executable).parent
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
LIMIT = 12 * 60  # seconds for everything, on two cores


@dataclass
class Result:
    """What one part did. `missing` names the program it lacked; nothing ran then."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    missing: str = ""
    unit: str = "tests"

    @property
    def green(self) -> bool:
        if self.missing:
            return not CI
        return not self.failed and self.passed > 0

    def line(self) -> str:
        if self.missing:
            return f"{self.name:10} {'FAILED' if CI else 'SKIPPED'}: {self.missing} is missing"
        word = "ok" if self.green else ("FAILED: ran nothing" if not self.passed + self.failed else "FAILED")
        more = "".join(f", {count} {what}" for what, count in self._rest() if count)
        return f"{self.name:10} {self.passed:6} {self.unit} passed{more}, {self.seconds:.1f} s  {word}"

    def _rest(self) -> list[tuple[str, int]]:
        return [("failed", self.failed), ("skipped", self.skipped)]


# --- Programs from outside ---------------------------------------------------------------------------------------------
def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def present(name: str, look: Callable[[], object]) -> bool:
    """Whether the program is there; on a CI machine it is fetched first."""
    if not look() and CI and shutil.which("apt-get"):
        print(f"--- installing {name}", flush=True)
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
        for asked in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", name]):
            subprocess.run([*rights, "apt-get", *asked], env=env, stdin=subprocess.DEVNULL, check=False)
    return bool(look())


# --- The parts ---------------------------------------------------------------------------------------------------------
def lint() -> Result:
    commands = [["check", "--no-fix", "."], ["format", "--check", "."]]
    began = time.monotonic()
    failed = sum(bool(run([BIN / "ruff", *words])) for words in commands)
    return Result("lint", len(commands) - failed, failed, seconds=time.monotonic() - began, unit="checks")


def types() -> Result:
    """The count is of modules."""
    began = time.monotonic()
    done = subprocess.run(
        [BIN / "mypy"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout, done.stderr, sep="", end="", flush=True)
    seen = re.search(r"(?:in|checked) (\d+) source files", done.stdout)
    broken = re.search(r"in (\d+) files?", done.stdout)
    count, bad = int(seen.group(1)) if seen else 0, int(broken.group(1)) if broken and done.returncode else 0
    failed = max(bad, 1) if done.returncode else 0
    return Result("types", max(count - failed, 0), failed, seconds=time.monotonic() - began, unit="modules")


def pytest(name: str, marks: str, database: str, *words: str, strict: bool = False) -> Result:
    """One pytest run. `strict`, and always on a CI machine: a skipped test has failed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="clinic-report-") as folder:
        report = Path(folder) / "report.xml"
        env = {
            **os.environ,
            "DATABASE_URL": database,
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
            "CHROMIUM": chromium() or "",
        }
        env.pop("TEST_RUN_DIR", None)
        asked = [sys.executable, "-m", "pytest", "-m", marks, f"--junitxml={report}", *words]
        code = run(asked, env)
        result = counted(name, report, strict=strict or CI)
    result.seconds = time.monotonic() - began
    if code not in (0, 1, 5) or (code == 1 and not result.failed):
        result.failed += 1  # pytest itself gave up
    return result


def counted(name: str, report: Path, *, strict: bool = False) -> Result:
    if not report.exists():
        return Result(name)
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314  pytest wrote it a moment ago

    def total(*keys: str) -> int:
        return sum(int(suite.get(key, 0)) for suite in suites for key in keys)

    bad, skipped = total("failures", "errors"), total("skipped")
    passed = total("tests") - bad - skipped
    return Result(name, passed, bad + skipped) if strict else Result(name, passed, bad, skipped)


def run(command: Sequence[str | Path], env: dict[str, str] | None = None) -> int:
    return subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode


class Run:
    """One run of the parts asked for. Starts the private PostgreSQL once, when the first part wants it."""

    def __init__(self, stack: ExitStack, parts: Sequence[str]) -> None:
        self.stack, self.parts = stack, parts
        self.url: str | None = None

    def postgres(self, name: str) -> str:
        """The address of the private server; empty when there is none, which is said aloud."""
        if self.url is None:
            self.url = ""
            if present("postgresql", binaries):
                self.url = self.stack.enter_context(private_postgres())
        if not self.url and name != "postgres":
            print(f"!!! no PostgreSQL: {name} runs on SQLite", flush=True)
        return self.url

    def others(self, name: str) -> None:
        """Fetched on a CI machine; elsewhere the few tests that need one of them are skipped, and it is said."""
        if not present("redis-server", lambda: shutil.which("redis-server")):
            print(f"!!! no redis-server: {name} tries the shared store in files only", flush=True)
        if not present("nginx", lambda: shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")):
            print(f"!!! no nginx: {name} does not try what stands in front", flush=True)

    def part(self, name: str) -> Result:
        print(f"\n=== {name}", flush=True)
        return getattr(self, f"_{name}")()

    def _lint(self) -> Result:
        return lint()

    def _types(self) -> Result:
        return types()

    def _sqlite(self) -> Result:
        """What is marked for both, and what needs no database where PostgreSQL's part does not run that too."""
        self.others("sqlite")
        whole = "postgres" not in self.parts or not self.postgres("postgres")
        os.environ["WITHOUT_DATABASE"] = "here" if whole else "elsewhere"
        return pytest("sqlite", "not browser and not smtp and not drill", "", "-n", "2")

    def _postgres(self) -> Result:
        url = self.postgres("postgres")
        if not url:
            return Result("postgres", missing="PostgreSQL")
        self.others("postgres")
        return pytest("postgres", "not browser and not smtp and not drill", url, "-n", "2")

    def _browser(self) -> Result:
        if not present("chromium", chromium):
            return Result("browser", missing="Chromium")
        if not present("w3m", lambda: shutil.which("w3m")):
            print("!!! no w3m: browser does not look in a text browser", flush=True)
        return pytest("browser", "browser and not drill", self.postgres("browser"), "-n", "2")

    def _smtp(self) -> Result:
        return pytest("smtp", "smtp and not drill", self.postgres("smtp"), "-n", "2")

    def _drills(self) -> Result:
        url = self.postgres("postgres")
        if not url:
            return Result("drills", missing="PostgreSQL", failed=1)
        self.others("drills")
        return pytest("drills", "drill", url, "-s", strict=True)


PARTS = ("lint", "types", "sqlite", "postgres", "browser", "smtp")


def main(asked: list[str]) -> int:
    unknown = [name for name in asked if name not in (*PARTS, "drills")]
    if unknown:
        print(f"No such part: {', '.join(unknown)}. There are: {', '.join(PARTS)} and drills.")
        return 2
    os.environ.setdefault("SCALE", "0.1")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # the server is stopped on the way out
    began = time.monotonic()
    with ExitStack() as stack:
        this = Run(stack, asked or PARTS)
        results = [this.part(name) for name in this.parts]
    return tell(results, time.monotonic() - began)


def tell(results: list[Result], seconds: float) -> int:
    print(f"\n=== all parts, SCALE={os.environ['SCALE']}")
    for result in results:
        print(result.line())
    for result in results:
        if result.missing:
            print(f"!!! {result.name} DID NOT RUN: {result.missing} is not on this machine.")
    late = (
        seconds > LIMIT
        and float(os.environ["SCALE"]) < 1
        and "drills" not in [result.name for result in results]
    )
    if late:
        print(f"!!! {seconds:.0f} s is over the limit of {LIMIT} s.")
    failed = sum(result.failed for result in results) + sum(
        not result.green and not result.failed for result in results
    )
    print(f"{'':10} {seconds:.1f} s in all")
    print(f"{sum(result.passed for result in results)} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
