"""What the window shows while no dataset is open: where to drop a file, sample data, and the files of last time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.shipped import shipped
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.accent import Accent
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent

_COLUMN = 760
_LIGHT = 460
_MOST_RECENT = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A table that ships with the program: what it asks, how large it is, and what kind of answer it wants."""

    file: str
    title: str
    text: str
    rows: int
    task: str
    icon: str


SAMPLES = (
    Sample("penguins.csv", "Penguins", "Which of three species is it?", 344, "three classes", "category"),
    Sample("breast-cancer.csv", "Breast cancer", "Is the tumour benign or malignant?", 569, "two classes", "boolean"),
    Sample("diabetes-progression.csv", "Diabetes", "How far does it go in a year?", 442, "a number", "number"),
)


class StartPage(QScrollArea):
    """``open_wanted`` asks for a file to be chosen, ``file_wanted`` for this one to be opened."""

    open_wanted = Signal()
    file_wanted = Signal(object)  # Path
    forget_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "start_page", "Start page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget(self)
        theme.mark(page, role="page")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.accent = Accent(page)
        self._page = page
        column = QWidget(page)
        column.setMaximumWidth(_COLUMN)
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for part, before in ((self._title(), 0), (self._drop_zone(), 28), (self._samples(), 36), (self._recent(), 28)):
            rows.addSpacing(before)
            rows.addWidget(part)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(column, 1000)
        line.addStretch(1)
        outer = QVBoxLayout(page)
        outer.setContentsMargins(theme.HUGE, 44, theme.HUGE, theme.HUGE)
        outer.addStretch(2)
        outer.addLayout(line)
        outer.addStretch(5)
        self.setWidget(page)

    def show_recent(self, files: Sequence[Path]) -> None:
        """List the files of last time."""
        while (item := self._recent_rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, path in enumerate(files[:_MOST_RECENT]):
            self._recent_rows.addWidget(self._recent_row(path, number))
        self._recent_part.setVisible(bool(files))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.accent.setGeometry(0, 0, self._page.width(), min(_LIGHT, self._page.height()))

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Enter, QEvent.Type.Wheel, QEvent.Type.KeyPress}:
            self.accent.wake()
        return super().event(event)

    def _title(self) -> QWidget:
        box = QWidget(self)
        title = QLabel("Drop a table, train a model", box)
        theme.mark(title, role="display")
        lead = QLabel("Watch it learn, keep the best. Nothing leaves this computer.", box)
        theme.mark(lead, role="lead")
        rows = QVBoxLayout(box)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addWidget(title)
        rows.addWidget(lead)
        return box

    def _drop_zone(self) -> QFrame:
        zone = named(DropZone(self), "drop_zone", "Drop a file here")
        words = QVBoxLayout()
        words.setSpacing(2)
        line = QLabel("Drop a file anywhere on this window", zone)
        theme.mark(line, role="heading")
        kinds = QLabel("CSV, TSV, JSON, Parquet, Arrow, Excel, SQLite or DuckDB, packed or not", zone)
        theme.mark(kinds, role="muted")
        kinds.setWordWrap(True)
        words.addWidget(line)
        words.addWidget(kinds)
        button = named(QPushButton("Open a file…", zone), "open_file", "Open a file", "Choose a table (Ctrl+O)")
        theme.mark(button, role="primary")
        pictured(button, "open", "accent.on")
        button.clicked.connect(self.open_wanted)
        layout = QHBoxLayout(zone)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(theme.WIDE)
        layout.addWidget(Picture("drop", 36, "accent", zone))
        layout.addLayout(words, 1)
        layout.addWidget(button)
        self.open_button = button
        return zone

    def _samples(self) -> QWidget:
        box = QWidget(self)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        label = QLabel("Or try one of these", box)
        theme.mark(label, role="strong")
        grid.addWidget(label, 0, 0, 1, len(SAMPLES))
        folder = shipped("data")
        for place, sample in enumerate(SAMPLES):
            tile = SampleTile(sample, box)
            tile.clicked.connect(partial(self.file_wanted.emit, folder / sample.file))
            grid.addWidget(tile, 1, place)
            grid.setColumnStretch(place, 1)
        return box

    def _recent(self) -> QWidget:
        self._recent_part = QWidget(self)
        rows = QVBoxLayout(self._recent_part)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        head = QHBoxLayout()
        label = QLabel("Recent files", self._recent_part)
        theme.mark(label, role="strong")
        forget = named(QPushButton("Forget", self._recent_part), "forget_recent", "Forget the recent files")
        theme.mark(forget, role="link")
        forget.clicked.connect(self.forget_wanted)
        head.addWidget(label, 1)
        head.addWidget(forget)
        rows.addLayout(head)
        self._recent_rows = QVBoxLayout()
        self._recent_rows.setSpacing(2)
        rows.addLayout(self._recent_rows)
        self._recent_part.hide()
        return self._recent_part

    def _recent_row(self, path: Path, number: int) -> QPushButton:
        row = named(QPushButton(self._recent_part), f"recent_{number}", f"Open {path.name}", str(path))
        theme.mark(row, role="row")
        name = QLabel(path.name, row)
        theme.mark(name, role="strong")
        folder = QLabel(_short_folder(path), row)
        theme.mark(folder, role="muted")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(10, 0, 10, 0)
        layout.setSpacing(10)
        layout.addWidget(Picture("file", 16, "muted", row))
        layout.addWidget(name)
        layout.addWidget(folder, 1)
        _let_clicks_through(row)
        row.clicked.connect(partial(self.file_wanted.emit, path))
        return row


class DropZone(QFrame):
    """A dashed frame over the light; drops are taken by the whole window."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("glass"))
        pen = QPen(theme.color("drop.border"), 1.5)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 14, 14)


class SampleTile(QPushButton):
    """A card of one sample; a click opens it."""

    def __init__(self, sample: Sample, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = sample.file.partition(".")[0]
        words = f"Open the sample {sample.title}: {sample.text} {sample.rows} rows, {sample.task}"
        named(self, f"sample_{name}", words)
        theme.mark(self, role="glass-tile")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        title, text = QLabel(sample.title, self), QLabel(sample.text, self)
        title.setObjectName("title")
        theme.mark(title, role="strong")
        theme.mark(text, role="muted")
        text.setWordWrap(True)
        facts = QLabel(f"{sample.rows} rows · {sample.task}", self)
        theme.mark(facts, role="caption")
        layout = self._rows = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(4)
        layout.addWidget(Picture(sample.icon, 20, "accent", self))
        layout.addSpacing(6)
        layout.addWidget(title)
        layout.addWidget(text, 1)
        layout.addSpacing(4)
        layout.addWidget(facts)
        _let_clicks_through(self)

    def sizeHint(self) -> QSize:
        return self._rows.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._rows.minimumSize()


def _let_clicks_through(button: QPushButton) -> None:
    for label in button.findChildren(QLabel):
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def _short_folder(path: Path) -> str:
    try:
        return f"~/{path.parent.relative_to(Path.home()).as_posix()}".removesuffix("/.")
    except ValueError:
        return str(path.parent)
