"""Where the analyzed version fails: asked for, told part by part as it is found, each part linked with all plots."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.comparing import drift
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.evaluation.segments import words
from aetheron_desktop.engine.evaluation.segments.failure import (
    MEASURES,
    CohortQuestion,
    CohortScores,
    ErrorTree,
    FailuresQuestion,
    Fairness,
    FairnessQuestion,
    LabelErrors,
    MissingErrors,
    TestDrift,
    WeakSegments,
)
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.failures.cohorts_panel import CohortsPanel
from aetheron_desktop.ui.widgets.failures.effect_rows import of_gaps, of_group, of_segments
from aetheron_desktop.ui.widgets.failures.effect_table import EffectTable
from aetheron_desktop.ui.widgets.failures.panel import Panel, fill, plain_table
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.evaluation.segments.failure import Failure
    from aetheron_desktop.engine.events import JobEnded, Progressed
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_CONDITION: Final = Qt.ItemDataRole.UserRole
_LISTED: Final = 30
_GROUPED: Final = {"category", "boolean", "integer", "number", "date"}

_OFFER: Final = "Rows that it errs on more than elsewhere, labels to doubt, gaps and drift; what is found is kept."


class FailuresView(QWidget):
    """``rows_wanted`` asks for rows of a dataset in the grid, ``failed`` tells an error to be shown."""

    rows_wanted = Signal(str, object)  # dataset id, numbers of rows
    failed = Signal(object)  # AetheronError

    def __init__(self, session: Session, analysis: Analysis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "failures_view", "Where it fails")
        self._session, self._analysis = session, analysis
        self._job = self._cohort_job = self._group_job = ""
        self._suspects: tuple[int, ...] = ()
        self._task = ""
        self._build()
        self._connect()

    def _build(self) -> None:
        self._find = named(QPushButton("Find where it fails", self), "failures_find")
        theme.mark(self._find, role="primary")
        self._cancel = named(QPushButton("Cancel", self), "failures_cancel", "Stop to look for where it fails")
        self._progress = named(QProgressBar(self), "failures_progress", "How far it is", "")
        self._progress.setFixedWidth(220)
        self._said = named(QLabel(self), "failures_said")
        theme.mark(self._said, role="muted")
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        self.measure = named(QComboBox(self), "failures_measure", "By which loss of a row", "By which loss of a row")
        for one in (self._find, self._cancel, self.measure, self._progress, self._said):
            line.addWidget(one)
        line.addStretch(1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.WIDE)
        self._layout.addLayout(line)
        self._build_segments()
        self._build_tree()
        self.cohorts = CohortsPanel(self)
        self._layout.addWidget(self.cohorts)
        self._build_labels()
        self._build_rest()
        self._build_groups()
        self._show_busy(is_busy=False)
        for panel in self._panels():
            panel.hide()

    def _build_segments(self) -> None:
        self._segments = Panel("segments", "Weak segments", self)
        heads = ("Test rows with", "Rows", "There", "Elsewhere", "Chance")
        self.segment_table = EffectTable("segment_table", "Weak segments, most excess first", heads, self._segments)
        self._keep = named(QPushButton("Save as cohort…", self._segments), "segment_keep")
        self._keep.setEnabled(False)
        self._segments.line.addWidget(self._keep)
        self._segments.body.addWidget(self.segment_table)
        self._layout.addWidget(self._segments)

    def _build_tree(self) -> None:
        self._tree_panel = Panel("error_tree", "Error tree", self)
        self.tree = named(
            QTreeWidget(self._tree_panel), "error_tree_nodes", "Questions that part the rows by their errors"
        )
        self.tree.setHeaderLabels(["Test rows with", "Rows", "Loss, with its 95 % interval", "Share of all"])
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place, width in ((1, 100), (2, 240), (3, 110)):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
            self.tree.setColumnWidth(place, width)
        self._tree_panel.body.addWidget(self.tree)
        self._layout.addWidget(self._tree_panel)

    def _build_labels(self) -> None:
        self._labels = Panel("label_errors", "Suspected labels", self)
        self._labels_to_grid = named(QPushButton("Show in the grid", self._labels), "labels_to_grid")
        self._labels.line.addWidget(self._labels_to_grid)
        heads = ("Given as", "Looks like", "Row", "Margin")
        self.label_table = plain_table("label_table", "Suspected labels", heads, self._labels, {1: 260, 2: 100, 3: 100})
        self._labels.body.addWidget(self.label_table)
        self._layout.addWidget(self._labels)

    def _build_rest(self) -> None:
        self._missing = Panel("missing_errors", "Missing cells", self)
        heads = ("Missing in", "Rows", "There", "Elsewhere", "Chance")
        self.missing_table = EffectTable("missing_table", "Columns with missing cells", heads, self._missing)
        self._missing.body.addWidget(self.missing_table)
        self._layout.addWidget(self._missing)
        self._drift = Panel("test_drift", "Test rows and the others", self)
        names = ("Column", "Stability index", "By chance up to", "Missing before", "Missing now")
        self.drift_table = plain_table(
            "test_drift_table", "Drift of the test rows", names, self._drift, {1: 130, 2: 140, 3: 140, 4: 130}
        )
        self._drift.body.addWidget(self.drift_table)
        self._layout.addWidget(self._drift)

    def _build_groups(self) -> None:
        self._groups = Panel("groups", "Groups", self)
        self.group_column = named(QComboBox(self._groups), "group_column", "Compare the groups of this column")
        self.group_column.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.group_column.setMinimumContentsLength(24)
        self._groups.line.addWidget(self.group_column)
        self.group_table = plain_table("group_table", "Groups and their rates", ("Group",), self._groups, {})
        self._apart = named(QLabel(self._groups, wordWrap=True), "group_apart")
        self._groups.body.addWidget(self.group_table)
        self._groups.body.addWidget(self._apart)
        self._layout.addWidget(self._groups)

    def _panels(self) -> tuple[Panel, ...]:
        return (
            self._segments, self._tree_panel, self.cohorts, self._labels, self._missing, self._drift, self._groups
        )  # fmt: skip

    def _connect(self) -> None:
        self._find.clicked.connect(self.look)
        self._cancel.clicked.connect(self.cancel)
        self.segment_table.chosen.connect(self._on_segment)
        self.missing_table.chosen.connect(self.choose)
        self.tree.itemSelectionChanged.connect(self._on_node)
        self._keep.clicked.connect(lambda: self.cohorts.name_condition(self.segment_table.condition()))
        self.cohorts.chosen.connect(self.choose)
        self.cohorts.failed.connect(self.failed)
        self.label_table.itemSelectionChanged.connect(self._on_label)
        self._labels_to_grid.clicked.connect(self._show_labels_in_grid)
        self.group_column.activated.connect(self._compare)
        self.measure.activated.connect(self._on_measure)
        self._analysis.focus_changed.connect(self._compare)

    # -- asking -------------------------------------------------------------------------------------------------------

    def show_subject(self) -> None:
        """Show what is there before anything is asked: nothing yet, the cohorts, the columns that make groups."""
        self.cancel()
        for panel in self._panels():
            panel.hide()
        dataset, subject = self._dataset(), self._analysis.subject
        is_there = dataset is not None and subject is not None and bool(subject.model)
        self._find.setEnabled(is_there)
        gone = "dataset" if dataset is None else "model"
        self._said.setText(_OFFER if is_there else f"The {gone} of this run is not here any more.")
        if dataset is None or not is_there:
            return
        self.cohorts.show_dataset(dataset)
        if subject is not None and self._task != subject.task:
            self._task = subject.task
            self.measure.clear()
            for one in MEASURES:
                if one.is_of(subject.task):
                    self.measure.addItem(one.label, one.name)
        self.group_column.clear()
        self.group_column.addItem("Choose a column", "")
        for column in dataset.info.schema.columns:
            if column.type in _GROUPED and column.name != dataset.info.proposal.target:
                self.group_column.addItem(column.name, column.name)
        self._groups.say("Choose the column whose groups shall be treated alike.")
        self._groups.show()
        self.cohorts.show()

    def look(self) -> None:
        """Have it looked for where the version fails; what was found before is told at once."""
        question = self._question(FailuresQuestion, measure=self._measure)
        if question is None:
            return
        self._show_busy(is_busy=True)
        self._job = self._session.ask(question, self._on_found, self._on_end, self._on_progress)

    def cancel(self) -> None:
        """Ask for nothing any more."""
        for job in (self._job, self._cohort_job, self._group_job):
            self._session.withdraw(job)
        self._job = self._cohort_job = self._group_job = ""
        self._show_busy(is_busy=False)

    def choose(self, condition: str) -> None:
        """Mean the test rows that meet ``condition`` in all plots."""
        self._session.withdraw(self._cohort_job)
        self._cohort_job = ""
        asked = {"condition": condition, "measure": self._measure}
        question = self._question(CohortQuestion, **asked) if condition else None
        if question is not None:
            self._cohort_job = self._session.ask(question, self._on_rows, self._on_small_end)

    def _compare(self) -> None:
        self._session.withdraw(self._group_job)
        column = self.group_column.currentData()
        question = self._question(FairnessQuestion, column=column, positive=self._positive()) if column else None
        if question is not None:
            self._groups.say("Comparing the groups…")
            self._group_job = self._session.ask(question, self._on_groups, self._on_small_end)

    def _on_measure(self) -> None:
        """Look again by another loss where it was looked by one."""
        if not self._segments.isHidden():
            self.look()

    @property
    def _measure(self) -> str:
        return str(self.measure.currentData() or "")

    def _positive(self) -> str:
        """The class that groups are compared by: of several the one that is looked at."""
        evidence = self._analysis.evidence
        if evidence is None or evidence.predictions.task != "multiclass":
            return ""
        return evidence.predictions.classes[self._analysis.focus]

    def _question(self, kind: type[Any], **fields: str) -> Any:
        subject, cohort = self._analysis.subject, self._analysis.cohort
        if subject is None:
            return None
        if cohort is not None and kind is not CohortQuestion:
            fields["within"] = cohort.condition
        return kind(model=subject.model, version=subject.version, **fields)

    def _dataset(self) -> Dataset | None:
        subject = self._analysis.subject
        if subject is None or not subject.has_dataset:
            return None
        try:
            return self._session.workspace.dataset(subject.dataset)
        except AetheronError:
            return None

    # -- hearing ------------------------------------------------------------------------------------------------------

    def _show_busy(self, *, is_busy: bool) -> None:
        self._find.setVisible(not is_busy)
        self._cancel.setVisible(is_busy)
        self._progress.setVisible(is_busy)
        self._progress.setRange(0, 0)

    def _on_progress(self, told: Progressed) -> None:
        self._said.setText(told.stage)
        if told.total:
            self._progress.setRange(0, 1000)
            self._progress.setValue(round(1000 * told.done / told.total))

    def _on_end(self, end: JobEnded) -> None:
        self._job = ""
        self._show_busy(is_busy=False)
        self._said.setText("" if end.outcome == "succeeded" else f"{end.title}. {end.detail} {end.hint}".strip())

    def _on_small_end(self, end: JobEnded) -> None:
        if end.outcome not in {"failed", "crashed"}:
            return
        why = f"{end.title}. {end.detail} {end.hint}".strip()
        if end.job == self._group_job:
            self._groups.say(why)
        else:
            self._said.setText(why)

    def _on_found(self, found: Failure) -> None:
        match found:
            case WeakSegments():
                self._segments.say(words.of_segments(found))
                self.segment_table.show_effects(of_segments(found.measure, found.segments))
                self.segment_table.setVisible(bool(found.segments))
                self._keep.setVisible(bool(found.segments))
                self._segments.show()
            case ErrorTree():
                self._show_tree(found)
            case LabelErrors():
                self._labels.say(words.of_labels(found))
                self._suspects = tuple(one.row for one in found.suspects)
                listed = [(one.given, one.told, f"{one.row + 1:,}", f"{one.score:.3f}") for one in found.suspects[:500]]
                fill(self.label_table, listed, numbers_from=2)
                self._labels_to_grid.setVisible(bool(found.suspects))
                self._labels.show()
            case MissingErrors():
                self._missing.say(words.of_missing(found))
                self.missing_table.show_effects(of_gaps(found.measure, found.columns[:_LISTED]))
                self.missing_table.setVisible(bool(found.columns))
                self._missing.show()
            case TestDrift():
                self._show_drift(found)

    def _show_tree(self, found: ErrorTree) -> None:
        self._tree_panel.say(words.of_tree(found))
        self.tree.clear()
        items: list[QTreeWidgetItem] = []
        for node in found.nodes if len(found.nodes) > 1 else ():
            above = items[node.parent] if node.parent is not None else self.tree.invisibleRootItem()
            ends = f"{words.amount(found.measure, node.low)} to {words.amount(found.measure, node.high)}"
            item = QTreeWidgetItem(
                above,
                [
                    words.readable(node.condition) or "all test rows",
                    f"{node.rows:,}",
                    f"{words.amount(found.measure, node.loss)} ({ends})",
                    words.amount("error", node.share),
                ],
            )
            item.setToolTip(0, words.readable(node.whole) or "all test rows")
            item.setData(0, _CONDITION, node.whole)
            items.append(item)
        self.tree.expandAll()
        self.tree.setVisible(bool(items))
        head = self.tree.header().sizeHint().height()
        self.tree.setFixedHeight(head + self.tree.sizeHintForRow(0) * len(items) + theme.GAP)
        self._tree_panel.show()

    def _show_drift(self, found: TestDrift) -> None:
        self._drift.say(words.of_drift(found))
        listed = [
            (
                one.column,
                f"{one.psi:.3f}",
                f"{chance:.3f}",
                words.amount("error", one.missing[0]),
                words.amount("error", one.missing[1]),
            )
            for one, chance in zip(found.columns[:_LISTED], found.by_chance, strict=False)
        ]
        fill(self.drift_table, listed)
        for number, one in enumerate(found.columns[:_LISTED]):
            if (item := self.drift_table.item(number, 0)) is not None:
                item.setToolTip(drift.words(one))
        self._drift.show()

    def _on_groups(self, found: Fairness) -> None:
        self._groups.say(words.of_fairness(found))
        names = list(found.groups[0].rates) if found.groups else []
        heads = ["Group", "Rows", *(words.HEADS[name] for name in names)]
        self.group_table.setColumnCount(len(heads))
        self.group_table.setHorizontalHeaderLabels(heads)
        for place in range(2, len(heads)):
            self.group_table.setColumnWidth(place, 190)
        fill(self.group_table, [of_group(group, names) for group in found.groups])
        self._apart.setText("\n".join(words.of_disparity(one) for one in found.disparities))

    # -- what is chosen -----------------------------------------------------------------------------------------------

    def _on_segment(self, condition: str) -> None:
        self._keep.setEnabled(bool(condition))
        self.choose(condition)

    def _on_node(self) -> None:
        items = self.tree.selectedItems()
        self.choose(items[0].data(0, _CONDITION) if items else "")

    def _on_label(self) -> None:
        row, evidence = self.label_table.currentRow(), self._analysis.evidence
        if evidence is not None and 0 <= row < len(self._suspects):
            self._select((self._suspects[row],), f"row {self._suspects[row] + 1:,}")

    def _on_rows(self, found: CohortScores) -> None:
        if found.note:
            self._said.setText(found.note)
        else:
            self._said.clear()
            self._select(found.numbers, words.readable(found.condition))

    def _select(self, numbers: Sequence[int], said: str) -> None:
        evidence = self._analysis.evidence
        if evidence is not None:
            self._analysis.select_by(partial(evidence.predictions.places, numbers), said)

    def _show_labels_in_grid(self) -> None:
        subject = self._analysis.subject
        if subject is not None and self._suspects:
            self.rows_wanted.emit(subject.dataset, sorted(self._suspects))
