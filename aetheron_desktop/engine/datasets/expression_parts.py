"""The parts that expressions are made of: what each is in SQL and in pandas, and the functions there are."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Kind: TypeAlias = Literal["integer", "number", "text", "boolean", "date"]
Value: TypeAlias = bool | int | float | str | datetime.datetime
HOLE: Final = "\0"
"""Where a value stands in the SQL of a part: none of the text that people write gets into it."""

HELPERS: Final = {
    "calculated": '''
def calculated(function, *operands):
    """Call a function of numpy; what is not finite is missing."""
    index = next(operand.index for operand in operands if isinstance(operand, pd.Series))
    arrays = [one.to_numpy("float64", na_value=np.nan) if isinstance(one, pd.Series) else one for one in operands]
    with np.errstate(all="ignore"):
        made = np.asarray(function(*arrays), dtype="float64")
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(made, mask=~np.isfinite(made))), index=index)
''',
    "chosen": '''
def chosen(condition, yes, no):
    """Give ``yes`` where the condition is true, and ``no`` elsewhere."""
    held = condition.fillna(False).to_numpy(dtype=bool)
    sides = [one if isinstance(one, pd.Series) else pd.Series([one] * len(held)) for one in (yes, no)]
    values = [y if is_held else n for is_held, y, n in zip(held, sides[0], sides[1])]
    made = pa.array([None if value is pd.NA else value for value in values], from_pandas=True)
    return pd.Series(pd.arrays.ArrowExtensionArray(made), index=condition.index)
''',
    "one_of": '''
def one_of(values, known):
    """Say which values are among the known ones; of a missing value that is not known."""
    return values.isin(known).astype("bool[pyarrow]").where(values.notna())
''',
}
"""Small functions that the pandas code of some parts calls; they are written out before it."""

_LONGEST: Final = 200_000
_NUMERAL: Final = r" *[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)? *"


@dataclass(frozen=True)
class Part:
    """A piece of an expression: its kind, SQL with a hole for each value, pandas code, and the value of a constant.

    ``kind`` is None for the word *missing*.
    """

    kind: Kind | None
    sql: str
    values: tuple[Value, ...] = ()
    pandas: str = ""
    constant: Value | None = None
    helpers: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it can be calculated with."""
        return self.kind in {"integer", "number"}


class Mismatch(Exception):
    """What was given does not fit, in words."""


def constant(value: Value) -> Part:
    """Give the part that stands for a value."""
    match value:
        case bool():
            return Part("boolean", HOLE, (value,), repr(value), value)
        case int() if abs(value) < 2**63:
            return Part("integer", HOLE, (value,), repr(value), value)
        case int() | float():
            if not math.isfinite(value):
                raise Mismatch("the number is too large")
            return Part("number", HOLE, (float(value),), repr(float(value)), float(value))
        case datetime.datetime():
            return Part("date", f"CAST({HOLE} AS TIMESTAMP)", (value,), f"pd.Timestamp({value.isoformat()!r})", value)
        case str():
            return Part("text", HOLE, (value,), repr(value), value)


def joined(kind: Kind, sql: str, pandas: str, *parts: Part, helper: str = "") -> Part:
    """Put parts together: ``sql`` and ``pandas`` have ``{0}``, ``{1}`` … once each, in their order."""
    made = _filled(sql, [part.sql for part in parts])
    if len(made) > _LONGEST:
        raise Mismatch("the expression becomes too long")
    return Part(
        kind,
        made,
        tuple(value for part in parts for value in part.values),
        _filled(pandas, [part.pandas for part in parts]),
        helpers=frozenset({helper} - {""}).union(*(part.helpers for part in parts)),
        columns=tuple(dict.fromkeys(name for part in parts for name in part.columns)),
    )


def _filled(template: str, pieces: list[str]) -> str:
    # Not by str.format: a name may hold braces.
    return re.sub(r"\{(\d+)\}", lambda match: pieces[int(match[1])], template)


