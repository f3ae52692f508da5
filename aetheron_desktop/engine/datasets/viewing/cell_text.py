"""Cells as they are read by people: the texts that the grid shows, copies and finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    import pyarrow as pa


MIDNIGHT: Final = " 00:00:00"
_FIRST: Final = 200


def texts(
    cells: pa.Array, places: Sequence[int], longest: int | None = None, *, days: bool = False
) -> list[str | None]:
    """Give the cells at ``places`` as texts, cut at ``longest`` signs; a missing one is None.

    Numbers have the fewest digits that tell them from their neighbours, times no zeros at the end of a second's part.
    With ``days`` midnight is not told.
    """
    values = _values(cells, places)
    if not values:
        return []
    made = [None if value is None else _text(value) for value in values]
    if days:
        made = [text and text.removesuffix(MIDNIGHT) for text in made]
    return made if longest is None else [text and text[:longest] for text in made]


def are_days(cells: pa.Array) -> bool:
    """Whether the first of the cells are times, all of them at midnight."""
    import pyarrow as pa

    if not pa.types.is_timestamp(cells.type):
        return False
    seen = [text for text in texts(cells, range(min(_FIRST, len(cells)))) if text is not None]
    return bool(seen) and all(text.endswith(MIDNIGHT) for text in seen)


def _values(cells: pa.Array, places: Sequence[int]) -> list[Any]:
    import pyarrow as pa  # the window is open before a table is

    if pa.types.is_timestamp(cells.type) and cells.type.unit == "ns":
        cells = cells.cast(pa.timestamp("us", cells.type.tz), safe=False)  # else they would become those of pandas
    try:
        if places and places[-1] - places[0] == len(places) - 1 and list(places) == sorted(places):
            made: list[Any] = cells.slice(places[0], len(places)).to_pylist()
            return made
        # Arrow's own ``take`` would cost the window 40 MB, once and for all.
        return [cells[place].as_py() for place in places]
    except (OverflowError, ValueError):  # a year that Python's calendar does not have
        words: list[Any] = cells.cast(pa.string()).to_pylist()
        return [words[place] for place in places]


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case _ if hasattr(value, "microsecond") and hasattr(value, "year"):
            return _time(value)
        case _:
            return str(value)


def _time(value: datetime.datetime) -> str:
    text = value.isoformat(sep=" ")
    return text.rstrip("0") if value.microsecond and value.tzinfo is None else text
