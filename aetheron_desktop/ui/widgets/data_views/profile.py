"""What is in one column: a chart of it, its figures, and how it goes with the target."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.profiles import profile_words as words
from aetheron_desktop.engine.datasets.profiles.pairs import Condition, MarkedCounts, MarkedQuestion
from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, Histogram, ProfileQuestion, TargetProfile
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.charts.bars import HistogramChart, TargetChart, ValuesChart
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.data_views import DataView
from aetheron_desktop.ui.widgets.data_views.chips import Chips
from aetheron_desktop.ui.widgets.data_views.figures import Figures
from aetheron_desktop.ui.widgets.data_views.marks import Marks
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.profiles.profile import Scope
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.charts.frame import Bounds

_KEPT: Final = 200
"""Columns whose profiles are held; those of the others lie on the disk and are asked for again."""
_SCOPES: Final[tuple[tuple[Scope, str, str], ...]] = (
    ("all", "All", "All values"),
    ("robust", "Robust", "The values between the 1 % and the 99 % quantile"),
    ("log", "Log", "The values above zero, by magnitude"),
)
_PICTURES: Final = (
    ("distribution", "Distribution", "How often values lie where"),
    ("values", "Values", "The commonest values"),
    ("lengths", "Lengths", "Lengths of the texts"),
)
_AGAINST: Final = (
    ("parts", "By part", "The target within parts of the column"),
    ("classes", "By class", "The column, coloured by the classes of the target"),
)
_LONG: Final = 2_000_000
_FIGURES_WIDTH: Final = 250
_ONE_LINE: Final = 760


class ProfileView(DataView):
    """Shows the column that the session looks at, by default the target."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "profile_view", "Profile of a column")
        self._session = session
        self._dataset: Dataset | None = None
        self._column = ""
        self._job = self._own_job = self._marking_job = ""
        self._coming: frozenset[str] = frozenset()
        self._profiles: OrderedDict[str, ColumnProfile] = OrderedDict()
        self._against: dict[str, TargetProfile] = {}
        self._target: tuple[str | None, str | None] = (None, None)
        self._scope: Scope = "robust"
        self._picture = "distribution"
        self._histogram = HistogramChart(self)
        self._values = ValuesChart(self)
        self._lengths = HistogramChart(self)
        self._parts = TargetChart(self)
        self._classes = HistogramChart(self)
        for chart in (self._histogram, self._values, self._lengths, self._parts, self._classes):
            chart.hide()
        for chart in (self._lengths, self._classes):  # their bars are of other numbers than the column's own
            chart.can_mark = chart.can_mark_regions = False
        self._build()
        self._connect()

    # -- building ------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._name = named(ElidedLabel(self), "profile_column")
        theme.mark(self._name, role="heading")
        self._badge = named(QLabel(self), "profile_badge")
        theme.mark(self._badge, role="badge")
        self._scopes = Chips("profile_scope", _SCOPES, self)
        self._pictures = Chips("profile_picture", _PICTURES, self)
        names, chips = QHBoxLayout(), QHBoxLayout()
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for row in (names, chips, self._head):
            row.setSpacing(theme.GAP)
        names.addWidget(self._name)
        names.addWidget(self._badge)
        names.addStretch(1)
        for group in (self._pictures, self._scopes):
            group.add_to(chips)
        chips.addStretch(0)
        self._head.addLayout(names, 1)
        self._head.addLayout(chips)
        page = QWidget(self)
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.GAP)
        whole.addLayout(self._head)
        whole.addWidget(self._make_body(), 1)
        self._marks = Marks(self._session, self)
        whole.addWidget(self._marks)
        self._empty = Empty("chart", self)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(page)

    def _make_body(self) -> QSplitter:
        self._card = ChartCard("profile_chart", self)
        self._target_card = ChartCard("profile_target", self)
        self._target_pictures = Chips("profile_against", _AGAINST, self)
        self._target_pictures.add_to(self._target_card.tools)
        charts = QSplitter(Qt.Orientation.Vertical, self)
        charts.addWidget(self._card)
        charts.addWidget(self._target_card)
        charts.setChildrenCollapsible(False)
        charts.setHandleWidth(theme.GAP)
        charts.setSizes([300, 260])
        side = QFrame(self)
        theme.mark(side, role="card")
        self._figures = Figures(side)
        inside = QVBoxLayout(side)
        inside.setContentsMargins(4, 8, 4, 8)
        inside.addWidget(self._figures)
        split = named(QSplitter(Qt.Orientation.Horizontal, self), "profile_split")
        split.addWidget(charts)
        split.addWidget(side)
        side.setMinimumWidth(_FIGURES_WIDTH)
        split.setStretchFactor(0, 16)
        split.setStretchFactor(1, 9)
        split.setSizes([640, 360])
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.GAP)
        return split

    def _connect(self) -> None:
        session = self._session
        session.column_chosen.connect(self._show_column)
        session.target_changed.connect(self._on_target)
        session.marked_changed.connect(self._ask_marked)
        self._scopes.buttonClicked.connect(self._on_scope)
        self._pictures.buttonClicked.connect(self._on_picture)
        self._target_pictures.buttonClicked.connect(self._draw)
        self._histogram.region_chosen.connect(self._mark_region)
        self._histogram.point_chosen.connect(self._mark_bar)
        self._values.point_chosen.connect(self._mark_value)
        self._values.region_chosen.connect(self._mark_values)
        for chart in (self._histogram, self._values):
            chart.cleared.connect(self._marks.clear)
        for card in (self._card, self._target_card):
            card.failed.connect(session.tell)

    # -- asking --------------------------------------------------------------------------------------------------------

    def show_dataset(self, dataset: Dataset | None) -> None:
        self._withdraw()
        self._dataset = dataset
        self._profiles.clear()
        self._against.clear()
        if dataset is None:
            return
        names = dataset.info.schema.names
        self._target = self._session.target, self._session.task
        if not names:
            self._say("This table has no columns", "There is nothing to look at.")
            return
        self._show_column(self._session.column or self._session.target or names[0])

    def _withdraw(self) -> None:
        for job in (self._job, self._own_job, self._marking_job):
            self._session.withdraw(job)
        self._marks.withdraw()
        self._coming = frozenset()

    def _show_column(self, name: str) -> None:
        if self._dataset is None or name not in self._dataset.info.schema.names:
            return
        self._column = name
        if not self.isVisible():  # nobody looks; it is asked when somebody does
            return
        self._draw()
        if self._is_done(name):
            return
        if name not in self._coming:
            self._ask()
        elif name not in self._profiles:  # it comes with the others, and shall not wait for them
            self._session.withdraw(self._own_job)
            self._own_job = self._session.ask(self._question(name), self._on_answer, self._on_end)

    def _is_done(self, name: str) -> bool:
        profile, against = self._profiles.get(name), self._against.get(name)
        has_target = self._target[0] is not None and self._target[0] != name
        return profile is not None and profile.is_exact and (against is not None or not has_target)

    def _ask(self) -> None:
        """Ask for the column that is looked at, and then for those below it in the table."""
        assert self._dataset is not None
        for job in (self._job, self._own_job):
            self._session.withdraw(job)
        info = self._dataset.info
        place = info.schema.names.index(self._column)
        behind = (*info.schema.names[place + 1 :], *info.schema.names[:place])
        # Of a very long table a column takes minutes, and nobody may want the others.
        others = [name for name in behind if not self._is_done(name)] if info.rows <= _LONG else []
        question = self._question(self._column, *others[: _KEPT - 1])
        self._coming = frozenset(question.columns)
        self._job = self._session.ask(question, self._on_answer, self._on_all_told)

    def _question(self, *columns: str) -> ProfileQuestion:
        assert self._dataset is not None
        target, task = self._session.target, self._session.task
        return ProfileQuestion(dataset=self._dataset.info.id, columns=columns, target=target, task=task)

    def _on_all_told(self, end: JobEnded) -> None:
        self._coming = frozenset()
        self._on_end(end)

    def _on_answer(self, found: ColumnProfile | TargetProfile) -> None:
        if isinstance(found, ColumnProfile):
            self._profiles[found.column] = found
            while len(self._profiles) > 2 * _KEPT:
                name, _ = self._profiles.popitem(last=False)
                self._against.pop(name, None)
        else:
            self._against[found.column] = found
        if found.column == self._column:
            self._draw()

    def _on_end(self, end: JobEnded) -> None:
        if end.outcome in {"failed", "crashed"} and self._column not in self._profiles:
            self._say(end.title, f"{end.detail} {end.hint}".strip())

    def _on_target(self) -> None:
        if self._dataset is None or (self._session.target, self._session.task) == self._target:
            return
        self._target = self._session.target, self._session.task
        self._against.clear()
        self._withdraw()
        self._show_column(self._column)

    # -- showing -------------------------------------------------------------------------------------------------------

    def _say(self, title: str, text: str) -> None:
        self._empty.show_words(title, text)
        self._stack.setCurrentIndex(0)

    def _draw(self) -> None:
        profile = self._profiles.get(self._column)
        if profile is None:
            self._say(f"Looking at {self._column}…", "A sample comes first, then every row is counted.")
            return
        self._stack.setCurrentIndex(1)
        self._name.setText(profile.column)
        self._name.setToolTip(profile.column)
        self._badge.setText(words.badge(profile))
        self._badge.setToolTip(words.method(profile))
        theme.mark(self._badge, tone="success" if profile.is_exact else "warning")
        self._figures.show_profile(profile)
        self._draw_column(profile)
        self._draw_target()
        self._ask_marked()

    def _draw_column(self, profile: ColumnProfile) -> None:
        pictures = ["distribution"] * bool(profile.histograms) + ["values"] * bool(profile.top)
        pictures += ["lengths"] * (profile.lengths is not None)
        picture = self._pictures.offer(pictures, self._picture)
        scopes = [one.scope for one in profile.histograms] if picture == "distribution" else []
        scope = self._scopes.offer(list(scopes), self._scope)
        file_name = f"{profile.column} {picture}"
        if picture == "distribution":
            histogram = next(one for one in profile.histograms if one.scope == scope)
            self._histogram.show_histogram(histogram, profile.kind, profile.rows)
            self._card.show_chart(self._histogram, "Distribution", words.outside(histogram), file_name)
        elif picture == "lengths" and profile.lengths is not None:
            self._lengths.show_histogram(profile.lengths.histogram, "integer", profile.rows)
            self._card.show_chart(self._lengths, "Lengths", "signs of a text", file_name)
        else:
            self._values.show_profile(profile)
            self._card.show_chart(self._values, "Commonest values", words.rest(profile), file_name)

    def _draw_target(self) -> None:
        found = self._against.get(self._column)
        has_target = self._session.target is not None and self._session.target != self._column
        self._target_card.setVisible(found is not None and has_target)
        if found is None:
            return
        offered = ["parts"] + ["classes"] * bool(found.edges)
        picture = self._target_pictures.offer(offered, self._target_pictures.key)
        title = f"Against {found.target}"
        caption = f"Power {words.power(found)} · {words.badge(found)}"
        tip = f"{words.power_method(found)}\n{words.method(found)}"
        file_name = f"{found.column} against {found.target}"
        if picture == "classes":
            profile = self._profiles[self._column]
            whole = Histogram("robust", found.edges, tuple(map(sum, zip(*found.by_class, strict=True))))
            series = tuple(zip(found.classes, found.by_class, strict=True))
            self._classes.show_histogram(whole, profile.kind, found.sampled, series)
            self._target_card.show_chart(self._classes, title, caption, file_name, tip=tip)
        else:
            self._parts.show_profile(found)
            self._target_card.show_chart(self._parts, title, caption, file_name, tip=tip)

    def _on_scope(self, button: QPushButton) -> None:
        self._scope = button.property("key")
        self._draw()

    def _on_picture(self, button: QPushButton) -> None:
        self._picture = str(button.property("key"))
        self._draw()

    # -- marking -------------------------------------------------------------------------------------------------------

    def _mark_region(self, region: Bounds) -> None:
        low, high = self._histogram.value_at(region.left), self._histogram.value_at(region.right)
        self._marks.mark(Condition(column=self._column, low=low, high=high))

    def _mark_bar(self, x: float, y: float) -> None:
        del y
        place = self._histogram.bar_at(x)
        if place is None:
            self._marks.clear()
            return
        low, high = self._histogram.edges[place : place + 2]
        is_last = place == len(self._histogram.edges) - 2
        self._marks.mark(Condition(column=self._column, low=low, high=high, is_open=not is_last))

    def _mark_value(self, x: float, y: float) -> None:
        del x
        value = self._values.value_at(y)
        if value is None:
            self._marks.clear()
            return
        self._marks.mark(Condition(column=self._column, values=(value,)))

    def _mark_values(self, region: Bounds) -> None:
        chosen = self._values.values_between(region.low, region.high)
        if chosen:
            self._marks.mark(Condition(column=self._column, values=chosen))

    def _ask_marked(self) -> None:
        """Ask where the marked rows lie in the chart that is shown."""
        self._session.withdraw(self._marking_job)
        chart = self._card.chart
        if self._dataset is None or self._column not in self._profiles or not self.isVisible():
            return
        if not self._session.marked or chart not in {self._histogram, self._values}:
            for one in (self._histogram, self._values):
                one.show_marked(())
            return
        question = MarkedQuestion(
            dataset=self._dataset.info.id,
            column=self._column,
            places=self._session.marked,
            edges=self._histogram.edges if chart is self._histogram else (),
            values=self._values.values if chart is self._values else (),
        )
        self._marking_job = self._session.ask(question, self._on_marked, self._on_marked_end)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        is_narrow = self.width() < _ONE_LINE
        self._head.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_column(self._column)
        self._ask_marked()

    def _on_marked(self, found: MarkedCounts) -> None:
        if found.column == self._column and isinstance(self._card.chart, HistogramChart | ValuesChart):
            self._card.chart.show_marked(found.counts)

    def _on_marked_end(self, end: JobEnded) -> None:
        if end.outcome in {"failed", "crashed"}:
            self._session.noticed.emit(Notice("error", end.title, end.detail, end.hint))
