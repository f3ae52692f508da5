"""The one look: tokens, light and dark, and the only style sheet of the program.

Widgets never name a colour. They choose a look by dynamic properties (:func:`mark`):

``role`` of a QLabel
    ``display`` ``title`` ``heading`` ``strong`` ``lead`` ``muted`` ``caption`` ``overline`` ``number`` ``mono``
    ``error`` (the message under a refused field) ``badge`` (a pill) ``count`` (an unread number) ``key`` (a keycap)
``role`` of a QFrame
    ``card`` ``well`` (sunken) ``floating`` (palette, toast, popover) ``panel`` ``side`` ``header`` ``bar`` (a toolbar
    row) ``line`` (a rule) ``glass`` (over the light) ``drop`` (drop zone; ``active=True`` under a file) ``empty``
``role`` of a QPushButton
    none (secondary) ``primary`` ``danger`` ``ghost`` ``link`` ``chip`` (checkable pill) ``field`` (looks like a field)
    ``tile`` (a clickable card) ``row`` (a clickable line). A QToolButton is a quiet icon button without any role.
``role`` of a QLineEdit
    none, ``search`` ``palette`` ``inline``; ``invalid=True`` on any field draws the refusal
``role`` of a QWidget
    ``page`` (paints the window's ground); an item view: ``framed`` (rounded border around it)
    ``pinned`` (columns that lie over others)
``tone`` of a label, badge, card or progress bar
    ``accent`` ``success`` ``warning`` ``danger`` ``info``

What is painted by hand (plots, delegates) asks :func:`color`, :func:`series` and :func:`pen` at paint time, or again
when :data:`changed` is emitted. Distances: ``TIGHT`` 4, ``GAP`` 8, ``WIDE`` 16, ``LOOSE`` 24, ``HUGE`` 32.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette, QPen
from PySide6.QtWidgets import QApplication, QWidget

from aetheron_desktop.shipped import shipped

Scheme: TypeAlias = Literal["light", "dark"]
Preference: TypeAlias = Literal["system", "light", "dark"]

TIGHT, GAP, WIDE, LOOSE, HUGE = 4, 8, 16, 24, 32
ROW_HEIGHT = 36
ICON_SIZE = 18

_FAMILIES = ("Inter", "SF Pro Text", "Segoe UI Variable Text", "Segoe UI", "Noto Sans", "Ubuntu", "DejaVu Sans")
_MONOSPACED = ("JetBrains Mono", "SF Mono", "Cascadia Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono")


class Tokens(msgspec.Struct, frozen=True):
    """The colours of one scheme, as they stand in ``resources/theme``."""

    scheme: Scheme
    colors: dict[str, str]
    series: tuple[str, ...]


class _Notifier(QObject):
    changed = Signal()


_notifier = _Notifier()
changed = _notifier.changed
"""Emitted after the colours have changed."""

_loaded: dict[str, Tokens] = {}
_colors: dict[tuple[str, str], QColor] = {}
_state: dict[str, str] = {"scheme": "light", "preference": "system", "applied": ""}


def tokens(scheme: Scheme) -> Tokens:
    """Read the tokens of ``scheme``; the file is read once."""
    if scheme not in _loaded:
        _loaded[scheme] = msgspec.json.decode(
            (shipped("resources") / "theme" / f"{scheme}.json").read_bytes(), type=Tokens
        )
    return _loaded[scheme]


def current() -> Tokens:
    """Give the tokens that are shown now."""
    return tokens("dark" if _state["scheme"] == "dark" else "light")


def is_dark() -> bool:
    """Tell whether the dark scheme is shown."""
    return _state["scheme"] == "dark"


def color(name: str) -> QColor:
    """Give the colour ``name`` of the scheme that is shown.

    Raises:
        KeyError: no token has that name.
    """
    key = (_state["scheme"], name)
    if key not in _colors:
        _colors[key] = QColor(current().colors[name])
    return QColor(_colors[key])  # the caller may give it another opacity


def series(index: int) -> QColor:
    """Give the colour of series ``index``; told apart with every kind of colour blindness, repeated after eight."""
    colors = current().series
    return QColor(colors[index % len(colors)])


def pen(name: str | int, *, dashed: bool = False) -> QPen:
    """Give a pen of one device pixel (wider ones are many times slower on live curves) in a token or a series."""
    line = QPen(series(name) if isinstance(name, int) else color(name))
    line.setCosmetic(True)
    line.setWidthF(1.0)
    if dashed:
        line.setStyle(Qt.PenStyle.DashLine)
    return line


def mark(widget: QWidget, **properties: str | bool) -> None:
    """Set the dynamic properties that choose the look, also on a widget that is already shown."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def monospaced() -> QFont:
    """Give the font for logs and code."""
    font = QFont()
    font.setFamilies([*_MONOSPACED, QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()])
    font.setPixelSize(_base_pixels() - 1)
    return font


