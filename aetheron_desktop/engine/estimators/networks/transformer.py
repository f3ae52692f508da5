"""A transformer over features: Gorishniy et al. (2021), Revisiting Deep Learning Models for Tabular Data.

Each feature becomes a token; one more, which belongs to none, gathers what the others say and is asked at the end.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from aetheron_desktop.engine.estimators.networks.dropout import Dropout
from aetheron_desktop.engine.estimators.networks.embeddings import Levels, Pieces
from aetheron_desktop.engine.estimators.networks.starting import uniform

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.networks.architecture import Architecture


class Tokens(nn.Module):
    """Turns (rows, inputs) to (rows, 1 + inputs, size): codes first, then plain features, behind the token of none."""

    def __init__(self, made: Architecture) -> None:
        super().__init__()
        self._codes = len(made.levels)
        self._numbers = slice(made.numbers_from - self._codes, made.numbers_from - self._codes + made.numbers)
        plain = made.inputs - self._codes
        bound = 1.0 / math.sqrt(made.hidden_size)
        self.none = nn.Parameter(uniform(made.hidden_size, bound=bound))
        self.weight = nn.Parameter(uniform(plain, made.hidden_size, bound=bound))
        self.bias = nn.Parameter(uniform(made.inputs, made.hidden_size, bound=bound))
        self.levels = Levels(made.levels, made.hidden_size) if made.levels else None
        self.embed = Pieces(made.numbers, made.bins, made.hidden_size) if made.bins and made.numbers else None

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        plain = X[:, self._codes :]
        tokens = plain[..., None] * self.weight
        if self.embed is not None:
            numbers = self._numbers
            shaped = self.embed(plain[:, numbers])
            before, after = tokens[:, : numbers.start], tokens[:, numbers.stop :]
            tokens = torch.cat([before, tokens[:, numbers] + shaped, after], dim=1)
        if self.levels is not None:
            tokens = torch.cat([self.levels(X[:, : self._codes]), tokens], dim=1)
        return torch.cat([self.none.expand(len(X), 1, -1), tokens + self.bias], dim=1)


class AttentionBlock(nn.Module):
    """Tokens look at each other, then each is thought over by itself; both normed before (Xiong et al. 2020)."""

    def __init__(self, made: Architecture, *, is_first: bool) -> None:
        super().__init__()
        size = made.hidden_size
        self._heads, self._attention_dropout = made.heads, made.attention_dropout
        # The first norm is left out, as in the paper: tokens that are normed at once lose their size.
        self.attention_norm = nn.Identity() if is_first else nn.LayerNorm(size)
        self.ask = nn.Linear(size, size)
        self.tell = nn.Linear(size, 2 * size)
        self.gather = nn.Linear(size, size)
        self.norm = nn.LayerNorm(size)
        self.first = nn.Linear(size, 2 * made.inner_size)
        self.second = nn.Linear(made.inner_size, size)
        self.dropout = Dropout(made.dropout)

    def forward(self, tokens: torch.Tensor, asking: int) -> torch.Tensor:
        """Give the first ``asking`` of the tokens as they are now."""
        normed = self.attention_norm(tokens)
        key, value = self.tell(normed).chunk(2, dim=-1)
        share = self._attention_dropout if self.training else 0.0
        query = self.ask(normed[:, :asking])
        found = scaled_dot_product_attention(self._split(query), self._split(key), self._split(value), dropout_p=share)
        tokens = tokens[:, :asking] + self.gather(found.transpose(1, 2).flatten(2))
        # ReGLU (Shazeer 2020): one half decides how much of the other goes through.
        left, right = self.first(self.norm(tokens)).chunk(2, dim=-1)
        added: torch.Tensor = self.second(self.dropout(left * torch.relu(right)))
        return tokens + added

    def _split(self, tokens: torch.Tensor) -> torch.Tensor:
        rows, count, _ = tokens.shape
        return tokens.view(rows, count, self._heads, -1).transpose(1, 2)


class Transformer(nn.Module):
    """Tokens through blocks; the last block is computed for the token that is asked alone."""

    def __init__(self, made: Architecture) -> None:
        super().__init__()
        self.tokens = Tokens(made)
        self.blocks = nn.ModuleList(AttentionBlock(made, is_first=layer == 0) for layer in range(made.layers))
        self.norm = nn.LayerNorm(made.hidden_size)
        self.head = nn.Linear(made.hidden_size, made.outputs)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        tokens = self.tokens(X)
        for block in self.blocks:
            tokens = block(tokens, 1 if block is self.blocks[-1] else tokens.shape[1])
        out: torch.Tensor = self.head(torch.relu(self.norm(tokens[:, 0])))
        return out
