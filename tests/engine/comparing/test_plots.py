"""The plots of several runs, beside scikit-learn's numbers of the same predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, mean_absolute_error, roc_auc_score

from aetheron_desktop.engine.comparing.plots import OF_CLASSES, PlotSet, RunPlot
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 400
TRUTH = np.random.default_rng(1).random(ROWS) < 0.3


def two_classes(path: Path, seed: int, names: tuple[str, str] = ("no", "yes"), first_row: int = 0) -> np.ndarray:
    """Write what a run said of the rows, the columns in the order of ``names``; give the probabilities of "yes"."""
    noise = np.random.default_rng(seed).normal(size=ROWS)
    score = 1 / (1 + np.exp(-(TRUTH * 1.5 - 1 + noise)))
    label = {True: "yes", False: "no"}
    by_name = {"yes": score, "no": 1 - score}
    table: dict[str, Any] = {
        "row": np.arange(first_row, first_row + ROWS), "truth": [label[bool(one)] for one in TRUTH],
        "prediction": [label[bool(one)] for one in score > 0.5],
        **{f"probability_{name}": by_name[name] for name in names},
    }  # fmt: skip
    pq.write_table(pa.table(table), path)
    return score


def told(plots: list[RunPlot]) -> list[str]:
    return [plot.figure.because if isinstance(plot.figure, Undefined) else plot.words for plot in plots]


def test_that_each_run_has_its_curve_and_matrix_whatever_the_order_of_its_classes(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.parquet" for name in ("a", "b")}
    scores = [two_classes(paths["a"], 1), two_classes(paths["b"], 2, ("yes", "no"))]
    made = PlotSet.read(paths, {})
    assert (made.kinds, made.of_class, made.note) == (OF_CLASSES, "yes", "")
    assert told(made.plots("roc")) == [f"area {roc_auc_score(TRUTH, score):.4f}" for score in scores]
    assert told(made.plots("precision_recall")) == [
        f"average precision {average_precision_score(TRUTH, score):.4f}" for score in scores
    ]
    for plot, score in zip(made.plots("confusion"), scores, strict=True):
        assert plot.figure.cells.tolist() == confusion_matrix(TRUTH, score > 0.5).tolist()
    for plot, score in zip(made.plots("calibration"), scores, strict=True):
        assert plot.figure.said @ plot.figure.count == pytest.approx(score.sum())
        assert plot.figure.seen @ plot.figure.count == pytest.approx(TRUTH.sum())


def test_that_runs_that_cannot_stand_beside_the_first_say_why_and_others_are_drawn(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.parquet" for name in ("gone", "a", "moved", "number", "three")}
    two_classes(paths["a"], 1)
    two_classes(paths["moved"], 2, first_row=5)
    pq.write_table(pa.table({"row": [1, 2], "truth": [1.0, 2.0], "prediction": [1.5, 2.5]}), paths["number"])
    pq.write_table(
        pa.table({"row": [1, 2], "truth": ["u", "v"], "prediction": ["u", "u"], "probability_u": [0.9, 0.6],
                  "probability_v": [0.1, 0.4]}), paths["three"],
    )  # fmt: skip
    made = PlotSet.read(paths, {"gone": "The lost one"})
    gone, a, moved, number, three = told(made.plots("roc"))
    assert "The lost one" in gone
    assert (a.startswith("area"), moved.startswith("area")) == (True, True)
    assert "numbers or classes" in number
    assert "other classes" in three
    assert made.note.startswith("Not all were tested on the same rows")


def test_that_predicted_numbers_are_drawn_against_the_actual_ones(tmp_path: Path) -> None:
    truth = np.linspace(0, 50, 300)
    said = truth + np.random.default_rng(4).normal(size=300)
    path = tmp_path / "numbers.parquet"
    pq.write_table(pa.table({"row": np.arange(300), "truth": truth, "prediction": said}), path)
    made = PlotSet.read({"run": path}, {})
    assert (made.kinds, made.of_class) == (("predicted",), "")
    (plot,) = made.plots("predicted")
    assert sorted(zip(plot.figure.x, plot.figure.y, strict=True)) == sorted(zip(truth, said, strict=True))
    assert plot.words == f"off by {mean_absolute_error(truth, said):.3g} on average"


def test_that_without_any_predictions_nothing_can_be_drawn(tmp_path: Path) -> None:
    made = PlotSet.read({"run": tmp_path / "none.parquet"}, {})
    assert (made.kinds, made.of_class, made.note) == ((), "", "")


def test_that_plots_of_a_cohort_are_of_its_test_rows_alone(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.parquet" for name in ("a", "b")}
    scores = [two_classes(path, seed) for seed, path in enumerate(paths.values())]
    rows = list(range(0, ROWS, 3))
    made = PlotSet.read(paths, {}, {"a": rows, "b": [*rows, ROWS + 7]})
    assert told(made.plots("roc")) == [f"area {roc_auc_score(TRUTH[rows], score[rows]):.4f}" for score in scores]
    assert made.note == ""
    none = PlotSet.read(paths, {}, {"a": rows})
    assert told(none.plots("roc"))[1] == "None of its test rows belongs to the cohort."
    assert PlotSet.read(paths, {}, {}).because == "None of its test rows belongs to the cohort."
