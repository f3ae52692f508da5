"""How fast the models of runs predict is measured, and kept with the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.comparing import card
from aetheron_desktop.engine.comparing.timing import time_runs

if TYPE_CHECKING:
    from aetheron_desktop.engine.workspace import Workspace


def test_that_predictions_are_timed_and_the_times_outlive_the_index(workspace: Workspace) -> None:
    there = {model.id for model in workspace.models()}
    run = next(run for run in workspace.runs() if run.model in there)
    gone = next(run for run in workspace.runs() if run.model not in there)
    assert "There is no model" in time_runs(workspace, [gone.id], lambda *_: None, lambda: False).left_out[0]
    told = time_runs(workspace, [run.id], lambda *_: None, lambda: False)
    assert told.count == 1
    latency = card.card_of(workspace, run.id).latency
    assert latency is not None
    assert 0.0 < latency.row_p50 <= latency.row_p95
    assert 0.0 < latency.thousand_p50 <= latency.thousand_p95
    workspace.store.remove_all(card.KIND)
    card.fill(workspace, [run.id])
    assert card.card_of(workspace, run.id).latency == latency
    assert time_runs(workspace, [run.id], lambda *_: None, lambda: True).count == 0
