"""What is shared by plots of the same rows, and the rows that a place in a plot means."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix

from aetheron_desktop.engine.errors import EvaluationError, StorageError
from aetheron_desktop.engine.evaluation.columns import numbers_of
from aetheron_desktop.engine.evaluation.curves.histograms import score_histogram
from aetheron_desktop.engine.evaluation.curves.ranking import roc
from aetheron_desktop.engine.evaluation.evidence import MARKS, Evidence
from aetheron_desktop.engine.evaluation.predictions import TestPredictions
from aetheron_desktop.engine.evaluation.selection import Cell, Classes, Rows, Rule, Scored, Within, places, words
from tests.analyzed import predictions_table, scored

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    truth, score = scored(500)
    return Evidence(
        TestPredictions(
            task="binary",
            rows=np.arange(500),
            truth=truth,
            predicted=np.column_stack([1.0 - score, score]),
            classes=("no", "yes"),
        )
    )


@pytest.fixture(scope="module")
def numbers() -> Evidence:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=80)
    return Evidence(
        TestPredictions(task="regression", rows=np.arange(80), truth=truth, predicted=truth + rng.normal(size=80))
    )


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.913, 1.0])
def test_that_a_threshold_counts_and_rates_as_the_rows_do(evidence: Evidence, threshold: float) -> None:
    truth, score = scored(500)
    said = score >= threshold
    (tn, fp), (fn, tp) = confusion_matrix(truth, said)
    assert np.array_equal(evidence.confusion(threshold).cells, [[tn, fp], [fn, tp]])
    rates = evidence.rates(1, threshold)
    assert rates.found == pytest.approx(tp / (tp + fn))
    assert rates.false_alarms == pytest.approx(fp / (fp + tn))
    assert rates.taken == pytest.approx(said.mean())
    assert rates.precision == pytest.approx(tp / (tp + fp)) if said.any() else np.isnan(rates.precision)


def test_that_what_is_there_does_not_wait_for_what_another_thread_makes(evidence: Evidence) -> None:
    cutoffs = evidence.cutoffs(1)
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> bool:
        begun.set()
        return go_on.wait(20.0)

    thread = threading.Thread(target=lambda: evidence.once("slow", slow))
    thread.start()
    assert begun.wait(20.0)
    heard: list[object] = []
    other = threading.Thread(target=lambda: heard.append(evidence.cutoffs(1)))
    other.start()
    other.join(5.0)
    told = list(heard)
    go_on.set()
    thread.join()
    other.join()
    assert told == [cutoffs]


def test_that_without_a_threshold_the_more_probable_class_is_predicted_at_a_tie_too() -> None:
    score = np.array([0.4, 0.5, 0.6])
    found = Evidence(
        TestPredictions(
            task="binary", rows=np.arange(3), truth=np.array([0, 1, 1]),
            predicted=np.column_stack([1.0 - score, score]), classes=("no", "yes"),
        )
    )  # fmt: skip
    assert found.predictions.decided().tolist() == [0, 0, 1]
    assert found.confusion(found.threshold).cells.tolist() == [[1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Cell(1, 0), "actual yes, predicted no"),
        (Cell(actual=1), "actual yes"),
        (Scored(1, 0.2, 0.4), "probability of yes 0.2 to 0.4"),
        (Scored(1, 0.9, 1.0, is_of_label=False), "not yes, probability of yes 0.9 to 1"),
        (Classes((0, 1), (1,), "said yes"), "said yes"),
        (Rows((7, 3), "two rows"), "two rows"),
    ],
)
def test_that_a_rule_finds_its_rows_and_says_which(evidence: Evidence, rule: Rule, told: str) -> None:
    truth, score = scored(500)
    said = score >= 0.35
    wanted = {
        "actual yes, predicted no": (truth == 1) & ~said,
        "actual yes": truth == 1,
        "probability of yes 0.2 to 0.4": (score >= 0.2) & (score < 0.4),
        "not yes, probability of yes 0.9 to 1": (score >= 0.9) & (truth == 0),
        "said yes": said,
        "two rows": np.isin(np.arange(500), [3, 7]),
    }[told]
    assert places(rule, evidence.predictions, 0.35).tolist() == np.flatnonzero(wanted).tolist()
    assert words(rule, evidence.predictions) == told


def test_that_ranges_of_numbers_are_found_with_their_ends(numbers: Evidence) -> None:
    found = numbers.predictions
    error = found.predicted - found.truth
    rule = Within((("residual", float(error[5]), float(error.max())), ("actual", -np.inf, 0.5)))
    wanted = (error >= error[5]) & (found.truth <= 0.5)
    assert places(rule, found).tolist() == np.flatnonzero(wanted).tolist()
    assert words(rule, found).endswith("actual up to 0.5")


def test_that_marked_rows_lie_on_the_curve_and_in_the_bars(evidence: Evidence) -> None:
    truth, score = scored(500)
    curve = roc(evidence.cutoffs(1))
    chosen = np.flatnonzero(score > 0.3)
    on = evidence.on_curve(curve, 1, chosen)  # type: ignore[arg-type]
    assert 0 < len(on) <= MARKS
    assert set(on) <= set(zip(curve.x.tolist(), curve.y.tolist(), strict=True))  # type: ignore[union-attr]
    bars = score_histogram(truth == 1, score)
    of_class, of_others = evidence.bar_shares(bars, 1, chosen)  # type: ignore[arg-type]
    assert sum(of_class) == pytest.approx((score[truth == 1] > 0.3).mean())
    assert sum(of_others) == pytest.approx((score[truth == 0] > 0.3).mean())


def test_that_a_column_is_read_by_row_and_what_is_no_number_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    pd.DataFrame({"age": [1, 2, None, 4], "name": ["a", "b", "c", "d"]}).to_parquet(file)
    assert numbers_of(file, "age", np.array([3, 0, 2])).tolist()[:2] == [4.0, 1.0]
    assert np.isnan(numbers_of(file, "age", np.array([3, 0, 2]))[2])
    for column, rows in (("name", [0]), ("none", [0]), ("age", [9])):
        with pytest.raises(EvaluationError, match=column):
            numbers_of(file, column, np.array(rows))
    with pytest.raises(StorageError):
        numbers_of(tmp_path / "gone.parquet", "age", np.array([0]))


def test_that_stored_predictions_are_read_with_the_threshold_that_they_tell(tmp_path: Path) -> None:
    truth, score = scored(60)
    predictions_table(truth, np.column_stack([1 - score, score]), ("no", "yes")).to_parquet(tmp_path / "p.parquet")
    found = Evidence.read(tmp_path / "p.parquet")
    assert found.threshold == pytest.approx(0.5)
    assert found.focus == 1
    assert "60 test rows" in found.part_words("made", 0.2, "drawn at random")
    assert "yes" in found.threshold_words(0.5)
