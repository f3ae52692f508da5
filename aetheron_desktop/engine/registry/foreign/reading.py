"""From what a foreign model gives to probabilities and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators.features import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.foreign.info import OutputForm

_NEAR: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Reading:
    """How outputs are read: ``classes`` in the order of the outputs, ``positions`` of the table's classes in them."""

    form: OutputForm
    classes: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()

    def read(self, raw: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of what a model gave for n rows.

        Raises:
            ModelError: it is not what it should be.
        """
        if not self.classes:
            return self._values(raw)
        if self.form == "labels":
            made = self._certain(raw)
        else:
            scores = self._wide(np.asarray(raw, dtype=np.float64))
            match self.form:
                case "scores":
                    made = _softmax(scores)
                case "one-vs-rest":
                    made = scores / scores.sum(axis=1, keepdims=True)
                case _:
                    made = _probable(scores)
        return made[:, self.positions]

    def _values(self, raw: NDArray[Any]) -> NDArray[np.float64]:
        made = np.asarray(raw, dtype=np.float64)
        if made.ndim == 2 and made.shape[1] == 1:
            made = made[:, 0]
        if made.ndim != 1:
            raise ModelError(f"The model gives {made.shape[-1]} values for each row, instead of one.")
        return made

    def _wide(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        if raw.ndim == 1:
            raw = raw[:, None]
        if raw.ndim == 2 and raw.shape[1] == 1 and len(self.classes) == 2:
            # One number tells of the second class; a score of the first one is then nought.
            first = np.zeros_like(raw) if self.form == "scores" else 1.0 - raw
            raw = np.concatenate([first, raw], axis=1)
        if raw.ndim != 2 or raw.shape[1] != len(self.classes):
            raise ModelError(f"The model gives {raw.shape[-1]} numbers for each row, for {len(self.classes)} classes.")
        return raw

    def _certain(self, raw: NDArray[Any]) -> NDArray[np.float64]:
        told = words(pd.Series(raw.ravel().tolist(), dtype=object))
        known = {name: at for at, name in enumerate(self.classes)}
        # Models that number their classes say the numbers.
        known = {**{str(at): at for at in range(len(self.classes))}, **known}
        codes = told.map(known)
        if codes.isna().any():
            raise ModelError(f"The model gives the label {str(told[codes.isna()].iloc[0])[:60]!r}, which is no class.")
        made = np.zeros((len(told), len(self.classes)))
        made[np.arange(len(told)), codes.to_numpy(dtype=np.int64)] = 1.0
        return made


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    made = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(made / made.sum(axis=1, keepdims=True))


def _probable(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = raw.sum(axis=1)
    if not np.isfinite(raw).all() or (raw < -_NEAR).any() or (np.abs(sums - 1.0) > _NEAR).any():
        raise ModelError(
            "What the model gives are no probabilities: they are not between 0 and 1, or do not add up to 1.",
            hint="Export it with probabilities, not scores.",
        )
    return raw
