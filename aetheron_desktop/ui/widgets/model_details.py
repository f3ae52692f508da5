"""One model: how good it is, what it was made from, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.evaluation.ranking import partly
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import local_time, size
from aetheron_desktop.ui.widgets.feature_tree import FeatureTree
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.picture import Picture
from aetheron_desktop.ui.widgets.problem_card import ProblemCard
from aetheron_desktop.ui.widgets.versions.ensemble_parts import EnsembleParts
from aetheron_desktop.ui.widgets.versions.importance_bars import ImportanceBars
from aetheron_desktop.ui.widgets.versions.lineage_view import LineageView
from aetheron_desktop.ui.widgets.versions.metric_table import MetricTable
from aetheron_desktop.ui.widgets.versions.record_view import RecordView
from aetheron_desktop.ui.widgets.versions.texts import breakable, tip
from aetheron_desktop.ui.widgets.versions.version_line import VersionLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aetheron_desktop.engine.estimators.limits import Limits
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.registry.versions import History, VersionInfo
    from aetheron_desktop.engine.versioning.record import ModelRecord

_LONGEST_NAME: Final = 80
_MOST_COSTS: Final = 12
_SIGNATURES: Final = {
    "own": ("shield", "success"),
    "trusted": ("shield", "success"),
    "unsigned": ("info", "muted"),
    "broken": ("error", "danger"),
}
_TASKS: Final = {"binary": "one of two classes", "multiclass": "one of several classes", "regression": "a number"}


class ModelDetails(QFrame):
    """Shows a model; ``wished`` tells what its person wants done with it."""

    # analyze | predict | export | promote | rename | bin | reveal | restore | delete | trust; the id of the model
    wished = Signal(str, str)
    opened = Signal(str, str)  # dataset | run | model | source | version, its id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "model_details", "The chosen model")
        theme.mark(self, role="card")
        self._id = self._version = ""
        self._is_binned = False
        self._numbers: dict[str, int] = {}
        self._lineage: LineageView | None = None
        self._name = named(QLabel(self, wordWrap=True), "model_name")
        self._line = VersionLine(self)
        self._lead = QLabel(self, wordWrap=True)
        theme.mark(self._name, role="heading")
        theme.mark(self._lead, role="muted")
        for label in (self._name, self._lead):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = self._make_buttons()
        self._scroll = named(QScrollArea(self), "model_facts", "Facts of the model")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._clear()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.WIDE, theme.GAP, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._name)
        layout.addWidget(self._line)
        layout.addWidget(self._lead)
        layout.addLayout(self._button_rows())
        layout.addWidget(self._scroll, 1)

    def sizeHint(self) -> QSize:
        # What it shows scrolls; its longest line must not take the width from the list.
        return QSize(348, 480)

    def show_model(self, info: ModelInfo) -> None:
        """Show a model, in the bin or out of it, at its current version."""
        is_binned = info.binned is not None
        is_known = (info.id, is_binned) == (self._id, self._is_binned) and self._version
        self._id, self._is_binned = info.id, is_binned
        self._name.setText(breakable(_shortened(info.name)))
        self._name.setToolTip(tip(info.name))
        for wish, button in self._buttons.items():
            button.setVisible((wish in {"restore", "delete"}) == is_binned)
        if not is_known:  # of a version that is shown, its record says what is new
            self._version, self._numbers = "", {}
            self._line.hide()
            self._show(info)

    def show_version(self, info: ModelInfo, version: VersionInfo, history: History) -> None:
        """Say which of its versions is shown, and what its history knows of it, until its record is told."""
        self._numbers = {one.commit: one.number for one in history.versions}
        if version.commit != self._version:
            self._show(info if version.commit == info.version else _as_was(info, version))
        self._version = version.commit
        self._line.show_version(version, history.labels)

    def show_record(self, record: ModelRecord) -> None:
        """Show what is known of a version, and of how it came to be."""
        if (record.model, record.version) == (self._id, self._version):
            self._show(record.info, record)

    def show_trouble(self, title: str, detail: str, hint: str) -> None:
        """Say that a version cannot be read, and why."""
        self._clear()
        problem = named(ProblemCard(self._body), "model_problem")
        problem.show_words(title, detail, hint)
        self._rows.addWidget(problem)
        self._rows.addStretch(1)

    def bring_lineage(self) -> None:
        """Bring into view where the version comes from."""
        if self._lineage is not None:
            self._scroll.ensureWidgetVisible(self._lineage)
            self._lineage.setFocus()

    def _show(self, info: ModelInfo, record: ModelRecord | None = None) -> None:
        early = " The run was stopped; this is the best it had." if info.status == "stopped" else ""
        self._lead.setText(f"Predicts {info.target} ({_TASKS[info.task]}).{early}")
        at = self._scroll.verticalScrollBar().value()
        self._clear()
        if record is not None:
            self._add("Signature", self._signature(record))
        intervals = record.intervals if record is not None else {}
        self._add("Measured on the test rows", MetricTable(info, intervals, self._body))
        if record is not None and record.limits is not None:
            self._add("Limits of a prediction", named(_words(_limits(record.limits)), "model_limits"))
        if record is not None and record.importance:
            tried = partly(record.importance, len(info.features))
            self._add("Most important columns", ImportanceBars(record.importance, info.task, tried, self._body))
        if record is not None and record.parts:
            self._add("Parts of the ensemble", EnsembleParts(record.parts, self._body))
        self._add("Made from", _table(_facts(info, is_followed=record is not None)))
        if record is not None:
            self._lineage = LineageView(self._body)
            self._lineage.show_lineage(record.lineage.back, record.lineage.siblings)
            self._lineage.opened.connect(self.opened)
            self._add("Where it comes from", self._lineage)
            if record.moves:
                moves = RecordView(self._body)
                moves.show_moves(record.moves, self._numbers)
                moves.opened.connect(lambda commit: self.opened.emit("version", commit))
                self._add("Moves of aliases", moves)
        self._show_plan(info, record)
        if record is not None and record.features:
            tree = FeatureTree(self._body)
            tree.show_features(record.features, record.more_features, record.treatments)
            self._add(f"Features ({len(record.features) + record.more_features:,})", tree)
        if info.features:
            self._add(f"Columns ({len(info.features):,})", _words(", ".join(info.features[:200])))
        if info.classes:
            self._add(f"Classes ({len(info.classes):,})", _words(", ".join(info.classes[:100])))
        self._rows.addStretch(1)
        self._scroll.verticalScrollBar().setValue(at)

    def _show_plan(self, info: ModelInfo, record: ModelRecord | None) -> None:
        """Show what was asked of the training."""
        if info.params:
            parameters = {p.name: p.label for card in catalog.ALL for p in card.parameters if card.id == info.estimator}
            self._add(
                "Parameters",
                _table([(parameters.get(n, n), "not set" if v is None else str(v)) for n, v in info.params.items()]),
            )
        if record is None:
            return
        if record.costs is not None:
            dear = "\n".join(record.costs.words(info.classes)[:_MOST_COSTS])
            told = f"The class that is expected to cost least is predicted. Of errors that do not cost 1:\n{dear}"
            self._add("Costs of errors", named(_words(told), "model_costs"))
        if record.counted:
            self._add("Row weights", named(_words(record.counted), "model_row_weights"))
        if record.monotone:
            told = "\n".join(f"The prediction {one.words}." for one in record.monotone)
            self._add("Directions", named(_words(told), "model_directions"))

    def _signature(self, record: ModelRecord) -> QWidget:
        """Say whose it is; an unknown signer can be trusted, once the fingerprint was compared."""
        row = QWidget(self._body)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        name, color = _SIGNATURES.get(record.state, ("warning", "warning"))
        layout.addWidget(Picture(name, 16, color, row), 0, Qt.AlignmentFlag.AlignTop)
        words = named(_words(record.signature), "model_signature")
        layout.addWidget(words, 1)
        if record.state == "unknown":
            trust = named(
                QPushButton("Trust…", row), "model_trust", "Trust this signer", "Trust this signer from now on"
            )
            theme.mark(trust, role="link")
            trust.clicked.connect(lambda: self.wished.emit("trust", self._id))
            layout.addWidget(trust, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _make_buttons(self) -> dict[str, QPushButton]:
        buttons: dict[str, QPushButton] = {}
        for wish, words, picture, told in (
            ("predict", "Predict…", "predict", "Predict the rows of another file"),
            ("analyze", "Analyze", "eye", "See what it did on its test rows"),
            ("export", "", "export", "Save the model as one file, to carry it elsewhere"),
            ("promote", "Promote…", "trophy", "Make this version the champion, or what you call the one in use"),
            ("rename", "", "rename", "Give it another name (F2)"),
            ("reveal", "", "reveal", "Show its files in the file manager"),
            ("bin", "", "trash", "Put it into the bin (Del)"),
            ("restore", "Restore", "restore", "Take it out of the bin"),
            ("delete", "Delete for good", "trash", "Free its space; it cannot be restored"),
        ):
            button = named(QPushButton(words, self), f"model_{wish}", told, told)
            if wish == "predict":
                theme.mark(button, role="primary")
            if not words:
                theme.mark(button, role="ghost")
            if wish == "delete":
                theme.mark(button, role="danger")
            pictured(button, picture, "accent.on" if wish == "predict" else "text")
            button.clicked.connect(lambda _, wish=wish: self.wished.emit(wish, self._id))
            buttons[wish] = button
        return buttons

    def _button_rows(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setSpacing(theme.GAP)
        for names in (("predict", "analyze", "export", "restore", "delete"), ("promote", "rename", "reveal", "bin")):
            row = QHBoxLayout()
            row.setSpacing(theme.GAP)
            for name in names:
                row.addWidget(self._buttons[name])
            row.addStretch(1)
            rows.addLayout(row)
        return rows

    def _add(self, title: str, widget: QWidget) -> None:
        label = QLabel(title, self._body)
        theme.mark(label, role="overline")
        part = QVBoxLayout()
        part.setSpacing(theme.TIGHT)
        part.addWidget(label)
        part.addWidget(widget)
        self._rows.addLayout(part)

    def _clear(self) -> None:
        self._lineage = None
        self._body = QWidget(self)
        theme.mark(self._body, role="scrolled")
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, theme.GAP, theme.GAP, 0)
        self._rows.setSpacing(theme.WIDE)
        self._scroll.setWidget(self._body)  # which deletes the one before


def _as_was(info: ModelInfo, version: VersionInfo) -> ModelInfo:
    """Give what is known of a model as it was at a version, as far as its history tells."""
    return msgspec.structs.replace(
        info,
        task=version.task,
        target=version.target or info.target,
        estimator=version.estimator,
        dataset=version.dataset,
        dataset_name=version.dataset_name,
        run=version.run,
        metrics=version.metrics,
        threshold=version.threshold,
        bytes=version.bytes,
        created=version.at,
        params={},
        features=(),
        classes=(),
    )


def _shortened(name: str) -> str:
    """Give a name in few lines, without its middle where it is long."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: 2 * _LONGEST_NAME // 3]}…{name[-_LONGEST_NAME // 3 :]}"


def _facts(info: ModelInfo, *, is_followed: bool) -> list[Sequence[str]]:
    """Give what is known of a model; dataset and run stand below where they can be opened."""
    sources = () if is_followed else (("Dataset", info.dataset_name), ("Run", info.run))
    return [
        ("Estimator", catalog.name_of(info.estimator)),
        *sources,
        ("Made", local_time("%Y-%m-%d %H:%M", info.created)),
        ("Size", size(info.bytes)),
        ("Folder", f"models/{info.id}" if info.binned is None else f"bin/models/{info.id}"),
    ]


def _limits(limits: Limits) -> str:
    """Say what the limits beside a prediction are."""
    return f"Beside each prediction stand lower and upper: {limits.words}. The coverage above is that of the test rows."


def _table(rows: Iterable[Sequence[str]]) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.WIDE)
    grid.setVerticalSpacing(theme.TIGHT)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(rows):
        for column, label in enumerate((QLabel(name, table), QLabel(breakable(value), table, wordWrap=True))):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            theme.mark(label, role="" if column else "muted")
            grid.addWidget(label, row, column)
    return table


def _words(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
