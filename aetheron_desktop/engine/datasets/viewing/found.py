"""Where a text stands in a table; data alone. See ``finding`` for how it is found."""

from __future__ import annotations

from typing import Final

import msgspec

from aetheron_desktop.engine.datasets.viewing.views import ViewMade

CHUNK: Final = 65_536
"""The rows that are told of together."""
MOST: Final = 200
"""The most cells of a chunk that are told by their place."""


class FindQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="find"):
    """In which cells of ``columns`` (all when empty) does ``text`` stand, whatever its capitals?

    Of the rows of ``view``, or of the snapshot, in this order; the chunk with the row ``origin`` comes first. With
    ``only_from`` and ``only_to`` no rows outside of these places are looked at; with ``from_end`` the last cells of a
    chunk are told instead of the first.
    """

    dataset: str
    text: str
    columns: tuple[str, ...] = ()
    view: ViewMade | None = None
    origin: int = 0
    only_from: int = 0
    only_to: int | None = None
    from_end: bool = False

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Find {self.text}"


class FoundCells(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="found_cells"):
    """``count`` cells of the rows from ``start`` up to ``stop``, and the row and the column of some of them."""

    start: int
    stop: int
    count: int
    cells: tuple[tuple[int, str], ...] = ()
