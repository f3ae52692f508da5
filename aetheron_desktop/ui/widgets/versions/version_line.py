"""Which version is shown: its number, its names, and why it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.texts import breakable, moment, plain, tip, wrapped
from aetheron_desktop.ui.widgets.versions.version_card import NameChips, names_of

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.versions import Labels, VersionInfo

_LONGEST: Final = 240
"""The letters of a message that are shown; its tool tip has all of it."""


class VersionLine(QWidget):
    """Hidden until a version is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "version_line", "The version that is shown")
        self._number = named(QLabel(self), "version_number")
        theme.mark(self._number, role="badge", tone="accent")
        self._names = named(NameChips(self), "version_names")
        self._why = named(wrapped(self), "version_why")
        self._why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._when = named(ElidedLabel(self), "version_when")
        plain(self._when, role="caption")
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(self._number)
        row.addWidget(self._names, 1)
        row.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        layout.addLayout(row)
        layout.addWidget(self._why)
        layout.addWidget(self._when)
        self.hide()

    def show_version(self, version: VersionInfo, labels: Labels) -> None:
        """Show a version and what of ``labels`` names it; the variation that the model is at goes without saying."""
        is_current = version.commit == labels.current
        words = f"Version {version.number}"
        self._number.setText(f"{words}, current" if is_current else words)
        theme.mark(self._number, role="badge", tone="accent" if is_current else "warning")
        self._names.show_labels([label for label in names_of(version, labels) if not label.is_current])
        when = moment(version.at)
        self._when.setText(f"{when}, {version.author}")
        self._when.setToolTip(tip(f"{when}\n{version.author} <{version.email}>\n{version.commit}"))
        message = version.message.replace("\n\n", "\n")
        self._why.setText(breakable(message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"))
        self._why.setToolTip(tip(version.message) if len(message) > _LONGEST else "")
        self.show()
