"""Asks a model about rows that are put together: each column from a row of its own.

Every explanation asks about such rows, very many of them. What a transformer makes of a column depends on that column
alone, as a rule, so each row of the pool is prepared once, and the numbers are put together instead of the cells: of a
small table that takes a tenth of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.estimators.limits import values
from aetheron_desktop.engine.estimators.made_features import made_features
from aetheron_desktop.engine.estimators.pipeline import Blend
from aetheron_desktop.engine.estimators.quantiles import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

_CELLS_AT_ONCE: Final = 4_000_000
_MOST_ROWS_AT_ONCE: Final = 65_536
_LEAST: Final = 1e-12
"""Probabilities nearer to 0 than this are not told apart: a logarithm of the odds stays within 28."""


class Halted(Exception):  # a signal, not an error
    """Whoever wanted the answer does not want it any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a transformer makes of the pool: ``numbers`` (rows, features), each feature of one of the columns."""

    numbers: Floats
    owner: Places

    def put_together(self, sources: Places) -> Floats:
        """Give the features (n, features) of rows whose columns come from ``sources`` (n, columns)."""
        return self.numbers[sources[:, self.owner], np.arange(len(self.owner))]


class Mixing:
    """Asks ``pipeline`` about rows whose columns come from rows of ``pool``, tables one after another.

    A row is told by ``sources`` (n, columns): of each column, in the order of :attr:`columns`, the row of the pool
    that its cell comes from.
    """

    def __init__(
        self, pipeline: FittedPipeline, *pool: pd.DataFrame, should_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self.pipeline = pipeline
        self.columns = tuple(column.name for column in pipeline.columns.columns)
        self._pool = [table[list(self.columns)] for table in pool]
        self._should_stop = should_stop
        self.rows = sum(len(table) for table in pool)
        self._made = self._prepared()

    @property
    def is_quick(self) -> bool:
        """Whether numbers are put together instead of cells."""
        return self._made is not None

    def ask(self, sources: Places) -> Floats:
        """Give (n, classes) probabilities, or (n,) values.

        Raises:
            Halted: it was asked to stop.
        """
        width = max(len(self.columns), *(len(made.owner) for made in (self._made or {}).values()), 1)
        at_once = max(1, min(_MOST_ROWS_AT_ONCE, _CELLS_AT_ONCE // width))
        parts = []
        for start in range(0, len(sources), at_once):
            if self._should_stop():
                raise Halted
            part = sources[start : start + at_once]
            parts.append(self._slow(part) if self._made is None else self._quick(part, self._made))
        if not parts:
            return np.empty((0, len(self.pipeline.classes)) if self.pipeline.classes else 0)
        return np.concatenate(parts)

    def as_they_are(self, rows: Places) -> Places:
        """Give the sources of whole rows of the pool."""
        return np.repeat(np.asarray(rows, dtype=np.intp)[:, None], len(self.columns), axis=1)

    def sums(self, sources: Places) -> Floats:
        """Give (n, outputs): the sums that stand behind what is predicted; see :func:`sums_of`."""
        return sums_of(self.ask(sources))

    # -- the two ways -------------------------------------------------------------------------------------------------

    def _slow(self, sources: Places) -> Floats:
        table = self._table()
        return self.pipeline.raw(
            pd.DataFrame(
                {name: table[name].array.take(sources[:, place]) for place, name in enumerate(self.columns)}, copy=False
            )
        )

    def _table(self) -> pd.DataFrame:
        if len(self._pool) > 1:
            # Tables of cells of different types: as objects each cell stays what it is.
            self._pool = [pd.concat([table.astype(object) for table in self._pool], ignore_index=True)]
        return self._pool[0]

    def _quick(self, sources: Places, made: dict[int, Made]) -> Floats:
        predictor = self.pipeline.predictor
        if not isinstance(predictor, Blend):
            (only,) = made.values()
            told = said(predictor, only.put_together(sources))
            return told if self.pipeline.classes else values(told)
        return predictor.together(self._told(predictor, sources, made))

    @staticmethod
    def _told(blend: Blend, sources: Places, made: dict[int, Made]) -> Iterator[tuple[Any, Floats]]:
        known, rows = 0, None
        for branch in blend.branches:
            if rows is None or id(branch.transformer) != known:
                known = id(branch.transformer)
                rows = made[known].put_together(sources)
            yield branch, branch.predictor.predict(rows)

    def _prepared(self) -> dict[int, Made] | None:
        """Give what each transformer makes of the pool; None where a feature is made of more than one column."""
        frames = [self.pipeline.columns.frame(table) for table in self._pool]
        found: dict[int, Made] = {}
        for transformer in transformers(self.pipeline):
            owner = owners(transformer, self.columns)
            if owner is None:
                return None
            numbers = np.concatenate([np.asarray(transformer.transform(frame), np.float64) for frame in frames])
            if numbers.shape[1] != len(owner):
                return None
            found[id(transformer)] = Made(numbers, owner)
        return found


def transformers(pipeline: FittedPipeline) -> list[Any]:
    """Give the transformers of a pipeline, of an ensemble those of its branches, each once."""
    predictor: Predictor = pipeline.predictor
    if isinstance(predictor, Blend):
        return list({id(branch.transformer): branch.transformer for branch in predictor.branches}.values())
    return [pipeline.transformer]


def owners(transformer: Any, columns: Sequence[str]) -> Places | None:
    """Give the place of the column that each feature is made of, (features,); None where one has several, or none."""
    if not hasattr(transformer, "transformers_"):
        return None
    features, more = made_features(transformer)
    place = {name: at for at, name in enumerate(columns)}
    if more or not all(len(feature.columns) == 1 and feature.columns[0] in place for feature in features):
        return None
    return np.array([place[feature.columns[0]] for feature in features], dtype=np.intp)


def sums_of(raw: Floats) -> Floats:
    """Give (n, outputs) of (n,) values or (n, classes) probabilities: what models add up.

    Of two classes it is the logarithm of the odds of the second; of more, of each the logarithm of its probability
    over the geometric mean of all.
    """
    if raw.ndim == 1:
        return raw[:, None]
    likely = np.log(np.clip(raw, _LEAST, None))
    if raw.shape[1] == 2:
        return np.asarray(likely[:, 1:] - likely[:, :1])
    return np.asarray(likely - likely.mean(axis=1, keepdims=True))
