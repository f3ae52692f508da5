"""The parts of a transformer: what scikit-learn is asked to make of numbers, categories and texts.

All that is fitted is a type of scikit-learn's own, so that a model's file holds nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.utils.validation import FLOAT_DTYPES, validate_data

from aetheron_desktop.engine.estimators.treatments import OF_TREES, TREE_LEVELS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from aetheron_desktop.engine.estimators.treatments import Style

_BOUND: Final = 4.0
"""Where scaled numbers are cut, in standard deviations."""
_ONE_HOT_WIDTH: Final = 4_000
_ONE_HOT_BYTES: Final = 1 << 30
"""The most columns that all categories together become, and the most memory of them for the training rows."""
_LEAST_ROWS: Final = 5
"""A value of numbers that fewer rows have gets no column of its own."""
_SMOOTH: Final = 10.0
"""Target encoding counts the mean of all rows as so many rows of each level (Micci-Barreca 2001)."""
_FOLDS: Final = 5
_MOST_LEVELS: Final = 50_000
"""The most levels of a column that target encoding keeps, the most frequent ones."""
_VECTORS: Final = 10_000
"""The most levels of a category that get a vector of their own."""
_MANY: Final = 1_000
_NONE: Final = "\N{SYMBOL FOR UNIT SEPARATOR}"
_BINS: Final = 10
_TEXT_WORDS: Final = 2_000
_TEXT_WIDTH: Final = 24
WORD: Final = r"\w\w"
"""What has a word in it, as the vectorizer finds them."""
SIGN: Final = r"\w"
_UNPARTED: Final = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"


# -- numbers ----------------------------------------------------------------------------------------------------------


class _Bounds(MinMaxScaler):  # type: ignore[misc]  # untyped base
    """Cuts at fixed bounds: a scaler that takes them for what it has seen. :func:`settle` makes it a plain one."""

    def fit(self, X: NDArray[Any], y: ArrayLike | None = None) -> _Bounds:
        """Learn the number of columns alone."""
        del y
        width = validate_data(self, X, dtype=FLOAT_DTYPES, ensure_all_finite="allow-nan").shape[1]
        names = getattr(self, "feature_names_in_", None)
        super().fit(np.tile(np.array(self.feature_range)[:, None], width))
        if names is not None:
            self.feature_names_in_ = names
        return self


def _bounds() -> _Bounds:
    return _Bounds(feature_range=(-_BOUND, _BOUND), clip=True)


def _impute(*, is_told: bool = True) -> SimpleImputer:
    return SimpleImputer(strategy="median", add_indicator=is_told, keep_empty_features=True)


def as_they_are(style: Style) -> Any:
    """Give what leaves numbers as they are; trees ask for a threshold, and missing is an answer of its own."""
    return "passthrough" if style == "tree" else _impute()


def scaled(style: Style) -> Pipeline:
    """Give what centres numbers, divides them by their standard deviation, and cuts them.

    By the quartiles instead, columns in which most rows have one value would not be scaled at all.
    """
    steps = [("scale", StandardScaler()), ("bounds", _bounds())]
    return Pipeline(steps if style == "tree" else [("impute", _impute()), *steps])


def by_rank(rows: int, seed: int) -> Pipeline:
    """Give what bends numbers to the bell curve by their ranks."""
    even = QuantileTransformer(
        n_quantiles=min(rows, max(10, min(1_000, rows // 20))),
        output_distribution="normal",
        subsample=100_000,
        random_state=seed,
    )
    return Pipeline([("impute", _impute()), ("even", even)])


def binned(style: Style, rows: int) -> Pipeline:
    """Give what puts numbers into bins of about as many rows each: their numbers for trees, else a column for each."""
    bins = KBinsDiscretizer(
        n_bins=max(2, min(_BINS, rows // 2)),
        encode="ordinal",
        strategy="quantile",
        quantile_method="averaged_inverted_cdf",
        subsample=None,
    )
    steps = [("impute", _impute(is_told=False)), ("bins", bins)]
    return Pipeline(steps if style in OF_TREES else [*steps, ("one-hot", _levels(100))])


def each_value() -> Pipeline:
    """Give what makes a column for each frequent value of numbers."""
    return Pipeline([("impute", _impute(is_told=False)), ("one-hot", _levels(100))])


def told_missing() -> MissingIndicator:
    """Give what tells where numbers are missing."""
    return MissingIndicator(features="missing-only", error_on_new=False)


def _levels(most: int) -> OneHotEncoder:
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        max_categories=most,
        min_frequency=_LEAST_ROWS,
        sparse_output=False,
        dtype=np.float64,
    )


# -- categories -------------------------------------------------------------------------------------------------------


def one_hot(frame: pd.DataFrame) -> OneHotEncoder:
    """Give what makes a column for each level of the columns of ``frame`` that is frequent enough."""
    rows, count = max(1, len(frame)), max(1, len(frame.columns))
    width = max(2, min(100, min(_ONE_HOT_WIDTH, _ONE_HOT_BYTES // (8 * rows)) // count))
    # A level that is seen once or twice says nothing; the rare ones share a column, and new ones join them.
    return OneHotEncoder(
        categories=_known_levels(frame, width),
        handle_unknown="infrequent_if_exist",
        max_categories=width,
        min_frequency=2,
        sparse_output=False,
        dtype=np.float64,
    )


def codes(style: Style, frame: pd.DataFrame) -> Any:
    """Give what makes a level its number: for trees as it is, else the middle one for a new level, and scaled."""
    encoder = OrdinalEncoder(
        categories=_known_levels(frame, TREE_LEVELS - 1),
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        max_categories=TREE_LEVELS,
        dtype=np.float64,
    )
    if style == "tree":
        return encoder
    known = [("codes", encoder), ("impute", _impute(is_told=False))]
    return Pipeline(known if style == "filled" else [*known, ("scale", StandardScaler())])


def codes_of_vectors(frame: pd.DataFrame) -> OrdinalEncoder:
    """Give what makes a level its number, by which a network finds its vector; what was never seen is NaN."""
    return OrdinalEncoder(
        categories=_known_levels(frame, _VECTORS - 1),
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        max_categories=_VECTORS,
        # Of a level that is seen once its vector would say nothing: the rare ones share one.
        min_frequency=2,
        dtype=np.float64,
    )


def target_means(style: Style, classes: int, seed: int, frame: pd.DataFrame) -> Any:
    """Give what makes a level the mean of the target in its rows, from other rows than it is used for."""
    encoder = TargetEncoder(
        # What is not among them counts as the first of them while the encoder learns, and as unknown ever after.
        categories=[np.array([_NONE, *_frequent(frame[name], _MOST_LEVELS)], dtype=object) for name in frame],
        target_type="continuous" if not classes else "binary" if classes == 2 else "multiclass",
        smooth=_SMOOTH,
        cv=KFold(_FOLDS, shuffle=True, random_state=seed),
    )
    return encoder if style in OF_TREES else Pipeline([("means", encoder), ("scale", StandardScaler())])


def _known_levels(frame: pd.DataFrame, most: int) -> Any:
    """Give the levels of each column, of the columns with very many the ``most`` frequent; usually scikit-learn does.

    A million names would be kept in the model's file although they say nothing: levels that are left away here are
    what a new level is.
    """
    sizes = [frame[name].nunique() for name in frame]
    if all(size <= _MANY for size in sizes):
        return "auto"
    return [
        np.array(_repeated(frame[name], most) if size > _MANY else sorted(frame[name].unique()), dtype=object)
        for name, size in zip(frame, sizes, strict=True)
    ]


def _repeated(values: pd.Series, most: int) -> list[str]:
    """Give the frequent words, and a single one where no two rows have the same: scikit-learn takes no empty list."""
    return _frequent(values, most) or _frequent(values, 1, least=1)


def _frequent(values: pd.Series, most: int, least: int = 2) -> list[str]:
    """Give at most ``most`` words, the most frequent ones, that at least ``least`` rows have, in the alphabet's order.

    Cross-fitting teaches nothing of a level that is seen once.
    """
    counted = values.value_counts(sort=False)
    often = [(-int(count), str(word)) for word, count in counted[counted >= least].items()]
    return sorted(word for _, word in (sorted(often)[:most] if len(often) > most else often))


# -- texts ------------------------------------------------------------------------------------------------------------


def _vectorizer(how: str) -> TfidfVectorizer:
    if how == "words":
        return TfidfVectorizer(max_features=_TEXT_WORDS, sublinear_tf=True)
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=_TEXT_WORDS, sublinear_tf=True)


def text(values: pd.Series, how: str, seed: int) -> Pipeline:
    """Give what weighs the words, or the runs of characters, of texts and folds the weights into a few numbers."""
    filled = values[values.str.contains(WORD if how == "words" else SIGN, regex=True)]
    width = min(_TEXT_WIDTH, len(_vectorizer(how).fit(filled.head(5_000)).vocabulary_) - 1, len(values) - 1)
    steps: list[tuple[str, Any]] = [(how, _vectorizer(how))]
    if width >= 2:
        steps.append(("fold", TruncatedSVD(n_components=width, random_state=seed)))
    return Pipeline(steps)


def has_no_blanks(values: pd.Series) -> bool:
    """Tell whether most texts are of scripts that put no blanks between words (Chinese, Japanese, Thai and others)."""
    sample = values[values.str.contains(SIGN, regex=True)].head(1_000)
    return bool(len(sample)) and bool(sample.str.contains(_UNPARTED, regex=True).mean() > 0.5)


# -- after the fit ----------------------------------------------------------------------------------------------------


def settle(steps: list[Any]) -> None:
    """Make fitted steps, and the patterns they were made from, plain types of scikit-learn with plain settings."""
    for step in steps:
        for part in [one for _, one in step.steps] if isinstance(step, Pipeline) else [step]:
            if isinstance(part, _Bounds):
                part.__class__ = MinMaxScaler
            elif isinstance(part, OneHotEncoder | OrdinalEncoder | TargetEncoder):
                part.categories = "auto"
            elif isinstance(part, TfidfVectorizer) and hasattr(part, "vocabulary_"):
                # Numbers of NumPy would each become a file in that of the model.
                part.vocabulary_ = {word: int(place) for word, place in part.vocabulary_.items()}
            if isinstance(part, TargetEncoder):
                part.cv = _FOLDS
