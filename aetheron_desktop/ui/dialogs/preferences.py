"""What the person can choose about the window itself; every change takes effect at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.settings import MONITOR_SECONDS, MOST_PARALLEL
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.ui.settings import Preferences

SCHEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))
MOTIONS = (("system", "As the system"), ("full", "Full"), ("reduced", "Reduced"))
_MARGIN = 24


class PreferencesDialog(QDialog):
    """Writes into the ``preferences`` it is given and says ``changed``; ``reveal_wanted`` asks for the folder."""

    changed = Signal()
    reveal_wanted = Signal()

    def __init__(self, preferences: Preferences, workspace: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "preferences", "Preferences")
        self.setWindowTitle("Preferences")
        self.setMinimumWidth(520)
        self._values = preferences
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(_MARGIN, 20, _MARGIN, 20)
        self._rows.setSpacing(theme.WIDE)
        self._look(preferences)
        self._line()
        self._work(preferences)
        self._line()
        self._folder(workspace)
        self._rows.addStretch(1)
        close = named(QPushButton("Close", self), "close_preferences", "Close the preferences")
        theme.mark(close, role="primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self._rows.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _look(self, values: Preferences) -> None:
        self._section("Look")
        self.scheme = self._choice("scheme_choice", "Colours", "", SCHEMES, values.scheme)
        self.scheme.currentIndexChanged.connect(lambda: self._take("scheme", self.scheme.currentData()))
        self.motion = self._choice(
            "motion_choice", "Motion", "Whether things slide into place.", MOTIONS, values.motion
        )
        self.motion.currentIndexChanged.connect(lambda: self._take("motion", self.motion.currentData()))
        self.accent = named(
            QCheckBox("Soft light on the start page", self), "accent_choice", "Soft light on the start page"
        )
        self.accent.setChecked(values.accent)
        self.accent.toggled.connect(lambda on: self._take("accent", on))
        self._rows.addWidget(self.accent)

    def _work(self, values: Preferences) -> None:
        self._section("Work")
        low, high = MONITOR_SECONDS
        self.monitor = named(QSpinBox(self, minimum=low, maximum=high, suffix=" s"), "monitor_choice")
        self.monitor.setValue(values.monitor_interval_s)
        self.monitor.valueChanged.connect(lambda value: self._take("monitor_interval_s", value))
        self._field("Look at the machine every", "Processor and memory in the status bar.", self.monitor)
        self.parallel = named(QSpinBox(self, minimum=0, maximum=MOST_PARALLEL), "parallel_choice")
        self.parallel.setSpecialValueText("Automatic")
        self.parallel.setValue(values.parallel_runs)
        self.parallel.valueChanged.connect(lambda value: self._take("parallel_runs", value))
        self._field("Runs at the same time", "More share the processor; others wait in the queue.", self.parallel)
        self.core = self._check("core_choice", "Keep one core free for the window", "keeps_core", values.keeps_core)
        self.battery = self._check(
            "battery_choice", "Let training rest while the machine runs on battery", "saves_battery",
            values.saves_battery,
        )  # fmt: skip
        self.preview = named(QCheckBox("Show a file before it is imported", self), "preview_choice")
        self.preview.setAccessibleName(self.preview.text())
        self.preview.setChecked(values.preview)
        self.preview.toggled.connect(lambda on: self._take("preview", on))
        self._rows.addWidget(self.preview)
        self.tray = named(QCheckBox("Tell me beside the clock when the window is not in front", self), "tray_choice")
        self.tray.setAccessibleName(self.tray.text())
        self.tray.setChecked(values.tray)
        self.tray.toggled.connect(lambda on: self._take("tray", on))
        self._rows.addWidget(self.tray)

    def _folder(self, workspace: Path) -> None:
        self._section("Workspace")
        row = QHBoxLayout()
        path = named(QLabel(str(workspace), self), "workspace_path", f"Workspace folder {workspace}")
        theme.mark(path, role="mono")
        path.setWordWrap(True)
        path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        reveal = named(QPushButton("Show", self), "reveal_workspace", "Show the workspace folder")
        pictured(reveal, "reveal", "muted")
        reveal.clicked.connect(self.reveal_wanted)
        row.addWidget(path, 1)
        row.addWidget(reveal)
        self._rows.addLayout(row)

    def _section(self, words: str) -> None:
        label = QLabel(words, self)
        theme.mark(label, role="heading")
        self._rows.addWidget(label)

    def _line(self) -> None:
        line = QFrame(self)
        theme.mark(line, role="line")
        self._rows.addWidget(line)

    def _choice(
        self, name: str, words: str, detail: str, options: tuple[tuple[str, str], ...], value: str
    ) -> QComboBox:
        box = named(QComboBox(self), name)
        for data, text in options:
            box.addItem(text, data)
        box.setCurrentIndex(max(0, box.findData(value)))
        self._field(words, detail, box)
        return box

    def _field(self, words: str, detail: str, control: QWidget) -> None:
        control.setAccessibleName(words)
        control.setAccessibleDescription(detail)
        control.setFixedWidth(170)
        label = QLabel(words, self)
        label.setBuddy(control)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(label)
        if detail:
            small = QLabel(detail, self)
            theme.mark(small, role="caption")
            texts.addWidget(small)
        row = QHBoxLayout()
        row.addLayout(texts, 1)
        row.addWidget(control)
        self._rows.addLayout(row)

    def _check(self, name: str, words: str, value: str, is_on: bool) -> QCheckBox:
        box = named(QCheckBox(words, self), name, words)
        box.setChecked(is_on)
        box.toggled.connect(lambda on: self._take(value, on))
        self._rows.addWidget(box)
        return box

    def _take(self, name: str, value: object) -> None:
        setattr(self._values, name, value)
        self.changed.emit()
