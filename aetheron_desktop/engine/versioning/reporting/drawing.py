"""Small charts as SVG that stands within a page; colours are the page's own (``currentColor`` and its variables)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    Points = Sequence[tuple[float, float]]

WIDTH: Final = 460
HEIGHT: Final = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 42
_TICKS: Final = 5
_BAR: Final = 22
_LABEL: Final = 250


class Line(NamedTuple):
    """A line through ``points``; ``kind`` names its look: line or guide."""

    points: Points
    kind: str = "line"


class Axes(NamedTuple):
    """The names of both axes and what they span."""

    x: str
    y: str
    x_span: tuple[float, float]
    y_span: tuple[float, float]


class Whisker(NamedTuple):
    """A value with its interval, and its name."""

    name: str
    value: float
    low: float
    high: float


def plot(axes: Axes, lines: Sequence[Line], *, band: tuple[Points, Points] | None = None, name: str) -> str:
    """Draw lines; ``band`` are its lower and its upper edge."""
    made = [_frame(axes)]
    if band is not None:
        edge = [*band[0], *reversed(band[1])]
        made.append(f'<polygon class="band" points="{_points(axes, edge)}"/>')
    made += [f'<polyline class="{line.kind}" points="{_points(axes, line.points)}"/>' for line in lines]
    return _svg(WIDTH, HEIGHT, name, made)


def dots(axes: Axes, points: Points, lines: Sequence[Line], *, name: str) -> str:
    """Draw points, and lines over them."""
    made = [_frame(axes)]
    for x, y in points:
        left, top = _place(axes, x, y)
        made.append(f'<circle class="dot" cx="{left:.1f}" cy="{top:.1f}" r="2"/>')
    made += [f'<polyline class="{line.kind}" points="{_points(axes, line.points)}"/>' for line in lines]
    return _svg(WIDTH, HEIGHT, name, made)


def columns(axes: Axes, edges: Sequence[float], heights: Sequence[Sequence[float]], *, name: str) -> str:
    """Draw bars between ``edges``, a row of heights for each of up to two groups, one over the other."""
    made = [_frame(axes)]
    for group, row in enumerate(heights):
        for low, high, value in zip(edges, edges[1:], row, strict=False):
            left, top = _place(axes, low, value)
            right, bottom = _place(axes, high, 0.0)
            size = f'width="{max(0.5, right - left - 0.5):.1f}" height="{max(0.0, bottom - top):.1f}"'
            made.append(f'<rect class="bar{group}" x="{left:.1f}" y="{top:.1f}" {size}/>')
    return _svg(WIDTH, HEIGHT, name, made)


def whiskers(rows: Sequence[Whisker], *, zero: float, name: str, told: Sequence[str]) -> str:
    """Draw values with intervals below each other, beside the line ``zero``; ``told`` is what stands behind each."""
    width, height = 860, _BAR * len(rows) + 12
    span = [zero, *(row.low for row in rows), *(row.high for row in rows)]
    low, high = min(span), max(span)
    wide = (high - low) or 1.0
    left, right = _LABEL + 10, width - 190

    def at(value: float) -> float:
        return left + (value - low) / wide * (right - left)

    made = [f'<line class="guide" x1="{at(zero):.1f}" x2="{at(zero):.1f}" y1="0" y2="{height}"/>']
    for number, (row, words) in enumerate(zip(rows, told, strict=True)):
        middle = 6 + _BAR * number + _BAR / 2
        shown = row.name if len(row.name) <= 40 else f"{row.name[:38]}…"
        made += [
            f'<text class="label" x="{_LABEL}" y="{middle + 4:.1f}" text-anchor="end">'
            f"<title>{escape(row.name)}</title>{escape(shown)}</text>",
            f'<line class="line" x1="{at(row.low):.1f}" x2="{at(row.high):.1f}" y1="{middle:.1f}" y2="{middle:.1f}"/>',
            f'<circle class="mark" cx="{at(row.value):.1f}" cy="{middle:.1f}" r="4"/>',
            f'<text class="label" x="{width - 180}" y="{middle + 4:.1f}">{escape(words)}</text>',
        ]
    return _svg(width, height, name, made)


def _frame(axes: Axes) -> str:
    made = [
        f'<line class="axis" x1="{_LEFT}" y1="{HEIGHT - _BOTTOM}" x2="{WIDTH - _RIGHT}" y2="{HEIGHT - _BOTTOM}"/>',
        f'<line class="axis" x1="{_LEFT}" y1="{_TOP}" x2="{_LEFT}" y2="{HEIGHT - _BOTTOM}"/>',
        f'<text class="name" x="{(_LEFT + WIDTH - _RIGHT) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">'
        f"{escape(axes.x)}</text>",
        f'<text class="name" transform="translate(12 {(HEIGHT - _BOTTOM + _TOP) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(axes.y)}</text>',
    ]
    for step in range(_TICKS):
        share = step / (_TICKS - 1)
        x, y = (low + share * (high - low) for low, high in (axes.x_span, axes.y_span))
        left, top = _place(axes, x, y)
        made.append(
            f'<text class="tick" x="{left:.1f}" y="{HEIGHT - _BOTTOM + 15}" text-anchor="middle">{x:.3g}</text>'
            f'<text class="tick" x="{_LEFT - 5}" y="{top + 4:.1f}" text-anchor="end">{y:.3g}</text>'
        )
    return "".join(made)


def _place(axes: Axes, x: float, y: float) -> tuple[float, float]:
    (left, right), (low, high) = axes.x_span, axes.y_span
    along, up = (x - left) / ((right - left) or 1.0), (y - low) / ((high - low) or 1.0)
    return (
        _LEFT + min(1.0, max(0.0, along)) * (WIDTH - _LEFT - _RIGHT),
        HEIGHT - _BOTTOM - min(1.0, max(0.0, up)) * (HEIGHT - _TOP - _BOTTOM),
    )


def _points(axes: Axes, points: Points) -> str:
    return " ".join("{:.1f},{:.1f}".format(*_place(axes, x, y)) for x, y in points)


def _svg(width: int, height: int, name: str, made: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(name, quote=True)}"><title>{escape(name)}</title>{"".join(made)}</svg>'
    )
