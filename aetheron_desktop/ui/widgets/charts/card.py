"""A chart under its title, with what can be done with it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout

from aetheron_desktop.engine.errors import StorageError, storage_errors
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.chart import Chart

_PIXELS: Final = 2
"""The pixels of a saved picture for each of the screen, both ways."""
_KINDS: Final = {"png": "Picture (*.png)", "svg": "Drawing (*.svg)", "csv": "Table (*.csv)"}


class ChartCard(QFrame):
    """Holds one chart at a time; ``failed`` tells that a file could not be written."""

    failed = Signal(object)  # AetheronError

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        self.setObjectName(name)
        self._name = name
        self._file_name = "chart"
        self.chart: Chart | None = None
        self._title = ElidedLabel(self, least=56)
        theme.mark(self._title, role="strong")
        self._caption = named(ElidedLabel(self, least=0), f"{name}_caption")
        theme.mark(self._caption, role="caption")
        self._mark = pictured(
            named(QToolButton(self), f"{name}_mark", "Mark rows", "Drag over the chart to mark rows (or hold Shift)"),
            "filter",
            "muted",
        )
        self._mark.setCheckable(True)
        self._mark.toggled.connect(self._on_marking)
        self._fit = pictured(
            named(QToolButton(self), f"{name}_fit", "Show all", "Show all of the chart (F, or a double click)"),
            "refresh",
            "muted",
        )
        self._fit.clicked.connect(self._on_fit)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(theme.TIGHT)
        self._header = header = QHBoxLayout()
        header.setContentsMargins(12, 0, 8, 0)
        header.setSpacing(theme.GAP)
        header.addWidget(self._title)
        header.addWidget(self._caption, 1)
        header.addLayout(self.tools)
        for button in (self._mark, self._fit, self._make_menu()):
            header.addWidget(button)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(2, 6, 2, 4)
        self._layout.setSpacing(2)
        self._layout.addLayout(header)
        self._words = named(QLabel(self, wordWrap=True), f"{name}_words")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setContentsMargins(12, 2, 12, 8)
        self._words.hide()
        theme.mark(self._words, role="caption")
        self._layout.addWidget(self._words)

    def show_chart(self, chart: Chart, title: str, caption: str, file_name: str, *, tip: str = "") -> None:
        """Show ``chart``, which takes the place of the one before."""
        if chart is not self.chart:
            if self.chart is not None:
                self._layout.removeWidget(self.chart)
                self.chart.hide()
            self.chart = chart
            self._layout.insertWidget(1, chart, 1)
            chart.show()
        chart.is_marking = self._mark.isChecked()
        chart.setAccessibleName(f"{title}. {caption}")
        self._mark.setVisible(chart.can_mark_regions)
        self._fit.setVisible(any(chart.zooms))
        self._title.setText(title)
        self._title.setToolTip(title)
        self._caption.setText(caption)
        self._caption.setToolTip(tip or caption)
        self._file_name = "".join(sign if sign.isalnum() or sign in " -_" else "_" for sign in file_name)[:80]

    def say(self, words: str) -> None:
        """Show a sentence below the chart; none hides it."""
        self._words.setText(words)
        self._words.setVisible(bool(words))
        if self.chart is not None:
            self.chart.setAccessibleDescription(words)

    def lead(self, button: QToolButton) -> None:
        """Put a button before the title."""
        self._header.insertWidget(0, button)

    def save(self, path: Path) -> None:
        """Write the chart as its file's ending says: PNG, SVG, or the drawn numbers as CSV."""
        assert self.chart is not None
        try:
            match path.suffix.lower():
                case ".svg":
                    _save_svg(self.chart, path)
                case ".csv":
                    with storage_errors(path), path.open("w", encoding="utf-8", newline="") as file:
                        csv.writer(file, lineterminator="\n").writerows(self.chart.table())
                case _:
                    _save_png(self.chart, path)
        except StorageError as error:
            self.failed.emit(error)

    def _make_menu(self) -> QToolButton:
        button = named(QToolButton(self), f"{self._name}_menu", "Save or copy", "Save the chart to a file, or copy it")
        pictured(button, "more", "muted", theme.ICON_SIZE)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for kind, words, picture in (
            ("png", "Save as picture (PNG)…", "save"),
            ("svg", "Save as drawing (SVG)…", "export"),
            ("csv", "Save the numbers (CSV)…", "table"),
        ):
            action = QAction(icon(picture), words, self)
            action.setObjectName(f"{self._name}_save_{kind}")
            action.triggered.connect(lambda _=False, kind=kind: self._ask(kind))
            menu.addAction(action)
        menu.addSeparator()
        copy = QAction(icon("copy"), "Copy", self)
        copy.setObjectName(f"{self._name}_copy")
        copy.setToolTip("Copy picture and numbers: each program takes what it can use")
        copy.triggered.connect(self.copy)
        menu.addAction(copy)
        button.setMenu(menu)
        return button

    def copy(self) -> None:
        """Put the picture and the drawn numbers, parted by tabs, on the clipboard."""
        assert self.chart is not None
        data = QMimeData()
        data.setImageData(_picture(self.chart))
        data.setText("\n".join("\t".join(row) for row in self.chart.table()))
        QGuiApplication.clipboard().setMimeData(data)

    def _ask(self, kind: str) -> None:
        dialog = QFileDialog(self, "Save the chart", f"{self._file_name}.{kind}", _KINDS[kind])
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind)
        dialog.fileSelected.connect(lambda path: self.save(Path(path)))
        dialog.open()
        dialog.finished.connect(dialog.deleteLater)

    def _on_marking(self, marking: bool) -> None:
        if self.chart is not None:
            self.chart.is_marking = marking

    def _on_fit(self) -> None:
        if self.chart is not None:
            self.chart.fit()


def _picture(chart: Chart) -> QImage:
    image = QImage(chart.size() * _PIXELS, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(_PIXELS)
    image.fill(theme.color("plot.background"))
    painter = QPainter(image)
    chart.paint_all(painter, QSizeF(chart.size()))
    painter.end()
    return image


def _save_png(chart: Chart, path: Path) -> None:
    writer = QImageWriter(str(path), b"png")
    if not writer.write(_picture(chart)):
        raise StorageError(
            f"The picture could not be written: {path} ({writer.errorString()}).", hint="Choose another place."
        )


def _save_svg(chart: Chart, path: Path) -> None:
    from PySide6.QtSvg import QSvgGenerator  # only a saved drawing needs it

    with storage_errors(path):
        path.open("wb").close()  # the generator says nothing of a disk that refuses
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(chart.size())
    generator.setViewBox(QRectF(0, 0, chart.width(), chart.height()))
    generator.setTitle(chart.accessibleName())
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, chart.width(), chart.height()), theme.color("plot.background"))
    chart.paint_all(painter, QSizeF(chart.size()))
    painter.end()
