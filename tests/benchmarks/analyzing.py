"""How long Analyze takes on 300,000 test rows: opened, and the threshold moved.

``python -m tests.benchmarks.analyzing`` prints a table; :func:`rows` gives it to the runner of all benchmarks. A step
is measured from the wish to the painted window, with plots and tables in view; all times are in milliseconds. How many
columns the table has makes no difference: predictions are all that is read.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from aetheron_desktop.engine.workspace import Workspace
from tests.analyzed import put_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.ui.tabs.analyze import AnalyzeTab

ROWS = 300_000
STEPS = 200
FIRST_MS, ALL_MS, STEP_MS = 500.0, 2000.0, 50.0
SIZE = (1600, 1000)
_LIMIT_S = 120.0


def rows() -> list[tuple[str, float, float]]:
    """Give what was measured, the figure, and the figure to reach."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder))
        try:
            return _measured(app, workspace)
        finally:
            workspace.close()


def _measured(app: QApplication, workspace: Workspace) -> list[tuple[str, float, float]]:
    from aetheron_desktop.ui import theme
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.tabs.analyze import AnalyzeTab

    rng = np.random.default_rng(0)
    truth = (rng.random(ROWS) < 0.2).astype(np.int64)
    score = 1.0 / (1.0 + np.exp(-(2.0 * truth - 1.5 + rng.normal(0.0, 1.2, ROWS))))
    run = put_run(workspace, truth, np.column_stack([1.0 - score, score]), classes=("no", "yes"))
    theme.apply(app, "light")
    session = Session(workspace)
    tab = AnalyzeTab(session)
    tab.resize(*SIZE)
    tab.show()
    _until(app, tab.isVisible)
    # numpy and Arrow are there when a table is open; here a small run brings them.
    tab.show_run(
        put_run(workspace, truth[:50], np.column_stack([1.0 - score, score])[:50], classes=("no", "yes"), number=2)
    )
    _until(app, lambda: tab.board is not None and _drawn(tab) == len(tab.board.cards))
    tab.analysis.close()
    tab.analysis.began.emit()
    began = time.perf_counter()
    tab.show_run(run)
    _until(app, lambda: tab.analysis.evidence is not None and _drawn(tab) > 2)
    first = time.perf_counter()
    _until(app, lambda: tab.board is not None and _drawn(tab) == len(tab.board.cards))
    all_ = time.perf_counter()
    _until(app, lambda: any(one.name == "log_loss" and one.method for one in tab.analysis.measured.values()))
    assert tab.board is not None
    tab.board._scroll.verticalScrollBar().setValue(420)
    _until(app, lambda: True)
    steps = sorted(_step(app, tab, 0.05 + 0.9 * number / STEPS) for number in range(STEPS))
    tab.analysis.close()
    tab.close()
    return [
        (f"Analyze, {ROWS:,} test rows: first plots, ms", 1000 * (first - began), FIRST_MS),
        (f"Analyze, {ROWS:,} test rows: all plots, ms", 1000 * (all_ - began), ALL_MS),
        (f"threshold moved, {ROWS:,} test rows, p50, ms a step", 1000 * steps[STEPS // 2], STEP_MS),
        (f"threshold moved, {ROWS:,} test rows, p99, ms a step", 1000 * steps[int(STEPS * 0.99) - 1], STEP_MS),
    ]


def _step(app: QApplication, tab: AnalyzeTab, threshold: float) -> float:
    """Move the threshold, and give how long it took until all that is in view was painted."""
    began = time.perf_counter()
    tab.analysis.move_to(threshold)
    tab.analysis._moved.stop()
    tab.analysis.threshold_changed.emit()
    app.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    return time.perf_counter() - began


def _drawn(tab: AnalyzeTab) -> int:
    return sum(card.figure is not None for card in tab.board.cards) if tab.board is not None else 0


def _until(app: QApplication, is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + _LIMIT_S
    while True:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        if is_so():
            return
        if time.monotonic() > ends:
            raise TimeoutError("Analyze did not draw in time.")


if __name__ == "__main__":
    for what, figure, wanted in rows():
        print(f"{what:60} {figure:8.1f}   reach {wanted:.0f}")
