"""One parameter as a field: what it is, its value, and in words why a value is refused.

A wrong value stays as it was typed, so that it can be corrected; nothing is clamped in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.params import Bool, Choice, Float, Int
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from aetheron_desktop.engine.params import Parameter, Value

_MARK = 14


class Refusal(QWidget):
    """An icon and the words under a field that is wrong; takes no room while it is right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._icon.setFixedSize(_MARK, _MARK + 3)
        self._text = QLabel(self, wordWrap=True)
        theme.mark(self._text, role="error")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)
        self.hide()
        theme.changed.connect(self._draw_icon)

    def show_words(self, words: str) -> None:
        """Show ``words``; hide with none."""
        self._text.setText(words)
        self.setVisible(bool(words))
        self._draw_icon()

    def _draw_icon(self) -> None:
        if self._text.text():
            self._icon.setPixmap(icon("error", "danger").pixmap(QSize(_MARK, _MARK), self.devicePixelRatioF()))


class ParamField(QWidget):
    """Built from the parameter's declaration alone."""

    changed = Signal()

    def __init__(self, parameter: Parameter, owner: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._error = ""
        self._owner = owner
        self._build()
        self.reset()

    def _build(self) -> None:
        parameter = self.parameter
        name = f"{self._owner}_{parameter.name}"
        self._editor = self._make_editor()
        spoken = f"{parameter.label}, {parameter.unit}" if parameter.unit else parameter.label
        help_text = f"{parameter.help} {limits(parameter)}".strip()
        named(self._editor, f"param_{name}", spoken, help_text)
        usual = words(parameter, parameter.default)
        self._reset = pictured(QToolButton(self), "restore", "muted")
        named(self._reset, f"reset_{name}", f"Set {parameter.label} back to {usual}", f"Back to {usual}")
        self._reset.clicked.connect(self.reset)
        keep = self._reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(keep)
        label = QLabel(parameter.label, self)
        label.setBuddy(self._editor)
        label.setToolTip(parameter.help)
        help_ = QLabel(help_text, self, wordWrap=True)
        theme.mark(help_, role="caption")
        self._refusal = Refusal(self)
        line = QHBoxLayout()
        line.setSpacing(theme.TIGHT)
        line.addWidget(self._editor, 1)
        if parameter.unit:
            unit = QLabel(parameter.unit, self)
            theme.mark(unit, role="muted")
            line.addWidget(unit)
        line.addWidget(self._reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        if not isinstance(parameter, Bool):
            layout.addWidget(label)
        else:
            label.hide()
        layout.addLayout(line)
        layout.addWidget(self._refusal)
        layout.addWidget(help_)

    def _make_editor(self) -> QLineEdit | QCheckBox | QComboBox:
        match self.parameter:
            case Int() | Float():
                edit = QLineEdit(self)
                edit.setPlaceholderText(getattr(self.parameter, "optional", ""))
                edit.textChanged.connect(self._on_changed)
                return edit
            case Bool():
                box = QCheckBox(self.parameter.label, self)
                box.toggled.connect(self._on_changed)
                return box
            case Choice():
                choice = QComboBox(self)
                for place, option in enumerate(self.parameter.options):
                    choice.addItem(self.parameter.labels[place] if self.parameter.labels else option, option)
                choice.currentIndexChanged.connect(self._on_changed)
                return choice
            case _:
                assert_never(self.parameter)

    @property
    def error(self) -> str:
        """Why the value is refused; empty while it is right."""
        return self._error

    @property
    def value(self) -> Value:
        """The value as the parameter holds it.

        Raises:
            UsageError: it is refused.
        """
        return self.parameter.check(self._raw())

    @property
    def is_default(self) -> bool:
        """Whether the value is the parameter's default."""
        return not self._error and self.value == self.parameter.default

    def set_value(self, value: Value) -> None:
        """Put ``value`` into the field, right or wrong."""
        with QSignalBlocker(self._editor):
            match self._editor:
                case QLineEdit():
                    self._editor.setText("" if value is None else plain(value))
                case QCheckBox():
                    self._editor.setChecked(bool(value))
                case QComboBox():
                    self._editor.setCurrentIndex(self._editor.findData(value))
        self._on_changed()

    def reset(self) -> None:
        """Go back to the default."""
        if self._reset.hasFocus():
            self._editor.setFocus()
        self.set_value(self.parameter.default)

    def _raw(self) -> object:
        match self._editor:
            case QLineEdit():
                return self._editor.text().strip()
            case QCheckBox():
                return self._editor.isChecked()
            case QComboBox():
                return self._editor.currentData()

    def _on_changed(self) -> None:
        try:
            value = self.parameter.check(self._raw())
        except UsageError as error:
            self._error = error.detail
            is_default = False
        else:
            self._error = ""
            is_default = value == self.parameter.default
        theme.mark(self._editor, invalid=bool(self._error))
        self._refusal.show_words(self._error)
        self._reset.setVisible(not is_default)
        self.changed.emit()


def limits(parameter: Parameter) -> str:
    """Give the limits of ``parameter`` in words; empty where they would tell nothing."""
    match parameter:
        case Int() | Float():
            empty = f"; empty: {parameter.optional}" if isinstance(parameter, Int) and parameter.optional else ""
            return f"{_grouped(parameter.low)} to {_grouped(parameter.high)}{empty}."
        case Bool() | Choice():
            return ""
        case _:
            assert_never(parameter)


def _grouped(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else plain(value)


def words(parameter: Parameter, value: Value) -> str:
    """Give ``value`` as the field shows it."""
    if isinstance(parameter, Choice) and parameter.labels and value in parameter.options:
        return parameter.labels[parameter.options.index(str(value))]
    if value is None:
        return getattr(parameter, "optional", "") or "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{plain(value)} {parameter.unit}".strip()


def plain(value: float | str) -> str:
    """Give a number as it is typed: 0.001, not 1e-03, and 300, not 300.0."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
