"""A file before it is imported: what was found out about it, every guess changeable, and the rows as they would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.preview import PreviewQuestion
from aetheron_desktop.engine.datasets.recipe import ROLES, Order, Recipe
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import size
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.preview import ColumnPreview, Preview
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session

_WAIT_MS: Final = 200
_MOST: Final = 300
"""Columns that are shown; all are imported."""
_FORM: Final = 350
_ROW: Final = 40
_WIDEST: Final = 240
_MISSING: Final = "∅"
_COUNTS: Final = tuple((str(count), count) for count in range(21))
_DATES: Final = dict(zip(get_args(Order), ("3 April (day first)", "4 March (month first)"), strict=True))
_FIELDS: Final[tuple[tuple[str, str, tuple[tuple[str, Any], ...]], ...]] = (
    (
        "encoding",
        "Encoding",
        tuple(
            (name.upper(), name)
            for name in ("utf-8", "cp1252", "latin-1", "utf-16", "cp1251", "shift_jis", "gb18030", "big5")
        ),
    ),
    (
        "delimiter",
        "Between cells",
        (("Comma", ","), ("Semicolon", ";"), ("Tab", "\t"), ("Vertical bar", "|"), ("Blank", " "), ("Nothing", "")),
    ),
    ("quote", "Around cells", (("Quotes", '"'), ("Apostrophes", "'"), ("Nothing", ""))),
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
_TEXT: Final = frozenset({"encoding", "delimiter", "quote", "comment"})
_GRID: Final = frozenset({"skip", "header"})
_PLACES: Final = {"sheet": "Sheet", "table": "Table", "member": "File within"}
_TYPED: Final = {"range": ("Cells", "All, or B2:F100"), "path": ("Path to the rows", "Found, or a.b.rows")}


class ImportDialog(QDialog):
    """``import_wanted`` tells the recipe that its person is content with."""

    import_wanted = Signal(object)  # Recipe

    def __init__(
        self, session: Session, path: Path, recipe: Recipe | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "import_dialog", "Import a file")
        self.setWindowTitle("Import")
        self.resize(1180, 720)
        self._session = session
        self._path = path
        self._recipe = recipe or Recipe()
        self._job = ""
        self._filling = False
        self._title = QLabel(path.name, self)
        theme.mark(self._title, role="heading")
        self._facts = named(QLabel("Looking at the file…", self, wordWrap=True), "import_facts")
        theme.mark(self._facts, role="muted")
        self._problem = named(QLabel(self, wordWrap=True), "import_problem")
        theme.mark(self._problem, role="error")
        self._problem.hide()
        self._combos = {name: self._combo(name, words) for name, words, _ in _FIELDS}
        self._combos |= {name: self._combo(name, words) for name, words in _PLACES.items()}
        self._edits = {name: self._edit(name, *words) for name, words in _TYPED.items()}
        self._columns = self._table("import_columns", "Columns")
        self._columns.setColumnCount(6)
        self._columns.verticalHeader().setDefaultSectionSize(_ROW)
        self._columns.horizontalHeader().setStretchLastSection(True)
        self._columns.setHorizontalHeaderLabels(["Column", "Name", "Type", "Why", "Words for missing", "Do not fit"])
        self._rows = self._table("import_rows", "The first rows")
        self._rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._wait = QTimer(self, interval=_WAIT_MS, singleShot=True)
        self._wait.timeout.connect(self._look)
        self._build()
        self._columns.itemChanged.connect(self._on_cell)
        self.finished.connect(self._stop)
        self._look()

    # -- building -----------------------------------------------------------------------------------------------------

    def _combo(self, name: str, words: str) -> QComboBox:
        combo = named(QComboBox(self), f"import_{name}", words)
        combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        combo.setMinimumContentsLength(12)
        combo.activated.connect(self._on_choice)
        return combo

    def _edit(self, name: str, words: str, hint: str) -> QLineEdit:
        edit = named(QLineEdit(self), f"import_{name}", words)
        edit.setPlaceholderText(hint)
        edit.editingFinished.connect(self._on_choice)
        return edit

    def _table(self, name: str, words: str) -> QTableWidget:
        table = named(QTableWidget(self), name, words)
        table.verticalHeader().hide()
        table.setWordWrap(False)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return table

    def _build(self) -> None:
        self._form = QFormLayout()
        self._form.setSpacing(theme.GAP)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name, words, _ in _FIELDS:
            self._form.addRow(words, self._combos[name])
        for name, words in _PLACES.items():
            self._form.addRow(words, self._combos[name])
        for name, (words, _) in _TYPED.items():
            self._form.addRow(words, self._edits[name])
        inside = QWidget(self)
        self._form.setContentsMargins(0, 0, theme.GAP, 0)
        inside.setLayout(self._form)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        tables = QSplitter(Qt.Orientation.Vertical, self)
        tables.addWidget(self._columns)
        tables.addWidget(self._rows)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(scroll)
        split.addWidget(tables)
        split.setStretchFactor(1, 1)
        split.setSizes([_FORM, 780])
        split.setChildrenCollapsible(False)
        buttons = QDialogButtonBox(self)
        buttons.addButton(named(QPushButton("Cancel", self), "import_cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._go = named(QPushButton("Import", self), "import_go", "Import the file so")
        theme.mark(self._go, role="primary")
        self._go.setDefault(True)
        self._go.setEnabled(False)
        buttons.addButton(self._go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        for widget in (self._title, self._facts, self._problem):
            layout.addWidget(widget)
        layout.addWidget(split, 1)
        layout.addWidget(buttons)

    # -- looking ------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        self._stop()
        question = PreviewQuestion(source=str(self._path), recipe=self._recipe)
        self._job = self._session.ask(question, self._on_found, self._on_end)

    def _stop(self) -> None:
        self._session.withdraw(self._job)

    def _on_found(self, found: Preview) -> None:
        self._go.setEnabled(True)
        self._problem.hide()
        self._show(found)

    def _on_end(self, end: JobEnded) -> None:
        if end.outcome != "succeeded":
            self._go.setEnabled(False)
            self._problem.setText(f"{end.detail} {end.hint}".strip())
            self._problem.show()

    def _show(self, found: Preview) -> None:
        self._filling = True
        try:
            rows = "1 row" if found.sampled == 1 else f"{found.sampled:,} rows"
            looked = f"all of its {rows}" if found.is_whole else f"the first {rows}"
            aside = f" · {len(found.aside):,} lines of these would be put aside" if found.aside else ""
            self._facts.setText(
                " ".join((f"{found.format} · {size(found.bytes)} · looked at {looked}{aside}.", *found.notes))
            )
            self._show_choices(found)
            self._show_columns(found.columns[:_MOST])
            self._show_rows(found)
        finally:
            self._filling = False

    def _show_choices(self, found: Preview) -> None:
        is_text = found.recipe.delimiter is not None
        for name, _, options in _FIELDS:
            shown = name not in _TEXT | _GRID or is_text or (name in _GRID and found.recipe.sheet is not None)
            self._fill(name, options, getattr(found.recipe, name), shown=shown)
        for name in _PLACES:
            there = found.choices.get(name, ())
            options = tuple((choice, choice) for choice in there)
            self._fill(name, options, getattr(found.recipe, name), shown=len(there) > 1)
        self._form.setRowVisible(self._edits["range"], found.recipe.sheet is not None)
        self._form.setRowVisible(self._edits["path"], found.format == "JSON")

    def _fill(self, name: str, options: tuple[tuple[str, Any], ...], value: Any, *, shown: bool) -> None:
        combo = self._combos[name]
        self._form.setRowVisible(combo, shown)
        chosen = getattr(self._recipe, name)
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

    def _show_columns(self, columns: tuple[ColumnPreview, ...]) -> None:
        table = self._columns
        table.setRowCount(len(columns))
        for row, column in enumerate(columns):
            words = ", ".join(column.tokens) if self._recipe.column(column.source).missing is not None else ""
            seen = ", ".join(f"{word} ({count:,})" for word, count in column.words.items())
            why = f"{column.evidence}; seen: {seen}" if seen else column.evidence
            bad = f"{column.failing:,}: {', '.join(column.examples)}" if column.failing else ""
            for place, text in ((0, column.source), (1, column.name), (3, why), (4, words), (5, bad)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if place not in {1, 4}:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                table.setItem(row, place, item)
            combo = named(QComboBox(table), f"import_type_{row}", f"Type of {column.source}")
            for role in ROLES:
                combo.addItem(role, role)
            combo.setCurrentIndex(ROLES.index(column.type))
            combo.activated.connect(self._on_type)
            combo.setProperty("source", column.source)
            table.setCellWidget(row, 2, combo)
        for place, width in enumerate((110, 110, 128, 210, 128, 80)):
            table.setColumnWidth(place, width)

    def _show_rows(self, found: Preview) -> None:
        kept = [column for column in found.columns if column.type != "ignore"][:_MOST]
        self._rows.setColumnCount(len(kept))
        self._rows.setHorizontalHeaderLabels([column.name for column in kept])
        self._rows.setRowCount(len(found.rows))
        for row, cells in enumerate(found.rows):
            for place, cell in enumerate(cells[: len(kept)]):
                self._rows.setItem(row, place, QTableWidgetItem(_MISSING if cell is None else cell))
        self._rows.resizeColumnsToContents()
        for place in range(len(kept)):
            self._rows.setColumnWidth(place, min(_WIDEST, self._rows.columnWidth(place)))

    # -- choosing -----------------------------------------------------------------------------------------------------

    def _on_choice(self) -> None:
        if self._filling:
            return
        chosen: dict[str, Any] = {name: combo.currentData() for name, combo in self._combos.items()}
        chosen |= {name: edit.text().strip() or None for name, edit in self._edits.items()}
        self._take(msgspec.structs.replace(self._recipe, **chosen))

    def _on_type(self) -> None:
        combo = self.sender()
        assert isinstance(combo, QComboBox)
        column = self._recipe.column(combo.property("source"))
        self._take(self._recipe.with_column(msgspec.structs.replace(column, type=combo.currentData(), form=None)))

    def _on_cell(self, item: QTableWidgetItem) -> None:
        first = self._columns.item(item.row(), 0)
        if self._filling or first is None:
            return
        column = self._recipe.column(first.text())
        if item.column() == 1:
            name = item.text().strip()
            column = msgspec.structs.replace(column, rename=name if name and name != column.name else None)
        else:
            words = tuple(word.strip() for word in item.text().split(",") if word.strip())
            column = msgspec.structs.replace(column, missing=words or None)
        self._take(self._recipe.with_column(column))

    def _take(self, recipe: Recipe) -> None:
        if recipe != self._recipe:
            self._recipe = recipe
            self._go.setEnabled(False)
            self._wait.start()

    def _on_accepted(self) -> None:
        self.import_wanted.emit(self._recipe)
        self.accept()
