"""Whether one model is better than another: a verdict in words, on the same test rows or none at all.

The records and :func:`rows_hash` load neither numpy nor a learning library: the window shows them.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import EvaluationError
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.metrics import metric as metric_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.evaluation.metrics import Metric
    from aetheron_desktop.engine.evaluation.paired import Difference
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

State: TypeAlias = Literal["better", "worse", "same", "unsure", "withheld"]

EQUIVALENCE: Final = 0.01
"""A difference that makes none in practice: of a share 0.01, of an error or a loss 1 % of it."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of ``b`` against ``a``.

    ``difference`` is positive where ``b`` is better, whatever the metric's direction; ``low`` and ``high`` are its
    interval at 95 %. ``state`` is of ``b``: better or worse where the interval leaves 0 out, "same" where all of it is
    within ``equivalence`` (in the metric's unit) of 0, even if it leaves 0 out. Withheld: ``sentence`` has the reason,
    and what is not known is None.
    """

    state: State
    sentence: str
    metric: str = ""
    a: float | None = None
    b: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    equivalence: float | None = None
    rows: int = 0


class Part(NamedTuple):
    """Rows of a dataset by their numbers, ``words`` name those of them that are test rows: test rows of “young”."""

    rows: NDArray[Any]
    words: str

    def places(self, tested: NDArray[Any]) -> NDArray[Any]:
        """Give which of the rows ``tested`` (n,) are of this part, (n,)."""
        import numpy as np

        return np.isin(tested, self.rows)


def compare(
    task: Task,
    truth: NDArray[Any],
    a: NDArray[Any],
    b: NDArray[Any],
    *,
    metric: str | None = None,
    thresholds: tuple[float | None, float | None] = (None, None),
    names: tuple[str, str] = ("A", "B"),
    equivalence: float = EQUIVALENCE,
    seed: int = 0,
) -> Verdict:
    """Say whether the predictions ``b`` are better than ``a`` by ``metric``, the task's main one by default.

    Shapes and thresholds are those of :func:`.scores.scores`. One seed, one verdict.

    Raises:
        UsageError: there is no such metric.
    """
    from aetheron_desktop.engine.evaluation.statistic import decided  # numpy and scipy

    rows, known = len(truth), main_metric(task) if metric is None else metric_of(metric)
    if a.shape != b.shape or len(a) != rows:
        return _withheld("the models did not predict the same rows and classes.", known.name, rows)
    if not rows:
        return _withheld("there are no test rows.", known.name)
    one, other = (decided(task, predicted, threshold) for predicted, threshold in zip((a, b), thresholds, strict=True))
    return _verdict(_Pair(task, truth, a, b, (one, other)), known, names, equivalence, seed)


def compare_files(
    a: Path,
    b: Path,
    *,
    datasets: tuple[str, str],
    metric: str | None = None,
    names: tuple[str, str] = ("A", "B"),
    part: Part | None = None,
    equivalence: float = EQUIVALENCE,
    seed: int = 0,
) -> Verdict:
    """Say whether the run that wrote ``b`` is better than the one that wrote ``a``; see :func:`compare`.

    Both are a ``predictions.parquet``, of runs on the datasets of those ids; what they predicted counts, so each with
    its own threshold. Of a ``part`` its rows alone count. The verdict is withheld, with the reason in
    words, when a file is gone or damaged, or when the rows, their truths or the classes differ.

    Raises:
        UsageError: there is no such metric.
    """
    if datasets[0] != datasets[1]:
        return _withheld(f"{names[0]} and {names[1]} were tested on different datasets.", metric or "")
    tables = []
    for path, name in zip((a, b), names, strict=True):
        table = _read(path, name)
        if isinstance(table, str):
            return _withheld(table, metric or "")
        tables.append(table)
    pair = _joined(tables[0], tables[1], names)
    if isinstance(pair, str):
        return _withheld(pair, metric or "")
    if part is not None:
        pair = _within(pair, part.places(tables[0].rows), part.words)
    return _verdict(pair, main_metric(pair.task) if metric is None else metric_of(metric), names, equivalence, seed)


def rows_hash(rows: NDArray[Any], dataset: str) -> str:
    """Give the SHA-256 that identifies a set of rows of the dataset with this id, in whatever order they come."""
    import numpy as np

    ordered = np.sort(np.asarray(rows, dtype="<i8"))
    made = hashlib.sha256(f"{dataset}\0{len(ordered)}\0".encode())
    made.update(ordered.tobytes())
    return made.hexdigest()


class _Pair(NamedTuple):
    """Two models on the same rows, called ``part``; ``chosen`` is the class that each predicts, None for numbers."""

    task: Task
    truth: NDArray[Any]
    a: NDArray[Any]
    b: NDArray[Any]
    chosen: tuple[NDArray[Any] | None, NDArray[Any] | None]
    part: str = "test rows"


def _within(pair: _Pair, inside: NDArray[Any], part: str) -> _Pair:
    one, other = (None if chosen is None else chosen[inside] for chosen in pair.chosen)
    return _Pair(pair.task, pair.truth[inside], pair.a[inside], pair.b[inside], (one, other), part)


def _verdict(pair: _Pair, known: Metric, names: tuple[str, str], equivalence: float, seed: int) -> Verdict:
    from aetheron_desktop.engine.evaluation.intervals import FEWEST
    from aetheron_desktop.engine.evaluation.paired import difference

    rows = len(pair.truth)
    if rows < FEWEST:
        return _withheld(f"there are only {rows:,} {pair.part}; at least {FEWEST} are needed.", known.name, rows)
    found = difference(pair.task, pair.truth, pair.a, pair.b, chosen=pair.chosen, metric=known.name, seed=seed)
    if found is None:
        return _withheld(f"{known.label} is not defined on these {rows:,} {pair.part}.", known.name, rows)
    region = equivalence * (1.0 if known.direction == "higher" else abs(found.a))
    state = _state(found, region)
    return Verdict(
        state=state,
        sentence=_sentence(state, known, found, region, f"{rows:,} {pair.part}", names),
        metric=known.name,
        a=found.a,
        b=found.b,
        difference=found.value,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        equivalence=region,
        rows=rows,
    )


# -- words ------------------------------------------------------------------------------------------------------------


def _withheld(why: str, metric: str, rows: int = 0) -> Verdict:
    return Verdict(state="withheld", sentence=f"No verdict: {why}", metric=metric, rows=rows)


def _state(found: Difference, region: float) -> State:
    if -region <= found.low and found.high <= region:
        return "same"
    if found.low > 0.0:
        return "better"
    return "worse" if found.high < 0.0 else "unsure"


def _sentence(state: State, known: Metric, found: Difference, region: float, rows: str, names: tuple[str, str]) -> str:
    a, b = names
    # Two digits of the interval's width are as many as can be told.
    width = found.high - found.low
    decimals = min(6, max(0, 1 - math.floor(math.log10(width)))) if width > 0.0 else 3
    worse = found.value < 0.0
    low, high = (-found.high, -found.low) if worse else (found.low, found.high)
    size, low_word, high_word = (_number(value, decimals) for value in (abs(found.value), low, high))
    told = (
        f"{known.label} {_number(found.b, decimals)} against {_number(found.a, decimals)}, "
        f"a difference of {size} ({low_word} to {high_word}) on the same {rows}"
    )
    match state:
        case "better" | "worse":
            return f"{b} is {state}: {told}."
        case "same":
            return f"{b} is as good as {a}: {told}; less than {_two_digits(region)} makes no difference in practice."
        case _:
            leads = "" if found.value == 0.0 else f", {a if worse else b} being ahead"
            return f"It cannot be said which is better: {told}{leads}."


def _two_digits(value: float) -> str:
    told = _number(value, max(0, 1 - math.floor(math.log10(value))) if value > 0.0 else 0)
    return told.rstrip("0").rstrip(".") if "." in told else told


def _number(value: float, decimals: int) -> str:
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


# -- files ------------------------------------------------------------------------------------------------------------


def _read(path: Path, name: str) -> TestPredictions | str:
    """Give the predictions in the order of their rows, or why they cannot be used."""
    from aetheron_desktop.engine.evaluation.predictions import read_predictions  # numpy; the records have no use for it

    try:
        found = read_predictions(path, of=name)
    except EvaluationError as error:
        return error.detail[0].lower() + error.detail[1:].removesuffix(".") + "."
    return why_unusable(found, name) or found


def why_unusable(found: TestPredictions, name: str) -> str:
    """Say why predictions cannot be held against any others; empty where they can."""
    if found.left_out:
        return f"the predictions of {name} have a value that is not a number."
    if found.unseen:
        return f"the predictions of {name} have a truth that is none of the classes."
    return ""


def why_apart(a: TestPredictions, b: TestPredictions, names: tuple[str, str]) -> str:
    """Say why two models' predictions cannot be held against each other; empty where they can."""
    told = _joined(a, b, names)
    return told if isinstance(told, str) else ""


def _joined(a: TestPredictions, b: TestPredictions, names: tuple[str, str]) -> _Pair | str:
    """Give both predictions by row, or why they cannot be compared; the classes are in the order of ``a``."""
    import numpy as np

    if not np.array_equal(a.rows, b.rows):
        common = len(np.intersect1d(a.rows, b.rows, assume_unique=True))
        return (
            f"{names[0]} was tested on {len(a):,} rows and {names[1]} on {len(b):,}, of which {common:,} are the same."
        )
    if set(a.classes) != set(b.classes):
        return f"{names[0]} and {names[1]} do not tell the same classes apart."
    other = b.in_order(a.classes)
    if not np.array_equal(a.truth, other.truth):
        return f"the truth of the test rows is not the same for {names[0]} and {names[1]}."
    return _Pair(a.task, a.truth, a.predicted, other.predicted, (a.chosen, other.chosen))
