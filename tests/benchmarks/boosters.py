"""The libraries of boosted trees beside each other, and what each adds to a mean of the others.

``python3 dev.py bench boosters`` takes the learning sets of the corpora (``AETHERON_CORPORA``, else the folder beside
this one) through the program's own import, split and preparation, so that all see the same rows and codes; each library
fits with its own ``fit``, stops early on the same rows, and is judged on the test rows. CatBoost is there twice: with
its own statistics of categories, and as the card of the program trains it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import Recipe
from aetheron_desktop.engine.estimators.symmetric import SymmetricPredictor
from aetheron_desktop.engine.evaluation.scores import log_loss, roc_auc
from aetheron_desktop.engine.params import defaults
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.preparation import prepare, read
from tests.e2e.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.base import Rows

    Predict = Callable[[NDArray[np.float64]], NDArray[np.float64]]

CORPORA: Final = Path(os.environ.get("AETHERON_CORPORA", ROOT.parent / "shared" / "corpora"))
ROUNDS: Final = 1_500
PATIENCE: Final = 40
RATE: Final = 0.06
MOST_CLASSES_ROWS: Final = 4_000
"""So many rows of a table of 26 classes are taken: CatBoost would need half an hour for all."""


@dataclass(frozen=True, slots=True)
class Table:
    """A learning set: its file, the target's position or name, and how many splits are tried."""

    name: str
    file: str
    target: str
    splits: int
    without: tuple[str, ...] = ()
    rows: int = 0


TABLES: Final = (
    Table("credit-g", "credit-g/german.csv", "-1", 5),
    Table("concrete", "concrete/concrete.csv", "-1", 5),
    Table("churn", "churn/churn.tsv.gz", "target", 3, ("phone number",)),
    Table("phoneme", "phoneme/phoneme.csv", "-1", 3),
    Table("bike-sharing-hourly", "bike-sharing-hourly/bike.csv", "cnt", 1, ("instant",)),
    Table("california-houses", "california-houses/537_houses.tsv.gz", "target", 1),
    Table("adult", "adult/adult-train.csv.gz", "-1", 1),
    Table("diamonds", "diamonds/diamonds.csv.gz", "price", 1),
    Table("letter", "letter/letter.tsv.gz", "target", 1, rows=MOST_CLASSES_ROWS),
)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """One split of a table, as features; ``classes`` is 0 for values."""

    train: Rows
    valid: Rows
    test: NDArray[np.float64]
    truth: NDArray[Any]
    classes: int
    categorical: list[int]


def main(names: list[str]) -> int:
    """Do all of it in a process of its own, on one thread: those that wait for each other tell of the machine alone."""
    command = [sys.executable, "-m", "tests.benchmarks.boosters", *names]
    alone = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    return subprocess.run(command, cwd=ROOT, env=os.environ | alone, check=False).returncode


