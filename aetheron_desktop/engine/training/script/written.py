"""Steps of scikit-learn, not yet fitted, as the Python that makes them."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler

from aetheron_desktop.engine.training.script.source import wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from sklearn.compose import ColumnTransformer

    from aetheron_desktop.engine.training.script.source import Imports

_FEW: Final = 60
"""So many levels are written out; more are found again in the training rows."""


class Writer:
    """Writes what is made of the columns of ``frame``, the training rows; ``lists`` are names of lists of columns."""

    def __init__(self, frame: pd.DataFrame, lists: Mapping[str, Sequence[str]], imports: Imports) -> None:
        self._frame = frame
        self._lists = lists
        self._imports = imports
        self.pieces: set[str] = set()

    def transformer(self, made: ColumnTransformer) -> str:
        """Give the lines of the list that a ``ColumnTransformer`` takes."""
        self._imports.name("sklearn.compose", "ColumnTransformer")
        lines = []
        for name, step, chosen in made.transformers:
            names = self._named(chosen)
            columns = repr(chosen) if isinstance(chosen, str) else self._columns(names)
            text = f"({name!r}, {self._step(step, names)}, {columns}),"
            lines.append(wrapped(text, 8))
        return "\n".join(lines)

    def _named(self, chosen: Any) -> list[str]:
        if isinstance(chosen, slice):
            every = [str(name) for name in self._frame.columns]
            return every[every.index(chosen.start) : every.index(chosen.stop) + 1]
        return [chosen] if isinstance(chosen, str) else list(chosen)

    def _columns(self, names: list[str]) -> str:
        return next((word for word, known in self._lists.items() if list(known) == names), repr(names))

    def _step(self, step: Any, names: list[str]) -> str:
        if isinstance(step, str):
            return repr(step)
        if isinstance(step, Pipeline):
            self._imports.name("sklearn.pipeline", "Pipeline")
            steps = ", ".join(f"({name!r}, {self._step(one, names)})" for name, one in step.steps)
            return f"Pipeline([{steps}])"
        if isinstance(step, MinMaxScaler):
            # Ours has taken its bounds for what it has seen, which no public class does.
            low, high = step.feature_range
            self._imports.name("sklearn.preprocessing", "FunctionTransformer")
            return f"FunctionTransformer(np.clip, kw_args={{'a_min': {low!r}, 'a_max': {high!r}}})"
        return self._made(step, names)

    def _made(self, step: Any, names: list[str]) -> str:
        kind = type(step)
        self._imports.name(public(kind.__module__), kind.__name__)
        given = []
        for name, parameter in inspect.signature(kind.__init__).parameters.items():
            if name == "self" or (value := getattr(step, name)) is parameter.default:
                continue
            if name == "categories" and not isinstance(value, str):
                given.append(f"categories=[{', '.join(map(self._levels, value, names))}]")
            elif isinstance(value, np.ndarray | list) or value != parameter.default:
                given.append(f"{name}={self._value(value)}")
        return f"{kind.__name__}({', '.join(given)})"

    def _value(self, value: Any) -> str:
        if isinstance(value, BaseEstimator | KFold):
            return self._made(value, [])
        if isinstance(value, type):
            return f"np.{value.__name__}"
        return "np.nan" if isinstance(value, float) and math.isnan(value) else repr(value)

    def _levels(self, levels: Any, name: str) -> str:
        """Give levels as a list, or, where they are many, as what finds them in the training rows."""
        known, values = [str(level) for level in levels], self._frame[name]
        if len(known) <= _FEW:
            return repr(known)
        self.pieces.add("frequent")
        if known == sorted(values.unique()):
            return f"sorted(frame[{name!r}].unique())"
        first, rest = [repr(one) for one in known[:1]], known[1:]
        if known[0] in set(values):
            first, rest = [], known
        return f"[{', '.join([*first, f'*most_frequent(frame[{name!r}], {len(rest)})'])}]"


def public(module: str) -> str:
    """Give the module by which people import what is defined in ``module``."""
    parts = module.split(".")
    private = next((place for place, part in enumerate(parts) if part.startswith("_")), len(parts))
    return ".".join(parts[:private])
