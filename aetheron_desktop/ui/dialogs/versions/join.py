"""A model that was trained by itself, made the newest version of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.versioning.changes import JoinModel
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import Field, MessageField
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.phrases import shortened
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.registry.model import ModelInfo

_HEIGHT = 176


class JoinDialog(VersionDialog):
    """Asks of which model and why; those of ``models`` that predict the same are offered; tells :class:`JoinModel`."""

    def __init__(self, model: ModelInfo, models: Sequence[ModelInfo], parent: QWidget | None = None) -> None:
        lead = (
            f"“{shortened(model.name)}” becomes the newest version of the model that you choose. By itself it goes to "
            "the bin, from where it can be brought back."
        )
        title = "Make it a version of another model"
        super().__init__(
            "join", title, "Make it a version", parent, lead=lead, full_title=f"{title}: {model.name}", width=580
        )
        self._model = model.id
        self._list = named(QListWidget(self.inside), "join_models")
        self._list.setFixedHeight(_HEIGHT)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.mark(self._list, role="framed")
        for other in models:
            if _fits(model, other):
                self._offer(other)
        self._field = self.add_field(
            Field(f"Models that predict {shortened(model.target, 40)}", self._list, self.inside, check=self._wrong)
        )
        self._message = self.add_field(
            MessageField("join_message", "Why", self.inside, required="Write in a few words what is new in it.")
        )
        self._list.itemSelectionChanged.connect(lambda: self._field.refuse(""))
        self._list.itemActivated.connect(self._message.focus)
        if not self._list.count():
            self._show_none(model)
        if self._list.count() == 1:
            self._list.setCurrentRow(0)
        self.finish()
        if not self._list.count():
            self.cancel.setFocus()

    def ask(self) -> None:
        into = self._list.selectedItems()[0].data(Qt.ItemDataRole.UserRole)
        self.tell(JoinModel(model=self._model, into=into, message=self._message.text))

    def _offer(self, other: ModelInfo) -> None:
        main = main_metric(other.task)
        count = "one version" if other.versions == 1 else f"{other.versions:,} versions"
        value = other.metrics.get(main.name)
        score = "not measured" if value is None else f"{main.label} {number(value)}"
        # Elided in the middle, so that a long name leaves room for what tells it from others.
        item = QListWidgetItem(f"{shortened(other.name, 34)}   ·   {count}, {score}", self._list)
        item.setIcon(icon("model", "muted"))
        item.setToolTip(plain_tip(other.name))
        item.setData(Qt.ItemDataRole.UserRole, other.id)

    def _show_none(self, model: ModelInfo) -> None:
        empty = named(Empty("models", self.inside), "join_empty")
        empty.setMinimumHeight(_HEIGHT)
        empty.show_words(
            "No other model predicts the same",
            f"Versions of one model have one target and one kind of task; this predicts {shortened(model.target)}.",
        )
        self.body.addWidget(empty)
        self._field.hide()
        self._message.hide()
        self.go.setEnabled(False)

    def _wrong(self) -> str:
        return "" if self._list.selectedItems() else "Choose a model."


def _fits(model: ModelInfo, other: ModelInfo) -> bool:
    is_same = (other.task, other.target) == (model.task, model.target)
    return is_same and other.id != model.id and other.binned is None
