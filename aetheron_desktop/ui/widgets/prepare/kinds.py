"""The kinds of steps as people choose and fill them in: title, icon, and the fields of each form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.expression_parts import Kind

Control: TypeAlias = Literal[
    "column", "columns", "other", "text", "expression", "choice", "number", "whole", "names", "dataset", "rows"
]
NUMBERS: Final[tuple[Kind, ...]] = ("integer", "number")


class Field(NamedTuple):
    """A field of a form; its ``name`` is that of the step's. ``when`` names another and the values that show this one.

    ``kinds`` are those of the columns to choose from, ``parts`` the fields of each row of ``rows``.
    """

    name: str
    label: str
    control: Control
    options: tuple[tuple[Any, str], ...] = ()
    kinds: tuple[Kind, ...] = ()
    default: Any = None
    when: tuple[str, tuple[Any, ...]] | None = None
    hint: str = ""
    parts: tuple[Field, ...] = ()


class StepKind(NamedTuple):
    """A kind of step: ``tag`` is that of its record, ``words`` say what it does."""

    tag: str
    title: str
    picture: str
    section: str
    words: str
    fields: tuple[Field, ...]


_CONDITION: Final = Field(
    "condition", "Condition", "expression", hint="age >= 18 and city in ('Ulm', 'Bonn') and not sold is missing"
)
_SUMMARIES: Final = (
    ("count", "count"), ("distinct", "distinct values"), ("sum", "sum"), ("mean", "mean"), ("median", "median"),
    ("minimum", "minimum"), ("maximum", "maximum"), ("deviation", "standard deviation"), ("first", "first"), ("last", "last"),
)  # fmt: skip
_TYPES: Final = (
    ("number", "number"), ("integer", "whole number"), ("category", "category"), ("boolean", "true or false"),
    ("date", "date"), ("text", "text"), ("identifier", "identifier"),
)  # fmt: skip
_FORMS: Final = tuple((form, form) for form in ("year-month-day", "day.month.year", "month/day/year", "day/month/year"))
_PARTS: Final = tuple((part, part) for part in ("year", "month", "day", "hour", "minute", "weekday"))

# ruff: noqa: E501 - one line a field
KINDS: Final = (
    StepKind("filter", "Keep rows", "filter", "Rows", "Keep the rows of which a condition is true.", (_CONDITION,)),
    StepKind("drop_rows", "Drop rows", "minus", "Rows", "Drop the rows of which a condition is true.", (_CONDITION,)),
    StepKind(
        "sort", "Sort", "sort", "Rows", "Sort the rows; missing cells come last.",
        (
            Field("keys", "By", "rows", parts=(
                Field("column", "Column", "column"),
                Field("descending", "Order", "choice", ((False, "ascending"), (True, "descending")), default=False),
            )),
        ),
    ),
    StepKind(
        "sample", "Draw a sample", "target", "Rows", "Keep some of the rows, drawn by chance that can be repeated.",
        (
            Field("rows", "Rows", "whole", hint="1000, or leave empty and give a share"),
            Field("share", "Share", "number", hint="0.1 for about a tenth"),
            Field("seed", "Seed", "whole", default=0),
        ),
    ),
    StepKind(
        "deduplicate", "Drop duplicates", "copy", "Rows", "Keep one of the rows that are alike in some columns, or in all.",
        (
            Field("columns", "Alike in", "columns", hint="none for all columns"),
            Field("keep", "Keep", "choice", (("first", "the first"), ("last", "the last")), default="first"),
        ),
    ),
    StepKind(
        "fill", "Fill missing", "drop", "Cells", "Put values where none is.",
        (
            Field("columns", "Columns", "columns"),
            Field("by", "By", "choice", (
                ("median", "the median"), ("mean", "the mean"), ("mode", "the most frequent value"),
                ("previous", "the value above"), ("next", "the value below"), ("constant", "a value"),
            ), default="median"),
            Field("value", "Value", "text", when=("by", ("constant",)), default=""),
        ),
    ),
    StepKind(
        "replace", "Replace values", "refresh", "Cells", "Put one value in the place of another.",
        (
            Field("columns", "Columns", "columns"),
            Field("match", "Replace", "choice", (
                ("whole", "whole cells"), ("part", "parts of a text"), ("pattern", "what a pattern finds"),
            ), default="whole"),
            Field("find", "Find", "text", default=""),
            Field("put", "Put", "text", hint="empty for a missing value"),
        ),
    ),
    StepKind(
        "clip", "Clip", "minus", "Cells", "Raise what lies below a limit to it, and lower what lies above another.",
        (
            Field("columns", "Columns", "columns", kinds=NUMBERS),
            Field("by", "Limits are", "choice", (("limits", "values"), ("quantiles", "quantiles, 0 to 1")), default="limits"),
            Field("low", "Lowest", "number"),
            Field("high", "Highest", "number"),
        ),
    ),
    StepKind(
        "retype", "Change the type", "category", "Cells", "Make columns of another type; what cannot have it becomes missing.",
        (
            Field("columns", "Columns", "columns"),
            Field("to", "Type", "choice", _TYPES, default="number"),
            Field("form", "Dates stand as", "choice", _FORMS, default="year-month-day", when=("to", ("date",))),
        ),
    ),
    StepKind(
        "rename", "Rename", "rename", "Columns", "Give a column another name.",
        (Field("column", "Column", "column"), Field("to", "New name", "text", default="")),
    ),
    StepKind(
        "drop_columns", "Drop columns", "trash", "Columns", "Leave columns out.", (Field("columns", "Columns", "columns"),)
    ),
    StepKind(
        "derive", "Make a column", "number", "Columns", "Make a column of others by an expression.",
        (
            Field("name", "Name", "text", default=""),
            Field("expression", "Expression", "expression", hint="if_else(age >= 18, price * 0.8, price)"),
        ),
    ),
    StepKind(
        "split_text", "Split text", "text", "Columns", "Make columns of the parts of a text.",
        (
            Field("column", "Column", "column", kinds=("text",)),
            Field("by", "At", "choice", (("delimiter", "a delimiter"), ("pattern", "a pattern with groups")), default="delimiter"),
            Field("sign", "Delimiter or pattern", "text", default=",", hint="such as (\\d+)-(\\w+)"),
            Field("into", "New columns", "names", hint="names with commas between"),
            Field("keep", "The text itself", "choice", ((True, "stays"), (False, "goes")), default=True),
        ),
    ),
    StepKind(
        "split_date", "Split a date", "date", "Columns", "Make columns of year, month and so on.",
        (
            Field("column", "Column", "column", kinds=("date",)),
            Field("parts", "Parts", "columns", _PARTS),
            Field("keep", "The date itself", "choice", ((True, "stays"), (False, "goes")), default=True),
        ),
    ),
    StepKind(
        "join", "Join a dataset", "link", "Tables", "Put the columns of another dataset beside, by keys that are equal.",
        (
            Field("dataset", "Dataset", "dataset"),
            Field("keys", "Keys", "rows", parts=(Field("left", "Here", "column"), Field("right", "There", "other"))),
            Field("how", "Keep", "choice", (
                ("left", "all rows of here"), ("inner", "rows that are in both"), ("outer", "all rows of both"),
                ("with", "rows with a partner, no columns"), ("without", "rows without a partner"),
            ), default="left"),
            Field("suffix", "Taken names get", "text", default="_right", when=("how", ("left", "inner", "outer"))),
        ),
    ),
    StepKind(
        "concatenate", "Add rows of a dataset", "download", "Tables", "Put the rows of another dataset below.",
        (Field("dataset", "Dataset", "dataset"),),
    ),
    StepKind(
        "group", "Group", "data", "Tables", "Make one row of all that are alike in the keys.",
        (
            Field("keys", "Keys", "columns"),
            Field("aggregations", "Columns", "rows", parts=(
                Field("column", "Of", "column"),
                Field("summary", "Summary", "choice", (("rows", "number of rows"), *_SUMMARIES, ("missing", "missing")), default="mean"),
                Field("name", "Name", "text", default=""),
            )),
        ),
    ),
    StepKind(
        "pivot", "Pivot", "table", "Tables", "Make a column of each value of a column.",
        (
            Field("keys", "One row for each", "columns"),
            Field("column", "Columns from", "column", kinds=("text", "boolean", "integer")),
            Field("value", "Cells from", "column"),
            Field("summary", "Summed up by", "choice", _SUMMARIES, default="sum"),
            Field("values", "Only the values", "names", hint="all when empty"),
        ),
    ),
    StepKind(
        "melt", "Melt", "log", "Tables", "Make rows of columns.",
        (
            Field("columns", "Columns", "columns"),
            Field("name", "Their names into", "text", default="column"),
            Field("value", "Their cells into", "text", default="value"),
        ),
    ),
)  # fmt: skip
"""In the order of the menu."""


def kind_of(tag: str) -> StepKind:
    """Give the kind of a step by its tag."""
    return next(kind for kind in KINDS if kind.tag == tag)
