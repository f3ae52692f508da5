from __future__ import annotations

import importlib.util
import re
import sys
import threading
import time
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open

from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest, stored_cells
from aetheron_desktop.engine.datasets.splitting.parting import part
from aetheron_desktop.engine.errors import TrainingError, UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.importance import importance
from aetheron_desktop.engine.events import KEEPING, Event, MessageLogged, MetricLogged, Progressed, RunStarted
from aetheron_desktop.engine.training import preparation, trainer
from aetheron_desktop.engine.training.checkpoints import Checkpoints
from aetheron_desktop.engine.training.experiment import Costs, Experiment, plan, split_plan
from aetheron_desktop.engine.training.machine import environment, libraries_of, version_of, warm_up
from aetheron_desktop.engine.training.trainer import Training, train
from tests.tables import FEATURES, TARGETS, made_dataset, made_table

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import ColumnType, Task
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.training.run import Run

QUICK: dict[str, dict[str, Any]] = {
    "logistic": {"max_iter": 20},
    "forest": {"n_estimators": 5},
    "boosting": {"max_iter": 3},
    "network": {"epochs": 1, "hidden_size": 16},
}


def planned(dataset: Dataset, estimator: str, **given: Any) -> Experiment:
    params = {estimator: QUICK.get(estimator, {}) | given.pop("values", {})}
    found = plan(dataset.info, estimators=[estimator], params=params, new_id=lambda: "run-1", **given)
    return next(one for one in found if one.estimator == estimator)


def run_all(dataset: Dataset, task: Task, events: list[Event] | None = None) -> dict[str, Run]:
    heard: list[Event] = [] if events is None else events
    return {
        card.id: train(planned(dataset, card.id, task=task), dataset, heard.append, lambda: False)
        for card in catalog.defaults_for(task)
    }


def said(events: list[Event]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, MessageLogged))


def table_of(folder: Path, table: pd.DataFrame, target: str, **types: ColumnType) -> Dataset:
    return made_dataset(folder, table, dict(types), target=target)


# -- tables that are hard ---------------------------------------------------------------------------------------------


def test_that_a_thousand_columns_are_trained_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(60, 750)), columns=[f"n{i}" for i in range(750)])
    words = pd.DataFrame(rng.choice(list("abc"), (60, 250)), columns=[f"c{i}" for i in range(250)])
    table = pd.concat([table, words], axis=1).assign(y=np.where(table["n0"] > 0, "yes", "no"))
    wide = table_of(tmp_path / "wide", table, "y", y="category", **dict.fromkeys(words, "category"))
    for run in run_all(wide, "binary").values():
        assert run.model is not None
        assert len(run.model.predict(table)) == 60


def test_that_a_thousand_classes_are_told_apart(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(1000), 4)
    table = pd.DataFrame({"a": labels + rng.normal(0, 0.1, 4000), "b": rng.normal(size=4000), "y": labels})
    many = table_of(tmp_path / "many", table, "y", y="integer")
    for estimator in ("dummy", "logistic", "forest", "network"):
        events: list[Event] = []
        run = train(planned(many, estimator, task="multiclass"), many, events.append, lambda: False)
        assert run.model is not None
        assert len(run.model.classes) == 1000
        assert list(run.model.predict(table.head(3)).columns)[1] == "probability_0"


def test_that_a_table_of_texts_alone_is_trained_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    good = rng.random(120) < 0.5
    table = pd.DataFrame(
        {
            "remark": [f"it was {'good and fine' if g else 'bad and poor'} number {i}" for i, g in enumerate(good)],
            "note": np.where(good, "a", ""),
            "y": np.where(good, "yes", "no"),
        }
    )
    texts = table_of(tmp_path / "texts", table, "y", remark="text", note="text", y="category")
    for name, run in run_all(texts, "binary").items():
        assert run.metrics["roc_auc"] is not None
        assert run.metrics["roc_auc"] > 0.9 or name in {"dummy", "network"}


def test_that_texts_without_a_word_are_refused_in_words(tmp_path: Path) -> None:
    table = pd.DataFrame({"t": ["?", "!"] * 20, "y": ["a", "b"] * 20})
    empty = table_of(tmp_path / "empty", table, "y", t="text", y="category")
    with pytest.raises(TrainingError) as caught:
        train(planned(empty, "forest", task="binary"), empty, lambda event: None, lambda: False)
    assert caught.value.hint


