"""Columns with which a prediction shall only rise, or only fall: what is asked for, in data, without any library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aetheron_desktop.engine.datasets.schema import Schema, Task
    from aetheron_desktop.engine.estimators.cards.card import Card

Sign: TypeAlias = Literal["+", "-"]

WORDS: Final[dict[Sign, str]] = {"+": "only rises", "-": "only falls"}
_SIGNS: Final[dict[str, Sign]] = {"+": "+", "rises": "+", "1": "+", "-": "-", "falls": "-", "-1": "-"}
KEEPS_ORDER: Final = frozenset({"as-is", "scaled", "quantile"})
"""What may be made of the column: one feature, in the order of its values."""


class Monotone(msgspec.Struct, frozen=True):
    """With ``column``, all else being equal, the prediction only rises (``+``) or only falls (``-``).

    Of two classes it is the probability of the second one, the positive.
    """

    column: str
    sign: Sign

    @property
    def words(self) -> str:
        """For people."""
        return f"{WORDS[self.sign]} with {self.column}"


def parsed(words: Iterable[str]) -> tuple[Monotone, ...]:
    """Read ``COLUMN=+`` and ``COLUMN=-``.

    Raises:
        UsageError: a text is not written so.
    """
    made = []
    for word in words:
        column, equals, sign = word.rpartition("=")
        if not equals or not column or sign.strip() not in _SIGNS:
            raise UsageError(
                f"--monotone {word!r} is not COLUMN=+ or COLUMN=-.",
                hint="For example: --monotone age=+ where the prediction may only rise with the age.",
            )
        made.append(Monotone(column, _SIGNS[sign.strip()]))
    return tuple(made)


def checked(
    wanted: Iterable[Monotone],
    schema: Schema,
    features: Sequence[str],
    treatments: Mapping[str, tuple[str, ...]],
    task: Task,
) -> tuple[Monotone, ...]:
    """Give what is ``wanted`` in the order of the columns.

    Raises:
        UsageError: it cannot be promised; the words say why.
    """
    found: dict[str, Monotone] = {}
    for one in wanted:
        column = schema.column(one.column)
        if column.name in found:
            raise UsageError(f"The column {column.name!r} has two directions.", hint="Choose one of them.")
        if column.name not in features:
            raise UsageError(
                f"The column {column.name!r} is not one that is predicted from, and has no direction.",
                hint="Take it in, or leave its direction away.",
            )
        if column.type not in {"number", "integer", "boolean"}:
            raise UsageError(
                f"The column {column.name!r} is of the type {column.type}; only numbers have a direction.",
                hint="Leave it away, or import the column as numbers.",
            )
        how = treatments.get(column.name, ("as-is",))
        if not set(how) <= KEEPS_ORDER:
            raise UsageError(
                f"The column {column.name!r} is treated as {'+'.join(how)}, which has no direction.",
                hint=f"Treat it as auto, {', '.join(sorted(KEEPS_ORDER))}.",
            )
        found[column.name] = one
    if found and task == "multiclass":
        raise UsageError(
            "With more than two classes, no probability can be promised only to rise or to fall.",
            hint="Leave the directions away, or join the classes to two.",
        )
    return tuple(found[name] for name in schema.names if name in found)


def keeping(cards: Sequence[Card], task: Task, *, are_chosen: bool) -> tuple[Card, ...]:
    """Give those of ``cards`` that keep directions.

    Raises:
        UsageError: one that was chosen does not; the words say which do.
    """
    able = tuple(card for card in cards if card.monotone)
    unable = [card.name for card in cards if not card.monotone]
    if (are_chosen and unable) or not any(card.id != "dummy" for card in able):
        can = ", ".join(card.id for card in catalog.ALL if card.monotone and task in card.tasks and card.id != "dummy")
        raise UsageError(
            f"{', '.join(unable)} cannot promise a direction: that the prediction only rises or falls with a column.",
            hint=f"These can: {can}. Or leave the directions away.",
        )
    return able
