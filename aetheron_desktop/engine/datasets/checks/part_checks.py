"""What is wrong with parting the rows at random: they belong together by groups, or follow each other in time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix
from aetheron_desktop.engine.datasets.profiles.power import power
from aetheron_desktop.engine.datasets.splitting.split import beginning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled

_NAMED: Final = re.compile(
    r"(^|[\W_])(customer|client|patient|user|subject|person|people|member|account|household|family|store|shop|device|"
    r"machine|vehicle|driver|player|student|school|hospital|group|session|author|company|employee|owner|seller|buyer|"
    r"farm|plant|site|house|card|batch|participant|respondent|animal|experiment|doctor|clinic|trial|run|speaker|cell)"
    r"([\W_]*(id|no|nr|num|number|key|code|name))?$|(^|[\W_])\w+[\W_](id|key)$|[a-z](Id|ID)$",
    re.IGNORECASE,
)


class Groups:
    """Rows of the same customer, patient or device, that a random split puts on both sides.

    A column is taken for a group by its name, and by having 1.25 to 1,000 rows a value. Harm: how far a row's target
    can be told from the others of its group (see ``power``), at least 0.2.
    """

    name = "groups on both sides of a split"
    _SKILL: Final = 0.1

    def __init__(self) -> None:
        self._found: list[tuple[float, str, float, int]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        column, filled = one.column, table.rows - one.column.missing
        if column.type in {"number", "date", "text", "boolean"} or _NAMED.search(column.name) is None:
            return
        each = filled / max(1, column.distinct)
        if column.distinct < 10 or not 1.25 <= each <= 1_000:
            return
        told = power(_codes(one)[table.target.known], table.judged).power or 0.0
        if told >= self._SKILL:
            self._found.append((told, column.name, each, column.distinct))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for told, name, each, distinct in sorted(self._found, reverse=True)[:2]:
            yield Finding(
                id=f"group:{name}",
                check=self.name,
                headline=f"Rows with the same “{name}” would be on both sides of a split",
                why="The model then knows who is asked about, which it does not of someone new: the test flatters.",
                evidence=(
                    f"{distinct:,} values of “{name}”, {each:.1f} rows each.",
                    f"The target of a row is told by the other rows of its group with a skill of {told:.2f} of 1.",
                ),
                harm=float(np.clip(told, 0.2, 0.9)),
                columns=(name,),
                sampled=table.part,
                fix=Fix(deed="split", label=f"Split by “{name}”", columns=(name,), split="group"),
            )


class Beginnings:
    """Identifiers such as ``309_1`` and ``309_2``: rows of one beginning, of one mouse or machine, belong together.

    Nearly all its words are parted by a sign that is no letter or digit, and there are 1.25 to 1,000 rows of each of
    ten beginnings or more. Harm: as for :class:`Groups`, of which the target has to tell more since no name says so.
    """

    name = "groups in identifiers"
    _SKILL: Final = 0.2
    _PARTED: Final = 0.95

    def __init__(self) -> None:
        self._found: list[tuple[float, str, float, str]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        if one.column.type != "identifier" or one.values.codes is None or not one.values.valid.any():
            return
        words = one.values.words.to_pylist()
        begun = [beginning(word) for word in words]
        if sum(a != b for a, b in zip(words, begun, strict=True)) < self._PARTED * len(words):
            return
        different, places = np.unique(begun, return_inverse=True)
        each = len(words) / len(different)
        if len(different) < 10 or not 1.25 <= each <= 1_000:
            return
        codes = np.append(places, len(different))[one.values.codes]
        told = power(codes[table.target.known], table.judged).power or 0.0
        if told >= self._SKILL:
            example = int(np.argmax(np.bincount(places)))
            self._found.append((told, one.column.name, each, str(different[example])))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for told, name, each, example in sorted(self._found, reverse=True)[:1]:
            yield Finding(
                id=f"prefix:{name}",
                check=self.name,
                headline=f"Rows whose “{name}” begins alike would be on both sides of a split",
                why="They seem to be of one person, animal or machine; the model then knows who is asked about.",
                evidence=(
                    f"There are {each:.1f} rows of each beginning, such as “{example}”.",
                    f"The target of a row is told by the others of its beginning with a skill of {told:.2f} of 1.",
                ),
                harm=float(np.clip(told, 0.2, 0.9)),
                columns=(name,),
                sampled=table.part,
                fix=Fix(deed="split", label=f"Split by the beginning of “{name}”", columns=(name,), split="prefix"),
            )


class Times:
    """Rows that are near in time are alike, so that a random split lets the model look into the future.

    The rows of the sample are put in order of time, and neighbours compared: their correlation, or how much more often
    than by chance they are of one class (Cohen's kappa, 1960): 0.1 at least, and six times what chance gives so many
    rows. Harm: that figure, 0.15 at least.
    """

    name = "time order broken by a random split"
    _ALIKE: Final = 0.1
    _ERRORS: Final = 6.0

    def __init__(self) -> None:
        self._found: list[tuple[float, str]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        if one.column.type != "date" or one.values.numbers is None or one.column.distinct < 20:
            return
        known = one.values.valid & table.target.known
        if known.sum() < 100:
            return
        values = np.empty(len(known), dtype=table.target.values.dtype)
        values[table.target.known] = table.target.values
        # A stable order would keep the file's order among equal times, which may be by the target.
        mixed = np.random.default_rng(0).permutation(np.flatnonzero(known))
        ordered = values[mixed[np.argsort(one.values.numbers[mixed], kind="stable")]]
        alike = _alike(ordered, is_class=bool(table.target.classes))
        if alike >= max(self._ALIKE, self._ERRORS / np.sqrt(len(ordered))):
            self._found.append((alike, one.column.name))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for alike, name in sorted(self._found, reverse=True)[:1]:
            yield Finding(
                id=f"time:{name}",
                check=self.name,
                headline=f"Rows near in “{name}” have a similar “{table.question.target}”",
                why="A random split trains on days around those of the test. In use only the past is known.",
                evidence=(
                    f"The target of a row and of the next in time agree by {alike:.2f} (0 by chance, 1 always).",
                ),
                harm=float(np.clip(alike, 0.15, 0.9)),
                columns=(name,),
                sampled=table.part,
                fix=Fix(deed="split", label=f"Split by time, “{name}”", columns=(name,), split="time"),
            )


def _codes(one: Sampled) -> NDArray[np.int64]:
    cells = one.values.codes if one.values.codes is not None else one.values.numbers
    assert cells is not None
    return np.unique(np.where(one.values.valid, cells, cells.min() - 1), return_inverse=True)[1].astype(np.int64)


def _alike(ordered: NDArray[np.float64], *, is_class: bool) -> float:
    if is_class:
        shares = np.bincount(ordered.astype(np.int64)) / len(ordered)
        chance = float(np.square(shares).sum())
        return (float((ordered[1:] == ordered[:-1]).mean()) - chance) / max(1e-12, 1 - chance)
    if ordered.std() == 0:
        return 0.0
    # Of ranks, so that a few great values do not decide it.
    ranks = np.argsort(np.argsort(ordered, kind="stable"), kind="stable").astype(np.float64)
    return float(np.corrcoef(ranks[1:], ranks[:-1])[0, 1])
