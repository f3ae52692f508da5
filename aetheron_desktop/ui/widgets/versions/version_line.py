"""Which version is shown: its number, its names, and why it was made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.registry.versions import VersionInfo

_MOST_NAMES = 3


class VersionLine(QWidget):
    """Hidden until a version is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "version_line", "The version that is shown")
        self._number = named(QLabel(self), "version_number")
        theme.mark(self._number, role="badge", tone="accent")
        self._names = [QLabel(self) for _ in range(_MOST_NAMES)]
        for label in self._names:
            theme.mark(label, role="badge", tone="info")
        self._when = named(ElidedLabel(self), "version_when")
        theme.mark(self._when, role="caption")
        self._why = named(QLabel(self, wordWrap=True), "version_why")
        self._why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.setSpacing(theme.TIGHT)
        row.addWidget(self._number)
        for label in self._names:
            row.addWidget(label)
        row.addWidget(self._when, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        layout.addLayout(row)
        layout.addWidget(self._why)
        self.hide()

    def show_version(self, version: VersionInfo, names: Sequence[str], *, is_current: bool) -> None:
        """Show a version and what names it."""
        words = f"Version {version.number}"
        self._number.setText(f"{words}, current" if is_current else words)
        theme.mark(self._number, role="badge", tone="accent" if is_current else "warning")
        for place, label in enumerate(self._names):
            label.setVisible(place < len(names))
            label.setText(names[place] if place < len(names) else "")
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(version.at))
        self._when.setText(f"{when}, {version.author}")
        self._when.setToolTip(f"{when}\n{version.author} <{version.email}>\n{version.commit}")
        self._why.setText(version.message.replace("\n\n", "\n"))
        self.show()
