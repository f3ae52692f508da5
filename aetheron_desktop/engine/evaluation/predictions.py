"""What a model said of rows whose truth is known: all that measuring and drawing it needs, and never the model itself.

numpy and pyarrow alone, so that the window may read them in a thread of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from aetheron_desktop.engine.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

DUMMY: Final = "baseline"
DUMMY_LIMITS: Final = "baseline_limits"
"""Under these names the file says what the dummy predicts of any row (``DataFrame.attrs``)."""
_PROBABILITY: Final = "probability_"
_ATTRIBUTES: Final = b"PANDAS_ATTRS"
_AGAIN: Final = "Train the model again, or measure it on a dataset that has the target."
_TASKS: Final[dict[int, Task]] = {0: "regression", 2: "binary"}


@dataclass(frozen=True, slots=True, eq=False)
class TestPredictions:
    """What was predicted of ``rows`` (n,), numbers of rows in the dataset, ascending.

    For classes ``truth`` (n,) are indices into ``classes``, ``predicted`` (n, classes) probabilities and ``chosen``
    (n,) the class that was predicted; for numbers ``truth`` and ``predicted`` are (n,), and ``limits`` (n, 2) are
    around them at ``level``. ``threshold`` is the probability from which the second of two classes is predicted; None
    is the more probable one. The last ``unseen`` classes stand in the truth alone: the model has not learned them, and
    their probability is 0. ``baseline`` is what the dummy predicts of any row, (classes,) or (1,); None where it is not
    known. ``left_out`` rows had no truth or no number as prediction. ``part`` says in words which rows these are.
    """

    __test__: ClassVar[bool] = False  # it is no test, whatever collects them may think

    task: Task
    rows: Indices
    truth: NDArray[Any]
    predicted: Floats
    classes: tuple[str, ...] = ()
    chosen: Indices | None = None
    threshold: float | None = None
    limits: Floats | None = None
    level: float | None = None
    baseline: Floats | None = None
    baseline_limits: tuple[float, float] | None = None
    unseen: int = 0
    left_out: int = 0
    part: str = "test rows"

    def __post_init__(self) -> None:
        count, width = len(self.rows), len(self.classes)
        wanted = (count, width) if width else (count,)
        is_whole = self.truth.shape == (count,) and self.predicted.shape == wanted
        if (self.task == "regression") != (width == 0) or not is_whole:
            raise EvaluationError(f"The predictions are no {self.task} of {count:,} rows.", hint=_AGAIN)
        if not np.isfinite(self.predicted).all() or (self.limits is not None and np.isnan(self.limits).any()):
            raise EvaluationError("A prediction is not a number.", hint=_AGAIN)
        if width and count and not 0 <= int(self.truth.min()) <= int(self.truth.max()) < width:
            raise EvaluationError("A truth is none of the classes.", hint=_AGAIN)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Which rows, (n,), are of the second of two classes."""
        return np.asarray(self.truth == 1)

    @property
    def score(self) -> Floats:
        """The probability, (n,), of the second of two classes."""
        return self.predicted[:, 1]

    def decided(self, threshold: float | None = None) -> Indices:
        """Give the class that is predicted, (n,): at ``threshold`` of two classes, else as it was stored."""
        if threshold is not None and self.task == "binary":
            return (self.score >= threshold).astype(np.int64)
        if self.chosen is not None:
            return self.chosen
        if self.threshold is not None and self.task == "binary":
            return (self.score >= self.threshold).astype(np.int64)
        best: Indices = self.predicted.argmax(axis=1)
        return best

    def places(self, numbers: Sequence[int]) -> Indices:
        """Give where the rows of these numbers stand, ascending; others are passed over."""
        return np.flatnonzero(np.isin(self.rows, np.asarray(numbers, dtype=np.int64)))

    def only(self, places: NDArray[Any], part: str = "") -> TestPredictions:
        """Give the predictions of some rows: ``places`` are indices, or (n,) whether a row is meant."""
        return replace(
            self,
            rows=self.rows[places],
            truth=self.truth[places],
            predicted=self.predicted[places],
            chosen=None if self.chosen is None else self.chosen[places],
            limits=None if self.limits is None else self.limits[places],
            part=part or self.part,
        )

    def in_order(self, classes: tuple[str, ...]) -> TestPredictions:
        """Give the same predictions with their classes in another order."""
        if classes == self.classes:
            return self
        place = np.array([classes.index(name) for name in self.classes], dtype=np.int64)
        origin = np.argsort(place)
        return replace(
            self,
            classes=classes,
            truth=place[self.truth],
            predicted=self.predicted[:, origin],
            chosen=None if self.chosen is None else place[self.chosen],
            threshold=None,
            baseline=None if self.baseline is None else self.baseline[origin],
        )

    def notes(self) -> tuple[str, ...]:
        """Say what is odd about the rows, for people."""
        said = []
        if self.left_out:
            rows = "row has" if self.left_out == 1 else "rows have"
            said.append(f"{self.left_out:,} {rows} no truth or no number as prediction, and count nowhere.")
        if self.unseen:
            names = ", ".join(repr(name) for name in self.classes[-self.unseen :][:5])
            which = "The class" if self.unseen == 1 else "The classes"
            it = "it" if self.unseen == 1 else "them"
            said.append(f"{which} {names} did not occur in training: the model cannot predict {it}.")
        return tuple(said)


