"""A multilayer perceptron."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from aetheron_desktop.engine.estimators.networks.dropout import Dropout
from aetheron_desktop.engine.estimators.networks.embeddings import Embedded

if TYPE_CHECKING:
    import torch

    from aetheron_desktop.engine.estimators.networks.architecture import Architecture


class Perceptron(Embedded):
    """Hidden layers, each a weighted sum and a ReLU."""

    def __init__(self, made: Architecture) -> None:
        super().__init__(made)
        parts: list[nn.Module] = []
        width = self.width
        for _ in range(made.layers):
            parts += [nn.Linear(width, made.hidden_size), nn.ReLU(), Dropout(made.dropout)]
            width = made.hidden_size
        self.layers = nn.Sequential(*parts, nn.Linear(width, made.outputs))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.layers(self.together(X))
        return out
