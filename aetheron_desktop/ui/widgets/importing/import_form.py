"""The choices about a whole file that is to be imported: how it is written, and where its table stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLineEdit, QScrollArea, QSizePolicy, QWidget

from aetheron_desktop.engine.datasets.recipe import Order, Recipe
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.reading.preview import Preview

_COUNTS: Final = tuple((str(count), count) for count in range(21))
_DATES: Final = dict(zip(get_args(Order), ("3 April (day first)", "4 March (month first)"), strict=True))
_ENCODINGS: Final = ("utf-8", "cp1252", "latin-1", "utf-16", "cp1251", "shift_jis", "gb18030", "big5")
_FIELDS: Final[tuple[tuple[str, str, tuple[tuple[str, Any], ...]], ...]] = (
    ("encoding", "Encoding", tuple((name.upper(), name) for name in _ENCODINGS)),
    (
        "delimiter",
        "Between cells",
        (("Comma", ","), ("Semicolon", ";"), ("Tab", "\t"), ("Vertical bar", "|"), ("Blank", " "), ("Nothing", "")),
    ),
    ("quote", "Around cells", (("Quotes", '"'), ("Apostrophes", "'"), ("Nothing", ""))),
    ("escape", "Before a quote in a cell", (("Another quote", '"'), ("Backslash", "\\"), ("Nothing", ""))),
    ("comment", "Comments begin with", (("Nothing", ""), ("#", "#"), ("%", "%"), ("//", "//"))),
    ("skip", "Lines before the table", _COUNTS),
    ("header", "Lines of names", _COUNTS[:6]),
    ("decimal", "Decimal sign", (("Point", "."), ("Comma", ","))),
    (
        "thousands",
        "Thousands",
        (("Nothing", ""), ("Comma", ","), ("Point", "."), ("Apostrophe", "'"), ("Blank", " ")),
    ),
    ("dates", "03/04/2026 is", tuple((words, order) for order, words in _DATES.items())),
)
_TEXT: Final = frozenset({"encoding", "delimiter", "quote", "escape", "comment"})
_GRID: Final = frozenset({"skip", "header"})
_PLACES: Final = {"sheet": "Sheet", "table": "Table", "member": "File within"}
_TYPED: Final = {"range": ("Cells", "All, or B2:F100"), "path": ("Path to the rows", "Found, or a.b.rows")}


class ImportForm(QScrollArea):
    """A field for each choice that the file's format knows; ``changed`` tells that one was made."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._filling = False
        inside = QWidget(self)
        self._form = QFormLayout(inside)
        self._form.setContentsMargins(0, 0, theme.GAP, 0)
        self._form.setSpacing(theme.GAP)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._combos = {name: self._combo(name, words) for name, words, _ in _FIELDS}
        self._combos |= {name: self._combo(name, words) for name, words in _PLACES.items()}
        self._edits = {name: self._edit(name, *words) for name, words in _TYPED.items()}
        self.setWidget(inside)

    def chosen(self, recipe: Recipe) -> Recipe:
        """Give ``recipe`` with what is chosen here."""
        values: dict[str, Any] = {name: combo.currentData() for name, combo in self._combos.items()}
        values |= {name: edit.text().strip() or None for name, edit in self._edits.items()}
        return msgspec.structs.replace(recipe, **values)

    def show_choices(self, found: Preview, recipe: Recipe) -> None:
        """Show what was found in the file, and what of it ``recipe`` has chosen."""
        self._filling = True
        is_text = found.recipe.delimiter is not None
        for name, _, options in _FIELDS:
            shown = name not in _TEXT | _GRID or is_text or (name in _GRID and found.recipe.sheet is not None)
            self._fill(name, options, found, recipe, shown=shown)
        for name in _PLACES:
            there = found.choices.get(name, ())
            self._fill(name, tuple((choice, choice) for choice in there), found, recipe, shown=len(there) > 1)
        for name, edit in self._edits.items():
            edit.setText(getattr(recipe, name) or "")
        self._form.setRowVisible(self._edits["range"], found.recipe.sheet is not None)
        self._form.setRowVisible(self._edits["path"], found.format == "JSON")
        self._filling = False

    def _fill(
        self, name: str, options: tuple[tuple[str, Any], ...], found: Preview, recipe: Recipe, *, shown: bool
    ) -> None:
        combo = self._combos[name]
        self._form.setRowVisible(combo, shown)
        value, chosen = getattr(found.recipe, name), getattr(recipe, name)
        words = next((words for words, option in options if option == value), str(value))
        combo.clear()
        combo.addItem("Column by column" if value is None else f"Found: {words}", None)
        for option_words, option in options:
            combo.addItem(option_words, option)
        if chosen is not None:
            combo.setItemText(0, "Find out")
            place = combo.findData(chosen)
            if place < 0:
                combo.addItem(str(chosen), chosen)
                place = combo.count() - 1
            combo.setCurrentIndex(place)

    def _combo(self, name: str, words: str) -> QComboBox:
        combo = named(QComboBox(self), f"import_{name}", words)
        combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        combo.setMinimumContentsLength(12)
        combo.activated.connect(self._on_choice)
        self._form.addRow(words, combo)
        return combo

    def _edit(self, name: str, words: str, hint: str) -> QLineEdit:
        edit = named(QLineEdit(self), f"import_{name}", words)
        edit.setPlaceholderText(hint)
        edit.editingFinished.connect(self._on_choice)
        self._form.addRow(words, edit)
        return edit

    def _on_choice(self) -> None:
        if not self._filling:
            self.changed.emit()
