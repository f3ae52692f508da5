"""How much of a fit is done where its steps are unlike: in any unit, as it was measured once.

That tells the time that is left: what is done took so long, so what is left takes as much longer as it is more work.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Billionths of a second a row, fitted to 24,000 rows of 20 features upon 125 to 1,000 landmarks on one core.
_LANDMARK: Final = 20.0
_FEATURE: Final = 0.35
_PAIR: Final = 0.037
_CUBE: Final = 0.13
_ITERATION: Final = 200.0
_WEIGHT: Final = 0.95
_ITERATIONS: Final = 35
"""So many are expected before there was a fit that tells."""


class StepWork(Protocol):
    """The work of steps, one after the other."""

    @property
    def done(self) -> float:
        """What is done."""

    @property
    def total(self) -> float:
        """What is done, and what is left as far as it is known."""

    def end_step(self) -> None:
        """Count the next step as done."""


class KnownWork:
    """Steps of which it is known before how much each is."""

    def __init__(self, amounts: Iterable[float]) -> None:
        self._ends = (0.0, *accumulate(amounts))
        self._step = 0

    @property
    def done(self) -> float:
        """What is done."""
        return self._ends[self._step]

    @property
    def total(self) -> float:
        """What there is to do."""
        return self._ends[-1]

    def end_step(self) -> None:
        """Count the next step as done."""
        self._step += 1


class LandmarkWork:
    """Fits of support vectors upon ever more landmarks, ``sizes``, of so many ``rows`` and ``features``.

    How many iterations a fit takes is known when it is done; those behind it are expected to take as many. ``outputs``
    is 0 where the weights come out of a system of equations, without iterations.
    """

    def __init__(self, sizes: Sequence[int], *, rows: int, features: int, outputs: int) -> None:
        self._sizes, self._rows, self._features, self._outputs = sizes, rows, features, outputs
        self._iterations = _ITERATIONS
        self._before = 0.0
        self._step, self._mapped, self._counted = 0, 0.0, 0

    @property
    def done(self) -> float:
        """What is done."""
        if self._step == len(self._sizes):
            return self._before
        return self._before + self._mapped * self._mapping(self._step) + self._counted * self._iterating(self._step)

    @property
    def total(self) -> float:
        """What is done, and what is left as far as it is known."""
        if self._step == len(self._sizes):
            return self._before
        left = (1.0 - self._mapped) * self._mapping(self._step)
        left += max(1, self._iterations - self._counted) * self._iterating(self._step)
        return self.done + left + sum(self._whole(step) for step in range(self._step + 1, len(self._sizes)))

    def map_rows(self, share: float) -> None:
        """Count that this share of the rows has the features of the step."""
        self._mapped = share

    def iterate(self) -> None:
        """Count an iteration."""
        self._counted += 1

    def end_step(self) -> None:
        """Count the next step as done."""
        self._iterations = self._counted or self._iterations
        self._before += self._whole(self._step)
        self._step, self._mapped, self._counted = self._step + 1, 0.0, 0

    def _whole(self, step: int) -> float:
        return self._mapping(step) + self._iterations * self._iterating(step)

    def _mapping(self, step: int) -> float:
        size = self._sizes[step]
        return size * (_LANDMARK + _FEATURE * self._features + _PAIR * size + _CUBE * size**2 / self._rows)

    def _iterating(self, step: int) -> float:
        return self._outputs * (_ITERATION + _WEIGHT * self._sizes[step])
