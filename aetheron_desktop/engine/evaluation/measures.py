"""How each metric of the table is made of predictions; None where it is not defined on them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.evaluation.aggregates import ClassMean, Largest, Pooled, RelativeRoot
from aetheron_desktop.engine.evaluation.curves import decisions
from aetheron_desktop.engine.evaluation.curves.confusion import top_k
from aetheron_desktop.engine.evaluation.curves.decisions import AT_THRESHOLD, Estimate
from aetheron_desktop.engine.evaluation.ranked import AveragePrecision, RankArea, RankAreas, Ranked, merged
from aetheron_desktop.engine.evaluation.statistic import Explained, Mean, Median, RootMean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.predictions import TestPredictions
    from aetheron_desktop.engine.evaluation.statistic import Statistic

    Floats = NDArray[np.float64]

_TOPS: Final = (2, 3, 5)


def of_decisions(predictions: TestPredictions, cells: Floats) -> dict[str, Estimate]:
    """Give the metrics of the classes that are predicted, counted in ``cells`` (classes, classes)."""
    if predictions.task == "binary" and len(predictions.classes) == 2:
        return {name: measure(cells) for name, measure in AT_THRESHOLD.items()}
    if predictions.task == "binary":
        # Classes that were not learned are no positive ones; of each pair it is told apart which are right.
        two = cells[:, :2]
        is_positive = np.eye(len(cells), dtype=np.float64)[1]
        merged = np.stack([(two * (1.0 - is_positive)[:, None]).sum(axis=0), two[1]])
        whole = {"accuracy", "balanced_accuracy", "mcc", "kappa"}
        return {name: measure(cells if name in whole else merged) for name, measure in AT_THRESHOLD.items()}
    return {
        "accuracy": decisions.accuracy(cells),
        "balanced_accuracy": decisions.balanced_accuracy(cells),
        "macro_precision": decisions.mean_precision(cells),
        "weighted_precision": decisions.mean_precision(cells, weighted=True),
        "macro_f1": decisions.mean_f(cells),
        "weighted_f1": decisions.mean_f(cells, weighted=True),
        "mcc": decisions.matthews(cells),
        "kappa": decisions.kappa(cells),
    }


def of_tops(predictions: TestPredictions) -> dict[str, Estimate]:
    """Give how often the true class is among the likeliest, of fewer than there are classes."""
    if predictions.task != "multiclass":
        return {}
    found = Estimate(*top_k(predictions, max(_TOPS)))
    known = [k for k in _TOPS if k < len(predictions.classes)]
    return {f"top_{k}": Estimate(*(each[k - 1] for each in found)) for k in known}


# -- ranking ----------------------------------------------------------------------------------------------------------


class Rankings:
    """The rows of ``predictions`` in the order of each class's probability, sorted when that is first asked for."""

    def __init__(self, predictions: TestPredictions) -> None:
        self.predictions = predictions
        self._by_class: dict[int, Ranked] = {}

    @property
    def labels(self) -> list[int]:
        """The classes that are there."""
        return [int(label) for label in np.unique(self.predictions.truth)]

    def of(self, label: int) -> Ranked:
        """Give the rows by the probability of one class."""
        if label not in self._by_class:
            self._by_class[label] = Ranked.by(np.ascontiguousarray(self.predictions.predicted[:, label]))
        return self._by_class[label]

    @cached_property
    def all(self) -> Ranked:
        """All pairs of row and class by their probability."""
        return merged([self.of(label) for label in range(self.predictions.predicted.shape[1])])


def _precision_of(rankings: Rankings, label: int) -> AveragePrecision | Mean:
    positive = rankings.predictions.truth == label
    # Where every row has the class each is right, whatever is said of it.
    return Mean(np.ones(len(positive))) if positive.all() else AveragePrecision(positive, rankings.of(label))


def _area_of(rankings: Rankings, label: int) -> RankArea:
    return RankArea(rankings.predictions.truth == label, rankings.of(label))


def ranking(rankings: Rankings) -> dict[str, Statistic | None]:
    """Give how well the scores of two classes rank their rows."""
    return {"roc_auc": _area_of(rankings, 1), "average_precision": _precision_of(rankings, 1)}


def areas_of_many(rankings: Rankings) -> dict[str, Statistic | None]:
    """Give ROC AUC of several classes: each against the rest, averaged, and all pairs of row and class together."""
    truth, labels = rankings.predictions.truth, rankings.labels
    areas = [_area_of(rankings, label) for label in labels]
    return {
        "roc_auc_ovr": RankAreas(areas),
        "roc_auc_weighted": ClassMean(truth, labels, areas, weighted=True),
        "roc_auc_micro": Pooled(RankArea, truth, rankings.all),
    }


def precisions_of_many(rankings: Rankings) -> dict[str, Statistic | None]:
    """Give average precision of several classes, as :func:`areas_of_many`."""
    truth, labels = rankings.predictions.truth, rankings.labels
    parts = [_precision_of(rankings, label) for label in labels]
    return {
        "average_precision_macro": ClassMean(truth, labels, parts, weighted=False),
        "average_precision_weighted": ClassMean(truth, labels, parts, weighted=True),
        "average_precision_micro": Pooled(AveragePrecision, truth, rankings.all),
    }


# -- probabilities ----------------------------------------------------------------------------------------------------


def _log_loss(predictions: TestPredictions) -> Statistic:
    true = predictions.predicted[np.arange(len(predictions)), predictions.truth]
    return Mean(-np.log(np.clip(true, np.finfo(np.float64).eps, 1.0)))


def _brier(predictions: TestPredictions) -> Statistic:
    if predictions.task == "binary":
        return Mean(np.square(predictions.score - predictions.positive))
    true = predictions.predicted[np.arange(len(predictions)), predictions.truth]
    squares = np.einsum("ij,ij->i", predictions.predicted, predictions.predicted)
    return Mean(np.maximum(squares - 2.0 * true + 1.0, 0.0))


def probabilities(predictions: TestPredictions) -> dict[str, Statistic | None]:
    """Give how right the probabilities are."""
    return {"log_loss": _log_loss(predictions), "brier": _brier(predictions)}


# -- values -----------------------------------------------------------------------------------------------------------


def _errors(predictions: TestPredictions) -> Floats:
    made: Floats = predictions.predicted - predictions.truth
    return made


def _share_of_truth(predictions: TestPredictions) -> Statistic | None:
    if not predictions.truth.all():
        return None
    return Mean(np.abs(_errors(predictions)) / np.abs(predictions.truth))


def _share_of_both(predictions: TestPredictions) -> Statistic:
    both = np.abs(predictions.predicted) + np.abs(predictions.truth)
    error = 2.0 * np.abs(_errors(predictions))
    return Mean(np.divide(error, both, out=np.zeros(len(both)), where=both > 0.0))


def values(predictions: TestPredictions) -> dict[str, Statistic | None]:
    """Give how far numbers are off."""
    error = _errors(predictions)
    squared, size = error**2, np.abs(error)
    return {
        "rmse": RootMean(squared),
        "mae": Mean(size),
        "r2": Explained(predictions.truth, squared),
        "median_absolute_error": Median(size),
        "mean_error": Mean(error),
        "mape": _share_of_truth(predictions),
        "smape": _share_of_both(predictions),
        "cv_rmse": RelativeRoot(predictions.truth, squared),
        "max_error": Largest(size),
    }