def test_that_rows_without_a_target_are_left_out_and_said(tmp_path: Path) -> None:
    table = made_table()
    table.loc[:19, "sold"] = None
    events: list[Event] = []
    gaps = made_dataset(tmp_path / "gaps", table)
    run = train(planned(gaps, "dummy", features=FEATURES), gaps, events.append, lambda: False)
    assert sum(run.rows.values()) == 180
    assert run.predictions["row"].min() >= 20
    assert "20 rows have no value of the target" in said(events)


def test_that_constant_and_empty_columns_are_left_out_and_said(tmp_path: Path) -> None:
    table = made_table()[["size", "sold"]].assign(same=1.0, nothing=np.nan)
    events: list[Event] = []
    flat = made_dataset(tmp_path / "flat", table, {"size": "number", "sold": "category"})
    run = train(planned(flat, "forest"), flat, events.append, lambda: False)
    assert "same" in said(events)
    assert "nothing" in said(events)
    assert run.model is not None
    assert [column.name for column in run.model.columns.columns] == ["size"]


def test_that_only_constant_columns_are_refused_in_words(tmp_path: Path) -> None:
    table = made_table()[["sold"]].assign(same=1.0)
    flat = made_dataset(tmp_path / "flat", table, {"sold": "category"})
    with pytest.raises(TrainingError, match="one value only"):
        train(planned(flat, "forest"), flat, lambda event: None, lambda: False)


def test_that_infinite_and_huge_values_are_trained_on(tmp_path: Path) -> None:
    table = made_table()
    table.loc[0, "size"], table.loc[1, "size"], table.loc[2, "size"] = np.inf, -np.inf, 1e300
    huge = made_dataset(tmp_path / "huge", table)
    for run in run_all(huge, "binary").values():
        assert run.model is not None


def test_that_a_target_with_infinite_values_is_trained_on_the_others(tmp_path: Path) -> None:
    table = made_table()
    table.loc[:4, "price"] = np.inf
    huge = made_dataset(tmp_path / "huge", table, target="price")
    run = train(planned(huge, "ridge", task="regression"), huge, lambda event: None, lambda: False)
    assert sum(run.rows.values()) == 195


def test_that_a_category_for_nearly_each_row_stays_narrow(tmp_path: Path) -> None:
    table = made_table(600).assign(each=[f"value {i}" for i in range(600)])
    each = made_dataset(tmp_path / "each", table, {"each": "identifier", "size": "number", "sold": "category"})
    run = train(planned(each, "logistic", features=["each", "size"]), each, lambda event: None, lambda: False)
    assert run.model is not None
    assert run.model.predictor.model.coef_.shape[1] < 60  # type: ignore[attr-defined]


def test_that_odd_column_names_are_taken(tmp_path: Path) -> None:
    table = made_table()[["size", "seen", "sold"]].assign(days=1.0 * np.arange(200))
    table.columns = pd.Index(['a [b] <c>, "d" {e}', "0", "y", "0 days"])
    odd = table_of(tmp_path / "odd", table, "y", y="category", **{"0": "date"})
    for run in run_all(odd, "binary").values():
        assert run.model is not None
        assert len(run.model.predict(table)) == 200


# -- stop, budget, conclusion -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tall(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return made_dataset(tmp_path_factory.mktemp("tall"), made_table(40_000))


LONG = {"forest": {"n_estimators": 5000}, "boosting": {"max_iter": 10_000, "patience": 1000, "learning_rate": 0.001}}


@pytest.mark.parametrize("estimator", ["forest", "boosting", "network"])
def test_that_a_stop_is_asked_for_often_and_evaluation_is_short(tall: Dataset, estimator: str) -> None:
    asked: list[float] = []
    long = {"epochs": 1000} if estimator == "network" else LONG[estimator]

    def should_stop() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 25

    told: list[Event] = []
    run = train(planned(tall, estimator, values=long), tall, told.append, should_stop)
    ended = time.monotonic()
    assert run.outcome == "stopped"
    assert KEEPING in [event.stage for event in told if isinstance(event, Progressed)], "or nobody waits for it"
    assert run.model is not None
    gaps = np.diff(asked[1:])
    assert np.median(gaps) < 5  # on any machine, however busy: a fit that never asks would take minutes
    assert ended - asked[-1] < 30


