"""Where a version fails, from its stored test predictions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.datasets.viewing.cohorts import (
    cohort_named,
    cohorts,
    drop_cohort,
    keep_cohort,
    rows_where,
)
from aetheron_desktop.engine.errors import AetheronError, EvaluationError, UsageError
from aetheron_desktop.engine.evaluation.segments.failure import (
    CohortQuestion,
    CohortScores,
    ErrorTree,
    FailuresQuestion,
    Fairness,
    FairnessQuestion,
    LabelErrors,
    MissingErrors,
    TestDrift,
    WeakSegments,
)
from aetheron_desktop.engine.jobs.asking import told
from aetheron_desktop.engine.versioning import failing, questions

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.versioning.questions import Answer, LookQuestion
    from aetheron_desktop.engine.workspace import Workspace


def _asked(workspace: Workspace, question: LookQuestion) -> list[Answer]:
    found: list[Answer] = []
    questions.answer(question, workspace, found.append, lambda *_: None, lambda: False)
    return found


def test_that_all_parts_are_told_and_kept_beside_the_predictions(
    workspace: Workspace, model: ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _asked(workspace, FailuresQuestion(model=model.id))
    kinds = [type(one) for one in found]
    assert kinds == [WeakSegments, ErrorTree, LabelErrors, MissingErrors, TestDrift]
    weak, tree, labels, missing, drift = found
    assert isinstance(weak, WeakSegments)
    rows = failing.part_of(workspace, model.id)
    chosen = rows.predictions.decided()
    assert weak.rows == len(rows.predictions)
    assert weak.loss == pytest.approx(float((chosen != rows.predictions.truth).mean()))
    assert isinstance(tree, ErrorTree)
    assert isinstance(labels, LabelErrors)
    assert {one.row for one in labels.suspects} <= set(rows.predictions.rows.tolist())
    assert isinstance(missing, MissingErrors)
    assert isinstance(drift, TestDrift)
    assert drift.rows[1] == weak.rows
    assert len(drift.columns) == len(drift.by_chance)
    # As it goes through a worker's pipe.
    assert [told(msgspec.to_builtins(one)) for one in found] == found

    def never(*_: object) -> None:
        raise AssertionError("it was computed again")

    monkeypatch.setattr(failing, "_look", never)
    assert _asked(workspace, FailuresQuestion(model=model.id)) == found
    with pytest.raises(AssertionError, match="again"):
        _asked(workspace, FailuresQuestion(model=model.id, afresh=True))
    with pytest.raises(AssertionError, match="again"):
        _asked(workspace, FailuresQuestion(model=model.id, measure="log_loss"))


def test_that_a_question_that_is_withdrawn_keeps_nothing(workspace: Workspace, model: ModelInfo) -> None:
    with pytest.raises(Stopped):
        questions.answer(FailuresQuestion(model=model.id), workspace, lambda _: None, lambda *_: None, lambda: True)
    assert not (workspace.run_folder(failing.part_of(workspace, model.id).folder.name) / "analysis").exists()


def test_that_the_threshold_of_the_version_decides_what_is_wrong(workspace: Workspace, model: ModelInfo) -> None:
    last, before = (failing.part_of(workspace, model.id, version) for version in ("current", "current~1"))
    assert last.predictions.threshold == 0.3
    assert last.losses("").each.sum() != before.losses("").each.sum()


def test_that_predictions_or_a_dataset_that_are_gone_are_said_in_words(workspace: Workspace, model: ModelInfo) -> None:
    rows = failing.part_of(workspace, model.id)
    workspace.remove_dataset(rows.dataset.info.id)
    with pytest.raises(AetheronError, match="not in this workspace"):
        _asked(workspace, FailuresQuestion(model=model.id))
    workspace.restore_dataset(rows.dataset.info.id)
    rows.file.unlink()
    with pytest.raises(EvaluationError, match="gone"):
        _asked(workspace, FailuresQuestion(model=model.id))


def test_that_groups_are_those_of_the_column_on_the_test_rows(workspace: Workspace, model: ModelInfo) -> None:
    rows = failing.part_of(workspace, model.id)
    column = next(one.name for one in rows.dataset.info.schema.columns if one.type in {"category", "boolean"})
    (found,) = _asked(workspace, FairnessQuestion(model=model.id, column=column))
    assert isinstance(found, Fairness)
    assert sum(group.rows for group in found.groups) + found.left_out == len(rows.predictions)
    cells = rows.dataset.table([column])[column].iloc[rows.predictions.rows].astype(str)
    for group in found.groups:
        if group.name != "missing":
            assert group.rows == int((cells.str.lower() == group.name.lower()).sum())
    with pytest.raises(UsageError, match="no class"):
        _asked(workspace, FairnessQuestion(model=model.id, column=column, positive="perhaps"))
    with pytest.raises(UsageError, match="no column"):
        _asked(workspace, FairnessQuestion(model=model.id, column="nowhere"))


def test_that_a_cohort_is_measured_on_its_test_rows_alone(workspace: Workspace, model: ModelInfo) -> None:
    rows = failing.part_of(workspace, model.id)
    column = next(
        one.name for one in rows.dataset.info.schema.columns if one.type == "number" and one.name != rows.target
    )
    condition = f"{column} > {rows.dataset.table([column])[column].median():.3f}"
    (found,) = _asked(workspace, CohortQuestion(model=model.id, condition=condition))
    assert isinstance(found, CohortScores)
    inside = np.isin(rows.predictions.rows, rows_where(rows.dataset, condition, workspace.root / "tmp"))
    assert found.numbers == tuple(rows.predictions.rows[inside].tolist())
    right = rows.predictions.decided() == rows.predictions.truth
    assert found.metrics["accuracy"] == pytest.approx(right[inside].mean())
    assert found.segment is not None
    assert found.segment.loss == pytest.approx(1.0 - right[inside].mean())
    (nothing,) = _asked(workspace, CohortQuestion(model=model.id, condition=f"{column} > 1e300"))
    assert isinstance(nothing, CohortScores)
    assert nothing.numbers == ()
    assert "None of the" in nothing.note
    with pytest.raises(UsageError):
        _asked(workspace, CohortQuestion(model=model.id, condition="what is this"))


def test_that_a_cohort_is_kept_with_the_dataset_under_one_name(workspace: Workspace, model: ModelInfo) -> None:
    dataset = failing.part_of(workspace, model.id).dataset
    names = dataset.info.schema.names
    assert cohorts(dataset) == ()
    keep_cohort(dataset, " the  gaps ", f"`{names[0]}` is missing")
    keep_cohort(dataset, "others", f"`{names[1]}` is not missing")
    keep_cohort(dataset, "the gaps", f"`{names[0]}` is not missing")
    assert [one.name for one in cohorts(dataset)] == ["others", "the gaps"]
    assert cohort_named(dataset, "the gaps").condition == f"`{names[0]}` is not missing"
    drop_cohort(dataset, "others")
    assert [one.name for one in cohorts(dataset)] == ["the gaps"]
    with pytest.raises(UsageError, match="no cohort"):
        drop_cohort(dataset, "others")
    with pytest.raises(UsageError):
        keep_cohort(dataset, "broken", "nowhere > 3")
    with pytest.raises(UsageError, match="name"):
        keep_cohort(dataset, "  ", f"`{names[0]}` is missing")
