"""What stands in the head of a column: a small histogram or its commonest values; data alone. See ``head_making``."""

from __future__ import annotations

import msgspec


class HeadsQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="heads"):
    """What do ``columns`` look like, at a glance?"""

    dataset: str
    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Look at the columns"


class ColumnHead(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="column_head"):
    """One column of ``rows`` rows, of which ``sampled`` were looked at.

    ``bars`` are counts: of a histogram from ``low`` to ``high``, or of the commonest values, then named by ``labels``.
    Of a sample they are scaled to the whole table. ``others`` counts the rows with a value that has no bar.
    """

    column: str
    rows: int
    sampled: int
    bars: tuple[int, ...]
    labels: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    others: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether all rows were looked at."""
        return self.sampled >= self.rows
