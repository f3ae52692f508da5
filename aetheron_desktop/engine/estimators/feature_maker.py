"""What a fitted transformer makes of columns, to the bit, without what scikit-learn asks about each table.

For a single row, ``ColumnTransformer.transform`` spends milliseconds on looking at names, types and settings that
cannot have changed; the arithmetic takes microseconds. So each part is asked once for all that can be known before: of
encoders, what each level becomes. A part of a kind that is not known here leaves the whole to scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from scipy.special import ndtri
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)

from aetheron_desktop.engine.estimators.features import SEPARATOR, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Step = Callable[[Any], Any]

_FEW: Final = 64
"""So few words are looked up one by one: to number them first would take longer."""
_ENCODERS: Final = (OneHotEncoder, OrdinalEncoder, TargetEncoder)
_BOUND: Final = 1e-7
"""How near to an end of the quantiles a value counts as the end, as scikit-learn has it."""
_ENDS: Final = ndtri([_BOUND - np.spacing(1), 1 - (_BOUND - np.spacing(1))])
_MAKERS: Final[WeakKeyDictionary[ColumnTransformer, FeatureMaker | None]] = WeakKeyDictionary()


class AsItIs:
    """Gives the columns on: the branches of a blend prepare them each in its own way."""

    def transform(self, columns: Any) -> Any:
        """Give ``columns``."""
        return columns


def made_by(transformer: Any, columns: Mapping[str, NDArray[Any]]) -> Any:
    """Give what the fitted ``transformer`` makes of ``columns`` (n,) by name: (n, features)."""
    if isinstance(transformer, AsItIs):
        return columns
    if type(transformer) is not ColumnTransformer:
        return transformer.transform(pd.DataFrame(columns))
    if transformer not in _MAKERS:
        maker = _maker_of(transformer)
        first = {name: values[:1] for name, values in columns.items()}
        # What is damaged in a file is found by scikit-learn, and what it does otherwise some day is left to it.
        want = transformer.transform(pd.DataFrame(first))
        is_same = maker is not None and np.array_equal(want, maker.make(first), equal_nan=True)
        _MAKERS[transformer] = maker if is_same else None
    maker = _MAKERS[transformer]
    return transformer.transform(pd.DataFrame(columns)) if maker is None else maker.make(columns)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Some columns by ``names``, and the ``steps`` that they go through; ``kind`` says as what the first takes them."""

    names: tuple[str, ...]
    place: slice
    steps: tuple[Step, ...]
    kind: type[Any]


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMaker:
    """The parts of a fitted transformer, and how many features they make together."""

    parts: tuple[_Part, ...]
    width: int

    def make(self, columns: Mapping[str, NDArray[Any]]) -> Floats:
        """Give (n, width) of ``columns`` (n,) by name."""
        rows = len(columns[self.parts[0].names[0]])
        made = np.empty((rows, self.width))
        for part in self.parts:
            given: Any
            if part.kind is TfidfVectorizer:
                given = columns[part.names[0]]
            elif issubclass(part.kind, _ENCODERS):
                given = [columns[name] for name in part.names]
            else:
                given = np.empty((rows, len(part.names)))
                for place, name in enumerate(part.names):
                    given[:, place] = columns[name]
            for step in part.steps:
                given = step(given)
            made[:, part.place] = given
        return made


def _maker_of(transformer: ColumnTransformer) -> FeatureMaker | None:
    """Give the maker; None where one of the parts is of a kind that is not known here."""
    parts, width = [], 0
    for name, fitted, chosen in transformer.transformers_:
        if name == "remainder":
            continue
        steps = [one for _, one in fitted.steps] if isinstance(fitted, Pipeline) else [fitted]
        known = [_step_of(step) for step in steps]
        place = transformer.output_indices_[name]
        if None in known or place.stop <= place.start:
            return None
        width = max(width, place.stop)
        parts.append(
            _Part(
                tuple(names_of(transformer, chosen)),
                place,
                tuple(one for one in known if one is not None),
                type(steps[0]),
            )
        )
    return FeatureMaker(tuple(parts), width) if parts else None


def _step_of(step: Any) -> Step | None:
    """Give what a fitted step does to (n, k), or to a list of k columns; None where it is not known here."""
    match step:
        case FunctionTransformer(func=None):
            return _as_it_is
        case StandardScaler(with_mean=True, with_std=True):
            return lambda X: (X - step.mean_) / step.scale_
        case MinMaxScaler(clip=True):
            return lambda X: np.clip(X * step.scale_ + step.min_, *step.feature_range)
        case SimpleImputer(keep_empty_features=True):
            return _imputing(step)
        case MissingIndicator(features="missing-only"):
            return lambda X: np.isnan(X[:, step.features_])
        case KBinsDiscretizer(encode="ordinal"):
            return _binning(step)
        case QuantileTransformer(output_distribution="normal"):
            return _ranking(step)
        case OneHotEncoder() | OrdinalEncoder() | TargetEncoder():
            return _Levels.of(step)
        case TfidfVectorizer() | TruncatedSVD():
            return step.transform  # type: ignore[no-any-return]
        case _:
            return None


