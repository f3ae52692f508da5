"""What a network's weights are the weights of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["perceptron", "ensemble", "small_ensemble", "residual", "transformer"]

_ROWS_AT_ONCE: Final = 1_024
_WORK_AT_ONCE: Final = 1 << 25
"""Products in a block of rows: a few milliseconds, so that a single row is not much longer in coming."""
MOST_TOKENS: Final = 2_048
"""Features that a transformer can take: it looks at each pair of them."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The shape of a network, in a few numbers.

    The ``numbers`` features from ``numbers_from`` on are embedded by ``frequencies`` or in ``bins`` (neither when 0) to
    ``embedding`` values each. ``shift`` and ``scale`` give a regression its unit back. The first features are codes of
    categories with so many ``levels`` each, one more than are known. ``inner_size`` is the width within a block.
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
    kind: Kind = "perceptron"
    bins: int = 0
    members: int = 1
    inner_size: int = 0
    heads: int = 1
    attention_dropout: float = 0.0
    levels: tuple[int, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether the parts fit each other; the limits of each alone are looked at elsewhere."""
        is_transformer = self.kind == "transformer"
        return (
            self.numbers_from + self.numbers <= self.inputs
            and len(self.levels) <= min(self.inputs, self.numbers_from if self.numbers else self.inputs)
            and (is_transformer or not self.levels)
            and (not is_transformer or (self.inputs <= MOST_TOKENS and self.hidden_size % self.heads == 0))
            and (self.members == 1 or self.kind.endswith("ensemble"))
        )

    @property
    def rows_at_once(self) -> int:
        """How many rows are predicted together: a power of two that depends on the shape alone."""
        if self.kind == "perceptron":
            return _ROWS_AT_ONCE
        width = self.inputs + self.numbers * self.embedding
        each = self.hidden_size * (width + max(1, self.layers) * max(self.hidden_size, 2 * self.inner_size))
        if self.kind == "transformer":
            tokens = 1 + self.inputs
            each = tokens * self.hidden_size * (self.layers * (4 * self.hidden_size + 3 * self.inner_size + 2 * tokens))
        rows = _WORK_AT_ONCE // max(1, each * self.members)
        return 1 << min(10, max(3, rows.bit_length() - 1))
