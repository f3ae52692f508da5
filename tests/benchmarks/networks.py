"""The networks against histogram boosting: same rows, same split, one thread; part of ``dev.py bench``.

The tables are those of the corpora (``AETHERON_CORPORA``). ``python3 -m tests.benchmarks.networks DATA,DATA CARD
[name=value]`` trains one with parameters of one's own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.events import MessageLogged
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import Training
from tests.benchmarks.learning import tables
from tests.corpora.cases import ROOT
from tests.tables import made_dataset

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import ColumnType
    from aetheron_desktop.engine.events import Event

TABLES: Final = ("california-houses", "churn", "adult", "phoneme", "diamonds")
ROWS: Final = 21_000
"""So many rows of a table at most, drawn at random: all of california-houses."""
UNITS: Final = {"california-houses": 1e5}
"""What a target is counted in, as the TabM paper does."""
_TARGET: Final = "the target"


@dataclass(frozen=True, slots=True)
class Result:
    """What a training came to: scores on the test rows, seconds of the processor and by the clock, what was said."""

    metric: str
    scores: dict[str, float]
    processor_s: float
    clock_s: float
    said: str


def dataset(name: str, folder: Path) -> Dataset:
    """Give a table of the corpora as a dataset."""
    told = tables.table(name)
    parts = tables.parted(told, tables.read(told, ROOT), seed=0)
    table = pd.concat([parts.train, parts.test], ignore_index=True)
    y = np.concatenate([parts.train_y, parts.test_y])
    table[_TARGET] = np.array(parts.classes, dtype=object)[y] if parts.classes else np.exp(y) if told.logarithm else y
    table = table.sample(min(ROWS, len(table)), random_state=0).reset_index(drop=True)
    types: dict[str, ColumnType] = {
        str(column): "number" if pd.api.types.is_numeric_dtype(table[column]) else "category" for column in table
    }
    if parts.classes:
        types[_TARGET] = "category"
    return made_dataset(folder / name, table, types, target=_TARGET)


def trained(data: Dataset, card: str, values: dict[str, Any], threads: int = 1) -> Result:
    """Train a card on a dataset."""
    name = data.folder.name
    task = tables.table(name).task
    params = {card: values | ({"device": "cpu"} if catalog.card(card).family == "neural" else {})}
    planned = plan(data.info, target=_TARGET, task=task, estimators=[card], params=params, new_id=lambda: "run-1")
    heard: list[Event] = []
    clock, processor = time.perf_counter(), time.process_time()
    run = Training(planned[-1], data, heard.append, threads=threads).run(lambda: False)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    metric = main_metric(task).name
    names = [metric] if task == "regression" else [metric, "accuracy"]
    scores = {each: float(run.metrics[each] or 0.0) / UNITS.get(name, 1.0) for each in names}
    said = " ".join(event.text for event in heard if isinstance(event, MessageLogged) and "early" in event.text)
    return Result(metric, scores, processor, clock, said)


def rows() -> list[tuple[str, str, Result]]:
    """Train histogram boosting and each network, with their defaults, on each table."""
    cards = ["boosting", *(card.id for card in catalog.ALL if card.family == "neural")]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name in TABLES:
            data = dataset(name, Path(folder))
            found += [(name, card, trained(data, card, {})) for card in cards]
    return found


def main(arguments: list[str]) -> None:
    """Train one card on tables, named with commas, and print what came of it."""
    names, card, *given = arguments
    values = dict(word.split("=", 1) for word in given)
    threads = int(values.pop("threads", 1))
    for name in names.split(","):
        with tempfile.TemporaryDirectory() as folder:
            found = trained(dataset(name, Path(folder)), card, values, threads)
        scores = "  ".join(f"{metric} {score:.4f}" for metric, score in found.scores.items())
        seconds = f"{found.processor_s:.0f} s of the processor, {found.clock_s:.0f} s"
        print(f"{name:18} {card:15} {' '.join(given):40} {scores}  {seconds}  {found.said}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
