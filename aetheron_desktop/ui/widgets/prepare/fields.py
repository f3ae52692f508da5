"""The controls of a step's form. Each gives and takes its value as the step's record has it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.preparing.answers import NamedKind
    from aetheron_desktop.ui.widgets.prepare.kinds import Field

_ROWS_SHOWN: Final = 6
_ROW: Final = 28
_SEARCHED: Final = 12
_PICTURES: Final = {"integer": "integer", "number": "number", "text": "text", "boolean": "boolean", "date": "date"}


class Control(QWidget):
    """One field. ``changed`` tells that its person has changed it."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.TIGHT)

    def value(self) -> Any:
        """Give what is filled in.

        Raises:
            ValueError: it cannot be understood; the words say why.
        """
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Fill in."""
        raise NotImplementedError

    def show_columns(self, columns: tuple[NamedKind, ...], others: tuple[NamedKind, ...]) -> None:
        """Offer the columns of the table, and those of the other dataset that is chosen."""


class _Choice(Control):
    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.box = named(QComboBox(self), f"field_{field.name}", field.label)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(6)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for value, words in field.options:
            self.box.addItem(words, value)
        self._layout.addWidget(self.box)
        self.box.activated.connect(self.changed)

    def value(self) -> Any:
        return self.box.currentData()

    def set_value(self, value: Any) -> None:
        place = next((row for row in range(self.box.count()) if self.box.itemData(row) == value), -1)
        if place < 0 and isinstance(value, str) and value:
            self.box.addItem(value, value)  # a column or dataset that is not there is shown, and refused in words
            place = self.box.count() - 1
        self.box.setCurrentIndex(max(0, place))


class _Column(_Choice):
    def show_columns(self, columns: tuple[NamedKind, ...], others: tuple[NamedKind, ...]) -> None:
        chosen = self.box.currentData()
        self.box.clear()
        for column in others if self.field.control == "other" else columns:
            if not self.field.kinds or column.kind in self.field.kinds:
                self.box.addItem(icon(_PICTURES[column.kind], "muted"), column.name, column.name)
        if chosen is not None:
            self.set_value(chosen)

    def value(self) -> Any:
        if self.box.currentData() is None:
            raise ValueError(f"{self.field.label}: there is no such column.")
        return self.box.currentData()


class _Columns(Control):
    """A list to tick."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._search = named(QLineEdit(self), f"field_{field.name}_search", f"Search {field.label.lower()}")
        self._search.setPlaceholderText("Search")
        theme.mark(self._search, role="search")
        self._search.hide()
        self.list = named(QListWidget(self), f"field_{field.name}", field.label, field.hint)
        theme.mark(self.list, role="framed")
        self.list.setIconSize(QSize(14, 14))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._layout.addWidget(self._search)
        self._layout.addWidget(self.list)
        self._fill([(value, words, "") for value, words in field.options])
        self._search.textChanged.connect(self._hide)
        self.list.itemChanged.connect(self.changed)
        self.list.itemActivated.connect(self._turn)

    def show_columns(self, columns: tuple[NamedKind, ...], others: tuple[NamedKind, ...]) -> None:
        if not self.field.options:
            chosen = self.value()
            kinds = self.field.kinds
            self._fill([(one.name, one.name, one.kind) for one in columns if not kinds or one.kind in kinds])
            self.set_value(chosen)

    def _fill(self, items: list[tuple[str, str, str]]) -> None:
        self.list.blockSignals(True)  # to fill it is no choice of anyone
        self.list.clear()
        for value, words, kind in items:
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, value)
            item.setToolTip(words)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            if kind:
                item.setIcon(icon(_PICTURES[kind], "muted"))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._search.setVisible(len(items) > _SEARCHED)
        self.list.setFixedHeight(max(2, min(_ROWS_SHOWN, len(items))) * (_ROW + 2) + 4)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def value(self) -> list[str]:
        ticked = [item for item in self._items() if item.checkState() == Qt.CheckState.Checked]
        return [item.data(Qt.ItemDataRole.UserRole) for item in ticked]

    def set_value(self, value: Any) -> None:
        chosen = set(value or ())
        self.list.blockSignals(True)
        for item in self._items():
            known = item.data(Qt.ItemDataRole.UserRole)
            item.setCheckState(Qt.CheckState.Checked if known in chosen else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)

    def _turn(self, item: QListWidgetItem) -> None:
        is_ticked = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if is_ticked else Qt.CheckState.Checked)

    def _hide(self, words: str) -> None:
        for item in self._items():
            item.setHidden(words.lower() not in item.text().lower())


