"""How fast training and predicting are: the first usable model, a busy core, our loop, a million rows, a single one.

Each is measured beside what it is held against, in turns; what trains or predicts is a process with the environment and
the priority of a worker of the program.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.jobs.process import environment
from tests.e2e.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.training.experiment import Experiment

ROWS: Final = 60_000
NEW_ROWS: Final = 1_000_000
TURNS: Final = 3
WATCH_S: Final = 6.0
ROUNDS: Final = 150
SINGLE: Final = 200
LONG: Final = {"epochs": 2_000, "max_iter": 5_000, "n_estimators": 5_000, "patience": 1_000}
"""So much that no fit ends by itself while it is watched; what a card has no parameter for is passed over."""
WATCHED: Final = ("network", "lightgbm", "boosting")
"""The estimators that are measured, where the catalog has them: networks of torch, and boosted trees."""
_NICE: Final = 10
_CALL: Final = (
    "import sys, json; sys.path.insert(0, {root!r})\n"
    "from tests.benchmarks import speeds\n"
    "print(json.dumps(getattr(speeds, sys.argv[1])(*sys.argv[2:])))"
)
_BUSY: Final = "import os; parent = os.getppid()\nwhile os.getppid() == parent: pass"
"""Ends by itself when whoever measures was ended."""


def there() -> list[str]:
    """Give those of :data:`WATCHED` that the catalog has."""
    known = {card.id for card in catalog.ALL}
    return [name for name in WATCHED if name in known]


def made(folder: Path, rows: int = ROWS) -> Dataset:
    """Make a dataset in a workspace in ``folder``."""
    from aetheron_desktop.engine.datasets.reading.reader import import_file
    from aetheron_desktop.engine.workspace import Workspace
    from tests.benchmarks.__main__ import made_rows

    path = folder / "rows.csv"
    made_rows(rows).to_csv(path, index=False)
    workspace = Workspace.open(folder / "workspace")
    info = import_file(path, workspace.root / "datasets", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    workspace.add_dataset(info)
    dataset = workspace.dataset(info.id)
    workspace.close()
    return dataset


def in_worker(function: str, *words: str) -> Any:
    """Call a function of this module in a process like a worker's, and give what it gives."""
    threads = os.cpu_count() or 1
    done = subprocess.run(
        [sys.executable, "-c", _CALL.format(root=str(ROOT)), function, *words],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        # A worker's environment leaves a core to the window; here is none.
        env=os.environ | environment(threads + 1),
    )
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def a_busy_core() -> Iterator[None]:
    """Have another process use a core without a pause."""
    other = subprocess.Popen([sys.executable, "-c", _BUSY])
    try:
        yield
    finally:
        other.kill()
        other.wait()


# -- a busy core ------------------------------------------------------------------------------------------------------


def beside_a_busy_core(folder: Path) -> dict[str, tuple[float, float]]:
    """Give for each estimator the steps a second while another process keeps one core busy, and on its own."""
    made(folder)
    found = {}
    for name in there():
        pairs = []
        for _ in range(TURNS):
            alone = in_worker("rate", str(folder), name)
            with a_busy_core():
                pairs.append((in_worker("rate", str(folder), name), alone))
        busy, quiet = zip(*pairs, strict=True)
        found[name] = statistics.median(busy), statistics.median(quiet)
    return found


def rate(folder: str, estimator: str) -> float:
    """Train, and give the steps (mini-batches, rounds) a second, the first second left out."""
    from aetheron_desktop.engine.events import Progressed
    from aetheron_desktop.engine.training.trainer import Training

    _as_a_worker()
    experiment, dataset = _planned(folder, estimator, LONG)
    heard: list[tuple[float, float]] = []

    def emit(event: object) -> None:
        if isinstance(event, Progressed) and event.stage == "fit":
            heard.append((time.monotonic(), event.done))

    def enough() -> bool:
        return bool(heard) and heard[-1][0] - heard[0][0] > WATCH_S + 1

    Training(experiment, dataset, emit, threads=os.cpu_count() or 1).run(enough)
    kept = [point for point in heard if point[0] - heard[0][0] > 1]
    return (kept[-1][1] - kept[0][1]) / (kept[-1][0] - kept[0][0])


# -- our loop ---------------------------------------------------------------------------------------------------------


def against_own_fit(folder: Path) -> tuple[float, float]:
    """Give the seconds of histogram boosting under our loop, and of scikit-learn's own fit of as many rounds."""
    made(folder)
    pairs = [in_worker("loop", str(folder)) for _ in range(TURNS)]
    ours, theirs = zip(*pairs, strict=True)
    return statistics.median(ours), statistics.median(theirs)


