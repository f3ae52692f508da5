"""A multilayer perceptron with embedded numbers: its shape, its weights, and what it predicts.

Each number is first turned into a vector by its own frequencies, a weighted sum and a ReLU ("PLR"; Gorishniy, Rubachev
and Babenko 2022, On Embeddings for Numerical Features in Tabular Deep Learning). Categories arrive one-hot.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_ROWS_AT_ONCE: Final = 1_024
CHECKPOINT: Final = "best.safetensors"


@dataclass(frozen=True, slots=True)
class Architecture:
    """What the weights are the weights of.

    The ``numbers`` features from ``numbers_from`` on are embedded by ``frequencies`` (none when 0) to ``embedding``
    values each. ``shift`` and ``scale`` give a regression its unit back.
    """

    inputs: int
    outputs: int
    hidden_size: int
    layers: int
    dropout: float
    shift: float = 0.0
    scale: float = 1.0
    numbers_from: int = 0
    numbers: int = 0
    frequencies: int = 0
    embedding: int = 0
    spread: float = 0.2

    def build(self) -> nn.Module:
        """Give the network with fresh weights."""
        return Perceptron(self)

    def empty(self) -> nn.Module:
        """Give the network without memory for its weights, to be filled."""
        with torch.device("meta"):
            return self.build()


class NumberEmbedding(nn.Module):
    """Turns (rows, numbers) to (rows, numbers * embedding)."""

    def __init__(self, numbers: int, frequencies: int, embedding: int, spread: float) -> None:
        super().__init__()
        bound = 1.0 / math.sqrt(2 * frequencies)
        self.frequency = nn.Parameter(torch.randn(numbers, frequencies) * spread)
        self.weight = nn.Parameter((torch.rand(numbers, 2 * frequencies, embedding) * 2.0 - 1.0) * bound)
        self.bias = nn.Parameter(torch.zeros(numbers, embedding))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        angle = 2.0 * math.pi * self.frequency * X[..., None]
        waves = torch.cat([torch.cos(angle), torch.sin(angle)], dim=-1)
        return torch.relu(torch.einsum("rnk,nke->rne", waves, self.weight) + self.bias).flatten(1)


class Perceptron(nn.Module):
    """Embedded numbers and all features as they are, through hidden layers."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        made = architecture
        self._numbers = slice(made.numbers_from, made.numbers_from + made.numbers)
        self.embed: nn.Module | None = None
        width = made.inputs
        if made.frequencies and made.numbers:
            self.embed = NumberEmbedding(made.numbers, made.frequencies, made.embedding, made.spread)
            width += made.numbers * made.embedding
        parts: list[nn.Module] = []
        for _ in range(made.layers):
            parts += [nn.Linear(width, made.hidden_size), nn.ReLU(), nn.Dropout(made.dropout)]
            width = made.hidden_size
        self.layers = nn.Sequential(*parts, nn.Linear(width, made.outputs))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        if self.embed is not None:
            X = torch.cat([X, self.embed(X[:, self._numbers])], dim=1)
        out: torch.Tensor = self.layers(X)
        return out


class NetworkPredictor:
    """A network with its weights, on the processor.

    Raises:
        RuntimeError: the weights are not those of the architecture.
    """

    def __init__(self, architecture: Architecture, weights: dict[str, torch.Tensor]) -> None:
        self.architecture = architecture
        self.weights = weights
        self._network = architecture.empty()
        self._network.load_state_dict(weights, assign=True)
        self._network.eval()

    def save(self, folder: Path) -> None:
        """Write a checkpoint into ``folder``, whole or not at all."""
        part = folder / f".{CHECKPOINT}.part"
        save_file(self.weights, part, metadata={"architecture": json.dumps(asdict(self.architecture))})
        os.replace(part, folder / CHECKPOINT)

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of ``X`` (n, features)."""
        raw = self._raw(X)
        if self.architecture.outputs == 1:
            return raw[:, 0] * self.architecture.scale + self.architecture.shift
        raw -= raw.max(axis=1, keepdims=True)
        np.exp(raw, out=raw)
        raw /= raw.sum(axis=1, keepdims=True)
        return raw

    def _raw(self, X: NDArray[Any]) -> NDArray[np.float64]:
        # Blocks of one size on one thread, the last one filled up: a row's bits do not depend on how many come with it.
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        out = np.empty((len(X), self.architecture.outputs), dtype=np.float64)
        block = np.zeros((_ROWS_AT_ONCE, self.architecture.inputs), dtype=np.float32)
        try:
            with torch.inference_mode():
                for start in range(0, len(X), _ROWS_AT_ONCE):
                    count = min(_ROWS_AT_ONCE, len(X) - start)
                    block[:count] = X[start : start + count]
                    out[start : start + count] = self._network(torch.from_numpy(block))[:count].numpy()
        finally:
            torch.set_num_threads(threads)
        return out


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
