"""What is told of a model's reasons: records alone, which the window shows without a learning library.

Columns are those of the table. *Sums* are what models add up: values; of two classes the logarithm of the odds of the
second; of more, of each the logarithm of its probability over the geometric mean of all.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Cell: TypeAlias = str | float | bool | None
"""A cell in an answer or a question: a date is told in ISO 8601."""


class _Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer"):
    """Of the version ``version``, a commit, of ``model``."""

    model: str
    version: str


# -- of all rows ------------------------------------------------------------------------------------------------------


class ColumnWeight(msgspec.Struct, frozen=True, kw_only=True):
    """What the metric loses when the values of ``columns``, one or a group, are mixed up together.

    ``low`` and ``high`` hold 95 % of what it would be on other test rows and other mixings; ``spread`` is the standard
    deviation over the mixings alone. In the metric's unit, positive where the model leans on the columns.
    """

    columns: tuple[str, ...]
    value: float
    low: float
    high: float
    spread: float


class Importance(_Told, frozen=True, kw_only=True, tag="importance"):
    """Permutation importance by ``metric``, which is ``reached`` on ``rows`` test rows; the weightiest first.

    It is None where the metric is not defined on them.

    ``groups`` are columns that go together, each group mixed up as one: alone each of them seems to count little,
    because the others still tell what it told. While it goes on, ``is_whole`` is False and some are missing.
    """

    metric: str
    metric_label: str
    reached: float | None
    rows: int
    of_rows: int
    repeats: int
    weights: tuple[ColumnWeight, ...]
    groups: tuple[ColumnWeight, ...] = ()
    sentences: tuple[str, ...] = ()
    is_whole: bool = True


class ShapColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column over all rows: the mean size of what it adds, and ``low`` and ``high`` that hold 95 % of it.

    ``partner`` is the column on whose value it depends most what this one adds, which explains ``partner_share`` of
    what its own value leaves open.
    """

    column: str
    strength: float
    low: float
    high: float
    partner: str = ""
    partner_share: float = 0.0


class ShapRows(_Told, frozen=True, kw_only=True, tag="shap_rows"):
    """Some more rows: ``added`` (rows, columns, outputs) is what each column adds to the sum, from ``base`` on.

    ``cells`` (rows, columns) are the values; ``places`` where each lies among those of all rows, from 0, the lowest,
    to 1, and None where it is missing. ``sums`` (rows, outputs) are what the model says.
    """

    rows: tuple[int, ...]
    cells: tuple[tuple[Cell, ...], ...]
    places: tuple[tuple[float | None, ...], ...]
    added: tuple[tuple[tuple[float, ...], ...], ...]
    sums: tuple[tuple[float, ...], ...]


class ShapSummary(_Told, frozen=True, kw_only=True, tag="shap_summary"):
    """SHAP values of ``done`` of ``total`` rows (Lundberg and Lee 2017), the strongest columns first.

    ``method`` is "trees" where they are exact, summed over the features that a column became, and "sampled" where rows
    were put together from this one and from ``background`` others, in orders drawn at random. ``names`` are the columns
    as they stand in :class:`ShapRows`. ``unit`` names what is added up, ``away`` is how far at most base and what is
    added are from what the model says, ``noise`` the mean standard error of a value by the drawing.
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    unit: str
    base: tuple[float, ...]
    columns: tuple[ShapColumn, ...]
    method: Literal["trees", "sampled"]
    done: int
    total: int
    background: int
    away: float
    noise: float = 0.0
    sentences: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all rows are told of."""
        return self.done >= self.total


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """Plausible values of a column: words for people, and of numbers and dates where they lie on an axis.

    Dates are in seconds since 1970. ``counts`` says how many training rows are nearest to each.
    """

    column: str
    kind: Literal["number", "date", "level"]
    words: tuple[str, ...]
    places: tuple[float, ...]
    counts: tuple[int, ...]


class Dependence(_Told, frozen=True, kw_only=True, tag="dependence"):
    """How what is predicted depends on one column.

    ``partial`` (points, outputs) is the mean over rows that are given each value of the grid in turn (Friedman 2001);
    ``single`` (rows, points) are some of these rows, of the output ``shown`` (ICE; Goldstein et al. 2015).
    ``accumulated`` (points, outputs) adds up what small steps change in rows that are there (ALE; Apley and Zhu 2020):
    it does not ask about rows that never are; its mean is the mean prediction.
    ``missing`` (outputs,) is the mean where the value is missing, None where it never was.
    """

    grid: Grid
    outputs: tuple[str, ...]
    unit: str
    shown: int
    rows: int
    partial: tuple[tuple[float, ...], ...]
    single: tuple[tuple[float, ...], ...]
    accumulated: tuple[tuple[float, ...], ...]
    missing: tuple[float, ...] | None = None
    sentences: tuple[str, ...] = ()


class Surface(_Told, frozen=True, kw_only=True, tag="surface"):
    """The same of two columns: ``partial`` (across, down, outputs).

    ``interaction`` (outputs,) is the share of its variance that is not the sum of both columns' own (the H² of Friedman
    and Popescu 2008).
    """

    across: Grid
    down: Grid
    outputs: tuple[str, ...]
    unit: str
    shown: int
    rows: int
    partial: tuple[tuple[tuple[float, ...], ...], ...]
    interaction: tuple[float, ...]
    sentences: tuple[str, ...] = ()