def system_scheme() -> Scheme:
    """Give the scheme that the desktop asks for."""
    return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def apply(app: QApplication, preference: Preference = "system") -> None:
    """Dress the whole application; with ``system`` it follows the desktop from now on."""
    if not _state["applied"]:
        app.setStyle("Fusion")
        _set_font(app)
        app.styleHints().colorSchemeChanged.connect(_follow)
    _state["preference"] = preference
    scheme = system_scheme() if preference == "system" else preference
    if scheme == _state["applied"]:
        return
    _state["scheme"] = _state["applied"] = scheme
    app.setPalette(_palette())
    app.setStyleSheet(_sheet())
    changed.emit()


def preference() -> Preference:
    """Give what was asked for: a scheme, or to follow the system."""
    wanted = _state["preference"]
    return "light" if wanted == "light" else "dark" if wanted == "dark" else "system"


def toggle(app: QApplication) -> Preference:
    """Change to the other scheme; gives the preference that results."""
    other: Preference = "light" if is_dark() else "dark"
    apply(app, other)
    return other


def _follow() -> None:
    app = QApplication.instance()
    if _state["preference"] == "system" and isinstance(app, QApplication):
        apply(app, "system")


def _base_pixels() -> int:
    # The desktop's own text size is kept, so that people who asked it for larger letters have them here too.
    return _sizes["base"]


_sizes: dict[str, int] = {"base": 13}


def _set_font(app: QApplication) -> None:
    system = QFontInfo(app.font())
    _sizes["base"] = min(22, max(13, system.pixelSize()))
    font = QFont()
    font.setFamilies([*_FAMILIES, system.family()])
    font.setPixelSize(_sizes["base"])
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)


def _palette() -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, name in (
        (role.Window, "window"), (role.WindowText, "text"), (role.Base, "surface"), (role.AlternateBase, "window"),
        (role.Text, "text"), (role.Button, "surface"), (role.ButtonText, "text"), (role.Highlight, "accent.fill"),
        (role.HighlightedText, "accent.on"), (role.Link, "accent"), (role.LinkVisited, "accent"),
        (role.PlaceholderText, "faint"), (role.ToolTipBase, "tooltip"), (role.ToolTipText, "tooltip.text"),
        (role.Mid, "border"), (role.Midlight, "hover"), (role.Dark, "border.strong"), (role.Light, "raised"),
        (role.Shadow, "shadow"), (role.Accent, "accent.fill"), (role.BrightText, "danger"),
    ):  # fmt: skip
        palette.setColor(which, color(name))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, color("disabled"))
    return palette


def _sheet() -> str:
    base = _sizes["base"]
    pixels = {
        "tiny": base - 3, "small": base - 2, "caption": base - 1, "heading": base + 2, "number": base + 7,
        "title": base + 7, "display": base + 17, "control": base + 17, "row": base + 21, "item": base + 15,
        "tab": base + 21, "chip": (base + 13) // 2, "chipheight": base + 11,
    }  # fmt: skip
    folder = shipped("resources") / "theme"
    names = {
        **current().colors,
        **{f"px.{name}": f"{size}px" for name, size in pixels.items()},
        "glyphs": (folder / _state["scheme"]).as_posix(),
        "mono": ", ".join(f'"{family}"' for family in _MONOSPACED),
    }
    template = (folder / "style.qss").read_text(encoding="utf-8").split("*/", 1)[1]
    return re.sub(r"\$([a-z]+(?:\.[a-z]+)*)", lambda match: names[match[1]], template)
