"""The table that is open: its rows, its columns, and what shall be predicted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.actions import DATA_VIEWS
from aetheron_desktop.ui.dialogs.difference import DifferenceDialog
from aetheron_desktop.ui.dialogs.quarantine import QuarantineDialog
from aetheron_desktop.ui.item_models.quantities import size
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.column_list import ColumnList
from aetheron_desktop.ui.widgets.data_views import DataView, DataViews, View
from aetheron_desktop.ui.widgets.data_views.rows import RowsView
from aetheron_desktop.ui.widgets.data_views.trust import TrustView
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.source_banner import SourceBanner
from aetheron_desktop.ui.widgets.target_picker import TargetPicker

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.grid.table_grid import TableGrid


def _profile(session: Session, parent: QWidget) -> DataView:
    from aetheron_desktop.ui.widgets.data_views.profile import ProfileView

    return ProfileView(session, parent)


def _pairs(session: Session, parent: QWidget) -> DataView:
    from aetheron_desktop.ui.widgets.data_views.pairs import PairsView

    return PairsView(session, parent)


def _drift(session: Session, parent: QWidget) -> DataView:
    from aetheron_desktop.ui.widgets.data_views.drift import DriftView

    return DriftView(session, parent)


def _prepare(session: Session, parent: QWidget) -> DataView:
    from aetheron_desktop.ui.widgets.data_views.prepare import PrepareView

    return PrepareView(session, parent)


_MADE_BY: Final = {
    "rows": RowsView, "profile": _profile, "pairs": _pairs, "trust": TrustView, "prepare": _prepare, "drift": _drift,
}  # fmt: skip
"""A view that draws plots is imported when it is made, in a function of its own."""
VIEWS: Final = tuple(View(name, words, picture, _MADE_BY[name]) for name, words, picture in DATA_VIEWS)


_FORMATS: Final = (
    ("CSV", ".csv"),
    ("Tab-separated", ".tsv"),
    ("Parquet", ".parquet"),
    ("Excel", ".xlsx"),
    ("JSON", ".json"),
    ("JSON Lines", ".jsonl"),
    ("Arrow", ".arrow"),
)


class DataTab(QWidget):
    """Shows the session's dataset.

    ``train_requested`` tells that its person wants to go on, ``import_again_requested`` to read the file otherwise.
    """

    train_requested = Signal()
    import_again_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown = ""
        named(self, "data_tab", "Data")
        self._name = named(ElidedLabel(self), "dataset_name")
        self._facts = named(ElidedLabel(self), "dataset_facts")
        theme.mark(self._name, role="title")
        theme.mark(self._facts, role="muted")
        self._quarantine = pictured(named(QPushButton(self), "show_quarantine"), "warning", "warning")
        self._notes = pictured(named(QPushButton(self), "show_notes", "What the import decided"), "info", "muted")
        self._notes.setCheckable(True)
        self._again = pictured(
            named(
                QPushButton("Import again…", self), "import_again", "Import again", "Read the file with other choices"
            ),
            "import",
            "muted",
        )
        theme.mark(self._again, role="ghost")
        self._compare = pictured(
            named(
                QPushButton("What has changed…", self), "compare_versions", "What has changed",
                "Compare the rows with those of the version before",
            ),
            "restore",
            "muted",
        )  # fmt: skip
        theme.mark(self._compare, role="ghost")
        self._banner = SourceBanner(self)
        self._export = pictured(
            named(
                QPushButton("Export…", self), "export_table", "Export", "Write the table to a file for other programs"
            ),
            "export",
            "muted",
        )
        theme.mark(self._export, role="ghost")
        self._train = pictured(
            named(QPushButton("Train", self), "go_to_train", "Go on to the training", "Choose models and train them"),
            "arrow-right",
            "accent.on",
        )
        theme.mark(self._train, role="primary")
        theme.mark(self._notes, role="ghost")
        self._note_text = named(QLabel(self, wordWrap=True), "notes", "What the import decided")
        theme.mark(self._note_text, role="muted")
        self._note_text.hide()
        self._picker = TargetPicker(self)
        self._columns = ColumnList(self)
        self.views = DataViews(session, VIEWS, self)
        self._build()
        self._connect()
        self.setFocusProxy(self.views)
        self.show_dataset(session.dataset)

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._name)
        words.addWidget(self._facts)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addLayout(words, 1)
        for button in (self._notes, self._compare, self._again, self._export, self._quarantine, self._train):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        split = named(QSplitter(Qt.Orientation.Horizontal, self), "data_split")
        split.addWidget(self._columns)
        split.addWidget(self.views)
        split.setStretchFactor(1, 1)
        split.setSizes([400, 860])
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.GAP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.WIDE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._banner)
        layout.addWidget(self._note_text)
        layout.addWidget(self._picker)
        layout.addWidget(split, 1)

    def _connect(self) -> None:
        session = self._session
        session.dataset_opened.connect(self.show_dataset)
        session.target_changed.connect(self._show_choice)
        session.datasets_changed.connect(self._show_head)
        self._picker.target_chosen.connect(session.set_target)
        self._picker.task_chosen.connect(session.set_task)
        self._columns.excluded_changed.connect(session.set_excluded)
        self._columns.chosen.connect(session.choose_column)
        self.views.shown.connect(self._make_room)
        self._train.clicked.connect(self.train_requested)
        self._notes.toggled.connect(self._note_text.setVisible)
        self._quarantine.clicked.connect(self._show_quarantine)
        self._again.clicked.connect(self.import_again_requested)
        self._export.clicked.connect(self.ask_for_file)
        self._compare.clicked.connect(self.show_difference)
        self._banner.update_wanted.connect(session.update_dataset)
        self._banner.look_wanted.connect(self.import_again_requested)
        session.source_looked_at.connect(self._show_source)
        self._quiet = {button: button.text() for button in (self._compare, self._again, self._export)}
        go = QShortcut(QKeySequence("Ctrl+G"), self, self.ask_for_row)
        go.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()

    def _fit_head(self) -> None:
        """Leave the name of the table its room: where there is little, the quiet buttons are their pictures alone."""
        for button, words in self._quiet.items():
            button.setText(words)
        buttons = [one for one in (*self._quiet, self._notes, self._quarantine, self._train) if not one.isHidden()]
        wanted = max(self._name.sizeHint().width(), self._facts.sizeHint().width()) + 2 * theme.LOOSE
        wanted += sum(one.sizeHint().width() + theme.GAP for one in buttons)
        if wanted > self.width():
            for button in self._quiet:
                button.setText("")

    @property
    def grid(self) -> TableGrid:
        """The rows, in whatever view is in front."""
        rows = self.views.made("rows")
        assert isinstance(rows, RowsView)
        return rows.grid

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Show a dataset; with None the tab is empty, and not looked at."""
        if dataset is None:
            self._shown = ""
            self.views.show_dataset(None)
            return
        info = dataset.info
        if info.id != self._shown:
            self._shown = info.id
            self._picker.show_schema(info.schema)
            self._columns.show_table(info)
            self._notes.setChecked(False)
            self.views.show_dataset(dataset)
        self._show_head()
        self._show_source()
        self._show_choice()

    def _make_room(self, view: str) -> None:
        """Let the steps have the whole width; they name the columns themselves, as they are after each step."""
        self._columns.setVisible(view != "prepare")

    def _show_source(self) -> None:
        dataset = self._session.dataset
        self._banner.show_source(dataset.info if dataset is not None else None, self._session.source)

    def _earlier(self) -> DatasetInfo | None:
        """Give the version before the open dataset, if it is still there."""
        dataset = self._session.dataset
        if dataset is None or dataset.info.previous is None:
            return None
        known = self._session.workspace.datasets()
        return next((info for info in known if info.id == dataset.info.previous), None)

    def show_difference(self) -> None:
        """Compare the open dataset with the version before."""
        dataset, earlier = self._session.dataset, self._earlier()
        if dataset is not None and earlier is not None:
            dialog = DifferenceDialog(self._session, earlier, dataset.info, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def show_column(self, name: str) -> None:
        """Bring a column into view."""
        self._session.choose_column(name)

    def ask_for_row(self) -> None:
        """Let a row's number be typed, and go there."""
        dataset = self._session.dataset
        if dataset is None:
            return
        dialog = QInputDialog(self)
        named(dialog, "go_to_row", "Go to a row")
        dialog.setWindowTitle("Go to a row")
        dialog.setLabelText(f"Row, 1 to {dataset.info.rows:,}:")
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(1, min(dataset.info.rows, 2**31 - 1))
        dialog.intValueSelected.connect(self._go_to_row)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def ask_for_file(self) -> None:
        """Let it be chosen where the table is written, and in which format."""
        if self._session.dataset is None:
            return
        info = self._session.dataset.info
        folder = Path(info.origin.path).parent if info.origin is not None else Path.home()
        dialog = named(QFileDialog(self, "Export the table", str(folder / f"{info.name}.csv")), "export_table_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{words} (*{ending})" for words, ending in _FORMATS])
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(self._follow_filter)
        dialog.fileSelected.connect(self._write)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _write_quarantine(self, out: Path) -> None:
        if self._session.dataset is not None:
            self._session.outputs.write_table(self._session.dataset.info.id, out, quarantine=True)

    def _follow_filter(self, chosen: str) -> None:
        """Let the ending of the name be that of the format."""
        dialog = self.findChild(QFileDialog, "export_table_dialog")
        ending = next(ending for words, ending in _FORMATS if chosen.startswith(f"{words} ("))
        if dialog is not None:
            dialog.setDefaultSuffix(ending.removeprefix("."))
            for name in dialog.selectedFiles()[:1]:
                dialog.selectFile(str(Path(name).with_suffix(ending)))

    def _write(self, name: str) -> None:
        if self._session.dataset is not None:
            self._session.outputs.write_table(self._session.dataset.info.id, Path(name))

    def close_table(self) -> None:
        """End what reads the rows."""
        self.views.show_dataset(None)

    def show_only_marked(self) -> None:
        """Show no rows but the marked ones."""
        rows = self.views.bring("rows")
        assert isinstance(rows, RowsView)
        rows.show_only_marked()

    def _go_to_row(self, row: int) -> None:
        self.views.bring("rows")
        self.grid.go_to_row(row)

    def _show_head(self) -> None:
        dataset = self._session.dataset
        if dataset is None:
            return
        info = dataset.info
        self._name.setText(info.name)
        self._name.setToolTip(plain_tip(info.name))
        origin, decided = f"from {info.source}", "of the import"
        if info.lineage is not None:
            steps = len(info.lineage.steps)
            origin, decided = f"made from {info.lineage.name} by {_counted(steps, 'step')}", "in the making"
        self._facts.setText(
            f"{info.rows:,} rows × {len(info.schema.columns):,} columns · {origin} · {size(info.bytes)} on disk"
        )
        self._quarantine.setVisible(bool(info.quarantined))
        self._again.setVisible(info.origin is not None)
        self._compare.setVisible(self._earlier() is not None)
        rows = "line" if info.quarantined == 1 else "lines"
        self._quarantine.setText(f"{info.quarantined:,} {rows} in quarantine")
        self._quarantine.setAccessibleName(f"Show the {info.quarantined:,} {rows} of the file that were put aside")
        self._notes.setVisible(bool(info.notes))
        self._notes.setText(f"{_counted(len(info.notes), 'decision')} {decided}")
        self._note_text.setText("\n".join(f"•  {note}" for note in info.notes))
        self._fit_head()

    def _show_choice(self) -> None:
        session, dataset = self._session, self._session.dataset
        if dataset is None:
            return
        proposal = dataset.info.proposal
        is_proposed = session.target == proposal.target and session.task == proposal.task
        reason = f"Proposed: {proposal.reason}" if is_proposed and proposal.target else ""
        if session.target is None:
            reason = "Nothing suggests itself as the target. Choose the column that shall be predicted."
        self._picker.show_choice(session.target, session.task, reason)
        self._columns.show_choice(session.target, session.excluded)
        self._picker.show_problem(self._problem() if session.target else "")

    def _problem(self) -> str:
        try:
            self._session.plan()
        except AetheronError as error:
            return f"{error.detail} {error.hint}"
        return ""

    def _show_quarantine(self) -> None:
        if self._session.dataset is not None:
            dialog = QuarantineDialog(self._session.dataset, self)
            dialog.merge_wanted.connect(self._session.mend)
            dialog.export_wanted.connect(self._write_quarantine)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count != 1 else ''}"
