"""How long it takes until the history of a model of 10,000 versions is seen, and to scroll it by a page.

``python -m tests.benchmarks.histories`` prints a table; :func:`rows` gives it to the runner of all benchmarks. Times
are medians in milliseconds on the platform that is set (a screen, or ``offscreen``).
"""

from __future__ import annotations

import random
import statistics
import time
from typing import Final

from PySide6.QtWidgets import QApplication

from aetheron_desktop.engine.registry.versions import CHAMPION, MAIN, Deed, History, Labels, VersionInfo

COUNT: Final = 10_000
VARIATIONS: Final = 40
SIZE: Final = (1100, 800)
TURNS: Final = 5
PAGES: Final = 40
DEEDS: Final[tuple[Deed, ...]] = ("trained", "trained", "trained", "changed", "reverted", "reproduced", "imported")


def made(count: int = COUNT, variations: int = VARIATIONS, seed: int = 0) -> History:
    """Make a history of ``count`` versions in which ``variations`` begin, go on beside each other and are adopted."""
    rng = random.Random(seed)
    now = time.time()
    tips = {MAIN: "0" * 40}
    versions: list[VersionInfo] = []
    for number in range(1, count + 1):
        commit = f"{rng.getrandbits(160):040x}"
        names = list(tips)
        branch = rng.choice(names) if rng.random() < 0.6 else MAIN
        parents: tuple[str, ...] = (tips[branch],) if number > 1 else ()
        if number > 1 and len(tips) <= variations and rng.random() < variations / count * 4:
            branch = f"try-{number}"
        elif branch == MAIN and len(tips) > variations / 4 and rng.random() < 0.05:
            adopted = rng.choice(names[1:])
            parents = (tips[MAIN], tips.pop(adopted))
        tips[branch] = commit
        versions.append(
            VersionInfo(
                commit=commit, parents=parents, number=number, at=now - (count - number) * 3700.0,
                author=rng.choice(("Ada Lovelace", "Grace", "Carl Friedrich Gauß", "Emmy")), estimator="forest",
                message=f"Deeper trees, and {rng.randrange(1000)} more of them, since the last ones were too few\nWhy.",
                deed="adopted" if len(parents) > 1 else rng.choice(DEEDS), task="binary", run=f"run-{number}",
                metrics={"roc_auc": None if rng.random() < 0.02 else 0.9 + 0.05 * number / count + rng.gauss(0, 0.01)},
            )
        )  # fmt: skip
    tags = {f"mark-{place}": versions[place].commit for place in range(0, count, 97)}
    labels = Labels(branch=MAIN, branches=tips, tags=tags, aliases={CHAMPION: versions[count * 2 // 3].commit})
    return History(model="long", versions=tuple(reversed(versions)), labels=labels)


def rows(count: int = COUNT) -> list[tuple[str, float]]:
    """Give what was measured, in milliseconds: from the call to the painted picture, one page's repaint, a filter."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    from aetheron_desktop.engine.evaluation.metrics import main_metric
    from aetheron_desktop.ui import theme
    from aetheron_desktop.ui.widgets.history.history_view import HistoryView
    from aetheron_desktop.ui.widgets.history.lanes import lay_out

    theme.apply(app, "light")
    history, main = made(count), main_metric("binary")
    view = HistoryView()
    view.resize(*SIZE)
    view.show()
    app.processEvents()
    seen, laid, scrolled, filtered = [], [], [], []
    for _ in range(TURNS):
        view.show_history(None, main)
        app.processEvents()
        began = time.perf_counter()
        view.show_history(history, main)
        view.tree.viewport().repaint()
        seen.append(time.perf_counter() - began)
        began = time.perf_counter()
        lay_out(history.versions, history.labels.current)
        laid.append(time.perf_counter() - began)
    bar = view.tree.verticalScrollBar()
    for page in range(PAGES):
        bar.setValue(page * bar.maximum() // PAGES)
        began = time.perf_counter()
        view.tree.viewport().repaint()
        scrolled.append(time.perf_counter() - began)
    for words in ("gauß", "mark-97", "7"):
        view.set_filter("")
        began = time.perf_counter()
        view.set_filter(words)
        view.tree.viewport().repaint()
        filtered.append(time.perf_counter() - began)
    view.close()
    view.deleteLater()
    app.processEvents()
    named = (
        (f"history of {count:,} versions: shown and painted", seen),
        ("of this, the layout of the graph", laid),
        ("a page of it scrolled to and painted", scrolled),
        ("filtered and painted", filtered),
    )
    return [(what, statistics.median(took) * 1000) for what, took in named]


if __name__ == "__main__":
    for what, took in rows():
        print(f"{what:<52} {took:8.1f} ms")
