"""The steps that prepare a table, one record a kind: what the journal keeps, files share and the window edits.

Data alone; ``preparing`` says what each does. A list of steps is a JSON array of objects whose field ``do`` names the
kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

import msgspec

from aetheron_desktop.engine.datasets.schema import ColumnType
from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from pathlib import Path

DateForm: TypeAlias = Literal["year-month-day", "day.month.year", "month/day/year", "day/month/year"]
DatePart: TypeAlias = Literal["year", "month", "day", "hour", "minute", "weekday"]
FillBy: TypeAlias = Literal["constant", "mean", "median", "mode", "previous", "next"]
Match: TypeAlias = Literal["whole", "part", "pattern"]
How: TypeAlias = Literal["left", "inner", "outer", "with", "without"]
Summary: TypeAlias = Literal[
    "rows", "count", "missing", "distinct", "sum", "mean", "median", "minimum", "maximum", "deviation", "first", "last"
]


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """A step; its columns are those of the table that it meets."""


class Rename(_Step, frozen=True, kw_only=True, tag="rename"):
    """Give ``column`` the name ``to``."""

    column: str
    to: str


class Retype(_Step, frozen=True, kw_only=True, tag="retype"):
    """Make ``columns`` of the type ``to``; a cell that cannot have it becomes missing. ``form`` is how dates stand."""

    columns: tuple[str, ...]
    to: ColumnType
    form: DateForm = "year-month-day"


class KeepRows(_Step, frozen=True, kw_only=True, tag="filter"):
    """Keep the rows of which ``condition`` is true; where it depends on a missing value, it is not."""

    condition: str


class DropRows(_Step, frozen=True, kw_only=True, tag="drop_rows"):
    """Drop the rows of which ``condition`` is true."""

    condition: str


class DropColumns(_Step, frozen=True, kw_only=True, tag="drop_columns"):
    """Leave out ``columns``."""

    columns: tuple[str, ...]


class Fill(_Step, frozen=True, kw_only=True, tag="fill"):
    """Fill the missing cells of ``columns``, each ``by`` a value of its own column, or all by ``value``.

    Of equally frequent values the least is the mode; ``previous`` and ``next`` are those in the order of the rows.
    """

    columns: tuple[str, ...]
    by: FillBy
    value: str = ""


class Replace(_Step, frozen=True, kw_only=True, tag="replace"):
    """Put ``put`` (missing when None) for ``find``: the whole cell, each part of a text, or what a pattern finds."""

    columns: tuple[str, ...]
    find: str
    put: str | None = None
    match: Match = "whole"


class Clip(_Step, frozen=True, kw_only=True, tag="clip"):
    """Raise what is below ``low`` to it, and lower what is above ``high``: values, or quantiles as shares from 0 to 1.

    Quantiles lie linearly between two values (Hyndman and Fan 1996, definition 7).
    """

    columns: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    by: Literal["limits", "quantiles"] = "limits"


class Derive(_Step, frozen=True, kw_only=True, tag="derive"):
    """Make the column ``name``, or make it anew, by an expression over the others."""

    name: str
    expression: str


class SplitText(_Step, frozen=True, kw_only=True, tag="split_text"):
    """Split a text ``by`` a delimiter, the last column takes the rest; or by a pattern with a group for each column."""

    column: str
    into: tuple[str, ...]
    sign: str
    by: Literal["delimiter", "pattern"] = "delimiter"
    keep: bool = True


class SplitDate(_Step, frozen=True, kw_only=True, tag="split_date"):
    """Make a column of each of the ``parts`` of a date, named ``column_part``; Monday is weekday 0."""

    column: str
    parts: tuple[DatePart, ...]
    keep: bool = True


class KeyPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The column ``left`` of this table is equal to ``right`` of the other."""

    left: str
    right: str


class Join(_Step, frozen=True, kw_only=True, tag="join"):
    """Join the table of another ``dataset``. A missing key is equal to none.

    ``with`` keeps the rows that have a partner and adds no columns, ``without`` those that have none. A column of the
    other table whose name is taken gets ``suffix``.
    """

    dataset: str
    keys: tuple[KeyPair, ...]
    how: How = "left"
    suffix: str = "_right"


class Concatenate(_Step, frozen=True, kw_only=True, tag="concatenate"):
    """Put the rows of another ``dataset`` below, columns by their names; what one of both has not is missing."""

    dataset: str


class Aggregation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``summary`` of ``column`` as the column ``name``; ``rows`` counts rows, whatever the column."""

    column: str
    summary: Summary
    name: str


class Group(_Step, frozen=True, kw_only=True, tag="group"):
    """Make one row of all that have the same ``keys``, in the order in which these first come."""

    keys: tuple[str, ...]
    aggregations: tuple[Aggregation, ...]


class Pivot(_Step, frozen=True, kw_only=True, tag="pivot"):
    """Make one row of all with the same ``keys``, and of each value of ``column`` a column of ``summary`` of ``value``.

    ``values`` are those of the column that become columns; all there are when it is empty.
    """

    keys: tuple[str, ...]
    column: str
    value: str
    summary: Summary = "sum"
    values: tuple[str, ...] = ()


class Melt(_Step, frozen=True, kw_only=True, tag="melt"):
    """Make of each row one for each of ``columns``, whose name stands in ``name`` and whose cell in ``value``."""

    columns: tuple[str, ...]
    name: str = "column"
    value: str = "value"


class Sample(_Step, frozen=True, kw_only=True, tag="sample"):
    """Keep ``rows`` of the rows, or about ``share`` of them, drawn by the MD5 of ``seed`` and place, in their order."""

    rows: int | None = None
    share: float | None = None
    seed: int = 0


class Deduplicate(_Step, frozen=True, kw_only=True, tag="deduplicate"):
    """Of the rows that are alike in ``columns`` (all when empty) keep one; missing cells are alike."""

    columns: tuple[str, ...] = ()
    keep: Literal["first", "last"] = "first"


class SortKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column to sort by."""

    column: str
    descending: bool = False


