"""Many perceptrons that share their weights: Gorishniy, Kotelnikov and Babenko (2025), TabM.

Each member scales what goes into a shared layer and what comes out of it by vectors of its own (BatchEnsemble; Wen,
Tran and Ba 2020), and has its own last layer. In the small one, TabM-mini, members scale the first input alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn

from aetheron_desktop.engine.estimators.networks.dropout import Dropout
from aetheron_desktop.engine.estimators.networks.embeddings import Embedded
from aetheron_desktop.engine.estimators.networks.starting import uniform

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.networks.architecture import Architecture


class SharedLinear(nn.Module):
    """A weighted sum whose weights all members share; ``own_scales`` gives them scales and biases of their own."""

    def __init__(self, inputs: int, outputs: int, members: int, *, own_scales: bool, is_first: bool) -> None:
        super().__init__()
        bound = 1.0 / math.sqrt(inputs)
        self.weight = nn.Parameter(uniform(outputs, inputs, bound=bound))
        # All members begin with one bias; where each has a bias of its own, it goes its own way from there.
        bias = uniform(outputs, bound=bound)
        self.bias = nn.Parameter(bias.expand(members, outputs).clone() if own_scales else bias)
        self.scale_in = nn.Parameter(torch.ones(members, inputs)) if own_scales or is_first else None
        self.scale_out = nn.Parameter(torch.ones(members, outputs)) if own_scales else None

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Give (members, rows, outputs) while it is trained, (rows, members, outputs) of X alike when it is asked."""
        return self._folded(X) if self.training else self._scaled(X)

    def _folded(self, X: torch.Tensor) -> torch.Tensor:
        # Scaling the weights is less work than scaling many rows of each member: a fifth of a step.
        if self.scale_in is None:
            return nn.functional.linear(X, self.weight, self.bias)
        weight = self.weight * self.scale_in[:, None, :]
        if self.scale_out is not None:
            weight = weight * self.scale_out[:, :, None]
        bias = self.bias[:, None, :] if self.scale_out is not None else self.bias
        return torch.baddbmm(bias, X, weight.transpose(1, 2))

    def _scaled(self, X: torch.Tensor) -> torch.Tensor:
        if self.scale_in is not None:
            X = X * self.scale_in
        if self.scale_out is None:
            return nn.functional.linear(X, self.weight, self.bias)
        return nn.functional.linear(X, self.weight) * self.scale_out + self.bias


class Ensemble(Embedded):
    """``members`` perceptrons at the price of a few; gives (rows, members, outputs)."""

    def __init__(self, made: Architecture) -> None:
        super().__init__(made)
        self._members = made.members
        own, width = made.kind == "ensemble", self.width
        self.layers = nn.ModuleList()
        for layer in range(made.layers):
            self.layers.append(SharedLinear(width, made.hidden_size, made.members, own_scales=own, is_first=layer == 0))
            width = made.hidden_size
        if made.layers:
            first = self.layers[0]
            assert isinstance(first, SharedLinear)
            first.scale_in = nn.Parameter(_differing(made, self.width))
        self.dropout = Dropout(made.dropout)
        bound = 1.0 / math.sqrt(width)
        self.head = nn.Parameter(uniform(made.members, width, made.outputs, bound=bound))
        self.head_bias = nn.Parameter(uniform(made.members, made.outputs, bound=bound))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        X = self.together(X)
        if not self.training:
            values = X[:, None, :].expand(-1, self._members, -1)
            for layer in self.layers:
                values = torch.relu(layer(values))
            return torch.einsum("rmh,mho->rmo", values, self.head) + self.head_bias
        values = X.expand(self._members, -1, -1)
        for layer in self.layers:
            values = self.dropout(torch.relu(layer(values)))
        return torch.baddbmm(self.head_bias[:, None, :], values, self.head).transpose(0, 1)


def _differing(made: Architecture, width: int) -> torch.Tensor:
    """Give the scales of the first input, by which members differ from the start: one for each feature's values."""
    embedded = width - made.inputs
    if not embedded:
        return torch.randint(0, 2, (made.members, width)).float() * 2.0 - 1.0
    plain, vectors = torch.randn(made.members, made.inputs), torch.randn(made.members, made.numbers)
    return torch.cat([plain, vectors.repeat_interleave(made.embedding, dim=1)], dim=1)
