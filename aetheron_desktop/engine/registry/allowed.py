"""The types that a model's files may ask to build, besides scikit-learn's own estimators, which skops knows.

The list is part of the program and is never read from a file. ``functools.partial`` can only call what is itself on a
list; here that is scikit-learn's check of an array, which histogram boosting keeps for its categories.
"""

from __future__ import annotations

from typing import Final

ALLOWED: Final[tuple[str, ...]] = (
    "functools.partial",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "sklearn.utils.validation.check_array",
)
