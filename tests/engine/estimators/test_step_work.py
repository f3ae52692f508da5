"""How much of a fit is done where its steps are unlike: what was measured once tells the time that is left."""

from __future__ import annotations

import pytest

from aetheron_desktop.engine.estimators.step_work import KnownWork, LandmarkWork

SIZES = (125, 250, 500, 1_000)
# Processor seconds of 24,000 rows of 20 features on one core: of the six blocks of each size, then of its iterations.
BLOCKS = (0.106, 0.203, 0.603, 1.648)
ITERATIONS = ((38, 0.278), (32, 0.413), (30, 0.585), (28, 0.839))


def test_that_steps_of_known_work_are_added_up() -> None:
    work = KnownWork([1, 4, 16])
    told = [(work.done, work.total)]
    for _ in range(3):
        work.end_step()
        told.append((work.done, work.total))
    assert told == [(0, 21), (1, 21), (5, 21), (21, 21)]


def test_that_a_measured_fit_by_landmarks_is_told_within_a_quarter_from_a_fifth_on() -> None:
    work = LandmarkWork(SIZES, rows=24_000, features=20, outputs=1)
    whole = sum(BLOCKS) + sum(seconds for _, seconds in ITERATIONS)
    now = 0.0
    looks = 0
    for block, (count, iterating) in zip(BLOCKS, ITERATIONS, strict=True):
        for number in range(6 + count):
            now += block / 6 if number < 6 else iterating / count
            work.map_rows((number + 1) / 6) if number < 6 else work.iterate()
            if 0.2 <= now / whole < 0.95:
                looks += 1
                left = now * (work.total / work.done - 1)
                assert left == pytest.approx(whole - now, rel=0.25), (number, now)
        work.end_step()
    assert looks > 50
    assert work.done == work.total


def test_that_iterations_are_expected_as_there_were_before() -> None:
    work = LandmarkWork((100, 100), rows=10_000, features=5, outputs=1)
    few = work.total
    work.map_rows(1.0)
    for _ in range(200):
        work.iterate()
        assert work.done < work.total, "there is always one more before the step has ended"
    work.end_step()
    assert work.total == pytest.approx(2 * work.done)
    assert work.total > 2 * few


def test_that_without_iterations_the_rows_tell_it() -> None:
    work = LandmarkWork((100, 200), rows=10_000, features=5, outputs=0)
    before = work.total
    work.map_rows(0.5)
    assert 0 < work.done < work.total == before
