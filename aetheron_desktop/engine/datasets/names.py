"""Names of columns: none is blank and none comes twice, whatever the file says."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def repaired(names: Sequence[str | None]) -> tuple[tuple[str, ...], list[str]]:
    """Give ``names`` without blanks at their ends, blank ones numbered and repeated ones told apart; and what was done.

    Names that differ in capitals alone count as repeated, since a query engine cannot tell them apart.
    """
    clean = [re.sub(r"\s*[\r\n]+\s*", " ", (name or "").replace("\ufeff", "").strip()) for name in names]
    taken = {name.lower() for name in clean if name}
    numbers: Counter[str] = Counter()
    made: list[str] = []
    used: set[str] = set()
    blank, repeated = [], []
    for place, name in enumerate(clean):
        new = name
        if not name:
            new = _free(f"column_{place + 1}", taken)
            blank.append(new)
        elif name.lower() in used:
            while not numbers[name.lower()] or new.lower() in taken:
                numbers[name.lower()] += 1
                new = f"{name}_{numbers[name.lower()] + 1}"
            repeated.append(new)
        used.add(new.lower())
        taken.add(new.lower())
        made.append(new)
    notes = []
    over = [new for name, new in zip(names, made, strict=True) if re.search(r"[\r\n]", (name or "").strip())]
    if over:
        notes.append(f"Names that went over several lines were put into one: {_listed(over)}.")
    if blank and len(blank) < len(clean):
        notes.append(f"{_counted(blank)} had no name: {_listed(blank)}.")
    if repeated:
        notes.append(f"{_counted(repeated)} had the name of another: {_listed(repeated)}.")
    return tuple(made), notes


def quoted(name: str) -> str:
    """Give the name of a column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def numbered(count: int) -> tuple[str, ...]:
    """Give names for ``count`` columns that have none."""
    return tuple(f"column_{place + 1}" for place in range(count))


def _free(name: str, taken: set[str]) -> str:
    while name.lower() in taken:
        name += "_"
    return name


def _counted(names: Sequence[str]) -> str:
    return "1 column" if len(names) == 1 else f"{len(names)} columns"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (" and more" if len(names) > 5 else "")