def loop(folder: str) -> tuple[float, float]:
    """Fit the same rows both ways, so many rounds, with curves and checkpoints on our side."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    from aetheron_desktop.engine.events import Progressed
    from aetheron_desktop.engine.training.preparation import prepare, read
    from aetheron_desktop.engine.training.trainer import Training

    _as_a_worker()
    rounds = {"max_iter": ROUNDS, "patience": ROUNDS}
    experiment, dataset = _planned(folder, "boosting", rounds)
    at: dict[str, float] = {}

    def emit(event: object) -> None:
        if isinstance(event, Progressed):
            at.setdefault(event.stage, time.monotonic())

    # The fit begins when the tables are ready: the time of that is measured, and taken off.
    began = time.monotonic()
    prepared = prepare(read(experiment, dataset, lambda text: None), "tree", experiment.seed)
    ready = time.monotonic() - began
    Training(experiment, dataset, emit, threads=os.cpu_count() or 1, checkpoints=Path(folder) / experiment.run).run(
        lambda: False
    )
    ours = at["evaluate"] - at["prepare"] - ready
    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        learning_rate=experiment.params["learning_rate"],
        categorical_features=list(prepared.categorical) or None,
        early_stopping=True,
        scoring="loss",
        n_iter_no_change=ROUNDS,
        random_state=0,
    )
    began = time.monotonic()
    model.fit(prepared.train.X, prepared.train.y, X_val=prepared.valid.X, y_val=prepared.valid.y)
    return ours, time.monotonic() - began


# -- predicting -------------------------------------------------------------------------------------------------------


def predicting(folder: Path) -> dict[str, dict[str, float]]:
    """Give for each kind of trees rows a second and milliseconds of a single row, ``ours`` and the library's own."""
    made(folder)
    return {name: in_worker("predict", str(folder), name) for name in there() if name != "network"}


def predict(folder: str, estimator: str) -> dict[str, float]:
    """Train, save and open a model; then have it predict a table, and the library with the same trees its features."""
    from aetheron_desktop.engine.registry.artifact import load_model, save_model
    from aetheron_desktop.engine.training.trainer import Training
    from tests.benchmarks.__main__ import made_rows

    _as_a_worker()
    experiment, dataset = _planned(folder, estimator, {"max_iter": ROUNDS, "n_estimators": ROUNDS, "patience": ROUNDS})
    run = Training(experiment, dataset, lambda event: None, threads=os.cpu_count() or 1).run(lambda: False)
    save_model(run, Path(folder), id=f"model-{estimator}", name="saved")
    model = load_model(Path(folder) / f"model-{estimator}")
    table = made_rows(NEW_ROWS).drop(columns="target")
    library = _library(estimator, model.pipeline.predictor)
    ready = np.ascontiguousarray(model.pipeline.transformer.transform(model.pipeline.columns.frame(table)))
    pairs = []
    for _ in range(TURNS):
        pairs.append((_took(lambda: model.pipeline.raw(table)), _took(lambda: library(ready))))
    ours, theirs = zip(*pairs, strict=True)
    return {
        "rows": NEW_ROWS / statistics.median(ours),
        "library rows": NEW_ROWS / statistics.median(theirs),
        "single": _single(lambda place: model.predict_frame(table.iloc[place : place + 1])),
        "library single": _single(lambda place: library(ready[place : place + 1])),
    }


def _library(estimator: str, ours: Any) -> Any:
    """Give how the library itself predicts with the same trees: LightGBM from their text, scikit-learn as they are."""
    if estimator == "lightgbm":
        import lightgbm

        return lightgbm.Booster(model_str=ours.body.decode()).predict
    return ours.model.predict_proba


def _took(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _single(call: Any) -> float:
    """Give the median milliseconds of one row."""
    return statistics.median(_took(lambda place=place: call(place)) for place in range(SINGLE)) * 1000


# -- in the worker ----------------------------------------------------------------------------------------------------


def _as_a_worker() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICE)


def _planned(folder: str, estimator: str, params: dict[str, int]) -> tuple[Experiment, Dataset]:
    from aetheron_desktop.engine.training.experiment import plan
    from aetheron_desktop.engine.workspace import Workspace

    workspace = Workspace.open(Path(folder) / "workspace")
    info = workspace.datasets()[0]
    known = {parameter.name: parameter for parameter in catalog.card(estimator).parameters}
    chosen = {name: min(value, int(known[name].high)) for name, value in params.items() if name in known}
    experiment = plan(info, estimators=[estimator], params={estimator: chosen}, new_id=lambda: workspace.new_id("run"))[
        -1
    ]
    dataset = workspace.dataset(info.id)
    workspace.close()
    return experiment, dataset