def read_predictions(
    path: Path,
    *,
    of: str = "this model",
    threshold: float | None = None,
    level: float | None = None,
) -> TestPredictions:
    """Read the ``predictions.parquet`` of a run; ``of`` names it in errors.

    ``threshold`` and ``level`` are those of the model's description. Without a threshold what was predicted then
    tells it. Rows without a truth, or whose prediction is no number, are left out and counted.

    Raises:
        EvaluationError: the file is gone or damaged, has no row that can be used, or has a row twice.
    """
    table = _read(path, of)
    named = [name.removeprefix(_PROBABILITY) for name in table.column_names if name.startswith(_PROBABILITY)]
    import pyarrow as pa  # the window has no use for it before

    try:
        made = _numbers(table) if not named else _classes(table, named)
    except (ValueError, pa.ArrowException) as error:
        raise EvaluationError(f"The predictions of {of} cannot be read ({error}).", hint=_AGAIN) from error
    if not len(made):
        raise EvaluationError(f"The predictions of {of} are not a number for any row.", hint=_AGAIN)
    if made.task == "regression":
        return replace(made, level=level if made.limits is not None else None, **_baseline(table, 1))
    given = threshold if threshold is not None else _threshold(made)
    known = len(made.classes) - made.unseen
    found = replace(made, threshold=given if made.task == "binary" else None, **_baseline(table, known))
    if found.baseline is not None and made.unseen:
        found = replace(found, baseline=np.append(found.baseline, np.zeros(made.unseen)))
    return replace(found, chosen=found.decided(threshold))


def _read(path: Path, of: str) -> pa.Table:
    """Give the file's table in the order of its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # As the window reads: pyarrow's datasets would import pandas.
        with pq.ParquetFile(path) as file:
            table = file.read()
    except FileNotFoundError:
        raise EvaluationError(f"The predictions of {of} are gone ({path.name} is not there).", hint=_AGAIN) from None
    except (OSError, pa.ArrowException) as error:
        raise EvaluationError(f"The predictions of {of} cannot be read ({error}).", hint=_AGAIN) from error
    known = {"row", "truth", "prediction"} <= set(table.column_names) and pa.types.is_integer(table["row"].type)
    if not known or not table.num_rows:
        raise EvaluationError(f"The predictions of {of} have no test rows whose truth is known.", hint=_AGAIN)
    is_whole = not table["row"].null_count
    if is_whole and _rises(table):
        return table
    table = table.sort_by("row")
    if not is_whole or not _rises(table):
        raise EvaluationError(f"The predictions of {of} have a row twice.", hint=_AGAIN)
    return table


def _rises(table: pa.Table) -> bool:
    """Whether each row has a higher number than the one before."""
    rows = _array(table["row"], 0)
    return bool((rows[1:] > rows[:-1]).all())


def _floats(table: pa.Table, name: str) -> Floats:
    import pyarrow as pa

    return _array(table[name].cast(pa.float64()), np.nan).astype(np.float64)


def _words(table: pa.Table, name: str) -> tuple[list[str], Indices]:
    """Give the words of a column, and which of them each row has; -1 for none."""
    import pyarrow as pa

    coded = table[name].cast(pa.string()).combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = pa.concat_arrays(coded.chunks)
    coded = coded.dictionary_encode()
    return coded.dictionary.to_pylist(), _array(coded.indices, -1).astype(np.int64)


def _array(column: pa.ChunkedArray | pa.Array, none: float) -> NDArray[Any]:
    """Give a column of numbers, ``none`` where there is none; by DLPack, for pyarrow's own way imports pandas."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    return np.from_dlpack(pc.fill_null(whole, none) if whole.null_count else whole)


