"""A residual network for tables: Gorishniy et al. (2021), Revisiting Deep Learning Models for Tabular Data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from aetheron_desktop.engine.estimators.networks.dropout import Dropout
from aetheron_desktop.engine.estimators.networks.embeddings import Embedded

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.networks.architecture import Architecture


class ResidualBlock(nn.Module):
    """Adds to what comes in what two layers make of it."""

    def __init__(self, made: Architecture) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(made.hidden_size)
        self.first = nn.Linear(made.hidden_size, made.inner_size)
        self.second = nn.Linear(made.inner_size, made.hidden_size)
        self.dropout = Dropout(made.dropout)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        added: torch.Tensor = self.second(self.dropout(torch.relu(self.first(self.norm(X)))))
        return X + added


class Residual(Embedded):
    """A first layer, blocks, and a last layer; each normed by its batch."""

    def __init__(self, made: Architecture) -> None:
        super().__init__(made)
        self.first = nn.Linear(self.width, made.hidden_size)
        self.blocks = nn.Sequential(*(ResidualBlock(made) for _ in range(made.layers)))
        self.norm = nn.BatchNorm1d(made.hidden_size)
        self.head = nn.Linear(made.hidden_size, made.outputs)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.head(torch.relu(self.norm(self.blocks(self.first(self.together(X))))))
        return out
