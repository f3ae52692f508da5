"""What is wrong with single columns: they name the rows, hold one value, are empty, tell too much, or pretend."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import listed, percent
from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix
from aetheron_desktop.engine.datasets.power import power

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled

_FEWEST: Final = 20
"""Columns of fewer values are not judged."""


class Leakage:
    """A feature that tells almost all of the target by itself was usually written down after it.

    The skill alone (see ``power``) is 0.97, or 0.85 and more than twice that of any other feature: several strong ones
    are rather the nature of the table. The harm is that skill: without the leak the table may have none. Kaufman et al.
    (2012), Leakage in Data Mining.
    """

    name = "target leakage"
    _SURE: Final = 0.97
    _STRONG: Final = 0.85

    def __init__(self) -> None:
        self._powers: dict[str, float] = {}

    def look(self, table: Examined, one: Sampled) -> None:
        if one.power is not None and table.sampled >= 50:
            self._powers[one.column.name] = one.power

    def findings(self, table: Examined) -> Iterator[Finding]:
        for name, told in sorted(self._powers.items(), key=lambda item: -item[1]):
            next_best = max((other for known, other in self._powers.items() if known != name), default=0.0)
            if told < self._SURE and not (told >= self._STRONG and told > 2 * next_best):
                continue
            yield Finding(
                id=f"leakage:{name}",
                check=self.name,
                headline=f"“{name}” alone gives away “{table.question.target}”",
                why="A column that tells this much is usually known only after the target is, and missing on new data.",
                evidence=(
                    f"Skill of “{name}” alone: {told:.3f} of 1; the best of the other columns has {next_best:.3f}.",
                    "Skill is 1 - loss / loss of always guessing the mean, on rows that were not learned from.",
                ),
                harm=told,
                columns=(name,),
                sampled=table.part,
                fix=Fix(deed="exclude", label=f"Leave out “{name}”", columns=(name,)),
            )


class Sums:
    """The target is a sum of features, so that these are known only together with it, as casual + registered = all.

    Least squares on the features that are numbers; the target's variance is told to 0.9999, and by at least two of them
    that each carry a twentieth of it. Harm: that share.
    """

    name = "target made of features"
    _TOLD: Final = 0.9999
    _CARRIES: Final = 0.05
    _MOST: Final = 200
    _ROWS: Final = 20_000

    def __init__(self) -> None:
        self._columns: dict[str, NDArray[np.float64]] = {}

    def look(self, table: Examined, one: Sampled) -> None:
        values = one.values
        if not one.is_feature or table.target.classes or values.numbers is None or values.kind == "date":
            return
        if len(self._columns) < self._MOST and values.valid.mean() > 0.9:
            numbers = np.where(values.valid, values.numbers, np.nan)[table.target.known][: self._ROWS]
            self._columns[one.column.name] = numbers.astype(np.float64)

    def findings(self, table: Examined) -> Iterator[Finding]:
        if len(self._columns) < 2:
            return
        features = np.column_stack(list(self._columns.values()))
        whole: NDArray[np.bool_] = np.asarray(np.isfinite(features).all(axis=1))
        features, target = features[whole], table.target.values[: len(whole)][whole].astype(np.float64)
        spread = features.std(axis=0)
        if len(features) < 10 * features.shape[1] or not target.std():
            return
        scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        wanted = (target - target.mean()) / target.std()
        weights = np.linalg.lstsq(scaled, wanted, rcond=1e-9)[0]
        told = 1 - float(np.square(wanted - scaled @ weights).mean())
        names = [name for name, weight in zip(self._columns, weights, strict=True) if abs(weight) >= self._CARRIES]
        if told < self._TOLD or len(names) < 2:
            return
        yield Finding(
            id=f"sum:{','.join(names)}",
            check=self.name,
            headline=f"“{table.question.target}” is a sum of {listed(names)}",
            why="Who knows the parts knows the sum: on new data they are as unknown as the target.",
            evidence=(f"A weighted sum of the columns tells {100 * told:.3f} % of the target's variance.",),
            harm=min(1.0, told),
            columns=tuple(names),
            sampled=table.part,
            fix=Fix(deed="exclude", label="Leave them out", columns=tuple(names)),
        )


class TellingGaps:
    """Whether a cell is filled tells the target: then it is often filled because of the target.

    The harm is the skill of the gaps alone.
    """

    name = "gaps that tell the target"
    _SKILL: Final = 0.25

    def __init__(self) -> None:
        self._found: list[tuple[float, str, float]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        valid = one.values.valid
        if not one.is_feature or not _FEWEST <= valid.sum() <= len(valid) - _FEWEST:
            return
        told = power(valid[table.target.known].astype(np.int64), table.judged).power
        if told is not None and told >= self._SKILL:
            self._found.append((told, one.column.name, 1 - float(valid.mean())))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for told, name, share in sorted(self._found, reverse=True):
            yield Finding(
                id=f"gaps:{name}",
                check=self.name,
                headline=f"Whether “{name}” is filled tells “{table.question.target}”",
                why="If it is filled in because of the target, a new row will not have it, and the model is lost.",
                evidence=(f"{percent(share)} of “{name}” is missing; the gaps alone have a skill of {told:.2f} of 1.",),
                harm=told,
                columns=(name,),
                sampled=table.part,
                fix=Fix(deed="exclude", label=f"Leave out “{name}”", columns=(name,)),
            )


class Identifiers:
    """A feature with another word in almost each row is learned by heart. Harm 0.3: what is learned is lost."""

    name = "identifiers"

    def __init__(self) -> None:
        self._found: list[str] = []

    def look(self, table: Examined, one: Sampled) -> None:
        column, filled = one.column, table.rows - one.column.missing
        if not one.is_feature or filled < _FEWEST or column.type in {"number", "date", "text"}:
            return
        unique = column.distinct >= 0.95 * filled
        if column.type == "identifier" or (unique and (column.type == "category" or _runs(one))):
            self._found.append(column.name)

    def findings(self, table: Examined) -> Iterator[Finding]:
        del table
        if self._found:
            yield Finding(
                id="identifiers",
                check=self.name,
                headline=f"{listed(self._found)} name{'s' if len(self._found) == 1 else ''} the rows",
                why="A value that comes once says nothing about a new row; a model can only learn it by heart.",
                evidence=("Almost every row has a value of its own there.",),
                harm=0.3,
                columns=tuple(self._found),
                fix=Fix(deed="exclude", label="Leave out", columns=tuple(self._found)),
            )


class Constants:
    """One value almost everywhere (99.5 %) teaches nothing. Harm 0.02: it costs time, and tempts to read it."""

    name = "constant columns"
    _SHARE: Final = 0.995

    def __init__(self) -> None:
        self._found: list[tuple[str, float]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        if not one.is_feature or not one.values.valid.any():
            return
        values = one.values
        cells = values.numbers if values.numbers is not None else values.codes
        assert cells is not None
        _, counts = np.unique(cells[values.valid], return_counts=True)
        share = float(counts.max()) / len(values)
        if share >= self._SHARE and (one.power is None or one.power < 0.02):
            self._found.append((one.column.name, share))

    def findings(self, table: Examined) -> Iterator[Finding]:
        if self._found:
            names = [name for name, _ in self._found]
            yield Finding(
                id="constants",
                check=self.name,
                headline=f"{listed(names)} ha{'s' if len(names) == 1 else 've'} almost one value only",
                why="There is nothing to learn from, and what little there is may be chance.",
                evidence=tuple(
                    f"“{name}”: one value in {percent(share)} of the rows." for name, share in self._found[:6]
                ),
                harm=0.02,
                columns=tuple(names),
                sampled=table.part,
                fix=Fix(deed="exclude", label="Leave out", columns=tuple(names)),
            )


class Gaps:
    """A feature that is missing in most rows. Harm 0.05: what is learned rests on few rows."""

    name = "missing values"
    _SHARE: Final = 0.6

    def __init__(self) -> None:
        self._found: list[tuple[str, float]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        share = one.column.missing / max(1, table.rows)
        if one.is_feature and share >= self._SHARE and (one.power or 0.0) < 0.05:
            self._found.append((one.column.name, share))

    def findings(self, table: Examined) -> Iterator[Finding]:
        del table
        if self._found:
            names = [name for name, _ in self._found]
            yield Finding(
                id="gaps",
                check=self.name,
                headline=f"{listed(names)} {'is' if len(names) == 1 else 'are'} mostly empty",
                why="What a model learns there rests on few rows, and these are seldom like the others.",
                evidence=tuple(f"“{name}”: {percent(share)} missing." for name, share in self._found[:6]),
                harm=0.05,
                columns=tuple(names),
                fix=Fix(deed="exclude", label="Leave out", columns=tuple(names)),
            )


class DisguisedGaps:
    """A number or word that stands for a missing value: -1 or 999 far from the rest, a spike of zeros, “unknown”.

    Harm: a quarter of the share of the cells, between 0.03 and 0.3; a mean or a line through them is bent by so much.
    """

    name = "disguised missing values"
    _SIGNS: Final = (-1, -9, -99, -999, -9999, -99999, 99, 999, 9999, 99999, 999999)
    _WORDS: Final = frozenset(
        {"unknown", "n/a", "na", "none", "null", "nan", "missing", "not available", "not known", "undefined", "tbd",
         "not applicable", "no data", "nil", "-", "--", "?", "unbekannt", "inconnu", "desconocido", "#n/a", "xxx"}
    )  # fmt: skip
    _FEW: Final = 3

    def __init__(self) -> None:
        self._found: list[tuple[str, str, NDArray[np.bool_], str]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        del table
        if not one.is_feature or one.column.type in {"boolean", "date", "identifier"}:
            return
        if one.ordered is not None and len(one.ordered) >= _FEWEST:
            self._look_at_numbers(one)
        elif one.values.codes is not None:
            for code, word in enumerate(one.values.words.to_pylist()):
                if word.strip().lower() in self._WORDS:
                    chosen = one.values.codes == code
                    if chosen.sum() >= self._FEW:
                        self._found.append((one.column.name, word, chosen, "is a word for a missing value"))

    def _look_at_numbers(self, one: Sampled) -> None:
        ordered, numbers = one.ordered, one.values.numbers
        assert ordered is not None
        assert numbers is not None
        if not float(ordered[0]) <= 0 and float(ordered[-1]) < 99:
            return
        for sign in self._SIGNS:
            why = _stands_apart(ordered, sign)
            if why:
                self._found.append((one.column.name, str(sign), one.values.valid & (numbers == sign), why))
        why = _zeros(ordered)
        if why:
            self._found.append((one.column.name, "0", one.values.valid & (numbers == 0), why))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for name, word, chosen, why in self._found:
            share = float(chosen.mean())
            yield Finding(
                id=f"disguised:{name}:{word}",
                check=self.name,
                headline=f"“{word}” in “{name}” seems to stand for a missing value",
                why="A model takes it for a quantity or a kind of its own, and learns from what is not known.",
                evidence=(f"{int(chosen.sum()):,} of {len(chosen):,} rows, {percent(share)}: it {why}.",),
                harm=float(np.clip(share / 4, 0.03, 0.3)),
                columns=(name,),
                rows=table.where(chosen),
                count=int(chosen.sum()),
                sampled=table.part,
                fix=Fix(deed="missing", label=f"Take “{word}” for missing", columns=(name,), words=(word,)),
            )


class MixedTypes:
    """A column of numbers that some words have made a column of words.

    Harm 0.2: the order and the distance of the numbers are lost to a model.
    """

    name = "mixed types"
    _NUMBER: Final = re.compile(r"\s*[-+]?(\d+([.,]\d+)*|\.\d+)([eE][-+]?\d+)?\s*%?\s*")
    _SHARE: Final = 0.6
    _FEW: Final = 8

    def __init__(self) -> None:
        self._found: list[tuple[str, float, list[str], NDArray[np.bool_]]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        del table
        codes = one.values.codes
        if one.column.type not in {"category", "text"} or codes is None or not len(one.values.words):
            return
        words = one.values.words.to_pylist()
        are_numbers = np.array([self._NUMBER.fullmatch(word) is not None for word in words])
        counts = np.bincount(codes[codes >= 0], minlength=len(words))
        filled = int(counts.sum())
        share = float(counts[are_numbers].sum()) / max(1, filled)
        others = [word for word, is_number in zip(words, are_numbers, strict=True) if not is_number]
        if filled >= _FEWEST and self._SHARE <= share < 1 and int(are_numbers.sum()) > self._FEW:
            chosen = (codes >= 0) & ~are_numbers[np.maximum(codes, 0)]
            self._found.append((one.column.name, share, others, chosen))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for name, share, others, chosen in self._found:
            few = tuple(others) if len(others) <= self._FEW else ()
            yield Finding(
                id=f"mixed:{name}",
                check=self.name,
                headline=f"“{name}” holds numbers and words",
                why="Because of the words it is read as text: the order and the distances of its numbers are lost.",
                evidence=(f"{percent(share)} of its cells are numbers; the others are {listed(others)}.",),
                harm=0.2,
                columns=(name,),
                rows=table.where(chosen),
                count=int(chosen.sum()),
                sampled=table.part,
                fix=Fix(deed="missing", label="Take the words for missing", columns=(name,), words=few)
                if few
                else Fix(deed="import_again", label="Import again…", columns=(name,)),
            )


class Encodings:
    """Signs of a file read in the wrong encoding, or that no keyboard has. Harm 0.1: words fall apart."""

    name = "encodings"
    _BROKEN: Final = re.compile("[\u00c2\u00c3\u00e2][\u0080-\u00bf\u20ac\u2122\u0153]|\ufffd|[\x00-\x08\x0e-\x1f\x7f]")

    def __init__(self) -> None:
        self._found: list[tuple[str, list[str], NDArray[np.bool_]]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        del table
        if one.values.codes is None or one.column.type == "boolean":
            return
        broken = np.array([self._BROKEN.search(word) is not None for word in one.values.words.to_pylist()], dtype=bool)
        if broken.any():
            words = [one.values.words[int(place)].as_py() for place in np.flatnonzero(broken)[:3]]
            chosen = (one.values.codes >= 0) & broken[np.maximum(one.values.codes, 0)]
            self._found.append((one.column.name, words, chosen))

    def findings(self, table: Examined) -> Iterator[Finding]:
        if self._found:
            names = [name for name, _, _ in self._found]
            chosen = np.logical_or.reduce([rows for _, _, rows in self._found])
            yield Finding(
                id="encodings",
                check=self.name,
                headline=f"{listed(names)} hold{'s' if len(names) == 1 else ''} signs that look wrongly read",
                why="The same word in two spellings is two words to a model.",
                evidence=tuple(
                    f"“{name}”: {listed([word[:40] for word in words])}" for name, words, _ in self._found[:6]
                ),
                harm=0.1,
                columns=tuple(names),
                rows=table.where(chosen),
                count=int(chosen.sum()),
                sampled=table.part,
                fix=Fix(deed="import_again", label="Import again…", columns=tuple(names)),
            )


class Outliers:
    """Numbers so far out that they are rather mistakes: 20 times the quartiles' distance, on the log scale as well.

    Harm 0.05: few rows, but they bend every mean and every line.
    """

    name = "outliers"
    _FAR: Final = 20.0
    _SHARE: Final = 0.01

    def __init__(self) -> None:
        self._found: list[tuple[str, float, float, NDArray[np.bool_]]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        del table
        ordered, numbers = one.ordered, one.values.numbers
        if not one.is_feature or ordered is None or numbers is None or one.column.type not in {"number", "integer"}:
            return
        if len(ordered) < 100:
            return
        low, high = _limits(ordered.astype(np.float64), self._FAR)
        chosen = one.values.valid & ((numbers < low) | (numbers > high))
        if chosen.any() and float(ordered[0]) > 0:
            low_log, high_log = _limits(np.log(ordered.astype(np.float64)), self._FAR / 4)
            with np.errstate(invalid="ignore", divide="ignore"):
                logs = np.log(np.maximum(numbers, 1e-300))
            chosen &= (logs < low_log) | (logs > high_log)
        if 0 < chosen.mean() <= self._SHARE:
            self._found.append(
                (one.column.name, float(np.median(ordered)), _farthest(numbers[chosen], ordered), chosen)
            )

    def findings(self, table: Examined) -> Iterator[Finding]:
        if self._found:
            names = [name for name, *_ in self._found]
            chosen = np.logical_or.reduce([rows for *_, rows in self._found])
            yield Finding(
                id="outliers",
                check=self.name,
                headline=f"{listed(names)} hold{'s' if len(names) == 1 else ''} values far out of the usual",
                why="A slip of the point or of the unit bends every mean and every line that it is part of.",
                evidence=tuple(
                    f"“{name}”: {int(rows.sum()):,} rows, as far as {far:,.6g} where the middle is {middle:,.6g}."
                    for name, middle, far, rows in self._found[:6]
                ),
                harm=0.05,
                columns=tuple(names),
                rows=table.where(chosen),
                count=int(chosen.sum()),
                sampled=table.part,
            )


class ManyLevels:
    """A category of so many words that most come once or twice. Harm 0.08: what is learned of them is chance."""

    name = "categories of many words"
    _ROWS: Final = 3.0

    def __init__(self) -> None:
        self._found: list[tuple[str, int, float]] = []

    def look(self, table: Examined, one: Sampled) -> None:
        column, filled = one.column, table.rows - one.column.missing
        if one.is_feature and column.type == "category" and column.distinct > 100:
            each = filled / column.distinct
            if each < self._ROWS and column.distinct < 0.95 * filled:
                self._found.append((column.name, column.distinct, each))

    def findings(self, table: Examined) -> Iterator[Finding]:
        del table
        if self._found:
            names = [name for name, _, _ in self._found]
            yield Finding(
                id="levels",
                check=self.name,
                headline=f"{listed(names)} ha{'s' if len(names) == 1 else 've'} a word for every few rows",
                why="What a model learns of a word that comes once or twice is chance.",
                evidence=tuple(
                    f"“{name}”: {distinct:,} words, {each:.1f} rows each." for name, distinct, each in self._found[:6]
                ),
                harm=0.08,
                columns=tuple(names),
                fix=Fix(deed="exclude", label="Leave out", columns=tuple(names)),
            )


def _runs(one: Sampled) -> bool:
    """Whether whole numbers count the rows: without a gap, one after the other."""
    ordered = one.ordered
    if ordered is None or one.column.type != "integer" or len(ordered) < _FEWEST:
        return False
    steps = np.diff(ordered)
    return bool((steps == 1).mean() > 0.95)


def _stands_apart(ordered: NDArray[np.float64], sign: int) -> str:
    """Say in words that ``sign`` is no value like the others: beyond all of them by a good distance, and frequent."""
    first, last = np.searchsorted(ordered, sign, side="left"), np.searchsorted(ordered, sign, side="right")
    count, rest = int(last - first), np.concatenate([ordered[:first], ordered[last:]])
    if count < max(3, 0.002 * len(ordered)) or len(rest) < _FEWEST:
        return ""
    spread = float(np.quantile(rest, 0.9) - np.quantile(rest, 0.1))
    if sign < 0 and first == 0 and float(rest[0]) >= 0 and (sign < -1 or (rest == np.floor(rest)).mean() < 0.5):
        return f"is the only value below 0, and the least other is {float(rest[0]):,.6g}"
    if sign == -1 and first == 0 and float(rest[0]) > 0 and spread > 2:
        return f"is the only value below 0, and the least other is {float(rest[0]):,.6g}"
    if sign > 0 and last == len(ordered) and sign > float(rest[-1]) + max(spread, 0.1 * sign):
        return f"is far beyond the others, the greatest of which is {float(rest[-1]):,.6g}"
    return ""


def _zeros(ordered: NDArray[np.float64]) -> str:
    """Say in words that zero is no quantity there: the other values keep away from it, and it is frequent."""
    first, last = np.searchsorted(ordered, 0, side="left"), np.searchsorted(ordered, 0, side="right")
    count, rest = int(last - first), ordered[last:]
    if (
        first > 0
        or not max(5, 0.005 * len(ordered)) <= count < 0.5 * len(ordered)
        or len(np.unique(rest[:1000])) < 5
        or len(rest) < _FEWEST
    ):
        return ""
    middle, least = float(np.median(rest)), float(rest[0])
    spread = float(np.quantile(rest, 0.75) - np.quantile(rest, 0.25))
    if least > 0.2 * middle and least > 1.5 * spread / 2 and least > 2 * float(np.median(np.diff(np.unique(rest)))):
        return f"comes often, and nothing else lies below {least:,.6g}"
    return ""


def _limits(ordered: NDArray[np.float64], far: float) -> tuple[float, float]:
    low, middle, high = (float(np.quantile(ordered, share)) for share in (0.25, 0.5, 0.75))
    # Where most values are alike, the quartiles have no distance; then the tenths are asked.
    distance = max(high - low, float(np.quantile(ordered, 0.9) - np.quantile(ordered, 0.1)) / 2)
    if distance <= 0:
        return -np.inf, np.inf
    del middle
    return low - far * distance, high + far * distance


def _farthest(numbers: NDArray[np.float64], ordered: NDArray[np.float64]) -> float:
    middle = float(np.median(ordered))
    return float(numbers[np.argmax(np.abs(numbers - middle))])
