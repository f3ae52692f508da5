"""What each column adds to a prediction, of models that are sums of what their columns say.

Everything is told beside a typical row, whose columns all have their middle or commonest value: the effect of a value
is by how much the sum changes when that one column has it, and the effect of a pair what both together change beyond.
For models that are sums of single columns and of pairs this is no approximation: the sum at the typical row and the
effects add up to what the model says of any row (the anchored decomposition). Some rows are put together to see it.

The sums are values, the logarithm of the odds of the second of two classes, or of each class's probability over the
geometric mean of all.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators.base import SklearnPredictor
from aetheron_desktop.engine.estimators.plain import SumsPredictor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column, ColumnRange
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline

_ROWS: Final = 50
_POINTS: Final = 11
_PAIR_POINTS: Final = 5
_MOST_VALUES: Final = 20
_ADDITIVE: Final = frozenset({"ElasticNet", "LogisticRegression", "Ridge"})
_LEAST: Final = 1e-300
_SEPARATOR: Final = "\N{SYMBOL FOR UNIT SEPARATOR}"
"""What stands between a column's name and the part of it that a feature is."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What ``columns``, one or a pair, add: ``added`` has for each of ``values`` an entry for each of the outputs.

    A value is a word for each of the columns; None is a missing one. ``strength`` is the mean, over the outputs, of the
    distance between the least and the most that is added.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[str | None, ...], ...]
    added: tuple[tuple[float, ...], ...]
    strength: float


class Effects(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="effects"):
    """The effects, the strongest first; ``start`` is the sum at the ``typical`` row, for each of the ``outputs``.

    ``untold`` are columns that have no range: texts, and identifiers. ``away`` is how far at most the effects and the
    start were from the model's own sum, on rows of values drawn at random.
    """

    outputs: tuple[str, ...]
    start: tuple[float, ...]
    typical: dict[str, str | None]
    effects: tuple[Effect, ...]
    untold: tuple[str, ...]
    away: float


def is_additive(pipeline: FittedPipeline) -> bool:
    """Tell whether the model is a sum of what single columns, and pairs of them, say."""
    predictor = pipeline.predictor
    if isinstance(predictor, SklearnPredictor):
        constraint = getattr(predictor.model, "interaction_cst", None)
        return type(predictor.model).__name__ in _ADDITIVE or constraint is not None
    return isinstance(predictor, SumsPredictor)


def effects(pipeline: FittedPipeline, ranges: Mapping[str, ColumnRange]) -> Effects:
    """Give what each column adds, within the ``ranges`` of the rows that the model has learned from.

    Raises:
        ModelError: the model is no sum of what its columns say.
    """
    if not is_additive(pipeline):
        raise ModelError(
            "This model is no sum of what its columns say: the effect of each depends on all others.",
            hint="Train a glass box, a linear model, naive Bayes or a decision tree to read it in full.",
        )
    columns = {column.name: column for column in pipeline.columns.columns}
    grids = {name: _grid(column, ranges.get(name)) for name, column in columns.items()}
    typical = {name: _typical(column, ranges.get(name)) for name, column in columns.items()}
    told = [name for name in columns if grids[name]]
    ask = _Asking(pipeline, typical)
    pairs = [pair for pair in _pairs(pipeline) if all(name in told for name in pair)]
    found = [_effect(ask, (name,), [(value,) for value in grids[name]]) for name in told]
    for pair in pairs:
        sides = [_thinned(grids[name]) for name in pair]
        found.append(_effect(ask, pair, [(one, other) for one in sides[0] for other in sides[1]]))
    return Effects(
        outputs=ask.outputs,
        start=tuple(float(value) for value in ask.start),
        typical={name: _word(typical[name]) for name in told},
        effects=tuple(sorted(found, key=lambda one: -one.strength)),
        untold=tuple(name for name in columns if name not in told),
        away=_away(ask, {name: grids[name] for name in told}, pairs),
    )


