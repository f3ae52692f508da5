"""The field for a condition on rows: it is checked while it is typed, and offers the names of columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.offering_field import OfferingField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.expression_parts import Kind

_WORD: Final = re.compile(r"`[^`]*$|[^\W\d]\w*$")


class FilterField(OfferingField):
    """Knows the columns of a table, and what they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("filter_offers", "Columns", parent)
        named(self, "filter_text", "Filter the rows", "Rows for which this is true are shown; Enter applies it")
        self.setPlaceholderText("Filter: age > 30 and city = 'Ulm'")
        self._kinds: Mapping[str, Kind] = {}
        self._known: tuple[str, ...] = ()

    def show_columns(self, names: Sequence[str]) -> None:
        """Offer these columns."""
        self._kinds = {}
        self._known = tuple(names)

    def show_kinds(self, kinds: Mapping[str, Kind]) -> None:
        """Know what the columns are, so that a condition can be checked."""
        self._kinds = kinds
        self.check()

    def problem_of(self, text: str) -> str:
        from aetheron_desktop.engine.datasets import expression  # only a filter needs it

        if not self._kinds:
            return ""
        try:
            expression.condition(text, self._kinds)
        except UsageError as error:
            return " ".join(part for part in (error.detail, error.hint) if part)
        return ""

    def offers_after(self, before: str) -> tuple[int, Sequence[str]]:
        found = _WORD.search(before)
        word = found.group() if found else ""
        part = word.lstrip("`").casefold()
        return len(before) - len(word), [name for name in self._known if part in name.casefold()]

    def written(self, offer: str) -> str:
        from aetheron_desktop.engine.datasets import expression

        return f"{expression.column(offer)} "
