"""The scores of classes."""

import numpy as np
from sklearn import metrics


def class_scores(
    truth: np.ndarray, predicted: np.ndarray, threshold: float | None, costs: list[list[float]], temperature: float
) -> dict[str, float]:
    """Give the scores of probabilities (n, classes).

    Of two classes the second is predicted from ``threshold`` on, of more the one that is expected to cost least.
    """
    chosen = predicted.argmax(axis=1)
    if threshold is not None:
        chosen = (predicted[:, 1] >= threshold).astype(np.int64)
    if costs:
        sure = np.clip(predicted, 2.0**-52, 1.0) ** (1.0 / temperature)
        chosen = (sure @ np.array(costs)).argmin(axis=1)
    labels = np.arange(predicted.shape[1])
    found = {
        "accuracy": metrics.accuracy_score(truth, chosen),
        "balanced_accuracy": np.mean([(chosen[truth == one] == one).mean() for one in np.unique(truth)]),
        "log_loss": -np.log(np.clip(predicted[np.arange(len(truth)), truth], 2.0**-52, 1.0)).mean(),
    }
    if len(labels) > 2:
        found["macro_f1"] = metrics.f1_score(truth, chosen, average="macro", zero_division=0.0)
        present = [one for one in labels if 0 < (truth == one).sum() < len(truth)]
        areas = [metrics.roc_auc_score(truth == one, predicted[:, one]) for one in present]
        return found | ({"roc_auc_ovr": np.mean(areas)} if areas else {})
    found["f1"] = metrics.f1_score(truth, chosen, zero_division=0.0)
    found["brier"] = ((predicted[:, 1] - truth) ** 2).mean()
    if 0 < truth.sum() < len(truth):
        found["roc_auc"] = metrics.roc_auc_score(truth, predicted[:, 1])
    if truth.any():
        found["average_precision"] = metrics.average_precision_score(truth, predicted[:, 1])
    return found