def _numbers(table: pa.Table) -> TestPredictions:
    truth, predicted = _floats(table, "truth"), _floats(table, "prediction")
    known = np.isfinite(truth) & np.isfinite(predicted)
    limits = None
    if {"lower", "upper"} <= set(table.column_names):
        limits = np.column_stack([_floats(table, "lower"), _floats(table, "upper")])
        # A limit that is no number says nothing of any row; an infinite one does.
        limits = limits[known] if not np.isnan(limits[known]).any() else None
    return TestPredictions(
        task="regression",
        rows=_array(table["row"], 0).astype(np.int64)[known],
        truth=truth[known],
        predicted=predicted[known],
        limits=limits,
        left_out=int((~known).sum()),
    )


def _classes(table: pa.Table, learned: list[str]) -> TestPredictions:
    if len(set(learned)) < len(learned):
        raise ValueError("two columns are of one class")
    (true_words, true_codes), (said_words, said_codes) = (_words(table, name) for name in ("truth", "prediction"))
    new = sorted(set(true_words) - set(learned))
    classes = (*learned, *new)
    places = {name: place for place, name in enumerate(classes)}
    predicted = np.zeros((table.num_rows, len(classes)))
    for place, name in enumerate(learned):
        predicted[:, place] = _floats(table, f"{_PROBABILITY}{name}")
    # The last place is that of a missing one, whose code is -1.
    truth = np.array([*(places[word] for word in true_words), -1], dtype=np.int64)[true_codes]
    chosen = np.array([*(places.get(word, -1) for word in said_words), -1], dtype=np.int64)[said_codes]
    known = np.isfinite(predicted).all(axis=1) & (truth >= 0)
    if (chosen[known] < 0).any():
        raise ValueError("prediction has a value that is none of the classes")
    rows, left_out = _array(table["row"], 0).astype(np.int64), int((~known).sum())
    if left_out:
        rows, truth, predicted, chosen = (each[known] for each in (rows, truth, predicted, chosen))
    return TestPredictions(
        task=_TASKS.get(len(learned), "multiclass"),
        rows=rows,
        truth=truth,
        predicted=predicted,
        classes=classes,
        chosen=chosen,
        unseen=len(new),
        left_out=left_out,
    )


def _threshold(made: TestPredictions) -> float | None:
    """Give the threshold that what was predicted tells: None where it is the more probable class, or none is one."""
    if made.task != "binary" or made.chosen is None:
        return None
    taken = made.chosen == 1
    if bool(np.array_equal(taken, made.score > made.predicted[:, 0])):
        return None
    above = float(made.score[taken].min()) if taken.any() else 1.0
    below = float(made.score[~taken].max()) if not taken.all() else 0.0
    return (above + below) / 2.0 if below < above else None


def _baseline(table: pa.Table, width: int) -> dict[str, Any]:
    """Give what the file says of the dummy, as far as it makes sense."""
    try:
        told = json.loads((table.schema.metadata or {}).get(_ATTRIBUTES, b"{}"))
        said = np.array(told[DUMMY], dtype=np.float64)
        ends = tuple(float(end) for end in told.get(DUMMY_LIMITS, ()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    if said.shape != (width,) or not np.isfinite(said).all():
        return {}
    return {"baseline": said, "baseline_limits": ends if len(ends) == 2 else None}
