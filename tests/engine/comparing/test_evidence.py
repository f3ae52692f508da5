"""Whether one run is better than another, from what they left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from aetheron_desktop.cli import main
from aetheron_desktop.engine.comparing import card
from aetheron_desktop.engine.comparing.cohorts import names_of, within_cohort
from aetheron_desktop.engine.comparing.evidence import judge, rank
from aetheron_desktop.engine.comparing.rows_apart import weak_slices
from aetheron_desktop.engine.datasets.viewing.cohorts import keep_cohort
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.comparing.mcnemar import mcnemar
from aetheron_desktop.engine.evaluation.predictions import read_predictions
from aetheron_desktop.engine.evaluation.verdict import compare
from aetheron_desktop.engine.training.experiment import SplitPlan
from tests.runs import made_run
from tests.tables import made_dataset, made_table

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import ColumnType
    from aetheron_desktop.engine.workspace import Workspace

ROWS = 150


def predicted(skill: float, seed: int, first: int = 0) -> dict[str, list[Any]]:
    """Give the predictions of a model whose scores go with the truth by ``skill``."""
    truth = np.random.default_rng(9).random(ROWS) < 0.5
    score = skill * (truth - 0.5) + np.random.default_rng(seed).normal(0, 0.3, ROWS)
    chance = 1 / (1 + np.exp(-4 * score))
    words = np.where(truth, "yes", "no")
    return {
        "row": list(range(first, first + ROWS)), "truth": words.tolist(),
        "prediction": np.where(chance >= 0.5, "yes", "no").tolist(),
        "probability_no": (1 - chance).tolist(), "probability_yes": chance.tolist(),
    }  # fmt: skip


def test_that_the_clearly_better_run_is_told_with_its_evidence(workspace: Workspace, dataset: Dataset) -> None:
    info = dataset.info
    made_run(workspace, "run-a", predictions=predicted(0.2, 1), dataset=info.id, target="sold")
    made_run(workspace, "run-b", predictions=predicted(1.2, 2), dataset=info.id, target="sold", estimator="boosting",
             params={})  # fmt: skip
    told = judge(workspace, "run-a", "run-b")
    assert told.verdict.state == "better"
    assert told.verdict.sentence.startswith("Gradient boosting is better: ROC AUC")
    titles = {one.title: one.words for one in told.evidence}
    assert list(titles) == ["On the same test rows", "McNemar, on the classes", "Cost of a wrong choice"]
    assert titles["Cost of a wrong choice"].endswith("is not the better one has a probability below 0.1%.")
    a, b = (np.array(predicted(skill, seed)["prediction"]) for skill, seed in ((0.2, 1), (1.2, 2)))
    truth = np.array(predicted(0.2, 1)["truth"])
    found = mcnemar(truth, a, b)
    assert (
        f"alone is right on {found.only_a:,} rows, Gradient boosting alone on {found.only_b:,}"
        in titles["McNemar, on the classes"]
    )
    assert told.disagreements == int((a != b).sum()) == len(told.disagree)
    assert set(told.disagree) == set(np.flatnonzero(a != b).tolist())
    assert told.looked_at > 10
    back = judge(workspace, "run-b", "run-a")
    assert back.verdict.state == "worse"


def test_that_the_verdict_is_withheld_with_its_reason(workspace: Workspace) -> None:
    made_run(workspace, "run-a", predictions=predicted(0.5, 1))
    made_run(workspace, "run-b", predictions=predicted(0.6, 2, first=10), estimator="boosting", params={})
    made_run(workspace, "run-c", predictions=predicted(0.6, 2), target="other")
    told = judge(workspace, "run-a", "run-b")
    assert told.verdict.state == "withheld"
    assert "of which 140 are the same" in told.verdict.sentence
    assert told.evidence == ()
    assert "predicts left and" in judge(workspace, "run-a", "run-c").verdict.sentence
    assert "was tested on other rows" in rank(workspace, ["run-a", "run-b", "run-a"]).reason
    (workspace.run_folder("run-b") / "predictions.parquet").unlink()
    assert "are gone" in judge(workspace, "run-a", "run-b").verdict.sentence


def test_that_folds_of_a_stored_split_are_evidence_and_several_seeds_on_one_are_their_mean(
    workspace: Workspace, dataset: Dataset
) -> None:
    for fold in range(4):
        split = SplitPlan(frozen="four", fold=fold)
        for name, estimator, auc, seed in (
            ("a0", "forest", 0.8, 0),
            ("b0", "boosting", 0.88, 0),
            ("b1", "boosting", 0.84, 1),
        ):
            gained = fold / 100 * (1 + (estimator == "boosting"))
            made_run(
                workspace, f"run-{name}{fold}", predictions=predicted(0.5, fold, first=fold * 200), split=split,
                seed=seed, dataset=dataset.info.id, estimator=estimator, params={}, metrics={"roc_auc": auc + gained},
            )  # fmt: skip
    card.fill(workspace, [run.id for run in workspace.runs()])
    told = judge(workspace, "run-a00", "run-b00")
    words = {one.title: one.words for one in told.evidence}
    assert "+0.075" in words["Over folds"]
    assert "over 4 folds" in words["Over folds"]
    assert "Bayesian correlated t" in words["Over folds, in practice"]


def test_that_runs_of_other_classes_or_with_rows_without_a_number_are_not_ranked(workspace: Workspace) -> None:
    told = predicted(0.8, 1)
    more = {**told, "probability_z": [0.0] * len(told["row"])}
    gaps = {}
    for name, row in (("c", 3), ("d", 120)):
        gaps[name] = predicted(0.8, 2)
        for column in ("probability_no", "probability_yes"):
            gaps[name][column][row] = np.nan
    for name, predictions in (("a", told), ("b", more), *gaps.items()):
        made_run(workspace, f"run-{name}", predictions=predictions, task="multiclass")
    assert "do not tell the same classes apart" in rank(workspace, ["run-a", "run-b"]).reason
    assert "do not tell the same classes apart" in rank(workspace, ["run-b", "run-a"]).reason
    assert "is not a number" in rank(workspace, ["run-c", "run-d"]).reason
    assert rank(workspace, ["run-c", "run-d"]).order == ()


def test_that_several_runs_are_ranked_and_joined_where_they_are_alike(workspace: Workspace) -> None:
    for name, estimator, skill in (("a", "forest", 1.2), ("b", "boosting", 1.15), ("c", "dummy", 0.05)):
        made_run(workspace, f"run-{name}", predictions=predicted(skill, 3), estimator=estimator, params={})
    told = rank(workspace, ["run-c", "run-a", "run-b"])
    assert told.order[2] == "run-c"
    assert [set(group) for group in told.groups] == [{"run-a", "run-b"}]
    assert all(pair.corrected >= pair.p_value for pair in told.pairs)
    assert "cannot be told apart from" in told.sentence
    with pytest.raises(UsageError, match="too many at once"):
        rank(workspace, ["run-a"] * 9)


def test_that_a_verdict_on_a_cohort_is_of_its_test_rows_alone(
    workspace: Workspace, dataset: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    info = dataset.info
    plan = {"dataset": info.id, "target": "sold"}
    made_run(workspace, "run-a", predictions=predicted(0.2, 1), **plan)
    made_run(workspace, "run-b", predictions=predicted(1.2, 2), **plan, estimator="boosting", params={})
    made_run(workspace, "run-c", predictions=predicted(0.2, 3), **plan, estimator="logistic", params={})
    keep_cohort(dataset, "reds", "colour = 'red'")
    keep_cohort(dataset, "none", "count > 1000")
    inside = (made_table()["colour"] == "red").to_numpy()[:ROWS]
    a, b = (read_predictions(workspace.run_folder(run) / "predictions.parquet") for run in ("run-a", "run-b"))
    names = ("Random forest", "Gradient boosting")
    wanted = compare(a.task, a.truth[inside], a.predicted[inside], b.predicted[inside], names=names)
    told = judge(workspace, "run-a", "run-b", cohort="reds")
    assert told.verdict.rows == inside.sum() < ROWS
    assert (told.verdict.difference, told.verdict.low, told.verdict.high) == (
        wanted.difference, wanted.low, wanted.high)  # fmt: skip
    assert told.verdict.sentence == wanted.sentence.replace("test rows", "test rows of “reds”")
    assert set(told.disagree) == set(np.flatnonzero(inside & (a.decided() != b.decided())).tolist())
    ranked = rank(workspace, ["run-a", "run-b", "run-c"], cohort="reds")
    assert ranked.scores[ranked.order.index("run-b")] == wanted.b
    assert "only 0 test rows of “none”" in judge(workspace, "run-a", "run-b", cohort="none").verdict.sentence
    with pytest.raises(UsageError, match="no cohort named “blues”"):
        judge(workspace, "run-a", "run-b", cohort="blues")
    assert names_of(workspace, [info.id, "gone"]) == ("reds", "none")
    assert within_cohort(workspace, ["run-a", "run-b"], "reds").rows == {info.id: tuple(np.flatnonzero(inside))}
    workspace.close()
    assert main(["--workspace", str(workspace.root), "compare", "run-a", "run-b", "--cohort", "reds"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"They disagree on {len(told.disagree)} of {inside.sum()} test rows of “reds”." in shown


def test_that_of_two_that_are_the_same_neither_is_ahead(workspace: Workspace) -> None:
    made_run(workspace, "run-a", predictions=predicted(0.5, 1))
    made_run(workspace, "run-b", predictions=predicted(0.5, 1), estimator="boosting", params={})
    (cost,) = [one.words for one in judge(workspace, "run-a", "run-b").evidence if one.title.startswith("Cost")]
    assert cost.startswith(
        "Neither is ahead. That the one which is chosen is not the better one has a probability of 50"
    )


def test_that_an_identifier_is_no_slice(workspace: Workspace) -> None:
    """The values of a number that counts the rows say nothing of the next row, however well they part these."""
    table = made_table()
    table["id"] = np.arange(len(table))
    types: dict[str, ColumnType] = {"id": "identifier", "colour": "category", "sold": "category"}
    dataset = made_dataset(workspace.dataset_folder("0123456789abcdef"), table, types)
    workspace.add_dataset(dataset.info)
    found = {}
    for kept in ("identifier", "integer"):
        if kept == "integer":
            columns = [msgspec.structs.replace(c, type="integer") if c.name == "id" else c
                       for c in dataset.info.schema.columns]  # fmt: skip
            workspace.add_dataset(
                msgspec.structs.replace(
                    dataset.info, schema=msgspec.structs.replace(dataset.info.schema, columns=tuple(columns))
                )
            )
        run = made_run(workspace, f"run-{kept}", predictions=predicted(0.2, 1), dataset=dataset.info.id, target="sold")
        told = [read_predictions(workspace.run_folder(run.id) / "predictions.parquet")] * 2
        found[kept] = weak_slices(workspace, run, told, judge(workspace, run.id, run.id).verdict)[1]
    assert found["integer"] == found["identifier"] + 4
