"""From little to much in one colour of the theme, and from one side to the other in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.ui import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QColor


def shade(share: float) -> QColor:
    """Give the colour of a ``share`` from 0 to 1; a little is told from nothing."""
    return _between("surface", theme.series(0), 0.12 + 0.88 * min(1.0, max(0.0, share)))


def two_sided(value: float) -> QColor:
    """Give the colour of a value from -1 to 1; zero is the paper."""
    return _between("surface", theme.series(0 if value >= 0 else 1), min(1.0, abs(value)))


def from_to(share: float) -> QColor:
    """Give the colour of a ``share`` from 0, the worse end, to 1, the better one; each is seen on the paper."""
    middle = theme.color("plot.axis")
    side, far = (theme.series(0), 2.0 * share - 1.0) if share >= 0.5 else (theme.series(1), 1.0 - 2.0 * share)
    return _mixed(middle, side, min(1.0, max(0.0, far)))


def on(background: QColor) -> QColor:
    """Give the colour of words on ``background``: the theme's lightest or darkest, whichever can be read."""
    light = background.lightnessF() < 0.55
    return theme.color("accent.on" if light else "tooltip" if not theme.is_dark() else "window")


def _between(name: str, other: QColor, share: float) -> QColor:
    return _mixed(theme.color(name), other, share)


def _mixed(made: QColor, other: QColor, share: float) -> QColor:
    made.setRgbF(
        made.redF() + (other.redF() - made.redF()) * share,
        made.greenF() + (other.greenF() - made.greenF()) * share,
        made.blueF() + (other.blueF() - made.blueF()) * share,
    )
    return made
