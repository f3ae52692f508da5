"""From the table's columns to numbers: what each kind of column becomes, and what new values become later.

Numbers and booleans stay numbers (infinite ones count as missing), dates become their parts, the days since 2000 and
the days to each other date, categories words, and texts the weights of their words (TF-IDF), folded into a few numbers.
What is learned on the way (medians, categories, vocabularies) is a scikit-learn ``ColumnTransformer`` fitted on the
training rows alone. What is made of a column is chosen by its :class:`~treatments.Treatment`, else by the style.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer

from aetheron_desktop.engine.errors import ModelError, TrainingError
from aetheron_desktop.engine.estimators import feature_parts as made_by
from aetheron_desktop.engine.estimators.treatments import (
    MOST_CLASSES_ENCODED,
    OF_TREES,
    Style,
    Treatment,
    by_column,
    has_few_values,
    has_many_levels,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column

MISSING_WORD: Final = "(missing)"
_EPOCH: Final = pd.Timestamp("2000-01-01")
_LARGEST: Final = 1e37
_TRUTHS: Final = {"true": 1.0, "yes": 1.0, "t": 1.0, "y": 1.0, "false": 0.0, "no": 0.0, "f": 0.0, "n": 0.0}
_MANY_NAMES: Final = 2_000
_MOST_DATES: Final = 4
"""Of so many dates at most, the days between each two are features."""


def words(values: pd.Series) -> pd.Series:
    """Give ``values`` as the words of categories: whole numbers without a point, missing ones as a word of their own.

    The same category must get the same word whether a file had it as 1, 1.0 or "1".
    """
    # Few values in many rows: each value is put into words once.
    codes, known = pd.factorize(values, use_na_sentinel=True)
    table = np.empty(len(known) + 1, dtype=object)
    table[:-1] = [_word(value) for value in known]
    table[-1] = MISSING_WORD
    return pd.Series(table[codes], index=values.index, dtype=object)


def _word(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 2**63 else repr(number)
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)


def numbers(values: pd.Series) -> NDArray[np.float64]:
    """Give ``values`` as numbers; what is none, or is infinite, is missing."""
    if not pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        values = pd.to_numeric(values.astype(object), errors="coerce")
    found = values.to_numpy(dtype=np.float64, na_value=np.nan)
    # Trees and networks compute in single precision, which ends at 3.4e38.
    return np.where(np.isfinite(found), np.clip(found, -_LARGEST, _LARGEST), np.nan)


def _truths(values: pd.Series) -> NDArray[np.float64]:
    """Give 1 for what says yes, 0 for what says no, and the numbers that stand for them as they are."""
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return numbers(values)
    said = words(values).str.strip().str.casefold()
    return numbers(said.map(_TRUTHS).fillna(pd.to_numeric(said, errors="coerce")))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a model sees, each with the type it had when the model was made.

    ``treatments`` are what was chosen for some of them; they matter while the transformer is made.
    """

    columns: tuple[Column, ...]
    treatments: tuple[Treatment, ...] = ()

    def frame(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give the table (n, columns) as the transformer takes it: numbers, words and texts.

        Raises:
            ModelError: columns are not there; the words name them.
        """
        return pd.DataFrame(self.given(table), index=table.index)

    def given(self, table: pd.DataFrame) -> Mapping[str, Any]:
        """Give the columns (n,) of :meth:`frame` by name.

        Raises:
            ModelError: columns are not there; the words name them.
        """
        absent = [column.name for column in self.columns if column.name not in table.columns]
        if absent:
            which = "A column" if len(absent) == 1 else f"{len(absent):,} columns"
            are = "is" if len(absent) == 1 else "are"
            raise ModelError(
                f"{which} that the model needs {are} not in the table: {', '.join(absent[:10])}.",
                hint="Give a table with the columns that the model was trained on; their order does not matter.",
            )
        if not table.columns.is_unique:
            self._refuse_twice(table)
        made: dict[str, Any] = {}
        for column in self.columns:
            made |= _made_of(column, table[column.name])
        for first, second in self.spans():
            made[span(first, second)] = made[part(second, "days")] - made[part(first, "days")]
        return made

    def _refuse_twice(self, table: pd.DataFrame) -> None:
        present = table.columns[table.columns.isin([column.name for column in self.columns])]
        if present.has_duplicates:
            raise ModelError(
                f"The column {present[present.duplicated()][0]!r} is in the table more than once.",
                hint="Rename or remove the columns that the model shall not use.",
            )

    def spans(self) -> list[tuple[str, str]]:
        """Give the pairs of dates between which :meth:`frame` counts the days."""
        dates = [column.name for column in self.columns if column.type == "date"]
        return list(combinations(dates, 2)) if len(dates) <= _MOST_DATES else []

    def of(self, kind: Literal["number", "category", "text"]) -> list[str]:
        """Give the names that :meth:`frame` makes of this kind."""
        names: list[str] = []
        for column in self.columns:
            match column.type:
                case "number" | "integer" | "boolean" if kind == "number":
                    names.append(column.name)
                case "date" if kind == "number":
                    names += [part(column.name, one) for one in DATE_PARTS]
                case "category" | "identifier" if kind == "category":
                    names.append(column.name)
                case "text" if kind == "text":
                    names.append(column.name)
                case _:
                    pass
        return names


DATE_PARTS: Final = ("days", "month", "day", "weekday", "hour")
CIRCLES: Final = {"month": (1, 12), "weekday": (0, 7), "hour": (0, 24)}
"""The parts that come round: the first one, and how many there are."""


def _made_of(column: Column, values: pd.Series) -> dict[str, Any]:
    match column.type:
        case "number" | "integer":
            return {column.name: numbers(values)}
        case "boolean":
            return {column.name: _truths(values)}
        case "date":
            return _date_parts(column.name, values)
        case "text":
            return {column.name: values.astype(object).where(values.notna(), "").map(str).to_numpy(dtype=object)}
        case "category" | "identifier":
            return {column.name: words(values).to_numpy(dtype=object)}


def _date_parts(name: str, values: pd.Series) -> dict[str, Any]:
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = pd.to_datetime(values.astype(object), errors="coerce", format="ISO8601", utc=True)
    if values.dt.tz is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    parts = {
        "days": (values - _EPOCH) / pd.Timedelta(days=1),
        "month": values.dt.month,
        "day": values.dt.day,
        "weekday": values.dt.day_of_week,
        "hour": values.dt.hour,
    }
    made = {part(name, one): numbers(parts[one].astype("float64")) for one in DATE_PARTS}
    for one in CIRCLES:
        given = made[part(name, one)]
        for place, circle in enumerate(circle_of(one)):
            # Read from a table: each row has the same bits wherever it stands, and in every runtime.
            there = np.append(circle, np.nan)
            made[part(name, circle_names(one)[place])] = there[
                np.where(np.isnan(given), len(circle), given - CIRCLES[one][0]).astype(np.int64)
            ]
    return made


def circle_of(one: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the two coordinates (n,) of the places of a part that comes round, on a circle of radius 1."""
    count = CIRCLES[one][1]
    turns = 2.0 * np.pi * np.arange(count) / count
    return np.sin(turns), np.cos(turns)


def circle_names(one: str) -> tuple[str, str]:
    """Give the names of the two coordinates."""
    return f"{one} sine", f"{one} cosine"


SEPARATOR: Final = "\N{SYMBOL FOR UNIT SEPARATOR}"
"""A sign that no column's name has, so that a part is never mistaken for a column."""


def part(name: str, one: str) -> str:
    """Give the name of a part of a date."""
    return f"{name}{SEPARATOR}{one}"


def span(first: str, second: str) -> str:
    """Give the name of the days from one date to another."""
    return f"{first}{SEPARATOR}to{SEPARATOR}{second}"


def transformer(
    columns: Columns, frame: pd.DataFrame, style: Style, seed: int, classes: int | None = None
) -> ColumnTransformer:
    """Give the transformer, not yet fitted, that suits ``style``; ``frame`` tells how wide it may become.

    ``classes`` is 0 for regression; without it, nothing is made that needs the target. Fit it by :func:`fitted`.

    Raises:
        TrainingError: nothing is left to learn from.
    """
    parts = _Parts(columns, frame, style, seed, classes).all()
    if not parts:
        raise TrainingError(
            "No column is left that a model could learn from: all are empty.", hint="Choose other columns."
        )
    return ColumnTransformer(parts, sparse_threshold=0.0)


def fitted(made: ColumnTransformer, frame: pd.DataFrame, y: NDArray[Any]) -> NDArray[np.float64]:
    """Fit the transformer ``made`` to ``frame`` and its target ``y`` (n,), and give the features (n, features).

    What is learned from the target is cross-fitted: these features are not those that ``transform`` gives.
    """
    with warnings.catch_warnings():
        # Of columns in which few values come often, there are fewer bins than asked for; what was made is told.
        warnings.filterwarnings("ignore", message="Bins whose width are too small")
        warnings.filterwarnings("ignore", message="Feature .* is constant")
        given: NDArray[np.float64] = made.fit_transform(frame, y)
    made_by.settle([step for _, step, _ in (*made.transformers, *made.transformers_)])
    return given


def _one_hot(style: Style, frame: pd.DataFrame) -> Any:
    del style
    return made_by.one_hot(frame)


def _vectors(style: Style, frame: pd.DataFrame) -> Any:
    del style
    return made_by.codes_of_vectors(frame)


class _Parts:
    """What a transformer is made of, as ``ColumnTransformer`` takes it."""

    def __init__(self, columns: Columns, frame: pd.DataFrame, style: Style, seed: int, classes: int | None) -> None:
        self._columns = columns
        self._how = by_column(columns.treatments)
        self._frame = frame
        self._style = style
        self._seed = seed
        self._classes = classes
        self._uses_target = classes is not None and classes <= MOST_CLASSES_ENCODED

    def all(self) -> list[tuple[str, Any, Any]]:
        """Give them in order."""
        # First: the boosted trees keep the codes of categories in front.
        return [*self._categories(), *self._numbers(), *self._texts()]

    def _auto(self, names: list[str]) -> list[str]:
        return [name for name in names if name not in self._how]

    def _chosen(self, names: list[str], *how: str) -> list[str]:
        return [name for name in names if set(how) & set(self._how.get(name, ()))]

    def _many(self) -> list[str]:
        columns = [column for column in self._columns.columns if has_many_levels(column, self._style)]
        return self._auto([column.name for column in columns]) if self._uses_target else []

    def _categories(self) -> list[tuple[str, Any, Any]]:
        names = self._columns.of("category")
        hot, coded = self._chosen(names, "one-hot"), self._chosen(names, "codes")
        auto, means = self._auto(names), [*self._many(), *self._chosen(names, "target")]
        if self._style in OF_TREES:
            parts = [("category", made_by.codes, auto + coded), ("one-hot", _one_hot, hot)]
        elif self._style == "embedded":
            parts = [("category", _vectors, auto + coded), ("one-hot", _one_hot, hot)]
        else:
            parts = [("category", _one_hot, auto + hot), ("codes", made_by.codes, coded)]
        made = [(name, make(self._style, self._frame[chosen]), chosen) for name, make, chosen in parts if chosen]
        if means:
            encoder = made_by.target_means(self._style, self._classes or 0, self._seed, self._frame[means])
            made.append(("means", encoder, means))
        return made

    def _numbers(self) -> list[tuple[str, Any, Any]]:
        columns = self._columns.columns
        plain = [column.name for column in columns if column.type in {"number", "integer", "boolean"}]
        rows, style = len(self._frame), self._style
        binned, each = self._chosen(plain, "binned"), self._chosen(plain, "one-hot")
        levels = self._auto([column.name for column in columns if has_few_values(column)]) + self._circling()
        levels = (levels if style == "linear" else []) + each
        missing = [name for name in binned + each if self._frame[name].isna().any()]
        parts = [
            ("number", self._usual_numbers(), self._usual()),
            ("as-is", made_by.as_they_are(style), self._chosen(plain, "as-is")),
            ("scaled", made_by.scaled(style), self._chosen(plain, "scaled")),
            ("quantile", made_by.by_rank(rows, self._seed), self._chosen(plain, "quantile")),
            ("binned", made_by.binned(style, rows), binned),
            ("each", made_by.each_value(), levels),
            ("missing", made_by.told_missing(), missing),
        ]
        return [(name, made, self._as_range(names)) for name, made, names in parts if names]

    def _as_range(self, names: list[str]) -> Any:
        """Give very many names that stand side by side by their ends: each would be looked for among all others."""
        if len(names) <= _MANY_NAMES:
            return names
        all_names = list(self._frame.columns)
        first = all_names.index(names[0])
        return slice(names[0], names[-1]) if all_names[first : first + len(names)] == names else names

    def _usual_numbers(self) -> Any:
        match self._style:
            case "linear":
                return made_by.scaled("linear")
            case "network" | "embedded":
                return made_by.by_rank(len(self._frame), self._seed)
            case _:
                return made_by.as_they_are(self._style)

    def _usual(self) -> list[str]:
        """Give the numbers that are treated as the style has it, in the order of the columns, then days between."""
        names = []
        for column in self._columns.columns:
            if column.type == "date":
                names += self._parts_of(column.name)
            elif column.type in {"number", "integer", "boolean"}:
                names += self._auto([column.name])
        dates = {
            column.name for column in self._columns.columns if "elapsed" in self._how.get(column.name, ("elapsed",))
        }
        return names + [span(*both) for both in self._columns.spans() if dates.issuperset(both)]

    def _parts_of(self, date: str) -> list[str]:
        how = self._how.get(date)
        if how is None:
            return [part(date, one) for one in DATE_PARTS]
        names = {"elapsed": ("days",), "cyclic": [name for one in CIRCLES for name in circle_names(one)]}
        return [part(date, name) for one in how for name in names.get(one, (one,))]

    def _circling(self) -> list[str]:
        dates = self._auto([column.name for column in self._columns.columns if column.type == "date"])
        return [part(date, one) for date in dates for one in CIRCLES]

    def _texts(self) -> list[tuple[str, Any, Any]]:
        parts = []
        for position, name in enumerate(self._columns.of("text")):
            values = self._frame[name]
            for one in self._how.get(name) or (self._read_as(values),):
                pattern = made_by.WORD if one == "words" else made_by.SIGN
                if values.str.contains(pattern, regex=True).any():
                    parts.append((f"{_TEXT_PARTS[one]}{position}", made_by.text(values, one, self._seed), name))
        return parts

    @staticmethod
    def _read_as(values: pd.Series) -> str:
        has_words = values.str.contains(made_by.WORD, regex=True).any()
        return "characters" if made_by.has_no_blanks(values) or not has_words else "words"


_TEXT_PARTS: Final = {"words": "text", "characters": "letters"}
"""How the parts of each way are called; with the column's place."""


def categorical_positions(fitted: ColumnTransformer) -> tuple[int, ...]:
    """Give the positions, in the transformer's output, of codes of categories."""
    span = fitted.output_indices_.get("category", slice(0, 0))
    return tuple(range(span.start, span.stop))


def number_positions(fitted: ColumnTransformer) -> range:
    """Give the positions, in the transformer's output, of the numbers that are treated as the style has it."""
    start = fitted.output_indices_.get("number", slice(0, 0)).start
    return range(start, start + len(chosen_by(fitted, "number")))


_IN_ORDER: Final = ("number", "as-is", "scaled", "quantile")
"""The parts in which a number becomes one feature that rises with it."""


def ordered_positions(fitted: ColumnTransformer) -> dict[str, int]:
    """Give the positions, in the transformer's output, of the features that rise with a column of the frame."""
    return {
        name: fitted.output_indices_[one].start + place
        for one in _IN_ORDER
        for place, name in enumerate(chosen_by(fitted, one))
    }


def chosen_by(fitted: ColumnTransformer, name: str) -> list[str]:
    """Give the columns of the frame that the part ``name`` of a transformer takes."""
    return next((names_of(fitted, chosen) for one, _, chosen in fitted.transformers_ if one == name), [])


def names_of(fitted: ColumnTransformer, chosen: Any) -> list[str]:
    """Give the names that a part of a transformer takes, which may be told by one name or by the first and the last."""
    if not isinstance(chosen, slice):
        return [chosen] if isinstance(chosen, str) else list(chosen)
    names = fitted.feature_names_in_.tolist()
    return names[names.index(chosen.start) : names.index(chosen.stop) + 1]  # type: ignore[no-any-return]


def constant_columns(table: pd.DataFrame, columns: Sequence[Column]) -> list[str]:
    """Give the names of the columns that have one value only, or none."""
    return [column.name for column in columns if table[column.name].nunique(dropna=False) < 2]
