"""Analyze without a window: how soon 300,000 stored test rows are measured and drawn, and a threshold is moved.

``python3 -m tests.benchmarks.analyses``; the peer is what scikit-learn takes for the same values, without any interval.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.evaluation.curves import numbers as number_curves
from aetheron_desktop.engine.evaluation.curves import ranking
from aetheron_desktop.engine.evaluation.curves.calibration import calibration_of
from aetheron_desktop.engine.evaluation.curves.confusion import confusion, confusion_at
from aetheron_desktop.engine.evaluation.curves.costs import Prices, costs
from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
from aetheron_desktop.engine.evaluation.curves.histograms import histogram, score_histogram
from aetheron_desktop.engine.evaluation.curves.thresholds import against_threshold
from aetheron_desktop.engine.evaluation.predictions import read_predictions
from aetheron_desktop.engine.evaluation.table import measured, measured_again
from aetheron_desktop.engine.evaluation.words import confusion_words, cost_words, threshold_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

ROWS: Final = 300_000
STEPS: Final = 1_000
_RANKED: Final = (
    ranking.roc,
    ranking.precision_recall,
    ranking.gain,
    ranking.lift,
    ranking.below,
    ranking.detection_errors,
    ranking.farthest,
)


class Times(NamedTuple):
    """Seconds until the first plots, all plots and the whole table are there; of a step the median and the 99th."""

    first: float
    plots: float
    whole: float
    step: float
    slow_step: float


def stored(folder: Path, task: str, rows: int = ROWS, classes: int = 2) -> Path:
    """Write simulated test predictions as a run does."""
    rng = np.random.default_rng(0)
    cells: dict[str, object] = {"row": np.arange(rows)}
    if task == "regression":
        truth = rng.normal(size=rows) + 5.0
        said = truth + 0.3 * rng.normal(size=rows)
        cells |= {"truth": truth, "prediction": said, "lower": said - 0.5, "upper": said + 0.5}
    else:
        labels = rng.integers(0, classes, rows)
        leaning = rng.normal(size=(rows, classes))
        leaning[np.arange(rows), labels] += 1.0
        likely = np.exp(leaning) / np.exp(leaning).sum(axis=1, keepdims=True)
        names = np.array([f"class {number}" for number in range(classes)])
        cells |= {"truth": names[labels], "prediction": names[likely.argmax(axis=1)]}
        cells |= {f"probability_{name}": likely[:, place] for place, name in enumerate(names)}
    file = folder / f"{task}.parquet"
    pq.write_table(pa.table(cells), file)
    return file


def binary(file: Path) -> Times:
    """Open, draw and measure two classes, then move the threshold: all that changes with it, words too."""
    began = time.perf_counter()
    made = read_predictions(file)
    cutoffs = Cutoffs(made.positive, made.score)
    confusion(made)
    ranking.roc(cutoffs)
    score_histogram(made.positive, made.score)
    first = time.perf_counter() - began
    for draw in _RANKED[1:]:
        draw(cutoffs)
    for binning in ("width", "quantile"):
        calibration_of(made, binning=binning)
    curve, priced = against_threshold(cutoffs, "f1"), costs(cutoffs, prices := Prices(miss=5.0))
    plots = time.perf_counter() - began
    before = {one.name: one for one in measured(made)}
    whole = time.perf_counter() - began

    def move(threshold: float) -> None:
        cells = confusion_at(made, cutoffs, threshold)
        measured_again(made, cells.cells.astype(np.float64), before)
        confusion_words(cells)
        threshold_words(curve, cutoffs, "f1", threshold)
        cost_words(priced, prices, cutoffs, threshold)

    return Times(first, plots, whole, *_steps(move))


def regression(file: Path) -> Times:
    """Open, draw and measure numbers, which have no threshold."""
    began = time.perf_counter()
    made = read_predictions(file, level=0.9)
    number_curves.against(made.truth, made.predicted)
    first = time.perf_counter() - began
    error = number_curves.errors(made)
    number_curves.against(made.predicted, error)
    histogram(error)
    number_curves.quantiles(error)
    number_curves.error_by_bin(made.truth, error)
    number_curves.coverage_by_bin(made)
    plots = time.perf_counter() - began
    _measure(made)
    return Times(first, plots, time.perf_counter() - began, 0.0, 0.0)


def several(file: Path) -> Times:
    """Open, draw and measure several classes."""
    began = time.perf_counter()
    made = read_predictions(file)
    confusion(made).most_confused()
    first = time.perf_counter() - began
    calibration_of(made)
    for label in range(len(made.classes)):
        ranking.roc(Cutoffs(made.truth == label, made.predicted[:, label]))
    plots = time.perf_counter() - began
    _measure(made)
    return Times(first, plots, time.perf_counter() - began, 0.0, 0.0)


def peer(file: Path) -> float:
    """Give what scikit-learn takes for the values of two classes, without an interval or a baseline."""
    from sklearn import metrics

    made = read_predictions(file)
    truth, chosen, score = made.truth, made.decided(), made.score
    began = time.perf_counter()
    for one in (
        metrics.accuracy_score,
        metrics.balanced_accuracy_score,
        metrics.precision_score,
        metrics.recall_score,
        metrics.f1_score,
        metrics.matthews_corrcoef,
        metrics.cohen_kappa_score,
    ):
        one(truth, chosen)
    for one in (
        metrics.roc_auc_score,
        metrics.average_precision_score,
        metrics.brier_score_loss,
        metrics.roc_curve,
        metrics.precision_recall_curve,
    ):
        one(truth, score)
    metrics.log_loss(truth, made.predicted)
    return time.perf_counter() - began


def _measure(made: TestPredictions) -> None:
    for _ in measured(made):
        pass


def _steps(move: Callable[[float], None]) -> tuple[float, float]:
    spent = []
    for threshold in np.random.default_rng(1).random(STEPS):
        began = time.perf_counter()
        move(float(threshold))
        spent.append(time.perf_counter() - began)
    return float(np.median(spent)), float(np.quantile(spent, 0.99))


def main() -> None:
    """Print the times."""
    with TemporaryDirectory() as folder:
        files = {task: stored(Path(folder), task) for task in ("binary", "regression")}
        files["multiclass"] = stored(Path(folder), "multiclass", classes=10)
        for task, opened in (("binary", binary), ("regression", regression), ("multiclass", several)):
            first, plots, whole, step, slow = opened(files[task])
            print(f"{task:12} first {first:.2f} s  all plots {plots:.2f} s  with the table {whole:.2f} s", flush=True)
            if step:
                print(f"{'':12} a step of the threshold: median {1e3 * step:.1f} ms, p99 {1e3 * slow:.1f} ms")
        print(f"{'scikit-learn':12} the values of two classes alone {peer(files['binary']):.2f} s")


if __name__ == "__main__":
    main()
