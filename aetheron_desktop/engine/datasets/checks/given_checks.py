"""A table that is parted already: which column says so, and whether its parts are alike and apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.checks.examined import Given, listed, ordered_numbers, percent
from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix
from aetheron_desktop.engine.datasets.checks.row_checks import EXAMPLES, features_of, rows_are_free, sampling
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.profiles.cuts import cut
from aetheron_desktop.engine.datasets.query import NUMBERED
from aetheron_desktop.engine.datasets.splitting.split import PART_OF_WORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.checks.examined import Examined, Sampled
    from aetheron_desktop.engine.datasets.profiles.cells import Values

_PARTS: Final = re.compile(r"(^|[\W_])(split|part|partition|fold|set|subset|usage|dataset|kind_of_row)$", re.IGNORECASE)
_TEST: Final = 2


class GivenParts:
    """A column that says which rows are for training and which for the test. Harm 0.1 if it is passed over."""

    name = "parts that the table gives"

    def look(self, table: Examined, one: Sampled) -> None:
        if table.given is not None or one.values.codes is None or not 2 <= one.column.distinct <= len(PART_OF_WORD):
            return
        words = [word.strip().lower() for word in one.values.words.to_pylist()]
        known = {PART_OF_WORD[word] for word in words if word in PART_OF_WORD}
        if len(known) >= 2 or (known and _PARTS.search(one.column.name)):
            places = np.array([*(PART_OF_WORD.get(word, -1) for word in words), -1], dtype=np.int64)
            table.given = Given(one.column.name, tuple(one.values.words.to_pylist()), places[one.values.codes])

    def findings(self, table: Examined) -> Iterator[Finding]:
        given = table.given
        if given is not None:
            yield Finding(
                id=f"parts:{given.column}",
                check=self.name,
                headline=f"“{given.column}” says which rows are for training and which for the test",
                why="Who made the table has parted it; another split cannot be compared with theirs.",
                evidence=(f"It holds {', '.join(f'“{word}”' for word in given.words)}.",),
                harm=0.1,
                columns=(given.column,),
                fix=Fix(deed="split", label=f"Split by “{given.column}”", columns=(given.column,), split="column"),
            )


@dataclass(frozen=True)
class _Shift:
    """How far a feature of the test is from that of the training, and the share of its words that are new."""

    name: str
    index: float
    new: float


class GivenDrift:
    """Features that are otherwise in the given test part than in the training.

    The population stability index over ten parts of the values and what is missing: 0.25 and more is a shift by custom
    (Siddiqi 2006, Credit Risk Scorecards), and three times what chance gives so many rows. Or a tenth of the test rows
    has words that the training does not know. Harm: a fifth of the index, between 0.1 and 0.4.
    """

    name = "drift between given parts"
    _SHIFT: Final = 0.25
    _NEW: Final = 0.1
    _FEWEST: Final = 100
    _AT_ONCE: Final = 50

    def findings(self, table: Examined) -> Iterator[Finding]:
        given = table.given
        if given is None:
            return
        test, train = given.places == _TEST, given.places == 0
        if min(test.sum(), train.sum()) < self._FEWEST:
            return
        names = [name for name in table.question.features if name != given.column]
        chance = 10 * (1 / float(test.sum()) + 1 / float(train.sum()))
        found = []
        for start in range(0, len(names), self._AT_ONCE):
            for name, values in table.values(names[start : start + self._AT_ONCE]).items():
                shift = _Shift(name, _stability(values, train, test), _new_words(values, train, test))
                if shift.index >= max(self._SHIFT, 3 * chance) or shift.new >= self._NEW:
                    found.append(shift)
        if found:
            yield self._finding(table, sorted(found, key=lambda shift: -shift.index))

    def _finding(self, table: Examined, found: list[_Shift]) -> Finding:
        names = tuple(shift.name for shift in found)
        return Finding(
            id="given-drift",
            check=self.name,
            headline=f"{listed(names)} {'is' if len(names) == 1 else 'are'} otherwise in the test than in the training",
            why="What is learned of the one need not hold for the other: the test asks about other rows.",
            evidence=tuple(
                f"“{shift.name}”: population stability index {shift.index:.2f}"
                + (f", {percent(shift.new)} of the test rows have words that are new." if shift.new > 0.005 else ".")
                for shift in found[:6]
            ),
            harm=float(np.clip(found[0].index / 5, 0.1, 0.4)),
            columns=names,
            sampled=table.part,
        )


class GivenTwins:
    """Rows of the given test part that stand in the training as well. Harm: their share of the test."""

    name = "copies across given parts"
    _SHARE: Final = 0.001
    _FEWEST: Final = 3

    def findings(self, table: Examined) -> Iterator[Finding]:
        given, features = table.given, features_of(table)
        if given is None or not features or not rows_are_free(table, features):
            return
        cells = ", ".join(quoted(column.name) for column in features)
        is_test = " OR ".join(
            f"lower(trim({quoted(given.column)})) = '{word}'" for word, part in PART_OF_WORD.items() if part == _TEST
        )
        table.query.rows(
            f"CREATE OR REPLACE TEMP TABLE crossing AS SELECT h, count(*) FILTER (test) AS tests, "  # noqa: S608
            f"count(*) FILTER (NOT test) AS others, min(r) FILTER (test) AS first, min(r) FILTER (NOT test) AS other "
            f"FROM (SELECT hash({cells}) AS h, {is_test} AS test, file_row_number AS r FROM {NUMBERED}) "
            f"WHERE h % {sampling(table)} = 0 GROUP BY h"
        )
        crossing, tests = table.query.own(
            "SELECT coalesce(sum(tests) FILTER (others > 0), 0), coalesce(sum(tests), 0) FROM crossing"
        )[0]
        pairs = table.query.own(
            f"SELECT first, other FROM crossing WHERE tests > 0 AND others > 0 ORDER BY first LIMIT {EXAMPLES}"  # noqa: S608
        )
        table.query.own("DROP TABLE crossing")
        share = int(crossing) / max(1, int(tests))
        if crossing >= self._FEWEST and share >= self._SHARE:
            yield Finding(
                id="crossing",
                check=self.name,
                headline=f"{int(crossing):,} rows of the test stand in the training too",
                why="They are remembered, not predicted: the score of the test is too good by as much.",
                evidence=(f"{percent(share)} of the rows for the test have the features of one for the training.",),
                harm=float(np.clip(share, 0.02, 0.9)),
                rows=tuple(sorted({int(row) for pair in pairs for row in pair})),
                count=int(crossing),
            )


def _stability(values: Values, train: NDArray[np.bool_], test: NDArray[np.bool_]) -> float:
    """Give the population stability index; half a row is added to each part, so that none is empty."""
    made = cut(values, ordered_numbers(values))
    parts = made.part[made.bins]
    shares = []
    for chosen in (train, test):
        counts = np.bincount(parts[chosen], minlength=len(made.labels))[: len(made.labels)] + 0.5
        shares.append(counts / counts.sum())
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def _new_words(values: Values, train: NDArray[np.bool_], test: NDArray[np.bool_]) -> float:
    """Give the share of the test rows whose word does not come in the training, where words come more than once."""
    if values.codes is None:
        return 0.0
    counts = np.bincount(values.codes[values.valid], minlength=len(values.words))
    if not len(counts) or counts[counts > 0].mean() < 5:
        return 0.0
    known = np.bincount(values.codes[train & values.valid], minlength=len(values.words)) > 0
    asked = values.codes[test & values.valid]
    return float((~known[asked]).sum()) / max(1, int(test.sum()))