# -- numbers ----------------------------------------------------------------------------------------------------------


def _as_it_is(X: Floats) -> Floats:
    return X


def _imputing(step: SimpleImputer) -> Step:
    told = step.indicator_.features_ if step.add_indicator else np.empty(0, dtype=np.intp)

    def impute(X: Floats) -> Floats:
        missing = np.isnan(X)
        filled = np.where(missing, step.statistics_, X)
        return np.hstack((filled, missing[:, told])) if len(told) else filled

    return impute


def _binning(step: KBinsDiscretizer) -> Step:
    edges = [one[1:-1] for one in step.bin_edges_]

    def place(X: Floats) -> Floats:
        made = np.empty_like(X)
        for column, inner in enumerate(edges):
            made[:, column] = np.searchsorted(inner, X[:, column], side="right")
        return made

    return place


def _ranking(step: QuantileTransformer) -> Step:
    """Give the inverse of the bell curve at the ranks; scikit-learn asks scipy for it column by column."""
    there, back = step.references_, -step.references_[::-1]
    known = np.ascontiguousarray(step.quantiles_.T)
    turned = np.ascontiguousarray(-known[:, ::-1])

    def bend(X: Floats) -> Floats:
        ranks = np.empty_like(X)
        for column in range(X.shape[1]):
            values = X[:, column]
            # Of a value that comes often, the middle of its ranks.
            ranks[:, column] = 0.5 * (
                np.interp(values, known[column], there) - np.interp(-values, turned[column], back)
            )
        ranks[known[:, -1] < X + _BOUND] = 1.0
        ranks[known[:, 0] > X - _BOUND] = 0.0
        made: Floats = np.clip(ndtri(ranks), *_ENDS)
        return made + 0.0

    return bend


# -- categories -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Levels:
    """What each level of some columns becomes.

    ``places`` has, of each column, where a level, and one that is not known, stands in its table of ``answers``
    (different ones, features).
    """

    places: tuple[tuple[dict[Any, int], int], ...]
    answers: tuple[Floats, ...]

    @classmethod
    def of(cls, encoder: Any) -> _Levels | None:
        """Ask ``encoder`` for all that it can answer; None where that cannot be parted by columns."""
        levels = [list(one) for one in encoder.categories_]
        told = _asked(encoder, [[*known, _stranger(known)] for known in levels])
        is_hot = isinstance(encoder, OneHotEncoder)
        counts = encoder._n_features_outs if is_hot else [told.shape[1] // len(levels)] * len(levels)
        if sum(counts) != told.shape[1]:
            return None
        places, answers = [], []
        for known, own in zip(levels, np.split(told, np.cumsum(counts)[:-1], axis=1), strict=True):
            answer = np.ascontiguousarray(own[[*range(len(known)), -1]])
            place = np.arange(len(answer))
            if is_hot:
                # Of many levels most have the same answer, and it is wide.
                answer, place = np.unique(answer, axis=0, return_inverse=True)
            places.append((dict(zip(known, place[:-1].tolist(), strict=True)), int(place[-1])))
            answers.append(answer)
        return cls(tuple(places), tuple(answers))

    def __call__(self, given: Any) -> Floats:
        columns = given if isinstance(given, list) else list(given.T)
        parts = [
            answer[_places(*known, values)]
            for known, answer, values in zip(self.places, self.answers, columns, strict=True)
        ]
        return parts[0] if len(parts) == 1 else np.hstack(parts)


def _asked(encoder: Any, columns: list[list[Any]]) -> Floats:
    """Give what ``encoder`` makes of columns of different lengths; the last row has the last value of each."""
    rows = max(len(values) for values in columns)
    filled = [[*values[:-1], *values[:1] * (rows - len(values)), values[-1]] for values in columns]
    table = np.array(filled, dtype=object if isinstance(columns[0][0], str) else np.float64).T
    names = getattr(encoder, "feature_names_in_", None)
    made: Floats = encoder.transform(table if names is None else pd.DataFrame(table, columns=names))
    return made


def _stranger(known: list[Any]) -> Any:
    """Give a value that is none of the ``known``."""
    if not isinstance(known[0], str):
        return float(np.nextafter(max(known), np.inf))
    return next(word for word in (SEPARATOR * length for length in count(1)) if word not in set(known))


def _places(known: dict[Any, int], unknown: int, values: NDArray[Any]) -> NDArray[np.int64] | list[int]:
    """Give (n,) where the answers to ``values`` (n,) stand."""
    if len(values) <= _FEW:
        return [known.get(value, unknown) for value in values.tolist()]
    codes, found = pd.factorize(values)
    return np.array([known.get(value, unknown) for value in found], dtype=np.int64)[codes]
