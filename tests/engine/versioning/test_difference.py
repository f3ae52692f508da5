"""What differs between two versions, section by section, and the verdict, which is withheld with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.registry.description import DESCRIPTION, SIGNATURE
from aetheron_desktop.engine.registry.revising import description_of, signed
from aetheron_desktop.engine.versioning.changes import JoinModel, SetCard
from aetheron_desktop.engine.versioning.difference import SECTIONS, VersionDifference, VersionVerdict, difference
from aetheron_desktop.engine.versioning.questions import VersionsQuestion
from tests.engine.versioning.doing import asked, changed, put_dataset, trained, trained_into
from tests.tables import made_table

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.versioning.difference import DifferenceLine
    from aetheron_desktop.engine.workspace import Workspace


def lines(found: VersionDifference) -> dict[tuple[str, str], DifferenceLine]:
    made: dict[tuple[str, str], DifferenceLine] = {(line.section, line.name): line for line in found.lines}
    assert len(made) == len(found.lines), "a line is there twice"
    assert [line.section for line in found.lines] == sorted(
        (line.section for line in found.lines), key=SECTIONS.index
    )  # fmt: skip
    return made


def test_that_each_section_tells_what_differs(kept: Workspace) -> None:
    (info,) = kept.models()
    found = asked(kept, VersionsQuestion(model=info.id, before="v1", after="v2"), VersionDifference)
    assert (found.before, found.after) == tuple(kept.shelf.find(info.id, word) for word in ("v1", "v2"))
    told = lines(found)
    estimator = told["model", "Estimator"]
    assert (estimator.before, estimator.after) == ("Logistic regression", catalog.name_of("forest"))
    assert told["parameters", "Trees"].after == "5"
    assert told["parameters", "Trees"].before == "–"
    assert told["data", "Content"].is_same
    assert told["data", "Rows, test"].before == "40"
    assert told["plan", "Seed"].is_same
    assert told["columns", "Columns"].after == "6"
    assert told["environment", "python"].is_same
    assert not told["model", "pipeline.skops"].is_same
    names = [line.name for line in found.lines if line.section == "metrics"]
    assert names[0] == "ROC AUC"
    old, new = (kept.shelf.versions(info.id)[commit].metrics["roc_auc"] for commit in (found.before, found.after))
    assert old is not None
    assert new is not None
    line = told["metrics", "ROC AUC"]
    assert line.before.startswith(f"{old:.4g} (")
    assert line.after.startswith(f"{new:.4g} (")
    assert line.better == (new > old)
    assert {line.section for line in found.changed()} <= set(SECTIONS) - {"environment"}


def test_that_the_most_important_columns_of_both_are_told_with_their_ranks(
    workspace: Workspace, model: ModelInfo
) -> None:
    names = [f"n{number}" for number in range(14)]
    befores = {name: 0.5 - number / 100 for number, name in enumerate(names[:12])} | {"useless": 0.0002}
    afters = {"n0": 0.1, "n1": 0.3, "n13": 0.2, "useless": -0.012}
    afters_shown = ("n1", "n13", "n0")
    with workspace.shelf.changing(model.id) as repository:
        for importance in (befores, afters, {}):
            described = msgspec.structs.replace(
                description_of(repository, repository.find("current")), importance=importance
            )
            repository.change(repository.find("current"), signed(described), "Weighed by hand", "changed")
    found = difference(workspace, model.id, "v4", "v5")
    told = [(line.name, line.before, line.after) for line in found.lines if line.section == "importance"]
    assert told[:4] == [
        ("n1", "0.490 (2nd)", "0.300 (1st)"),
        ("n13", "–", "0.200 (2nd)"),
        ("n0", "0.500 (1st)", "0.100 (3rd)"),
        ("n2", "0.480 (3rd)", "–"),
    ]
    assert {name for name, *_ in told} == {*names[:10], "n13"}, "the ten of both that help most"
    assert {line.better for line in found.lines if line.section == "importance"} == {None}
    gone = difference(workspace, model.id, "v5", "v6").lines
    assert {line.name: line.after for line in gone if line.section == "importance"} == dict.fromkeys(afters_shown, "–")


def test_that_a_loss_is_better_when_it_is_smaller(kept: Workspace) -> None:
    (info,) = kept.models()
    there, back = (difference(kept, info.id, *pair) for pair in (("v1", "v2"), ("v2", "v1")))
    for name in ("Log loss", "ROC AUC"):
        assert lines(there)["metrics", name].better != lines(back)["metrics", name].better
    metrics = kept.shelf.versions(info.id)
    values = [metrics[commit].metrics["log_loss"] or 0.0 for commit in (there.before, there.after)]
    assert lines(there)["metrics", "Log loss"].better == (values[1] < values[0])


def test_that_equal_versions_differ_in_nothing(kept: Workspace) -> None:
    (info,) = kept.models()
    found = difference(kept, info.id, "v2", "v2")
    assert found.changed() == ()
    assert found.card == ()
    assert {line.better for line in found.lines} == {None}


def test_that_a_threshold_and_a_card_are_shown(workspace: Workspace, model: ModelInfo) -> None:
    changed(workspace, SetCard(model=model.id, card="# Another\n\nWith words.\n", message=""))
    found = difference(workspace, model.id, "v2", "current")
    line = lines(found)["model", "Threshold"]
    assert (line.before, line.after) == ("0.5", "0.3")
    assert "+# Another" in found.card
    assert "+With words." in found.card
    assert any(text.startswith("-") for text in found.card)
    assert lines(found)["metrics", "ROC AUC"].is_same
    assert lines(found)["metrics", "F1"].better is not None


def test_that_columns_that_came_went_and_drifted_are_named(workspace: Workspace, model: ModelInfo) -> None:
    table = made_table(seed=9)
    table["size"] += 100
    other = put_dataset(workspace, table, "fedcba9876543210")
    commit = trained_into(workspace, model.id, other)
    with workspace.shelf.changing(model.id) as repository:
        description = description_of(repository, commit)
        columns = tuple(column for column in description.columns if column.name != "remark")
        files = signed(msgspec.structs.replace(description, columns=columns))
        repository.change(commit, {**files}, "Without remarks", "changed")
    told = lines(difference(workspace, model.id, "v2", "current"))
    assert (told["columns", "remark"].before, told["columns", "remark"].after) == ("text", "–")
    assert "middle" in told["columns", "size"].before
    assert not told["columns", "size"].is_same
    assert (told["columns", "Columns"].before, told["columns", "Columns"].after) == ("6", "5")
    assert not told["data", "Content"].is_same


def test_that_versions_of_different_tasks_are_compared_line_by_line(workspace: Workspace, model: ModelInfo) -> None:
    price = trained(workspace, workspace.dataset("made"), "ridge", "regression")
    part = workspace.root / "tmp" / "files"
    with workspace.shelf.opened(price.id) as repository:
        repository.write_files(repository.find("current"), part)
    with workspace.shelf.changing(model.id) as repository:
        repository.commit(part, "By hand, another target", "changed")
    question = VersionsQuestion(model=model.id, before="v2", after="current")
    told = lines(asked(workspace, question, VersionDifference))
    assert (told["metrics", "RMSE"].before, told["metrics", "ROC AUC"].after) == ("–", "–")
    assert {told["metrics", name].better for name in ("RMSE", "ROC AUC")} == {None}, "nothing can be said of them"
    assert (told["plan", "Target"].before, told["plan", "Target"].after) == ("sold", "price")
    assert told["model", "Threshold"].after == "–"
    verdict = asked(workspace, question, VersionVerdict).verdict
    assert verdict.state == "withheld"
    assert verdict.sentence


def verdict_of(workspace: Workspace, model: str, before: str, after: str) -> VersionVerdict:
    return asked(workspace, VersionsQuestion(model=model, before=before, after=after), VersionVerdict)


def test_that_the_verdict_is_of_the_same_test_rows(workspace: Workspace, model: ModelInfo) -> None:
    least = trained_into(workspace, model.id, workspace.dataset("made"), "dummy")
    found = verdict_of(workspace, model.id, "v1", "v4")
    assert found.after == least
    assert found.verdict.state == "worse"
    assert found.verdict.rows == 40
    assert "v4" in found.verdict.sentence
    assert verdict_of(workspace, model.id, "v4", "v1").verdict.state == "better"


def test_that_the_verdict_is_withheld_with_a_reason(workspace: Workspace, model: ModelInfo) -> None:
    other = put_dataset(workspace, made_table(seed=9), "fedcba9876543210")
    trained_into(workspace, model.id, other)
    found = verdict_of(workspace, model.id, "v1", "v4").verdict
    assert (found.state, "different datasets" in found.sentence) == ("withheld", True)
    again = trained(workspace, workspace.dataset("0123456789abcdef"), "dummy", seed=5)
    changed(workspace, JoinModel(model=again.id, into=model.id, message=""))
    found = verdict_of(workspace, model.id, "v1", "v5").verdict
    assert found.state == "withheld", "the test rows are others"
    run = workspace.shelf.versions(model.id)[workspace.shelf.find(model.id, "v1")].run
    (workspace.run_folder(run) / "predictions.parquet").unlink()
    found = verdict_of(workspace, model.id, "v1", "v2").verdict
    assert found.state == "withheld"
    assert "v1" in found.sentence
    assert verdict_of(workspace, model.id, "v2", "v3").verdict.state != "withheld"


def test_that_an_estimator_and_a_metric_that_are_not_known_do_not_keep_it_from_answering(
    workspace: Workspace, model: ModelInfo
) -> None:
    with workspace.shelf.changing(model.id) as repository:
        current = repository.find("current")
        description = description_of(repository, current)
        info = msgspec.structs.replace(
            description.info, estimator="LightGBM", params={"leaves": 3}, metrics={"roc_auc": 0.5}
        )
        made = msgspec.structs.replace(description, info=info, experiment=None, provenance=None)
        repository.change(current, {**signed(made)}, "Made elsewhere", "imported")
    told = lines(difference(workspace, model.id, "v3", "current"))
    assert told["model", "Estimator"].after == "LightGBM"
    assert told["parameters", "leaves"].after == "3"
    assert told["plan", "Trained"].after == "elsewhere"
    assert told["metrics", "F1"].after == "–"
    assert told["data", "Source file"].after == "–"


def test_that_a_label_stands_for_one_parameter_of_an_estimator() -> None:
    labels = {parameter.name: parameter.label for card in catalog.ALL for parameter in card.parameters}
    for card in catalog.ALL:
        names = [labels[parameter.name] for parameter in card.parameters]
        assert len(set(names)) == len(names), card.id


def test_that_no_version_is_told_of(kept: Workspace) -> None:
    (info,) = kept.models()
    for pair in (("v1", "v9"), ("nobody", "current"), ("current~9", "current")):
        with pytest.raises(UsageError):
            difference(kept, info.id, *pair)


def test_that_the_answer_names_no_signature(kept: Workspace) -> None:
    (info,) = kept.models()
    found = difference(kept, info.id, "v1", "v2")
    assert not {DESCRIPTION, SIGNATURE} & {line.name for line in found.lines}
