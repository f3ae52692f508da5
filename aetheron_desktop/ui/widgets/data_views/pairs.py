"""How columns go together: a matrix of all, and a picture of two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.profiles import pair_words as words
from aetheron_desktop.engine.datasets.profiles.pairs import (
    Associations,
    Boxes,
    Condition,
    Heat,
    Hexagons,
    PairQuestion,
    PairsQuestion,
    Picture,
    Scatter,
)
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.charts.fields import HeatChart, MatrixChart
from aetheron_desktop.ui.widgets.charts.pairs import BoxesChart, HexagonChart, ScatterChart
from aetheron_desktop.ui.widgets.data_views import DataView
from aetheron_desktop.ui.widgets.data_views.chips import Chips
from aetheron_desktop.ui.widgets.data_views.marks import Marks
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.charts.frame import Bounds

_METHODS: Final = (
    ("values", "Pearson", "Correlation of the values: how near to a straight line"),
    ("ranks", "Spearman", "Correlation of the ranks: how far one grows with the other"),
)
_KINDS: Final = (("points", "Points", "Rows of a sample"), ("hexagons", "Density", "All rows, by hexagon"))
_SHARES: Final = (
    ("count", "Rows", "The number of rows"),
    ("row", "Of row", "Shares of the values down the side"),
    ("column", "Of column", "Shares of the values along the foot"),
)
_WAIT_MS: Final = 250
_ROOM_FOR_BOTH: Final = 760


class PairsView(DataView):
    """Shows the matrix at the left and the pair that was clicked at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "pairs_view", "Pairs of columns")
        self._session = session
        self._dataset: Dataset | None = None
        self._job = self._pair_job = ""
        self._found: Associations | None = None
        self._pair: tuple[str, str] = ("", "")
        self._pictures: dict[type, Picture] = {}
        self._focus: str | None = None
        self._is_pair_opened = self._is_stale = False
        self._matrix = MatrixChart(self)
        self._scatter = ScatterChart(self)
        self._hexagons = HexagonChart(self)
        self._heat = HeatChart(self)
        self._boxes = BoxesChart(self)
        for chart in (self._matrix, self._scatter, self._hexagons, self._heat, self._boxes):
            chart.hide()
        self._wait = QTimer(self, interval=_WAIT_MS, singleShot=True)
        self._build()
        self._connect()

    # -- building ------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._search = named(QLineEdit(self), "pairs_search", "Find columns", "Only columns with this in their name")
        self._search.setPlaceholderText("Find columns")
        self._search.setClearButtonEnabled(True)
        self._search.setMaximumWidth(220)
        theme.mark(self._search, role="search")
        self._facts = named(ElidedLabel(self), "pairs_facts")
        theme.mark(self._facts, role="caption")
        self._ranks = Chips("pairs_method", _METHODS, self)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(self._search)
        head.addWidget(self._facts, 1)
        self._ranks.add_to(head)
        self._matrix_card = ChartCard("pairs_matrix", self)
        self._card = ChartCard("pairs_picture", self)
        self._kinds = Chips("pairs_kind", _KINDS, self)
        self._shares = Chips("pairs_share", _SHARES, self)
        for group in (self._kinds, self._shares):
            group.add_to(self._card.tools)
        split = named(QSplitter(Qt.Orientation.Horizontal, self), "pairs_split")
        split.addWidget(self._matrix_card)
        split.addWidget(self._card)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.GAP)
        split.setSizes([500, 500])
        self._back = pictured(
            named(QToolButton(self), "pairs_back", "Back to the matrix", "Show the matrix of all columns again"),
            "chevron-left",
            "text",
        )
        self._card.lead(self._back)
        self._back.clicked.connect(self._show_matrix)
        self._marks = Marks(self._session, self)
        page = QWidget(self)
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.GAP)
        whole.addLayout(head)
        whole.addWidget(split, 1)
        whole.addWidget(self._marks)
        self._empty = Empty("link", self)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(page)

    def _connect(self) -> None:
        session = self._session
        session.target_changed.connect(self._on_target)
        session.marked_changed.connect(self._show_marked)
        self._wait.timeout.connect(self._ask)
        self._search.textChanged.connect(self._wait.start)
        self._ranks.buttonClicked.connect(self._ask)
        self._kinds.buttonClicked.connect(self._draw_pair)
        self._shares.buttonClicked.connect(self._draw_pair)
        self._matrix.point_chosen.connect(self._on_cell)
        for chart in (self._scatter, self._hexagons):
            chart.region_chosen.connect(self._mark_region)
        self._boxes.region_chosen.connect(self._mark_boxes)
        self._boxes.point_chosen.connect(self._mark_box)
        self._heat.point_chosen.connect(self._mark_cell)
        for one in (self._scatter, self._hexagons, self._boxes, self._heat):
            one.cleared.connect(self._marks.clear)
        for card in (self._matrix_card, self._card):
            card.failed.connect(session.tell)

    # -- asking --------------------------------------------------------------------------------------------------------

    def show_dataset(self, dataset: Dataset | None) -> None:
        self._wait.stop()
        for job in (self._job, self._pair_job):
            self._session.withdraw(job)
        self._marks.withdraw()
        self._dataset, self._found, self._pair = dataset, None, ("", "")
        self._is_pair_opened = False
        self._pictures.clear()
        if dataset is not None:
            self._search.blockSignals(True)
            self._search.clear()
            self._search.blockSignals(False)
            self._wait.stop()
            self._ask()

    def _ask(self) -> None:
        self._is_stale = not self.isVisible()  # nobody looks; it is asked when somebody does
        if self._dataset is None or self._is_stale:
            return
        self._session.withdraw(self._job)
        self._focus = self._session.target
        if self._found is None:
            self._say("Holding the columns against each other…", "From a sample when the table is long.")
        self._job = self._session.ask(
            PairsQuestion(
                dataset=self._dataset.info.id,
                focus=self._focus,
                containing=self._search.text().strip(),
                ranks=self._ranks.key == "ranks",
            ),
            self._on_found,
            self._on_end,
        )

    def _on_target(self) -> None:
        if self._dataset is not None and self._session.target != self._focus:
            self._ask()

    def _on_found(self, found: Associations) -> None:
        self._found = found
        if len(found.columns) < 2 and not self._search.text():
            self._say("There is no pair", "It takes two columns that are neither constant, nor names or texts.")
            return
        self._stack.setCurrentIndex(1)
        self._facts.setText(f"{words.shown(found)} · {words.sampled(found)}")
        left_out = "\n".join(f"{name}: {why}" for name, why in list(found.left_out.items())[:20])
        self._facts.setToolTip(f"Left out:\n{left_out}" if left_out else "")
        self._matrix.show_associations(found)
        self._matrix_card.show_chart(self._matrix, "Associations", "click a cell", "associations")
        if self._pair[0] not in found.columns or self._pair[1] not in found.columns:
            strongest = max(found.cells, key=lambda one: abs(one.value or 0.0), default=None)
            if strongest is not None:
                self.show_pair(found.columns[strongest.first], found.columns[strongest.second])
        self._matrix.choose(*self._pair)
        self._arrange()

    def _on_end(self, end: JobEnded) -> None:
        if end.outcome in {"failed", "crashed"}:
            self._say(end.title, f"{end.detail} {end.hint}".strip())

    def _say(self, title: str, text: str) -> None:
        self._empty.show_words(title, text)
        self._stack.setCurrentIndex(0)

    def _on_cell(self, x: float, y: float) -> None:
        if pair := self._matrix.pair_at(x, y):
            self._is_pair_opened = True
            self.show_pair(*pair)

    def show_pair(self, x: str, y: str) -> None:
        """Draw two columns together."""
        if self._dataset is None:
            return
        self._session.withdraw(self._pair_job)
        self._pair = x, y
        self._pictures.clear()
        self._matrix.choose(x, y)
        question = PairQuestion(dataset=self._dataset.info.id, x=x, y=y)
        self._pair_job = self._session.ask(question, self._on_picture, self._on_end)

    def _on_picture(self, picture: Picture) -> None:
        self._pictures[type(picture)] = picture
        self._draw_pair()

    # -- showing -------------------------------------------------------------------------------------------------------

    def _draw_pair(self) -> None:
        self._kinds.show_all(Hexagons in self._pictures)
        self._shares.show_all(Heat in self._pictures)
        x, y = self._pair
        title, file_name = f"{x} × {y}", f"{x} and {y}"
        for picture in self._pictures.values():
            match picture:
                case Scatter() if self._kinds.key == "points" or Hexagons not in self._pictures:
                    self._scatter.show_points(picture)
                    self._card.show_chart(
                        self._scatter, title, f"{picture.words} · {words.sampled(picture)}", file_name
                    )
                case Hexagons() if self._kinds.key == "hexagons":
                    self._hexagons.show_hexagons(picture)
                    caption = " · ".join(part for part in (picture.words, words.outside(picture)) if part)
                    self._card.show_chart(self._hexagons, title, caption, file_name)
                case Heat():
                    self._heat.show_heat(picture, self._shares.key)
                    self._card.show_chart(self._heat, title, f"{picture.words} · {words.sampled(picture)}", file_name)
                case Boxes():
                    self._boxes.show_boxes(picture)
                    self._card.show_chart(self._boxes, title, f"{picture.words} · {words.sampled(picture)}", file_name)
        self._arrange()
        self._show_marked()

    def _show_marked(self) -> None:
        self._scatter.show_marked(self._session.marked)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _show_matrix(self) -> None:
        self._is_pair_opened = False
        self._arrange()
        self._matrix.setFocus()

    def _arrange(self) -> None:
        """Where there is no room for both, show the matrix, and in its place the pair that was opened."""
        is_narrow = self.width() < _ROOM_FOR_BOTH
        self._matrix_card.setVisible(not is_narrow or not self._is_pair_opened)
        self._card.setVisible(bool(self._pictures) and (not is_narrow or self._is_pair_opened))
        self._back.setVisible(is_narrow)

    # -- marking -------------------------------------------------------------------------------------------------------

    def _mark_region(self, region: Bounds) -> None:
        x, y = self._pair
        self._marks.mark(
            Condition(column=x, low=region.left, high=region.right),
            Condition(column=y, low=region.low, high=region.high),
        )

    def _mark_boxes(self, region: Bounds) -> None:
        boxes = self._pictures.get(Boxes)
        categories = self._boxes.categories_between(region.low, region.high)
        if isinstance(boxes, Boxes) and categories:
            self._marks.mark(
                Condition(column=boxes.words_column, values=categories),
                Condition(column=boxes.numbers.column, low=region.left, high=region.right),
            )

    def _mark_box(self, x: float, y: float) -> None:
        del x
        boxes, category = self._pictures.get(Boxes), self._boxes.category_at(y)
        if isinstance(boxes, Boxes) and category is not None:
            self._marks.mark(Condition(column=boxes.words_column, values=(category,)))

    def _mark_cell(self, x: float, y: float) -> None:
        values = self._heat.values_at(x, y)
        if values is not None:
            self._marks.mark(
                Condition(column=self._pair[0], values=(values[0],)),
                Condition(column=self._pair[1], values=(values[1],)),
            )
