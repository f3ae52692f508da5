"""Where a version comes from, as a strip from the version down to the file, and what else was made of its dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.picture import Picture
from aetheron_desktop.ui.widgets.versions.texts import plain, tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from aetheron_desktop.engine.versioning.lineage import Kind, Link, State

_KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "version": ("models", "Version"),
    "run": ("train", "Run"),
    "dataset": ("data", "Dataset"),
    "split": ("branch", "Split"),
    "recipe": ("settings", "Recipe"),
    "source": ("file", "File"),
    "model": ("model", "Model"),
}
_STATES: Final[dict[State, tuple[str, str, str]]] = {
    "here": ("check", "success", "here"),
    "bin": ("bin", "warning", "in the bin"),
    "changed": ("warning", "warning", "changed"),
    "gone": ("close", "danger", "gone"),
    "unknown": ("help", "faint", "not known"),
}
_OPENED: Final[frozenset[Kind]] = frozenset({"run", "dataset", "model", "source"})
_MOST_SIBLINGS: Final = 6
_RAIL: Final = 30
_DISC: Final = 13.0
_ICON: Final = 15


class LineageView(QWidget):
    """``opened`` tells the kind and the id of what its person wants to see: a run, dataset, model or source file."""

    opened = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "lineage", "Where it comes from")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._body: QWidget | None = None

    def show_lineage(self, back: Sequence[Link], siblings: Sequence[Link] = ()) -> None:
        """Show the way back, nearest first, and what else was made of the same dataset."""
        if self._body is not None:
            self._layout.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
        self._body = QWidget(self)
        rows = QVBoxLayout(self._body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        if not back:
            rows.addWidget(plain(QLabel(self._body), "It is not known where it comes from.", "muted"))
        for place, link in enumerate(back):
            rows.addWidget(self._row(link, is_first=place == 0, is_last=place == len(back) - 1))
        if siblings:
            title = plain(QLabel(self._body), "Also made of this dataset", "overline")
            title.setContentsMargins(0, 12, 0, 2)
            rows.addWidget(title)
        for link in siblings[:_MOST_SIBLINGS]:
            rows.addWidget(self._row(link, is_first=True, is_last=True))
        if len(siblings) > _MOST_SIBLINGS:
            words = f"and {len(siblings) - _MOST_SIBLINGS:,} more"
            label = named(plain(QLabel(self._body), words, "caption"), "lineage_more")
            label.setContentsMargins(_RAIL + theme.GAP, 2, 0, 0)
            rows.addWidget(label)
        self._layout.addWidget(self._body)
        self._body.show()
        if buttons := self._body.findChildren(QPushButton):
            self.setFocusProxy(buttons[0])

    def _row(self, link: Link, *, is_first: bool, is_last: bool) -> QWidget:
        can_open = link.kind in _OPENED and bool(link.id) and link.state != "gone"
        row: QWidget
        if can_open:
            row = button = _OpenRow(self._body)
            button.clicked.connect(lambda: self.opened.emit(link.kind, link.id))
        else:
            row = QWidget(self._body)
        _fill(row, link, is_first=is_first, is_last=is_last, can_open=can_open)
        return row


class _OpenRow(QPushButton):
    """A row that can be pressed; it is as high as what lies in it."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        theme.mark(self, role="row")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.minimumSize() if layout is not None else super().minimumSizeHint()


class _Rail(QWidget):
    """The icon of a row on a disc, and the line that leads to the rows above and below."""

    def __init__(self, picture: str, parent: QWidget, *, is_first: bool, is_last: bool, is_gone: bool) -> None:
        super().__init__(parent)
        self._icon = icon(picture, "faint" if is_gone else "text")
        self._ends = (is_first, is_last)
        self.setFixedWidth(_RAIL)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        center = QPointF(self.width() / 2, self.height() / 2)
        line = theme.color("border.strong")
        line.setAlphaF(0.5)
        is_first, is_last = self._ends
        top = center.y() if is_first else 0.0
        bottom = center.y() if is_last else float(self.height())
        painter.fillRect(QRectF(center.x() - 0.75, top, 1.5, max(0.0, center.y() - _DISC - top)), line)
        painter.fillRect(
            QRectF(center.x() - 0.75, center.y() + _DISC, 1.5, max(0.0, bottom - center.y() - _DISC)), line
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunken"))
        painter.drawEllipse(center, _DISC, _DISC)
        place = QRect(0, 0, _ICON, _ICON)
        place.moveCenter(center.toPoint())
        self._icon.paint(painter, place)


def _fill(row: QWidget, link: Link, *, is_first: bool, is_last: bool, can_open: bool) -> None:
    """Lay out what a row says: its kind and name, its detail, and whether it is still here."""
    picture, kind = _KINDS[link.kind]
    mark, color, state = _STATES[link.state]
    detail = link.detail
    if not f"{link.name} {detail}".casefold().startswith(kind.casefold()) and kind.casefold() not in detail.casefold():
        detail = f"{kind} · {detail}" if detail else kind
    words = f"{kind}: {link.name}{f', {link.detail}' if link.detail else ''}, {state}"
    named(row, f"lineage_{link.kind}", f"{words}; open it" if can_open else words)
    row.setToolTip(tip("\n".join(part for part in (link.name, link.detail, link.id) if part)))
    name, below = ElidedLabel(row), ElidedLabel(row)
    plain(name, link.name, "strong" if link.state != "gone" else "muted")
    plain(below, detail, "caption")
    texts = QVBoxLayout()
    texts.setSpacing(0)
    texts.addWidget(name)
    texts.addWidget(below)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, theme.GAP, 0)
    layout.setSpacing(theme.GAP)
    rail = _Rail(picture, row, is_first=is_first, is_last=is_last, is_gone=link.state == "gone")
    layout.addWidget(rail)
    column = QVBoxLayout()
    column.setContentsMargins(0, 7, 0, 7)
    column.addLayout(texts)
    layout.addLayout(column, 1)
    layout.addWidget(Picture(mark, 13, color, row))
    layout.addWidget(plain(QLabel(row), state, "caption"))
    for label in row.findChildren(QWidget):
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
