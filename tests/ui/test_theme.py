"""One theme: the tokens of both schemes are readable, and nobody else gives a widget a style sheet."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

import aetheron_desktop
from aetheron_desktop.shipped import shipped
from aetheron_desktop.ui import icons, theme

PACKAGE = Path(aetheron_desktop.__file__).parent
SCHEMES = ("light", "dark")
GROUNDS = ("window", "surface", "raised", "hover", "selection")
SOFT = [
    (name, f"{name}.soft") for name in ("accent", "success", "warning", "danger", "info")
]  # words on the ground of their tone
FILLS = [
    ("accent.on", name) for name in ("accent.fill", "accent.hover", "accent.pressed", "danger.fill", "danger.hover")
]
TEXT = [(name, ground) for name in ("text", "muted") for ground in GROUNDS]
TEXT += [(name, ground) for name in ("faint", "accent", "danger") for ground in ("window", "surface", "raised")]
TEXT += [(name, "surface") for name in ("success", "warning", "info", "accent.second")]
LINES = [("focus", "surface"), ("border.strong", "surface"), ("plot.axis", "plot.background")]


def luminance(color: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def as_seen(color: str, kind: str) -> tuple[float, float, float]:
    """Give a colour as somebody sees it who lacks red or green cones, in CIE L*a*b* (Viénot, Brettel, Mollon 1999)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    if kind == "protan":
        red, green = (0.11238 * red + 0.88762 * green,) * 2
        blue = 0.00401 * (red - green) + blue
    elif kind == "deutan":
        red, green = (0.29275 * red + 0.70725 * green,) * 2
        blue = -0.02234 * (red - green) + blue
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("words", "ground"), [*TEXT, *SOFT, *FILLS, ("tooltip.text", "tooltip")])
def test_that_words_stand_out_as_wcag_aa_asks(scheme: theme.Scheme, words: str, ground: str) -> None:
    colors = theme.tokens(scheme).colors
    assert contrast(colors[words], colors[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("line", "ground"), LINES)
def test_that_lines_that_mean_something_can_be_seen(scheme: theme.Scheme, line: str, ground: str) -> None:
    colors = theme.tokens(scheme).colors
    assert contrast(colors[line], colors[ground]) >= 3.0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_every_series_can_be_seen_on_the_plot(scheme: theme.Scheme) -> None:
    tokens = theme.tokens(scheme)
    assert len(tokens.series) == 8
    assert min(contrast(color, tokens.colors["plot.background"]) for color in tokens.series) >= 3.0


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", ["full", "protan", "deutan"])
def test_that_the_first_six_series_are_told_apart_by_colour_blind_people(scheme: theme.Scheme, kind: str) -> None:
    seen = [as_seen(color, kind) for color in theme.tokens(scheme).series[:6]]
    distances = [
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 for one, other in combinations(seen, 2)
    ]
    assert min(distances) > 18


def test_that_both_schemes_have_the_same_tokens() -> None:
    light, dark = (theme.tokens(scheme) for scheme in SCHEMES)
    assert light.colors.keys() == dark.colors.keys()
    assert len(light.series) == len(dark.series)
    assert all(QColor(value).isValid() for tokens in (light, dark) for value in tokens.colors.values())


def test_that_every_name_in_the_style_sheet_is_a_token(dressed: QApplication) -> None:
    assert "$" not in dressed.styleSheet()
    assert theme.color("window").name() in dressed.styleSheet()


def test_that_only_the_theme_sets_a_style_sheet_and_names_colours() -> None:
    for file in PACKAGE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if file.name != "theme.py":
            assert "setStyleSheet(" not in text, file
        if file.is_relative_to(PACKAGE / "ui"):
            assert not re.search(r"""["']#[0-9a-fA-F]{6}["']""", text), file


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_the_glyphs_of_the_style_sheet_are_there_in_the_colours_of_the_scheme(scheme: theme.Scheme) -> None:
    folder = shipped("resources") / "theme"
    wanted = set(re.findall(r"url\(\$glyphs/([a-z-]+\.svg)\)", (folder / "style.qss").read_text(encoding="utf-8")))
    colors = theme.tokens(scheme).colors
    known = {colors["muted"], colors["accent"], colors["accent.on"]}
    for name in wanted:
        used = set(re.findall(r"#[0-9a-f]{6}", (folder / scheme / name).read_text(encoding="utf-8")))
        assert used <= known, name


def test_that_the_scheme_changes_while_the_window_is_open(dressed: QApplication, qtbot: QtBot) -> None:
    before = theme.color("window").name()
    with qtbot.waitSignal(theme.changed):
        theme.toggle(dressed)
    assert theme.is_dark()
    assert theme.color("window").name() != before
    assert dressed.palette().window().color() == theme.color("window")
    theme.toggle(dressed)
    assert theme.preference() == "light"


def test_that_a_colour_that_was_handed_out_can_be_changed_without_harm(dressed: QApplication) -> None:
    theme.color("accent").setAlphaF(0.1)
    assert theme.color("accent").alpha() == 255


def test_that_a_mark_shows_on_a_widget_that_is_already_there(dressed: QApplication, qtbot: QtBot) -> None:
    label = QLabel("words")
    qtbot.addWidget(label)
    small = label.sizeHint().height()
    theme.mark(label, role="display")
    assert label.sizeHint().height() > small


@pytest.mark.parametrize("name", sorted(icons.names()))
def test_that_every_icon_is_drawn_and_takes_its_colour_from_the_theme(dressed: QApplication, name: str) -> None:
    source = icons.source(name)
    if name != "app":
        assert "currentColor" in source
        assert not re.search(r"#[0-9a-fA-F]{3}", source)
        assert 'viewBox="0 0 24 24"' in source
    image = icons.icon(name, "danger").pixmap(QSize(48, 48)).toImage()
    drawn = [
        image.pixelColor(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 200
    ]  # the others are edges
    assert drawn
    if name != "app":
        wanted = theme.color("danger").getRgb()
        assert all(max(abs(a - b) for a, b in zip(color.getRgb(), wanted, strict=True)) < 60 for color in drawn)
        assert min(max(abs(a - b) for a, b in zip(color.getRgb(), wanted, strict=True)) for color in drawn) <= 2


def test_that_an_icon_follows_the_scheme_without_being_made_anew(dressed: QApplication) -> None:
    made = icons.icon("train")

    def shown() -> str:
        image = made.pixmap(QSize(32, 32)).toImage()
        return next(
            image.pixelColor(x, y).name() for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 240
        )

    light = shown()
    theme.toggle(dressed)
    assert shown() != light
    assert shown() == theme.color("text").name()


def test_that_an_icon_is_sharp_on_a_fine_screen(dressed: QApplication) -> None:
    pixmap = icons.icon("bell").pixmap(QSize(18, 18), 2.0)
    assert pixmap.size() == QSize(36, 36)
    assert pixmap.devicePixelRatio() == 2.0


def test_that_an_icon_survives_copies_and_many_paintings(dressed: QApplication) -> None:
    made = icons.icon("model")
    copies = [QIcon(made) for _ in range(50)]
    del made
    canvas = QImage(32, 32, QImage.Format.Format_ARGB32_Premultiplied)
    for copy in copies:
        painter = QPainter(canvas)
        copy.paint(painter, canvas.rect())
        painter.end()
    assert isinstance(copies[0].pixmap(16), QPixmap)


def test_that_a_disabled_button_shows_a_disabled_icon(dressed: QApplication, qtbot: QtBot) -> None:
    button = QPushButton(icons.icon("play", "text"), "")
    qtbot.addWidget(button)
    pixmap = button.icon().pixmap(QSize(32, 32), QIcon.Mode.Disabled)
    colors = {
        pixmap.toImage().pixelColor(x, y).name()
        for x in range(32)
        for y in range(32)
        if pixmap.toImage().pixelColor(x, y).alpha() > 240
    }
    assert colors == {theme.color("disabled").name()}


def test_that_each_type_of_a_column_has_an_icon() -> None:
    assert set(icons.COLUMN_TYPES) | {"target"} <= icons.names()
