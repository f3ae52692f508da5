"""A layout of cards in as many columns as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, QSize, Qt

from aetheron_desktop.ui.widgets.flow_layout import WrappingLayout

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayoutItem, QWidget

_LEAST: Final = 390
_MOST_COLUMNS: Final = 3


class TileLayout(WrappingLayout):
    """Cards of one row are equally high and wide; one that is ``wide`` has a row of its own."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 12) -> None:
        super().__init__(parent, gap=gap)
        self._wide: set[QWidget] = set()

    def add(self, card: QWidget, *, wide: bool = False) -> None:
        """Add a card."""
        if wide:
            self._wide.add(card)
        self.addWidget(card)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def minimumSize(self) -> QSize:
        return QSize(max((item.minimumSize().width() for item in self._items), default=0), 0)

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        columns = min(_MOST_COLUMNS, max(1, (width + self._gap) // (_LEAST + self._gap)))
        rows: list[list[QLayoutItem]] = []
        has_room = False
        for item in self._items:
            widget = item.widget()
            if widget is None or widget.isHidden():
                continue
            is_wide = widget in self._wide
            if is_wide or not has_room or len(rows[-1]) == columns:
                rows.append([])
            rows[-1].append(item)
            has_room = not is_wide
        return rows

    def _place(self, rect: QRect, *, move: bool) -> int:
        rows = self._rows(rect.width())
        most = max((len(row) for row in rows), default=1)
        y = rect.y()
        for row in rows:
            # A last row with fewer cards has them as wide as those above, unless one has the row for itself.
            is_wide = row[0].widget() in self._wide
            columns = 1 if is_wide else most
            width = (rect.width() - self._gap * (columns - 1)) // columns
            height = max(_height(item, width) for item in row)
            if move:
                for place, item in enumerate(row):
                    item.setGeometry(QRect(rect.x() + place * (width + self._gap), y, width, height))
            y += height + self._gap
        return max(0, y - self._gap - rect.y())


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
