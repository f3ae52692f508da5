"""The row above the plots: which runs are in them, how they are drawn, and where they can be saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.curves.curve_legend import CurveLegend, PartKey
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

_ROOM_FOR_KEY = 760


class CurveTools(QWidget):
    """Shows the legend and asks for everything else by signals."""

    axis_chosen = Signal(str)  # "step" or "time"
    log_chosen = Signal(bool)
    fit_wanted = Signal()
    picture_wanted = Signal(Path)
    table_wanted = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._axis.activated.connect(lambda place: self.axis_chosen.emit(self._axis.itemData(place)))
        self._log.toggled.connect(self.log_chosen)
        self._fit.clicked.connect(self.fit_wanted)
        self._png.triggered.connect(self._ask_picture)
        self._csv.triggered.connect(self._ask_table)

    def _build(self) -> None:
        self.legend = CurveLegend(self)
        self.legend.setContentsMargins(0, 4, 0, 0)
        self._key = PartKey(self)
        self._axis = named(QComboBox(self), "curve_axis", "What the x axis counts")
        self._axis.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._axis.addItem("By step", "step")
        self._axis.addItem("By time", "time")
        self._log = named(QPushButton("Log", self), "curve_log", "Logarithmic y axis", "Make the y axis logarithmic")
        self._log.setCheckable(True)
        help_ = "Show all of the curves and follow them (F, or a double click in the plot)"
        self._fit = named(QPushButton("Fit", self), "curve_fit", "Fit", help_)
        for button, role in ((self._log, "chip"), (self._fit, "ghost")):
            theme.mark(button, role=role)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self.legend, 1)
        right = QHBoxLayout()
        right.setSpacing(theme.GAP)
        for widget in (self._key, self._axis, self._log, self._fit, self._make_menu()):
            right.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(right)
        layout.setAlignment(right, Qt.AlignmentFlag.AlignTop)

    def show_unit(self, unit: str) -> None:
        """Call a step by what it is."""
        self._axis.setItemText(0, f"By {unit}")

    def _make_menu(self) -> QToolButton:
        button = named(QToolButton(self), "curve_menu", "Save the curves", "Save the curves to a file")
        pictured(button, "more", "muted", theme.ICON_SIZE)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._png = QAction(icon("save"), "Save as picture (PNG)…", self)
        self._csv = QAction(icon("table"), "Save the points (CSV)…", self)
        menu = QMenu(button)
        menu.addActions([self._png, self._csv])
        button.setMenu(menu)
        return button

    def _ask_picture(self) -> None:
        self._ask("Save the curves as a picture", "curves.png", "Picture (*.png)", self.picture_wanted)

    def _ask_table(self) -> None:
        self._ask("Save the points of the curves", "curves.csv", "Table (*.csv)", self.table_wanted)

    def _ask(self, title: str, name: str, kind: str, wanted: SignalInstance) -> None:
        dialog = QFileDialog(self, title, name, kind)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(name.rpartition(".")[2])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: wanted.emit(Path(path)))
        dialog.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._key.setVisible(event.size().width() >= _ROOM_FOR_KEY)
