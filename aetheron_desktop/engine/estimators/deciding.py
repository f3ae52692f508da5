"""Which of several classes is predicted when errors do not all cost the same: the one that is expected to cost least.

With probabilities that are right no other rule costs less (Elkan 2001, The Foundations of Cost-Sensitive Learning). So
that they are right, they are first brought to the temperature that fits rows that were not learned from.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import TrainingError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

_MOST_BYTES: Final = 8 << 20
_EXAMPLE: Final = "For example: --cost dog:cat=5, what it costs to say cat where it is a dog."


class ErrorCost(msgspec.Struct, frozen=True):
    """What it costs, in any unit, to predict the class ``predicted`` for a row of the class ``actual``."""

    actual: str
    predicted: str
    amount: float


class CostRule(msgspec.Struct, frozen=True, kw_only=True):
    """``matrix`` has a row for each class that is true and a column for each that is predicted: what that costs.

    The probabilities are brought to ``temperature`` before (see :mod:`.temperature`).
    """

    matrix: tuple[tuple[float, ...], ...]
    temperature: float = 1.0

    def chosen(self, likely: NDArray[np.float64]) -> NDArray[np.int64]:
        """Give the index of the class that is expected to cost least for each row of probabilities (n, classes)."""
        import numpy as np  # who plans has no need of it

        from aetheron_desktop.engine.estimators.temperature import cooled

        sure = cooled(likely, self.temperature)
        price = np.zeros_like(sure)
        # Class by class: the bits of a row do not depend on how many come with it.
        for place, costs in enumerate(self.matrix):
            price += sure[:, place, None] * np.array(costs)
        best: NDArray[np.int64] = price.argmin(axis=1)
        return best

    def paid(self, truth: NDArray[np.int64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give what each row costs, (n,), whose class is ``truth`` and for which ``chosen`` is predicted."""
        import numpy as np  # as above

        made: NDArray[np.float64] = np.array(self.matrix, dtype=np.float64)[truth, chosen]
        return made

    def words(self, classes: Sequence[str]) -> list[str]:
        """Give what errors cost that do not cost 1, the dearest first."""
        found = [
            (cost, f"{classes[i]} taken for {classes[j]}: {cost:g}")
            for i, row in enumerate(self.matrix)
            for j, cost in enumerate(row)
            if i != j and cost != 1.0
        ]
        return [words for _, words in sorted(found, key=lambda one: -one[0])]


def checked(costs: Iterable[ErrorCost]) -> tuple[ErrorCost, ...]:
    """Give what errors cost, as far as it makes sense without the classes.

    Raises:
        UsageError: a cost is no cost, or stands there twice.
    """
    found: dict[tuple[str, str], ErrorCost] = {}
    for one in costs:
        if one.actual == one.predicted:
            raise UsageError(f"{one.actual!r} predicted as {one.predicted!r} is no error.", hint=_EXAMPLE)
        if not (math.isfinite(one.amount) and one.amount >= 0):
            raise UsageError(f"What an error costs must be a number of at least 0, got {one.amount!r}.", hint=_EXAMPLE)
        if (one.actual, one.predicted) in found:
            raise UsageError(f"{one.actual!r} predicted as {one.predicted!r} has two costs.", hint="Leave one of them.")
        found[one.actual, one.predicted] = one
    return tuple(found.values())


def matrix_of(costs: Iterable[ErrorCost], classes: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    """Give the matrix: what is not named costs 1 where it is an error, and nothing where it is right.

    Raises:
        TrainingError: a class is none of the target's, or no error costs anything.
    """
    places = {name: place for place, name in enumerate(classes)}
    made = [[0.0 if i == j else 1.0 for j in range(len(classes))] for i in range(len(classes))]
    for one in costs:
        for name in (one.actual, one.predicted):
            if name not in places:
                raise TrainingError(
                    f"An error is given a cost for the class {name!r}, which the target has not.",
                    hint=f"It has: {', '.join(classes[:20])}.",
                )
        made[places[one.actual]][places[one.predicted]] = float(one.amount)
    if not any(cost > 0.0 for row in made for cost in row):
        raise TrainingError("No error costs anything.", hint="Give at least one a cost above 0.")
    return tuple(tuple(row) for row in made)


def parsed(words: Iterable[str]) -> tuple[ErrorCost, ...]:
    """Read ``ACTUAL:PREDICTED=AMOUNT``, or the name of a CSV file with a matrix (see :func:`read_matrix`).

    Raises:
        UsageError: a text is neither, or the file cannot be read.
    """
    made: list[ErrorCost] = []
    for word in words:
        pair, equals, amount = word.rpartition("=")
        actual, colon, predicted = pair.partition(":")
        if word.lower().endswith(".csv"):
            made += read_matrix(Path(word))
        elif not (equals and colon and actual and predicted):
            raise UsageError(
                f"--cost {word!r} is neither ALARM:MISS, nor ACTUAL:PREDICTED=AMOUNT, nor a CSV file.", hint=_EXAMPLE
            )
        else:
            made.append(ErrorCost(actual, predicted, _amount(amount, word)))
    return checked(made)


def read_matrix(file: Path) -> list[ErrorCost]:
    """Read a matrix: its first line names the classes predicted, the first cell of each other line the actual one.

    An empty cell is a cost that is not named; the diagonal is not looked at.

    Raises:
        UsageError: it cannot be read, or is no such matrix.
    """
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{file.name} is too large for a matrix of costs.", hint="Name another file.")
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = [row for row in csv.reader(opened) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file.name} cannot be read: {error}", hint="Name a CSV file with the costs.") from error
    if len(rows) < 2 or len(rows[0]) < 2:
        raise UsageError(f"{file.name} holds no matrix of costs.", hint=_MATRIX)
    names = [name.strip() for name in rows[0][1:]]
    made = []
    for row in rows[1:]:
        if len(row) > len(rows[0]):
            raise UsageError(f"The line {row[0]!r} of {file.name} is longer than the first one.", hint=_MATRIX)
        made += [
            ErrorCost(row[0].strip(), predicted, _amount(cell, f"{row[0]}:{predicted}"))
            for predicted, cell in zip(names, row[1:], strict=False)
            if cell.strip() and predicted != row[0].strip()
        ]
    return made


_MATRIX: Final = (
    "Its first line names the classes that are predicted, each other line begins with the actual class and has what "
    "that costs."
)


def _amount(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{text!r} in {where!r} is no number.", hint=_EXAMPLE) from None