class GlassBox(_Told, frozen=True, kw_only=True, tag="glass_box"):
    """A model that can be read, learned from the same rows, beside this one on the same test rows.

    ``better`` is by how much this one is better, in the metric's unit, whatever its direction, ``low`` and ``high``
    its interval at 95 %.
    """

    metric: str
    metric_label: str
    reached: float | None
    readable: float | None
    better: float | None
    low: float | None
    high: float | None
    rows: int
    state: str
    sentence: str
    lines: tuple[str, ...] = ()


class FitPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One fit: where it stands, what it is called, and the metric on the training and on the validation rows.

    ``low`` and ``high`` hold the latter at 95 %. None is not defined, or the fit had found nothing in its time.
    """

    at: float
    word: str
    train: float | None = None
    valid: float | None = None
    low: float | None = None
    high: float | None = None
    seconds: float = 0.0


class FitCurve(_Told, frozen=True, kw_only=True, tag="fit_curve"):
    """The metric by the number of training rows, or by the values of a ``parameter``; so far, of ``total`` fits.

    ``scale`` says how the axis counts: by steps, by factors, or that its places have names. ``now`` is where the model
    itself stands, None where that is no place.
    """

    parameter: str
    label: str
    scale: Literal["number", "log", "names"]
    metric: str
    metric_label: str
    is_higher_better: bool
    points: tuple[FitPoint, ...]
    total: int
    now: float | None = None
    sentences: tuple[str, ...] = ()


class InfluentialRow(msgspec.Struct, frozen=True):
    """Training row ``row`` of the dataset: its leverage, its studentized residual, and Cook's distance."""

    row: int
    leverage: float
    residual: float
    distance: float


class Influence(_Told, frozen=True, kw_only=True, tag="influence"):
    """How much each training row pulls at a model that is a weighted sum of the features (Cook 1977).

    ``shown`` are the rows with the largest distance, and some of the others; ``many`` of all ``rows`` are above
    ``limit``, four over their number. ``freedom`` is what the weights count: the trace of the hat matrix.
    """

    rows: int
    freedom: float
    limit: float
    many: int
    shown: tuple[InfluentialRow, ...]
    sentences: tuple[str, ...] = ()


# -- of one row -------------------------------------------------------------------------------------------------------


class Plausible(msgspec.Struct, frozen=True, kw_only=True):
    """What a column may be set to.

    Numbers and dates lie between ``low`` and ``high``, which hold 98 % of the training rows, in steps of ``step``; all
    else is one of ``levels``, the commonest first. A column with neither, a text or an identifier, stays as it is.
    Dates are in ISO 8601; ``step`` is in days.
    """

    column: str
    type: str
    low: float | str | None = None
    high: float | str | None = None
    step: float | None = None
    levels: tuple[str, ...] = ()
    may_be_missing: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may be set to something else."""
        return bool(self.levels) or self.low is not None


class Predicted(_Told, frozen=True, kw_only=True, tag="predicted"):
    """What is predicted for a row of these ``cells``: a class with the probability of each, or a number with limits.

    ``odd`` are the columns whose cell lies outside of what the model has learned from.
    """

    cells: dict[str, Cell]
    prediction: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    likely: dict[str, float] = {}
    odd: tuple[str, ...] = ()
    milliseconds: float = 0.0


class RowReasons(_Told, frozen=True, kw_only=True, tag="row"):
    """What each column adds to the sum of one row: ``added`` (columns, outputs), from ``base`` (outputs,) to ``sums``.

    ``shown`` is the output that the prediction is about; ``order`` are the columns, by what they add to it.
    ``truth`` is known for rows of the dataset.
    """

    row: int | None
    truth: str | None
    names: tuple[str, ...]
    cells: tuple[Cell, ...]
    outputs: tuple[str, ...]
    unit: str
    base: tuple[float, ...]
    sums: tuple[float, ...]
    added: tuple[tuple[float, ...], ...]
    order: tuple[int, ...]
    shown: int
    method: Literal["trees", "sampled"]
    plausible: tuple[Plausible, ...]
    sentences: tuple[str, ...] = ()


class CellChange(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that is otherwise."""

    column: str
    before: Cell
    after: Cell


class Counterfactual(msgspec.Struct, frozen=True, kw_only=True):
    """Changes after which something else is predicted, with the ``score`` of it.

    ``distance`` is the mean over all columns of how far each goes, as a share of what is usual, and 1 for another
    level.
    """

    changes: tuple[CellChange, ...]
    prediction: str
    score: float
    distance: float


class Counterfactuals(_Told, frozen=True, kw_only=True, tag="counterfactuals"):
    """The nearest rows of plausible values for which ``wish`` is predicted, nearest first.

    ``kept`` are the columns that were not to be changed. ``sentences`` say it in words, or why there is none.
    """

    row: int | None
    wish: str
    score_name: str
    found: tuple[Counterfactual, ...]
    kept: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


class SimilarRow(msgspec.Struct, frozen=True, kw_only=True):
    """A training row: its number in the dataset, its cells, the truth, and what is predicted for it."""

    row: int
    distance: float
    truth: str
    prediction: str
    cells: tuple[Cell, ...]


class SimilarRows(_Told, frozen=True, kw_only=True, tag="similar"):
    """The training rows that are most like a row: by Gower's distance, columns counting as the model leans on them."""

    row: int | None
    names: tuple[str, ...]
    found: tuple[SimilarRow, ...]
    of_rows: int
    sentences: tuple[str, ...] = ()


Explanation: TypeAlias = (
    Importance
    | ShapRows
    | ShapSummary
    | Dependence
    | Surface
    | GlassBox
    | FitCurve
    | Influence
    | Predicted
    | RowReasons
    | Counterfactuals
    | SimilarRows
)
