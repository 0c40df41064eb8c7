"""The hazard log names only what is there: every hazard, the modules and pages it is built in, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from bookings.forms.contact import DetailsForm

ROOT = Path(__file__).resolve().parent.parent
LOG = (ROOT / "docs" / "hazard-log.md").read_text(encoding="utf-8")
HAZARDS = [f"H{number}" for number in range(1, 25)]
COLUMNS = 6
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows(text: str) -> dict[str, list[str]]:
    """The table of hazards: number, and its other cells."""
    lines = [line for line in text.partition("## Open")[0].splitlines() if re.match(r"\| H\d+ \|", line)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert all(len(each) == COLUMNS for each in cells)
    return {each[0]: each[1:] for each in cells}


def faults(text: str) -> list[str]:
    """What the log says that is not so, or does not say."""
    found = rows(text)
    wrong = [f"{number} is missing" for number in HAZARDS if number not in found]
    for number, (*words, built, held) in found.items():
        if not all(words):
            wrong.append(f"{number} has an empty cell")
        modules, tests = re.findall(r"`([^`]+)`", built), TEST.findall(held)
        wrong += [f"{number}: no {path}" for path in modules if not (ROOT / path).is_file()]
        wrong += [f"{number}: no {file}::{name}" for file, name in tests if not _is_there(file, name)]
        if not modules or not tests or len(tests) != held.count("`") // 2:
            wrong.append(f"{number} names no module or no test, or one we cannot read")
    return wrong


def _is_there(file: str, name: str) -> bool:
    path = ROOT / file
    return path.is_file() and re.search(rf"^def {name}\(", path.read_text(encoding="utf-8"), re.M) is not None


def test_every_hazard_has_a_control_that_is_built_and_a_test_that_is_there() -> None:
    assert list(rows(LOG)) == HAZARDS
    assert len(TEST.findall(LOG)) >= 50
    assert faults(LOG) == []


def test_what_is_open_says_of_which_hazard_and_who_settles_it() -> None:
    lines = [line.strip("|").split("|") for line in LOG.partition("## Open")[2].splitlines() if "| H" in line]
    assert len(lines) >= 5
    for numbers, missing, who in lines:
        assert {each.strip() for each in numbers.split(",")} <= set(HAZARDS)
        assert missing.strip()
        assert who.strip()


def test_a_hazard_a_module_or_a_test_that_is_gone_is_found() -> None:
    assert faults(LOG.replace("| H7 |", "| H70 |")) == ["H7 is missing"]
    assert "H9: no bookings/models/gone.py" in faults(LOG.replace("models/guard.py", "models/gone.py"))
    renamed = faults(LOG.replace("::test_no_raw_write_doubles_a_time", "::test_no_raw_write"))
    assert renamed == ["H9: no tests/test_guard.py::test_no_raw_write"]


def test_the_box_for_anything_else_says_whom_to_call() -> None:
    told = DetailsForm.base_fields["anything_else"].help_text
    assert told.startswith("Do not write symptoms here.")
    assert "Need medical help now?" in told
