"""Features that tell too much of the target: one alone, or one that has it written in its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import percent
from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix
from aetheron_desktop.engine.datasets.checks.quick_model import QuickModel
from aetheron_desktop.engine.datasets.profiles.cuts import BINS, ROWS_A_BIN
from aetheron_desktop.engine.datasets.profiles.power import FOLDS, MORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled
    from aetheron_desktop.engine.datasets.profiles.cells import Values

_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)*|\w+")
_NUMBER: Final = re.compile(r"\d+([.,]\d+)?")


@dataclass(frozen=True)
class _Suspect:
    """A feature with its skill alone, and that of the best feature which is no suspect."""

    name: str
    told: float
    next_best: float


class Leakage:
    """A feature that tells almost all of the target by itself was usually written down after it.

    A feature is suspected when its skill alone (see ``power``; that of trees, where few rows allow no more) is 0.97, or
    0.85 and more than twice that of any other: several strong ones are rather the nature of the table. Then a
    quick model is made with all features and without the suspects. Harm: the share of its skill that is lost, since
    without the leak there is not more; or the skill alone from 0.995 on, where the feature is the target in other
    words. What others tell nearly as well is no leak. Kaufman et al. (2012), Leakage in Data Mining.
    """

    name = "target leakage"
    _SURE: Final = 0.97
    _SAME: Final = 0.995
    _STRONG: Final = 0.85
    _NEAR: Final = 0.95
    _LOST: Final = 0.05
    _ROWS: Final = 50
    _MODELLED: Final = 60
    _SUSPECTS: Final = 8

    def __init__(self) -> None:
        self._powers: dict[str, float] = {}

    def look(self, table: Examined, one: Sampled) -> None:
        if one.power is not None and table.sampled >= self._ROWS:
            self._powers[one.column.name] = one.power

    def findings(self, table: Examined) -> Iterator[Finding]:
        suspects = self._suspects(table)
        if not suspects:
            return
        best = sorted(self._powers, key=lambda name: -self._powers[name])[: self._MODELLED]
        model = QuickModel(table, best)
        kept = set(best) - {one.name for one in suspects}
        with_all, without = model.skill() or 0.0, model.skill(kept) or 0.0
        lost = max(0.0, with_all - without) / max(with_all, 1e-9)
        for one in suspects:
            harm = max(lost, one.told if one.told >= self._SAME else 0.0)
            if harm >= self._LOST:
                yield self._finding(table, one, harm, self._compared(model.rows, with_all, without, len(suspects)))

    def _suspects(self, table: Examined) -> list[_Suspect]:
        told = {name: value for name, value in self._powers.items() if value >= self._STRONG}
        others = max((value for name, value in self._powers.items() if name not in told), default=0.0)
        best = sorted(told, key=lambda name: -told[name])[: self._SUSPECTS]
        for name in best:
            if told[name] >= self._NEAR * _reachable(table.sampled):
                told[name] = max(told[name], QuickModel(table, [name]).skill() or 0.0)
        made = []
        for name in sorted(best, key=lambda name: -told[name]):
            next_best = max((other for known, other in told.items() if known != name), default=others)
            if told[name] >= self._SURE or told[name] > 2 * next_best:
                made.append(_Suspect(name, told[name], next_best))
        return made

    @staticmethod
    def _compared(rows: int, with_all: float, without: float, suspects: int) -> str:
        which = "it" if suspects == 1 else f"the {suspects} columns that tell as much"
        skills = f"a skill of {with_all:.3f} with all columns, {without:.3f} without {which}"
        return f"A quick model of {rows:,} rows has {skills}."

    def _finding(self, table: Examined, one: _Suspect, harm: float, compared: str) -> Finding:
        return Finding(
            id=f"leakage:{one.name}",
            check=self.name,
            headline=f"“{one.name}” alone gives away “{table.question.target}”",
            why="A column that tells this much is usually known only after the target is, and missing on new data.",
            evidence=(
                f"Skill of “{one.name}” alone: {one.told:.3f} of 1; the best of the other columns has "
                f"{one.next_best:.3f}.",
                compared,
                "Skill is 1 - loss / loss of always guessing the mean, on rows that were not learned from.",
            ),
            harm=min(1.0, harm),
            columns=(one.name,),
            sampled=table.part,
            fix=Fix(deed="exclude", label=f"Leave out “{one.name}”", columns=(one.name,)),
        )


def _reachable(rows: int) -> float:
    """Give the power that a feature which tells all has in so many rows: each bin is drawn towards the mean of all."""
    each = rows / min(BINS, max(1, rows // ROWS_A_BIN)) * (1 - 1 / FOLDS)
    return float(1 - (MORE / (each + MORE)) ** 2)


class WrittenOut:
    """A text that has the target in it, as “M 4.5 - 12 km off the coast” has the magnitude.

    Of some rows the words of the text are held against the target of the row, and of another row drawn at random: most
    have their own, and more than by chance (Cohen's kappa, 1960). Harm: that figure, at least 0.5.
    """

    name = "the target within a text"
    _ROWS: Final = 2_000
    _MOST: Final = 0.8
    _MORE: Final = 0.5
    _TEXTS: Final = 20

    def __init__(self) -> None:
        self._found: list[tuple[float, float, str, str]] = []
        self._targets: list[str | float] = []

    def look(self, table: Examined, one: Sampled) -> None:
        if not one.is_feature or one.column.type not in {"text", "category", "identifier"} or one.values.codes is None:
            return
        known = np.flatnonzero(table.target.known)
        rows = known[np.linspace(0, len(known) - 1, min(len(known), self._ROWS)).astype(np.int64)]
        codes = one.values.codes[rows].tolist()
        texts = {code: one.values.words[code].as_py() for code in set(codes) if code >= 0}
        if len(texts) < self._TEXTS or all(len(_TOKEN.findall(text)) < 2 for text in texts.values()):
            return  # a category of single words is judged by its skill
        if not self._targets:
            self._targets = _spelled(table.values([table.question.target])[table.question.target], rows.tolist())
        held = {code: _Held.of(text) for code, text in texts.items()}
        mixed = np.random.default_rng(0).permutation(len(codes)).tolist()
        own = [code for code, target in zip(codes, self._targets, strict=True) if code >= 0 and held[code].has(target)]
        other = sum(
            code >= 0 and held[code].has(self._targets[place]) for place, code in zip(mixed, codes, strict=True)
        )
        shares = len(own) / len(codes), other / len(codes)
        if shares[0] >= self._MOST and _kappa(*shares) >= self._MORE:
            self._found.append((*shares, one.column.name, texts[own[0]]))

    def findings(self, table: Examined) -> Iterator[Finding]:
        for own, others, name, example in sorted(self._found, reverse=True):
            yield Finding(
                id=f"written:{name}",
                check=self.name,
                headline=f"“{name}” has “{table.question.target}” written in it",
                why="Who can read the text need not predict anything; on new data it is not written yet.",
                evidence=(
                    f"{percent(own)} of the texts hold the target of their row, {percent(others)} that of another.",
                    f"As in “{example[:80]}”.",
                ),
                harm=_kappa(own, others),
                columns=(name,),
                sampled=table.part,
                fix=Fix(deed="exclude", label=f"Leave out “{name}”", columns=(name,)),
            )


def _kappa(own: float, by_chance: float) -> float:
    return (own - by_chance) / max(1e-9, 1 - by_chance)


@dataclass(frozen=True)
class _Held:
    """What a text says: its words in small letters, and its numbers with half of their last digit's step."""

    words: frozenset[str]
    numbers: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, text: str) -> _Held:
        tokens = _TOKEN.findall(text.casefold())
        numbers = [token.replace(",", ".") for token in tokens if _NUMBER.fullmatch(token)]
        steps = [0.5 * 10.0 ** -len(number.partition(".")[2]) for number in numbers]
        return cls(frozenset(tokens), tuple(zip(map(float, numbers), steps, strict=True)))

    def has(self, target: str | float) -> bool:
        """Whether the target stands there, a number perhaps rounded."""
        if isinstance(target, str):
            return target in self.words
        return any(abs(target - number) <= step * 1.0001 for number, step in self.numbers)


def _spelled(values: Values, rows: Sequence[int]) -> list[str | float]:
    """Give the target of these rows as it may stand in a text: a number, or a word in small letters."""
    if values.numbers is not None:
        return [float(values.numbers[row]) for row in rows]
    assert values.codes is not None
    return [values.words[int(values.codes[row])].as_py().casefold() for row in rows]