def compared(names: list[str]) -> int:
    """Print a line for each library and each mean of several, of the learning sets that are named, or of all."""
    if unknown := set(names) - {table.name for table in TABLES}:
        print(f"There is no learning set {', '.join(sorted(unknown))} here.", file=sys.stderr)
        return 2
    fits = {
        "scikit-learn": _sklearn,
        "LightGBM": _lightgbm,
        "XGBoost": _xgboost,
        "CatBoost": _catboost,
        "CatBoost, the card": _card,
    }
    print(
        "| table | measure | trees of | score | fit, s | rounds | 1,000 rows a second |\n|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        for table in TABLES:
            if not names or table.name in names:
                for line in _table(table, Path(folder), fits):
                    print(line, flush=True)
    return 0


def _table(table: Table, folder: Path, fits: dict[str, Callable[[Parts, int], tuple[Predict, int]]]) -> list[str]:
    dataset = _imported(table, folder)
    scores: dict[str, list[float]] = {}
    seconds: dict[str, list[float]] = {name: [] for name in fits}
    rates: dict[str, list[float]] = {name: [] for name in fits}
    rounds: dict[str, list[int]] = {name: [] for name in fits}
    measure = ""
    for seed in range(table.splits):
        parts = _parts(table, dataset, seed)
        test = parts.test
        told: dict[str, NDArray[np.float64]] = {}
        for name, fit in fits.items():
            began = time.perf_counter()
            predict, count = fit(parts, seed)
            seconds[name].append(time.perf_counter() - began)
            rounds[name].append(count)
            told[name] = predict(test)
            rates[name].append(_rate(predict, test))
        for size in range(1, len(told) + 1):
            for chosen in combinations(told, size):
                mean = sum(told[name] for name in chosen) / size
                measure, score = _score(parts, mean)
                scores.setdefault(" + ".join(chosen), []).append(score)
    lines = []
    for name, found in scores.items():
        cost = "|  |  |  |"
        if name in fits:
            cost = (
                f"| {np.mean(seconds[name]):.1f} | {np.mean(rounds[name]):.0f} | {np.median(rates[name]) / 1e3:,.0f} |"
            )
        lines.append(f"| {table.name} | {measure} | {name} | {np.mean(found):.5g} {cost}")
    return lines


def _imported(table: Table, folder: Path) -> Dataset:
    info = import_file(CORPORA / "data" / table.file, folder, progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return Dataset(info, folder / info.id)


def _parts(table: Table, dataset: Dataset, seed: int) -> Parts:
    names = dataset.info.schema.names
    target = names[-1] if table.target == "-1" else table.target
    features = [name for name in names if name != target and name not in table.without]
    made = plan(
        dataset.info, target=target, features=features, estimators=["boosting"], seed=seed, new_id=lambda: "run-1"
    )[0]
    if table.rows:
        share = table.rows / dataset.info.rows / 4
        made = msgspec.structs.replace(made, split=msgspec.structs.replace(made.split, valid=share, test=1 - 5 * share))
    material = read(made, dataset, lambda text: None)
    prepared, exam, subject = prepare(material, "tree", seed), material.exam(), material.subject
    test = prepared.transformer.transform(subject.columns.frame(exam.table))
    return Parts(prepared.train, prepared.valid, test, exam.y, len(subject.classes), list(prepared.categorical))


def _score(parts: Parts, predicted: NDArray[np.float64]) -> tuple[str, float]:
    truth = parts.truth
    if not parts.classes:
        return "RMSE", float(((predicted - truth) ** 2).mean() ** 0.5)
    if parts.classes == 2:
        return "ROC AUC", roc_auc(truth, predicted[:, 1]) or 0.0
    return "log loss", log_loss(truth, predicted, None)


def _rate(predict: Predict, test: NDArray[np.float64]) -> float:
    """Give the rows a second, of at least 20,000."""
    many = np.tile(test, (max(1, 20_000 // len(test)), 1))
    began = time.perf_counter()
    predict(many)
    return len(many) / (time.perf_counter() - began)


# -- the libraries ----------------------------------------------------------------------------------------------------


def _sklearn(parts: Parts, seed: int) -> tuple[Predict, int]:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if parts.classes else HistGradientBoostingRegressor
    model = kind(
        max_iter=ROUNDS,
        learning_rate=RATE,
        early_stopping=True,
        n_iter_no_change=PATIENCE,
        categorical_features=parts.categorical or None,
        random_state=seed,
    )
    train, valid = parts.train, parts.valid
    model.fit(train.X, train.y, X_val=valid.X, y_val=valid.y)
    return (model.predict_proba if parts.classes else model.predict), model.n_iter_


def _lightgbm(parts: Parts, seed: int) -> tuple[Predict, int]:
    import lightgbm

    train, valid = parts.train, parts.valid
    classes = parts.classes
    params = {
        "objective": "regression" if not classes else "binary" if classes == 2 else "multiclass",
        "num_class": classes if classes > 2 else 1,
        "learning_rate": RATE,
        "num_threads": 1,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    categorical = parts.categorical
    given = lightgbm.Dataset(train.X, train.y, categorical_feature=categorical)
    seen = lightgbm.Dataset(valid.X, valid.y, reference=given, categorical_feature=categorical)
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    booster = lightgbm.train(params, given, ROUNDS, valid_sets=[seen], callbacks=[stop])

    def predict(X: NDArray[np.float64]) -> NDArray[np.float64]:
        raw = booster.predict(X, num_threads=1)
        return np.column_stack([1 - raw, raw]) if classes == 2 else raw

    return predict, booster.best_iteration


def _xgboost(parts: Parts, seed: int) -> tuple[Predict, int]:
    import xgboost

    train, valid = parts.train, parts.valid
    classes = parts.classes
    categorical = set(parts.categorical)
    types = ["c" if at in categorical else "float" for at in range(train.X.shape[1])]

    def matrix(X: NDArray[np.float64], y: NDArray[Any] | None = None) -> Any:
        return xgboost.DMatrix(X, y, feature_types=types, enable_categorical=True, nthread=1)

    params = {
        "objective": "reg:squarederror" if not classes else "binary:logistic" if classes == 2 else "multi:softprob",
        **({"num_class": classes} if classes > 2 else {}),
        "learning_rate": RATE,
        "tree_method": "hist",
        "nthread": 1,
        "seed": seed,
    }
    given = xgboost.QuantileDMatrix(train.X, train.y, feature_types=types, enable_categorical=True, nthread=1)
    seen = xgboost.QuantileDMatrix(valid.X, valid.y, feature_types=types, enable_categorical=True, nthread=1, ref=given)
    booster = xgboost.train(
        params, given, ROUNDS, evals=[(seen, "valid")], early_stopping_rounds=PATIENCE, verbose_eval=False
    )

    def predict(X: NDArray[np.float64]) -> NDArray[np.float64]:
        raw = booster.predict(matrix(X), iteration_range=(0, booster.best_iteration + 1)).astype(np.float64)
        return np.column_stack([1 - raw, raw]) if classes == 2 else raw

    return predict, booster.best_iteration + 1


def _catboost(parts: Parts, seed: int) -> tuple[Predict, int]:
    import catboost

    train, valid = parts.train, parts.valid
    classes = parts.classes
    categorical = parts.categorical

    def pool(X: NDArray[np.float64], y: NDArray[Any] | None = None) -> Any:
        frame = pd.DataFrame(X)
        for at in categorical:
            frame[at] = frame[at].fillna(-1).astype(np.int64)
        return catboost.Pool(frame, y, cat_features=categorical)

    model = catboost.CatBoost(
        {
            "loss_function": "RMSE" if not classes else "Logloss" if classes == 2 else "MultiClass",
            "iterations": ROUNDS,
            "learning_rate": RATE,
            "random_seed": seed,
            "thread_count": 1,
            "allow_writing_files": False,
            "logging_level": "Silent",
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(pool(train.X, train.y), eval_set=pool(valid.X, valid.y), early_stopping_rounds=PATIENCE)
    form = "Probability" if classes else "RawFormulaVal"

    def predict(X: NDArray[np.float64]) -> NDArray[np.float64]:
        made: NDArray[np.float64] = model.predict(pool(X), prediction_type=form, thread_count=1)
        return made

    return predict, model.tree_count_


def _card(parts: Parts, seed: int) -> tuple[Predict, int]:
    from aetheron_desktop.engine.estimators.catboost_boosting import Catboost

    card = catalog.card("catboost")
    params = defaults(card.parameters) | {"iterations": ROUNDS, "learning_rate": RATE, "patience": PATIENCE}
    task: Task = "regression" if not parts.classes else "binary" if parts.classes == 2 else "multiclass"
    fit = Catboost(Recipe(task, parts.classes, params, seed, 1, tuple(parts.categorical)))
    fit.fit(parts.train, parts.valid, Nobody())
    assert isinstance(fit.fitted, SymmetricPredictor)
    return fit.fitted.predict, len(fit.fitted.depth)


class Nobody:
    """Listens to a fit, and wants nothing of it."""

    seconds = 0.0

    def step(self, number: int, total: int | None, train: Any, valid: Any) -> float:
        """Pass over a step."""
        return 0.0

    def tick(self, number: int, total: int | None) -> None:
        """Pass over a step."""

    def batch(self, number: int, total: int | None, loss: float) -> None:
        """Pass over batches."""

    def stage(self, name: str) -> None:
        """Pass over a stage."""

    def say(self, text: str) -> None:
        """Pass over a decision."""

    def checkpoint(self, write: Any) -> None:
        """Take up no offer."""

    def work(self, done: float, total: float) -> None:
        """Pass over how much is done."""

    def restored(self) -> None:
        """Give nothing to go on from."""


if __name__ == "__main__":
    sys.exit(compared(sys.argv[1:]))
