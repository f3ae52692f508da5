"""What every estimator of the catalog promises, for each of its tasks."""

from __future__ import annotations

import importlib
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.errors import AetheronError, ModelError, TrainingError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import Recipe, Rows
from aetheron_desktop.engine.estimators.pipeline import Blend
from aetheron_desktop.engine.evaluation.metrics import BASELINE, main_metric, metrics_for, metrics_of_limits
from aetheron_desktop.engine.events import Event, MessageLogged, MetricLogged, Progressed, RunStarted
from aetheron_desktop.engine.params import Bool, Choice, Float, Int, defaults
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.training.checkpoints import Checkpoints
from aetheron_desktop.engine.training.experiment import Experiment, SplitPlan, plan
from aetheron_desktop.engine.training.trainer import Training, train
from tests.tables import FEATURES, TARGETS, made_dataset, made_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import ColumnType, Task
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.training.run import Run

QUICK: dict[str, dict[str, Any]] = {
    "logistic": {"max_iter": 60},
    "forest": {"n_estimators": 12},
    "extra_trees": {"n_estimators": 12},
    "elastic_net": {"n_alphas": 20},
    "glass_box": {"max_iter": 30, "min_samples_leaf": 5},
    "boosting": {"max_iter": 15},
    "lightgbm": {"n_estimators": 15},
    "xgboost": {"n_estimators": 15},
    "quantile": {"max_iter": 60},
    "quantile_boosting": {"n_estimators": 15},
    "catboost": {"iterations": 15},
    "network": {"epochs": 40, "hidden_size": 32, "batch_size": 16},
    "tabm": {"epochs": 25, "hidden_size": 16, "batch_size": 16, "members": 4, "layers": 2},
    "resnet": {"epochs": 20, "hidden_size": 16, "batch_size": 16, "layers": 1},
    "ft_transformer": {"epochs": 15, "hidden_size": 16, "batch_size": 16, "layers": 1, "learning_rate": 3e-3},
    "auto": {"models": 2, "folds": 2},
}
UNKEPT = {"auto"}
"""What offers no checkpoint."""
EVERY = [
    pytest.param(card, task, id=f"{card.id}-{task}") for card in catalog.ALL for task in TARGETS if task in card.tasks
]
ITERATIVE = [case for case in EVERY if case.values[0].iterative]  # type: ignore[union-attr]


def experiment(card: Card, task: Task, dataset: Dataset, **changed: Any) -> Experiment:
    params = {"params": {card.id: QUICK.get(card.id, {}) | changed.pop("values", {})}}
    target = changed.pop("target", TARGETS[task])
    features = changed.pop("features", FEATURES)
    planned = plan(
        dataset.info,
        target=target,
        task=task,
        estimators=[card.id],
        features=features,
        new_id=lambda: "run-1",
        **params,
    )
    made = next(one for one in planned if one.estimator == card.id)
    return msgspec.structs.replace(made, **changed)


def trained(card: Card, task: Task, dataset: Dataset, events: list[Event] | None = None, **changed: Any) -> Run:
    heard = [] if events is None else events
    return train(experiment(card, task, dataset, **changed), dataset, heard.append, lambda: False)


def predicted(run: Run, table: pd.DataFrame) -> pd.DataFrame:
    assert run.model is not None
    return run.model.predict(table)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return made_dataset(tmp_path_factory.mktemp("tables") / "dataset")


class Fitted(NamedTuple):
    """A run of a card with its quick parameters, and what it told."""

    run: Run
    events: list[Event]


