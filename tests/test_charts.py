"""Where bars and points stand: worked out by hand, none outside the picture, nothing where there is nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.charts import LEFT, Bar, Line, Point, Segment, bars, points, scale, segments, share, top_of


def test_a_scale_says_nought_its_half_and_its_end() -> None:
    assert scale(10, 160) == [Line(160, 0), Line(80, 5), Line(0, 10)]


def test_two_weeks_with_two_kinds_stand_side_by_side() -> None:
    # 88 percent for two weeks are 44 each; 30 percent of that is gap, the rest two bars of 15.4.
    assert bars([[10, 5], [4, 0]], top=10, height=160) == [
        Bar(18.6, 15.4, 0, 160, 0),
        Bar(34.0, 15.4, 96, 64, 1),
        Bar(62.6, 15.4, 80, 80, 0),
    ]


def test_nothing_at_all_is_no_bar() -> None:
    assert (
        bars([], top=2, height=160)
        == bars([[]], top=2, height=160)
        == bars([[0, 0]], top=2, height=160)
        == []
    )


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    marks = points([4, 8, None, 0], top=8, height=160)
    assert marks == [Point(23.0, 80), Point(45.0, 0), None, Point(89.0, 160)]
    assert segments(marks) == [Segment(Point(23.0, 80), Point(45.0, 0))]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=110), st.integers(1, 3))
def test_every_bar_stays_inside_the_picture(values: list[int], kinds: int) -> None:
    top = top_of(max(values))
    for bar in bars([values] * kinds, top=top, height=160):
        assert LEFT <= bar.x <= bar.x + bar.width <= 100.5
        assert bar.y >= 0
        assert bar.y + bar.height == pytest.approx(160, abs=0.02)
        assert bar.height > 0 or values.count(0) < len(values)


@given(st.floats(0, 1e9))
def test_a_scale_ends_at_or_above_the_largest_and_can_be_halved(most: float) -> None:
    assert top_of(most) >= most
    assert top_of(most) % 2 == 0


@pytest.mark.parametrize(("part", "whole", "told"), [(1, 4, 25), (5, 4, 100), (-1, 4, 0), (1, 0, 0)])
def test_a_share_is_never_below_nothing_nor_above_all(part: int, whole: int, told: float) -> None:
    assert share(part, whole) == told
