"""What is wrong with the target: one class is rare, some hardly come, many rows have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import listed, percent
from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.profiles.measure import spell
from aetheron_desktop.engine.datasets.query import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aetheron_desktop.engine.datasets.checks.examined import Examined

_MOST: Final = 1_000


class Imbalance:
    """One class is so frequent that always naming it looks good.

    Harm: how much better the dummy seems than a fair guess, up to 0.25; the loss is in what is believed, not learned.
    """

    name = "class imbalance"
    _RARE: Final = 0.1

    def findings(self, table: Examined) -> Iterator[Finding]:
        counts = _classes(table)
        if len(counts) < 2 or len(counts) >= _MOST:
            return
        total = sum(count for _, count in counts)
        most, rarest = counts[0][1] / total, counts[-1]
        if rarest[1] / total < self._RARE / max(1, len(counts) - 1) and most >= 1 - 2 * self._RARE:
            yield Finding(
                id="imbalance",
                check=self.name,
                headline=f"{percent(most)} of the rows are “{counts[0][0]}”",
                why="Who always says so is right that often. Accuracy says little here: look at ROC AUC or recall.",
                evidence=(
                    f"Accuracy of a dummy that always says “{counts[0][0]}”: {percent(most)}; its balanced accuracy: "
                    f"{percent(1 / len(counts))}.",
                    f"“{rarest[0]}” comes in {rarest[1]:,} of {total:,} rows.",
                ),
                harm=float(np.clip((most - 1 / len(counts)) / 2, 0.05, 0.25)),
                columns=(table.question.target,),
                fix=Fix(deed="weigh", label="Weigh the classes"),
            )


class RareClasses:
    """Classes of fewer than ten rows cannot be learned, and hardly be tested. Harm 0.15."""

    name = "too few rows of a class"
    _FEWEST: Final = 10

    def findings(self, table: Examined) -> Iterator[Finding]:
        counts = _classes(table)
        rare = [(name, count) for name, count in counts if count < self._FEWEST]
        if not rare or len(counts) < 2:
            return
        names = [name for name, _ in rare]
        yield Finding(
            id="rare-classes",
            check=self.name,
            headline=f"{listed(names, 3)} ha{'s' if len(names) == 1 else 've'} fewer than {self._FEWEST} rows",
            why="After the split a class may be missing from one of the parts: it cannot be learned, or not be tested.",
            evidence=tuple(f"“{name}”: {count:,} row{'s' if count != 1 else ''}." for name, count in rare[:6]),
            harm=0.15,
            columns=(table.question.target,),
            count=len(rare),
        )


class UnknownTargets:
    """Rows without a target teach nothing. Harm: a tenth of their share, for they may be unlike the others."""

    name = "missing targets"
    _SHARE: Final = 0.05

    def findings(self, table: Examined) -> Iterator[Finding]:
        column = table.schema.column(table.question.target)
        share = column.missing / max(1, table.rows)
        if share >= self._SHARE:
            yield Finding(
                id="unknown-targets",
                check=self.name,
                headline=f"“{column.name}” is missing in {percent(share)} of the rows",
                why="These rows are left out of the training. If they are unlike the others, it is not for them.",
                evidence=(f"{column.missing:,} of {table.rows:,} rows have no value.",),
                harm=share / 10,
                columns=(column.name,),
                count=column.missing,
            )


class Capped:
    """A quantity that was cut off: its greatest or least value comes far too often, as 500,001 for “500,000 and more”.

    Of more than fifty values the outermost comes in 1 % of the rows, and twenty times as often as the nine next to it
    on average. 0, 1 and 100 are ends by nature. Harm 0.15: nothing beyond can be predicted, and the errors there are
    not what they seem.
    """

    name = "targets that were cut off"
    _VALUES: Final = 50
    _SHARE: Final = 0.01
    _OFTEN: Final = 20.0
    _NATURAL: Final = frozenset({0.0, 1.0, 100.0})

    def findings(self, table: Examined) -> Iterator[Finding]:
        if table.question.task != "regression" or not table.target.known.any():
            return
        values, counts = np.unique(table.target.values, return_counts=True)
        if len(values) <= self._VALUES:
            return
        for side, value, often, others in (
            ("greatest", values[-1], counts[-1], counts[-10:-1]),
            ("least", values[0], counts[0], counts[1:10]),
        ):
            share = float(often) / len(table.target.values)
            if share < self._SHARE or often < self._OFTEN * others.mean() or float(value) in self._NATURAL:
                continue
            chosen = np.zeros(len(table.target.known), dtype=bool)
            chosen[np.flatnonzero(table.target.known)[table.target.values == value]] = True
            yield Finding(
                id=f"capped:{side}",
                check=self.name,
                headline=f"“{table.question.target}” seems to be cut off at {float(value):,.6g}",
                why="What lies beyond was written down as the limit: a model cannot learn it, nor see its errors.",
                evidence=(
                    f"The {side} value comes in {percent(share)} of the rows, the nine next to it "
                    f"{float(others.mean()):,.1f} times each.",
                ),
                harm=0.15,
                columns=(table.question.target,),
                rows=table.where(chosen),
                count=int(often),
                sampled=table.part,
            )


def _classes(table: Examined) -> list[tuple[str, int]]:
    """Give the classes with their rows, the most frequent first; nothing for a quantity."""
    if table.question.task == "regression":
        return []
    name = quoted(table.question.target)
    asked = f"SELECT {name}, count(*) FROM {TABLE} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST}"  # noqa: S608
    kind = table.cells.kind(table.question.target)
    return [
        (str(value) if isinstance(value, str) else _spelled(value, kind), int(count))
        for value, count in table.query.rows(asked)
    ]


def _spelled(value: object, kind: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and kind in {"integer", "number"}:
        return spell(value, "integer" if isinstance(value, int) else "number")
    return str(value)
