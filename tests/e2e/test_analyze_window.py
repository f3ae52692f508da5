"""A model analyzed, end to end, in the real window: trained, its threshold stored, its errors shown in the grid."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.e2e.program import ROOT, Program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="driven by xdotool on a virtual screen"),
]
TABLE = ROOT / "data" / "breast-cancer.csv"
TAB = "find('analyze_tab')"
RUN = "r.id for r in window().session.runs.values() if r.estimator == 'logistic' and r.model"
CHART = "find('confusion_card').chart_"


def test_that_a_trained_model_is_analyzed_its_threshold_stored_and_its_errors_shown(tmp_path: Path) -> None:
    with Program(tmp_path / "workspace", settings=tmp_path / "settings") as program:
        program.ask("window().resize(1400, 900)")
        program.ask(f"window().session.open_file(__import__('pathlib').Path({str(TABLE)!r}))")
        program.wait("window().session.dataset is not None")
        program.ask("window().session.train(['logistic'])")
        run = program.wait(f"next(({RUN}), None)", 120)
        program.wait("not window().session.is_busy()")
        program.key("ctrl+2")
        program.ask(f"window().train_tab().leaderboard.choose([{run!r}])")
        program.click("analyze_run")
        program.wait(f"{TAB} is not None and {TAB}.board is not None and {TAB}.analysis.subject.run == {run!r}")
        program.wait(f"all(card.figure is not None for card in {TAB}.board.cards)")

        stored = pd.read_parquet(tmp_path / "workspace" / "runs" / run / "predictions.parquet")
        score = stored["probability_malignant"].to_numpy()
        is_malignant = (stored["truth"] == "malignant").to_numpy()
        program.click("analysis_threshold")
        program.key("ctrl+a")
        program.type("0.1")
        program.key("Return")
        program.wait(f"abs({TAB}.analysis.threshold - 0.1) < 1e-9")
        alarms = np.flatnonzero((score >= 0.1) & ~is_malignant)
        assert len(alarms), "the table is no longer one that makes false alarms"
        program.wait(f"int({CHART}.counts[0][1]) == {len(alarms)}")

        program.ask(f"{CHART}.point_chosen.emit(1.0, 0.0)")
        program.wait("find('selection_bar') is not None")
        assert program.ask("find('selection_words').text()").startswith(f"{len(alarms)} row")
        program.click("selection_grid")
        program.wait(f"find('grid') is not None and find('grid').model().rowCount() == {len(alarms)}")
        assert program.ask("list(window().session.marked)") == stored["row"].to_numpy()[alarms].tolist()

        program.key("ctrl+4")
        program.wait(f"{TAB} is not None")
        program.click("threshold_apply")
        program.wait(f"{TAB}.analysis.subject.number == 2 and not {TAB}._store.is_busy")
        model = program.ask(f"{TAB}.analysis.subject.model")
        found = program.ask(f"[v.threshold for v in window().session.workspace.shelf.history({model!r}).versions]")
        assert found == [0.1, None]
        assert program.ask("libraries('torch', 'sklearn', 'pandas', 'scipy')") == []
        program.key("ctrl+q")
        assert program.wait_for_end() == 0
        assert "Traceback" not in program.errors()
