"""A quick model of the target, to see what a table still tells without a feature that tells too much.

Boosted trees of histograms (Ke et al. 2017, LightGBM; scikit-learn's own form of it), learned from one half of some
rows of the sample and judged on the other. The figure is the skill score of :mod:`power`, so that it can be held
against that of a single column: 1 - loss / loss of a dummy, the loss being the squared error or the Brier score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.examined import Examined
    from aetheron_desktop.engine.datasets.profiles.cells import Values

_ROWS: Final = 20_000
_CLASSES: Final = 10
"""The classes that are told apart; the rarer ones are one."""
_TREES: Final = 40


class QuickModel:
    """Reads the features ``names`` of the sample once; ``rows`` are those that are learned from and judged."""

    def __init__(self, table: Examined, names: Sequence[str]) -> None:
        known = np.flatnonzero(table.target.known)
        chosen = np.unique(np.linspace(0, max(0, len(known) - 1), min(len(known), _ROWS)).astype(np.int64))
        self._names = list(names)
        cells = [_numbers(one)[known[chosen]] for one in table.values(self._names).values()]
        self._cells = np.column_stack(cells) if cells else np.empty((len(chosen), 0))
        self._has_classes = bool(table.target.classes)
        made = table.target.values[chosen]
        self._target: NDArray[Any] = np.minimum(made, _CLASSES) if self._has_classes else made
        self._learned = np.random.default_rng(0).permutation(len(chosen)) % 2 == 0
        self.rows = len(chosen)

    def skill(self, names: Collection[str] | None = None) -> float | None:
        """Give the skill of a model of some of the features, all by default, at least 0; None if there is none."""
        places = [place for place, name in enumerate(self._names) if names is None or name in names]
        learned, judged = self._target[self._learned], self._target[~self._learned]
        if not places or len(learned) < 20 or len(np.unique(learned)) < 2:
            return None
        guessed = self._guessed(self._cells[:, places])
        if not self._has_classes:
            dummy = float(np.square(judged - learned.mean()).mean())
            return max(0.0, 1 - float(np.square(judged - guessed).mean()) / dummy) if dummy > 0 else None
        truth = judged[:, None] == np.arange(_CLASSES + 1)
        shares = np.bincount(learned, minlength=_CLASSES + 1) / len(learned)
        dummy = float(np.square(truth - shares).sum(axis=1).mean())
        return max(0.0, 1 - float(np.square(truth - guessed).sum(axis=1).mean()) / dummy) if dummy > 0 else None

    def _guessed(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the mean, or the share of each class, of the rows that are judged."""
        # Half a second to import, and seldom needed.
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        kind = HistGradientBoostingClassifier if self._has_classes else HistGradientBoostingRegressor
        model = kind(
            max_iter=_TREES, learning_rate=0.2, max_leaf_nodes=15, min_samples_leaf=10, early_stopping=False,
            random_state=0,
        )  # fmt: skip
        model.fit(cells[self._learned], self._target[self._learned])
        if not self._has_classes:
            guessed: NDArray[np.float64] = model.predict(cells[~self._learned])
            return guessed
        shares = np.zeros((int((~self._learned).sum()), _CLASSES + 1))
        shares[:, model.classes_] = model.predict_proba(cells[~self._learned])
        return shares


def _numbers(values: Values) -> NDArray[np.float64]:
    """Give a column as numbers, words by how frequent they are, what is missing as not a number."""
    if values.numbers is not None:
        numbers = values.numbers.astype(np.float64)
        return np.where(values.valid & np.isfinite(numbers), numbers, np.nan)
    assert values.codes is not None
    counts = np.bincount(values.codes[values.valid], minlength=len(values.words))
    rank = np.empty(len(counts) + 1, dtype=np.float64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    rank[-1] = np.nan  # where the code is -1
    made: NDArray[np.float64] = rank[values.codes]
    return made
