"""Dropout at the price of a byte for each unit."""

from __future__ import annotations

import torch
from torch import nn


class Dropout(nn.Module):
    """Sets a share of the units to zero at random while it is trained, and makes the others larger.

    On the processor the random numbers are what dropout costs, 40 % of a step of an ensemble: a byte a unit is enough,
    and gives the share to 1/256.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self._cut = round(share * 256)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        if not self.training or self.share == 0.0:
            return X
        if X.device.type != "cpu" or not 0 < self._cut < 256:
            return torch.dropout(X, self.share, True)
        words = torch.empty((X.numel() + 7) // 8, dtype=torch.int64).random_(-(2**63), None)
        kept = words.view(torch.uint8)[: X.numel()].view(X.shape) >= self._cut
        return X * kept.to(X.dtype).mul_(256 / (256 - self._cut))
