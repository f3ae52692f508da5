"""The log of a run: what it said, when, and how serious it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QPushButton,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.run_log import LEVEL_ROLE, TIME_ROLE, WORDS, RunLogModel
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.events import MessageLogged

_ICONS = {"info": ("info", "faint"), "warning": ("warning", "warning"), "error": ("error", "danger")}
_PAD = 10


class _LineDelegate(QStyledItemDelegate):
    """Time, level as icon and word, then the text in full, wrapped."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self.font = theme.monospaced()

    def _indent(self) -> int:
        metrics = QFontMetrics(self.font)
        return _PAD + metrics.horizontalAdvance("00:00:00  ") + 20 + metrics.horizontalAdvance("Warning  ")

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = QFontMetrics(self.font)
        width = self._view.viewport().width()
        room = max(width - self._indent() - _PAD, 120)
        box = metrics.boundingRect(QRect(0, 0, room, 100_000), Qt.TextFlag.TextWordWrap, index.data() or "")
        return QSize(width, max(box.height(), metrics.height()) + 6)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self._view.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, self._view)
        name, tone = _ICONS[index.data(LEVEL_ROLE)]
        metrics = QFontMetrics(self.font)
        area = option.rect.adjusted(_PAD, 3, -_PAD, -3)
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        painter.save()
        painter.setFont(self.font)
        painter.setPen(theme.color("faint"))
        painter.drawText(area, top, index.data(TIME_ROLE))
        x = area.left() + metrics.horizontalAdvance("00:00:00  ")
        icon(name, tone).paint(painter, QRect(x, area.top() + (metrics.height() - 14) // 2, 14, 14))
        painter.setPen(theme.color(tone))
        painter.drawText(area.adjusted(x + 20 - area.left(), 0, 0, 0), top, WORDS[index.data(LEVEL_ROLE)])
        painter.setPen(theme.color("text"))
        text = area.adjusted(self._indent() - _PAD, 0, 0, 0)
        painter.drawText(text, top | Qt.TextFlag.TextWordWrap, index.data())
        painter.restore()


class _LogView(QListView):
    def __init__(self, model: RunLogModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(_LineDelegate(self))
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = [index.row() for index in self.selectedIndexes()]
            QGuiApplication.clipboard().setText(self._model.text(rows))
        else:
            super().keyPressEvent(event)


class RunLog(QWidget):
    """Follows the end of the log while its end is in view; lines can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = ""
        self.model = RunLogModel(self)
        self.view = _LogView(self.model, self)
        self.view.setObjectName("run_log")
        self.view.setAccessibleName("Log of the run")
        self._copy = pictured(named(QPushButton("Copy all", self), "copy_log", "Copy the whole log"), "copy")
        theme.mark(self._copy, role="ghost")
        self._empty = Empty("log", self)
        self._empty.show_words("Nothing in the log", "What the run has to say appears here.")
        page = QWidget(self)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self._copy)
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(page)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.model.text()))

    def show_lines(self, run: str, lines: Sequence[MessageLogged]) -> None:
        """Show the log of ``run``."""
        bar = self.view.verticalScrollBar()
        at_end = run != self._run or bar.value() >= bar.maximum() - 4
        before = self.model.rowCount()
        self.model.show_lines(lines, same_run=run == self._run)
        changed = run != self._run or self.model.rowCount() != before
        self._run = run
        self._stack.setCurrentIndex(1 if self.model.rowCount() else 0)
        if changed and at_end:
            self.view.scrollToBottom()
