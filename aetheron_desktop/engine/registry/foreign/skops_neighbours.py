"""Models of neighbours in a stranger's skops file: their rows are looked through, and sorted anew."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.foreign.info import MADE_AGAIN

_METRICS: Final = frozenset(
    {
        *("euclidean", "l2", "sqeuclidean", "manhattan", "l1", "cityblock", "chebyshev", "minkowski", "cosine"),
        *("canberra", "braycurtis", "hamming"),
    }
)


def check_neighbours(part: Any) -> None:
    """Refuse neighbours whose rows and answers do not suit each other, and sort the rows into their tree again.

    The tree of a file is full of positions that compiled code follows, and is therefore never built.

    Raises:
        UntrustedModel: they do not, or are measured in a way that is not known.
        AttributeError, TypeError, ValueError: it is not built as one is.
    """
    if "_fit_method" not in vars(part):
        return
    rows, answers, numbers = part._fit_X, part._y, part.effective_metric_params_
    if (
        part.metric not in _METRICS
        or part.effective_metric_ not in _METRICS
        or part.metric_params is not None
        or part.weights not in ("uniform", "distance")
        or set(numbers) - {"p"}
        or not 1 <= numbers.get("p", 1) < np.inf
    ):
        raise UntrustedModel(
            "The file's neighbours are measured or weighed in a way that is not known.",
            hint="Choose one of scikit-learn's own metrics, or save the model as ONNX (skl2onnx).",
        )
    _check_rows(part, rows)
    is_fit = answers.ndim == 1 or answers.shape[1:] == (1,)
    if hasattr(part, "classes_"):
        is_fit = is_fit and answers.dtype.kind == "i" and part.outputs_2d_ is False and answers.ndim == 1
        is_fit = is_fit and bool(((answers >= 0) & (answers < len(part.classes_))).all())
    if not is_fit or len(answers) != len(rows) or not 1 <= part.n_neighbors <= len(rows):
        raise UntrustedModel("The file's neighbours are damaged: their answers do not suit them.", hint=MADE_AGAIN)
    part._tree = _sorted_again(part, rows, numbers)


def _check_rows(part: Any, rows: Any) -> None:
    if (
        not isinstance(rows, np.ndarray)
        or rows.dtype.kind != "f"
        or rows.shape != (part.n_samples_fit_, part.n_features_in_)
        or not rows.size
        or not np.isfinite(rows).all()
    ):
        raise UntrustedModel("The file's neighbours are damaged: their rows are none.", hint=MADE_AGAIN)


def _sorted_again(part: Any, rows: Any, numbers: dict[str, Any]) -> Any:
    from sklearn.neighbors import BallTree, KDTree

    match part._fit_method:
        case "brute":
            return None
        case "kd_tree":
            return KDTree(rows, part.leaf_size, metric=part.effective_metric_, **numbers)
        case "ball_tree":
            return BallTree(rows, part.leaf_size, metric=part.effective_metric_, **numbers)
        case _:
            raise UntrustedModel("The file's neighbours are sorted in a way that is not known.", hint=MADE_AGAIN)


def check_centroids(part: Any) -> None:
    """Refuse centres of classes that do not suit the columns.

    Raises:
        UntrustedModel: they do not.
    """
    if "centroids_" not in vars(part):
        return
    if part.centroids_.shape != (len(part.classes_), part.n_features_in_) or not np.isfinite(part.centroids_).all():
        raise UntrustedModel("The file's centres of classes are damaged.", hint=MADE_AGAIN)
