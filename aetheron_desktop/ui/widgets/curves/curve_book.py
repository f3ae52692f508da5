"""Which lines the plots have: each run's or their mean, as told or smoothed; imported late, see ``plot_loader``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from aetheron_desktop.engine.evaluation.curves.courses import Course, MovingAverage, mean_course
from aetheron_desktop.ui.widgets.curves.curve_buffer import CurveBuffer
from aetheron_desktop.ui.widgets.curves.curve_line import Line, Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from aetheron_desktop.engine.events import Part
    from aetheron_desktop.ui.widgets.curves.curve_buffer import Floats
    from aetheron_desktop.ui.widgets.curves.curve_groups import ShownGroup
    from aetheron_desktop.ui.widgets.curves.curve_store import CurveStore

PARTS: Final[tuple[Part, ...]] = ("valid", "train")


LATER: Final = 100_000
"""Averages over more points than this are made beside the window's thread: they would hold up a frame."""


class Due(NamedTuple):
    """Something to be made in whatever thread by ``make``; ``put`` takes it in the window's thread."""

    make: Callable[[], Any]
    put: Callable[[Any], None]


class CurveBook:
    """Makes lines of a store's curves; what was made is kept until its curves have grown.

    What takes long is due (:meth:`take_due`); until it is made curves are shown as they were told, means as they were.
    """

    def __init__(self, store: CurveStore) -> None:
        self._store = store
        self._weight = 0.0
        self._smooth: WeakKeyDictionary[CurveBuffer, tuple[MovingAverage, CurveBuffer]] = WeakKeyDictionary()
        self._means: dict[tuple[tuple[str, ...], str, Part], tuple[tuple[int, ...], _Mean]] = {}
        self._due: dict[Hashable, tuple[object, Due]] = {}
        self._underway: dict[Hashable, object] = {}

    def take_due(self) -> list[Due]:
        """Give what is to be made now; it counts as being made until :meth:`end_due`."""
        due, self._due = self._due, {}
        self._underway = {key: state for key, (state, _) in due.items()}
        return [one for _, one in due.values()]

    def end_due(self) -> None:
        """Take it that all that was due is here, or will not come."""
        self._underway.clear()

    def _later(self, key: Hashable, state: object, due: Due) -> None:
        if self._underway.get(key) != state:
            self._due[key] = state, due

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
        if self._weight and len(told) > 1 and (smooth := self._smoothed(told)) is not None:
            ends = [self._smoothed(buffer) for buffer in spread or ()]
            if None not in ends:
                shown, raw = smooth, told
                spread = Spread(*ends) if spread is not None else None  # type: ignore[arg-type]  # none is None
        run = group.lead
        return Line(run.id, run.name, part, run.series, shown, run.strong, raw, spread)

    def _smoothed(self, told: CurveBuffer) -> CurveBuffer | None:
        """Give the moving average of a curve; None until it is made, where it is long."""
        if told not in self._smooth:
            if len(told) > LATER:
                weight = self._weight
                make = partial(_smoothed_anew, weight, told.steps, told.times, told.values)
                self._later(told, weight, Due(make, partial(self._put_smoothed, told, weight)))
                return None
            self._smooth[told] = MovingAverage(self._weight), CurveBuffer()
        average, smooth = self._smooth[told]
        if (start := len(smooth)) < len(told):
            smooth.extend(told.steps[start:], told.times[start:], average.extend(told.values[start:]))
        return smooth

    def _put_smoothed(self, told: CurveBuffer, weight: float, made: tuple[MovingAverage, CurveBuffer]) -> None:
        if weight == self._weight:  # else another one is wanted by now
            self._smooth[told] = made

    def _mean(self, runs: tuple[str, ...], name: str, part: Part, buffers: Sequence[CurveBuffer]) -> _Mean:
        key, sizes = (runs, name, part), tuple(len(buffer) for buffer in buffers)
        held = self._means.get(key)
        if held is not None and held[0] == sizes:
            return held[1]
        courses = [Course(buffer.steps, buffer.times, buffer.values) for buffer in buffers]
        if sum(sizes) > LATER:
            self._later(key, sizes, Due(partial(_mean_of, courses), partial(self._put_mean, key, sizes)))
            return held[1] if held is not None else (None, None)
        made = _mean_of(courses)
        self._means[key] = sizes, made
        return made

    def _put_mean(self, key: tuple[tuple[str, ...], str, Part], sizes: tuple[int, ...], made: _Mean) -> None:
        self._means[key] = sizes, made

    def forget(self) -> None:
        """Drop what was made of runs that are not shown any more."""
        self._means.clear()


_Mean = tuple[CurveBuffer | None, Spread | None]


def _smoothed_anew(weight: float, steps: Floats, times: Floats, values: Floats) -> tuple[MovingAverage, CurveBuffer]:
    average, smooth = MovingAverage(weight), CurveBuffer()
    smooth.extend(steps, times, average.extend(values))
    return average, smooth


def _mean_of(courses: Sequence[Course]) -> _Mean:
    course = mean_course(courses)
    if course is None:
        return None, None

    def filled(values: Floats) -> CurveBuffer:
        buffer = CurveBuffer()
        buffer.extend(course.steps, course.seconds, values)
        return buffer

    spread = Spread(filled(course.mean - course.sd), filled(course.mean + course.sd), filled(course.sd))
    return filled(course.mean), spread
