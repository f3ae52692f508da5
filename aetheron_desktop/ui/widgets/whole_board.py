"""The board of the analysis with the sections that ask workers: where it fails, why, and what other fits would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.ui.widgets.analysis.board import Board
from aetheron_desktop.ui.widgets.explanations.fit_curve_card import FitCurveCard
from aetheron_desktop.ui.widgets.explanations.influence_card import InfluenceCard
from aetheron_desktop.ui.widgets.explanations.why_view import WhyView
from aetheron_desktop.ui.widgets.failures.failures_view import FailuresView

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_SUMS: Final = {"ridge", "elastic_net"}
"""Estimators of numbers whose model is a weighted sum, which has a leverage."""


class WholeBoard(Board):
    """``rows_wanted`` asks for rows of a dataset in the grid."""

    rows_wanted = Signal(str, object)  # dataset id, rows

    def __init__(self, session: Session, analysis: Analysis, task: Task, parent: QWidget) -> None:
        super().__init__(analysis, task, parent)
        self._session = session
        self.failures = FailuresView(session, analysis, self)
        self.why = WhyView(session, self)
        self.fit_curve = FitCurveCard("fit_curve_card", session, self)
        self.influence = InfluenceCard("influence_card", session, self)
        self.add_card("training", self.fit_curve)
        self.add_card("training", self.influence)
        self.add_section("failures", "Where it fails", self.failures)
        self.add_section("why", "Why", self.why)
        for part in (self.failures, self.why, self.fit_curve, self.influence):
            part.failed.connect(self.failed)
        self.failures.rows_wanted.connect(self.rows_wanted)
        self.why.rows_wanted.connect(self.rows_wanted)
        self.influence.rows_wanted.connect(self._show_rows)
        self.influence.row_chosen.connect(self.why.show_row)

    def show_subject(self) -> None:
        """Let what workers are asked be about the version that decides now."""
        subject, session = self._analysis.subject, self._session
        if subject is None:
            return
        self.why.show_subject(subject.model, subject.version, subject.dataset, self.of_class())
        info = next((one for one in session.workspace.models() if one.id == subject.model), None)
        id_ = info.estimator if info is not None and subject.has_dataset else ""
        card = next((one for one in catalog.ALL if one.id == id_), None)  # none of a model from elsewhere
        can_fit = card is not None and not card.ensemble
        self.fit_curve.setVisible(can_fit)
        self.influence.setVisible(card is not None and card.id in _SUMS and self.task == "regression")
        if card is not None and can_fit:
            self.fit_curve.show_card(card)
        for one in (self.fit_curve, self.influence):
            one.show_model(subject.model if can_fit else "", subject.version)

    def show_class(self) -> None:
        """Let the reasons be about the class that is looked at."""
        if (chosen := self.of_class()) is not None:
            self.why.show_class(*chosen)

    def of_class(self) -> tuple[int, str] | None:
        """Give place and name of the class that is looked at, where there are several and the model has learned it."""
        evidence, focus = self._analysis.evidence, self._analysis.focus
        if evidence is None or evidence.predictions.task != "multiclass":
            return None
        found = evidence.predictions
        return (focus, found.classes[focus]) if focus < len(found.classes) - found.unseen else None

    def show_selection(self) -> None:
        """Explain the row that is meant alone, once reasons of a row are looked at."""
        selection, evidence = self._analysis.selection, self._analysis.evidence
        if selection is not None and evidence is not None and len(selection) == 1 and self.why.row is not None:
            self.why.show_row(int(evidence.predictions.rows[selection.places[0]]))

    def cancel(self) -> None:
        """Withdraw all that workers were asked."""
        for part in (self.failures, self.why, self.fit_curve, self.influence):
            part.cancel()

    def _show_rows(self, rows: list[int]) -> None:
        if self._analysis.subject is not None:
            self.rows_wanted.emit(self._analysis.subject.dataset, rows)
