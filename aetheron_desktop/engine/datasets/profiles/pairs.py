"""What can be asked about columns two at a time; data alone. See ``associations``, ``pictures`` and ``marking``."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.profiles.profile import Scope, Value

Method: TypeAlias = Literal["pearson", "spearman", "cramer", "ratio"]
"""Pearson's or Spearman's correlation, bias-corrected Cramér's V, correlation ratio; see ``associations``."""
MOST: Final = 40
"""The columns of a matrix that is not asked for by name."""


class PairsQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="pairs"):
    """Ask how strongly the columns of a table go together.

    Of many columns those are taken whose name has ``containing`` in it, and of these the ``most`` that go with
    ``focus`` (the target, or a column that is looked at) most. ``ranks`` asks for Spearman's in place of Pearson's.
    """

    dataset: str
    focus: str | None = None
    containing: str = ""
    ranks: bool = False
    most: int = MOST

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Hold the columns against each other"


class Association(msgspec.Struct, frozen=True):
    """The columns at ``first`` and ``second`` go together by ``value``: -1 to 1 of correlations, otherwise 0 to 1.

    None when one of them is constant, or too few rows have both.
    """

    first: int
    second: int
    method: Method
    value: float | None


class Associations(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="associations"):
    """The associations of ``columns``, each pair once, from ``sampled`` of ``rows`` rows.

    ``of`` is how many columns could be chosen from; ``left_out`` says why the others of the table are not among them.
    """

    columns: tuple[str, ...]
    cells: tuple[Association, ...]
    rows: int
    sampled: int
    of: int
    left_out: dict[str, str] = {}


class PairQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="pair"):
    """Ask for the pictures of the columns ``x`` and ``y`` together."""

    dataset: str
    x: str
    y: str

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Draw {self.x} and {self.y}"


class Axis(msgspec.Struct, frozen=True):
    """A column of numbers or dates as an axis: its name, whether it counts time, and the ends of what is drawn."""

    column: str
    is_date: bool
    low: float
    high: float


class Scatter(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="scatter"):
    """Points of ``sampled`` rows out of ``rows`` that have both: ``places`` are their numbers, the first row is 0."""

    x: Axis
    y: Axis
    places: tuple[int, ...]
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    rows: int
    sampled: int
    words: str = ""


class Hexagons(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="hexagons"):
    """Counts of all rows by hexagon (Carr et al. 1987): middles, and half of a hexagon's ``width`` and ``height``.

    ``outside`` are rows that lie beyond the drawn range.
    """

    x: Axis
    y: Axis
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    counts: tuple[int, ...]
    width: float
    height: float
    rows: int
    outside: int
    words: str = ""


class Heat(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="heat"):
    """Rows by the values of two columns of words; ``counts`` has the shape (ys, xs).

    ``x_others`` and ``y_others`` say that the last of them stands for all others.
    """

    x: str
    y: str
    xs: tuple[str, ...]
    ys: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    x_others: bool
    y_others: bool
    rows: int
    sampled: int
    words: str = ""


class Box(msgspec.Struct, frozen=True):
    """The numbers within one category: quartiles, and whiskers to the last value within 1.5 quartile distances (Tukey).

    ``outliers`` counts the values beyond; ``density`` is a histogram over the drawn range, as of a violin.
    """

    label: str
    rows: int
    low: float
    first: float
    median: float
    third: float
    high: float
    mean: float
    outliers: int
    density: tuple[int, ...] = ()


class Boxes(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="boxes"):
    """A column of numbers by the values of one of words, the most frequent ones first."""

    words_column: str
    numbers: Axis
    boxes: tuple[Box, ...]
    edges: tuple[float, ...]
    of: int
    rows: int
    sampled: int
    words: str = ""


Picture: TypeAlias = Scatter | Hexagons | Heat | Boxes


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A cell is in: from ``low`` to ``high`` (of numbers and dates), or one of ``values``, or missing.

    With ``is_open``, ``high`` itself is not in, as the upper end of a bar.
    """

    column: str
    low: Value | None = None
    high: Value | None = None
    values: tuple[str, ...] = ()
    is_missing: bool = False
    is_open: bool = False


class RowsQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="rows"):
    """Ask for the rows that meet all ``conditions``."""

    dataset: str
    conditions: tuple[Condition, ...]

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Find the rows of a plot"


class FoundRows(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="found_rows"):
    """The numbers of the first rows that were found, ascending, the first row is 0; ``total`` were found."""

    places: tuple[int, ...]
    total: int


class MarkedQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="marked"):
    """Ask where the rows ``places`` lie in the histogram or the values of ``column``."""

    dataset: str
    column: str
    places: tuple[int, ...]
    scope: Scope = "all"
    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Find the marked rows in {self.column}"


class MarkedCounts(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="marked_counts"):
    """Marked rows in each bar, or with each value, as they were asked for."""

    column: str
    scope: Scope
    counts: tuple[int, ...]
