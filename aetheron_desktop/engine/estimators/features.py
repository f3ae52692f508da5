"""From the table's columns to numbers: what each kind of column becomes, and what new values become later.

Numbers and booleans stay numbers (infinite ones count as missing), dates become their parts and the days since 2000,
categories words, and texts the weights of their words (TF-IDF), folded into a few numbers. What is learned on the way
(medians, categories, vocabularies) is a scikit-learn ``ColumnTransformer`` fitted on the training rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, QuantileTransformer, StandardScaler

from aetheron_desktop.engine.errors import ModelError, TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column

Style = Literal["linear", "tree", "network"]

MISSING_WORD: Final = "(missing)"
_EPOCH: Final = pd.Timestamp("2000-01-01")
_LARGEST: Final = 1e37
_TRUTHS: Final = {"true": 1.0, "yes": 1.0, "t": 1.0, "y": 1.0, "false": 0.0, "no": 0.0, "f": 0.0, "n": 0.0}
_ONE_HOT_WIDTH: Final = 4_000
_ONE_HOT_BYTES: Final = 1 << 30
"""The most columns that all categories together become, and the most memory of them for the training rows."""
_TEXT_WORDS: Final = 2_000
_TEXT_WIDTH: Final = 24


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
    """The columns that a model sees, each with the type it had when the model was made."""

    columns: tuple[Column, ...]

    def frame(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give the table (n, columns) as the transformer takes it: numbers, words and texts.

        Raises:
            ModelError: columns are not there; the words name them.
        """
        absent = [column.name for column in self.columns if column.name not in table.columns]
        if absent:
            raise ModelError(
                f"{len(absent)} columns that the model needs are not in the table: {', '.join(absent[:10])}.",
                hint="Give a table with the columns that the model was trained on; their order does not matter.",
            )
        present = table.columns[table.columns.isin([column.name for column in self.columns])]
        if present.has_duplicates:
            raise ModelError(
                f"The column {present[present.duplicated()][0]!r} is in the table more than once.",
                hint="Rename or remove the columns that the model shall not use.",
            )
        made: dict[str, Any] = {}
        for column in self.columns:
            made |= _made_of(column, table[column.name])
        return pd.DataFrame(made, index=table.index)

    def of(self, kind: Literal["number", "category", "text"]) -> list[str]:
        """Give the names that :meth:`frame` makes of this kind."""
        names: list[str] = []
        for column in self.columns:
            match column.type:
                case "number" | "integer" | "boolean" if kind == "number":
                    names.append(column.name)
                case "date" if kind == "number":
                    names += [_part(column.name, part) for part in _DATE_PARTS]
                case "category" | "identifier" if kind == "category":
                    names.append(column.name)
                case "text" if kind == "text":
                    names.append(column.name)
                case _:
                    pass
        return names


_DATE_PARTS: Final = ("days", "month", "day", "weekday", "hour")


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
    return {_part(name, part): numbers(parts[part].astype("float64")) for part in _DATE_PARTS}


def _part(name: str, part: str) -> str:
    # A sign that no column's name has, so that a part is never mistaken for a column.
    return f"{name}\N{SYMBOL FOR UNIT SEPARATOR}{part}"


def transformer(columns: Columns, frame: pd.DataFrame, style: Style, seed: int) -> ColumnTransformer:
    """Give the transformer, not yet fitted, that suits ``style``; ``frame`` tells how wide it may become.

    Raises:
        TrainingError: nothing is left to learn from.
    """
    number, category, text = columns.of("number"), columns.of("category"), columns.of("text")
    parts: list[tuple[str, Any, Any]] = []
    if category:
        # First: the boosted trees keep the codes of categories in front.
        parts.append(("category", _categories_for(style, len(category), len(frame)), category))
    if number:
        parts.append(("number", _numbers_for(style, len(frame), seed), number))
    for position, name in enumerate(text):
        if frame[name].str.contains(r"\w\w", regex=True).any():
            parts.append((f"text{position}", _text(frame[name], seed), name))
    if not parts:
        raise TrainingError(
            "No column is left that a model could learn from: all are empty.", hint="Choose other columns."
        )
    return ColumnTransformer(parts, sparse_threshold=0.0)


def categorical_positions(fitted: ColumnTransformer) -> tuple[int, ...]:
    """Give the positions, in the transformer's output, of codes of categories."""
    span = fitted.output_indices_.get("category", slice(0, 0))
    return tuple(range(span.start, span.stop))


def number_positions(fitted: ColumnTransformer, columns: Columns) -> range:
    """Give the positions, in the transformer's output, of the table's numbers."""
    start = fitted.output_indices_.get("number", slice(0, 0)).start
    return range(start, start + len(columns.of("number")))


def _numbers_for(style: Style, rows: int, seed: int) -> Any:
    if style == "tree":
        # Trees ask for a threshold: scale does not matter, and missing is an answer of its own.
        return "passthrough"
    impute = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    if style == "linear":
        return Pipeline([("impute", impute), ("scale", StandardScaler())])
    even = QuantileTransformer(
        n_quantiles=min(rows, max(10, min(1_000, rows // 20))),
        output_distribution="normal",
        subsample=100_000,
        random_state=seed,
    )
    return Pipeline([("impute", impute), ("even", even)])


def _categories_for(style: Style, count: int, rows: int) -> Any:
    if style == "tree":
        # 254 codes, and one for what was never seen: what the binned trees can hold.
        return OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=254, dtype=np.float64
        )
    width = min(_ONE_HOT_WIDTH, _ONE_HOT_BYTES // (8 * rows))
    # A level that is seen once or twice says nothing; the rare ones share a column, and new ones join them.
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        max_categories=max(2, min(100, width // count)),
        min_frequency=2,
        sparse_output=False,
        dtype=np.float64,
    )


def _text(values: pd.Series, seed: int) -> Any:
    vectorizer = TfidfVectorizer(max_features=_TEXT_WORDS, sublinear_tf=True)
    filled = values[values.str.contains(r"\w\w", regex=True)]
    width = min(_TEXT_WIDTH, len(vectorizer.fit(filled.head(5_000)).vocabulary_) - 1, len(values) - 1)
    steps: list[tuple[str, Any]] = [("words", TfidfVectorizer(max_features=_TEXT_WORDS, sublinear_tf=True))]
    if width >= 2:
        steps.append(("fold", TruncatedSVD(n_components=width, random_state=seed)))
    return Pipeline(steps)


def constant_columns(table: pd.DataFrame, columns: Sequence[Column]) -> list[str]:
    """Give the names of the columns that have one value only, or none."""
    return [column.name for column in columns if table[column.name].nunique(dropna=False) < 2]
