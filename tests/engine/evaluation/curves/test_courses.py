"""The course of a training, smoothed and as a mean, beside formulas written out and numpy's own."""

from __future__ import annotations

import numpy as np
import pytest

from aetheron_desktop.engine.evaluation.curves.courses import Course, MovingAverage, mean_course


def by_hand(values: np.ndarray, weight: float) -> list[float]:
    """Smooth as TensorBoard does (`vz_line_chart2/line-chart.ts`, `smoothDataset`)."""
    last, count, smooth = 0.0, 0, []
    for value in values.tolist():
        if not np.isfinite(value):
            smooth.append(float("nan"))
            continue
        last, count = last * weight + (1 - weight) * value, count + 1
        smooth.append(last / (1 - weight**count))
    return smooth


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9, 0.99])
def test_that_values_are_smoothed_as_by_tensorboard_in_one_piece_or_many(weight: float) -> None:
    values = np.random.default_rng(3).normal(size=3000).cumsum()
    values[[0, 5, 6, 1700]] = np.nan
    expected = by_hand(values, weight)
    assert MovingAverage(weight).extend(values) == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)
    average = MovingAverage(weight)
    pieces = [average.extend(piece) for piece in np.split(values, [1, 2, 7, 900, 900, 2999])]
    assert np.concatenate(pieces) == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


def test_that_a_weight_that_would_never_move_is_refused() -> None:
    with pytest.raises(ValueError, match="below 1"):
        MovingAverage(1.0)


def course(steps: list[float], values: list[float]) -> Course:
    return Course(np.array(steps), np.array(steps) * 2, np.array(values))


def test_that_a_mean_goes_as_far_as_all_runs_and_has_the_samples_deviation() -> None:
    made = mean_course([course([1, 2, 3, 4], [1, 2, 3, 9]), course([1, 2, 3], [3, 4, 8]), course([0, 1, 3], [7, 5, 1])])
    assert made is not None
    assert made.steps.tolist() == [1, 2, 3]
    assert made.seconds.tolist() == [2, 4, 6]
    columns = [[1, 3, 5], [2, 4, 3], [3, 8, 1]]  # the third run told nothing at step 2: it is half way from 5 to 1
    assert made.mean == pytest.approx([np.mean(column) for column in columns])
    assert made.sd == pytest.approx([np.std(column, ddof=1) for column in columns])


def test_that_a_gap_in_one_run_is_a_gap_in_the_mean() -> None:
    made = mean_course([course([1, 2, 3], [1, np.nan, 3]), course([1, 2, 3], [3, 4, 5])])
    assert made is not None
    assert made.mean == pytest.approx([2, np.nan, 4], nan_ok=True)


@pytest.mark.parametrize("others", [[], [([5.0, 6.0], [1.0, 2.0])], [([], [])]])
def test_that_runs_without_a_common_step_have_no_mean(others: list[tuple[list[float], list[float]]]) -> None:
    assert mean_course([course([1, 2], [1, 2]), *(course(*other) for other in others)]) is None
