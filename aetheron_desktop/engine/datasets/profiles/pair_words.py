"""What is told of two columns, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.profiles.dates import length, spelled
from aetheron_desktop.engine.datasets.profiles.profile_words import share, short

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.profiles.pairs import (
        Association,
        Associations,
        Axis,
        Box,
        Boxes,
        Heat,
        Hexagons,
        Method,
        Picture,
    )

NAMES: Final[dict[Method, str]] = {
    "pearson": "Pearson’s correlation",
    "spearman": "Spearman’s rank correlation",
    "cramer": "Cramér’s V, bias corrected",
    "ratio": "Correlation ratio, bias corrected",
}


def told(method: Method, value: float | None) -> str:
    """Say how strongly two columns go together, and by which measure."""
    return f"{NAMES[method]}: {number(value)}"


def number(value: float | None) -> str:
    """Give an association with two digits; None is a dash."""
    if value is None:
        return "–"
    return f"{value:.2f}".replace("-", "−").replace("−0.00", "0.00")


def cell(found: Associations, pair: Association) -> str:
    """Say all of one cell of the matrix."""
    return f"{found.columns[pair.first]} × {found.columns[pair.second]}\n{told(pair.method, pair.value)}"


def sampled(found: Associations | Picture) -> str:
    """Say of how many rows it is."""
    rows = found.rows
    looked = rows if found.__class__.__name__ == "Hexagons" else getattr(found, "sampled", rows)
    return f"All {rows:,} rows" if looked >= rows else f"Sample of {looked:,} of {rows:,} rows"


def shown(found: Associations) -> str:
    """Say how many columns are in the matrix, and of how many."""
    here = f"{len(found.columns):,} columns"
    return here if found.of <= len(found.columns) else f"{here} of {found.of:,}, those that go together most"


def value(at: float, axis: Axis) -> str:
    """Give a place on an axis."""
    return spelled(at) if axis.is_date else short(float(f"{at:.6g}"))


def hexagon(found: Hexagons, place: int) -> str:
    """Say what a hexagon stands for."""
    at = (found.x, found.xs[place]), (found.y, found.ys[place])
    where = ", ".join(f"{axis.column} about {value(middle, axis)}" for axis, middle in at)
    return f"{found.counts[place]:,} rows\n{where}"


def heat(found: Heat, across: int, down: int) -> str:
    """Say what a cell of a heat map stands for, with its shares of its row and its column."""
    count = found.counts[down][across]
    row, column = sum(found.counts[down]), sum(one[across] for one in found.counts)
    return (
        f"{found.xs[across]} and {found.ys[down]}: {count:,} rows\n"
        f"{share(count, row)} of {found.y} {found.ys[down]}, {share(count, column)} of {found.x} {found.xs[across]}"
    )


def box(found: Boxes, one: Box) -> str:
    """Say what a box stands for."""
    ends = [value(at, found.numbers) for at in (one.low, one.first, one.median, one.third, one.high)]
    spread = length(one.third - one.first) if found.numbers.is_date else short(one.third - one.first)
    return (
        f"{one.label}: {one.rows:,} rows\nmedian {ends[2]}, quartiles {ends[1]} – {ends[3]} ({spread} apart)\n"
        f"whiskers {ends[0]} – {ends[4]}, {one.outliers:,} beyond"
    )


def heat_shares(found: Heat, by: str) -> list[list[float]]:
    """Give how dark each cell is, 0 to 1: by ``count`` of the most, or as a share of its ``row`` or ``column``."""
    most = max((count for row in found.counts for count in row), default=0) or 1
    columns = [sum(row[across] for row in found.counts) or 1 for across in range(len(found.xs))]
    return [
        [
            count / (most if by == "count" else (sum(row) or 1) if by == "row" else columns[across])
            for across, count in enumerate(row)
        ]
        for row in found.counts
    ]


def heat_text(count: int, part: float, by: str) -> str:
    """Give what stands in a cell."""
    return f"{count:,}" if by == "count" else f"{100 * part:.0f} %"


def outside(found: Hexagons) -> str:
    """Say what the hexagons leave out, if anything."""
    return f"{found.outside:,} rows far away are not drawn" if found.outside else ""
