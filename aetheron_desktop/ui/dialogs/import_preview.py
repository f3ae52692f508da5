"""A file before it is imported: what was found out about it, every guess changeable, and the rows as they would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.reading.preview import PreviewQuestion, differences
from aetheron_desktop.engine.datasets.recipe import Recipe
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import size
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.importing.import_columns import MOST, ImportColumns
from aetheron_desktop.ui.widgets.importing.import_form import ImportForm
from aetheron_desktop.ui.widgets.importing.recipe_button import RecipeButton
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.reading.preview import Preview
    from aetheron_desktop.engine.datasets.recipe import ColumnRecipe
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session

_WAIT_MS: Final = 200
_FORM: Final = 350
_WIDEST: Final = 240
_NOTHING: Final = "∅"
_TOLD: Final = 6


class ImportDialog(QDialog):
    """``import_wanted`` tells the recipe that its person is content with.

    ``others`` more files wait: ``all_wanted`` tells that they shall be imported as they are found. What the file has
    otherwise than the one of ``recipe`` is told when ``compared`` names that one.
    """

    import_wanted = Signal(object)  # Recipe
    all_wanted = Signal()

    def __init__(
        self,
        session: Session,
        path: Path,
        recipe: Recipe | None = None,
        parent: QWidget | None = None,
        *,
        others: int = 0,
        compared: str = "",
    ) -> None:
        super().__init__(parent)
        named(self, "import_dialog", "Import a file")
        self.setWindowTitle("Import")
        self.resize(1180, 720)
        self._session = session
        self._path = path
        self._recipe = recipe or Recipe()
        self._compared = (compared, self._recipe) if compared else None
        self._job = ""
        self._title = named(QLabel(self), "import_title")
        theme.mark(self._title, role="heading")
        self._title.setText(self._title.fontMetrics().elidedText(path.name, Qt.TextElideMode.ElideMiddle, 800))
        self._title.setToolTip(str(path))
        self._facts = named(QLabel(self, wordWrap=True), "import_facts")
        theme.mark(self._facts, role="muted")
        self._differs = named(QLabel(self, wordWrap=True), "import_differences", "What differs from the recipe")
        theme.mark(self._differs, role="warning")
        self._differs.setTextFormat(Qt.TextFormat.PlainText)
        self._differs.hide()
        self._problem = named(QLabel(self, wordWrap=True), "import_problem")
        theme.mark(self._problem, role="error")
        self._problem.hide()
        self._waiting = named(Empty("file", self), "import_waiting")
        self._waiting.show_words("Looking at the file…", "")
        self._pages = QStackedWidget(self)
        self._recipes = RecipeButton(session, self)
        self._form = ImportForm(self)
        self._columns = ImportColumns(self)
        self._rows = _table(self, "import_rows", "The first rows")
        self._aside = _table(self, "import_aside", "Lines that would be put aside")
        self._text = named(QPlainTextEdit(self, readOnly=True), "import_text", "The first lines of the file")
        self._text.setFont(theme.monospaced())
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._looks = named(QTabWidget(self, documentMode=True), "import_looks", "The beginning of the file")
        self._wait = QTimer(self, interval=_WAIT_MS, singleShot=True)
        self._wait.timeout.connect(self._look)
        self._build(others)
        self._form.changed.connect(self._on_form)
        self._columns.chosen.connect(self._on_column)
        self._recipes.loaded.connect(self._on_loaded)
        self._recipes.failed.connect(self._show_problem)
        self.finished.connect(self._stop)
        self._look()

    def _build(self, others: int) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._recipes)
        self._looks.addTab(self._rows, "As a table")
        self._looks.addTab(self._text, "As text")
        self._looks.addTab(self._aside, "Put aside")
        tables = QSplitter(Qt.Orientation.Vertical, self)
        tables.addWidget(self._columns)
        tables.addWidget(self._looks)
        tables.setSizes([300, 300])
        tables.setChildrenCollapsible(False)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self._form)
        split.addWidget(tables)
        split.setStretchFactor(1, 1)
        split.setSizes([_FORM, 780])
        split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addLayout(head)
        for widget in (self._facts, self._differs, self._problem):
            layout.addWidget(widget)
        self._pages.addWidget(self._waiting)
        self._pages.addWidget(split)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._buttons(others))

    def _buttons(self, others: int) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        if others:
            words = f"Import this and {others} more"
            every = named(QPushButton(words, self), "import_all", words, "As they are found, without looking")
            every.setAutoDefault(False)
            every.clicked.connect(self._on_all)
            buttons.addButton(every, QDialogButtonBox.ButtonRole.ActionRole)
        cancel = named(QPushButton("Cancel", self), "import_cancel", "Do not import this file")
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        self._go = named(QPushButton("Import", self), "import_go", "Import the file so")
        theme.mark(self._go, role="primary")
        self._go.setDefault(True)
        self._go.setEnabled(False)
        buttons.addButton(self._go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        return buttons

    # -- looking ------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        self._stop()
        question = PreviewQuestion(source=str(self._path), recipe=self._recipe)
        self._job = self._session.ask(question, self._on_found, self._on_end)

    def _stop(self) -> None:
        self._wait.stop()
        self._session.withdraw(self._job)

    def _on_found(self, found: Preview) -> None:
        self._go.setEnabled(True)
        self._go.setFocus()
        self._pages.setCurrentIndex(1)
        self._problem.hide()
        rows = "1 row" if found.sampled == 1 else f"{found.sampled:,} rows"
        looked = f"all of its {rows}" if found.is_whole else f"the first {rows}"
        aside = f" · {len(found.aside):,} lines of these would be put aside" if found.aside else ""
        many = f" · {len(found.columns):,} columns, the first {MOST} shown" if len(found.columns) > MOST else ""
        self._facts.setText(
            " ".join((f"{found.format} · {size(found.bytes)} · looked at {looked}{aside}{many}.", *found.notes))
        )
        self._form.show_choices(found, self._recipe)
        self._columns.show_columns(found.columns, self._recipe)
        self._recipes.offer(found.recipe, self._path)
        self._show_rows(found)
        self._show_lines(found)
        self._show_differences(found)

    def _on_end(self, end: JobEnded) -> None:
        if end.outcome == "succeeded":
            return
        self._go.setEnabled(False)
        if self._pages.currentWidget() is self._waiting:
            self._waiting.show_words("This file cannot be imported", f"{end.detail} {end.hint}".strip())
        else:
            # A choice has led there, and can be taken back.
            self._show_problem(f"{end.detail} {end.hint}".strip())

    def _show_problem(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.show()

    def _show_rows(self, found: Preview) -> None:
        kept = [column for column in found.columns if column.type != "ignore"][:MOST]
        _fill(self._rows, [column.name for column in kept], [cells[: len(kept)] for cells in found.rows])

    def _show_lines(self, found: Preview) -> None:
        width = len(str(len(found.lines)))
        self._text.setPlainText("\n".join(f"{place:>{width}}  {line}" for place, line in enumerate(found.lines, 1)))
        aside = [(f"{line:,}", reason, text) for line, text, reason in found.aside]
        _fill(self._aside, ["Line", "Why", "Text"], aside)
        self._aside.horizontalHeader().setStretchLastSection(True)
        self._looks.setTabVisible(self._looks.indexOf(self._text), bool(found.lines))
        self._looks.setTabVisible(self._looks.indexOf(self._aside), bool(aside))
        self._looks.setTabText(self._looks.indexOf(self._aside), f"Put aside ({len(aside)})")

    def _show_differences(self, found: Preview) -> None:
        if self._compared is None:
            self._differs.hide()
            return
        name, recipe = self._compared
        told = differences(recipe, found)
        lines = [f"•  {one.column} {one.words}" for one in told[:_TOLD]]
        more = [f"•  and {len(told) - _TOLD} more"] if len(told) > _TOLD else []
        heading = f"Compared with {name}:" if told else f"The columns are those of {name}."
        theme.mark(self._differs, role="warning" if told else "muted")
        self._differs.setText("\n".join([heading, *lines, *more]))
        self._differs.show()

    # -- choosing -----------------------------------------------------------------------------------------------------

    def _on_form(self) -> None:
        self._take(self._form.chosen(self._recipe))

    def _on_column(self, column: ColumnRecipe) -> None:
        self._take(self._recipe.with_column(column))

    def _on_loaded(self, name: str, recipe: Recipe) -> None:
        self._compared = (name, recipe)
        self._take(recipe)

    def _take(self, recipe: Recipe) -> None:
        if recipe != self._recipe:
            self._recipe = recipe
            self._go.setEnabled(False)
            self._wait.start()

    def _on_accepted(self) -> None:
        self.import_wanted.emit(self._recipe)
        self.accept()

    def _on_all(self) -> None:
        self.import_wanted.emit(self._recipe)
        self.all_wanted.emit()
        self.accept()


def _table(parent: QWidget, name: str, words: str) -> QTableWidget:
    table = named(QTableWidget(parent), name, words)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.setWordWrap(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return table


def _fill(table: QTableWidget, names: Sequence[str], rows: Sequence[tuple[str | None, ...]]) -> None:
    table.setColumnCount(len(names))
    table.setHorizontalHeaderLabels(names)
    table.setRowCount(len(rows))
    for row, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            table.setItem(row, place, QTableWidgetItem(_NOTHING if cell is None else cell))
    table.resizeColumnsToContents()
    for place in range(len(names)):
        table.setColumnWidth(place, min(_WIDEST, table.columnWidth(place)))
