"""Live curves of the runs that are shown: loss and metric, training and validation.

Loads numpy and pyqtgraph only when asked to (:meth:`Curves.load`), so that the window opens without them. Nothing is
drawn more often than thirty times a second, and nothing at all while nothing changes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.widgets.curves.curve_groups import groups, has_repeats
from aetheron_desktop.ui.widgets.curves.curve_tools import CurveTools
from aetheron_desktop.ui.widgets.curves.plot_card import PlotCard, metrics_of_plots
from aetheron_desktop.ui.widgets.curves.plot_loader import PlotLoader
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent

    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.ui.widgets.curves.curve_book import CurveBook, Due
    from aetheron_desktop.ui.widgets.curves.curve_buffer import Axis
    from aetheron_desktop.ui.widgets.curves.curve_groups import ShownGroup
    from aetheron_desktop.ui.widgets.curves.curve_legend import ShownRun
    from aetheron_desktop.ui.widgets.curves.curve_line import Line
    from aetheron_desktop.ui.widgets.curves.curve_plot import CurvePlot
    from aetheron_desktop.ui.widgets.curves.curve_store import CurveStore

FRAME_MS = 33
_SIDE_BY_SIDE = 640
_KEPT_RUNS = 32


class Curves(QWidget):
    """Two plots, their legend and what can be done with them; knows runs only by id and name."""

    history_wanted = Signal(str)  # a run is shown whose points are not here: answer with add_history
    series_changed = Signal()  # runs are drawn in other colours: as one, or each by itself again
    smoothing_chosen = Signal(float)  # the weight of the moving average, 0 for none
    failed = Signal(object)  # AetheronError: an export did not work

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("curves")
        self._runs: tuple[ShownRun, ...] = ()
        self._store: CurveStore | None = None
        self._book: CurveBook | None = None
        self._groups: list[ShownGroup] = []
        self._cards: list[PlotCard] = []
        self._chosen: list[str | None] = [None, None]
        self._waiting: dict[str, list[Event]] = {}
        self._names: list[str] = []
        self._unit, self._judged_by = "step", ""
        self._following = True
        self._drawing = False
        self._stale = False
        self._drawn_at = 0.0
        self._turn = 0
        self._making: Errand | None = None
        self._loader = PlotLoader(self)
        self._frame = QTimer(self, singleShot=True)
        self._build()
        self._connect()
        self._show_state()

    def _build(self) -> None:
        self._tools = CurveTools(self)
        self._legend = self._tools.legend
        self._plots = named(QWidget(self), "plots")
        self._plots_layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._plots)
        self._plots_layout.setContentsMargins(0, 0, 0, 0)
        self._plots_layout.setSpacing(theme.GAP + theme.TIGHT)
        self._empty = Empty("curve", self)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._plots)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.GAP + theme.TIGHT, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP + theme.TIGHT)
        layout.addWidget(self._tools)
        layout.addLayout(self._stack, 1)

    def _connect(self) -> None:
        self._loader.ready.connect(self._on_loaded)
        self._frame.timeout.connect(self._draw)
        self._legend.hidden_changed.connect(self._on_hidden)
        self._tools.axis_chosen.connect(self._on_axis)
        self._tools.log_chosen.connect(self._on_log)
        self._tools.smoothing_chosen.connect(self._on_smoothing)
        self._tools.mean_chosen.connect(self._on_mean)
        self._tools.fit_wanted.connect(self.fit)
        self._tools.picture_wanted.connect(self.save_png)
        self._tools.table_wanted.connect(self.save_csv)
        theme.changed.connect(self._on_theme)

    # -- what is shown ------------------------------------------------------------------------------------------------

    @property
    def is_loaded(self) -> bool:
        """Whether numpy and pyqtgraph are here."""
        return self._store is not None

    @property
    def is_following(self) -> bool:
        """Whether the range follows the curves; zooming or panning ends it, :meth:`fit` begins it again."""
        return self._following

    @property
    def plots(self) -> list[CurvePlot]:
        """The plots, loss first; none before they are loaded."""
        return [card.plot for card in self._cards]

    def load(self, *, now: bool = False) -> None:
        """Import what plots need in idle time, or with ``now`` before this returns."""
        if now:
            self._loader.finish()
        else:
            self._loader.start()

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show the curves of ``runs`` from now on."""
        if tuple(runs) == self._runs:
            return
        self._show_unit(runs)
        fresh = {run.id for run in runs} != {run.id for run in self._runs}
        self._runs = tuple(runs)
        self._group()
        if self._store is None or self._book is None:
            self._show_state()
            return
        self._book.forget()
        for run in runs:
            if run.id not in self._store and run.id not in self._waiting:
                self._waiting[run.id] = []
                self.history_wanted.emit(run.id)
        if len(self._store) > _KEPT_RUNS:
            self._store.forget([run.id for run in runs])
        if fresh:
            self._following = True
        self._show_lines()

    def _group(self) -> None:
        """Put those together that are shown as one: runs that have told something yet."""
        told = [run for run in self._runs if self._store is not None and self._store.metrics([run.id])]
        self._tools.offer_mean(has_repeats(told))
        self._groups = groups(told, pooled=self._tools.is_mean)

    @property
    def series(self) -> dict[str, int]:
        """The number of the colour in which each run is drawn: those that are shown as one have one."""
        usual = {run.id: run.series for run in self._runs}
        return usual | {run: group.lead.series for group in self._groups for run in group.members}

    def _show_unit(self, runs: Sequence[ShownRun]) -> None:
        """Call the steps by what they are of the run that stands out, or of all runs where they agree."""
        leading = [run for run in runs if run.strong] or list(runs)
        units, judged = {run.unit for run in leading}, {run.judged_by for run in leading}
        self._unit = units.pop() if len(units) == 1 else "step"
        self._judged_by = judged.pop() if len(judged) == 1 else ""
        self._tools.show_unit(self._unit)
        for plot in self.plots:
            plot.set_unit(self._unit)

    def add(self, run: str, events: Sequence[Event]) -> None:
        """Take in what ``run`` has just told; left out unless it is shown, its log keeps it."""
        if run in self._waiting:
            self._waiting[run] += events
        elif self._store is not None and run in self._store and self._store.add(run, events):
            self._on_points(run)

    def add_history(self, run: str, events: Sequence[Event]) -> None:
        """Answer ``history_wanted``: all that ``run`` has told until now."""
        if self._store is None:
            return
        self._store.add(run, events)
        self._store.add(run, self._waiting.pop(run, []))
        self._on_points(run)

    def fit(self) -> None:
        """Show all of the curves and follow them again."""
        self._following = True
        self._wake()

    # -- drawing ------------------------------------------------------------------------------------------------------

    def _on_loaded(self) -> None:
        from aetheron_desktop.ui.widgets.curves.curve_book import CurveBook
        from aetheron_desktop.ui.widgets.curves.curve_plot import CurvePlot  # imports pyqtgraph: never at start
        from aetheron_desktop.ui.widgets.curves.curve_store import CurveStore

        self._store = CurveStore()
        self._book = CurveBook(self._store)
        self._book.smooth(self._tools.smoothing)
        for place in range(2):
            plot = CurvePlot(self._plots)
            card = PlotCard(plot, place, self._plots)
            card.metric_chosen.connect(lambda name, place=place: self._on_metric(place, name))
            plot.moved.connect(lambda plot=plot: self._on_moved(plot))
            plot.stale.connect(self._on_view_changed)
            plot.hovered.connect(self._on_hovered)
            plot.fit_wanted.connect(self.fit)
            plot.set_unit(self._unit)
            self._cards.append(card)
            self._plots_layout.addWidget(card, 1)
        runs, self._runs = self._runs, ()
        self.show_runs(runs)

    def _on_points(self, run: str) -> None:
        assert self._store is not None
        if not any(shown.id == run for shown in self._runs):
            return
        known = sum(len(card.plot.lines) for card in self._cards if not card.isHidden())
        is_first = not any(run in group.members for group in self._groups)
        if (
            is_first
            or self._store.metrics([one.id for one in self._runs]) != self._names
            or known != self._count_lines()
        ):
            self._show_lines()
        self._wake()

    def _count_lines(self) -> int:
        assert self._book is not None
        return sum(len(self._book.keys(self._groups, name)) for name in self._metrics_shown())

    def _show_lines(self) -> None:
        if self._store is None:
            return
        self._group()
        self._names = self._store.metrics([run.id for run in self._runs])
        self._legend.show_runs([group.lead for group in self._groups])
        shown = self._metrics_shown()
        for place, card in enumerate(self._cards):
            card.setVisible(place < len(shown))
            if place < len(shown):
                card.show_metric(shown[place], self._names, self._judged_by)
                card.plot.show_lines(self._lines(shown[place]))
                card.plot.hide_runs(self._legend.hidden)
        self._show_state()
        self._wake()

    def _metrics_shown(self) -> list[str]:
        return metrics_of_plots(self._names, self._chosen)

    def _lines(self, name: str) -> list[Line]:
        return [] if self._book is None else self._book.lines(self._groups, name)

    def _wake(self) -> None:
        """Draw with the next frame; the first after a rest at once."""
        self._stale = True
        if self.isVisible() and not self._frame.isActive():
            since = (time.monotonic() - self._drawn_at) * 1000
            self._frame.start(max(0, int(FRAME_MS - since)))

    def _draw(self) -> None:
        if not self.isVisible() or self._store is None:
            return
        # One plot at a time, half a frame apart: together they would hold up the window twice as long.
        shown = [card for card in self._cards if not card.isHidden()]
        if self._turn == 0:
            self._stale, self._drawn_at = False, time.monotonic()
            self._take_news(shown)
        if self._turn < len(shown):
            self._draw_plot(shown[self._turn].plot)
        self._turn += 1
        if self._turn < len(shown):
            self._frame.start(FRAME_MS // 2)
            return
        self._turn = 0
        if self._stale:
            self._wake()

    def _take_news(self, shown: Sequence[PlotCard]) -> None:
        """Bring what is made of curves, averages and means, up to their last points."""
        for card, name in zip(shown, self._metrics_shown(), strict=False):
            lines = tuple(self._lines(name))
            if lines != card.plot.lines:
                card.plot.show_lines(lines)
                card.plot.hide_runs(self._legend.hidden)
        self._make_due()

    def _make_due(self) -> None:
        """Have long averages made beside the window's thread, one lot after the other."""
        if self._book is None or self._making is not None or not (due := self._book.take_due()):
            return
        errand = self._making = Errand(lambda: [one.make() for one in due], self)
        errand.done.connect(lambda made: self._on_made(due, made))
        errand.broken.connect(self._on_unmade)
        errand.start()

    def _on_unmade(self, _: object) -> None:
        """Go on with other averages; what could not be made is tried again once its curves have grown."""
        self._making = None

    def _on_made(self, due: list[Due], made: list[object]) -> None:
        for one, what in zip(due, made, strict=True):
            one.put(what)
        if self._book is not None:
            self._book.end_due()
        self._making = None
        self._wake()

    def _draw_plot(self, plot: CurvePlot) -> None:
        self._drawing = True
        try:
            if self._following:
                plot.follow()
            plot.draw()
        finally:
            self._drawing = False

    def _show_state(self) -> None:
        if self._names:
            self._stack.setCurrentWidget(self._plots)
            return
        self._stack.setCurrentWidget(self._empty)
        if not self._runs:
            self._empty.show_words("No run to show", "Press Train, and its curves appear here while it learns.")
        else:
            self._empty.show_words(
                "No curves yet", "They appear with the first step. An estimator that learns in one go has none."
            )

    # -- signals ------------------------------------------------------------------------------------------------------

    def _on_metric(self, place: int, name: str) -> None:
        shown = self._metrics_shown()
        if len(shown) == 2 and shown[1 - place] == name:
            self._chosen = [shown[1], shown[0]]
        else:
            self._chosen[place] = name
        self._following = True
        self._show_lines()

    def _on_hidden(self, runs: set[str]) -> None:
        for card in self._cards:
            card.plot.hide_runs(runs)
        self._wake()

    def _on_axis(self, axis: Axis) -> None:
        for card in self._cards:
            card.plot.set_axis(axis)
        self.fit()

    def _on_log(self, log: bool) -> None:
        for card in self._cards:
            card.plot.set_log(log)
        self.fit()

    def _on_smoothing(self, weight: float) -> None:
        self.smoothing_chosen.emit(weight)
        if self._book is not None:
            self._book.smooth(weight)
            self._show_lines()

    def smooth(self, weight: float) -> None:
        """Smooth the curves by a moving average of this weight, as the slider does."""
        self._tools.show_smoothing(weight)

    def _on_mean(self) -> None:
        self._show_lines()
        self.series_changed.emit()

    def _on_moved(self, plot: CurvePlot) -> None:
        self._following = False
        for other in self.plots:
            if other is not plot:
                other.show_span(*plot.span)
        self._wake()

    def _on_view_changed(self) -> None:
        if not self._drawing:
            self._wake()

    def _on_hovered(self, x: object) -> None:
        for card in self._cards:
            if not card.isHidden():
                card.plot.point_at(x if isinstance(x, float) else None)

    def _on_theme(self) -> None:
        for card in self._cards:
            card.plot.recolor()

    # -- files --------------------------------------------------------------------------------------------------------

    def save_png(self, path: Path) -> None:
        """Write what the plots show to ``path``; ``failed`` tells when that is not possible."""
        picture = self._plots.grab()
        if not picture.save(str(path), "PNG"):
            self.failed.emit(StorageError(f"{path} could not be written.", hint="Choose a place that can be written."))

    def save_csv(self, path: Path) -> None:
        """Write all points of the runs that are shown to ``path``; ``failed`` tells when that is not possible."""
        store, runs = self._store, {run.id: run.name for run in self._runs}
        if store is None:
            return
        errand = Errand(lambda: store.write_csv(path, runs), self)
        errand.failed.connect(self.failed)
        errand.start()

    # -- events -------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._wake()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._stale, self._turn = self._stale or self._frame.isActive(), 0
        self._frame.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= _SIDE_BY_SIDE
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._plots_layout.direction() != direction:
            self._plots_layout.setDirection(direction)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._on_theme()
