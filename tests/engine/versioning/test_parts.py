from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.events import MemberScored
from aetheron_desktop.engine.registry.description import BranchShape
from aetheron_desktop.engine.store.event_log import EventLog
from aetheron_desktop.engine.versioning import record
from aetheron_desktop.engine.versioning.record import EnsemblePart, parts_of

if TYPE_CHECKING:
    from aetheron_desktop.engine.workspace import Workspace


def test_that_the_parts_of_an_ensemble_are_summed_by_estimator_and_the_heaviest_is_first() -> None:
    branches = [
        BranchShape(estimator="ridge", weight=0.2, transformer=0),
        BranchShape(estimator="boosting", weight=0.5, transformer=1),
        BranchShape(estimator="ridge", weight=0.2, transformer=0),
        BranchShape(estimator="forest", weight=0.1, transformer=1),
    ]
    assert parts_of(branches) == (
        EnsemblePart(estimator="boosting", weight=0.5, fits=1),
        EnsemblePart(estimator="ridge", weight=0.4, fits=2),
        EnsemblePart(estimator="forest", weight=0.1, fits=1),
    )
    assert parts_of(()) == ()


def test_that_the_members_of_the_run_are_the_parts_where_they_are_what_the_model_is_made_of(
    workspace: Workspace,
) -> None:
    by_estimator = (
        EnsemblePart(estimator="lightgbm", weight=0.7, fits=10),
        EnsemblePart(estimator="ridge", weight=0.3, fits=5),
    )
    assert record._parts(workspace, "run-1", by_estimator) == by_estimator, "there is no log"
    workspace.run_folder("run-1").mkdir()
    log = EventLog(workspace.job_log("run-1"))
    for number, (title, weights) in enumerate(
        (
            ("LightGBM", {1: 1.0}),
            ("Ridge regression", {1: 0.8, 2: 0.2}),
            ("LightGBM (depth 4)", {1: 0.5, 2: 0.3, 3: 0.2}),
        ),
        1,
    ):
        estimator = "ridge" if number == 2 else "lightgbm"
        log.append(
            MemberScored(
                job="run-1", member=number, title=title, estimator=estimator, params={}, metric="rmse", fits=5,
                weights=weights,
            )
        )  # fmt: skip
    log.append(
        MemberScored(job="run-1", member=0, title="SVM", estimator="svm", params={}, metric="rmse", reason="memory")
    )
    log.close()
    members = record._parts(workspace, "run-1", by_estimator)
    assert [(part.title, part.weight, part.fits) for part in members] == [
        ("LightGBM", 0.5, 5),
        ("Ridge regression", 0.3, 5),
        ("LightGBM (depth 4)", 0.2, 5),
    ]
    other = (EnsemblePart(estimator="forest", weight=1.0, fits=5),)
    assert record._parts(workspace, "run-1", other) == other, "another model than the run's"
