"""A network with its weights, and what it predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aetheron_desktop.engine.estimators.networks.building import empty

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.networks.architecture import Architecture


class NetworkPredictor:
    """A network with its weights, on the processor.

    Raises:
        RuntimeError: the weights are not those of the architecture.
    """

    def __init__(self, architecture: Architecture, weights: dict[str, torch.Tensor]) -> None:
        self.architecture = architecture
        self.weights = weights
        self._network = empty(architecture)
        self._network.load_state_dict(weights, assign=True)
        self._network.eval()

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of ``X`` (n, features)."""
        return answers(self.architecture, self._raw(X))

    def _raw(self, X: NDArray[Any]) -> NDArray[np.float64]:
        # Blocks of one size on one thread, the last one filled up: a row's bits do not depend on how many come with it.
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        made, rows = self.architecture, self.architecture.rows_at_once
        out = np.empty((len(X), made.members * made.outputs), dtype=np.float64)
        block = np.zeros((rows, made.inputs), dtype=np.float32)
        try:
            with torch.inference_mode():
                for start in range(0, len(X), rows):
                    count = min(rows, len(X) - start)
                    block[:count] = X[start : start + count]
                    raw = self._network(torch.from_numpy(block))[:count]
                    out[start : start + count] = raw.reshape(count, -1).numpy()
        finally:
            torch.set_num_threads(threads)
        return out


def answers(made: Architecture, raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give (n, classes) probabilities, or (n,) values, of what a network gave, (n, members * outputs).

    The members of an ensemble are asked one by one, and the mean of their answers is given.
    """
    if made.outputs == 1:
        values: NDArray[np.float64] = (raw[:, 0] if made.members == 1 else raw.mean(axis=1)) * made.scale + made.shift
        return values
    raw = raw.reshape(len(raw), made.members, made.outputs)
    raw = raw - raw.max(axis=2, keepdims=True)
    np.exp(raw, out=raw)
    raw /= raw.sum(axis=2, keepdims=True)
    chances: NDArray[np.float64] = raw[:, 0] if made.members == 1 else raw.mean(axis=1)
    return chances


def matrix(X: NDArray[Any]) -> torch.Tensor:
    """Give ``X`` in single precision."""
    return torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32))


def devices() -> list[str]:
    """Give the devices of this machine, the best first."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]
