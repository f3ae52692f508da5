"""What a profile of a column is; data alone, without any library behind it. See ``profiling`` for how it is found.

Values of dates are microseconds since 1970-01-01 in whole numbers. Histograms, quantiles, mean and standard deviation
are those of the finite values; not-a-number counts as missing, the infinite values are counted by themselves.

A profile is exact, or that of a *sample*, and then each error is half of an interval at 95 % confidence. See
``sampling`` for the methods.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import ColumnType, Task

Kind: TypeAlias = Literal["number", "integer", "boolean", "date", "words"]
"""What the cells are on disk, whatever the column is used for."""
Scope: TypeAlias = Literal["all", "robust", "log"]
"""The range of a histogram: all values, those between the 1 % and 99 % quantiles, or those above zero by magnitude."""
Value: TypeAlias = int | float
SHARES: Final = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
"""The quantiles that a profile tells; the first and the last are the least and the greatest value."""
LONGEST: Final = 200
"""The signs of a text that are kept; two that differ only beyond are shown alike, but counted apart."""
TOP: Final = 20


class ProfileQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="profile"):
    """Ask for the profile of ``columns`` (all of them when empty), and how each goes with ``target``."""

    dataset: str
    columns: tuple[str, ...] = ()
    target: str | None = None
    task: Task | None = None

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Profile {self.columns[0] if len(self.columns) == 1 else 'the columns'}"


class Histogram(msgspec.Struct, frozen=True):
    """``counts`` of rows between neighbouring ``edges``, each bar without its upper end but the last.

    ``below`` and ``above`` are rows outside. Of a sample, the counts are scaled to the whole table.
    """

    scope: Scope
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int = 0
    above: int = 0


class Quantile(msgspec.Struct, frozen=True):
    """The least value that at least ``share`` of the values do not exceed (Hyndman and Fan 1996, definition 1).

    ``low`` and ``high`` are the ends of its interval; None is an end that the sample does not tell.
    """

    share: float
    value: Value | None
    low: Value | None = None
    high: Value | None = None


class TopValue(msgspec.Struct, frozen=True):
    """A frequent value, as text, in ``count`` ± ``error`` rows."""

    value: str
    count: int
    error: int = 0


class Lengths(msgspec.Struct, frozen=True):
    """Lengths of texts in signs; ``blank`` counts the rows with an empty text."""

    shortest: int
    mean: float
    longest: int
    blank: int
    histogram: Histogram


class Gap(msgspec.Struct, frozen=True):
    """Nothing lies between these two points in time."""

    start: int
    end: int


class Coverage(msgspec.Struct, frozen=True):
    """How time is covered: ``step`` is the median distance of neighbouring times, ``gaps`` the longest distances.

    A gap is longer than ten steps; ``gaps`` has at most five of them, ``gap_count`` counts all.
    """

    first: int
    last: int
    step: int | None
    gap_count: int
    gaps: tuple[Gap, ...]


class ColumnProfile(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="column_profile"):
    """One column of ``rows`` rows, of which ``sampled`` were looked at.

    ``distinct`` is a number of values, exact unless ``is_exact`` is false: then it is the dataset's own count.
    ``share_error`` tells of a sample how far shares of rows may be off: that of the values up to the median, or the
    greatest of the commonest values'.
    ``coverage`` is told of exact profiles of dates, ``lengths`` of text.
    """

    column: str
    type: ColumnType
    kind: Kind
    rows: int
    sampled: int
    is_exact: bool
    share_error: float | None = None
    missing: int
    missing_error: int = 0
    infinite: int = 0
    distinct: int
    mean: float | None = None
    mean_error: float | None = None
    sd: float | None = None
    quantiles: tuple[Quantile, ...] = ()
    histograms: tuple[Histogram, ...] = ()
    top: tuple[TopValue, ...] = ()
    lengths: Lengths | None = None
    coverage: Coverage | None = None

    def histogram(self, scope: Scope) -> Histogram | None:
        """Give the histogram of this range, if there is one."""
        return next((one for one in self.histograms if one.scope == scope), None)

    def quantile(self, share: float) -> Quantile | None:
        """Give a quantile by its share, if there is one."""
        return next((one for one in self.quantiles if one.share == share), None)


class Estimate(msgspec.Struct, frozen=True):
    """A share or a mean with the ends of its interval at 95 % confidence; None where there are too few rows."""

    value: float | None
    low: float | None
    high: float | None


class TargetBin(msgspec.Struct, frozen=True):
    """The target within a part of the column: the share of each class, or the mean of the target alone.

    ``rows`` were looked at; ``low`` and ``high`` are the ends of a part of numbers or dates.
    """

    label: str
    rows: int
    estimates: tuple[Estimate, ...]
    low: Value | None = None
    high: Value | None = None


class TargetProfile(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="target_profile"):
    """How a column goes with the target, from ``sampled`` rows of which the target is known.

    ``classes`` are the most frequent ones, then "others"; none for a target that is a number. ``overall`` is the
    target without regard to the column. ``edges`` and ``by_class`` are a histogram of a column of numbers or dates for
    each class. ``power`` is what the column tells alone: see ``power``.
    """

    column: str
    target: str
    task: Task
    rows: int
    sampled: int
    is_exact: bool
    classes: tuple[str, ...] = ()
    overall: tuple[Estimate, ...] = ()
    bins: tuple[TargetBin, ...] = ()
    edges: tuple[float, ...] = ()
    by_class: tuple[tuple[int, ...], ...] = ()
    power: float | None = None
    loss: float | None = None
    dummy_loss: float | None = None