def both_numbers(left: Part, right: Part) -> Kind:
    """Give the kind that two numbers have together."""
    return "integer" if left.kind == right.kind == "integer" else "number"


def finite(sql: str) -> str:
    """Give SQL that is missing where ``sql`` is no finite number, or cannot be calculated."""
    return f"nullif(nullif(nullif(TRY({sql}), 'nan'::DOUBLE), 'inf'::DOUBLE), '-inf'::DOUBLE)"


def as_date(part: Part) -> Part:
    """Give the date that a text constant names; any other part as it is.

    Raises:
        Mismatch: it names none.
    """
    if part.kind != "text" or not isinstance(part.constant, str):
        return part
    try:
        moment = datetime.datetime.fromisoformat(part.constant)
    except ValueError:
        raise Mismatch(f"“{part.constant}” is no date such as 2026-01-31") from None
    return constant(moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment)


def _calculation(sql: str, numpy: str) -> Callable[..., Part]:
    def made(part: Part) -> Part:
        expression = finite(f"{sql}(CAST({{0}} AS DOUBLE))")
        return joined("number", expression, f"calculated(np.{numpy}, {{0}})", part, helper="calculated")

    return made


def _text(sql: str, pandas: str, kind: Kind = "text") -> Callable[..., Part]:
    return lambda part: joined(kind, f"{sql}({{0}})", f"{{0}}.str.{pandas}", part)


def _search(sql: str, pandas: str) -> Callable[..., Part]:
    return lambda part, word: joined("boolean", f"{sql}({{0}}, {{1}})", f"{{0}}.str.{pandas}", part, word)


def _date_part(sql: str, pandas: str) -> Callable[..., Part]:
    code = f'{{0}}.dt.{pandas}.astype("int64[pyarrow]")'
    return lambda part: joined("integer", f"CAST({sql} AS BIGINT)", code, part)


def _matches(part: Part, pattern: Part) -> Part:
    assert isinstance(pattern.constant, str)
    try:
        re.compile(pattern.constant)
    except (re.error, OverflowError, RecursionError) as error:
        raise Mismatch(f"the pattern cannot be understood: {error}") from None
    if re.search(r"\(\?(?:<?[=!]|P=|P?<\w+>|\()|\\[1-9]", pattern.constant):
        raise Mismatch("the pattern looks around or back, which is not supported")
    return joined("boolean", "regexp_matches({0}, {1})", "{0}.str.contains({1}, regex=True)", part, pattern)


def _round(part: Part, digits: Part | None = None) -> Part:
    places = 0 if digits is None else digits.constant
    if not isinstance(places, int) or not -9 <= places <= 12:
        raise Mismatch("the digits are a whole number from -9 to 12")
    sql = finite(f"round_even(CAST({{0}} AS DOUBLE), {places})")
    return joined("number", sql, f"calculated(lambda x: np.round(x, {places}), {{0}})", part, helper="calculated")


def _least(sql: str, numpy: str) -> Callable[..., Part]:
    def made(left: Part, right: Part) -> Part:
        expression = f"{sql}(CAST({{0}} AS DOUBLE), CAST({{1}} AS DOUBLE))"
        return joined("number", expression, f"calculated(np.{numpy}, {{0}}, {{1}})", left, right, helper="calculated")

    return made


def _number(part: Part) -> Part:
    if part.is_number:
        return joined("number", "CAST({0} AS DOUBLE)", '{0}.astype("float64[pyarrow]")', part)
    # Twice the same part; it is a text, and no number within it can be another of these.
    sql = f"CASE WHEN regexp_full_match({{0}}, '{_NUMERAL}') THEN TRY_CAST(trim({{1}}) AS DOUBLE) END"
    code = f'{{0}}.where({{1}}.str.fullmatch({_NUMERAL!r}).fillna(False)).str.strip().astype("float64[pyarrow]")'
    return joined("number", sql, code, part, part)


