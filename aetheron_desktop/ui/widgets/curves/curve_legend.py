"""The names of the runs in a plot; each can be taken out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.flow_layout import FlowLayout

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 220


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run whose curves are shown under ``name`` in the colour of series ``series``; a ``strong`` one stands out.

    Its steps are called ``unit``, and were judged by the rows that ``judged_by`` says. Runs of one ``group``, called
    ``group_name``, repeat one plan and can be shown as their mean; a run with an empty one is in none.
    """

    id: str
    name: str
    series: int
    strong: bool = False
    unit: str = "step"
    judged_by: str = ""
    group: str = ""
    group_name: str = ""


class LegendEntry(QAbstractButton):
    """A stroke in the run's colour and its name; hollow and struck out while the run is left out."""

    def __init__(self, run: ShownRun, parent: QWidget) -> None:
        super().__init__(parent)
        self.run = run.id
        self._series, self._strong = run.series, run.strong
        self.setObjectName(f"legend_{run.id}")
        self.setText(run.name)
        self.setAccessibleName(f"Show the curves of {run.name}")
        self.setToolTip(f"{run.name}: click to leave it out of the plots, or to take it in again")
        self.setCheckable(True)
        self.setChecked(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_run(self, run: ShownRun) -> None:
        """Take a run's name and colour."""
        self._series, self._strong = run.series, run.strong
        self.setText(run.name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = min(QFontMetrics(self._font()).horizontalAdvance(self.text()), _LONGEST)
        return QSize(width + 34, self.fontMetrics().height() + 8)

    def _font(self) -> QFont:
        font = QFont(self.font())
        if self._strong:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def minimumSizeHint(self) -> QSize:
        return QSize(48, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(theme.color("focus"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(area, 6, 6)
        swatch = QRectF(8, area.center().y() - 5, 10, 10)
        painter.setPen(QPen(theme.series(self._series), 1.5))
        painter.setBrush(theme.series(self._series) if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(swatch, 3, 3)
        font = self._font()
        font.setStrikeOut(not self.isChecked())
        painter.setFont(font)
        painter.setPen(theme.color("text" if self.isChecked() else "faint"))
        room = area.adjusted(26, 0, -6, 0)
        name = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideMiddle, int(room.width()) + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


class PartKey(QWidget):
    """Says which stroke is validation and which is training."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("curve_part_key")
        self.setAccessibleName("Strong lines: validation. Pale lines: training.")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance("Validation") + self.fontMetrics().horizontalAdvance("Training")
        return QSize(words + 72, self.fontMetrics().height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        x, middle = 4.0, self.height() / 2
        for word, token in (("Validation", "text"), ("Training", "disabled")):
            painter.setPen(QPen(theme.color(token), 1.6))
            painter.drawLine(int(x), int(middle), int(x) + 16, int(middle))
            painter.setPen(theme.color("muted"))
            width = self.fontMetrics().horizontalAdvance(word)
            painter.drawText(QRectF(x + 22, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, word)
            x += width + 36


class CurveLegend(QWidget):
    """One entry a run, in lines that wrap."""

    hidden_changed = Signal(set)  # ids of the runs that are left out

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("curve_legend")
        self.setAccessibleName("Runs in the plots")
        self._layout = FlowLayout(self, gap=2)
        self._entries: dict[str, LegendEntry] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    @property
    def hidden(self) -> set[str]:
        """The runs that are left out."""
        return {run for run, entry in self._entries.items() if not entry.isChecked()}

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Name ``runs``; what was left out and is still here stays left out."""
        keep = {run.id for run in runs}
        for gone in [run for run in self._entries if run not in keep]:
            entry = self._entries.pop(gone)
            self._layout.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        for run in runs:
            if run.id in self._entries:
                self._entries[run.id].show_run(run)
                continue
            entry = LegendEntry(run, self)
            entry.toggled.connect(self._on_toggled)
            self._entries[run.id] = entry
            self._layout.addWidget(entry)
            entry.show()
        self.updateGeometry()

    def _on_toggled(self) -> None:
        self.hidden_changed.emit(self.hidden)
