"""The places elsewhere that a model is pushed to and pulled from."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.versioning.changes import CloneModel, Pull, Push, SetRemote
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import LineField, NameField, plain_label
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.phrases import shortened
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.registry.model import ModelInfo

ADDRESSES: Final = "A folder, ssh://user@host/path or https://host/path. A password never stands in it."
_FIRST: Final = "origin"
_LONGEST_NAME: Final = 200


class RemotesDialog(VersionDialog):
    """Tells :class:`SetRemote`, :class:`Push` and :class:`Pull`, and stays open.

    Its owner says how each went: :meth:`show_busy`, then :meth:`show_done` or :meth:`show_error`; and shows the remotes
    by :meth:`show_remotes` once they have changed. ``stop_wanted`` asks to stop what goes on.
    """

    stop_wanted = Signal()

    def __init__(self, model: ModelInfo, remotes: Mapping[str, str], parent: QWidget | None = None) -> None:
        lead = (
            "To push sends versions, variations, marks and aliases there; to pull gets what is there and not here. "
            "Nothing of either side is overwritten."
        )
        title = f"Remotes of {shortened(model.name)}"
        super().__init__("remotes", title, "Add", parent, lead=lead, full_title=f"Remotes of {model.name}", width=680)
        self._model = model.id
        self._remotes: dict[str, str] = {}
        self._rows: dict[str, RemoteRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.GAP)
        none = "None is known yet. It is a folder or a server where the model is kept as well."
        self._none = plain_label(none, self.inside, "muted")
        self.body.addLayout(self._list)
        self.body.addWidget(self._none)
        line = QFrame(self.inside)
        theme.mark(line, role="line")
        self.body.addWidget(line)
        self.body.addWidget(plain_label("Add a remote", self.inside, "strong"))
        self._name = self.add_field(NameField("remotes_name", "remote", (), self.inside, placeholder=_FIRST))
        self._address = self.add_field(AddressField("remotes_address", self.inside))
        self._show_way_out("Close")
        self.show_remotes(remotes)
        self.finish()

    def show_remotes(self, remotes: Mapping[str, str]) -> None:
        """Show these, by name."""
        for row in self._rows.values():
            row.setParent(None)
            row.deleteLater()
        self._remotes = dict(sorted(remotes.items()))
        self._rows = {}
        for name, address in self._remotes.items():
            row = self._rows[name] = RemoteRow(name, address, self.inside)
            row.push.clicked.connect(partial(self.wanted.emit, Push(model=self._model, remote=name)))
            row.pull.clicked.connect(partial(self.wanted.emit, Pull(model=self._model, remote=name)))
            row.remove.clicked.connect(partial(self.wanted.emit, SetRemote(model=self._model, name=name, url="")))
            self._list.addWidget(row)
        buttons = [key for row in self._rows.values() for key in (row.push, row.pull, row.remove)]
        keys: list[QWidget] = [*buttons, self._name.edit, self._address.edit, self.cancel, self.go]
        for before, after in pairwise(keys):
            QWidget.setTabOrder(before, after)
        self._none.setVisible(not self._rows)
        self._name.known = frozenset(self._remotes)
        self._name.edit.setPlaceholderText("Such as backup" if _FIRST in self._remotes else f"Such as {_FIRST}")

    def show_busy(self, words: str) -> None:
        super().show_busy(words)
        for row in self._rows.values():
            row.setEnabled(False)
        self._show_way_out("Stop")

    def reject(self) -> None:
        """Close; while something is sent or got, ask to stop that instead."""
        if self.cancel.text() == "Stop":
            self.stop_wanted.emit()
        else:
            super().reject()

    def _show_way_out(self, words: str) -> None:
        self.cancel.setText(words)
        self.cancel.setAccessibleName(words)

    def show_ready(self) -> None:
        self._show_way_out("Close")
        for row in self._rows.values():
            row.setEnabled(True)
        super().show_ready()

    def show_done(self, words: str, notes: tuple[str, ...] = ()) -> None:
        """Say what was done."""
        self.show_ready()
        self.say(words, "\n".join(notes), "", "success")

    def ask(self) -> None:
        change = SetRemote(model=self._model, name=self._name.label, url=self._address.text)
        self._name.edit.clear()
        self._address.edit.clear()
        self._name.refuse("")
        self._address.refuse("")
        self.wanted.emit(change)


class RemoteRow(QFrame):
    """One place: its name, its address, and what can be done with it."""

    def __init__(self, name: str, address: str, parent: QWidget) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        title = ElidedLabel(self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setText(name)
        title.setToolTip(plain_tip(name))
        theme.mark(title, role="strong")
        where = ElidedLabel(self)
        where.setTextFormat(Qt.TextFormat.PlainText)
        where.setText(address)
        where.setToolTip(plain_tip(address))
        theme.mark(where, role="caption")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(where)
        short = shortened(name, 40)
        self.push = named(QPushButton("Push", self), f"remotes_push_{name}", f"Push to {short}")
        self.pull = named(QPushButton("Pull", self), f"remotes_pull_{name}", f"Pull from {short}")
        self.remove = named(QPushButton("Remove", self), f"remotes_remove_{name}", f"Remove {short}")
        theme.mark(self.remove, role="ghost")
        pictured(self.push, "upload")
        pictured(self.pull, "download")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 10)
        layout.setSpacing(theme.GAP)
        layout.addLayout(words, 1)
        for button in (self.push, self.pull, self.remove):
            button.setAutoDefault(False)
            layout.addWidget(button)


class CloneDialog(VersionDialog):
    """Asks for the address, and if the person likes for a name; tells :class:`CloneModel`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        lead = "Gets a model with all its versions from where it was pushed. It is looked at before it is kept."
        super().__init__("clone", "Get a model", "Get it", parent, lead=lead, width=560)
        self._address = self.add_field(AddressField("clone_address", self.inside))
        self._name = self.add_field(
            LineField(
                "clone_name", "Name here (optional)", self.inside, placeholder="As it is called there",
                check=lambda: _name_trouble(self._name.text),
            )
        )  # fmt: skip
        self.finish()

    def ask(self) -> None:
        self.tell(CloneModel(url=self._address.text, name=self._name.text))


class AddressField(LineField):
    """Where something is: a folder, or a place behind SSH or HTTPS."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, "Address", parent, hint=ADDRESSES, placeholder="https://…", check=self._wrong)

    def _wrong(self) -> str:
        if not self.text:
            return "Write where it is."
        # Imported when something is typed: it brings what the standard library knows of the web.
        from aetheron_desktop.engine.registry.remotes.remote_address import address_of

        try:
            address_of(self.text)
        except AetheronError as error:
            return f"{error.detail} {error.hint}"
        return ""

    def _on_text(self) -> None:
        # An address is wrong until it is written to its end.
        if self.is_refused:
            self.is_right()


def _name_trouble(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        return f"It is longer than {_LONGEST_NAME} letters."
    return "" if name.isprintable() else "It holds signs that cannot be seen."
