"""Whether the key of a model's signer is trusted from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import LineField, plain_label
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.phrases import shortened
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_GROUP: Final = 4
_GROUPS_IN_LINE: Final = 6
_LONGEST: Final = 80


class TrustDialog(VersionDialog):
    """Shows the fingerprint and asks for a name; ``trusted`` tells both.

    ``signer`` is what the signature claims, ``sentence`` what is to be thought of it, in which the fingerprint is left
    out, since it stands below. The name is not proposed: whoever trusts a key says whose it is.
    """

    trusted = Signal(str, str)

    def __init__(self, signer: str, fingerprint: str, sentence: str, parent: QWidget | None = None) -> None:
        lead = sentence.replace(f" ({fingerprint})", "")
        super().__init__("trust", "Trust a signer", "Trust this key", parent, lead=lead, width=540)
        self._fingerprint = fingerprint
        card = QFrame(self.inside)
        theme.mark(card, role="well")
        shown = named(plain_label(grouped(fingerprint), card, wraps=False), "trust_fingerprint", fingerprint)
        font = theme.monospaced()
        font.setPixelSize(font.pixelSize() + 2)
        shown.setFont(font)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        copy = named(QPushButton("Copy", card), "trust_copy", "Copy the fingerprint")
        copy.setAutoDefault(False)
        pictured(copy, "copy", "muted")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._fingerprint))
        row = QHBoxLayout(card)
        row.setContentsMargins(14, 12, 12, 12)
        row.addWidget(shown, 1)
        row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(card)
        self.body.addWidget(
            plain_label(
                "Compare the fingerprint with the maker of the model, letter by letter, by another way than the one by "
                "which the model came: by telephone, face to face, or on a page of theirs that you know. Whoever has "
                "this key can sign models that open here as trusted.",
                self.inside,
            )
        )
        self._name = self.add_field(
            LineField(
                "trust_name", "Whose key it is", self.inside,
                hint=f"The signature says “{shortened(signer)}”; anybody can write that." if signer else "",
                placeholder="The name that is shown with their models",
                check=self._wrong,
            )
        )  # fmt: skip
        self.finish()

    def ask(self) -> None:
        self.trusted.emit(self._fingerprint, self._name.text)
        self.accept()

    def _wrong(self) -> str:
        name = self._name.text
        if not name:
            return "Write whose key it is."
        if len(name) > _LONGEST:
            return f"It is longer than {_LONGEST} letters."
        return "" if name.isprintable() else "It holds signs that cannot be seen."


def grouped(fingerprint: str) -> str:
    """Give a fingerprint in groups that can be read aloud: its kind, then lines of six groups of four."""
    kind, colon, digits = fingerprint.rpartition(":")
    groups = [digits[place : place + _GROUP] for place in range(0, len(digits), _GROUP)]
    lines = [groups[place : place + _GROUPS_IN_LINE] for place in range(0, len(groups), _GROUPS_IN_LINE)]
    return "\n".join([f"{kind}{colon}"] * bool(kind) + ["  ".join(line) for line in lines])
