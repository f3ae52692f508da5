"""The estimators that suit the task, by family, to tick and to set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.cards.card import Family
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.estimator_entry import EstimatorEntry
from aetheron_desktop.ui.widgets.naming import named, tabbed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.params import Value

FAMILIES: Final[dict[str, str]] = {
    "baseline": "To compare with",
    "linear": "Linear",
    "neighbours": "Neighbours",
    "bayes": "Naive Bayes",
    "kernel": "Kernels",
    "trees": "Trees and forests",
    "boosting": "Boosting",
    "neural": "Neural networks",
}
"""What people call the families; one that is not here is called by its own word."""
_SEARCHED_FROM: Final = 6
"""With fewer entries than this there is nothing to search for."""


class EstimatorPicker(QWidget):
    """The entries of all cards for one task; what was ticked and set outlives a change of the task and back."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("estimator_picker")
        self.setAccessibleName("Estimators")
        self._task: Task | None = None
        self._wanted: frozenset[str] | None = None
        self._entries: dict[str, EstimatorEntry] = {}
        self._headings: dict[str, QLabel] = {}
        self._build()

    def _build(self) -> None:
        self._search = named(QLineEdit(self), "estimator_search", "Search for an estimator")
        self._search.setPlaceholderText("Search, such as “few rows”")
        self._search.setClearButtonEnabled(True)
        for button in self._search.findChildren(QToolButton):
            named(button, "estimator_search_clear", "Clear the search")
        theme.mark(self._search, role="search")
        self._count = named(QLabel(self), "estimator_count")
        theme.mark(self._count, role="muted")
        self._usual = self._link("Usual ones", "usual_estimators", "Tick what usually works for this task")
        self._none = self._link("None", "no_estimators", "Tick none")
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self._count, 1)
        line.addWidget(self._usual)
        line.addWidget(self._none)
        self._nothing = named(
            QLabel("What can be trained is listed here once there is a target.", self), "estimator_nothing"
        )
        self._nothing.setWordWrap(True)
        theme.mark(self._nothing, role="muted")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.GAP)
        self._layout.addWidget(self._search)
        self._layout.addLayout(line)
        self._layout.addWidget(self._nothing)
        self._search.textChanged.connect(self._show_entries)
        self._usual.clicked.connect(lambda: self._tick(self._usual_ones()))
        self._none.clicked.connect(lambda: self._tick(()))

    def _link(self, text: str, name: str, help_: str) -> QPushButton:
        button = named(QPushButton(text, self), name, help_, help_)
        theme.mark(button, role="link")
        return button

    @property
    def entries(self) -> list[EstimatorEntry]:
        """The entries for the task that is shown."""
        return [entry for entry in self._entries.values() if self._task in entry.card.tasks]

    @property
    def chosen(self) -> list[EstimatorEntry]:
        """The entries that are ticked."""
        return [entry for entry in self.entries if entry.box.isChecked()]

    @property
    def error(self) -> str:
        """Why training cannot start with what is chosen; empty when it can."""
        if not self.chosen:
            return "Choose at least one estimator."
        return next((entry.error for entry in self.chosen if entry.error), "")

    def show_task(self, task: Task | None) -> None:
        """Offer the estimators for ``task``."""
        if task != self._task:
            self._task = task
            self._show_entries()
            self.changed.emit()

    def fill(self) -> None:
        """Make the entries, which takes some frames: not before somebody wants to see them."""
        if self._entries or self._task is None:
            return
        last: QWidget = self._none
        ticked = self._usual_ones() if self._wanted is None else self._wanted
        for family in get_args(Family):
            cards = [card for card in catalog.ALL if card.family == family and not card.ensemble]
            if not cards:
                continue
            heading = QLabel(FAMILIES.get(family, family.capitalize()), self)
            heading.setContentsMargins(0, theme.GAP, 0, 0)
            theme.mark(heading, role="overline")
            self._headings[family] = heading
            self._layout.addWidget(heading)
            for card in cards:
                entry = EstimatorEntry(card, self)
                entry.box.setChecked(card.id in ticked)
                entry.changed.connect(self._on_changed)
                self._entries[card.id] = entry
                self._layout.addWidget(entry)
                last = tabbed(last, entry)
        self._show_entries()

    def want(self, ids: Iterable[str]) -> None:
        """Tick these estimators, of an earlier session, as far as there are such; with none, the usual ones."""
        found = frozenset(ids) & {card.id for card in catalog.ALL}
        self._wanted = found or None
        if self._entries:
            self._tick(found or self._usual_ones())

    def ticked(self) -> list[str]:
        """Give the ids of all that is ticked, whatever the task; none while nobody has looked at them."""
        if not self._entries:
            return sorted(self._wanted or ())
        return [entry.card.id for entry in self._entries.values() if entry.box.isChecked()]

    def estimators(self) -> list[str]:
        """Give the ids of the estimators that are ticked."""
        return [entry.card.id for entry in self.chosen]

    def params(self) -> dict[str, dict[str, Value]]:
        """Give the values that were changed, by estimator."""
        return {entry.card.id: values for entry in self.chosen if (values := entry.values())}

    def _usual_ones(self) -> frozenset[str]:
        return frozenset(card.id for card in catalog.defaults_for(self._task)) if self._task else frozenset()

    def _tick(self, ids: Iterable[str]) -> None:
        wanted = set(ids)
        for entry in self.entries:
            entry.box.setChecked(entry.card.id in wanted)

    def _on_changed(self) -> None:
        self._show_count()
        self.changed.emit()

    def _show_entries(self) -> None:
        """Show what suits the task and the words of the search."""
        words = self._search.text().casefold().split()
        shown: set[str] = set()
        for entry in self._entries.values():
            family = FAMILIES.get(entry.card.family, entry.card.family)
            is_shown = self._task in entry.card.tasks and entry.is_described_by(words, family)
            entry.setVisible(is_shown)
            if is_shown:
                shown.add(entry.card.family)
        for name, heading in self._headings.items():
            heading.setVisible(name in shown)
        self._search.setVisible(len(self.entries) >= _SEARCHED_FROM)
        if self._task is not None:
            self._nothing.setText("No estimator is described by these words.")
            self._nothing.setVisible(bool(words) and not shown)
        self._show_count()

    def _show_count(self) -> None:
        self._count.setText(f"{len(self.chosen)} of {len(self.entries)} chosen")
