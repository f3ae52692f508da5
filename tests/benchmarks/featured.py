"""What the preparation of columns gives: models of each style with it, and with the plain one that was there before.

The plain one: scaled numbers, a column or a code for each level, parts of dates, words of texts. Both learn from the
same rows with the same seed, and are measured on the same test rows.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.estimators import feature_parts as made_by
from aetheron_desktop.engine.estimators.features import DATE_PARTS, Columns, fitted, part, transformer
from aetheron_desktop.engine.training import preparation
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.benchmarks.learning.tables import ALL, METRICS, parted, read
from tests.corpora.cases import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.treatments import Style

ROWS: Final = 6_000
"""The most rows of a table, drawn at random."""
SEEDS: Final = (0, 1)
LEVELS: Final = 1_000_000
_QUICK: Final[dict[str, dict[str, Any]]] = {
    "boosting": {"max_iter": 100},
    "forest": {"n_estimators": 60},
    "network": {"epochs": 15},
}
_TARGET: Final = "the target"


class Line(NamedTuple):
    """One model on one table: the mean of its test scores with the plain preparation, and with the program's."""

    table: str
    estimator: str
    metric: str
    before: float
    after: float


def scores() -> Iterator[Line]:
    """Measure each style on each table of the corpora, and on two that were made, with thousands of levels."""
    for name, task, frame in _tables():
        with tempfile.TemporaryDirectory() as folder:
            dataset = _imported(frame, Path(folder))
            for estimator in ("ridge" if task == "regression" else "logistic", "forest", "boosting", "network"):
                found = []
                for make in (_plain, transformer):
                    with _prepared_by(make):
                        found.append(float(np.mean([_score(dataset, task, estimator, seed) for seed in SEEDS])))
                yield Line(name, estimator, METRICS[task], *found)


def many_levels() -> dict[str, float]:
    """Give the processor's seconds that a column of a million levels in as many rows takes, by style."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"user": [f"user {number}" for number in rng.integers(0, LEVELS, LEVELS)]})
    columns = Columns((Column("user", "category", 0, LEVELS),))
    y = rng.integers(0, 2, LEVELS)
    found = {}
    for style in ("linear", "tree"):
        began = time.process_time()
        frame = columns.frame(table)
        fitted(transformer(columns, frame, style, 0, 2), frame, y)  # type: ignore[arg-type]
        found[style] = time.process_time() - began
    return found


def _tables() -> Iterator[tuple[str, Task, pd.DataFrame]]:
    for table in ALL:
        if table.id.startswith("kddcup"):
            continue
        parts = parted(table, read(table, ROOT), 0)
        y = np.array(parts.classes, dtype=object)[parts.train_y] if parts.classes else parts.train_y
        frame = parts.train.assign(**{_TARGET: y})
        yield table.id, table.task, frame.sample(min(ROWS, len(frame)), random_state=0)
    for name, levels, draw in (
        ("made: 3,000 levels, even", 3_000, "even"),
        ("made: 3,000 levels, skewed", 3_000, "zipf"),
    ):
        yield name, "binary", _made(levels, draw)


def _made(levels: int, draw: str) -> pd.DataFrame:
    """Give rows whose target is the sum of numbers and of what belongs to one of ``levels``."""
    rng = np.random.default_rng(0)
    level = rng.integers(0, levels, ROWS) if draw == "even" else rng.zipf(1.3, ROWS) % levels
    numbers = rng.normal(size=(ROWS, 3))
    value = rng.normal(size=levels)[level] + numbers[:, 0] + 0.5 * numbers[:, 1] * numbers[:, 2]
    said = np.where(value + rng.normal(0, 0.5, ROWS) > 0, "yes", "no")
    return pd.DataFrame(numbers, columns=list("abc")).assign(key=[f"k{one}" for one in level], **{_TARGET: said})


def _imported(frame: pd.DataFrame, folder: Path) -> Dataset:
    frame.to_parquet(folder / "rows.parquet")
    info = import_file(folder / "rows.parquet", folder / "kept", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return Dataset(info, folder / "kept" / info.id)


def _score(dataset: Dataset, task: Task, estimator: str, seed: int) -> float:
    params = {estimator: _QUICK.get(estimator, {})}
    out = {_TARGET, *dataset.info.proposal.excluded}
    features = [name for name in dataset.info.schema.names if name not in out]
    planned = plan(
        dataset.info,
        target=_TARGET,
        task=task,
        estimators=[estimator],
        params=params,
        features=features,
        seed=seed,
        new_id=lambda: "run-1",
    )
    experiment = next(one for one in planned if one.estimator == estimator)
    found = train(experiment, dataset, lambda event: None, lambda: False).metrics[METRICS[task]]
    assert found is not None
    return found


@contextmanager
def _prepared_by(make: Any) -> Iterator[None]:
    usual = preparation.transformer
    preparation.transformer = make
    try:
        yield
    finally:
        preparation.transformer = usual


def _plain(columns: Columns, frame: pd.DataFrame, style: Style, seed: int, classes: int | None) -> ColumnTransformer:
    del classes
    category, parts = columns.of("category"), []
    if category:
        rows = max(1, len(frame))
        most = max(2, min(100, min(4_000, (1 << 27) // rows) // len(category)))
        hot = OneHotEncoder(
            handle_unknown="infrequent_if_exist", max_categories=most, min_frequency=2, sparse_output=False
        )
        codes = made_by.codes("tree", frame[category[:0]])
        parts.append(("category", codes if style == "tree" else hot, category))
    names = [column.name for column in columns.columns if column.type in {"number", "integer", "boolean"}]
    dates = [column.name for column in columns.columns if column.type == "date"]
    numbers = names + [part(date, one) for date in dates for one in DATE_PARTS]
    if numbers:
        impute = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        ways: dict[str, Any] = {
            "linear": Pipeline([("impute", impute), ("scale", StandardScaler())]),
            "network": made_by.by_rank(len(frame), seed),
        }
        parts.append(("number", ways.get(style, "passthrough"), numbers))
    parts += [
        (f"text{place}", made_by.text(frame[name], "words", seed), name)
        for place, name in enumerate(columns.of("text"))
        if frame[name].str.contains(made_by.WORD, regex=True).any()
    ]
    return ColumnTransformer(parts, sparse_threshold=0.0)