class Sort(_Step, frozen=True, kw_only=True, tag="sort"):
    """Sort the rows; missing cells come last, rows that are alike stay in their order."""

    keys: tuple[SortKey, ...]


Step: TypeAlias = (
    Rename
    | Retype
    | KeepRows
    | DropRows
    | DropColumns
    | Fill
    | Replace
    | Clip
    | Derive
    | SplitText
    | SplitDate
    | Join
    | Concatenate
    | Group
    | Pivot
    | Melt
    | Sample
    | Deduplicate
    | Sort
)
"""Its kind is named by the field ``do``."""


class StepRefused(UsageError):
    """The step at ``step``, from zero, does not fit the table that it meets."""

    def __init__(self, step: int, sentence: str, error: UsageError) -> None:
        super().__init__(f"Step {step + 1} ({sentence}): {error.detail}", hint=error.hint)
        self.step = step
        self.plain = error.detail


def dumps(steps: tuple[Step, ...]) -> bytes:
    """Give ``steps`` as a file that people can read."""
    return msgspec.json.format(msgspec.json.encode(steps), indent=2) + b"\n"


def load(path: Path) -> tuple[Step, ...]:
    """Read the steps of a file.

    Raises:
        UsageError: there are none in it; the words say where it is wrong.
        StorageError: it cannot be read.
    """
    with storage_errors(path):
        body = path.read_bytes()
    try:
        return msgspec.json.decode(body, type=tuple[Step, ...])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path.name} holds no list of steps: {error}.",
            hint='It is a JSON array such as [{"do": "filter", "condition": "age > 30"}].',
        ) from error


def sentence(step: Step) -> str:
    """Say in a sentence what the step does."""
    match step:
        case Rename():
            return f"Rename {step.column} to {step.to}"
        case Retype():
            return f"Make {_listed(step.columns)} {'an' if step.to[0] in 'ai' else 'a'} {step.to}"
        case KeepRows():
            return f"Keep rows where {step.condition}"
        case DropRows():
            return f"Drop rows where {step.condition}"
        case DropColumns():
            return f"Drop {_listed(step.columns)}"
        case Fill():
            by = f"“{step.value}”" if step.by == "constant" else f"the {step.by}"
            return f"Fill missing {_listed(step.columns)} by {by}"
        case Replace():
            put = "missing" if step.put is None else f"“{step.put}”"
            what = "pattern " if step.match == "pattern" else ""
            return f"Replace {what}“{step.find}” in {_listed(step.columns)} by {put}"
        case Clip():
            return f"Clip {_listed(step.columns)} {_limits(step)}"
        case Derive():
            return f"Make {step.name} = {step.expression}"
        case SplitText():
            return f"Split {step.column} at “{step.sign}” into {_listed(step.into)}"
        case SplitDate():
            return f"Take {_listed(step.parts)} of {step.column}"
        case _:
            return _sentence_of_shape(step)


def _sentence_of_shape(
    step: Join | Concatenate | Group | Pivot | Melt | Sample | Deduplicate | Sort,
) -> str:
    match step:
        case Join():
            keys = _listed([one.left if one.left == one.right else f"{one.left} = {one.right}" for one in step.keys])
            named = {"with": "Keep rows with a partner in", "without": "Keep rows without a partner in"}
            return f"{named.get(step.how, f'Join ({step.how})')} {step.dataset} by {keys}"
        case Concatenate():
            return f"Put the rows of {step.dataset} below"
        case Group():
            made = _listed([f"{one.summary} of {one.column}" for one in step.aggregations])
            return f"Group by {_listed(step.keys)}: {made}"
        case Pivot():
            return f"Pivot {step.column} into columns of the {step.summary} of {step.value}"
        case Melt():
            return f"Melt {_listed(step.columns)} into {step.name} and {step.value}"
        case Sample():
            what = f"{step.rows:,} rows" if step.rows is not None else f"about {(step.share or 0):.3%} of the rows"
            return f"Draw {what} (seed {step.seed})"
        case Deduplicate():
            of = f" in {_listed(step.columns)}" if step.columns else ""
            return f"Keep the {step.keep} of rows alike{of}"
        case Sort():
            order = [f"{one.column}{' descending' if one.descending else ''}" for one in step.keys]
            return f"Sort by {_listed(order)}"
        case _:
            assert_never(step)


def _limits(step: Clip) -> str:
    unit = "quantile " if step.by == "quantiles" else ""
    low, high = (None if one is None else f"{unit}{one:g}" for one in (step.low, step.high))
    if low is not None and high is not None:
        return f"between {low} and {high}"
    return f"below at {low}" if low is not None else f"above at {high}"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
