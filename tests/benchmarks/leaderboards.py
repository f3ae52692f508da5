"""How long it takes to open, sort and filter the leaderboard of 10,000 runs.

``python -m tests.benchmarks.leaderboards`` prints a table; :func:`rows` gives it to the runner of all benchmarks. Times
are medians in milliseconds on the platform that is set (a screen, or ``offscreen``).
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from aetheron_desktop.engine.comparing.card import KIND, RunCard
from aetheron_desktop.engine.comparing.marks import Marks
from aetheron_desktop.engine.workspace import RunRecord, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.ui.tabs.compare import CompareTab

COUNT: Final = 10_000
SIZE: Final = (1280, 760)
TURNS: Final = 7
ESTIMATORS: Final = ("forest", "lightgbm", "boosting", "logistic", "xgboost")
CONDITION: Final = 'roc_auc > 0.9 and estimator = lightgbm and tag = "tag 3"'


def fill(workspace: Workspace, count: int = COUNT, seed: int = 0) -> None:
    """Enter ``count`` runs and their cards, as those of a year are."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        estimator, at = rng.choice(ESTIMATORS), 1_760_000_000.0 + 3_000.0 * number
        auc = rng.uniform(0.7, 0.97)
        record = RunRecord(
            id=f"run-{number:06}", name=f"{estimator} on customers {number % 12}", estimator=estimator,
            dataset=f"{number % 12:016}", target="left", task="binary", group=f"group-{number // 5}", started=at,
            ended=at + 60.0, seconds=rng.uniform(1, 900), outcome="succeeded", model=f"model-{number:06}",
            metrics={"roc_auc": auc, "log_loss": 1 - auc, "accuracy": auc - 0.1, "f1": auc - 0.2, "brier": 0.2},
            intervals={"roc_auc": (auc - 0.02, auc + 0.02)},
        )  # fmt: skip
        card = RunCard(
            form=1, ended=at + 60.0, params={"rounds": rng.randrange(50, 900), "depth": rng.randrange(2, 12),
            "learning_rate": rng.uniform(0.01, 0.3)}, environment={"python": "3.11.7", "scikit-learn": "1.9.1"},
            split="20% test, 20% validation", seed=number % 5, features=20, plan=f"plan{number // 5}",
            test_rows=f"{number % 12:064}", test_count=2_000, bytes=rng.randrange(10_000, 9_000_000),
            model_bytes=rng.randrange(10_000, 9_000_000), marks=Marks(tags=(f"tag {number % 9}",)),
        )  # fmt: skip
        made.append(("run", record.id, msgspec.json.encode(record)))
        made.append((KIND, record.id, msgspec.json.encode(card)))
    workspace.store.put_all(made)


def rows(count: int = COUNT) -> list[tuple[str, float]]:
    """Give what was measured, in milliseconds, each from the wish to the painted picture."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    from aetheron_desktop.ui import theme
    from aetheron_desktop.ui.collector import Collector
    from aetheron_desktop.ui.session import Session

    theme.apply(app, "light")
    Collector(app).start()  # as in the program: garbage is looked for between the wishes
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder) / "workspace")
        fill(workspace, count)
        session = Session(workspace)
        began = time.perf_counter()
        session.start()
        started = time.perf_counter() - began
        found = _measured(app, session)
        session.shut_down("cancel")
        app.processEvents()
        workspace.close()
    return [("window takes up 10,000 runs", 1000 * started), *found]


def _measured(app: QApplication, session: object) -> list[tuple[str, float]]:
    from aetheron_desktop.engine.comparing.views import View
    from aetheron_desktop.ui.tabs.compare import CompareTab

    opened: list[float] = []
    tab = None
    for _ in range(TURNS):
        if tab is not None:
            tab.deleteLater()
            app.processEvents()
        began = time.perf_counter()
        tab = CompareTab(session)  # type: ignore[arg-type]
        tab.resize(*SIZE)
        tab.show()
        loop = QEventLoop()
        tab.comparison.changed.connect(loop.quit)
        loop.exec()
        tab.board.table.viewport().repaint()
        opened.append(time.perf_counter() - began)
    assert tab is not None
    made, painted = tab, tab.board.table.viewport().repaint

    def look(**changes: object) -> Callable[[], None]:
        return lambda: (made.comparison.look(View(**changes)), painted())  # type: ignore[arg-type,func-returns-value,return-value]

    sorts = [look(sort=key, ascending=way) for key in ("time", "run", "score", "started") for way in (True, False)]
    filters = [look(where=CONDITION), look(), look(where="forest"), look(where="log_loss < 0.1 or time > 5 min")]
    groups = [look(group="estimator"), look(group="plan")]
    told = [("open", statistics.median(opened))]
    told += [(what, _median(app, each)) for what, each in (("sort", sorts), ("filter", filters), ("group", groups))]
    told += _over_parameters(app, made)
    tab.hide()
    tab.deleteLater()
    return [(what, 1000 * seconds) for what, seconds in told]


def _over_parameters(app: QApplication, tab: CompareTab) -> list[tuple[str, float]]:
    """Give how long it takes to draw all runs as lines, to choose some on an axis, and to draw them as points."""
    from aetheron_desktop.ui.widgets.charts.frame import Bounds

    sweep = tab.beside.sweep

    def drawn() -> None:
        tab.beside.bring("sweep")
        sweep.parallel.redraw()
        sweep.parallel.repaint()
        tab.beside.bring("differing")

    def chosen() -> None:
        sweep.parallel.region_chosen.emit(Bounds(0.9, 1.1, 0.2, 0.3))
        sweep.parallel.repaint()

    lines = ("all runs as lines over their parameters", _median(app, [drawn]))
    tab.beside.bring("sweep")
    app.processEvents()
    return [lines, ("choose a tenth of them on an axis", _median(app, [chosen]))]


def _median(app: QApplication, wishes: list[Callable[[], None]]) -> float:
    times = []
    for wish in wishes * 3:
        began = time.perf_counter()
        wish()
        times.append(time.perf_counter() - began)
        app.processEvents()
    return statistics.median(times)


if __name__ == "__main__":
    print(f"| leaderboard of {COUNT:,} runs | milliseconds |\n|---|---|")
    for what, milliseconds in rows():
        print(f"| {what} | {milliseconds:.0f} |")
