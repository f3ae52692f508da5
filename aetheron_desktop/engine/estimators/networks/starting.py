"""What weights are before they are learned."""

from __future__ import annotations

import torch


def uniform(*sizes: int, bound: float) -> torch.Tensor:
    """Give numbers drawn from -bound to bound."""
    return (torch.rand(*sizes) * 2.0 - 1.0) * bound
