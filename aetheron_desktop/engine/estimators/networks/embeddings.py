"""How features become vectors before a network's body takes them."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING

import torch
from torch import nn

from aetheron_desktop.engine.estimators.networks.starting import uniform

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.networks.architecture import Architecture


class Waves(nn.Module):
    """Turns (rows, numbers) to (rows, numbers, embedding): own frequencies, a weighted sum and a ReLU ("PLR")."""

    def __init__(self, numbers: int, frequencies: int, embedding: int, spread: float) -> None:
        super().__init__()
        bound = 1.0 / math.sqrt(2 * frequencies)
        self.frequency = nn.Parameter(torch.randn(numbers, frequencies) * spread)
        self.weight = nn.Parameter(uniform(numbers, 2 * frequencies, embedding, bound=bound))
        self.bias = nn.Parameter(torch.zeros(numbers, embedding))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        angle = 2.0 * math.pi * self.frequency * X[..., None]
        waves = torch.cat([torch.cos(angle), torch.sin(angle)], dim=-1)
        return torch.relu(torch.einsum("rnk,nke->rne", waves, self.weight) + self.bias)


class Pieces(nn.Module):
    """Turns (rows, numbers) to (rows, numbers, embedding): a line that may bend at the edges of each bin ("PLE").

    A bin counts from 0 at its left edge to 1 at its right one, so all up to a number's own bin are full. A number
    beyond the training rows counts as the last of them. The sum starts at zero: bodies see the number itself as well.
    """

    left: torch.Tensor
    rate: torch.Tensor

    def __init__(self, numbers: int, bins: int, embedding: int) -> None:
        super().__init__()
        self.register_buffer("left", torch.zeros(numbers, bins))
        self.register_buffer("rate", torch.zeros(numbers, bins))
        self.weight = nn.Parameter(torch.zeros(numbers, bins, embedding))

    def place(self, X: torch.Tensor) -> None:
        """Put the edges at the quantiles of the training rows ``X`` (rows, numbers)."""
        numbers, bins = self.left.shape
        shares = torch.linspace(0.0, 1.0, bins + 1, dtype=torch.float64)
        ordered = X.double().sort(dim=0).values
        places = (shares * (len(X) - 1)).round().long()
        for number in range(numbers):
            # Bins that one value fills have no width, and are left out; those left over stay at rate 0 and say nothing.
            edges = torch.unique_consecutive(ordered[places, number])
            count = len(edges) - 1
            self.left[number, :count] = edges[:-1].float()
            self.rate[number, :count] = edges.diff().reciprocal().clamp(max=1e6).float()

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        filled = ((X[..., None] - self.left) * self.rate).clamp(0.0, 1.0)
        # Numbers first: a product of matrices for each.
        return torch.bmm(filled.transpose(0, 1), self.weight).transpose(0, 1)


class Levels(nn.Module):
    """Turns codes (rows, columns) to learned vectors (rows, columns, embedding); NaN is a level that none has seen."""

    def __init__(self, levels: tuple[int, ...], embedding: int) -> None:
        super().__init__()
        bound = 1.0 / math.sqrt(embedding)
        self._counts = levels
        weight = uniform(sum(levels), embedding, bound=bound)
        for end, count in zip(accumulate(levels), levels, strict=True):
            # The first row of a column is that of levels never seen: zero, and it stays so.
            weight[end - count] = 0.0
        self.weight = nn.Parameter(weight)

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        counts = torch.tensor(self._counts, device=codes.device)
        known = torch.nan_to_num(codes, nan=-1.0).long() + 1
        place = torch.where((known >= 0) & (known < counts), known, 0) + (counts.cumsum(0) - counts)
        return nn.functional.embedding(place, self.weight)


def embedding_of(made: Architecture) -> nn.Module | None:
    """Give the embedding of the numbers, None when they go in as they are."""
    if not made.numbers or not made.embedding:
        return None
    if made.bins:
        return Pieces(made.numbers, made.bins, made.embedding)
    if made.frequencies:
        return Waves(made.numbers, made.frequencies, made.embedding, made.spread)
    return None


class Embedded(nn.Module):
    """A body that takes all features as they are, and the vectors of the numbers beside them."""

    def __init__(self, made: Architecture) -> None:
        super().__init__()
        self._numbers = slice(made.numbers_from, made.numbers_from + made.numbers)
        self.embed = embedding_of(made)
        self.width = made.inputs + (0 if self.embed is None else made.numbers * made.embedding)

    def together(self, X: torch.Tensor) -> torch.Tensor:
        """Give (rows, width)."""
        if self.embed is None:
            return X
        return torch.cat([X, self.embed(X[:, self._numbers]).flatten(1)], dim=1)
