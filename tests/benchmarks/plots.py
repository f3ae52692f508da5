"""How long one frame of eight live curves takes: ours against pyqtgraph's own reduction.

``python -m tests.benchmarks.plots`` prints a table; :func:`rows` gives it to the runner of all benchmarks. Times are
medians in milliseconds of preparing and painting one frame on the platform that is set (a screen, or ``offscreen``).
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable

CURVES = 8
FRAMES = 60
FRESH = 20  # points that come with each frame, in every curve
SIZE = (900, 400)


def rows(sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)) -> list[tuple[str, float, float]]:
    """Give for each total of points in eight curves: what was measured, ours, pyqtgraph's; in ms a frame."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    return [(f"{CURVES} live curves, {size:,} points: ms a frame", ours(app, size), stock(app, size)) for size in sizes]


def ours(app: QApplication, size: int) -> float:
    """Measure the plot of this program."""
    from aetheron_desktop.ui import theme
    from aetheron_desktop.ui.widgets.curves.curve_buffer import CurveBuffer
    from aetheron_desktop.ui.widgets.curves.curve_plot import CurvePlot, Line

    theme.apply(app, "light")
    data = [_curve(place, size // CURVES) for place in range(CURVES)]
    buffers = [CurveBuffer() for _ in data]
    for buffer, (x, y) in zip(buffers, data, strict=True):
        buffer.extend(x, x / 100, y)
    plot = CurvePlot()
    plot.resize(*SIZE)
    plot.show_lines(
        [Line(f"run-{k}", f"Run {k}", "valid" if k % 2 else "train", k, buffer) for k, buffer in enumerate(buffers)]
    )
    plot.show()

    def frame(number: int) -> None:
        x, y = _more(size // CURVES, number)
        for buffer in buffers:
            buffer.extend(x, x / 100, y)
        plot.follow()
        plot.draw()
        plot.viewport().repaint()

    return _measured(app, plot, frame)


def stock(app: QApplication, size: int) -> float:
    """Measure pyqtgraph as it comes, with its downsampling and clipping switched on."""
    import numpy as np
    import pyqtgraph as pg

    plot = pg.PlotWidget()
    plot.resize(*SIZE)
    data = [_curve(place, size // CURVES) for place in range(CURVES)]
    items = [plot.plot(x, y, pen=pg.mkPen(pg.intColor(place), width=1)) for place, (x, y) in enumerate(data)]
    for item in items:
        item.setDownsampling(auto=True, method="peak")
        item.setClipToView(True)
    plot.show()

    def frame(number: int) -> None:
        more_x, more_y = _more(size // CURVES, number)
        for place, item in enumerate(items):
            x, y = data[place]
            data[place] = (np.concatenate((x, more_x)), np.concatenate((y, more_y)))
            item.setData(*data[place])
        plot.viewport().repaint()

    return _measured(app, plot, frame)


def _measured(app: QApplication, plot: Any, frame: Callable[[int], None]) -> float:
    app.processEvents()
    times = []
    for number in range(FRAMES + 5):
        began = time.perf_counter()
        frame(number)
        times.append((time.perf_counter() - began) * 1000)
        app.processEvents()
    plot.close()
    plot.deleteLater()
    app.processEvents()
    return statistics.median(times[5:])


def _curve(place: int, count: int) -> tuple[Any, Any]:
    import numpy as np

    noise = np.random.default_rng(place).standard_normal(count)
    x = np.arange(count, dtype=np.float64)
    return x, np.exp(-3 * x / count) + 0.05 * place + 0.03 * noise


def _more(count: int, number: int) -> tuple[Any, Any]:
    import numpy as np

    x = np.arange(count + number * FRESH, count + (number + 1) * FRESH, dtype=np.float64)
    return x, 0.05 + 0.03 * np.sin(x)


if __name__ == "__main__":
    for name, mine, theirs in rows():
        print(f"{name:<52} {mine:7.1f} {theirs:8.1f}  x{theirs / mine:.1f}")
