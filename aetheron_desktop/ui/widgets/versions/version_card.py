"""One of two versions that are held against each other, as a small card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.registry.versions import History, Labels
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.history_rows import KIND_WORDS, HistoryRows
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.history.label_chips import LabelChips
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.texts import moment, plain, since, spoken_since, tip, version_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from aetheron_desktop.engine.registry.versions import VersionInfo
    from aetheron_desktop.ui.item_models.history_rows import Label

_MOST_CHIPS: Final = 400
"""The points that chips ask for at most."""


class NameChips(QWidget):
    """The names of a version, each kind with its own look; as many as there is room for, and how many more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: Sequence[Label] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_labels(self, labels: Sequence[Label]) -> None:
        """Show these names; without any it is hidden."""
        self._labels = labels
        words = ", ".join(f"{KIND_WORDS[label.kind]} {label.name}" for label in labels)
        self.setAccessibleName(words)
        self.setToolTip(tip(words))
        self.setVisible(bool(labels))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        wide = sum(metrics.horizontalAdvance(label.name) + 36 for label in self._labels)
        return QSize(min(_MOST_CHIPS, wide), metrics.height() + 5)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        LabelChips(self.font()).paint(painter, QRectF(self.rect()), self._labels, theme.series(0))


def names_of(version: VersionInfo, labels: Labels) -> tuple[Label, ...]:
    """Give the names of a version, in the order in which they are shown everywhere."""
    rows = HistoryRows(History(model="", versions=(version,), labels=labels), main_metric(version.task))
    return rows.row(0).labels


class VersionCard(QFrame):
    """``place`` says which of the two it is: before or after."""

    def __init__(self, place: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = place
        named(self, f"difference_{place}")
        theme.mark(self, role="well")
        self._number = plain(QLabel(self), role="strong")
        self.chips = NameChips(self)
        self._title = ElidedLabel(self)
        self._facts = ElidedLabel(self)
        plain(self._title)
        plain(self._facts, role="caption")
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(self._number)
        head.addWidget(self.chips, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 12, 9)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self._title)
        layout.addWidget(self._facts)

    def show_version(self, version: VersionInfo, labels: Labels) -> None:
        """Show a version; of ``labels`` those that name it."""
        names = names_of(version, labels)
        title = version.title or "No message"
        self._number.setText(version_name(version))
        self.chips.show_labels(names)
        self._title.setText(f"“{title}”" if version.title else title)
        self._title.setToolTip(tip(version.message))
        self._facts.setText(f"{version.author} · {since(version.at)}")
        signed = f"{version.author} <{version.email}>" if version.email else version.author
        self._facts.setToolTip(tip(f"{signed}\n{moment(version.at)}\n{version.commit}"))
        called = f", {self.chips.accessibleName()}" if names else ""
        self.setAccessibleName(
            f"{self._place.capitalize()}: version {version.number or version.commit[:7]}{called}, by {version.author}, "
            f"{spoken_since(version.at)}: {title}"
        )
