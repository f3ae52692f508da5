"""Auto: members on folds, put together; what fails is listed, what is stopped is kept."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.linear import Logistic
from aetheron_desktop.engine.estimators.pipeline import Blend
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.evaluation.stacking import Layer
from aetheron_desktop.engine.events import MemberScored, MetricLogged, Progressed
from aetheron_desktop.engine.registry.parts import KeptPredictors
from aetheron_desktop.engine.training.auto.ensemble import Assembler
from aetheron_desktop.engine.training.auto.fold_progress import FoldProgress
from aetheron_desktop.engine.training.auto.kept import FitAbout, KeptFits
from aetheron_desktop.engine.training.auto.learner import AutoLearner
from aetheron_desktop.engine.training.auto.portfolio import COST, portfolio
from aetheron_desktop.engine.training.candidate import Candidate
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.forecast import Forecast
from aetheron_desktop.engine.training.trainer import Training
from tests.tables import FEATURES, TARGETS, made_dataset, made_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.run import Run

QUICK = (
    Candidate("logistic", {"max_iter": 20}),
    Candidate("forest", {"n_estimators": 8}),
    Candidate("boosting", {"max_iter": 10}),
    Candidate("ridge", {}),
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return made_dataset(tmp_path_factory.mktemp("auto"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(task: Task, seed: int, *, of_quantiles: bool) -> Iterator[Candidate]:
        del seed, of_quantiles
        yield from (candidate for candidate in QUICK if task in candidate.card.tasks)

    monkeypatch.setattr("aetheron_desktop.engine.training.auto.learner.portfolio", few)


def auto(
    dataset: Dataset,
    task: Task = "binary",
    should_stop: Callable[[], bool] = lambda: False,
    events: list[Event] | None = None,
    budget_s: float | None = None,
    threads: int = 1,
    **params: Any,
) -> Run:
    made = planned(dataset, task, budget_s, **params)
    return Training(made, dataset, (events if events is not None else []).append, threads=threads).run(should_stop)


def planned(dataset: Dataset, task: Task, budget_s: float | None = None, **params: Any) -> Experiment:
    return plan(
        dataset.info, target=TARGETS[task], task=task, estimators=["auto"], features=FEATURES, budget_s=budget_s,
        params={"auto": {"folds": 3} | params}, new_id=lambda: "run-1",
    )[-1]  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(dataset: Dataset) -> Callable[[Task], pd.DataFrame]:
    """Give the predictions of a run that nobody cuts short, made once."""
    return cache(lambda task: auto(dataset, task).predictions)


def told(events: list[Event]) -> list[MemberScored]:
    return [event for event in events if isinstance(event, MemberScored) and not event.is_stacked]


@pytest.mark.parametrize("task", TARGETS)
def test_that_members_are_scored_where_they_did_not_learn_and_put_together(dataset: Dataset, task: Task) -> None:
    events: list[Event] = []
    run = auto(dataset, task, events=events)
    members = told(events)
    assert [member.member for member in members] == list(range(1, len(members) + 1))
    assert all(member.fits == 3 and not member.reason and member.low is not None for member in members)
    assert all(member.low <= member.score <= member.high for member in members)  # type: ignore[operator]
    assert sum(members[-1].weights.values()) == pytest.approx(1.0)
    assert run.model is not None
    assert isinstance(run.model.predictor, Blend)
    assert {branch.estimator for branch in run.model.predictor.branches} <= {c.estimator for c in QUICK}
    losses = [event.value for event in events if isinstance(event, MetricLogged) and event.name == "loss"]
    assert len(losses) == len(members)
    assert losses[-1] <= losses[0]  # type: ignore[operator]


def test_that_a_second_layer_is_told_and_kept_where_it_is_better(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def layered(*given: Any, **more: Any) -> tuple[Layer, Any]:
        del more
        _, truth, said, *_ = given
        layer = Layer(np.array([2.0, *[-0.5] * (len(said) - 1)]), np.array([0.1, -0.1]))
        assert len(truth) == len(said[0])
        return layer, layer.put_together(said)

    monkeypatch.setattr("aetheron_desktop.engine.training.auto.ensemble.second_layer", layered)
    events: list[Event] = []
    run = auto(dataset, events=events)
    last = [event for event in events if isinstance(event, MemberScored)][-1]
    assert last.is_stacked
    assert last.member == 3
    assert last.weights == pytest.approx({1: 2 / 3, 2: -1 / 6, 3: -1 / 6})
    assert run.model is not None
    assert isinstance(run.model.predictor, Blend)
    assert run.model.predictor.offsets == (0.1, -0.1)
    assert [weight for _, weight in run.model.predictor.members().values()] == pytest.approx([2.0, -0.5, -0.5])
    assert run.metrics["roc_auc"] is not None
    quick = auto(dataset, latency_ms=60_000)
    assert quick.model is not None
    assert isinstance(quick.model.predictor, Blend)
    assert quick.model.predictor.offsets == ()


def test_that_the_test_part_decides_nothing(dataset: Dataset, tmp_path: Path) -> None:
    run = auto(dataset, "regression")
    table = made_table()
    rows = run.predictions["row"].to_numpy()
    table.loc[rows, "price"] = -1000.0 * table.loc[rows, "price"]
    other = auto(made_dataset(tmp_path / "turned", table), "regression")
    assert (other.predictions["row"].to_numpy() == rows).all()
    assert run.model is not None
    assert other.model is not None
    assert run.model.predict(table).equals(other.model.predict(table))
    assert other.metrics["rmse"] != run.metrics["rmse"]


def test_that_one_that_fails_is_listed_and_the_others_go_on(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        del given
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr(Logistic, "fit", fail)
    events: list[Event] = []
    run = auto(dataset, events=events)
    first, *others = told(events)
    assert (first.estimator, first.reason, first.member) == ("logistic", "ZeroDivisionError: no such luck", 0)
    assert [member.reason for member in others] == ["", ""]
    assert run.outcome == "succeeded"


def test_that_the_reason_is_said_when_all_fail(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        del given
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr("aetheron_desktop.engine.training.auto.bench.Bench.fit", fail)
    with pytest.raises(TrainingError, match="no such luck"):
        auto(dataset)


def test_that_a_stop_keeps_the_ensemble_so_far(dataset: Dataset) -> None:
    events: list[Event] = []
    run = auto(dataset, events=events, should_stop=lambda: bool(told(events)))
    assert run.outcome == "stopped"
    assert run.model is not None
    assert len(told(events)) == 1


def test_that_a_stop_before_the_first_member_keeps_what_is_there_of_it(dataset: Dataset) -> None:
    asked = 0

    def soon() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    run = auto(dataset, should_stop=soon)
    assert run.outcome == "stopped"
    assert run.model is None or run.metrics["roc_auc"] is not None


def test_that_a_number_of_models_is_kept_to_and_repeats_to_the_bit(dataset: Dataset) -> None:
    events: list[Event] = []
    first, again = (auto(dataset, events=events, models=2) for _ in range(2))
    assert len(told(events)) == 4
    assert first.predictions.equals(again.predictions)


@pytest.mark.parametrize("task", TARGETS)
def test_that_fits_side_by_side_make_the_same_as_one_after_the_other(
    dataset: Dataset, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = [*QUICK, Candidate("network", {"epochs": 1, "hidden_size": 8}), Candidate("resnet", {"epochs": 1})]
    monkeypatch.setattr(
        "aetheron_desktop.engine.training.auto.learner.portfolio",
        lambda task, seed, of_quantiles: (candidate for candidate in tried if task in candidate.card.tasks),
    )
    one, three = (auto(dataset, task, threads=threads, models=5) for threads in (1, 3))
    assert one.predictions.equals(three.predictions)
    assert one.metrics == three.metrics


def test_that_a_stop_ends_all_fits_that_are_side_by_side(dataset: Dataset) -> None:
    events: list[Event] = []
    run = auto(dataset, events=events, threads=3, should_stop=lambda: bool(told(events)))
    assert run.outcome == "stopped"
    assert run.model is not None
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fit")]


def test_that_a_row_takes_no_longer_than_it_may(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    # What the parts take is measured; here each predictor takes one and a half milliseconds, and no transformer any.
    monkeypatch.setattr(Assembler, "_ms", lambda self, part, transformer: 0.0 if transformer is None else 1.5)
    for limit, most in ((2, 1), (7, 4), (60, 9)):
        run = auto(dataset, latency_ms=limit)
        assert run.model is not None
        assert 1 <= len(run.model.predictor.branches) <= most  # type: ignore[attr-defined]
    assert len(run.model.predictor.branches) > 2  # type: ignore[union-attr]


def test_that_what_a_row_takes_is_measured(dataset: Dataset) -> None:
    learner = None
    join = AutoLearner._join

    def kept(self: AutoLearner, attempt: Any, progress: Any) -> None:
        nonlocal learner
        learner = self
        join(self, attempt, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AutoLearner, "_join", kept)
        auto(dataset, latency_ms=10_000)
    assert learner is not None
    members = sorted(learner._members, key=lambda member: member.number)
    whole = learner._assembler.put_together(members)
    assert 0.0 < learner._assembler.latency_ms(whole) < 10_000


def test_that_what_needs_more_memory_than_there_may_be_is_left_out_with_the_reason(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_of(card: Any, size: object, params: object) -> Forecast:
        del size, params
        return Forecast(estimator=card.id, seconds=1.0, bytes=3e9 if card.id == "forest" else 1e8)

    monkeypatch.setattr("aetheron_desktop.engine.training.auto.learner.forecast", told_of)
    events: list[Event] = []
    run = auto(dataset, events=events, memory_gb=2)
    left_out = [member for member in told(events) if member.reason]
    assert [member.estimator for member in left_out] == ["forest"]
    assert "3 GB" in left_out[0].reason
    assert "2 GB" in left_out[0].reason
    assert run.outcome == "succeeded"


def test_that_how_long_it_still_takes_is_told_by_what_is_left(dataset: Dataset) -> None:
    events: list[Event] = []
    auto(dataset, events=events, models=3)
    left = [event.eta_s for event in events if isinstance(event, Progressed) and event.eta_s is not None]
    assert left
    assert all(each >= 0 for each in left)


def test_that_time_that_is_up_ends_it_with_what_is_there(dataset: Dataset) -> None:
    run = auto(dataset, budget_s=0.001)
    assert run.outcome == "succeeded"
    assert run.model is not None


def test_that_rare_classes_are_known_in_every_fold(tmp_path: Path) -> None:
    table = made_table()
    table.loc[[3, 4], "sort"] = ["d", "e"]
    run = auto(made_dataset(tmp_path, table), "multiclass")
    assert run.model is not None
    assert run.model.classes == ("a", "b", "c", "d", "e")
    found = scores("multiclass", np.array([0, 1]), run.model.raw(table.head(2)))
    assert found["log_loss"] is not None


class Killed(BaseException):
    """The process is gone: nobody catches it."""


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("at", [1, 3, 8])
def test_that_a_run_that_was_killed_goes_on_from_its_fits_and_ends_the_same(
    dataset: Dataset,
    undisturbed: Callable[[Task], pd.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
    threads: int,
) -> None:
    want = undisturbed("multiclass")
    fits: list[tuple[str, int]] = []
    put = KeptFits.put

    def counted(self: KeptFits, number: int, about: FitAbout, predictor: Any) -> None:
        if len(fits) == at:
            raise Killed
        fits.append((about.candidate.estimator, about.fold))
        put(self, number, about, predictor)

    monkeypatch.setattr(KeptFits, "put", counted)
    made = planned(dataset, "multiclass")

    def training() -> Training:
        kept = tmp_path / "kept"
        files = KeptPredictors()
        return Training(made, dataset, lambda event: None, threads=threads, checkpoints=kept, files=files)

    with pytest.raises(Killed):
        training().run(lambda: False)
    before, at = len(fits), 99
    resumed = training().run(lambda: False)
    assert before < len(fits) == len(set(fits)) == 9
    assert resumed.predictions.equals(want)


@pytest.mark.parametrize("is_changed", [False, True])
def test_that_a_fit_that_was_cut_short_goes_on_from_its_checkpoint_unless_that_was_changed(
    dataset: Dataset,
    undisturbed: Callable[[Task], pd.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_changed: bool,
) -> None:
    made, want = planned(dataset, "binary"), undisturbed("binary")
    offer, written = FoldProgress.checkpoint, 0

    def written_and_killed(self: FoldProgress, write: Callable[[Path], None]) -> None:
        nonlocal written
        offer(self, write)
        written += 1
        if written == 3:
            raise Killed

    monkeypatch.setattr(FoldProgress, "checkpoint", written_and_killed)
    begun: list[bool] = []
    restored = FoldProgress.restored

    def heard(self: FoldProgress) -> Path | None:
        begun.append(restored(self) is not None)
        return restored(self)

    monkeypatch.setattr(FoldProgress, "restored", heard)

    def training() -> Training:
        kept, key, files = tmp_path / "kept", b"k" * 32, KeptPredictors()
        return Training(
            made, dataset, lambda event: None, checkpoints=kept, interval_s=0.0, files=files, key=key
        )  # fmt: skip

    with pytest.raises(Killed):
        training().run(lambda: False)
    begun.clear()
    if is_changed:
        (checkpoint, *_) = sorted((tmp_path / "kept").glob("fits/going/*/0*"))
        for file in checkpoint.parent.glob("0*/*"):
            file.write_bytes(file.read_bytes() + b" ")
    run = training().run(lambda: False)
    assert begun[0] is not is_changed
    assert not any(begun[1:])
    assert run.predictions.equals(want)


def test_that_a_kept_fit_that_is_not_what_was_written_is_done_again(
    dataset: Dataset, undisturbed: Callable[[Task], pd.DataFrame], tmp_path: Path
) -> None:
    made = planned(dataset, "binary")
    for _ in range(2):
        training = Training(made, dataset, lambda event: None, checkpoints=tmp_path, files=KeptPredictors())
        run = training.run(lambda: False)
        assert run.predictions.equals(undisturbed("binary"))
        for file in (tmp_path / "fits").glob("*/pipeline.skops"):
            file.write_bytes(file.read_bytes()[:200])


def test_that_the_portfolio_begins_with_what_is_known_to_work_and_never_ends() -> None:
    for task in TARGETS:
        tried = portfolio(task, 0)
        first = [next(tried) for _ in range(60)]
        assert first[0].estimator in {"logistic", "ridge"}
        assert first[1].estimator == "lightgbm"
        assert {candidate.estimator for candidate in first} <= set(COST)
        assert all(task in candidate.card.tasks for candidate in first)
        assert len({repr(candidate) for candidate in first}) == 60
        assert first == [candidate for candidate, _ in zip(portfolio(task, 0), range(60), strict=False)]
        assert all(candidate.params and candidate.title for candidate in first)
