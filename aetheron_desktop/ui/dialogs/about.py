"""What this program is, which version, and where its things are."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop import __version__
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from pathlib import Path


class AboutDialog(QDialog):
    """Version, promise and folders."""

    def __init__(self, workspace: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "about", "About Aetheron Desktop")
        self.setWindowTitle("About Aetheron Desktop")
        self.setMinimumWidth(440)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 28, 32, 22)
        layout.setSpacing(theme.GAP)
        layout.addWidget(Picture("app", 64, "text", self), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(theme.GAP)
        for text, role in (
            ("Aetheron Desktop", "title"),
            (f"Version {__version__}", "muted"),
            ("Drop a table, train models, watch them learn, keep the best.\nNo account, no upload, no network.", ""),
        ):
            label = QLabel(text, self)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            if role:
                theme.mark(label, role=role)
            layout.addWidget(label)
        facts = f"Workspace: {workspace}\nPython {platform.python_version()}, Qt {qVersion()}\nLicence: Apache 2.0"
        small = named(QLabel(facts, self), "about_facts", facts)
        theme.mark(small, role="caption")
        small.setAlignment(Qt.AlignmentFlag.AlignCenter)
        small.setWordWrap(True)
        small.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = named(QPushButton("Close", self), "close_about", "Close")
        theme.mark(close, role="primary")
        close.clicked.connect(self.accept)
        layout.addSpacing(theme.GAP)
        layout.addWidget(small)
        layout.addSpacing(theme.WIDE)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignHCenter)
