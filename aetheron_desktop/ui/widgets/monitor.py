"""The right of the status bar: what the machine and the program use, with the history one press away."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from aetheron_desktop.engine.jobs.monitor import Sample

_HOUR = 3600
_MOST = _HOUR + 1
_SPARK = 40


class MonitorButton(QPushButton):
    """Shows the last sample, keeps those of the last hour, and says all of it to a screen reader."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "monitor", "The machine, not looked at yet")
        theme.mark(self, role="status")
        self.history: deque[Sample] = deque(maxlen=_MOST)
        self._spark = Spark(self)
        self._cpu, self._memory, self._own = (QLabel("–", self) for _ in range(3))
        for label, widest in (
            (self._cpu, "100 %"),
            (self._memory, "000.0 of 000.0 GB"),
            (self._own, "App 100 % · 000 MB"),
        ):
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance(widest) if label is self._cpu else 0)
        layout = self._row = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(6)
        layout.addWidget(Picture("cpu", 15, "muted", self))
        layout.addWidget(self._spark)
        layout.addWidget(self._cpu)
        layout.addSpacing(6)
        layout.addWidget(Picture("memory", 15, "muted", self))
        layout.addWidget(self._memory)
        layout.addSpacing(6)
        layout.addWidget(self._own)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def add(self, sample: Sample) -> None:
        """Take in a look at the machine."""
        self.history.append(sample)
        while self.history[0].at < sample.at - _HOUR:
            self.history.popleft()
        used, total = gigabytes(sample.machine_memory), gigabytes(sample.machine_memory_total)
        self._cpu.setText(f"{sample.machine_cpu:.0f} %")
        self._memory.setText(f"{used} of {total} GB")
        self._own.setText(f"App {sample.app_cpu:.0f} % · {size(sample.app_memory)}")
        self._spark.show_values([one.machine_cpu for one in list(self.history)[-_SPARK:]])
        self.setAccessibleName(
            f"Processor {sample.machine_cpu:.0f} percent, memory {used} of {total} gigabytes. "
            f"This program: processor {sample.app_cpu:.0f} percent, memory {size(sample.app_memory)}."
        )
        self.setToolTip("All of the machine, and this program with its workers.\nPress for the last hour (Ctrl+M).")

    def sizeHint(self) -> QSize:
        return QSize(self._row.sizeHint().width(), 26)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class Spark(QWidget):
    """The last looks at the processor as a small line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(44, 16)
        self._values: list[float] = []
        self.hide()
        theme.changed.connect(self.update)

    def show_values(self, values: list[float]) -> None:
        """Draw these, 0 to 100, newest at the right."""
        self._values = values
        self.setVisible(len(values) > 1)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._values) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / (_SPARK - 1)
        left = self.width() - step * (len(self._values) - 1)
        floor = self.height() - 1.5
        points = [QPointF(left + i * step, floor - value / 100 * (floor - 1.5)) for i, value in enumerate(self._values)]
        area = QPainterPath(QPointF(points[0].x(), self.height()))
        line = QPainterPath(points[0])
        for point in points:
            area.lineTo(point)
            line.lineTo(point)
        area.lineTo(QPointF(points[-1].x(), self.height()))
        fill = theme.color("accent")
        fill.setAlphaF(0.18)
        painter.fillPath(area, fill)
        painter.setPen(theme.pen("accent"))
        painter.setClipRect(QRectF(self.rect()))
        painter.drawPath(line)


def gigabytes(number: float) -> str:
    """Give bytes in gigabytes with one decimal."""
    return f"{number / 1e9:.1f}"


def size(number: float) -> str:
    """Give bytes with the unit that suits them."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"
