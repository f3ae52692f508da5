"""Test predictions, and what is drawn and measured of them, each made once; numpy and pyarrow alone.

Whoever shows several figures of the same rows asks here, from whatever thread: the rows are sorted once for each class,
and a threshold then costs a search in what is sorted.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast

import numpy as np

from aetheron_desktop.engine.errors import EvaluationError
from aetheron_desktop.engine.evaluation.curves.confusion import Confusion, confusion, confusion_at, confusion_of
from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
from aetheron_desktop.engine.evaluation.telling import amount, few
from aetheron_desktop.engine.evaluation.telling import share as share_
from aetheron_desktop.engine.evaluation.thresholds import best_threshold

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.curves.histograms import Histogram
    from aetheron_desktop.engine.evaluation.curves.numbers import Bins
    from aetheron_desktop.engine.evaluation.curves.ranking import Curve
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

_Made = TypeVar("_Made")
GOALS: Final = (("f1", "F1"), ("balanced_accuracy", "Balanced accuracy"), ("accuracy", "Accuracy"))
"""What a threshold can be best for, and how that is called."""
USUAL: Final = 0.5
FEW: Final = 30
"""So few rows, or rows of a class, tell little."""
MARKS: Final = 300
"""So many marked rows are drawn on a curve at most."""
POINTS: Final = 2_000
"""So many are drawn as points of their own."""


class Rates(NamedTuple):
    """What a threshold does: shares of the rows, NaN where there are none of the kind.

    ``found`` of the positives, ``false_alarms`` among the negatives, ``precision`` among those that are predicted
    positive, and ``taken``, those among all rows; ``lift`` is how many times more positives there are among these than
    among all.
    """

    found: float
    false_alarms: float
    precision: float
    taken: float
    lift: float


class Evidence:
    """The ``predictions`` with what was made of them so far."""

    def __init__(self, predictions: TestPredictions) -> None:
        self.predictions = predictions
        self._made: dict[Hashable, Any] = {}
        self._lock = threading.RLock()

    @classmethod
    def read(
        cls, path: Path, *, of: str = "this model", threshold: float | None = None, level: float | None = None
    ) -> Evidence:
        """Read the stored predictions; see :func:`.predictions.read_predictions`.

        Raises:
            EvaluationError: they are gone, damaged, or of no row that can be used.
        """
        from aetheron_desktop.engine.evaluation.predictions import read_predictions

        return cls(read_predictions(path, of=of, threshold=threshold, level=level))

    @property
    def threshold(self) -> float:
        """The probability from which on the second of two classes is predicted as the model is."""
        return self.usual(self.predictions.threshold)

    @staticmethod
    def usual(threshold: float | None) -> float:
        """Give a threshold as a number; None is the more probable class."""
        # With 0.5 for both classes the first one is predicted, so the threshold lies just above.
        return math.nextafter(USUAL, 1.0) if threshold is None else threshold

    @property
    def focus(self) -> int:
        """The class that curves are about unless another is chosen: the second of two, the commonest of several."""
        found = self.predictions
        if found.task != "multiclass":
            return 1 if found.task == "binary" else 0
        return int(np.bincount(found.truth, minlength=len(found.classes)).argmax())

    def of_cohort(self, name: str, numbers: Sequence[int]) -> Evidence:
        """Give those of the rows that have one of these ``numbers`` in the dataset: the cohort ``name``.

        Raises:
            EvaluationError: there is none.
        """
        found = self.predictions
        places = found.places(numbers)
        if not len(places):
            raise EvaluationError(
                f"None of the {len(found):,} test rows is in the cohort “{name}”.", hint="Choose another cohort."
            )
        return Evidence(found.only(places, f"test rows in “{name}”"))

    def cutoffs(self, focus: int) -> Cutoffs:
        """Give the rows sorted by the probability of the class ``focus`` against the rest."""
        found = self.predictions
        return self.once(("cutoffs", focus), lambda: Cutoffs(found.truth == focus, found.predicted[:, focus]))

    def rates(self, focus: int, threshold: float) -> Rates:
        """Give what a threshold for the class ``focus`` does."""
        cutoffs = self.cutoffs(focus)
        tp, fp, _, _ = (float(count) for count in cutoffs.counts(threshold))
        found, taken = _share(tp, cutoffs.positives), _share(tp + fp, cutoffs.positives + cutoffs.negatives)
        return Rates(found, _share(fp, cutoffs.negatives), _share(tp, tp + fp), taken, _share(found, taken))

    def on_curve(self, curve: Curve, focus: int, places: NDArray[np.int64]) -> list[tuple[float, float]]:
        """Give where the rows at ``places`` lie on a curve whose thresholds fall, :data:`MARKS` of them at most."""
        scores = np.unique(self.predictions.predicted[places, focus])
        if len(scores) > MARKS:
            scores = scores[np.linspace(0, len(scores) - 1, MARKS).astype(np.int64)]
        at = np.clip(np.searchsorted(-curve.threshold, -scores, side="right") - 1, 0, len(curve.x) - 1)
        at = np.unique(at)
        return list(zip(curve.x[at].tolist(), curve.y[at].tolist(), strict=True))

    def over_scores(
        self, curve: Curve, focus: int, places: NDArray[np.int64], *, is_of: bool | None = None
    ) -> list[tuple[float, float]]:
        """Give where the rows at ``places`` lie on a curve over their scores, :data:`MARKS` of them at most.

        With ``is_of`` those of the class ``focus`` alone, or those of others.
        """
        found = self.predictions
        if is_of is not None:
            places = places[(found.truth[places] == focus) == is_of]
        scores = np.unique(found.predicted[places, focus])
        if len(scores) > MARKS:
            scores = scores[np.linspace(0, len(scores) - 1, MARKS).astype(np.int64)]
        heights = np.interp(scores, curve.x, curve.y)
        return list(zip(scores.tolist(), heights.tolist(), strict=True))

    def bar_shares(self, bars: Histogram, focus: int, places: NDArray[np.int64]) -> tuple[list[float], list[float]]:
        """Give the rows at ``places`` in each bar of the scores, as shares of all of the class and of all others."""
        size = bars.counts.shape[1]
        of_class = self.predictions.truth[places] == focus
        made = []
        for side, row in ((of_class, 1), (~of_class, 0)):
            counts = np.bincount(bars.bin[places[side]], minlength=size)
            made.append((counts / max(1, int(bars.counts[row].sum()))).tolist())
        return made[0], made[1]

    @staticmethod
    def bins_of(
        bins: NDArray[np.int64], places: NDArray[np.int64], xs: NDArray[np.float64], ys: NDArray[np.float64]
    ) -> list[tuple[float, float]]:
        """Give the points (b,) of the bins in which the rows at ``places`` are."""
        found = np.unique(bins[places])
        return [(float(xs[place]), float(ys[place])) for place in found if place >= 0]

    def rows_by_class(self, figure: Confusion, places: NDArray[np.int64]) -> list[int]:
        """Count the rows at ``places`` by their class, as a figure has it."""
        truth = np.bincount(self.predictions.truth[places], minlength=len(self.predictions.classes))
        return [int(truth[members].sum()) for members in figure.members]

    def points(
        self, x: NDArray[np.float64], y: NDArray[np.float64], places: NDArray[np.int64]
    ) -> list[tuple[float, float]]:
        """Give where the rows at ``places`` lie between ``x`` and ``y`` (n,), evenly drawn where there are many."""
        if len(places) > POINTS:
            places = places[np.linspace(0, len(places) - 1, POINTS).astype(np.int64)]
        known = places[np.isfinite(x[places]) & np.isfinite(y[places])]
        return list(zip(x[known].tolist(), y[known].tolist(), strict=True))

    @staticmethod
    def within(
        x: NDArray[np.float64], y: NDArray[np.float64], region: tuple[float, float, float, float]
    ) -> NDArray[np.int64]:
        """Give the places of the rows in a region: left, right, lower and upper end."""
        left, right, low, high = region
        return np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))

    @staticmethod
    def bar_counts(bars: Histogram, places: NDArray[np.int64]) -> tuple[int, ...]:
        """Count the rows at ``places`` in each bar."""
        counted: list[int] = np.bincount(bars.bin[places], minlength=bars.counts.shape[1]).tolist()
        return tuple(counted)

    @staticmethod
    def of_points(
        position: NDArray[np.int64], places: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> list[tuple[float, float]]:
        """Give those of the points (p,), each of the row at ``position``, whose rows are at ``places``."""
        kept = np.isin(position, places)
        return list(zip(x[kept].tolist(), y[kept].tolist(), strict=True))

    @staticmethod
    def middles(bins: Bins) -> NDArray[np.float64]:
        """Give the middle of each bin (b,)."""
        made: NDArray[np.float64] = bins.lower / 2.0 + bins.upper / 2.0
        return made

    def confusion(self, threshold: float, places: NDArray[np.int64] | None = None) -> Confusion:
        """Count what was against what is predicted at ``threshold``, of all rows or of those at ``places``."""
        found = self.predictions
        cut = threshold if found.task == "binary" else None
        if places is not None:
            return confusion(found.only(places), cut)
        if cut is None:
            return self.once("confusion", lambda: confusion(found))
        return confusion_at(found, self.cutoffs(1), threshold)

    def against_rest(self, focus: int, threshold: float, places: NDArray[np.int64] | None = None) -> Confusion:
        """Count the class ``focus`` against the rest, told from it at ``threshold``.

        It is of all rows, or of those at ``places``; the rest stands first, as the negative of two classes does.
        """
        found, name = self.predictions, self.predictions.classes[focus]
        cutoffs = self.cutoffs(focus)
        if places is not None:
            cutoffs = Cutoffs(found.truth[places] == focus, found.predicted[places, focus])
        return confusion_of(cutoffs, threshold, (f"not {name}", name))

    def best_threshold(self, goal: str, focus: int = 1) -> float:
        """Give the threshold for ``focus`` at which ``goal``, a key of :data:`GOALS`, is best on these rows."""
        found = self.predictions
        return self.once(
            ("best", goal, focus),
            lambda: best_threshold((found.truth == focus).astype(np.int64), found.predicted[:, focus], goal),
        )

    # -- words --------------------------------------------------------------------------------------------------------

    def part_words(self, dataset: str, tested: float | None, split: str) -> str:
        """Say which rows these are: how many of which table, and how they came to be the test part."""
        count = len(self.predictions)
        of = (
            f", {share_(tested)} of {dataset}"
            if tested is not None and dataset
            else f" of {dataset}"
            if dataset
            else ""
        )
        rows = f"{count:,} {self.predictions.part}" if count != 1 else "1 test row"
        return ", ".join(part for part in (f"{rows}{of}", split) if part)

    def cohort_words(self, name: str, whole: int) -> str:
        """Say how many of the ``whole`` test rows are in the cohort ``name``."""
        count = len(self.predictions)
        rows = "1 row" if count == 1 else f"{count:,} rows"
        return f"{rows} of {whole:,} test rows, {share_(count / whole)}: the cohort “{name}” alone"

    def few_words(self) -> str:
        """Say that there are few rows, or few of a class, where there are."""
        found, rows = self.predictions, len(self.predictions)
        if rows < FEW or not found.classes:
            return few(rows, "row is there", "rows are there", FEW)
        counts = np.bincount(found.truth, minlength=len(found.classes))
        least = int(np.where(counts > 0, counts, rows).argmin())
        name = found.classes[least]
        return few(int(counts[least]), f"row is {name!r}", f"rows are {name!r}", FEW)

    def threshold_words(self, threshold: float, focus: int = 1) -> str:
        """Say how many rows are predicted as the class ``focus``; of several, how many are as likely it."""
        counts = self.cutoffs(focus).counts(threshold)
        told, name = int(counts.tp + counts.fp), self.predictions.classes[focus]
        rows = f"{told:,} of {len(self.predictions):,} rows"
        if self.predictions.task == "binary":
            return f"{rows} are predicted {name}"
        return f"{rows} would be told as {name}, {int(counts.tp):,} of them right"

    def reason_words(self, threshold: float) -> str:
        """Say what a threshold reaches, as the reason why it is stored."""
        rates, yes = self.rates(1, threshold), self.predictions.classes[1]
        said = [f"finds {share_(rates.found)} of {yes}"] if math.isfinite(rates.found) else []
        said += [f"{share_(rates.precision)} of those told are right"] if math.isfinite(rates.precision) else []
        return f"Threshold {threshold:.4g}: {', '.join(said) or 'chosen in Analyze'}"

    @staticmethod
    def lift_words(curve: Curve, name: str, taken: float = 0.2) -> str:
        """Say how much better than at random the rows with the highest scores are."""
        place = min(len(curve.x) - 1, int(np.searchsorted(curve.x, taken, side="left")))
        x, y = share_(float(curve.x[place])), amount(float(curve.y[place]))
        band = ""
        if curve.low is not None and curve.high is not None:
            band = f" ({amount(float(curve.low[place]))} to {amount(float(curve.high[place]))})"
        return f"Among the {x} with the highest scores there are {y} times{band} as many {name!r} as among all rows."

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Give what ``make`` gives, made when it is asked for the first time under ``key``.

        What is there is given at once: the window must not wait for a thread that makes something else.
        """
        if key in self._made:
            return cast("_Made", self._made[key])
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return cast("_Made", self._made[key])


def _share(count: float, of: float) -> float:
    return count / of if of else math.nan
