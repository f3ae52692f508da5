"""How much a model leans on each column, with how sure that is, and on columns that go together.

Permutation importance (Breiman 2001), as scikit-learn has it: what the metric loses on the test rows when a column's
values are given to other rows. Beside the mixings, the test rows are themselves a sample: their influences on the
loss (see :mod:`.evaluation.statistic`) make the larger part of the interval. The quick look of a run, on few rows and
within half a second, is :mod:`.evaluation.importance`.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.metrics import metric as metric_named
from aetheron_desktop.engine.evaluation.statistic import statistics
from aetheron_desktop.engine.explaining import words
from aetheron_desktop.engine.explaining.groups import groups_of
from aetheron_desktop.engine.explaining.mixing import Mixing
from aetheron_desktop.engine.explaining.results import ColumnWeight, Importance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.statistic import Statistic
    from aetheron_desktop.engine.explaining.subject import Part, Subject

    Floats = NDArray[np.float64]

ROWS: Final = 10_000
REPEATS: Final = 5
_APART_S: Final = 0.5
_MOST_ASKED: Final = 4_000_000
_FEWEST_ROWS: Final = 500


def importance(
    subject: Subject,
    emit: Callable[[Importance], None],
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
    *,
    repeats: int = REPEATS,
    rows: int = ROWS,
    seed: int = 0,
) -> None:
    """Tell the importance of all columns and groups, what is known of it every now and then.

    Raises:
        Halted: it was asked to stop.
    """
    # Of very wide tables fewer rows are asked: the interval says what that costs.
    most = max(_FEWEST_ROWS, _MOST_ASKED // (len(subject.names) * repeats))
    test = subject.test.drawn(min(rows, most), seed)
    groups = groups_of(subject.columns, subject.learned.table, should_stop)
    weighing = _Weighing(subject, test, should_stop, repeats, seed)
    told = time.monotonic()
    wanted = [*((name,) for name in subject.names), *groups]
    found: list[ColumnWeight] = []
    for done, columns in enumerate(wanted):
        progress("Weigh the columns", done, len(wanted))
        found.append(weighing.weight(columns))
        if time.monotonic() - told > _APART_S and done + 1 < len(wanted):
            emit(weighing.told(found, is_whole=False))
            told = time.monotonic()
    emit(weighing.told(found, is_whole=True))


class _Weighing:
    """Mixes up columns of the ``test`` rows, and says what the metric loses."""

    def __init__(self, subject: Subject, test: Part, should_stop: Callable[[], bool], repeats: int, seed: int) -> None:
        self._subject, self._test, self._repeats, self._seed = subject, test, repeats, seed
        self._mixing = Mixing(subject.pipeline, test.table, should_stop=should_stop)
        self._whole = self._mixing.as_they_are(np.arange(len(test)))
        self._place = {name: place for place, name in enumerate(self._mixing.columns)}
        asked = self._mixing.ask(self._whole)
        self._metric = subject.metric
        if self._statistic(asked) is None:
            # One that needs what not all rows have, such as costs.
            self._metric = metric_named(main_metric(subject.task).name)
        self._base = self._statistic(asked)

    def weight(self, columns: Sequence[str]) -> ColumnWeight:
        """Give what the metric loses when these columns are mixed up together."""
        if self._base is None:
            return ColumnWeight(columns=tuple(columns), value=0.0, low=0.0, high=0.0, spread=0.0)
        sign = 1.0 if self._metric.direction == "higher" else -1.0
        influence = np.zeros(len(self._test))
        losses = []
        for repeat in range(self._repeats):
            mixed = self._statistic(self._mixing.ask(self._mixed(columns, repeat)))
            if mixed is None:
                continue
            losses.append(sign * (self._base.value - mixed.value))
            influence += sign * (self._base.influence() - mixed.influence())
        if not losses:
            return ColumnWeight(columns=tuple(columns), value=0.0, low=0.0, high=0.0, spread=0.0)
        value = float(np.mean(losses))
        spread = float(np.std(losses, ddof=1)) if len(losses) > 1 else 0.0
        error = math.sqrt(float(np.sum((influence / len(losses)) ** 2)) + spread**2 / len(losses))
        return ColumnWeight(
            columns=tuple(columns), value=value, low=value - Z * error, high=value + Z * error, spread=spread
        )

    def _mixed(self, columns: Sequence[str], repeat: int) -> NDArray[np.intp]:
        places = [self._place[name] for name in columns]
        # Of each column its own order, whatever was asked before; of a group one order for all.
        rng = np.random.default_rng([self._seed, repeat, *places])
        sources = self._whole.copy()
        sources[:, places] = rng.permutation(len(self._test))[:, None]
        return sources

    def _statistic(self, raw: Floats) -> Statistic | None:
        pipeline = self._subject.pipeline
        chosen: NDArray[np.int64] | None = pipeline.chosen(raw) if pipeline.classes else None
        made: dict[str, Any] = dict(statistics(self._subject.task, self._test.y, raw, chosen, only=self._metric.name))
        return made.get(self._metric.name)

    def told(self, found: Sequence[ColumnWeight], *, is_whole: bool) -> Importance:
        """Give what is known so far."""
        single = sorted((one for one in found if len(one.columns) == 1), key=lambda one: -one.value)
        groups = sorted((one for one in found if len(one.columns) > 1), key=lambda one: -one.value)
        made = Importance(
            model=self._subject.model,
            version=self._subject.version,
            metric=self._metric.name,
            metric_label=self._metric.label,
            reached=self._base.value if self._base is not None else None,
            rows=len(self._test),
            of_rows=len(self._subject.test),
            repeats=self._repeats,
            weights=tuple(single),
            groups=tuple(groups),
            is_whole=is_whole,
        )
        return words.with_sentences(made) if is_whole else made
