"""What a training will take, before it starts: time and memory on this machine, and a refusal of what cannot fit."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.cards.card import may_end_early
from aetheron_desktop.engine.estimators.cards.costs import COSTS
from aetheron_desktop.engine.estimators.cards.neural import MOST_EMBEDDED, batch_size
from aetheron_desktop.engine.estimators.cards.similar import (
    LANDMARKS,
    MAPPED_BYTES,
    MAPPED_ROWS,
    MOST_EXACT_ROWS,
    MOST_PAIRS,
    SHARES,
)
from aetheron_desktop.engine.estimators.treatments import (
    MANY_LEVELS,
    MOST_CLASSES_ENCODED,
    TREE_LEVELS,
    has_few_values,
)
from aetheron_desktop.engine.params import defaults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.datasets.dataset import DatasetInfo
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.estimators.cards.cost import Cost
    from aetheron_desktop.engine.params import Value
    from aetheron_desktop.engine.training.experiment import Experiment

_DATE_PARTS: Final = 5
_CIRCLES: Final = 12 + 7 + 24
_MOST_DATES: Final = 4
_TEXT_WIDTH: Final = 24
_ONE_HOT_WIDTH: Final = 4_000
_ONE_HOT_BYTES: Final = 1 << 30
_MOST_OF_ONE: Final = 100
"""The widths that ``estimators.features`` gives to dates, texts and categories."""
_NEIGHBOUR_BLOCK: Final = 512
_BATCH: Final = 256
_JUDGED_TRAIN, _JUDGED_VALID = 1_000, 20_000
"""The most rows of each part that a network is judged by after an epoch."""
_FORWARD: Final = 1 / 3
"""What predicting a row takes, as a share of learning from it."""
_CACHE_BYTES: Final = 400e6
_WORD_BYTES: Final = 120
"""What a cell of words takes, in the table and while it is prepared."""
_NUMBER_BYTES: Final = 24
_PROGRAM_BYTES: Final = 300e6
"""What a worker takes with the learning libraries, before there is a table."""
LEARNED, JUDGED = 0.6, 0.2
"""The shares of rows that are learned from and judged by, unless the split says otherwise."""
_SAFE: Final = 0.9
"""The share of the free memory that a training may be expected to take."""
_FASTEST, _SLOWEST = 0.05, 40.0


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """What of a table counts: rows with a target, and its columns by kind; ``levels`` of each category.

    ``few`` are the values of each number that has few, ``holes`` the numbers that are missing somewhere.
    """

    rows: int
    numbers: int = 0
    dates: int = 0
    texts: int = 0
    levels: tuple[int, ...] = ()
    few: tuple[int, ...] = ()
    holes: int = 0
    classes: int = 0

    @property
    def number_bytes(self) -> float:
        """What the table's numbers and dates take while it is read and prepared."""
        return float(self.rows * _NUMBER_BYTES * (self.numbers + 2 * self.dates))

    @property
    def word_bytes(self) -> float:
        """What the table's words take while it is read and prepared."""
        return float(self.rows * _WORD_BYTES * (len(self.levels) + self.texts))

    def width(self, cost: Cost) -> int:
        """Give how many features the columns become."""
        spans = self.dates * (self.dates - 1) // 2 if self.dates <= _MOST_DATES else 0
        others = self.numbers + _DATE_PARTS * self.dates + spans + _TEXT_WIDTH * self.texts
        means = (self.classes if self.classes > 2 else 1) * (self.classes <= MOST_CLASSES_ENCODED)
        if cost.width == "codes":
            return others + len(self.levels) + means * sum(one > TREE_LEVELS for one in self.levels)
        room = min(_ONE_HOT_WIDTH, int(_ONE_HOT_BYTES / (8 * max(1.0, LEARNED * self.rows))))
        most = max(2, min(_MOST_OF_ONE, room // max(1, len(self.levels))))
        others += self.holes + sum(min(one, most) for one in self.levels)
        others += means * sum(one > MANY_LEVELS for one in self.levels)
        return others + sum(self.few) + _CIRCLES * self.dates if cost.width == "levels" else others


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """``seconds`` and ``bytes`` of a training; ``is_most`` says that it may end sooner by itself."""

    estimator: str
    seconds: float
    bytes: float
    is_most: bool = False

    @property
    def words(self) -> str:
        """Give it in words that do not pretend to be exact: ``about 12 s, 300 MB``."""
        return f"{'at most' if self.is_most else 'about'} {time_words(self.seconds)}, {memory_words(self.bytes)}"


def size_of(info: DatasetInfo, experiment: Experiment) -> Size:
    """Give what of the dataset counts for the experiment."""
    columns = [info.schema.column(name) for name in experiment.features]
    target = info.schema.column(experiment.target)
    kinds = [column.type for column in columns]
    return Size(
        rows=info.rows - target.missing,
        numbers=sum(kind in {"number", "integer", "boolean"} for kind in kinds),
        dates=kinds.count("date"),
        texts=kinds.count("text"),
        levels=tuple(column.distinct for column in columns if column.type in {"category", "identifier"}),
        few=tuple(column.distinct for column in columns if has_few_values(column)),
        holes=sum(column.missing > 0 for column in columns if column.type in {"number", "integer", "boolean"}),
        classes=0 if experiment.task == "regression" else target.distinct,
    )


def forecast(
    card: Card,
    size: Size,
    params: Mapping[str, Value],
    *,
    threads: int = 1,
    speed: float = 1.0,
    steps: int | None = None,
) -> Forecast | None:
    """Say what a training takes; None for an estimator whose cost was not measured.

    ``speed`` is how many times as long this machine takes as the one that was measured on. ``steps`` are those that
    were done, batches of what learns in batches; by default all that are allowed.
    """
    cost = COSTS.get(card.id)
    if cost is None:
        return None
    values = defaults(card.parameters) | dict(params)
    cells = LEARNED * size.rows * size.width(cost)
    count = steps if steps is not None else number_of(values.get(cost.steps), 1.0)
    if batches := _batches(cost, size, values):
        step = _epoch(cost, size, values, batches)
        count = count / batches if steps is not None else count
    else:
        step = _step(cost, size, cells)
    step *= _scale(card, cost, values) * (1 - cost.parallel + cost.parallel / max(1, threads))
    pairs_s, pairs_bytes = of_pairs(cost, size, values)
    return Forecast(
        estimator=card.id,
        seconds=speed * (cost.start_s + cost.cell_s * cells + count * step + pairs_s),
        bytes=_PROGRAM_BYTES + size.word_bytes + max(size.number_bytes, cost.cell_bytes * cells) + pairs_bytes,
        is_most=steps is None and may_end_early(card),
    )


def _step(cost: Cost, size: Size, cells: float) -> float:
    """Give the seconds of a step on one core, by what its parameters are by default."""
    work = cells * (math.log2(max(2.0, LEARNED * size.rows)) if cost.sorts else 1.0)
    return cost.step_s + cost.step_cell_s * work * (size.classes if cost.per_class and size.classes > 2 else 1)


def _epoch(cost: Cost, size: Size, values: Mapping[str, Value], batches: int) -> float:
    """Give the seconds of an epoch on one core: all rows in ``batches``, and then some are judged."""
    learned, width = LEARNED * size.rows, size.width(cost)
    embedded = min(size.numbers, width) if values.get("embed_numbers") and size.numbers <= MOST_EMBEDDED else 0
    row = cost.step_cell_s * (embedded + cost.plain * (width - embedded)) + cost.step_pair_s * width**2
    judged = min(JUDGED * size.rows, _JUDGED_VALID) + min(learned, _JUDGED_TRAIN)
    # Larger batches than the usual have as much more to do.
    return cost.step_s * max(batches, learned / _BATCH) + row * (learned + _FORWARD * judged)


def of_pairs(cost: Cost, size: Size, values: Mapping[str, Value]) -> tuple[float, float]:
    """Give the seconds and the bytes of what looks at pairs of rows."""
    learned = LEARNED * size.rows
    match cost.pairs:
        case "neighbours":
            kept = min(learned, number_of(values.get("max_rows"), math.inf))
            judged = min(JUDGED * size.rows, 5_000) + min(kept, 1_000)
            return cost.pair_s * kept * judged, 24.0 * _NEIGHBOUR_BLOCK * kept
        case "support":
            fits = size.classes if size.classes > 2 else 1
            if learned <= MOST_EXACT_ROWS and learned**2 * fits <= MOST_PAIRS:
                pairs = learned**2 * fits * sum(share**2 for share in SHARES)
                return pairs * (cost.pair_s + cost.pair_cell_s * size.width(cost)), min(8 * learned**2, _CACHE_BYTES)
            used = min(learned, MAPPED_ROWS)
            landmarks = min(LANDMARKS, used, MAPPED_BYTES / (8 * used))
            return cost.landmark_s * used * landmarks * fits * sum(SHARES), 16.0 * used * landmarks
        case _:
            return 0.0, 0.0


def of_experiment(
    experiment: Experiment, info: DatasetInfo, *, threads: int = 1, speeds: Mapping[str, float] | None = None
) -> Forecast | None:
    """Say what a run takes; None when that is not known."""
    card = catalog.card(experiment.estimator)
    speed = (speeds or {}).get(card.id, (speeds or {}).get("", 1.0))
    size = size_of(info, experiment)
    if card.ensemble:
        return _of_ensemble(experiment, size)
    found = forecast(card, size, experiment.params, threads=threads, speed=speed)
    if found is None or experiment.budget_s is None or found.seconds <= experiment.budget_s:
        return found
    return msgspec.structs.replace(found, seconds=experiment.budget_s, is_most=True)


def _of_ensemble(experiment: Experiment, size: Size) -> Forecast | None:
    """Say what one takes that trains others until its time is used up: as much as the largest of them."""
    if experiment.budget_s is None:
        return None
    return Forecast(
        estimator=experiment.estimator, seconds=experiment.budget_s, bytes=largest_of(experiment, size), is_most=True
    )


def largest_of(experiment: Experiment, size: Size) -> float:
    """Give the bytes of the largest estimator that an ensemble may train."""
    others = (forecast(card, size, {}) for card in catalog.for_task(experiment.task))
    return max(one.bytes for one in others if one is not None)


def in_all(forecasts: Sequence[Forecast], *, at_a_time: int = 1) -> Forecast:
    """Give what trainings take together, ``at_a_time`` of them beside each other."""
    largest = sorted((one.bytes for one in forecasts), reverse=True)[:at_a_time]
    return Forecast(
        estimator="",
        seconds=sum(one.seconds for one in forecasts) / max(1, min(at_a_time, len(forecasts))),
        bytes=sum(largest),
        is_most=any(one.is_most for one in forecasts),
    )


def speed_of(taken: Sequence[tuple[float, float]]) -> float:
    """Give how many times as long as forecast trainings took: ``taken`` and forecast seconds of each."""
    ratios = [real / told for real, told in taken if told > 0 and real > 0]
    return min(max(statistics.median(ratios), _FASTEST), _SLOWEST) if ratios else 1.0


def refuse_too_large(
    experiments: Sequence[Experiment], info: DatasetInfo, free_bytes: float, *, at_a_time: int = 1
) -> None:
    """Refuse a training that would take more memory than is free, of which ``at_a_time`` go at the same time.

    Raises:
        TrainingError: one cannot fit; the words say what would.
    """
    room = free_bytes * _SAFE / max(1, at_a_time)
    told = {one.run: of_experiment(one, info) for one in experiments}
    for experiment in experiments:
        needed = told[experiment.run]
        if needed is None or needed.bytes <= room:
            continue
        card = catalog.card(experiment.estimator)
        rows = int(info.rows * max(0.0, room - _PROGRAM_BYTES) / (needed.bytes - _PROGRAM_BYTES))
        raise TrainingError(
            f"{card.name} needs about {memory_words(needed.bytes)} for {info.rows:,} rows and"
            f" {len(experiment.features):,} columns; {memory_words(free_bytes)} are free"
            + (f", shared by {at_a_time} runs." if at_a_time > 1 else "."),
            hint=_alternatives(experiment, info, room, rows, at_a_time),
        )


def _alternatives(experiment: Experiment, info: DatasetInfo, room: float, rows: int, at_a_time: int) -> str:
    ways = []
    if rows >= 1_000:
        ways.append(f"fewer rows (about {_rounded(rows):,} would fit)")
    wide = [info.schema.column(name) for name in experiment.features]
    levels = max(wide, key=lambda column: column.distinct if column.type in {"category", "identifier"} else 0)
    if levels.type in {"category", "identifier"} and levels.distinct > 1_000:
        ways.append(f"no {levels.name!r}, which has {levels.distinct:,} values")
    elif len(wide) > 1:
        ways.append("fewer columns")
    size = size_of(info, experiment)
    others = [
        card.name
        for card in catalog.for_task(experiment.task)
        if card.id not in {experiment.estimator, "dummy"}
        and (found := forecast(card, size, {})) is not None
        and found.bytes <= room
    ]
    if others:
        ways.append(f"another estimator ({', '.join(others[:3])})")
    if at_a_time > 1:
        ways.append("fewer runs at the same time")
    return f"Use {', or '.join(ways)}." if ways else "Close other programs, or use a machine with more memory."


def _batches(cost: Cost, size: Size, values: Mapping[str, Value]) -> int:
    """Give in how many batches all rows are seen; 0 where there are none."""
    if not cost.batches:
        return 0
    learned, chosen = max(1, int(LEARNED * size.rows)), number_of(values.get("batch_size"), 0.0)
    return math.ceil(learned / batch_size(chosen or None, learned))


def _scale(card: Card, cost: Cost, values: Mapping[str, Value]) -> float:
    usual = defaults(card.parameters)
    scale = 1.0
    for name, power in cost.scales:
        before, now = number_of(usual.get(name), 0.0), number_of(values.get(name), 0.0)
        if before > 0 and now > 0:
            scale *= (now / before) ** power
    return scale


def number_of(value: Value, otherwise: float) -> float:
    """Give a parameter as a number, or what is taken where it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _rounded(rows: int) -> int:
    unit: int = 10 ** max(0, len(str(rows)) - 2)
    return rows // unit * unit


def time_words(seconds: float) -> str:
    """Give a length of time with two figures at most: ``2 s``, ``40 s``, ``3 min``, ``2.5 h``."""
    if seconds < 90:
        return f"{_two(max(1.0, seconds)):g} s"
    if seconds < 90 * 60:
        return f"{_two(seconds / 60):g} min"
    return f"{_two(seconds / 3600):g} h"


def memory_words(count: float) -> str:
    """Give an amount of memory with two figures at most: ``80 MB``, ``1.2 GB``."""
    return f"{_two(count / 1e9):g} GB" if count >= 1e9 else f"{_two(max(1e7, count) / 1e6):g} MB"


def _two(value: float) -> float:
    return float(f"{value:.1g}" if value < 1 else f"{value:.2g}")
