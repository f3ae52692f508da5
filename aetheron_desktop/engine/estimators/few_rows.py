"""What trees of scikit-learn say of a few rows, to the bit, without what takes longer than asking them.

Its own ``predict`` opens pools of threads and looks at types, names and settings: milliseconds, for a row that the
trees answer in less than one. Here they are asked one after the other on one thread, in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST: Final = 256
"""So many rows are few: from there on, threads gain more than they cost."""


def sums_of_rounds(model: Any, X: NDArray[Any]) -> Floats | None:
    """Give the (n, outputs) sums of the trees of histogram boosting; None where scikit-learn itself has to be asked."""
    if len(X) > MOST or model._preprocessor is not None or not _suits(model, X):
        return None
    given = np.ascontiguousarray(X, dtype=np.float64)
    known, places = model._bin_mapper.make_known_categories_bitsets()
    raw = np.zeros((len(X), model.n_trees_per_iteration_), dtype=model._baseline_prediction.dtype, order="F")
    raw += model._baseline_prediction
    for trees in model._predictors:
        for output, tree in enumerate(trees):
            raw[:, output] += tree.predict(given, known, places, 1)
    return raw


def mean_of_trees(model: Any, X: NDArray[Any]) -> Floats | None:
    """Give the mean (n, outputs) of a forest's trees; None where scikit-learn itself has to be asked."""
    if len(X) > MOST or not _suits(model, X):
        return None
    given = np.ascontiguousarray(X, dtype=np.float32)
    votes: Floats | None = None
    for tree in model.estimators_:
        told = tree.tree_.predict(given)
        votes = np.zeros_like(told) if votes is None else votes
        votes += told
    return None if votes is None else votes / len(model.estimators_)


def _suits(model: Any, X: NDArray[Any]) -> bool:
    # Compiled code follows the trees into the columns without looking; what they refuse, they say best themselves.
    return bool(X.ndim == 2 and X.shape[1] == model.n_features_in_ and len(X))
