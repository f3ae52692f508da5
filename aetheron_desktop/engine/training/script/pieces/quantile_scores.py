"""The scores of quantiles."""

import numpy as np
from sklearn import metrics

from aetheron_desktop.engine.training.script.pieces.value_scores import value_scores


def quantile_scores(
    truth: np.ndarray, predicted: np.ndarray, quantiles: tuple[float, ...], beyond: tuple[float, float] | None
) -> dict[str, float]:
    """Give the scores of the medians, and of the limits: the outer quantiles, moved outwards by ``beyond``.

    By so much they were wrong on the validation rows (conformalized quantile regression); None where those were too
    few to tell.
    """
    low, middle, high = predicted.T
    found = value_scores(truth, middle)
    if beyond is None:
        return found
    low, high = np.minimum(low - beyond[0], middle), np.maximum(high + beyond[1], middle)
    both = zip((low, high), (quantiles[0], quantiles[-1]), strict=True)
    return found | {
        "coverage": ((low <= truth) & (truth <= high)).mean(),
        "interval_width": (high - low).mean(),
        "pinball_loss": np.mean([metrics.mean_pinball_loss(truth, told, alpha=quantile) for told, quantile in both]),
    }
