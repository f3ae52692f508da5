from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.ui.widgets.curves.curve_buffer import BLOCK, CurveBuffer, Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=900)


def filled(values: Sequence[float] | Floats, pieces: Sequence[int] = (1,)) -> CurveBuffer:
    buffer, steps = CurveBuffer(), np.arange(len(values), dtype=float)
    start = 0
    while start < len(values):
        for piece in pieces:
            end = start + piece
            buffer.extend(steps[start:end], steps[start:end] / 10, np.array(values[start:end], dtype=float))
            start = end
    return buffer


@given(VALUES, st.lists(st.integers(1, 200), min_size=1, max_size=5))
def test_that_what_was_put_in_comes_out_whatever_the_size_of_the_pieces(
    values: Sequence[float], pieces: Sequence[int]
) -> None:
    buffer = filled(values, pieces)
    assert np.array_equal(buffer.values, np.array(values), equal_nan=True)
    assert np.array_equal(buffer.steps, np.arange(len(values)))
    assert buffer.has_gaps == bool(np.isnan(values).any())


@given(VALUES, st.integers(1, 50), st.lists(st.integers(1, 200), min_size=1, max_size=5))
def test_that_the_reduced_curve_has_the_extremes_of_the_whole_one(
    values: Sequence[float], pixels: int, pieces: Sequence[int]
) -> None:
    buffer = filled(values, pieces)
    x, y = buffer.reduce("step", 0, len(values), pixels)
    assert len(x) == len(y) <= max(2 * pixels + 2, 2)
    assert np.all(np.diff(x) >= 0)
    if not np.isnan(values).all():
        assert np.nanmin(y) == np.nanmin(values)
        assert np.nanmax(y) == np.nanmax(values)
        assert buffer.bounds("step")[2:] == (np.nanmin(values), np.nanmax(values))
    else:
        assert buffer.bounds("step") is None


@given(st.integers(1, 4000), st.integers(0, 4000), st.integers(1, 4000), st.integers(1, 40))
def test_that_a_window_shows_every_extreme_that_is_inside_it(count: int, left: int, width: int, pixels: int) -> None:
    values = np.sin(np.arange(count) * 1.7) * np.arange(count)
    buffer = filled(values, (500,))
    x, y = buffer.reduce("step", left, left + width, pixels)
    inside = values[left : left + width + 1]
    if len(inside):
        assert y.min() <= inside.min()
        assert y.max() >= inside.max()
        assert len(x) <= 2 * pixels + 2


def test_that_a_reduction_of_a_million_points_reads_a_small_part_of_them() -> None:
    buffer = filled(np.zeros(1_000_000), (100_000,))
    levels = [len(low) for low, _ in buffer._levels]
    assert levels[0] == 1_000_000 / BLOCK
    assert levels[-1] <= BLOCK
    x, _ = buffer.reduce("step", 0, 1_000_000, 900)
    assert len(x) <= 1802


def test_that_points_told_twice_are_held_once() -> None:
    buffer = CurveBuffer()
    steps = np.arange(10.0)
    assert buffer.extend(steps, steps, steps) == 10
    assert buffer.extend(steps + 5, steps, steps) == 5
    assert buffer.extend(np.array([14.0, 15.0, 15.0, 3.0]), np.zeros(4), np.zeros(4)) == 1
    assert buffer.steps.tolist() == list(range(16))


def test_that_infinite_values_are_gaps() -> None:
    buffer = filled([1.0, float("inf"), 2.0])
    assert np.isnan(buffer.values[1])
    assert buffer.bounds("step") == (0.0, 2.0, 1.0, 2.0)


def test_that_a_logarithmic_axis_leaves_out_what_is_not_above_zero() -> None:
    buffer = filled([-1.0, 0.0, 0.5, 3.0] * 100)
    assert buffer.bounds("step", positive=True)[2:] == (0.5, 3.0)
    assert filled([-1.0, 0.0]).bounds("step", positive=True) is None


@pytest.mark.parametrize(("position", "step"), [(-5, 0), (2.4, 2), (2.6, 3), (99, 9)])
def test_that_the_point_next_to_a_place_is_found(position: float, step: int) -> None:
    assert filled(np.arange(10.0)).at("step", position) == (step, step)


def test_that_an_empty_curve_has_neither_bounds_nor_points() -> None:
    buffer = CurveBuffer()
    assert buffer.bounds("step") is None
    assert buffer.at("step", 1) is None
    assert len(buffer.reduce("time", 0, 1, 100)[0]) == 0
