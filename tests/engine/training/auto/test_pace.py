"""How long the members of an ensemble still take, by a clock that the test turns."""

from __future__ import annotations

from itertools import islice
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.training.auto import lanes as lanes_
from aetheron_desktop.engine.training.auto.lanes import Lanes, _Going, _is_network, is_alone
from aetheron_desktop.engine.training.auto.member import Attempt
from aetheron_desktop.engine.training.auto.pace import Pace
from aetheron_desktop.engine.training.auto.portfolio import portfolio
from aetheron_desktop.engine.training.candidate import Candidate
from aetheron_desktop.engine.training.forecast import LEARNED, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDS = 5
TOOK = (0.04, 1.49, 5.77, 1.95, 15.74, 6.39, 2.78, 1.92)
"""Processor seconds of the first members of a portfolio, all folds together: 5,000 rows of 20 numbers, two classes."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(now=0.0)
    made.monotonic = lambda: made.now
    monkeypatch.setattr(lanes_, "time", made)
    return made


@pytest.fixture
def lanes() -> Lanes:
    return made_lanes(1)


def made_lanes(count: int) -> Lanes:
    bench: Any = SimpleNamespace(folds=SimpleNamespace(parts=[None] * FOLDS))
    return Lanes(bench, count, 1)


def pace() -> Pace:
    return Pace(Size(rows=round(3_200 / LEARNED), numbers=20, classes=2))


def going(lanes: Lanes, attempt: Attempt, began: float) -> None:
    one: Any = object()
    lanes._going[one] = _Going(attempt, attempt.begun, False, began)


def done(attempt: Attempt, count: int, seconds: float) -> None:
    for fold in range(count):
        fit: Any = SimpleNamespace(about=SimpleNamespace(seconds=seconds))
        attempt.done[fold] = fit


def moments(lanes: Lanes, clock: SimpleNamespace) -> Iterator[tuple[float, float]]:
    """Give, after each tenth of a second of the recorded run, what is said to be left and what is in truth."""
    known, members = pace(), list(islice(portfolio("binary", 0), len(TOOK)))
    end = sum(TOOK)
    for place, (candidate, took) in enumerate(zip(members, TOOK, strict=True)):
        each = took / FOLDS
        for fold in range(FOLDS):
            attempt = Attempt(place, candidate, FOLDS, None, begun=fold)
            done(attempt, fold, each)
            lanes.open = [attempt]
            lanes._going.clear()
            going(lanes, attempt, clock.now)
            began = clock.now
            while clock.now < began + each:
                yield lanes.seconds_left(known.each, members[place + 1 :]), end - clock.now
                clock.now = min(clock.now + 0.1, began + each)
        known.took(candidate, took, FOLDS)


def test_that_a_recorded_ensemble_is_told_within_a_quarter_after_a_fifth(lanes: Lanes, clock: SimpleNamespace) -> None:
    told = list(moments(lanes, clock))
    assert len(told) > 200
    for said, left in told:
        if left < 0.8 * sum(TOOK):
            assert said == pytest.approx(left, rel=0.25, abs=0.05 * sum(TOOK))


def test_that_a_slower_machine_is_seen_by_what_was_done(lanes: Lanes) -> None:
    known, first, second = pace(), Candidate("extra_trees", {}), Candidate("forest", {})
    before = known.each(second)
    known.took(first, 3 * FOLDS * known.each(first), FOLDS)
    assert known.each(second) == pytest.approx(3 * before)
    # A fit that hardly learns says little.
    known.took(Candidate("logistic", {}), 1e-3, FOLDS)
    assert known.each(second) == pytest.approx(3 * before, rel=0.1)


def test_that_of_an_estimator_itself_its_own_fits_count_most() -> None:
    known, usual, long = pace(), Candidate("lightgbm", {}), Candidate("lightgbm", {"n_estimators": 4_000})
    known.took(Candidate("extra_trees", {}), 50.0, FOLDS)
    known.took(usual, 10.0, FOLDS)
    assert known.each(usual) == pytest.approx(2.0)
    assert known.each(long) > 3.0


def test_that_a_fit_that_goes_on_for_longer_than_expected_says_so_of_the_others(
    lanes: Lanes, clock: SimpleNamespace
) -> None:
    attempt = Attempt(0, Candidate("forest", {}), FOLDS, None, begun=1)
    lanes.open = [attempt]
    going(lanes, attempt, 0.0)
    assert lanes.seconds_left(lambda one: 2.0, ()) == pytest.approx(10.0)
    clock.now = 1.5
    assert lanes.seconds_left(lambda one: 2.0, ()) == pytest.approx(8.5)
    clock.now = 6.0
    assert lanes.seconds_left(lambda one: 2.0, ()) == pytest.approx(4 * 6.0)


def test_that_networks_wait_for_each_other(clock: SimpleNamespace) -> None:
    two, networks = made_lanes(2), [Candidate("network", {})]
    trees = [Candidate("forest", {})]
    assert two.seconds_left(lambda one: 1.0, trees) == pytest.approx(FOLDS / 2)
    assert two.seconds_left(lambda one: 1.0, networks) == pytest.approx(FOLDS)
    assert two.seconds_left(lambda one: 1.0, networks + 3 * trees) == pytest.approx(4 * FOLDS / 2)


@pytest.mark.parametrize("name", ["network", "forest", "lightgbm"])
def test_that_the_card_tells_what_is_done_alone(name: str) -> None:
    candidate = Candidate(catalog.card(name).id, {})
    assert _is_network(candidate) == is_alone(candidate)
