"""One finding of the trust report: what, why, the evidence, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.checks.finding import Finding, Severity

_LOOK: Final[dict[Severity, tuple[str, str, str]]] = {
    "high": ("error", "danger", "High harm"),
    "medium": ("warning", "warning", "Medium harm"),
    "low": ("info", "muted", "Low harm"),
}


class FindingCard(QFrame):
    """``fix_wanted``, ``ignored`` with the reason, and ``rows_wanted`` tell what its person decided."""

    fix_wanted = Signal()
    ignored = Signal(str)
    rows_wanted = Signal()

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, f"finding_{finding.id}", f"{_LOOK[finding.severity][2]}: {finding.headline}")
        theme.mark(self, role="card")
        self._finding = finding
        self._icon = QLabel(self)
        self._icon.setFixedSize(18, 18)
        headline, why, harm = (QLabel(self, wordWrap=True) for _ in range(3))
        for label, text, role in (
            (headline, finding.headline, "strong"), (why, finding.why, "muted"),
            (harm, f"{_LOOK[finding.severity][2]} · {finding.harm:.2f}", "muted"),
        ):  # fmt: skip
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setText(text)
            theme.mark(label, role=role)
        harm.setWordWrap(False)
        harm.setToolTip("How much of what a model seems to be able to do is likely to be lost on new data: 0 to 1.")
        self._evidence = named(QLabel(self, wordWrap=True), "finding_evidence", "Evidence")
        self._evidence.setTextFormat(Qt.TextFormat.PlainText)
        self._evidence.setText(self._lines())
        self._evidence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._evidence.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._reason = named(QLineEdit(self), "finding_reason", "Ignore it because", "Enter keeps the reason")
        self._reason.setPlaceholderText("Ignore it because …")
        self._reason.hide()
        self._reason.returnPressed.connect(self._on_reason)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(headline, 1)
        head.addWidget(harm, 0, Qt.AlignmentFlag.AlignTop)
        body = QVBoxLayout()
        body.setContentsMargins(18 + theme.GAP, 0, 0, 0)
        body.setSpacing(theme.TIGHT)
        body.addWidget(why)
        body.addWidget(self._evidence)
        body.addLayout(self._buttons())
        body.addWidget(self._reason)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(theme.TIGHT)
        layout.addLayout(head)
        layout.addLayout(body)
        self._draw_icon()
        theme.changed.connect(self._draw_icon)

    def _lines(self) -> str:
        sampled = self._finding.sampled
        lines = [f"•  {line}" for line in self._finding.evidence]
        return "\n".join([*lines, f"•  Of a sample of {sampled:,} rows."] if sampled is not None else lines)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        finding = self._finding
        if finding.fix is not None:
            fix = named(QPushButton(finding.fix.label, self), "finding_fix", finding.fix.label)
            shown = fix.fontMetrics().elidedText(finding.fix.label, Qt.TextElideMode.ElideMiddle, 260)
            fix.setText(shown.replace("&", "&&"))
            fix.setToolTip(finding.fix.label)
            fix.clicked.connect(self._on_fix)
            row.addWidget(fix)
        ignore = named(QPushButton("Ignore…", self), "finding_ignore", "Ignore it, with a reason")
        theme.mark(ignore, role="ghost")
        ignore.clicked.connect(self._ask_reason)
        row.addWidget(ignore)
        if finding.rows:
            count = len(finding.rows)
            words = f"Show {'the row' if count == 1 else f'{count:,} rows'}"
            rows = pictured(named(QPushButton(words, self), "finding_rows", f"{words} in the table"), "table", "muted")
            theme.mark(rows, role="ghost")
            rows.clicked.connect(self._on_rows)
            row.addWidget(rows)
        row.addStretch(1)
        return row

    def _on_fix(self) -> None:
        self.fix_wanted.emit()

    def _on_rows(self) -> None:
        self.rows_wanted.emit()

    def _ask_reason(self) -> None:
        self._reason.show()
        self._reason.setFocus()

    def _on_reason(self) -> None:
        if self._reason.text().strip():
            self.ignored.emit(self._reason.text().strip())

    def _draw_icon(self) -> None:
        picture, colour, _ = _LOOK[self._finding.severity]
        self._icon.setPixmap(icon(picture, colour).pixmap(QSize(18, 18), self.devicePixelRatioF()))
