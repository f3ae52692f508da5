"""The address of a tracking server, whose runs are brought in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QVBoxLayout

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.dialog_buttons import dialog_buttons
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_USUAL: Final = "http://127.0.0.1:5000"


class TrackingServerDialog(QDialog):
    """``chosen`` gives the address, with http or https; it deletes itself when closed."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "tracking_server_dialog", "Bring in runs of a tracking server")
        self.setWindowTitle("Bring in runs of a tracking server")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        words = QLabel(
            "The address of an MLflow tracking server. Its runs are read once and compared by their metrics and "
            "parameters; nothing is sent but the question.",
            self,
            wordWrap=True,
        )
        theme.mark(words, role="muted")
        self._address = named(QLineEdit(_USUAL, self), "server_address", "Address of the server")
        self._notice = named(QLabel(self, wordWrap=True), "server_notice")
        theme.mark(self._notice, role="caption")
        buttons, self._go = dialog_buttons(self, "Bring in")
        buttons.accepted.connect(self._accept)
        self._address.textChanged.connect(self._show_state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        for widget in (words, self._address, self._notice, buttons):
            layout.addWidget(widget)
        self._show_state()
        self._address.setFocus()
        self._address.selectAll()

    def _show_state(self) -> None:
        is_address = _is_address(self._address.text().strip())
        self._go.setEnabled(is_address)
        self._notice.setText("" if is_address else "An address begins with http:// or https:// and names a machine.")

    def _accept(self) -> None:
        self.chosen.emit(self._address.text().strip())
        self.accept()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False
