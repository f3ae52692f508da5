"""Which lines the plots have: each run's or their mean, as told or smoothed; imported late, see ``plot_loader``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from aetheron_desktop.engine.evaluation.curves.courses import Course, MovingAverage, mean_course
from aetheron_desktop.ui.widgets.curves.curve_buffer import CurveBuffer
from aetheron_desktop.ui.widgets.curves.curve_line import Line, Spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aetheron_desktop.engine.events import Part
    from aetheron_desktop.ui.widgets.curves.curve_buffer import Floats
    from aetheron_desktop.ui.widgets.curves.curve_groups import ShownGroup
    from aetheron_desktop.ui.widgets.curves.curve_store import CurveStore

PARTS: Final[tuple[Part, ...]] = ("valid", "train")


class CurveBook:
    """Makes lines of a store's curves; what was made is kept until its curves have grown."""

    def __init__(self, store: CurveStore) -> None:
        self._store = store
        self._weight = 0.0
        self._smooth: WeakKeyDictionary[CurveBuffer, tuple[MovingAverage, CurveBuffer]] = WeakKeyDictionary()
        self._means: dict[tuple[tuple[str, ...], str, Part], tuple[tuple[int, ...], _Mean]] = {}

    def smooth(self, weight: float) -> None:
        """Smooth by a moving average of this weight, below 1, from now on; by none with 0."""
        self._weight = weight
        self._smooth.clear()

    def keys(self, groups: Iterable[ShownGroup], name: str) -> list[tuple[ShownGroup, Part]]:
        """Give of which runs, and of which parts, there are curves of a metric."""
        return [(group, part) for group in groups for part in PARTS if self._buffers(group.members, name, part)]

    def lines(self, groups: Iterable[ShownGroup], name: str) -> list[Line]:
        """Give the lines of a metric as they are now."""
        keys = self.keys(groups, name)
        return [line for group, part in keys if (line := self._line(group, name, part)) is not None]

    def _buffers(self, runs: Sequence[str], name: str, part: Part) -> list[CurveBuffer]:
        return [buffer for run in runs if (buffer := self._store.curve(run, name, part)) is not None]

    def _line(self, group: ShownGroup, name: str, part: Part) -> Line | None:
        buffers = self._buffers(group.members, name, part)
        spread: Spread | None = None
        told: CurveBuffer | None = buffers[0]
        if len(buffers) > 1:
            told, spread = self._mean(group.members, name, part, buffers)
        if told is None:
            return None
        shown, raw = told, None
        if self._weight and len(told) > 1:
            shown, raw = self._smoothed(told), told
            spread = spread and Spread(*(self._smoothed(buffer) for buffer in spread))
        run = group.lead
        return Line(run.id, run.name, part, run.series, shown, run.strong, raw, spread)

    def _smoothed(self, told: CurveBuffer) -> CurveBuffer:
        if told not in self._smooth:
            self._smooth[told] = MovingAverage(self._weight), CurveBuffer()
        average, smooth = self._smooth[told]
        if (start := len(smooth)) < len(told):
            smooth.extend(told.steps[start:], told.times[start:], average.extend(told.values[start:]))
        return smooth

    def _mean(self, runs: tuple[str, ...], name: str, part: Part, buffers: Sequence[CurveBuffer]) -> _Mean:
        sizes = tuple(len(buffer) for buffer in buffers)
        held = self._means.get((runs, name, part))
        if held is not None and held[0] == sizes:
            return held[1]
        made = _mean_of(buffers)
        self._means[(runs, name, part)] = sizes, made
        return made

    def forget(self) -> None:
        """Drop what was made of runs that are not shown any more."""
        self._means.clear()


_Mean = tuple[CurveBuffer | None, Spread | None]


def _mean_of(buffers: Sequence[CurveBuffer]) -> _Mean:
    course = mean_course([Course(buffer.steps, buffer.times, buffer.values) for buffer in buffers])
    if course is None:
        return None, None

    def filled(values: Floats) -> CurveBuffer:
        buffer = CurveBuffer()
        buffer.extend(course.steps, course.seconds, values)
        return buffer

    spread = Spread(filled(course.mean - course.sd), filled(course.mean + course.sd), filled(course.sd))
    return filled(course.mean), spread
