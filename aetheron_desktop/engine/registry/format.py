"""skops, imported so that it costs what we use of it.

On import skops lists every estimator of scikit-learn, to trust them all; that loads all of scikit-learn, and PyTorch
with it (2 s, 300 MB). Here it finds none to list: what is trusted stands in :mod:`.allowed`.
"""

from __future__ import annotations

import sklearn.utils


def _none() -> list[tuple[str, type]]:
    return []


_listing = sklearn.utils.all_estimators
sklearn.utils.all_estimators = _none
try:
    from skops.io import dump, load
finally:
    sklearn.utils.all_estimators = _listing

__all__ = ["dump", "load"]
