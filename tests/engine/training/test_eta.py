"""The time that is left is known after a fifth of the work, also where steps grow longer on the way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.training.eta import Eta
from tests.engine.training.step_times import RECORDED

WITHIN = 0.25


def told_after(share: float, ends: list[float]) -> float:
    """Give what is said to be left after this share of the steps, of which each was complete at ``ends``."""
    eta = Eta()
    done = max(1, round(share * len(ends)))
    for number, second in enumerate(ends[:done], 1):
        eta.add(number, second)
    left = eta.left(len(ends))
    assert left is not None
    return left


def off(share: float, ends: list[float]) -> float:
    done = max(1, round(share * len(ends)))
    return abs(told_after(share, ends) / (ends[-1] - ends[done - 1]) - 1)


@pytest.mark.parametrize("name", RECORDED)
def test_that_a_recorded_fit_is_told_within_a_quarter_after_a_fifth(name: str) -> None:
    ends = list(itertools.accumulate(RECORDED[name]))
    for share in (0.2, 0.3, 0.5, 0.8):
        assert off(share, ends) <= WITHIN, share


@given(st.integers(40, 400), st.floats(1e-3, 10.0), st.floats(0.0, 3.0), st.integers(0, 99))
def test_that_steps_that_grow_longer_are_expected_to_go_on_so(
    count: int, first: float, growth: float, seed: int
) -> None:
    times = first * (1 + growth * np.arange(count) / count) * np.random.default_rng(seed).uniform(0.98, 1.02, count)
    assert off(0.25, list(np.cumsum(times))) <= WITHIN


@given(st.integers(20, 500), st.floats(1e-4, 100.0), st.floats(1.0, 50.0))
def test_that_a_first_step_that_warms_up_is_left_out(count: int, each: float, warm: float) -> None:
    ends = list(np.cumsum([each * warm, *[each] * (count - 1)]))
    assert off(0.25, ends) <= WITHIN


@given(st.integers(40, 200), st.floats(0.5, 6.0), st.booleans(), st.integers(0, 99))
def test_that_other_work_of_the_machine_is_not_taken_for_longer_steps(
    count: int, load: float, is_rising: bool, seed: int
) -> None:
    # Each step is as much work as any other; for the first fifth the machine becomes ever more busy, or ever less.
    done = count // 5
    busy = 1.0 + load * np.linspace(0.0, 1.0, done)[:: 1 if is_rising else -1]
    worked = np.cumsum(np.random.default_rng(seed).uniform(0.98, 1.02, done))
    seconds = np.cumsum(busy)
    eta = Eta()
    for number in range(done):
        eta.add(number + 1, seconds[number], worked[number])
    left = eta.left(count)
    assert left is not None
    assert (count - done) * busy.min() <= left <= (count - done) * busy.max()


def test_that_steps_that_are_more_work_are_expected_to_go_on_so_on_a_busy_machine() -> None:
    work = 1.0 + np.arange(100) / 50
    busy = np.random.default_rng(0).uniform(2.0, 4.0, 100)
    eta = Eta()
    for number in range(25):
        eta.add(number + 1, float((work * busy)[: number + 1].sum()), float(work[: number + 1].sum()))
    left = eta.left(100)
    assert left == pytest.approx((work * busy)[25:].sum(), rel=0.25)


def test_that_work_which_the_processor_does_not_do_has_no_trend() -> None:
    eta = Eta()
    for number in range(1, 20):
        eta.add(number, number * (1 + number / 20), 0.0)
    # As the steps behind the first quarter took on average, and not as the last ones did.
    assert eta.left(20) == pytest.approx((19 * 1.95 - 5 * 1.25) / 14)


def test_that_little_is_known_of_little() -> None:
    eta = Eta()
    assert eta.left(10) is None
    eta.add(0, 0.0)
    assert eta.left(10) is None
    eta.add(1, 2.0)
    eta.add(1, 5.0)
    assert eta.left(10) == 18.0, "a step is complete once"
    eta.add(10, 20.0)
    assert eta.left(10) == 0.0


def test_that_many_steps_take_little_room() -> None:
    eta = Eta()
    for number in range(1, 100_000):
        eta.add(number, number / 10)
    assert eta.left(200_000) == pytest.approx(10_000.1, rel=1e-6)
    assert len(eta._steps) <= 256
