"""How the aliases of a model moved: who moved which to where, when and why, and which conditions were met."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.history_rows import Label
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.picture import Picture
from aetheron_desktop.ui.widgets.versions.texts import moment, plain, since, spoken_since, tip, wrapped
from aetheron_desktop.ui.widgets.versions.version_card import NameChips

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QPaintEvent

    from aetheron_desktop.engine.registry.versions import AliasMove

_FIRST: Final = 8
_STEP: Final = 20
_RAIL: Final = 14
_DOT: Final = 3.5
_DOT_AT: Final = 19.0
_CONDITIONS: Final = (
    ("met: ", "check", "success"),
    ("not met: ", "close", "danger"),
    ("not known: ", "help", "warning"),
)
"""How the lines of a move begin, and the icon and its colour for each."""


class RecordView(QWidget):
    """The moves in the order in which they are given, the first ones at once; ``opened`` tells a version's commit."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "record", "Moves of aliases")
        self._moves: Sequence[AliasMove] = ()
        self._numbers: Mapping[str, int] = {}
        self._shown = 0
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._body = QWidget(self)
        self._layout.addWidget(self._body)

    def show_moves(self, moves: Sequence[AliasMove], numbers: Mapping[str, int] | None = None) -> None:
        """Show these; ``numbers`` are those of the versions by commit, whose first signs are shown without."""
        self._moves, self._numbers, self._shown = moves, numbers or {}, 0
        self._layout.removeWidget(self._body)
        self._body.hide()
        self._body.deleteLater()
        self._body = QWidget(self)
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._layout.addWidget(self._body)
        if not moves:
            self._rows.addWidget(plain(QLabel(self._body), "No alias was moved yet.", "muted"))
        self._more = named(QPushButton(self._body), "record_more")
        theme.mark(self._more, role="link")
        self._more.clicked.connect(lambda: self._show_more(_STEP))
        self._rows.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._show_more(_FIRST)
        self._body.show()

    def _show_more(self, count: int) -> None:
        for place in range(self._shown, min(self._shown + count, len(self._moves))):
            ends = (place == 0, place == len(self._moves) - 1)
            row = _MoveRow(self._moves[place], self._numbers, self._body, ends)
            row.opened.connect(self.opened)
            self._rows.insertWidget(self._rows.indexOf(self._more), row)
            self._shown = place + 1
        rest = len(self._moves) - self._shown
        self._more.setText(f"Show {min(rest, _STEP):,} of {rest:,} earlier moves")
        self._more.setVisible(rest > 0)


class _MoveRow(QWidget):
    """One move: the alias, from which version to which, who, when, why, and what was looked at before."""

    opened = Signal(str)

    def __init__(self, move: AliasMove, numbers: Mapping[str, int], parent: QWidget, ends: tuple[bool, bool]) -> None:
        super().__init__(parent)
        self._ends = ends
        names = [_name(commit, numbers) for commit in (move.before, move.after)]
        named(self, "record_move", _spoken(move, names))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_RAIL + theme.GAP, theme.TIGHT, 0, 12)
        layout.setSpacing(2)
        layout.addLayout(self._head(move, names))
        if move.reason:
            reason = named(wrapped(self, move.reason), "record_reason")
            reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(reason)
        who = ElidedLabel(self)
        plain(who, f"{move.author} · {since(move.at)}", "caption")
        who.setToolTip(tip(f"{move.author}\n{moment(move.at)}"))
        layout.addWidget(who)
        if move.checked:
            layout.addWidget(_Conditions(move.checked, self))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = theme.color("border.strong")
        line.setAlphaF(0.5)
        is_first, is_last = self._ends
        x = _RAIL / 2
        if not is_first:
            painter.fillRect(QRectF(x, 0, 1, _DOT_AT), line)
        if not is_last:
            painter.fillRect(QRectF(x, _DOT_AT, 1, self.height() - _DOT_AT), line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(QPointF(x + 0.5, _DOT_AT), _DOT, _DOT)

    def _head(self, move: AliasMove, names: Sequence[str]) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(theme.TIGHT)
        chips = NameChips(self)
        chips.show_labels((Label("alias", move.alias),))
        head.addWidget(chips, 1)
        for place, commit in enumerate((move.before, move.after)):
            if place:
                head.addWidget(Picture("arrow-right", 13, "faint", self))
            if not commit:
                head.addWidget(plain(QLabel(self), "removed" if place else "new", "caption"))
                continue
            name = names[place]
            button = named(QPushButton(name, self), "record_version", f"Show the version {name}")
            button.setToolTip(tip(commit))
            button.setProperty("role", "link")
            button.clicked.connect(partial(self._open, commit))
            head.addWidget(button)
        return head

    def _open(self, commit: str, _: bool = False) -> None:
        self.opened.emit(commit)


class _Conditions(QWidget):
    """What was found of the conditions, in short; a press shows each of them."""

    def __init__(self, checked: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._fold = named(QPushButton(conditions_words(checked), self), "record_conditions")
        self._fold.setCheckable(True)
        self._fold.setProperty("role", "link")
        self._checked = checked
        self._lines = named(QWidget(self), "record_condition_lines")
        self._rows = QVBoxLayout(self._lines)
        self._rows.setContentsMargins(theme.GAP, 0, 0, theme.TIGHT)
        self._rows.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._lines)
        self._fold.toggled.connect(self._unfold)
        self._unfold(False)

    def _line(self, text: str) -> QHBoxLayout:
        picture, color = next(
            ((name, color) for start, name, color in _CONDITIONS if text.startswith(start)), ("warning", "warning")
        )
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(Picture(picture, 13, color, self._lines), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(wrapped(self._lines, text, "caption"), 1)
        return line

    def _unfold(self, is_open: bool) -> None:
        if is_open and not self._rows.count():
            for text in self._checked:
                self._rows.addLayout(self._line(text))
        self._lines.setVisible(is_open)
        pictured(self._fold, "chevron-down" if is_open else "chevron-right", "accent", 12)
        self._fold.setAccessibleDescription("Shown below" if is_open else "Not shown; press to show them")


def conditions_words(checked: Sequence[str]) -> str:
    """Give what was found in short: ``2 conditions met, 1 not``."""
    met, failed, unknown = (sum(line.startswith(start) for line in checked) for start, _, _ in _CONDITIONS)
    total = met + failed + unknown
    if not total:
        return f"{len(checked)} note{'' if len(checked) == 1 else 's'}"
    noun = f"condition{'' if total == 1 else 's'}"
    if not met:
        first = f"{failed} {noun} not met" if failed else ""
    else:
        first = f"{met} condition{'' if met == 1 else 's'} met" + (f", {failed} not" if failed else "")
    if not unknown:
        return first
    return f"{first}, {unknown} not known" if first else f"{unknown} {noun} not known"


def _name(commit: str, numbers: Mapping[str, int]) -> str:
    return f"v{numbers[commit]}" if commit in numbers else commit[:7]


def _spoken(move: AliasMove, names: Sequence[str]) -> str:
    before, after = names
    if not move.after:
        way = f"removed from {before}"
    else:
        way = f"moved from {before} to {after}" if move.before else f"given to {after}"
    return f"{move.alias} {way} by {move.author}, {spoken_since(move.at)}: {move.reason}"
