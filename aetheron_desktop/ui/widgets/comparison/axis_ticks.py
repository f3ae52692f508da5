"""What stands at an axis of runs: round numbers, dates, sizes and times, or the words of its categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.charts.shades import from_to
from aetheron_desktop.ui.widgets.charts.ticks import Tick, ticks

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from aetheron_desktop.engine.comparing.axes import Axis
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_MICRO: Final = 1_000_000
_ARROWS: Final = {"higher": " ↑", "lower": " ↓"}


def title_of(axis: Axis) -> str:
    """Give the title of an axis, with an arrow to the better end where there is one."""
    return f"{axis.title}{_ARROWS.get(axis.direction, '')}"


def ticks_of(axis: Axis, wanted: int) -> list[Tick]:
    """Give about ``wanted`` ticks from 0 to 1 with their words; of categories all."""
    if axis.names:
        return [Tick(at, word) for at, word in axis.names]
    wide = axis.high - axis.low
    if not wide > 0.0:
        return [Tick(0.5, _word(axis, axis.low, ""))]
    unit = _MICRO if axis.kind == "date" else 1
    scale: Scale = "date" if axis.kind == "date" else "log" if axis.is_log else "number"
    found = ticks(scale, axis.low * unit, axis.high * unit, wanted)
    return [Tick((tick.at / unit - axis.low) / wide, _word(axis, tick.at / unit, tick.text)) for tick in found]


def tint_legend(axis: Axis | None) -> list[tuple[str, QColor]]:
    """Give what the colours of runs mean, from the worse end to the better one."""
    if axis is None:
        return []
    found = ticks_of(axis, 6)
    first, last = (found[0].text, found[-1].text) if len(found) > 1 else ("less", "more")
    if axis.direction == "lower":
        first, last = last, first
    return [(f"{title_of(axis)}: {first}", from_to(0.0)), (last, from_to(1.0))]


def _word(axis: Axis, at: float, text: str) -> str:
    value = 10.0**at if axis.is_log else at
    match axis.kind:
        case "seconds":
            return quantities.duration(value)
        case "bytes":
            return quantities.size(round(value))
        case "milliseconds":
            return f"{quantities.number(value)} ms"
        case _:
            return text or quantities.number(value)
