"""How a table is looked at: which rows, in which order, which columns where. Kept while the window lives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.viewing.views import SortKey, ViewQuestion

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class ViewChoice:
    """What was chosen for one dataset; ``only_marked`` shows no rows but the marked ones."""

    condition: str = ""
    sort: tuple[SortKey, ...] = ()
    only_marked: bool = False
    hidden: frozenset[str] = frozenset()
    pinned: tuple[str, ...] = ()
    widths: dict[str, int] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether the rows are those of the dataset, in its order."""
        return not self.condition and not self.sort and not self.only_marked

    @property
    def is_filtered(self) -> bool:
        """Whether there are rows that are not shown."""
        return bool(self.condition) or self.only_marked

    def question(self, dataset: str, marked: tuple[int, ...]) -> ViewQuestion:
        """Ask for these rows."""
        rows = marked if self.only_marked else None
        return ViewQuestion(dataset=dataset, condition=self.condition, sort=self.sort, rows=rows)

    def clicked(self, column: str, *, added: bool) -> ViewChoice:
        """Sort by a column, upwards, then downwards, then not; ``added`` to the others, or instead of them."""
        before = next((key for key in self.sort if key.column == column), None)
        if before is None:
            key = SortKey(column)
            return replace(self, sort=(*self.sort, key) if added else (key,))
        after = None if before.descending else SortKey(column, descending=True)
        if not added:
            return replace(self, sort=(after,) if after is not None else ())
        kept = (after if key is before else key for key in self.sort)
        return replace(self, sort=tuple(key for key in kept if key is not None))

    def sorted_by(self, column: str, *, descending: bool) -> ViewChoice:
        """Sort by one column."""
        return replace(self, sort=(SortKey(column, descending),))

    def also(self, condition: str) -> ViewChoice:
        """Keep only rows for which ``condition`` is true as well."""
        both = f"({self.condition}) and {condition}" if " or " in self.condition.lower() else self.condition
        if self.condition and both == self.condition:
            both = f"{self.condition} and {condition}"
        return replace(self, condition=both or condition)

    def hide(self, columns: Iterable[str]) -> ViewChoice:
        """Leave columns out."""
        return replace(self, hidden=self.hidden | frozenset(columns))

    def pin(self, column: str) -> ViewChoice:
        """Keep a column at the left, or let it go."""
        if column in self.pinned:
            return replace(self, pinned=tuple(name for name in self.pinned if name != column))
        return replace(self, pinned=(*self.pinned, column))
