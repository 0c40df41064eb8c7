"""The runner of the tests does not call a run green that tested nothing, lacked a program or lost a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import run
from tests.missing import leave_out
from tests.run import Result

REPORT = (
    """<testsuites><testsuite name="pytest" tests="7" failures="1" errors="1" skipped="2"/></testsuites>"""
)


def test_it_counts_what_the_report_says(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    result = run.counted("unit", tmp_path / "report.xml")
    assert (result.passed, result.failed, result.skipped) == (3, 2, 2)
    assert not result.green


def test_where_nothing_may_be_left_out_a_skipped_test_has_failed(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    result = run.counted("unit", tmp_path / "report.xml", strict=True)
    assert (result.passed, result.failed, result.skipped) == (3, 4, 0)


@pytest.mark.filterwarnings("ignore:w3m")
@pytest.mark.parametrize(("ci", "ends"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_a_missing_program_is_named_and_fails_where_everything_is_installed(
    ci: bool, ends: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CI", ci)
    with pytest.raises(ends, match="w3m is not on this machine"):
        leave_out("w3m is not on this machine")


def test_no_test_is_left_out_for_another_reason() -> None:
    """Each skip of the tests is that of one function, which knows what a CI machine is."""
    seen = [
        path for path in Path(__file__).parent.rglob("*.py") if path.name not in ("missing.py", "test_run.py")
    ]
    assert len(seen) >= 150
    left_out = re.compile(r"pytest\.skip\b|mark\.skip|importorskip|mark\.xfail|pytest\.xfail")
    assert [path.name for path in seen if left_out.search(path.read_text())] == []
    assert left_out.search('@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file")')


def test_a_part_without_a_report_has_failed(tmp_path: Path) -> None:
    assert not run.counted("unit", tmp_path / "none.xml").green


@pytest.mark.parametrize(
    ("result", "ci", "green", "says"),
    [
        (Result("unit", passed=3), False, True, "3 tests passed, 0.0 s  ok"),
        (Result("unit", passed=3, failed=1), False, False, "1 failed"),
        (Result("unit"), False, False, "FAILED: ran nothing"),
        (Result("unit", skipped=4), False, False, "4 skipped"),
        (Result("browser", missing="Chromium"), False, True, "SKIPPED: Chromium is missing"),
        (Result("browser", missing="Chromium"), True, False, "FAILED: Chromium is missing"),
    ],
)
def test_what_a_part_says_and_whether_it_is_green(
    result: Result, ci: bool, green: bool, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CI", ci)
    assert result.green is green
    assert says in result.line()


def test_the_last_line_is_the_count_and_one_bad_part_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCALE", "0.1")
    assert run.tell([Result("lint", passed=2), Result("unit")], 1.0) == 1
    assert capsys.readouterr().out.endswith("2 passed, 1 failed\n")
    assert run.tell([Result("lint", passed=2), Result("unit", passed=5)], 1.0) == 0
    assert capsys.readouterr().out.endswith("7 passed, 0 failed\n")
    run.tell([Result("browser", missing="Chromium")], 1.0)
    assert "browser DID NOT RUN" in capsys.readouterr().out


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["browsers"]) == 2
    assert "There are: lint, types, sqlite" in capsys.readouterr().out
