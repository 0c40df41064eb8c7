"""No eight words in a row from the pages we read may stand in our text. Reads files only, never those pages.

`source-runs.txt` holds a hash for each run of eight words of those pages: lower case, letters and digits,
joined by single spaces, BLAKE2b with a 6-byte digest. `runs_in(text)` takes any text, also a rendered page.
"""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from tests.test_content_files import CONTENT, expand, load, pages, strings, whole

RUNS_FILE = Path(__file__).with_name("source-runs.txt")
RUN_LENGTH = 8
LINK_TARGET = re.compile(r"\]\([^)]*\)")


@cache
def known_runs() -> frozenset[str]:
    return frozenset(RUNS_FILE.read_text(encoding="ascii").split())


def digest(words: list[str]) -> str:
    return blake2b(" ".join(words).encode(), digest_size=6).hexdigest()


def runs_in(text: str) -> dict[str, str]:
    """Every run of eight words: its hash, and the words. An apostrophe is tried as a gap and as nothing."""
    found = {}
    for apostrophe in (" ", ""):
        words = re.findall(r"[^\W_]+", re.sub(r"['’]", apostrophe, text.lower()))
        for start in range(len(words) - RUN_LENGTH + 1):
            run = words[start : start + RUN_LENGTH]
            found[digest(run)] = " ".join(run)
    return found


def shared_runs(text: str, known: frozenset[str] | None = None) -> list[str]:
    """The runs of the text that also stand in a page we read."""
    known = known_runs() if known is None else known
    return [words for key, words in runs_in(text).items() if key in known]


def texts() -> dict[str, str]:
    """Every content file, twice over: as typed and as a reader meets it."""
    typed = {
        path.name: LINK_TARGET.sub("]", expand(path.read_text(encoding="utf-8")))
        for path in sorted(CONTENT.glob("pages/*.md"))
    }
    read = {f"{page.slug}.md as read": whole(page) for page in pages()}
    rows = {
        f"{name}.toml": "\n".join(strings(load(name))) for name in ("facts", "fees", "sources", "treatments")
    }
    return typed | read | rows


def test_no_content_file_shares_a_run_with_a_source_page() -> None:
    assert len(known_runs()) >= 2400
    faults = [f"{name}: {run}" for name, text in texts().items() for run in shared_runs(text)]
    assert not faults, "\n".join(faults)


def test_it_read_every_file_and_thousands_of_runs() -> None:
    counts = {name: len(runs_in(text)) for name, text in texts().items()}
    assert len(counts) >= 28
    assert min(counts.values()) >= 10, counts
    assert sum(counts.values()) >= 18000


def test_a_planted_run_is_caught() -> None:
    name, text = next(iter(texts().items()))
    planted, words = next(iter(runs_in(text).items()))
    assert shared_runs(text, known_runs() | {planted}) == [words], name


def test_a_run_is_found_whatever_stands_between_its_words() -> None:
    known = frozenset({digest(["we", "look", "at", "your", "legs", "before", "any", "treatment"])})
    assert shared_runs("Hello. We look, at *your* legs:\n\nbefore ANY  treatment!", known)
    assert not shared_runs("We look at your legs before every treatment.", known)
    joined = frozenset({digest(["it", "doesnt", "hurt", "at", "all", "they", "told", "us"])})
    assert shared_runs("It doesn’t hurt at all, they told us.", joined)
