"""SHAP values: what each column of the table adds to what a model says of a row (Lundberg and Lee 2017).

Of boosted trees of LightGBM, XGBoost and CatBoost they are exact and the library's own (see
:class:`.estimators.boosters.Contributing`); what a column became several features of is added up.

Of all others rows are put together: in an order drawn at random, one column after another of a background row gets the
value of the row that is told of, and what the sum changes by is the column's share (Castro, Gómez and Tejada 2009;
Štrumbelj and Kononenko 2014). Each background row has an order of its own, gone through in both directions (Mitchell,
Cooper, Frank and Holmes 2022, "Sampling Permutations for Shapley Value Estimation"): of models that are sums of columns
and pairs of them that is exact, and whatever the model, what is added is the whole difference to the mean of the
background.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import numpy as np

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators.boosters import Contributing
from aetheron_desktop.engine.estimators.made_features import made_features
from aetheron_desktop.engine.explaining.mixing import Mixing, sums_of, transformers

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline

    Floats = NDArray[np.float64]

BACKGROUND: Final = 32
MOST_COLUMNS: Final = 500
"""Of wider tables each row would need a million rows that are put together."""
_CELLS_AT_ONCE: Final = 8_000_000
_COUNTED: Final = 2_000
"""So many training rows tell trees that have forgotten it how many come to each leaf."""


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """``added`` (rows, columns, outputs) from ``base`` (outputs,) on make ``sums`` (rows, outputs).

    ``noise`` (rows, columns, outputs) is the standard error by what was drawn; 0 where nothing was.
    """

    base: Floats
    added: Floats
    sums: Floats
    noise: Floats

    @property
    def away(self) -> float:
        """How far at most what is added is from what the model says."""
        if not len(self.added):
            return 0.0
        return float(np.abs(self.base + self.added.sum(axis=1) - self.sums).max())


class Sharer(Protocol):
    """Says what each column adds, for some rows at a time."""

    method: Literal["trees", "sampled"]
    background: int
    """How many other rows the rows are put together with; 0 where none are."""

    def shares(self, table: pd.DataFrame, first: int = 0) -> Shares:
        """Give them for the rows of ``table``; ``first`` is the number of its first row among all that are asked.

        Raises:
            Halted: it was asked to stop.
        """


def sharer(
    pipeline: FittedPipeline,
    learned: pd.DataFrame,
    should_stop: Callable[[], bool],
    *,
    seed: int = 0,
    rows: int = BACKGROUND,
) -> Sharer:
    """Give what suits the model; ``learned`` are training rows.

    Raises:
        ModelError: the table is too wide for a model of this kind.
    """
    if (exact := _of_trees(pipeline, learned)) is not None:
        return exact
    if (width := len(pipeline.columns.columns)) > MOST_COLUMNS:
        raise ModelError(
            f"What each of {width:,} columns adds takes too long to find out for this kind of model.",
            hint=f"Train LightGBM, XGBoost or CatBoost, which tell it at once, or at most {MOST_COLUMNS} columns.",
        )
    return Sampled(pipeline, learned.sample(min(rows, len(learned)), random_state=seed), should_stop, seed=seed)


# -- exact ------------------------------------------------------------------------------------------------------------


class TreeShares:
    """Exact, by the library that grew the trees."""

    method: Literal["trees", "sampled"] = "trees"
    background = 0

    def __init__(self, pipeline: FittedPipeline, share: Floats, counted: NDArray[Any]) -> None:
        self._pipeline, self._share, self._counted = pipeline, share, counted

    def shares(self, table: pd.DataFrame, first: int = 0) -> Shares:
        """Give them for the rows of ``table``."""
        del first
        X = self._features(self._pipeline, table)
        predictor: Any = self._pipeline.predictor
        found = predictor.contributions(X, self._counted)
        if found.shape[1] > 1:
            # The sums of several classes may be moved together without a probability changing.
            found = found - found.mean(axis=1, keepdims=True)
        added = np.einsum("rof,fc->rco", found[:, :, :-1], self._share)
        base = found[:, :, -1].mean(axis=0) if len(found) else np.zeros(found.shape[1])
        sums = sums_of(self._pipeline.raw(table))
        return Shares(base, added, sums, np.zeros_like(added))

    @staticmethod
    def _features(pipeline: FittedPipeline, table: pd.DataFrame) -> NDArray[Any]:
        return np.ascontiguousarray(pipeline.transformer.transform(pipeline.columns.frame(table)), np.float64)


def _of_trees(pipeline: FittedPipeline, learned: pd.DataFrame) -> TreeShares | None:
    if not isinstance(pipeline.predictor, Contributing) or len(transformers(pipeline)) != 1:
        return None
    if not hasattr(pipeline.transformer, "transformers_"):
        return None
    features, more = made_features(pipeline.transformer)
    if more:
        return None
    place = {column.name: at for at, column in enumerate(pipeline.columns.columns)}
    share = np.zeros((len(features), len(place)))
    for at, feature in enumerate(features):
        for column in feature.columns:
            # Between two dates, each gets half of what the days between them add.
            share[at, place[column]] = 1.0 / len(feature.columns)
    counted = learned.sample(min(_COUNTED, len(learned)), random_state=0)
    return TreeShares(pipeline, share, TreeShares._features(pipeline, counted))


# -- sampled ----------------------------------------------------------------------------------------------------------


class Sampled:
    """By rows that are put together from the row and from background rows."""

    method: Literal["trees", "sampled"] = "sampled"

    def __init__(
        self, pipeline: FittedPipeline, background: pd.DataFrame, should_stop: Callable[[], bool], *, seed: int = 0
    ) -> None:
        self._pipeline, self._others, self._should_stop, self._seed = pipeline, background, should_stop, seed
        self.background = len(background)
        alone = Mixing(pipeline, background, should_stop=should_stop)
        self._usual = alone.sums(alone.as_they_are(np.arange(self.background)))

    def shares(self, table: pd.DataFrame, first: int = 0) -> Shares:
        """Give them for the rows of ``table``, the same whatever rows are asked with them."""
        count, others = len(table), self.background
        mixing = Mixing(self._pipeline, table, self._others, should_stop=self._should_stop)
        width = len(mixing.columns)
        orders = (
            np.stack(
                [
                    np.random.default_rng([self._seed, first + row]).permuted(
                        np.tile(np.arange(width), (others, 1)), axis=1
                    )
                    for row in range(count)
                ]
            )
            if count
            else np.empty((0, others, width), dtype=np.int64)
        )
        sums = mixing.sums(mixing.as_they_are(np.arange(count)))
        rows = np.broadcast_to(np.arange(count)[:, None], (count, others))
        others_at = np.broadcast_to(count + np.arange(others)[None], (count, others))
        each = np.zeros((count, others, width, sums.shape[1]))
        for order in (orders, orders[:, :, ::-1]):
            each += self._along(mixing, order, rows, others_at, sums) / 2.0
        noise = each.std(axis=1, ddof=1) / np.sqrt(others) if others > 1 else np.zeros_like(each[:, 0])
        return Shares(self._usual.mean(axis=0), each.mean(axis=1), sums, noise)

    def _along(self, mixing: Mixing, order: NDArray[np.int64], rows: Any, others: Any, sums: Floats) -> Floats:
        """Give (rows, others, columns, outputs) what each column adds when its turn comes in ``order``."""
        count, many, width = order.shape
        most = max(1, _CELLS_AT_ONCE // max(1, count * width * width))
        if many > most:
            # Wide tables: the sources of all steps of all orders would not fit into the memory.
            parts = [slice(start, start + most) for start in range(0, many, most)]
            return np.concatenate(
                [self._part(mixing, order[:, one], rows[:, one], others[:, one], sums) for one in parts], axis=1
            )
        return self._part(mixing, order, rows, others, sums)

    def _part(self, mixing: Mixing, order: NDArray[np.int64], rows: Any, others: Any, sums: Floats) -> Floats:
        count, many, width = order.shape
        turn = np.argsort(order, axis=2)
        steps = np.arange(1, width)
        # After step s the columns whose turn was before it are those of the row.
        mine = turn[:, :, None, :] < steps[None, None, :, None]
        sources = np.where(mine, rows[:, :, None, None], others[:, :, None, None]).reshape(-1, width)
        between = np.empty((count, many, width - 1, sums.shape[1]))
        if len(sources):  # a single column has its turn at once
            between[:] = mixing.sums(sources).reshape(between.shape)
        path = np.concatenate(
            [
                self._usual[others - count][:, :, None, :],
                between,
                np.broadcast_to(sums[:, None, None, :], (count, many, 1, sums.shape[1])),
            ],
            axis=2,
        )
        gained = np.diff(path, axis=2)
        return np.take_along_axis(gained, turn[:, :, :, None], axis=2)
