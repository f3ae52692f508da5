"""A fitted pipeline: from the table's columns to predictions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aetheron_desktop.engine.estimators.feature_maker import made_by
from aetheron_desktop.engine.estimators.limits import values
from aetheron_desktop.engine.estimators.pooling import pooled
from aetheron_desktop.engine.estimators.quantiles import QuantilesPredictor, said
from aetheron_desktop.engine.estimators.temperature import cooled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column, Task
    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.estimators.deciding import CostRule
    from aetheron_desktop.engine.estimators.features import Columns
    from aetheron_desktop.engine.estimators.limits import Limits

_ROWS_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A part of a blend: ``estimator`` is the id of the card that it was made by; several may share a transformer.

    Those with one ``member`` are one estimator on several folds: together they count the sum of their weights.
    """

    estimator: str
    transformer: Any
    predictor: Predictor
    weight: float
    member: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """The weighted mean of what the branches say; the probabilities of classes are brought to ``temperature``.

    With ``offsets``, one for each class or one, a second layer puts the means of the members together instead; see
    :func:`.pooling.pooled`. Branches that tell quantiles of a number give the means of these, which are in order as
    theirs are.
    """

    branches: tuple[Branch, ...]
    temperature: float = 1.0
    offsets: tuple[float, ...] = ()

    @property
    def of_quantiles(self) -> bool:
        """Whether it tells quantiles of a number."""
        return all(isinstance(branch.predictor, QuantilesPredictor) for branch in self.branches)

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of the columns by name, (n,) each."""
        return self.together(self._told(X, lambda predictor, rows: predictor.predict(rows)))

    def quantiles(self, X: Any) -> NDArray[np.float64]:
        """Give (n, 3) of the columns by name: the lower quantile, the median, the upper one."""
        return self.together(self._told(X, said))

    def together(self, told_by: Iterable[tuple[Branch, NDArray[np.float64]]]) -> NDArray[np.float64]:
        """Give what the whole says where each branch told what it says of the same rows."""
        if self.offsets:
            return self._pooled(told_by)
        made: NDArray[np.float64] | None = None
        for branch, told in told_by:
            said = branch.weight * told
            made = said if made is None else made + said
        assert made is not None
        return cooled(made, self.temperature) if made.ndim == 2 else made

    def members(self) -> dict[int, tuple[int, float]]:
        """Give of each member how many branches it has, and what they count together."""
        found: dict[int, tuple[int, float]] = {}
        for branch in self.branches:
            count, weight = found.get(branch.member, (0, 0.0))
            found[branch.member] = count + 1, weight + branch.weight
        return dict(sorted(found.items()))

    def _pooled(self, told_by: Iterable[tuple[Branch, NDArray[np.float64]]]) -> NDArray[np.float64]:
        members = self.members()
        said: dict[int, NDArray[np.float64]] = {}
        for branch, told in told_by:
            part = told / members[branch.member][0]
            said[branch.member] = said[branch.member] + part if branch.member in said else part
        return pooled([said[number] for number in members], [weight for _, weight in members.values()], self.offsets)

    def _told(
        self, X: Any, ask: Callable[[Predictor, Any], NDArray[np.float64]]
    ) -> Iterator[tuple[Branch, NDArray[np.float64]]]:
        # Branches with one transformer stand side by side: what it makes is made once, and only one is in the memory.
        for _, group in groupby(self.branches, key=lambda branch: id(branch.transformer)):
            rows = None
            for branch in group:
                rows = made_by(branch.transformer, X) if rows is None else rows
                yield branch, ask(branch.predictor, rows)


@dataclass(frozen=True, slots=True, eq=False)
class FittedPipeline:
    """Columns, the fitted transformer and the fitted predictor; ``classes`` are words, empty for regression.

    ``threshold`` is the probability from which the second of two classes is predicted; None chooses the more probable.
    ``costs`` choose among several classes instead. ``limits`` are put around a number that is predicted.
    """

    columns: Columns
    target: Column
    task: Task
    classes: tuple[str, ...]
    transformer: Any
    predictor: Predictor
    threshold: float | None = None
    limits: Limits | None = None
    costs: CostRule | None = None

    def raw(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """Give (n, classes) probabilities, or (n,) values, of a table with the columns.

        Raises:
            ModelError: columns are not there; the words name them.
        """
        told = self.told(table)
        return told if self.classes else values(told)

    def told(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """Give all that the predictor tells: as :meth:`raw`, or (n, 3) with its own quantiles around the values.

        Raises:
            ModelError: columns are not there; the words name them.
        """
        # In pieces of one size: memory stays bounded, and the same table gives the same bits.
        parts = []
        for start in range(0, max(1, len(table)), _ROWS_AT_ONCE):
            piece = table.iloc[start : start + _ROWS_AT_ONCE]
            given = self.columns.given(piece)
            if len(piece):
                parts.append(said(self.predictor, made_by(self.transformer, given)))
        if not parts:
            return np.empty((0, len(self.classes)) if self.classes else 0)
        return np.concatenate(parts)

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give a row per row of ``table``: ``prediction``, and for classes ``probability_<class>`` each.

        Beside a number stand ``lower`` and ``upper``, where its limits are known.
        """
        return self.named(self.told(table), table.index)

    def named(self, raw: NDArray[np.float64], index: pd.Index[Any]) -> pd.DataFrame:
        """Give what :meth:`told` or :meth:`raw` gave as a table."""
        if not self.classes:
            made = pd.DataFrame({"prediction": values(raw)}, index=index)
            if (around := self.between(raw)) is not None:
                made["lower"], made["upper"] = around[:, 0], around[:, 1]
            return made
        labels = self._labels()[self.chosen(raw)] if len(raw) else np.array([], dtype=object)
        columns: dict[str, Any] = {"prediction": labels}
        for position, name in enumerate(self.classes):
            columns[f"probability_{name}"] = raw[:, position]
        return pd.DataFrame(columns, index=index)

    def between(self, told: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Give (n, 2) limits of what :meth:`told` gave; None where they are not known."""
        return None if self.limits is None else self.limits.around(told)

    def chosen(self, raw: NDArray[np.float64]) -> NDArray[np.int64]:
        """Give the index of the class that is predicted for each row of probabilities, (n, classes)."""
        if self.threshold is not None and len(self.classes) == 2:
            return (raw[:, 1] >= self.threshold).astype(np.int64)
        if self.costs is not None:
            return self.costs.chosen(raw)
        most: NDArray[np.int64] = raw.argmax(axis=1)
        return most

    def _labels(self) -> NDArray[Any]:
        """Give the classes as the values that stood in the table: whole numbers and truths where they were."""
        if self.target.type == "boolean" and set(self.classes) <= {"true", "false"}:
            return np.array([name == "true" for name in self.classes])
        try:
            numbers = np.array([int(name) for name in self.classes], dtype=np.int64)
        except (ValueError, OverflowError):
            return np.array(self.classes, dtype=object)
        # "007" is a word.
        return numbers if [str(number) for number in numbers] == list(self.classes) else np.array(self.classes, object)
