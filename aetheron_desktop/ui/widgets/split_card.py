"""How the rows are parted for training, validation and test: the usual way, or a stored split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.splitting.kinds import BY
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.checks.finding import SplitProposal
    from aetheron_desktop.engine.datasets.splitting.kinds import SplitKind
    from aetheron_desktop.ui.trust import Trust

_KINDS: Final[tuple[tuple[SplitKind, str], ...]] = (
    ("random", "At random"),
    ("stratified", "At random, each part with its share of every class"),
    ("group", "By group: rows of one value stay together"),
    ("prefix", "By beginning: 309_1 and 309_2 stay together"),
    ("time", "In time: learned from the past, tested on what comes after"),
    ("column", "As a column gives it"),
)
_NO_FOLDS: Final = 2
"""What the field for folds stands at where there shall be none; three are the fewest."""
_WITH_COLUMN: Final = frozenset({"group", "prefix", "time", "column"})


class SplitCard(QFrame):
    """Shows which split is used, and makes new ones."""

    def __init__(self, trust: Trust, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "split_card", "How the rows are parted")
        theme.mark(self, role="card")
        self._trust = trust
        self._shown: tuple[object, ...] = ()
        title = QLabel("How the rows are parted", self)
        theme.mark(title, role="strong")
        self._advice = named(QLabel(self, wordWrap=True), "split_advice")
        self._advice.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(self._advice, role="muted")
        self._used = named(QComboBox(self), "split_used", "The split that trainings use")
        self._used.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._used.setMinimumContentsLength(36)
        self._used.activated.connect(self._on_used)
        self._new = named(QPushButton("New split…", self), "split_new", "Make a new split")
        theme.mark(self._new, role="ghost")
        self._new.setCheckable(True)
        self._form = self._make_form()
        self._form.hide()
        self._new.toggled.connect(self._form.setVisible)
        self._fold = named(QComboBox(self), "split_fold", "The fold that is the test")
        self._fold.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._fold.activated.connect(lambda _: self._trust.choose_fold(self._fold.currentData()))
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        line.addWidget(self._used, 1)
        line.addWidget(self._new)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(theme.GAP)
        layout.addWidget(title)
        layout.addWidget(self._advice)
        layout.addLayout(line)
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._form)

    def _make_form(self) -> QWidget:
        box = QWidget(self)
        self._kind = named(QComboBox(box), "split_kind", "Kind of split")
        for kind, words in _KINDS:
            self._kind.addItem(words, kind)
        self._column = named(QComboBox(box), "split_column", "Column of the groups, the time or the parts")
        self._test = named(QSpinBox(box, minimum=1, maximum=80, suffix=" %", value=20), "split_test", "Test part")
        self._valid = named(
            QSpinBox(box, minimum=1, maximum=80, suffix=" %", value=20), "split_valid", "Validation part"
        )
        folds = QSpinBox(box, minimum=_NO_FOLDS, maximum=50, suffix=" folds")
        folds.setSpecialValueText("none, one test part")
        self._folds = named(
            folds,
            "split_folds",
            "Folds",
            "With folds each row is a test row once: trainings do a run for each fold (cross-validation)",
        )
        self._folds.valueChanged.connect(self._propose)
        self._name = named(QLineEdit(box), "split_name", "Name of the split")
        self._freeze = named(QPushButton("Make and use", box), "split_freeze", "Make the split, keep it and use it")
        self._freeze.clicked.connect(self._on_freeze)
        self._kind.currentIndexChanged.connect(self._propose)
        self._column.currentIndexChanged.connect(self._propose_name)
        self._fields = QFormLayout(box)
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setSpacing(theme.GAP)
        self._fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for words, widget in (
            ("Parted", self._kind), ("Column", self._column), ("Folds", self._folds), ("Test", self._test),
            ("Validation", self._valid), ("Name", self._name), ("", self._freeze),
        ):  # fmt: skip
            if isinstance(widget, QComboBox):
                widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._fields.addRow(words, widget)
        return box

    def show_splits(self, proposal: SplitProposal | None) -> None:
        """Show the stored splits, the one that is used, and what is proposed."""
        known = self._trust.splits()
        self._show_folds(self._trust.folds_among(known))
        shown = (tuple(known), self._trust.split, proposal, self._trust.columns())
        if shown == self._shown:  # what was begun in the form stays
            return
        self._shown = shown
        if proposal is not None:
            of = f", “{proposal.column}”" if proposal.column else ""
            self._advice.setText(f"Proposed: {BY[proposal.kind]}{of}. {proposal.reason}")
        self._advice.setVisible(proposal is not None)
        self._used.clear()
        self._used.addItem("The usual: 60, 20 and 20 % at random, every class in its share", None)
        for one in known:
            self._used.addItem(f"{one.name}: {one.sentence()}", one.name)
        self._used.setCurrentIndex(max(0, self._used.findData(self._trust.split)))
        self._used.setToolTip(self._used.currentText())
        chosen = self._column.currentData()
        self._column.clear()
        for name in self._trust.columns():
            self._column.addItem(name, name)
        wanted = proposal.column if proposal is not None and proposal.column else chosen
        self._column.setCurrentIndex(max(0, self._column.findData(wanted)))
        if proposal is not None:
            self._kind.setCurrentIndex(self._kind.findData(proposal.kind))
        self._propose()

    def _propose(self) -> None:
        kind = self._kind.currentData()
        self._fields.setRowVisible(self._column, kind in _WITH_COLUMN)
        self._fields.setRowVisible(self._folds, kind != "column")
        for share in (self._test, self._valid):
            self._fields.setRowVisible(share, kind != "column" and not self._wanted_folds)
        self._propose_name()

    @property
    def _wanted_folds(self) -> int:
        """How many folds a new split shall have; 0 for a single test part."""
        folds = int(self._folds.value())
        return 0 if folds == _NO_FOLDS or self._kind.currentData() == "column" else folds

    def _show_folds(self, folds: int) -> None:
        self._fold.setVisible(bool(folds))
        if self._fold.count() != folds + 1:
            self._fold.clear()
            self._fold.addItem(f"Each fold is the test in turn: {folds} runs of each model", None)
            for fold in range(folds):
                self._fold.addItem(f"Fold {fold} alone is the test", fold)
        self._fold.setCurrentIndex(0 if self._trust.fold is None else 1 + self._trust.fold)

    def _propose_name(self) -> None:
        kind = self._kind.currentData()
        column = self._column.currentData() if kind in _WITH_COLUMN else None
        self._name.setText(self._trust.proposed(kind, column, self._wanted_folds).name)

    def _on_used(self) -> None:
        self._trust.choose_split(self._used.currentData())

    def _on_freeze(self) -> None:
        kind = self._kind.currentData()
        request = self._trust.proposed(kind, self._column.currentData() if kind in _WITH_COLUMN else None)
        self._trust.freeze(
            msgspec.structs.replace(
                request,
                name=self._name.text(),
                test=self._test.value() / 100,
                valid=self._valid.value() / 100,
                folds=self._wanted_folds,
            )
        )
        self._new.setChecked(False)
