"""What can be made of a column before a model sees it: the choice, in data and in words, without any library.

Nothing chosen is *auto*: each style of estimator has its own way, which :func:`automatic` says in words. A
:class:`Treatment` is stored in the experiment, so a run is repeated with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Schema, Task

Style: TypeAlias = Literal["linear", "tree", "filled", "network", "embedded"]
Kind: TypeAlias = Literal["number", "category", "date", "text"]

AUTO: Final = "auto"
OUT: Final = "left-out"
FEW_VALUES: Final = 30
"""A whole number with at most so many values is also taken as levels by weighted sums."""
MANY_LEVELS: Final = 100
"""A category with more levels than this is target encoded."""
OF_TREES: Final[frozenset[Style]] = frozenset({"tree", "filled"})
"""The styles of trees, with gaps as they are and without."""
TREE_LEVELS: Final = 254
"""What binned trees can tell apart in one column, beside what was never seen."""
MOST_CLASSES_ENCODED: Final = 20
"""Target encoding makes a number per class; with more classes it is not used."""
_MOST_ONE_HOT: Final = 100
_REAL_VALUES: Final = 1_000


class Treatment(msgspec.Struct, frozen=True):
    """What is made of the column ``column``: a way of :data:`WAYS` that its kind has; dates and texts take several."""

    column: str
    how: tuple[str, ...]

    @property
    def words(self) -> str:
        """As it is written on the command line."""
        return "+".join(self.how)


class Way(msgspec.Struct, frozen=True):
    """One way: ``name`` is stored and typed, ``label`` shown, ``told`` a sentence for people."""

    name: str
    label: str
    told: str


class MadeFeature(msgspec.Struct, frozen=True):
    """A feature that a fitted model sees: its name, the columns it was made from, and how, for programs and people."""

    name: str
    columns: tuple[str, ...]
    how: str
    told: str


_LEFT: Final = Way(OUT, "Left out", "No model sees the column.")
_NUMBER: Final = (
    Way("as-is", "As they are", "The numbers as they stand in the table; the median where one is missing."),
    Way("scaled", "Scaled", "Centred, divided by the standard deviation, and cut at four of them."),
    Way("quantile", "By rank", "By rank, bent to the bell curve: outliers and skew no longer matter (quantiles)."),
    Way("binned", "In bins", "In ten bins with about as many rows each."),
    Way("one-hot", "One column per value", "A column of 0 and 1 for each value, as categories have."),
)
_CATEGORY: Final = (
    Way("one-hot", "One column per level", "A column of 0 and 1 for each frequent level; rare ones share one."),
    Way("codes", "Codes", "The level's number in the alphabet, which trees can split."),
    Way(
        "target",
        "Mean of the target",
        "The mean of the target among the rows of the level, learned from other rows than it is used for "
        "(target encoding, cross-fitted).",
    ),
)
_DATE: Final = (
    Way("elapsed", "Days", "Days since 2000, with the time as a fraction."),
    Way("month", "Month", "The month, 1 to 12."),
    Way("day", "Day", "The day of the month, 1 to 31."),
    Way("weekday", "Weekday", "The weekday, 0 is Monday."),
    Way("hour", "Hour", "The hour, 0 to 23."),
    Way("cyclic", "Cyclic", "Month, weekday and hour as places on a circle, so that December is next to January."),
)
_TEXT: Final = (
    Way("words", "Words", "How much each word says (TF-IDF), folded into a few numbers."),
    Way("characters", "Characters", "The same of runs of two to four letters: for codes, typos, and any language."),
)
WAYS: Final[dict[Kind, tuple[Way, ...]]] = {
    "number": (*_NUMBER, _LEFT),
    "category": (*_CATEGORY, _LEFT),
    "date": (*_DATE, _LEFT),
    "text": (*_TEXT, _LEFT),
}
"""What can be made of each kind of column, beside auto."""
SEVERAL: Final[frozenset[Kind]] = frozenset({"date", "text"})
"""The kinds whose ways can be joined."""
PRESETS: Final[dict[Kind, tuple[tuple[str, ...], ...]]] = {
    "number": tuple((way.name,) for way in WAYS["number"]),
    "category": tuple((way.name,) for way in WAYS["category"]),
    "date": (
        ("elapsed",),
        ("month", "day", "weekday", "hour"),
        ("elapsed", "month", "day", "weekday", "hour"),
        ("cyclic",),
        ("elapsed", "cyclic"),
        (OUT,),
    ),
    "text": (("words",), ("characters",), ("words", "characters"), (OUT,)),
}
"""What a form offers of each kind."""


def kind_of(type_: ColumnType) -> Kind:
    """Give the kind of column that a type is."""
    match type_:
        case "number" | "integer" | "boolean":
            return "number"
        case "category" | "identifier":
            return "category"
        case _:
            return type_


def label(kind: Kind, how: Sequence[str]) -> str:
    """Give the words for a way, or for several that are joined."""
    labels = {way.name: way.label for way in WAYS[kind]}
    first, *others = (labels[name] for name in how)
    return ", ".join((first, *(other[0].lower() + other[1:] for other in others)))


def told(kind: Kind, how: Sequence[str]) -> str:
    """Give what a way does, in sentences."""
    sentences = {way.name: way.told for way in WAYS[kind]}
    return " ".join(sentences[name] for name in how)


# -- auto, in words ----------------------------------------------------------------------------------------------------


def has_few_values(column: Column) -> bool:
    """Tell whether a column of numbers is also taken as levels by weighted sums."""
    return column.type in {"number", "integer"} and 3 <= column.distinct <= FEW_VALUES


def has_many_levels(column: Column, style: Style) -> bool:
    """Tell whether a category has too many levels for a column or a code each."""
    if style == "embedded" or kind_of(column.type) != "category":
        return False
    return column.distinct > (TREE_LEVELS if style in OF_TREES else MANY_LEVELS)


def automatic(column: Column, style: Style) -> str:
    """Say in a sentence what is made of ``column`` when nothing is chosen; texts are told by their words."""
    match kind_of(column.type):
        case "number":
            return _automatic_number(column, style)
        case "category":
            return _automatic_category(column, style)
        case "date":
            levels = "; a column for each month, weekday and hour" if style == "linear" else ""
            return f"Days since 2000, month, day, weekday and hour{levels}; the days between it and each other date."
        case "text":
            return "How much each word says (TF-IDF), folded into a few numbers; by letters where words do not part."


def _automatic_number(column: Column, style: Style) -> str:
    if style == "tree":
        return "As it is; missing is an answer of its own."
    missing = "; a sign where one was missing" if column.missing else ""
    if style == "filled":
        return f"As it is; the median where one is missing{missing}." if column.missing else "As it is."
    if style in {"network", "embedded"}:
        return f"By rank, bent to the bell curve{missing}."
    levels = ", and a column for each value" if has_few_values(column) else ""
    return f"Scaled and cut at four standard deviations{levels}{missing}."


def _automatic_category(column: Column, style: Style) -> str:
    if style == "embedded":
        return "A learned vector for each level; rare ones share one."
    many = has_many_levels(column, style)
    if style in OF_TREES:
        return "Codes of the frequent levels, and the mean of the target." if many else "A code for each level."
    if many:
        return "A column for each frequent level, and the mean of the target of each level."
    return "A column for each level; rare ones share one."


# -- what is asked for -------------------------------------------------------------------------------------------------


def parsed(words: Iterable[str]) -> tuple[Treatment, ...]:
    """Read ``COLUMN=TREATMENT``, of dates and texts ``COLUMN=TREATMENT+TREATMENT``.

    Raises:
        UsageError: a text is not written so.
    """
    made = []
    for word in words:
        # The name of a column may have any sign in it; a way has none.
        column, equals, how = word.rpartition("=")
        if not equals or not column or not how:
            raise UsageError(f"--feature {word!r} is not COLUMN=TREATMENT.", hint="For example: --feature age=binned")
        made.append(Treatment(column, tuple(how.split("+"))))
    return tuple(made)


def checked(
    wanted: Iterable[Treatment], schema: Schema, target: str, task: Task, classes: int
) -> tuple[Treatment, ...]:
    """Give the treatments that are more than auto, in the order of the columns.

    Raises:
        UsageError: a column is not there, or is not of a kind that can be treated so; the words say what it can be.
    """
    found: dict[str, Treatment] = {}
    for treatment in wanted:
        column = schema.column(treatment.column)
        if column.name in found:
            raise UsageError(f"The column {column.name!r} has two treatments.", hint="Choose one of them.")
        if column.name == target:
            raise UsageError(f"{column.name!r} is what is predicted; it has no treatment.", hint="Leave it away.")
        _check(column, treatment.how, classes if task == "multiclass" else 0)
        found[column.name] = treatment
    return tuple(found[name] for name in schema.names if name in found and found[name].how != (AUTO,))


def _check(column: Column, how: tuple[str, ...], classes: int) -> None:
    if how == (AUTO,):
        return
    kind = kind_of(column.type)
    known = [way.name for way in WAYS[kind]]
    if strange := [name for name in how if name not in known]:
        raise UsageError(
            f"The column {column.name!r} is of the type {column.type}, and cannot be treated as {strange[0]!r}.",
            hint=f"It can be: {AUTO}, {', '.join(known)}.",
        )
    if len(how) > 1 and (kind not in SEVERAL or OUT in how or len(set(how)) < len(how)):
        raise UsageError(
            f"{'+'.join(how)} cannot be joined for the column {column.name!r}.",
            hint="Only ways of dates and texts can be joined, each once.",
        )
    if kind == "number" and how == ("one-hot",) and column.distinct > _MOST_ONE_HOT:
        raise UsageError(
            f"The column {column.name!r} has {column.distinct:,} values; a column for each would be too many.",
            hint="Take binned, or choose a column with fewer values.",
        )
    if how == ("target",) and classes > MOST_CLASSES_ENCODED:
        raise UsageError(
            f"The mean of the target of {column.name!r} would be {classes:,} numbers, one per class.",
            hint="Take one-hot or codes.",
        )


def by_column(treatments: Iterable[Treatment]) -> Mapping[str, tuple[str, ...]]:
    """Give the ways by the names of the columns."""
    return {one.column: one.how for one in treatments}