class _Text(Control):
    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.line = named(QLineEdit(self), f"field_{field.name}", field.label)
        self.line.setPlaceholderText(field.hint)
        self.line.setText(str(field.default or ""))
        self._layout.addWidget(self.line)
        self.line.textEdited.connect(self.changed)

    def value(self) -> Any:
        text = self.line.text()
        return text if text or self.field.default is not None else None

    def set_value(self, value: Any) -> None:
        self.line.setText("" if value is None else str(value))


class _Names(_Text):
    def value(self) -> list[str]:
        return [name.strip() for name in self.line.text().split(",") if name.strip()]

    def set_value(self, value: Any) -> None:
        self.line.setText(", ".join(value or ()))


class _Number(_Text):
    def value(self) -> Any:
        text = self.line.text().strip()
        if not text:
            return self.field.default
        is_whole = self.field.control == "whole"
        try:
            return int(text) if is_whole else float(text.replace(",", "."))
        except ValueError:
            wanted = "a whole number" if is_whole else "a number"
            raise ValueError(f"{self.field.label}: “{text}” is not {wanted}.") from None

    def set_value(self, value: Any) -> None:
        self.line.setText("" if value is None else f"{value:.15g}")


class _Rows(Control):
    """Lines of fields, of which there can be more."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._lines: list[tuple[QWidget, list[Control]]] = []
        self._columns: tuple[tuple[NamedKind, ...], tuple[NamedKind, ...]] = ((), ())
        self._more = pictured(
            named(QPushButton("Add", self), f"field_{field.name}_add", f"Add to {field.label.lower()}"), "plus", "muted"
        )
        theme.mark(self._more, role="link")
        self._layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._more.clicked.connect(self._on_more)
        self._add()

    def show_columns(self, columns: tuple[NamedKind, ...], others: tuple[NamedKind, ...]) -> None:
        self._columns = (columns, others)
        for _, controls in self._lines:
            for control in controls:
                control.show_columns(columns, others)

    def value(self) -> list[dict[str, Any]]:
        return [{control.field.name: control.value() for control in controls} for _, controls in self._lines]

    def set_value(self, value: Any) -> None:
        while self._lines:
            self._drop(self._lines[0][0])
        lines: list[dict[str, Any]] = list(value or [{}])
        for line in lines:
            self._add(line)

    def _add(self, values: dict[str, Any] | None = None) -> None:
        line = QWidget(self)
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        controls = [control_for(part, line) for part in self.field.parts]
        for control in controls:
            control.show_columns(*self._columns)
            if values and control.field.name in values:
                control.set_value(values[control.field.name])
            elif control.field.default is not None:
                control.set_value(control.field.default)
            control.changed.connect(self.changed)
            layout.addWidget(control, 1)
        gone = pictured(
            named(QToolButton(line), f"field_{self.field.name}_remove", "Remove this line", "Remove"),
            "close",
            "muted",
            14,
        )
        gone.clicked.connect(partial(self._on_gone, line))
        layout.addWidget(gone)
        self._lines.append((line, controls))
        self._layout.insertWidget(len(self._lines) - 1, line)

    def _drop(self, line: QWidget) -> None:
        self._lines = [one for one in self._lines if one[0] is not line]
        self._layout.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _on_more(self) -> None:
        self._add()
        self.changed.emit()

    def _on_gone(self, line: QWidget, _: bool = False) -> None:
        self._drop(line)
        self.changed.emit()


def control_for(field: Field, parent: QWidget) -> Control:
    """Make the control of a field."""
    match field.control:
        case "column" | "other":
            return _Column(field, parent)
        case "columns":
            return _Columns(field, parent)
        case "choice" | "dataset":
            return _Choice(field, parent)
        case "number" | "whole":
            return _Number(field, parent)
        case "names":
            return _Names(field, parent)
        case "rows":
            return _Rows(field, parent)
        case _:
            return _Text(field, parent)
