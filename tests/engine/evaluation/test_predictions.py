from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.errors import EvaluationError
from aetheron_desktop.engine.evaluation.predictions import TestPredictions, read_predictions

if TYPE_CHECKING:
    from pathlib import Path

NAMES = np.array(["no", "yes"], dtype=object)


def table_of(truth: Any, second: Any, threshold: float = 0.5, **more: Any) -> pd.DataFrame:
    second = np.asarray(second, dtype=np.float64)
    columns = {"row": range(len(second)), "truth": truth, "prediction": NAMES[(second >= threshold).astype(int)]}
    return pd.DataFrame(columns | {"probability_no": 1.0 - second, "probability_yes": second} | more)


def stored(folder: Path, table: pd.DataFrame) -> Path:
    file = folder / "predictions.parquet"
    table.to_parquet(file)
    return file


def test_that_what_was_stored_is_read_in_the_order_of_the_rows(tmp_path: Path) -> None:
    table = table_of(["yes", "no", "no", "yes"], [0.9, 0.2, 0.7, 0.4]).assign(row=[30, 10, 20, 40])
    table.attrs["baseline"] = [0.75, 0.25]
    found = read_predictions(stored(tmp_path, table))
    assert found.task == "binary"
    assert found.rows.tolist() == [10, 20, 30, 40]
    assert found.truth.tolist() == [0, 0, 1, 1]
    assert found.score.tolist() == [0.2, 0.7, 0.9, 0.4]
    assert found.decided().tolist() == [0, 1, 1, 0]
    assert found.decided(0.8).tolist() == [0, 0, 1, 0]
    assert found.threshold is None
    assert found.baseline is not None
    assert found.baseline.tolist() == [0.75, 0.25]
    assert found.notes() == ()


def test_that_the_threshold_is_told_by_what_was_predicted(tmp_path: Path) -> None:
    found = read_predictions(stored(tmp_path, table_of(["yes"] * 4, [0.1, 0.25, 0.35, 0.9], 0.3)))
    assert found.threshold == pytest.approx(0.3)
    assert found.decided().tolist() == [0, 0, 1, 1]


def test_that_numbers_have_limits_and_what_the_dummy_says(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"row": [0, 1], "truth": [1, 2], "prediction": [1.5, 2.5], "lower": [1.0, 2.0], "upper": [np.inf, 3.0]}
    )
    table.attrs |= {"baseline": [1.25], "baseline_limits": [0.0, 3.0]}
    found = read_predictions(stored(tmp_path, table), level=0.8)
    assert (found.task, found.level, found.baseline_limits) == ("regression", 0.8, (0.0, 3.0))
    assert found.limits is not None
    assert found.limits.tolist() == [[1.0, np.inf], [2.0, 3.0]]
    assert found.truth.dtype == np.float64


def test_that_rows_without_a_number_or_a_truth_are_left_out_and_told(tmp_path: Path) -> None:
    found = read_predictions(stored(tmp_path, table_of(["yes", None, "no"], [0.9, 0.5, np.nan])))
    assert found.rows.tolist() == [0]
    assert found.left_out == 2
    assert found.notes() == ("2 rows have no truth or no number as prediction, and count nowhere.",)


def test_that_a_class_that_was_not_learned_has_no_probability(tmp_path: Path) -> None:
    table = table_of(["yes", "maybe", "no"], [0.9, 0.6, 0.1])
    table.attrs["baseline"] = [0.5, 0.5]
    found = read_predictions(stored(tmp_path, table))
    assert (found.task, found.classes, found.unseen) == ("binary", ("no", "yes", "maybe"), 1)
    assert found.truth.tolist() == [1, 2, 0]
    assert found.predicted[:, 2].tolist() == [0.0, 0.0, 0.0]
    assert found.decided().tolist() == [1, 1, 0]
    assert "'maybe' did not occur in training" in found.notes()[0]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.unlink(), "are gone (predictions.parquet is not there)"),
        (lambda file: file.write_bytes(b"PAR1 and nothing else PAR1"), "cannot be read"),
        (lambda file: pd.DataFrame({"row": [1]}).to_parquet(file), "no test rows whose truth is known"),
        (lambda file: table_of(["yes"] * 2, [0.1, 0.2], row=[3, 3]).to_parquet(file), "have a row twice"),
        (lambda file: table_of(["no"] * 2, [np.nan] * 2).to_parquet(file), "are not a number for any row"),
        (lambda file: table_of(["no"] * 2, [0.1] * 2, prediction=["x"] * 2).to_parquet(file), "none of the classes"),
        (lambda file: table_of(["no"], [0.1], probability_yes=["much"]).to_parquet(file), "cannot be read"),
    ],
)
def test_that_a_file_that_cannot_be_used_is_told_in_words(tmp_path: Path, spoil: Any, words: str) -> None:
    file = stored(tmp_path, table_of(["yes", "no"], [0.9, 0.2]))
    spoil(file)
    with pytest.raises(EvaluationError) as caught:
        read_predictions(file, of="run-1")
    assert words in caught.value.detail
    assert caught.value.detail.startswith("The predictions of run-1")
    assert caught.value.hint


def test_that_one_class_and_two_rows_are_read(tmp_path: Path) -> None:
    found = read_predictions(stored(tmp_path, table_of(["yes", "yes"], [0.9, 0.8])))
    assert found.truth.tolist() == [1, 1]
    assert found.positive.all()


def test_that_some_of_the_rows_are_predictions_too() -> None:
    whole = TestPredictions("regression", np.arange(4), np.arange(4.0), np.ones(4), limits=np.zeros((4, 2)), level=0.9)
    part = whole.only(np.array([True, False, False, True]), "rows of Ulm")
    assert (part.rows.tolist(), part.truth.tolist(), part.part) == ([0, 3], [0.0, 3.0], "rows of Ulm")
    assert part.limits is not None
    assert part.limits.shape == (2, 2)


@pytest.mark.parametrize(
    "made",
    [
        lambda: TestPredictions("binary", np.arange(2), np.array([0, 5]), np.ones((2, 2)), ("a", "b")),
        lambda: TestPredictions("binary", np.arange(2), np.array([0, 1]), np.ones(2), ("a", "b")),
        lambda: TestPredictions("regression", np.arange(2), np.ones(2), np.array([1.0, np.nan])),
    ],
)
def test_that_predictions_that_make_no_sense_cannot_be_made(made: Any) -> None:
    with pytest.raises(EvaluationError):
        made()


def test_that_reading_and_measuring_load_no_library_that_learns(tmp_path: Path) -> None:
    file = stored(tmp_path, table_of(["yes", "no"] * 20, np.linspace(0.1, 0.9, 40)).assign(row=range(40, 0, -1)))
    code = (
        "import sys; from pathlib import Path;"
        "from aetheron_desktop.engine.evaluation.predictions import read_predictions;"
        "from aetheron_desktop.engine.evaluation.table import measured;"
        "from aetheron_desktop.engine.evaluation.curves import calibration, costs, numbers, ranking, thresholds;"
        "assert len(list(measured(read_predictions(Path(sys.argv[1]))))) == 15;"
        "print(*sorted({'pandas', 'scipy', 'sklearn', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
