"""Drill F6: mail is never lost and hardly ever doubled, whatever the mail server and the worker do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.drills import f6

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

SCALE = float(os.environ.get("SCALE") or 1)
BROKEN = Path(__file__).with_name("broken_sender.py")


def count(full: int, least: int) -> int:
    return max(least, round(full * SCALE))


def test_2000_mails_arrive_through_refusals_cuts_outages_and_kills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "worker.log"
    figures = f6.run(mails=count(2000, 100), kills=count(10, 2), outages=2, log=log)
    with capsys.disabled():
        print("\n" + figures.row("F6"))
    assert figures.kills >= 2
    assert figures.outages == 2
    assert figures.cuts >= figures.mails // 25
    assert figures.refused >= figures.mails // 12
    assert (figures.lost, figures.unsent, figures.two_ids) == (0, 0, 0)
    assert 0 <= figures.extra <= figures.cuts + figures.kills
    assert figures.seconds <= 120
    assert "sent=" in log.read_text()
    assert "@example.org" not in log.read_text()


@pytest.mark.parametrize(
    ("fault", "shows"),
    [
        ("mark-first", lambda figures: figures.lost > 0),
        ("no-lease", lambda figures: figures.extra > figures.cuts + figures.kills),
        ("new-message-ids", lambda figures: figures.two_ids > 0),
    ],
)
def test_control_without_the_guard_the_drill_fails(
    fault: str, shows: Callable[[f6.Figures], bool], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = f6.run(
        mails=count(400, 100), kills=2, outages=1, log=tmp_path / "worker.log", program=(str(BROKEN), fault)
    )
    with capsys.disabled():
        print("\n" + figures.row(f"F6 control, {fault}"))
    assert shows(figures), f"the drill did not notice {fault}"
