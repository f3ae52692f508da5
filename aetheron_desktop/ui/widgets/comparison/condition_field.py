"""The field that finds runs: ``roc_auc > 0.9 and estimator = lightgbm and tag = "x"``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.comparing.condition import matching, offers
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.offering_field import OfferingField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget


class ConditionField(OfferingField):
    """Knows the table of runs, whose columns and values it offers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("condition_offers", "Columns and values", parent)
        named(self, "condition", "Find runs", "Words, or a condition such as roc_auc > 0.9; Enter applies it (Ctrl+F)")
        self.setPlaceholderText('Find runs: roc_auc > 0.9 and estimator = lightgbm and tag = "x"')
        self._table = RunTable()

    def show_table(self, table: RunTable) -> None:
        """Know these runs."""
        self._table = table

    def problem_of(self, text: str) -> str:
        try:
            matching(text, self._table)
        except UsageError as error:
            return " ".join(part for part in (error.detail, error.hint) if part)
        return ""

    def offers_after(self, before: str) -> tuple[int, Sequence[str]]:
        return offers(before, self._table)