@pytest.fixture(scope="module")
def fitted(dataset: Dataset) -> Callable[[Card, Task], Fitted]:
    """Give the same fit to every test that only looks at it."""

    @cache
    def fit(card_id: str, task: Task) -> Fitted:
        events: list[Event] = []
        return Fitted(trained(catalog.card(card_id), task, dataset, events), events)

    return lambda card, task: fit(card.id, task)


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_it_fits_and_is_measured(card: Card, task: Task, fitted: Callable[[Card, Task], Fitted]) -> None:
    run, events = fitted(card, task)
    assert run.outcome == "succeeded"
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[1], Progressed)
    wanted = (*metrics_for(task), *(metrics_of_limits() if task == "regression" else ()))
    assert {metric.name for metric in wanted} == {n for n in run.metrics if not n.startswith(BASELINE)}
    main = main_metric(task)
    own, dummy = run.metrics[main.name], run.metrics[BASELINE + main.name]
    assert own is not None
    assert dummy is not None
    if card is not catalog.card("dummy"):
        assert own > dummy if main.direction == "higher" else own < dummy
    assert list(run.predictions.columns[:3]) == ["row", "truth", "prediction"]
    assert len(run.predictions) == run.rows["test"]
    assert sum(run.rows.values()) == len(made_table())


@pytest.mark.parametrize(("card", "task"), ITERATIVE)
def test_that_one_that_works_in_steps_tells_its_curves(
    card: Card, task: Task, fitted: Callable[[Card, Task], Fitted]
) -> None:
    events = fitted(card, task).events
    points = [event for event in events if isinstance(event, MetricLogged)]
    main = main_metric(task).name
    # What an ensemble says of rows that its members learned from tells nothing.
    for part in ("valid",) if card.ensemble else ("train", "valid"):
        for name in ("loss", main):
            curve = [point.step for point in points if (point.part, point.name) == (part, name)]
            assert len(curve) >= 2
            assert curve == sorted(curve)
    stages = {event.stage for event in events if isinstance(event, Progressed)} - {"prepare", "evaluate"}
    done = [event for event in events if isinstance(event, Progressed) and event.stage in stages]
    assert done
    assert all(event.total is not None and event.done <= event.total for event in done)


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_one_seed_gives_one_model_and_the_table_is_not_changed(
    card: Card, task: Task, dataset: Dataset, fitted: Callable[[Card, Task], Fitted]
) -> None:
    table = dataset.table()
    before = table.copy(deep=True)
    first, second = (predicted(run, table) for run in (fitted(card, task).run, trained(card, task, dataset)))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("id_", ["forest", "extra_trees"])
def test_that_the_votes_of_a_forest_on_several_threads_add_up_to_the_same_bits(id_: str, dataset: Dataset) -> None:
    plans = experiment(catalog.card(id_), "binary", dataset)
    many = [Training(plans, dataset, lambda event: None, threads=count).run(lambda: False) for count in (1, 4)]
    first, second = (predicted(run, dataset.table()) for run in many)
    pd.testing.assert_frame_equal(first, second, check_exact=True)


