"""How one version differs from another: the verdict first, then what is not the same."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from aetheron_desktop.engine.registry.versions import Labels
from aetheron_desktop.engine.versioning.difference import SECTIONS
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.picture import Picture
from aetheron_desktop.ui.widgets.problem_card import ProblemCard
from aetheron_desktop.ui.widgets.versions.card_difference import CardDifference
from aetheron_desktop.ui.widgets.versions.difference_list import DifferenceList
from aetheron_desktop.ui.widgets.versions.difference_rows import TITLES, rows_of
from aetheron_desktop.ui.widgets.versions.difference_text import as_markdown
from aetheron_desktop.ui.widgets.versions.texts import plain, version_name
from aetheron_desktop.ui.widgets.versions.verdict_card import VerdictCard
from aetheron_desktop.ui.widgets.versions.version_card import VersionCard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QResizeEvent

    from aetheron_desktop.engine.registry.versions import VersionInfo
    from aetheron_desktop.engine.versioning.difference import Section, VersionDifference, VersionVerdict
    from aetheron_desktop.ui.widgets.versions.difference_rows import DifferenceRow

_ROOMY: Final = 480
"""From so many points on the two versions stand beside each other."""
_COPIED_MS: Final = 2000


class DifferenceView(QFrame):
    """Shows two versions at once, and the answers about them as they come; answers about others are passed by.

    ``swapped`` asks for the difference the other way round.
    """

    swapped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "difference", "The difference of two versions")
        theme.mark(self, role="card")
        self._pair: tuple[VersionInfo, VersionInfo] | None = None
        self._labels = Labels()
        self._difference: VersionDifference | None = None
        self._verdict: VersionVerdict | None = None
        self._rows: Mapping[Section, Sequence[DifferenceRow]] = {}
        self._make_head()
        self._before, self._after = VersionCard("before", self), VersionCard("after", self)
        self._arrow = Picture("chevron-down", 16, "faint", self)
        self._verdict_card = VerdictCard(self)
        self._problem = ProblemCard(self)
        self._count = plain(QLabel(self), role="strong")
        self._all = named(QPushButton("Show all", self), "difference_all", "Show all, also what is the same")
        self._all.setCheckable(True)
        theme.mark(self._all, role="chip")
        self._sections = {section: _SectionPart(section, self) for section in SECTIONS}
        self._card = CardDifference(self)
        self._empty = Empty("check", self)
        self._empty.show_words("Nothing differs", "The two versions are alike in all that is kept of them.")
        self._copied = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._build()
        self._swap.clicked.connect(self._on_swap)
        self._copy.clicked.connect(self._on_copy)
        self._copied.timeout.connect(self._reset_copy)
        self._all.toggled.connect(self._show_rows)
        self._show_state()

    def sizeHint(self) -> QSize:
        # What it shows scrolls; its longest line must not take the width from what is beside it.
        return QSize(372, 480)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_loading(self, before: VersionInfo, after: VersionInfo, labels: Labels | None = None) -> None:
        """Show two versions, of which all else is still asked; ``labels`` are the names of the model's versions."""
        self._pair, self._labels = (before, after), labels or Labels()
        self._difference = self._verdict = None
        self._rows = {}
        for card, version in ((self._before, before), (self._after, after)):
            card.show_version(version, self._labels)
        self._verdict_card.show_waiting()
        self._problem.show_words("", "", "")
        self._reset_copy()
        self._scroll.verticalScrollBar().setValue(0)
        self.setAccessibleName(f"The difference of {version_name(before)} and {version_name(after)}")
        self._show_rows()

    def show_difference(self, difference: VersionDifference) -> None:
        """Show what differs."""
        if self._pair is None or not self._is_shown(difference):
            return
        self._difference = difference
        self._rows = rows_of(difference, *self._pair)
        self._show_rows()

    def show_verdict(self, verdict: VersionVerdict) -> None:
        """Show which of the two is better."""
        if not self._is_shown(verdict):
            return
        self._verdict = verdict
        self._verdict_card.show_verdict(verdict.verdict)
        self._show_state()

    def show_error(self, title: str, detail: str, hint: str) -> None:
        """Say why no more answers will come; what is known already stays."""
        self._problem.show_words(title, detail, hint)
        self._show_state()

    def as_text(self) -> str:
        """Give what is shown as Markdown; empty while nothing is."""
        if self._pair is None:
            return ""
        verdict = self._verdict.verdict if self._verdict is not None else None
        card = self._difference.card if self._difference is not None else ()
        return as_markdown(self._pair, self._labels, verdict, self._shown_rows(), card)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    # -- how it is built ----------------------------------------------------------------------------------------------

    def _make_head(self) -> None:
        self._heading = plain(QLabel(self), "Difference", "heading")
        self._swap = named(
            QPushButton("Swap", self), "difference_swap", "Swap", "Show the difference the other way round"
        )
        self._copy = named(QPushButton("Copy", self), "difference_copy", "Copy", "Copy what is shown as Markdown")
        for button, picture in ((self._swap, "sort"), (self._copy, "copy")):
            theme.mark(button, role="ghost")
            pictured(button, picture, "muted")

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.TIGHT)
        head.addWidget(self._heading, 1)
        head.addWidget(self._swap)
        head.addWidget(self._copy)
        self._scroll = named(QScrollArea(self, widgetResizable=True), "difference_scroll", "What differs")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._body())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, 12, theme.GAP, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addLayout(head)
        layout.addWidget(self._scroll, 1)

    def _body(self) -> QWidget:
        body = QWidget(self)
        theme.mark(body, role="scrolled")
        self._both = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._both.setSpacing(theme.TIGHT)
        self._both.addWidget(self._before, 1)
        self._both.addWidget(self._arrow, 0, Qt.AlignmentFlag.AlignCenter)
        self._both.addWidget(self._after, 1)
        bar = QHBoxLayout()
        bar.addWidget(self._count, 1)
        bar.addWidget(self._all)
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, theme.GAP, 0)
        rows.setSpacing(12)
        rows.addLayout(self._both)
        rows.addWidget(self._verdict_card)
        rows.addWidget(self._problem)
        rows.addLayout(bar)
        for part in self._sections.values():
            rows.addWidget(part)
            part.list.moved.connect(partial(self._follow, part.list))
        rows.addWidget(self._card)
        rows.addWidget(self._empty)
        rows.addStretch(1)
        return body

    def _turn(self) -> None:
        """Put the two versions beside each other where there is room, and otherwise one below the other."""
        is_roomy = self.width() >= _ROOMY
        direction = QBoxLayout.Direction.LeftToRight if is_roomy else QBoxLayout.Direction.TopToBottom
        if self._both.direction() != direction:
            self._both.setDirection(direction)
            self._arrow.show_icon("arrow-right" if is_roomy else "chevron-down", "faint")

    # -- what is done -------------------------------------------------------------------------------------------------

    def _is_shown(self, answer: VersionDifference | VersionVerdict) -> bool:
        return self._pair is not None and (answer.before, answer.after) == tuple(one.commit for one in self._pair)

    def _shown_rows(self) -> dict[Section, Sequence[DifferenceRow]]:
        if self._all.isChecked():
            return dict(self._rows)
        return {section: [row for row in rows if not row.is_same] for section, rows in self._rows.items()}

    def _show_rows(self) -> None:
        shown = self._shown_rows()
        for section, part in self._sections.items():
            part.show_rows(shown.get(section, ()), self._rows.get(section, ()))
        self._card.show_lines(self._difference.card if self._difference is not None else ())
        self._show_state()

    def _show_state(self) -> None:
        is_failed = not self._problem.isHidden()
        is_read = self._difference is not None
        card = bool(self._difference.card) if self._difference is not None else False
        count = sum(not row.is_same for rows in self._rows.values() for row in rows) + card
        self._arrow.setVisible(self._pair is not None)
        self._before.setVisible(self._pair is not None)
        self._after.setVisible(self._pair is not None)
        self._verdict_card.setVisible(self._verdict is not None or (self._pair is not None and not is_failed))
        words = f"{count:,} difference{'' if count == 1 else 's'}" if count else ""
        self._count.setText(words if is_read else "Reading what differs …")
        self._count.setVisible(self._pair is not None and (is_read or not is_failed))
        self._all.setVisible(is_read and any(row.is_same for rows in self._rows.values() for row in rows))
        self._empty.setVisible(is_read and not count and not self._all.isChecked())
        self._copy.setEnabled(is_read)
        self._swap.setEnabled(self._pair is not None)

    def _follow(self, rows: DifferenceList, row: QRect) -> None:
        """Bring the row at which the keys are into view."""
        content = self._scroll.widget()
        if rows.hasFocus() and content is not None:
            place = rows.viewport().mapTo(content, row.center())
            self._scroll.ensureVisible(0, place.y(), 0, row.height())

    def _on_swap(self) -> None:
        self.swapped.emit()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.as_text())
        self._copy.setText("Copied")
        pictured(self._copy, "check", "success")
        self._copied.start()

    def _reset_copy(self) -> None:
        self._copied.stop()
        self._copy.setText("Copy")
        pictured(self._copy, "copy", "muted")


class _SectionPart(QWidget):
    """The title of a section with how much of it differs, and its rows; without rows it is hidden."""

    def __init__(self, section: Section, parent: QWidget) -> None:
        super().__init__(parent)
        self._section: Section = section
        self._title = plain(QLabel(self), role="overline")
        self.list = DifferenceList(f"difference_{section}", self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._title)
        layout.addWidget(self.list)

    def show_rows(self, shown: Sequence[DifferenceRow], known: Sequence[DifferenceRow]) -> None:
        """Show rows, of all that are known."""
        count = sum(not row.is_same for row in known)
        of = "" if self._section == "columns" else f" of {len(known):,}"  # of columns only those that differ are told
        self._title.setText(f"{TITLES[self._section]} · {count:,}{of} {'differs' if count == 1 else 'differ'}")
        self.list.setAccessibleName(self._title.text().replace(" · ", ", "))
        self.list.show_rows(shown)
        self.setVisible(bool(shown))