class _Asking:
    """Asks the model about rows that are typical but for some columns."""

    def __init__(self, pipeline: FittedPipeline, typical: Mapping[str, Any]) -> None:
        self._pipeline = pipeline
        self._typical = typical
        classes = pipeline.classes
        self.outputs = (pipeline.target.name,) if not classes else classes[1:] if len(classes) == 2 else classes
        self.start: NDArray[np.float64] = self._sums({}, 1)[0]

    def __call__(self, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
        """Give (values, outputs) by how much the sum differs from that at the typical row."""
        changed = {name: [value[place] for value in values] for place, name in enumerate(columns)}
        return self._sums(changed, len(values)) - self.start

    def _sums(self, changed: Mapping[str, list[Any]], count: int) -> NDArray[np.float64]:
        table = pd.DataFrame(
            {name: pd.Series(changed.get(name, [value] * count), dtype=object) for name, value in self._typical.items()}
        )
        raw = self._pipeline.raw(table)
        if not self._pipeline.classes:
            return raw[:, None]
        likely = np.log(np.maximum(raw, _LEAST))
        if raw.shape[1] == 2:
            return np.asarray(likely[:, 1:] - likely[:, :1])
        return np.asarray(likely - likely.mean(axis=1, keepdims=True))


def _effect(ask: _Asking, columns: tuple[str, ...], values: list[tuple[Any, ...]]) -> Effect:
    added = _added(ask, columns, values)
    return Effect(
        columns=columns,
        values=tuple(tuple(_word(one) for one in value) for value in values),
        added=tuple(tuple(float(one) for one in row) for row in added),
        strength=float(np.ptp(added, axis=0).mean()),
    )


def _added(ask: _Asking, columns: tuple[str, ...], values: list[tuple[Any, ...]]) -> NDArray[np.float64]:
    added = ask(columns, values)
    if len(columns) == 2:
        for place, name in enumerate(columns):
            added = added - ask((name,), [(value[place],) for value in values])
    return added


def _away(ask: _Asking, grids: Mapping[str, list[Any]], pairs: list[tuple[str, str]]) -> float:
    """Give how far the effects are from the model's sum at most, on rows of values drawn at random."""
    rng = np.random.default_rng(0)
    rows = {name: [grid[place] for place in rng.integers(0, len(grid), _ROWS)] for name, grid in grids.items()}
    names = tuple(grids)
    if not names:
        return 0.0
    want = ask(names, list(zip(*rows.values(), strict=True)))
    for columns in [*((name,) for name in names), *pairs]:
        want = want - _added(ask, columns, list(zip(*(rows[name] for name in columns), strict=True)))
    return float(np.abs(want).max())


# -- values -----------------------------------------------------------------------------------------------------------


def _typical(column: Column, known: ColumnRange | None) -> Any:
    if known is None:
        return None
    if known.values:
        return known.values[0]
    return pd.Timestamp(known.middle) if column.type == "date" and known.middle is not None else known.middle


def _grid(column: Column, known: ColumnRange | None) -> list[Any]:
    """Give values of a column, and None for a missing one; nothing for a column without a range."""
    if known is None:
        return []
    if known.values:
        return [*known.values[:_MOST_VALUES], None]
    if known.low is None or known.middle is None or known.high is None:
        return []
    if column.type == "date":
        return [*pd.date_range(pd.Timestamp(known.low), pd.Timestamp(known.high), periods=_POINTS), None]
    # As many on either side of the middle: where most rows are, the points are close.
    low, middle, high = (float(one) for one in (known.low, known.middle, known.high))
    half = _POINTS // 2 + 1
    points = np.concatenate((np.linspace(low, middle, half), np.linspace(middle, high, half)))
    if column.type == "integer":
        points = np.round(points)
    return [*np.unique(points).tolist(), None]


def _thinned(grid: list[Any]) -> list[Any]:
    known = [value for value in grid if value is not None]
    if not isinstance(known[0], str):
        known = [known[place] for place in np.unique(np.linspace(0, len(known) - 1, _PAIR_POINTS).round().astype(int))]
    return [*known[:_MOST_VALUES], None]


def _word(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat(timespec="seconds")
    return value if isinstance(value, str) else f"{value:.6g}" if math.isfinite(value) else str(value)


# -- pairs ------------------------------------------------------------------------------------------------------------


def _pairs(pipeline: FittedPipeline) -> list[tuple[str, str]]:
    """Give the pairs of columns whose features the trees look at together."""
    model = getattr(pipeline.predictor, "model", None)
    groups = getattr(model, "interaction_cst", None)
    if not isinstance(groups, list):
        return []
    owners = feature_columns(pipeline)
    found: dict[tuple[str, str], None] = {}
    for group in groups:
        # Of a model that came from elsewhere it may be anything.
        if not isinstance(group, list) or not all(type(one) is int and 0 <= one < len(owners) for one in group):
            continue
        columns = sorted({column for place in group for column in owners[place]})
        for one, other in combinations(columns, 2):
            found.setdefault((one, other))
    return list(found)


def feature_columns(pipeline: FittedPipeline) -> list[tuple[str, ...]]:
    """Give, for each feature that the transformer makes, the columns that it may be made of."""
    known = {column.name for column in pipeline.columns.columns}
    spans = pipeline.transformer.output_indices_
    owners: list[tuple[str, ...]] = [()] * max((span.stop for span in spans.values()), default=0)
    for name, _, chosen in pipeline.transformer.transformers_:
        span = spans.get(name, slice(0, 0))
        names = [chosen] if isinstance(chosen, str) else list(chosen)
        parts = [tuple(one for one in told.split(_SEPARATOR) if one in known) for told in names]
        every = tuple(dict.fromkeys(one for part in parts for one in part))
        for place in range(span.start, span.stop):
            owners[place] = parts[place - span.start] if len(parts) == span.stop - span.start else every
    return owners
