"""What the clock ended is done again to the same step, and gives the same to the bit."""

from __future__ import annotations

import itertools
import threading
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from aetheron_desktop.engine.estimators.base import Recipe, Rows
from aetheron_desktop.engine.training.auto import fold_progress
from aetheron_desktop.engine.training.auto.fold_progress import FoldProgress, TimeIsUp
from aetheron_desktop.engine.training.auto.lanes import Lanes
from aetheron_desktop.engine.training.auto.portfolio import COST
from aetheron_desktop.engine.training.auto_record import AutoRecord
from aetheron_desktop.engine.training.candidate import Candidate
from aetheron_desktop.engine.training.checkpoints import Checkpoints
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.learner import implementation
from aetheron_desktop.engine.training.trainer import Training
from tests.tables import FEATURES, TARGETS, made_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.training.auto_record import Cut
    from aetheron_desktop.engine.training.run import Run

SMALL: dict[str, dict[str, Any]] = {
    "forest": {"n_estimators": 40},
    "extra_trees": {"n_estimators": 40},
    "lightgbm": {"n_estimators": 12},
    "xgboost": {"n_estimators": 12},
    "catboost": {"iterations": 30},
    "boosting": {"max_iter": 12},
    "glass_box": {"max_iter": 12},
    "network": {"epochs": 3, "hidden_size": 8},
    "resnet": {"epochs": 3, "hidden_size": 8},
    "tabm": {"epochs": 3, "hidden_size": 8, "members": 2},
    "ft_transformer": {"epochs": 2, "hidden_size": 8},
}


class Ticking:
    """A clock on which each look takes a second."""

    def __init__(self) -> None:
        self._seconds = itertools.count()

    def monotonic(self) -> float:
        return float(next(self._seconds))


def rows(seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(240, 4))
    return Rows(table, (table[:, 0] + table[:, 1] * table[:, 2] + rng.normal(size=240) > 0).astype(np.int64))


def fitted(candidate: Candidate, budget_s: float | None, cut_at: Cut | None) -> tuple[Predictor | None, Cut | None]:
    recipe = Recipe(task="binary", classes=2, params=candidate.params, seed=3, numbers=range(4))
    made = implementation(candidate.card)(recipe)
    nothing = Checkpoints(None, 1.0)
    progress = FoldProgress("binary", nothing, budget_s, (threading.Event(),), cut_at=cut_at)
    with suppress(TimeIsUp), threadpool_limits(limits=1):
        made.fit(rows(1), rows(2), progress)
    return made.fitted, progress.cut


def said(predictor: Predictor | None) -> NDArray[np.float64] | None:
    return None if predictor is None else predictor.predict(rows(5).X)


@pytest.mark.parametrize("estimator", [name for name in COST if "binary" in Candidate(name, {}).card.tasks])
def test_that_a_fit_of_every_kind_is_ended_again_where_the_clock_ended_it(
    estimator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = Candidate(estimator, SMALL.get(estimator, {}))
    cuts = []
    monkeypatch.setattr("aetheron_desktop.engine.estimators.glass_box._ROUNDS", 20)
    for budget in (0.5, 2.5, 5.5):
        with monkeypatch.context() as patch:
            patch.setattr(fold_progress, "time", Ticking())
            first, cut = fitted(candidate, budget, None)
        again, cut_again = fitted(candidate, None, cut)
        assert cut_again == cut
        np.testing.assert_array_equal(said(again), said(first))
        cuts.append(cut)
    assert cuts[0] is not None


CANDIDATES = (
    Candidate("forest", {"n_estimators": 400}),
    Candidate("boosting", {"max_iter": 40}),
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return made_dataset(tmp_path_factory.mktemp("made"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(task: Task, seed: int, *, of_quantiles: bool) -> Iterator[Candidate]:
        del seed, of_quantiles
        yield from (candidate for candidate in CANDIDATES if task in candidate.card.tasks)

    monkeypatch.setattr("aetheron_desktop.engine.training.auto.learner.portfolio", few)


def auto(dataset: Dataset, task: Task, **given: Any) -> Run:
    budget_s = given.pop("budget_s", None)
    experiment = plan(
        dataset.info, target=TARGETS[task], task=task, estimators=["auto"], features=FEATURES, budget_s=budget_s,
        params={"auto": {"folds": 2}}, new_id=lambda: "run-1",
    )[-1]  # fmt: skip
    return Training(experiment, dataset, lambda event: None, **given).run(lambda: False)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_that_an_ensemble_whose_fits_the_clock_cut_is_made_again_to_the_bit(
    dataset: Dataset, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        # On this clock each fit hears a few of its steps, as many as its place says, and the run as a whole has time.
        shares = itertools.count(3)
        patch.setattr(Lanes, "_share", lambda self, attempt, left: float(next(shares)))
        patch.setattr(fold_progress, "time", SimpleNamespace(monotonic=Ticking().monotonic))
        first = auto(dataset, task, budget_s=3_600.0, threads=1)
    record = first.auto
    assert record is not None
    steps = [[cut.step for cut in member.cuts if cut] for member in record.members]
    assert [len(one) for one in steps] == [2, 2]
    assert max(steps[0]) < 400
    assert max(steps[1]) < 40
    record = msgspec.json.decode(msgspec.json.encode(record), type=AutoRecord)
    again = auto(dataset, task, threads=1, again=record)
    assert again.predictions.equals(first.predictions)
    assert again.metrics == first.metrics
    assert again.auto == record


@pytest.mark.parametrize("share", [0.0, 3_600.0])
def test_that_what_was_there_of_the_first_member_is_made_again(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    # Its own time, or that of the whole run, ends the first fit.
    monkeypatch.setattr(Lanes, "_share", lambda self, attempt, left: share)
    first = auto(dataset, "binary", budget_s=1e-9, threads=1)
    assert first.auto is not None
    assert first.auto.begun is not None
    assert first.auto.begun.cut is not None
    assert not first.auto.members
    again = auto(dataset, "binary", threads=1, again=first.auto)
    assert again.predictions.equals(first.predictions)


def test_that_a_single_fit_has_no_such_record(dataset: Dataset) -> None:
    experiment = plan(dataset.info, target="sold", features=FEATURES, estimators=["dummy"], new_id=lambda: "run-1")[-1]
    assert Training(experiment, dataset, lambda event: None).run(lambda: False).auto is None
