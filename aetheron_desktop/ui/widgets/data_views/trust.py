"""The trust report: what would harm a model, what can be done about it, and how the rows are parted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.data_views import DataView
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.finding_card import FindingCard
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.split_card import SplitCard

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.checks.finding import Decision, Finding
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.ui.session import Session

_WIDEST = 860


class TrustView(DataView):
    """The findings in cards, the worst first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "trust_view", "Trust report")
        self._session, self._trust = session, session.trust
        self._cards: dict[str, FindingCard] = {}
        self._summary = named(QLabel(self, wordWrap=True), "trust_summary")
        theme.mark(self._summary, role="heading")
        self._detail = named(QLabel(self, wordWrap=True), "trust_detail")
        theme.mark(self._detail, role="muted")
        self._again = pictured(
            named(QPushButton("Check again", self), "trust_check", "Check the table again"), "refresh", "muted"
        )
        self._again.clicked.connect(self._trust.check)
        self._busy = named(QProgressBar(self), "trust_busy", "The table is being checked")
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(3)
        self._calm = named(Empty("success", self), "trust_calm")
        self._split = SplitCard(self._trust, self)
        self._foot = named(QLabel(self, wordWrap=True), "trust_checks", "What was looked for")
        theme.mark(self._foot, role="muted")
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.GAP)
        self._done = QVBoxLayout()
        self._done.setSpacing(theme.TIGHT)
        self._done_title = QLabel("Decided", self)
        theme.mark(self._done_title, role="overline")
        self._build()
        self._trust.changed.connect(self._show)
        session.target_changed.connect(self._check_if_shown)

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._summary)
        words.addWidget(self._detail)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addWidget(self._again, 0, Qt.AlignmentFlag.AlignTop)
        column = QWidget(self)
        column.setMaximumWidth(_WIDEST)
        theme.mark(column, role="scrolled")
        inside = QVBoxLayout(column)
        inside.setContentsMargins(0, 0, theme.GAP, theme.WIDE)
        inside.setSpacing(theme.GAP)
        inside.addLayout(head)
        inside.addWidget(self._busy)
        inside.addWidget(self._calm)
        inside.addLayout(self._list)
        inside.addWidget(self._split)
        inside.addWidget(self._done_title)
        inside.addLayout(self._done)
        inside.addWidget(self._foot)
        inside.addStretch(1)
        scroll = named(QScrollArea(self, widgetResizable=True), "trust_scroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def show_dataset(self, dataset: Dataset | None) -> None:
        if dataset is None:
            self._trust.stop()
            return
        self._check_if_needed()
        self._show()

    def _check_if_shown(self) -> None:
        if self.isVisible():
            self._check_if_needed()

    def _check_if_needed(self) -> None:
        if not self._trust.is_current:
            self._trust.check()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        findings, checking = self._trust.findings(), self._trust.is_checking
        self._busy.setVisible(checking)
        self._again.setEnabled(not checking and self._session.target is not None)
        self._summary.setText(self._headline(findings))
        self._detail.setText(self._words())
        is_calm = not findings and self._trust.checked is not None and self._trust.is_current
        self._calm.setVisible(is_calm)
        if is_calm:
            open_ = "Nothing is left to decide." if self._trust.decided() else "Nothing found that could harm a model."
            self._calm.show_words(
                open_, "What was looked for stands below; none of it knows what you know of the data."
            )
        self._show_cards(findings)
        self._split.show_splits(self._trust.checked.split if self._trust.checked is not None else None)
        self._split.setVisible(self._session.target is not None)
        self._foot.setText(self._looked_for())
        self._show_decisions(self._trust.decided())

    def _headline(self, findings: list[Finding]) -> str:
        if self._session.target is None:
            return "Choose the column to predict; then the table is checked for it."
        if self._trust.problem:
            return "The table could not be checked"
        what = f"that could harm a model of “{self._session.target}”"
        if not findings:
            return (
                f"Looking for what could harm a model of “{self._session.target}”…" if self._trust.is_checking else ""
            )
        return f"{len(findings)} finding{'s' if len(findings) != 1 else ''} {what}"

    def _words(self) -> str:
        if self._trust.problem:
            return self._trust.problem
        checked = self._trust.checked
        if checked is None:
            return ""
        whole = checked.sampled >= checked.rows
        looked = f"all {checked.rows:,} rows" if whole else f"a sample of {checked.sampled:,} of {checked.rows:,} rows"
        return f"{len(checked.checks)} checks of {looked}, the worst finding first."

    def _looked_for(self) -> str:
        checked = self._trust.checked
        if checked is None:
            return ""
        skipped = (
            f" Not looked for, since the table is too wide: {', '.join(checked.skipped)}." if checked.skipped else ""
        )
        return f"Looked for: {', '.join(checked.checks)}.{skipped}"

    def _show_cards(self, findings: list[Finding]) -> None:
        shown = {finding.id for finding in findings}
        for id_ in [known for known in self._cards if known not in shown]:
            card = self._cards.pop(id_)
            card.hide()
            card.deleteLater()
        for place, finding in enumerate(findings):
            card = self._cards.get(finding.id) or self._new_card(finding)
            self._list.insertWidget(place, card)

    def _new_card(self, finding: Finding) -> FindingCard:
        card = FindingCard(finding, self)
        card.fix_wanted.connect(partial(self._trust.fix, finding))
        card.ignored.connect(partial(self._trust.ignore, finding))
        card.rows_wanted.connect(partial(self._mark, finding))
        self._cards[finding.id] = card
        return card

    def _mark(self, finding: Finding) -> None:
        self._session.mark(finding.rows)
        self.view_wanted.emit("rows")

    def _show_decisions(self, decided: tuple[Decision, ...]) -> None:
        while (item := self._done.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._done_title.setVisible(bool(decided))
        for number, decision in enumerate(decided):
            self._done.addWidget(self._decision(number, decision))

    def _decision(self, number: int, decision: Decision) -> QWidget:
        row = QWidget(self)
        because = "Ignored because" if decision.action == "ignored" else "Fixed:"
        words = QLabel(f"{decision.headline}  —  {because} {decision.reason}", row, wordWrap=True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(words, role="muted")
        back = named(QPushButton("Take back", row), f"trust_back_{number}", f"Take back: {decision.headline}")
        theme.mark(back, role="link")
        back.clicked.connect(partial(self._take_back, decision))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(words, 1)
        layout.addWidget(back)
        return row

    def _take_back(self, decision: Decision, _: bool = False) -> None:
        self._trust.take_back(decision)
