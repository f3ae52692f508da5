from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import metrics_for
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.evaluation.verdict import Verdict, compare, compare_files, rows_hash
from tests.engine.evaluation.simulated import KINDS, pair, predicted_rows

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task

SAME = ("the-dataset", "the-dataset")


def regression(rows: int, b: float, *, seed: int = 0) -> tuple[Any, Any, Any]:
    """Give truth, predictions with errors of deviation 1, and others with deviation ``b``."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=rows) * 3.0
    return truth, truth + rng.normal(size=rows), truth + rng.normal(size=rows) * b


def write(path: Path, rows: Any, truth: Any, prediction: Any, **others: Any) -> Path:
    columns = {"row": rows, "truth": truth, "prediction": prediction} | others
    pd.DataFrame(columns, index=np.asarray(rows)).to_parquet(path)
    return path


def classes_file(path: Path, rows: Any, truth: Any, found: Any, words: tuple[str, ...] = ("no", "yes")) -> Path:
    names = np.array(words, dtype=object)
    chances = {f"probability_{word}": found[:, position] for position, word in enumerate(words)}
    return write(path, rows, names[truth], names[found.argmax(axis=1)], **chances)


# -- states and words -------------------------------------------------------------------------------------------------


def test_that_the_better_model_is_said_to_be_better_whatever_the_direction() -> None:
    truth, a, b = regression(1_234, 0.8)
    found = compare("regression", truth, a, b)
    assert (found.state, found.metric, found.rows) == ("better", "rmse", 1_234)
    assert found.difference is not None
    assert found.low is not None
    assert found.high is not None
    assert found.p_value is not None
    assert 0.0 < found.low < found.difference < found.high
    assert found.p_value < 0.01
    assert found.difference == pytest.approx(np.sqrt(((a - truth) ** 2).mean()) - np.sqrt(((b - truth) ** 2).mean()))
    assert compare("regression", truth, a, b, metric="r2").state == "better"


def test_that_the_other_way_round_is_the_mirror_image() -> None:
    truth, a, b = regression(500, 0.8)
    one, other = compare("regression", truth, a, b), compare("regression", truth, b, a)
    assert (one.state, other.state) == ("better", "worse")
    assert one.difference is not None
    assert other.difference == pytest.approx(-one.difference)
    assert other.low == pytest.approx(-(one.high or 0.0))
    assert other.p_value == pytest.approx(one.p_value)


def test_that_a_verdict_is_in_words() -> None:
    truth, a, b = regression(1_234, 0.8)
    assert compare("regression", truth, a, b, names=("Ridge", "Forest")).sentence == (
        "Forest is better: RMSE 0.797 against 1.017, a difference of 0.220 (0.171 to 0.269) "
        "on the same 1,234 test rows."
    )
    assert compare("regression", truth, b, a).sentence.startswith(
        "B is worse: RMSE 1.017 against 0.797, a difference of 0.220"
    )
    unsure = compare("regression", *regression(30, 0.97)).sentence
    assert unsure.startswith("It cannot be said which is better: RMSE 1.06 against 0.98, a difference of 0.09 (−0.")
    assert unsure.endswith("on the same 30 test rows, A being ahead.")


def test_that_nearly_the_same_predictions_are_as_good() -> None:
    truth, a, _ = regression(2_000, 1.0)
    b = a + np.random.default_rng(1).normal(size=2_000) * 0.02
    found = compare("regression", truth, a, b)
    assert found.state == "same"
    assert found.sentence.startswith("B is as good as A: RMSE ")
    assert found.sentence.endswith("; less than 0.01 makes no difference in practice.")
    assert compare("regression", truth, a, b, equivalence=1e-5).state in {"better", "worse", "unsure"}


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_model_is_as_good_as_itself(kind: str) -> None:
    task, make = KINDS[kind]
    truth, predicted = make(np.random.default_rng(0), 100)
    for metric in metrics_for(task):
        found = compare(task, truth, predicted, predicted.copy(), metric=metric.name)
        assert (found.state, found.difference, found.low, found.high, found.p_value) == ("same", 0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("kind", KINDS)
def test_that_every_metric_has_a_verdict_with_the_scores_of_both(kind: str) -> None:
    task = KINDS[kind][0]
    truth, a, b = pair(kind, np.random.default_rng(0), 400)
    one, other = scores(task, truth, a), scores(task, truth, b)
    for metric in metrics_for(task):
        found = compare(task, truth, a, b, metric=metric.name)
        assert found.state != "withheld"
        assert found.a == pytest.approx(one[metric.name])
        assert found.b == pytest.approx(other[metric.name])
        assert msgspec.json.decode(msgspec.json.encode(found), type=Verdict) == found


@settings(max_examples=200, deadline=None)
@given(predicted_rows(models=2))
def test_that_whatever_rows_there_are_the_state_is_that_of_the_interval(made: tuple[Any, ...]) -> None:
    task, truth, a, b = made
    for metric in metrics_for(task):
        found = compare(task, truth, a, b, metric=metric.name)
        if found.state == "withheld":
            assert found.sentence.startswith("No verdict: ")
            continue
        assert None not in {found.difference, found.low, found.high, found.p_value, found.equivalence}
        low, difference, high, region = (
            value or 0.0 for value in (found.low, found.difference, found.high, found.equivalence)
        )
        assert np.isfinite([low, high]).all()
        assert low <= difference <= high
        inside = -region <= low <= high <= region
        assert found.state == ("same" if inside else "better" if low > 0.0 else "worse" if high < 0.0 else "unsure")


def test_that_two_models_without_an_error_on_a_few_rows_are_not_said_to_be_the_same() -> None:
    truth = np.arange(20) % 2
    a, b = (np.column_stack([1.0 - truth, truth]).clip(edge, 1.0 - edge) for edge in (0.1, 0.2))
    for metric in ("roc_auc", "accuracy", "balanced_accuracy", "f1", "average_precision"):
        assert compare("binary", truth, a, b, metric=metric).state == "unsure", metric


def test_that_four_rows_of_ten_are_too_few_to_be_sure_of_an_accuracy() -> None:
    truth = np.ones(10, dtype=np.int64)
    right, wrong = [0.1, 0.9], [0.9, 0.1]
    a, b = np.array([wrong] * 4 + [right] * 6), np.array([right] * 10)
    assert compare("binary", truth, a, b, metric="accuracy").state == "unsure"
    assert (
        compare("binary", truth.repeat(10), a.repeat(10, axis=0), b.repeat(10, axis=0), metric="accuracy").state
        == "better"
    )


def test_that_a_threshold_of_its_own_counts_for_each() -> None:
    truth, found = KINDS["rare"][1](np.random.default_rng(0), 4_000)
    moved = compare("binary", truth, found, found, metric="f1", thresholds=(None, 0.3))
    assert moved.state == "better"
    assert moved.b == pytest.approx(scores("binary", truth, found, threshold=0.3)["f1"])
    assert compare("binary", truth, found, found, metric="roc_auc", thresholds=(None, 0.3)).state == "same"


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_that_the_interval_of_a_paired_mean_is_about_that_of_students_test() -> None:
    truth, a, b = regression(400, 0.95)
    losses = np.abs(a - truth), np.abs(b - truth)
    wanted = ttest_rel(*losses)
    ends = wanted.confidence_interval()
    found = compare("regression", truth, a, b, metric="mae")
    assert found.low == pytest.approx(ends.low, abs=0.01)
    assert found.high == pytest.approx(ends.high, abs=0.01)
    assert found.p_value == pytest.approx(wanted.pvalue, abs=0.02)


def test_that_many_rows_are_told_as_samples_would_tell_them() -> None:
    from aetheron_desktop.engine.evaluation.paired import difference

    truth, a, b = pair("binary", np.random.default_rng(0), 20_000)
    by_samples = difference("binary", truth, a, b, metric="average_precision", resamples=1_000)
    by_influences = difference("binary", truth, a, b, metric="average_precision", resamples=10_000)
    assert by_samples is not None
    assert by_influences is not None
    assert by_influences.low == pytest.approx(by_samples.low, abs=5e-4)
    assert by_influences.high == pytest.approx(by_samples.high, abs=5e-4)


def test_that_one_seed_has_one_verdict() -> None:
    truth, a, b = regression(200, 0.9)
    assert compare("regression", truth, a, b, seed=1) == compare("regression", truth, a, b, seed=1)
    assert compare("regression", truth, a, b, seed=1).low != compare("regression", truth, a, b, seed=2).low


@pytest.mark.parametrize(("kind", "rows"), [("binary", 100), ("rare", 100), ("multiclass", 100), ("regression", 20)])
def test_that_equal_models_are_hardly_ever_told_apart(kind: str, rows: int) -> None:
    rounds = 200
    states = [compare(KINDS[kind][0], *pair(kind, np.random.default_rng(seed), rows)).state for seed in range(rounds)]
    # More than 20 of 200 come once in 600 times when it is one of twenty.
    assert states.count("better") + states.count("worse") <= 20


def test_that_a_hundred_thousand_rows_have_a_verdict() -> None:
    assert compare("regression", *regression(100_000, 0.99)).state == "better"


# -- withheld ---------------------------------------------------------------------------------------------------------


def test_that_there_is_no_verdict_where_there_is_nothing_to_say() -> None:
    truth, a, b = regression(5, 1.0)
    few = compare("regression", truth, a, b)
    assert (few.state, few.low, few.rows) == ("withheld", None, 5)
    assert few.sentence == "No verdict: there are only 5 test rows; at least 6 are needed."
    one = np.zeros(50, dtype=np.int64)
    chances = np.tile([0.7, 0.3], (50, 1))
    assert (
        compare("binary", one, chances, chances).sentence == "No verdict: ROC AUC is not defined on these 50 test rows."
    )
    assert compare("regression", truth, a, b[:4]).state == "withheld"
    assert compare("regression", np.empty(0), np.empty(0), np.empty(0)).state == "withheld"
    assert compare("regression", np.ones(50), np.full(50, np.nan), np.ones(50)).state == "withheld"
    with pytest.raises(UsageError):
        compare("regression", truth, a, b, metric="charm")


def test_that_a_metric_of_another_task_has_no_verdict() -> None:
    assert compare("regression", *regression(50, 1.0), metric="accuracy").state == "withheld"


# -- files ------------------------------------------------------------------------------------------------------------


def test_that_files_are_joined_by_row_and_by_class(tmp_path: Path) -> None:
    truth, a, b = pair("binary", np.random.default_rng(0), 300)
    rows, mixed = np.arange(300) * 7, np.random.default_rng(1).permutation(300)
    one = classes_file(tmp_path / "a.parquet", rows, truth, a)
    # The other run came upon the classes in another order.
    other = classes_file(tmp_path / "b.parquet", rows[mixed], 1 - truth[mixed], b[mixed][:, ::-1], ("yes", "no"))
    assert compare_files(one, other, datasets=SAME) == compare("binary", truth, a, b)
    assert compare_files(one, other, datasets=SAME, metric="f1").metric == "f1"


@pytest.mark.parametrize("words", [(0, 1, 2), ("a", "b", "c"), (True, False)], ids=["numbers", "words", "truths"])
def test_that_labels_are_read_in_whatever_form_they_were_kept(tmp_path: Path, words: tuple[Any, ...]) -> None:
    task: Task = "multiclass" if len(words) == 3 else "binary"
    truth = np.arange(60) % len(words)
    found = np.random.default_rng(0).dirichlet(np.ones(len(words)), 60)
    names = [str(word).lower() for word in words]
    chances = {f"probability_{name}": found[:, position] for position, name in enumerate(names)}
    prediction = np.array(words)[found.argmax(axis=1)]
    path = write(tmp_path / "a.parquet", range(60), np.array(names, dtype=object)[truth], prediction, **chances)
    verdict = compare_files(path, path, datasets=SAME, metric="accuracy")
    assert verdict.state == "same"
    assert verdict.a == pytest.approx(scores(task, truth, found)["accuracy"])


def test_that_what_a_run_decided_counts_and_not_what_was_most_probable(tmp_path: Path) -> None:
    truth, found = KINDS["rare"][1](np.random.default_rng(0), 500)
    words = np.array(["no", "yes"], dtype=object)
    chances = {"probability_no": found[:, 0], "probability_yes": found[:, 1]}
    chosen = words[(found[:, 1] >= 0.3).astype(int)]
    path = write(tmp_path / "moved.parquet", range(500), words[truth], chosen, **chances)
    usual = classes_file(tmp_path / "usual.parquet", range(500), truth, found)
    made = compare_files(usual, path, datasets=SAME, metric="f1")
    assert made == compare("binary", truth, found, found, metric="f1", thresholds=(None, 0.3))


def test_that_files_of_numbers_are_compared(tmp_path: Path) -> None:
    truth, a, b = regression(300, 0.7)
    one, other = (write(tmp_path / name, range(300), truth, each) for name, each in (("a", a), ("b", b)))
    assert compare_files(one, other, datasets=SAME) == compare("regression", truth, a, b)


def test_that_other_rows_are_no_ground_for_a_verdict(tmp_path: Path) -> None:
    truth, a, b = regression(300, 0.7)
    one = write(tmp_path / "a", range(300), truth, a)
    fewer = write(tmp_path / "b", range(100, 300), truth[100:], b[100:])
    found = compare_files(one, fewer, datasets=SAME, names=("Ridge", "Forest"))
    assert found == Verdict(
        state="withheld",
        sentence="No verdict: Ridge was tested on 300 rows and Forest on 200, of which 200 are the same.",
    )
    assert (
        compare_files(one, one, datasets=("this", "that")).sentence
        == "No verdict: A and B were tested on different datasets."
    )


def test_that_other_truths_are_no_ground_for_a_verdict(tmp_path: Path) -> None:
    truth, a, _ = regression(50, 1.0)
    one, other = write(tmp_path / "a", range(50), truth, a), write(tmp_path / "b", range(50), truth + 0.1, a)
    assert "truth of the test rows is not the same" in compare_files(one, other, datasets=SAME).sentence


def test_that_other_classes_are_no_ground_for_a_verdict(tmp_path: Path) -> None:
    truth, a, b = pair("binary", np.random.default_rng(0), 50)
    one = classes_file(tmp_path / "a", range(50), truth, a)
    other = classes_file(tmp_path / "b", range(50), truth, b, ("nein", "ja"))
    assert "do not tell the same classes apart" in compare_files(one, other, datasets=SAME).sentence


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), "the predictions of B are gone (b is not there)."),
        (lambda path: path.write_bytes(b"PAR1 and nothing else PAR1"), "cannot be read"),
        (lambda path: path.write_bytes(b""), "cannot be read"),
        (lambda path: pd.DataFrame({"row": [1]}).to_parquet(path), "no test rows whose truth is known"),
        (lambda path: pd.DataFrame().to_parquet(path), "no test rows whose truth is known"),
        (lambda path: write(path, [1] * 50, np.ones(50), np.ones(50)), "a row twice"),
        (lambda path: write(path, range(50), np.ones(50), ["many"] * 50), "cannot be read"),
        (lambda path: write(path, range(50), np.ones(50), [[1.0]] * 50), "cannot be read"),
        (lambda path: write(path, range(50), np.full(50, np.nan), np.ones(50)), "not a number"),
        (lambda path: write(path, [f"{row}" for row in range(50)], np.ones(50), np.ones(50)), "no test rows"),
    ],
    ids=["gone", "damaged", "empty", "columns", "nothing", "twice", "words", "lists", "missing", "row-words"],
)
def test_that_a_file_that_cannot_be_used_is_no_ground_for_a_verdict(tmp_path: Path, spoil: Any, words: str) -> None:
    truth, a, b = regression(50, 1.0)
    one, other = write(tmp_path / "a", range(50), truth, a), write(tmp_path / "b", range(50), truth, b)
    spoil(other)
    found = compare_files(one, other, datasets=SAME)
    assert found.state == "withheld"
    assert words in found.sentence


def test_that_a_label_that_is_no_class_is_no_ground_for_a_verdict(tmp_path: Path) -> None:
    truth, a, _ = pair("binary", np.random.default_rng(0), 50)
    one = classes_file(tmp_path / "a", range(50), truth, a)
    table = pd.read_parquet(one)
    table.loc[3, "prediction"] = "perhaps"
    table.to_parquet(tmp_path / "b")
    assert "none of the classes" in compare_files(one, tmp_path / "b", datasets=SAME).sentence


# -- rows -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 2**40), max_size=30), st.randoms(), st.text(max_size=5))
def test_that_the_order_of_rows_makes_no_other_hash(rows: list[int], random: Any, dataset: str) -> None:
    mixed = rows.copy()
    random.shuffle(mixed)
    made = rows_hash(np.array(rows, dtype=np.int64), dataset)
    assert made == rows_hash(np.array(mixed, dtype=np.int32 if max(rows, default=0) < 2**31 else np.int64), dataset)
    assert made != rows_hash(np.array([*rows, 1], dtype=np.int64), dataset)
    assert made != rows_hash(np.array(rows, dtype=np.int64), dataset + "2")
    assert len(made) == 64


def test_that_the_window_can_show_verdicts_without_a_learning_library() -> None:
    heavy = "numpy", "pandas", "scipy", "sklearn", "pyarrow"
    asked = f"import sys, aetheron_desktop.engine.evaluation.verdict; print([n for n in {heavy} if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"