def test_that_a_long_evaluation_is_done_on_a_part_and_said(tall: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aetheron_desktop.engine.training.trainer._EVALUATION_S", 0.0)
    events: list[Event] = []
    training = Training(planned(tall, "boosting"), tall, events.append)
    training.run(lambda: False)
    run = training.conclude()
    assert run.rows["test"] == len(run.predictions) == 256
    assert "256 of 8,000 test rows" in said(events)
    assert run.predictions["row"].is_unique


def test_that_the_budget_ends_the_fit_as_planned(tall: Dataset) -> None:
    events: list[Event] = []
    made = planned(tall, "forest", values={"n_estimators": 5000}, budget_s=0.3)
    run = train(made, tall, events.append, lambda: False)
    assert run.outcome == "succeeded"
    assert run.model is not None
    assert "time budget of 0.3 s" in said(events)


def test_that_a_run_that_is_stopped_at_once_keeps_nothing(tall: Dataset) -> None:
    run = train(planned(tall, "forest"), tall, lambda event: None, lambda: True)
    assert (run.outcome, run.model) == ("stopped", None)


def test_that_concluding_while_scikit_learn_fits_gives_what_was_there(tall: Dataset) -> None:
    first = threading.Event()

    def emit(event: Event) -> None:
        if isinstance(event, MetricLogged):
            first.set()

    stop = threading.Event()
    training = Training(planned(tall, "boosting", values=LONG["boosting"]), tall, emit)
    worker = threading.Thread(target=training.run, args=(stop.is_set,), daemon=True)
    worker.start()
    assert first.wait(60)
    began = time.monotonic()
    run = training.conclude()
    took = time.monotonic() - began
    stop.set()
    worker.join(60)
    assert run.model is not None
    before = run.model.predict(made_table(50))
    assert before.equals(run.model.predict(made_table(50)))
    assert took < 5


# -- what is told -----------------------------------------------------------------------------------------------------


def test_that_the_start_says_everything_that_was_known(tmp_path: Path) -> None:
    events: list[Event] = []
    small = made_dataset(tmp_path / "small")
    made = planned(small, "network", features=FEATURES)
    train(made, small, events.append, lambda: False)
    start = events[0]
    assert isinstance(start, RunStarted)
    assert msgspec.convert(start.experiment, Experiment) == made
    told = {"python", "system", "processors", "threads", "torch", "scipy", "scikit-learn", "blas", "device"}
    assert told <= set(start.environment)
    assert all(start.environment.values())


@pytest.mark.parametrize("card", catalog.ALL, ids=lambda card: card.id)
def test_that_the_start_says_the_version_of_each_library_that_is_used(card: Card) -> None:
    found = environment(1, libraries=libraries_of(card, card.tasks[0]))
    for library in card.libraries:
        assert found[library] == importlib.import_module(library).__version__
    if card.ensemble:
        assert {"lightgbm", "xgboost", "torch"} <= set(found)
        return
    # What the module of the estimator imports is what its card says.
    spec = importlib.util.find_spec(f"aetheron_desktop.engine.estimators.{card.implementation.partition(':')[0]}")
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text(encoding="utf-8")
    used = set(re.findall(r"^ *(?:import|from) (lightgbm|xgboost|catboost|torch)\b", text, re.MULTILINE))
    assert used <= set(card.libraries)


def test_that_a_library_is_imported_to_tell_its_version_only_where_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    known = version_of("lightgbm")
    monkeypatch.setattr(metadata, "version", unknown)
    monkeypatch.delitem(sys.modules, "msgspec")
    assert version_of("msgspec")
    assert known == importlib.import_module("lightgbm").__version__


def test_that_the_losses_of_batches_are_thinned_at_the_source(tall: Dataset) -> None:
    events: list[Event] = []
    made = planned(tall, "network", values={"epochs": 3, "batch_size": 16, "hidden_size": 4, "embed_numbers": False})
    train(made, tall, events.append, lambda: False)
    losses = [event for event in events if isinstance(event, MetricLogged) and event.part == "train"]
    seconds = losses[-1].at - losses[0].at
    assert 10 < len(losses) < 2_000 * seconds
    assert len({event.step for event in losses}) > 10


def test_that_a_diverged_network_is_said_in_words(tmp_path: Path) -> None:
    small = made_dataset(tmp_path / "small", target="price")
    values = {"learning_rate": 1.0, "epochs": 30, "layers": 8, "dropout": 0.0, "hidden_size": 512}
    made = msgspec.structs.replace(
        planned(small, "network", task="regression", values=values, features=FEATURES),
        params=planned(small, "network", task="regression", values=values, features=FEATURES).params
        | {"learning_rate": 1e30},
    )
    with pytest.raises(TrainingError, match="never a number"):
        train(made, small, lambda event: None, lambda: False)


def test_that_a_device_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    import torch

    small = made_dataset(tmp_path / "small")
    device = "mps" if torch.cuda.is_available() else "cuda"
    with pytest.raises(TrainingError, match=device):
        train(planned(small, "network", values={"device": device}), small, lambda event: None, lambda: False)


def test_that_checkpoints_of_a_network_are_whole(tmp_path: Path) -> None:
    small = made_dataset(tmp_path / "small")
    kept = tmp_path / "kept"
    Training(planned(small, "network"), small, lambda event: None, checkpoints=kept, interval_s=0.0).run(lambda: False)
    newest = Checkpoints(tmp_path / "kept").newest()
    assert newest is not None
    assert sorted(file.name for file in newest.iterdir()) == ["mark.json", "network.json", "network.safetensors"]
    told = msgspec.json.decode((newest / "network.json").read_bytes())
    with safe_open(newest / "network.safetensors", "np") as file:
        parts = {name.partition(".")[0] for name in file.keys()}  # noqa: SIM118  # it is no dictionary
    assert parts == {"network", "mean", "optimizer", "shuffle", "dropout"} | ({"best"} if told["best"] else set())


def test_that_the_positive_class_can_be_chosen(tmp_path: Path) -> None:
    small = made_dataset(tmp_path / "small")
    runs = [
        train(planned(small, "logistic", features=FEATURES, positive=name), small, lambda event: None, lambda: False)
        for name in ("no", "yes")
    ]
    assert [run.model.classes for run in runs if run.model] == [("yes", "no"), ("no", "yes")]
    with pytest.raises(TrainingError, match="perhaps"):
        train(planned(small, "logistic", positive="perhaps"), small, lambda event: None, lambda: False)


@pytest.mark.parametrize(
    ("labels", "ordered"),
    [
        (["Ja", "Nein"], ("Nein", "Ja")),
        (["no", "yes"], ("no", "yes")),
        (["ja", "nej", "vet ej"], ("ja", "nej", "vet ej")),
        (["10", "9"], ("9", "10")),
        (["bad", "good"], ("bad", "good")),
    ],
)
def test_that_of_a_yes_and_a_no_the_yes_is_the_positive_class(labels: list[str], ordered: tuple[str, ...]) -> None:
    assert preparation._ordered(np.array(labels), None) == ordered


@pytest.mark.parametrize(
    ("values", "kind", "want"),
    [
        ([1, 0], "integer", [0, 1]),
        ([10, 9], "integer", [9, 10]),
        (["007", "7"], "category", ["007", "7"]),
        ([True, False], "boolean", [False, True]),
        ([1.5, 2.5], "number", ["1.5", "2.5"]),
        (["ä", "b"], "category", ["b", "ä"]),
    ],
)
def test_that_predictions_have_the_targets_own_values(
    tmp_path: Path, values: list[Any], kind: ColumnType, want: list[Any]
) -> None:
    table = pd.DataFrame({"a": np.arange(40.0), "y": np.array(values)[np.arange(40) % 2]})
    made = table_of(tmp_path / "made", table, "y", y=kind)
    run = train(planned(made, "forest", task="binary"), made, lambda event: None, lambda: False)
    assert run.model is not None
    assert sorted(run.model.predict(table)["prediction"].unique().tolist(), key=want.index) == want


def test_that_progress_goes_through_its_stages(tmp_path: Path) -> None:
    events: list[Event] = []
    small = made_dataset(tmp_path / "small")
    train(planned(small, "forest"), small, events.append, lambda: False)
    stages = [event.stage for event in events if isinstance(event, Progressed)]
    assert list(dict.fromkeys(stages)) == ["prepare", "fit", "evaluate"]


def test_that_warming_up_imports_what_a_training_needs() -> None:
    warm_up()
    assert {"pandas", "sklearn", "torch"} <= set(sys.modules)


def test_that_a_stored_split_decides_which_rows_are_learned_from(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path)
    frozen = part(dataset, SplitRequest(name="by colour", kind="group", column="colour", test=0.3, valid=0.3))
    events: list[Event] = []
    experiment = planned(dataset, "logistic", split=split_plan(dataset, "by colour"))
    run = train(experiment, dataset, events.append, lambda: False)
    assert run.outcome == "succeeded"
    parts = stored_cells(dataset, frozen)
    assert sorted(run.predictions["row"]) == list(np.flatnonzero(parts == 2))
    assert "Split “by colour”" in said(events)
    assert msgspec.json.decode(msgspec.json.encode(experiment), type=Experiment) == experiment


def test_that_each_fold_is_a_test_of_its_own(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path)
    part(dataset, SplitRequest(name="five", kind="stratified", target="sold", folds=5))
    rows: list[int] = []
    for fold in range(5):
        experiment = planned(dataset, "dummy", split=split_plan(dataset, "five", fold))
        rows += list(train(experiment, dataset, lambda _: None, lambda: False).predictions["row"])
    assert sorted(rows) == list(range(dataset.info.rows))
    with pytest.raises(UsageError, match="no fold 5"):
        split_plan(dataset, "five", 5)


def test_that_another_split_of_the_same_name_is_refused(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path)
    part(dataset, SplitRequest(name="mine", kind="random"))
    plan_ = msgspec.structs.replace(split_plan(dataset, "mine"), hash="0" * 16)
    with pytest.raises(TrainingError, match="not the one that was chosen"):
        train(planned(dataset, "dummy", split=plan_), dataset, lambda _: None, lambda: False)


def test_that_a_class_that_is_never_learned_is_refused_in_words(tmp_path: Path) -> None:
    table = made_table()
    table["part"] = np.where(table["sort"] == "a", "test", np.where(np.arange(len(table)) % 2 == 0, "train", "dev"))
    dataset = made_dataset(tmp_path, table, {"part": "category", "sort": "category"}, "sort")
    part(dataset, SplitRequest(name="odd", kind="column", column="part"))
    with pytest.raises(TrainingError, match="1 of the classes comes in no row of the training part"):
        train(planned(dataset, "dummy", split=split_plan(dataset, "odd")), dataset, lambda _: None, lambda: False)


# -- the importance of columns ----------------------------------------------------------------------------------------


def test_that_a_run_tells_which_columns_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # With time for all columns, however slow the machine is.
    monkeypatch.setattr("aetheron_desktop.engine.training.trainer._IMPORTANCE_S", 60.0)
    dataset = made_dataset(tmp_path / "made", made_table(1_000))
    for task, target in TARGETS.items():
        estimator = "ridge" if task == "regression" else "logistic"
        experiment = planned(dataset, estimator, task=task, target=target, features=FEATURES)
        run, again = (train(experiment, dataset, lambda event: None, lambda: False) for _ in range(2))
        assert list(run.importance) == list(FEATURES)
        assert max(run.importance, key=lambda name: run.importance[name]) in {"size", "colour"}
        assert run.importance["fresh"] < 0.05 < max(run.importance.values())
        assert run.importance == again.importance


def test_that_a_stopped_run_does_not_wait_for_the_importance_of_columns(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path / "made")
    heard: list[Event] = []
    stopped = planned(dataset, "forest", task="binary", values={"n_estimators": 5_000})
    run = train(stopped, dataset, heard.append, lambda: any(isinstance(event, MetricLogged) for event in heard))
    assert run.outcome == "stopped"
    assert run.model is not None
    assert run.importance == {}


def test_that_the_importance_of_columns_is_given_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def spy(*arguments: Any, budget_s: float, **others: Any) -> dict[str, float]:
        given.append(budget_s)
        return importance(*arguments, budget_s=budget_s, **others)

    monkeypatch.setattr(trainer, "importance", spy)
    dataset = made_dataset(tmp_path / "made")
    run = train(planned(dataset, "logistic"), dataset, lambda event: None, lambda: False)
    assert given == [0.5]
    assert run.importance


def test_that_costs_and_a_metric_choose_the_threshold_on_rows_that_were_not_learned_from(tmp_path: Path) -> None:
    small = made_dataset(tmp_path / "small")
    plain, cheap, even = (
        train(planned(small, "logistic", **chosen), small, lambda event: None, lambda: False)
        for chosen in ({}, {"costs": Costs(false_alarm=1.0, miss=50.0)}, {"metric": "balanced_accuracy"})
    )
    assert plain.model is not None
    assert cheap.model is not None
    assert even.model is not None
    assert plain.model.threshold is None
    assert cheap.model.threshold is not None
    assert cheap.model.threshold < 0.4
    assert even.model.threshold is not None
    truth = (cheap.predictions["truth"] == cheap.model.classes[1]).to_numpy()
    said = (cheap.predictions["prediction"] == cheap.model.classes[1]).to_numpy()
    assert said.mean() > (plain.predictions["prediction"] == cheap.model.classes[1]).mean()
    assert cheap.metrics["accuracy"] == pytest.approx((truth == said).mean())
    for wrong in ({"metric": "rmse"}, {"costs": Costs(false_alarm=0.0, miss=1.0)}):
        with pytest.raises(UsageError):
            planned(small, "logistic", **wrong)
    with pytest.raises(UsageError, match="two classes"):
        planned(small, "ridge", target="price", costs=Costs(false_alarm=1.0, miss=1.0))