class Eager(Checkpoints):
    """Takes up every offer, and counts what was offered."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, interval_s=0.0)
        self.taken = 0

    def offer(self, write: Callable[[Path], None]) -> bool:
        self.taken += 1
        return super().offer(write)


def restorable(card: Card, task: Task, dataset: Dataset, folder: Path) -> tuple[Training, Eager, list[Event]]:
    training, events = resumable(card, task, dataset, folder)
    training._checkpoints = kept = Eager(folder)
    return training, kept, events


def resumable(card: Card, task: Task, dataset: Dataset, folder: Path) -> tuple[Training, list[Event]]:
    events: list[Event] = []
    return Training(experiment(card, task, dataset), dataset, events.append, checkpoints=folder), events


@pytest.mark.parametrize(("card", "task"), ITERATIVE)
def test_that_a_fit_that_was_cut_short_goes_on_to_the_same_model(
    card: Card, task: Task, dataset: Dataset, fitted: Callable[[Card, Task], Fitted], tmp_path: Path
) -> None:
    whole = fitted(card, task).run
    cut, kept, _ = restorable(card, task, dataset, tmp_path / "kept")
    # A stop between two steps stands for a kill: what the fit had in memory is gone in either case.
    cut.run(lambda: kept.taken >= 2)
    if not kept.taken:
        assert card.id in UNKEPT
        return
    again, events = resumable(card, task, dataset, tmp_path / "kept")
    run = again.run(lambda: False)
    assert run.outcome == "succeeded"
    pd.testing.assert_frame_equal(predicted(run, dataset.table()), predicted(whole, dataset.table()), check_exact=True)
    told = [event.step for event in events if isinstance(event, MetricLogged) and event.part == "valid"]
    # An ensemble tells again of the members that it has kept.
    assert card.ensemble or not told or min(told) > 1, "it began anew"


@pytest.mark.parametrize(("card", "task"), ITERATIVE)
def test_that_a_fit_that_goes_on_has_a_model_at_once(card: Card, task: Task, dataset: Dataset, tmp_path: Path) -> None:
    cut, kept, _ = restorable(card, task, dataset, tmp_path / "kept")
    cut.run(lambda: kept.taken >= 1)
    if not kept.taken:
        assert card.id in UNKEPT
        return
    again, events = resumable(card, task, dataset, tmp_path / "kept")
    run = again.run(lambda: any(isinstance(event, MetricLogged) for event in events))
    assert run.model is not None


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_what_was_saved_predicts_the_same_bits(
    card: Card, task: Task, dataset: Dataset, fitted: Callable[[Card, Task], Fitted], tmp_path: Path
) -> None:
    run = fitted(card, task).run
    info = save_model(run, tmp_path / "models", id="model-1", name="it")
    opened = load_model(tmp_path / "models" / "model-1")
    table = dataset.table()
    pd.testing.assert_frame_equal(opened.predict_frame(table), predicted(run, table), check_exact=True)
    assert opened.info == info
    assert opened.schema.names == tuple(name for name in FEATURES)
    again = opened.predict_frame(table).iloc[run.predictions["row"]].reset_index(drop=True)
    kept = run.predictions.drop(columns=["row", "truth"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(again, kept, check_exact=True)
    if not isinstance(opened.pipeline.predictor, Blend):
        # Rows take a shorter way than scikit-learn's own, and must not end elsewhere.
        features = opened.pipeline.transformer.transform(opened.pipeline.columns.frame(table))
        want = opened.pipeline.predictor.predict(np.asarray(features, dtype=np.float64))
        np.testing.assert_array_equal(opened.pipeline.raw(table), want)


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_a_row_is_predicted_the_same_in_whatever_company(
    card: Card, task: Task, dataset: Dataset, fitted: Callable[[Card, Task], Fitted]
) -> None:
    run = fitted(card, task).run
    table = dataset.table()
    whole = predicted(run, table)
    shuffled = table.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(predicted(run, shuffled), whole.loc[shuffled.index], check_exact=True)
    pd.testing.assert_frame_equal(predicted(run, table.iloc[[5]]), whole.iloc[[5]], check_exact=True)
    assert len(predicted(run, table.iloc[:0])) == 0


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_columns_are_found_by_name_and_others_passed_over(
    card: Card, task: Task, dataset: Dataset, fitted: Callable[[Card, Task], Fitted]
) -> None:
    run = fitted(card, task).run
    table = dataset.table()
    other = table[list(reversed(table.columns))].assign(stranger=1)
    pd.testing.assert_frame_equal(predicted(run, other), predicted(run, table), check_exact=True)
    with pytest.raises(ModelError, match="size"):
        predicted(run, table.drop(columns=["size"]))
    with pytest.raises(ModelError, match="more than once"):
        predicted(run, pd.concat([table, table[["size"]]], axis=1))


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_values_never_seen_are_predicted(
    card: Card, task: Task, dataset: Dataset, fitted: Callable[[Card, Task], Fitted]
) -> None:
    run = fitted(card, task).run
    table = dataset.table().head(8).astype({"size": float, "count": float, "fresh": object, "remark": object})
    table.loc[0, list(FEATURES)] = None
    table.loc[1, "size"] = np.inf
    table.loc[2, "size"] = -1e300
    table.loc[3, "colour"] = "never seen"
    table.loc[4, "remark"] = "other words altogether"
    table.loc[5, "seen"] = pd.Timestamp("1850-01-01")
    table["count"] = table["count"].astype(str)
    table.loc[6, "count"] = "not a number"
    table["fresh"] = ["yes", "no", None, "TRUE", "false", "1", "0", "perhaps"]
    made = predicted(run, table)
    assert len(made) == 8
    numbers = made.drop(columns=["prediction"]) if task != "regression" else made
    assert np.isfinite(numbers.to_numpy(dtype=float)).all()


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_probabilities_add_up_and_limits_lie_around_a_number(
    card: Card, task: Task, dataset: Dataset, fitted: Callable[[Card, Task], Fitted]
) -> None:
    made = predicted(fitted(card, task).run, dataset.table())
    if task == "regression":
        assert list(made.columns) == ["prediction", "lower", "upper"]
        assert (made["lower"] <= made["prediction"]).all()
        assert (made["prediction"] <= made["upper"]).all()
        return
    chances = made.filter(like="probability_")
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, atol=1e-9)
    assert (chances.idxmax(axis=1).str.removeprefix("probability_") == made["prediction"].astype(str)).all()
    assert set(made["prediction"]) <= set(dataset.table()[TARGETS[task]])


@pytest.mark.parametrize(("card", "task"), ITERATIVE)
def test_that_a_stop_after_the_first_step_keeps_a_model(card: Card, task: Task, dataset: Dataset) -> None:
    events: list[Event] = []
    long = {"n_estimators": 5000} if card.id in {"forest", "extra_trees"} else {}
    run = train(
        experiment(card, task, dataset, values=long),
        dataset,
        events.append,
        lambda: any(isinstance(event, MetricLogged) and event.part == "valid" for event in events),
    )
    assert run.outcome == "stopped"
    assert run.model is not None
    assert run.metrics[main_metric(task).name] is not None
    assert sum(isinstance(event, MetricLogged) and event.part == "valid" for event in events) <= 4


@pytest.mark.parametrize(("card", "task"), ITERATIVE)
def test_that_another_thread_may_conclude_in_the_middle_of_a_step(card: Card, task: Task, dataset: Dataset) -> None:
    inside, leave = threading.Event(), threading.Event()

    def emit(event: Event) -> None:
        # Holds the fit where a long step of C code would.
        if isinstance(event, MetricLogged) and event.part == "valid" and event.step > 1 and not inside.is_set():
            inside.set()
            leave.wait(60)

    training = Training(experiment(card, task, dataset), dataset, emit)
    worker = threading.Thread(target=training.run, args=(lambda: False,), daemon=True)
    worker.start()
    try:
        assert inside.wait(60)
        run = training.conclude()
    finally:
        leave.set()
        worker.join(60)
    assert run.outcome == "stopped"
    assert run.model is not None
    assert len(run.predictions) == run.rows["test"]


def test_that_concluding_before_anything_was_fitted_gives_no_model(dataset: Dataset) -> None:
    training = Training(experiment(catalog.card("forest"), "binary", dataset), dataset, lambda event: None)
    run = training.conclude()
    assert (run.outcome, run.model, run.metrics) == ("stopped", None, {})


def _limits(card: Card) -> list[dict[str, Any]]:
    """Each parameter at each of its limits, the others quick; what counts steps or units stays small."""
    counts = {"n_estimators", "max_iter", "epochs", "hidden_size", "layers", "patience"}
    found: list[dict[str, Any]] = []
    for parameter in card.parameters:
        values: list[Any]
        match parameter:
            case Int() | Float():
                values = [parameter.low] if parameter.name in counts else [parameter.low, parameter.high]
                if isinstance(parameter, Int) and parameter.optional:
                    values.append(None)
            case Bool():
                values = [True, False]
            case Choice():
                values = [option for option in parameter.options if option not in {"cuda", "mps", "gpu"}]
        found += [{parameter.name: value} for value in values]
    return found


@pytest.mark.parametrize(
    ("card", "values"),
    [pytest.param(card, values, id=f"{card.id}-{values}") for card in catalog.ALL for values in _limits(card)],
)
def test_that_parameters_at_their_limits_are_taken(card: Card, values: dict[str, Any], dataset: Dataset) -> None:
    # Quantiles are of numbers.
    is_of_classes = "multiclass" in card.tasks and "quantiles" not in values.values()
    task: Task = "multiclass" if is_of_classes else "regression"
    few = {"epochs": 2} if card.family == "neural" else {}
    try:
        # A thousand models are wanted at the limit: they have the time that there is.
        run = trained(card, task, dataset, values=few | values, budget_s=0.3 if card.ensemble else None)
    except AetheronError as error:
        # A learning rate of 1 may diverge; that is said, with what to do.
        assert "never a number" in error.detail  # noqa: PT017
        assert error.hint  # noqa: PT017
    else:
        assert run.model is not None


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_ten_rows_are_enough(card: Card, task: Task, tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(10.0), "b": list("xyxyxyxyxy"), "y": _tiny(task)})
    kinds: dict[str, ColumnType] = {"b": "category", "y": "number" if task == "regression" else "integer"}
    small = made_dataset(tmp_path / "small", table, kinds, target="y")
    run = trained(card, task, small, target="y", features=("a", "b"))
    assert run.model is not None
    assert len(predicted(run, table)) == 10


def _tiny(task: Task) -> Any:
    match task:
        case "binary":
            return [0, 1] * 5
        case "multiclass":
            return [0, 1, 2, 0, 1, 2, 0, 1, 2, 5]
        case "regression":
            return np.arange(10.0) ** 2


@pytest.mark.parametrize("card", [card for card in catalog.ALL if "binary" in card.tasks], ids=lambda card: card.id)
def test_that_class_weights_make_a_rare_class_count(card: Card, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=400)})
    table["y"] = np.where(table["a"] + rng.normal(size=400) > 2.2, "rare", "usual")
    skewed = made_dataset(tmp_path / "skewed", table, {"y": "category"}, target="y")
    events: list[Event] = []
    plain = trained(card, "binary", skewed, events, target="y", features=("a",))
    assert any(isinstance(event, MessageLogged) and "unbalanced" in event.text for event in events)
    if card is not catalog.card("dummy"):
        # Trees of the whole table down to single rows know each row by heart, however much it weighs.
        values = {"min_samples_leaf": 5} if card.id == "extra_trees" else {}
        if values:
            plain = trained(card, "binary", skewed, target="y", features=("a",), values=values)
        weighted = trained(card, "binary", skewed, target="y", features=("a",), class_weight="balanced", values=values)
        mean = [float(predicted(run, table)["probability_rare"].mean()) for run in (plain, weighted)]
        assert mean[1] > mean[0]


DOUBLED: dict[str, dict[str, Any]] = {
    "dummy": {},
    "logistic": {},
    "ridge": {},
    "elastic_net": {"n_alphas": 15},
    "naive_bayes": {},
    # By itself its reach goes by the rows' variance, whatever they weigh.
    "svm": {"gamma": 0.2},
    # Its leaves count rows, whatever they weigh.
    "tree": {"min_samples_leaf": 1, "prune": False, "max_depth": 3},
}
"""What promises that a row twice is a row of weight 2, and how it is set for that."""


class Judge:
    """The progress of a fit without a run: it gives the loss on the rows that judge."""

    def step(self, number: int, total: int | None, train: object, valid: tuple[Rows, Any]) -> float:
        rows, told = valid
        if told.ndim == 1:
            return float(((told - rows.y) ** 2).mean())
        return float(-np.log(np.maximum(told[np.arange(len(rows)), rows.y], 1e-12)).mean())

    def silent(self, *told: object) -> None:
        return None

    tick = batch = say = work = checkpoint = silent

    def restored(self) -> None:
        return None


@pytest.mark.parametrize(
    ("id_", "task"), [(id_, task) for id_ in DOUBLED for task in TARGETS if task in catalog.card(id_).tasks]
)
def test_that_a_row_twice_is_a_row_of_weight_two(id_: str, task: Task) -> None:
    card = catalog.card(id_)
    rng = np.random.default_rng(0)
    features = rng.normal(size=(150, 4))
    raw = features[:, 0] - features[:, 1] + rng.normal(size=150)
    classes = {"regression": 0, "binary": 2, "multiclass": 3}[task]
    y = np.digitize(raw, np.quantile(raw, np.linspace(0, 1, classes + 1)[1:-1])) if classes else raw
    train, valid = (Rows(features[part], y[part]) for part in (slice(100), slice(100, None)))
    weight = np.where(np.arange(100) % 3, 1.0, 2.0)
    twice = np.repeat(np.arange(100), weight.astype(int))
    module, _, name = card.implementation.partition(":")
    kind = getattr(importlib.import_module(f"aetheron_desktop.engine.estimators.{module}"), name)
    told = []
    for rows in (Rows(train.X[twice], train.y[twice]), Rows(train.X, train.y, weight), train):
        params = defaults(card.parameters) | DOUBLED[id_]
        estimator = kind(Recipe(task=task, classes=classes, params=params, seed=0))
        estimator.fit(rows, valid, Judge())
        told.append(estimator.fitted.predict(valid.X))
    spread = np.ptp(told[0]) or 1.0
    assert np.abs(told[0] - told[1]).max() < 0.01 * spread
    assert np.abs(told[0] - told[2]).max() > 1e-4 * spread


def test_that_the_split_decides_which_rows_are_which(dataset: Dataset) -> None:
    run = trained(catalog.card("dummy"), "binary", dataset, split=SplitPlan(test=0.5, valid=0.25))
    assert run.rows == {"train": 50, "valid": 50, "test": 100}


@pytest.mark.gpu
@pytest.mark.parametrize("task", TARGETS)
def test_that_lightgbm_learns_on_a_graphics_card_and_predicts_on_the_processor(task: Task, dataset: Dataset) -> None:
    card = catalog.card("lightgbm")
    try:
        run = trained(card, task, dataset, values={"device_type": "gpu"})
    except TrainingError as error:
        if "No OpenCL device" not in error.detail:
            raise
        pytest.skip("there is no OpenCL device")
    assert run.environment["device"] == "gpu"
    plain = trained(card, task, dataset)
    main = main_metric(task)
    assert run.metrics[main.name] == pytest.approx(plain.metrics[main.name], rel=0.05)
    assert len(predicted(run, dataset.table())) == len(dataset.table())


def test_that_a_graphics_card_that_is_not_there_is_told(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    import lightgbm

    def refuse(*given: Any, **named: Any) -> None:
        raise lightgbm.basic.LightGBMError("No OpenCL device found")

    monkeypatch.setattr(lightgbm, "train", refuse)
    with pytest.raises(TrainingError, match="cannot use a graphics card here: No OpenCL device found"):
        trained(catalog.card("lightgbm"), "binary", dataset, values={"device_type": "gpu"})


@pytest.mark.gpu
@pytest.mark.parametrize("task", TARGETS)
@pytest.mark.parametrize("card", [card for card in catalog.ALL if card.family == "neural"], ids=lambda card: card.id)
def test_that_a_network_learns_on_a_gpu_and_predicts_on_the_processor(card: Card, task: Task, dataset: Dataset) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    events: list[Event] = []
    run = trained(card, task, dataset, events, values={"device": "cuda"})
    assert run.environment["device"] == "cuda"
    main = main_metric(task)
    own, dummy = run.metrics[main.name], run.metrics[BASELINE + main.name]
    assert own is not None
    assert dummy is not None
    assert own > dummy if main.direction == "higher" else own < dummy
    assert len(predicted(run, dataset.table())) == len(dataset.table())
