"""The row above the plots: which runs are in them, how they are drawn, and where they can be saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.curves.curve_legend import CurveLegend, PartKey
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

_ROOM_FOR_KEY = 980
_MOST_SMOOTHING = 99  # hundredths: with a weight of 1 nothing would move any more


class CurveTools(QWidget):
    """Shows the legend and asks for everything else by signals."""

    axis_chosen = Signal(str)  # "step" or "time"
    log_chosen = Signal(bool)
    smoothing_chosen = Signal(float)  # the weight of the moving average, 0 for none
    mean_chosen = Signal(bool)
    fit_wanted = Signal()
    picture_wanted = Signal(Path)
    table_wanted = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build()
        self._axis.activated.connect(lambda place: self.axis_chosen.emit(self._axis.itemData(place)))
        self._log.toggled.connect(self.log_chosen)
        self._mean.toggled.connect(self.mean_chosen)
        self._smoothing.valueChanged.connect(self._on_smoothing)
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
        help_ = (
            "Show runs that differ in seed or fold alone as one line, with a band of a standard deviation on each side"
        )
        self._mean = named(QPushButton("Mean ± sd", self), "curve_mean", "Mean and standard deviation", help_)
        self._mean.setCheckable(True)
        self._mean.hide()
        help_ = "Show all of the curves and follow them (F, or a double click in the plot)"
        self._fit = named(QPushButton("Fit", self), "curve_fit", "Fit", help_)
        for button, role in ((self._log, "chip"), (self._mean, "chip"), (self._fit, "ghost")):
            theme.mark(button, role=role)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self.legend, 1)
        right = QHBoxLayout()
        right.setSpacing(theme.GAP)
        for widget in (
            self._key,
            *self._make_smoothing(),
            self._axis,
            self._mean,
            self._log,
            self._fit,
            self._make_menu(),
        ):
            right.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(right)
        layout.setAlignment(right, Qt.AlignmentFlag.AlignTop)

    def _make_smoothing(self) -> tuple[QLabel, QSlider, QLabel]:
        title = QLabel("Smooth", self)
        help_ = "Exponential moving average; what was told stays faint behind it"
        self._smoothing = named(QSlider(Qt.Orientation.Horizontal, self), "curve_smoothing", "Smoothing", help_)
        self._smoothing.setRange(0, _MOST_SMOOTHING)
        self._smoothing.setPageStep(10)
        self._smoothing.setFixedWidth(72)
        title.setBuddy(self._smoothing)
        self._weight = named(QLabel(self), "curve_smoothing_weight")
        for label in (title, self._weight):
            theme.mark(label, role="caption")
        self._weight.setFixedWidth(self._weight.fontMetrics().horizontalAdvance("0.00") + 4)
        self._show_weight(0.0)
        return title, self._smoothing, self._weight

    def _on_smoothing(self, hundredths: int) -> None:
        self._show_weight(hundredths / 100)
        self.smoothing_chosen.emit(hundredths / 100)

    def _show_weight(self, weight: float) -> None:
        self._weight.setText(f"{weight:.2f}" if weight else "off")

    @property
    def smoothing(self) -> float:
        """The weight of the moving average, 0 for none."""
        return self._smoothing.value() / 100

    def show_smoothing(self, weight: float) -> None:
        """Set the weight of the moving average, as if it had been chosen."""
        self._smoothing.setValue(round(min(max(weight, 0.0), 1.0) * 100))

    @property
    def is_mean(self) -> bool:
        """Whether runs that repeat one plan are to be shown as one."""
        return self._mean.isChecked() and not self._mean.isHidden()

    def offer_mean(self, offered: bool) -> None:
        """Offer to show runs that repeat one plan as one, where there are some."""
        self._mean.setVisible(offered)

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