def _if_else(condition: Part, yes: Part, no: Part) -> Part:
    if yes.is_number and no.is_number:
        kind: Kind = both_numbers(yes, no)
        target = "BIGINT" if kind == "integer" else "DOUBLE"
        sql = f"CASE WHEN {{0}} THEN CAST({{1}} AS {target}) ELSE CAST({{2}} AS {target}) END"
        code = f'chosen({{0}}, {{1}}, {{2}}).astype("{"int64" if kind == "integer" else "float64"}[pyarrow]")'
        return joined(kind, sql, code, condition, yes, no, helper="chosen")
    if yes.kind != no.kind or yes.kind is None:
        raise Mismatch("both values are of one kind")
    sql = "CASE WHEN {0} THEN {1} ELSE {2} END"
    return joined(yes.kind, sql, "chosen({0}, {1}, {2})", condition, yes, no, helper="chosen")


def _fill(part: Part, value: Part) -> Part:
    if part.is_number and value.is_number:
        if part.kind == "integer" and value.kind == "number":
            sql = "coalesce(CAST({0} AS DOUBLE), {1})"
            return joined("number", sql, '{0}.astype("float64[pyarrow]").fillna({1})', part, value)
        return joined(part.kind or "number", "coalesce({0}, {1})", "{0}.fillna({1})", part, value)
    if part.kind != value.kind or part.kind is None:
        raise Mismatch("the value is of another kind than the column")
    return joined(part.kind, "coalesce({0}, {1})", "{0}.fillna({1})", part, value)


@dataclass(frozen=True)
class Function:
    """What can be called: of which kinds its arguments are (``=`` after one: a constant), and what it makes."""

    takes: tuple[str, ...]
    make: Callable[..., Part]
    optional: int = 0


_NUMBER, _WORDS, _DATE, _ANY, _TRUTH = "number", "text", "date", "anything", "truth"
FUNCTIONS: Final[dict[str, Function]] = {
    "contains": Function((_WORDS, "text="), _search("contains", "contains({1}, regex=False)")),
    "starts_with": Function((_WORDS, "text="), _search("starts_with", "startswith({1})")),
    "ends_with": Function((_WORDS, "text="), _search("ends_with", "endswith({1})")),
    "matches": Function((_WORDS, "text="), _matches),
    "lower": Function((_WORDS,), _text("lower", "lower()")),
    "upper": Function((_WORDS,), _text("upper", "upper()")),
    "trim": Function((_WORDS,), _text("trim", 'strip(" ")')),
    "length": Function((_WORDS,), _text("length", 'len().astype("int64[pyarrow]")', "integer")),
    "number": Function((_ANY,), _number),
    "abs": Function((_NUMBER,), lambda part: joined(part.kind, "abs({0})", "{0}.abs()", part)),
    "round": Function((_NUMBER, "number="), _round, optional=1),
    "floor": Function((_NUMBER,), _calculation("floor", "floor")),
    "ceil": Function((_NUMBER,), _calculation("ceil", "ceil")),
    "sqrt": Function((_NUMBER,), _calculation("sqrt", "sqrt")),
    "log": Function((_NUMBER,), _calculation("ln", "log")),
    "log10": Function((_NUMBER,), _calculation("log10", "log10")),
    "exp": Function((_NUMBER,), _calculation("exp", "exp")),
    "minimum": Function((_NUMBER, _NUMBER), _least("least", "fmin")),
    "maximum": Function((_NUMBER, _NUMBER), _least("greatest", "fmax")),
    "year": Function((_DATE,), _date_part("year({0})", "year")),
    "month": Function((_DATE,), _date_part("month({0})", "month")),
    "day": Function((_DATE,), _date_part("day({0})", "day")),
    "hour": Function((_DATE,), _date_part("hour({0})", "hour")),
    "minute": Function((_DATE,), _date_part("minute({0})", "minute")),
    "weekday": Function((_DATE,), _date_part("isodow({0}) - 1", "day_of_week")),
    "date": Function(("text=",), as_date),
    "if_else": Function((_TRUTH, _ANY, _ANY), _if_else),
    "fill": Function((_ANY, _ANY), _fill),
}
"""The names are those of pandas and SQL where these agree; Monday is weekday 0."""
