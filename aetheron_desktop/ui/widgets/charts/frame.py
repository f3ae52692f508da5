"""A part of the plane, and where it lies on the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPointF, QRectF

_DEEPEST: Final = 1e-9
"""No deeper zoom than to this part of the whole: floats end there."""


class Bounds(NamedTuple):
    """A part of the plane: left, right, lower and upper end."""

    left: float
    right: float
    low: float
    high: float


@dataclass(frozen=True)
class Frame:
    """Where a part of the plane lies on the paper."""

    area: QRectF
    view: Bounds

    def x(self, at: float) -> float:
        """Give the place of ``at`` across."""
        return self.area.left() + (at - self.view.left) / (self.view.right - self.view.left) * self.area.width()

    def y(self, at: float) -> float:
        """Give the place of ``at`` down."""
        return self.area.bottom() - (at - self.view.low) / (self.view.high - self.view.low) * self.area.height()

    def at(self, point: QPointF) -> tuple[float, float]:
        """Give what lies at a point of the paper."""
        across = (point.x() - self.area.left()) / max(1.0, self.area.width())
        up = (self.area.bottom() - point.y()) / max(1.0, self.area.height())
        view = self.view
        return view.left + across * (view.right - view.left), view.low + up * (view.high - view.low)


def scaled(low: float, high: float, at: float, factor: float, whole: float) -> tuple[float, float]:
    """Give the ends of a range ``factor`` times nearer, ``at`` staying where it is; not wider than thrice the whole."""
    factor = max(factor, (high - low) / (3 * whole)) if whole else factor
    if (high - low) / factor < abs(whole) * _DEEPEST:
        return low, high
    return at - (at - low) / factor, at + (high - at) / factor


def around(parts: Sequence[Bounds]) -> Bounds:
    """Give the least part of the plane that has all of ``parts`` in it."""
    return Bounds(
        min(part.left for part in parts),
        max(part.right for part in parts),
        min(part.low for part in parts),
        max(part.high for part in parts),
    )
