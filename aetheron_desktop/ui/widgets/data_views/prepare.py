"""Prepare: the steps over the table, what each changes before anything is made, and the dataset that is made."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.preparing.answers import NamedKind, StepEffect, StepProblem
from aetheron_desktop.engine.datasets.steps import sentence
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.data_views import DataView
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.prepare.examples import ExampleRows
from aetheron_desktop.ui.widgets.prepare.kinds import KINDS, kind_of
from aetheron_desktop.ui.widgets.prepare.preparation import KIND_OF_TYPE, Preparation
from aetheron_desktop.ui.widgets.prepare.step_form import StepForm
from aetheron_desktop.ui.widgets.prepare.step_list import StepLine, StepList
from aetheron_desktop.ui.widgets.prepare.steps_menu import StepsMenu

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.steps import Step
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.prepare.kinds import StepKind

_LIST: Final = 300


class PrepareView(DataView):
    """The steps at the left; at the right the form of one, or what it changes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "prepare_view", "Prepare")
        self._session = session
        self.preparation = Preparation(session, self)
        self._form: StepForm | None = None
        self._form_steps: tuple[Step, ...] = ()
        self._place = 0
        self._list = StepList(self)
        self._undo = self._tool("prepare_undo", "restore", "Undo", "Ctrl+Z")
        self._redo = self._tool("prepare_redo", "refresh", "Redo", "Ctrl+Shift+Z")
        self._add = pictured(named(QPushButton("Add step", self), "prepare_add", "Add a step"), "plus", "muted")
        self._add.setMenu(self._add_menu())
        self._edit = self._tool("prepare_edit", "rename", "Edit the step", "Enter")
        self._up = self._tool("prepare_up", "chevron-up", "Move the step up", "Alt+Up")
        self._down = self._tool("prepare_down", "chevron-down", "Move the step down", "Alt+Down")
        self._remove = self._tool("prepare_remove", "trash", "Remove the step", "Del")
        self._more = self._tool("prepare_more", "more", "More", "")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.steps_menu = StepsMenu(session, self.preparation, self)
        self._more.setMenu(self.steps_menu)
        self._make = pictured(
            named(QPushButton("Make dataset…", self), "prepare_make", "Make a new dataset by the steps"),
            "play",
            "accent.on",
        )
        theme.mark(self._make, role="primary")
        self._sentence = named(QLabel(self, wordWrap=True), "effect_sentence")
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(self._sentence, role="heading")
        self._words = named(QLabel(self, wordWrap=True), "effect_words", "What the step changes")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._rows = named(QLabel(self), "effect_rows")
        theme.mark(self._rows, role="muted")
        self._examples = ExampleRows(self)
        self._busy = named(QProgressBar(self), "prepare_busy", "It is looked what the steps change")
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(3)
        self._empty = named(Empty("sparkles", self), "prepare_empty")
        self._empty.show_words(
            "No steps yet",
            "Add a step to clean, change or combine the table. Each shows what it would change; the dataset stays as "
            "it is, and a new one is made.",
        )
        self._build()
        self._connect()

    def _tool(self, name: str, picture: str, words: str, keys: str) -> QToolButton:
        tip = f"{words} ({keys})" if keys else words
        return pictured(named(QToolButton(self), name, words, tip), picture, "muted")

    def _build(self) -> None:
        head = QHBoxLayout()
        title = QLabel("Steps", self)
        theme.mark(title, role="strong")
        head.addWidget(title, 1)
        for widget in (self._undo, self._redo, self._add):
            head.addWidget(widget)
        tools = QHBoxLayout()
        tools.setSpacing(2)
        for widget in (self._edit, self._up, self._down, self._remove, self._more):
            tools.addWidget(widget)
        tools.addStretch(1)
        tools.addWidget(self._make)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(head)
        column.addWidget(self._busy)
        column.addWidget(self._list, 1)
        column.addLayout(tools)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._build_detail())
        split = named(QSplitter(Qt.Orientation.Horizontal, self), "prepare_split")
        split.addWidget(left)
        split.addWidget(self._stack)
        split.setStretchFactor(1, 1)
        split.setSizes([_LIST, 2 * _LIST])
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.WIDE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def _build_detail(self) -> QScrollArea:
        inside = QWidget(self)
        theme.mark(inside, role="scrolled")
        self._detail = QVBoxLayout(inside)
        self._detail.setContentsMargins(0, 0, theme.GAP, theme.WIDE)
        self._detail.setSpacing(theme.GAP)
        for widget in (self._sentence, self._words, self._rows, self._examples):
            self._detail.addWidget(widget)
        self._detail.addStretch(1)
        scroll = named(QScrollArea(self, widgetResizable=True), "effect_scroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        return scroll

    def _add_menu(self) -> QMenu:
        menu = named(QMenu(self), "prepare_add_menu", "Kinds of steps")
        section = ""
        for kind in KINDS:
            if section and kind.section != section:
                menu.addSeparator()
            section = kind.section
            action = menu.addAction(icon(kind.picture, "muted"), kind.title)
            action.setObjectName(f"add_{kind.tag}")
            action.setToolTip(kind.words)
            action.triggered.connect(partial(self._begin, kind))
        menu.setToolTipsVisible(True)
        return menu

    def _connect(self) -> None:
        self.preparation.changed.connect(self._show)
        self.preparation.previewed.connect(self._show_effect)
        self._undo.clicked.connect(self.preparation.undo)
        self._redo.clicked.connect(self.preparation.redo)
        self._list.chosen.connect(self._on_chosen)
        self._list.edit_wanted.connect(self._begin_edit)
        self._list.remove_wanted.connect(self._on_remove)
        self._list.moved.connect(self._on_moved)
        self._edit.clicked.connect(lambda: self._begin_edit(self._place))
        self._remove.clicked.connect(lambda: self._on_remove(self._place))
        self._up.clicked.connect(lambda: self._on_moved(self._place, self._place - 1))
        self._down.clicked.connect(lambda: self._on_moved(self._place, self._place + 1))
        self._make.clicked.connect(self._ask_name)
        for keys, act in (("Ctrl+Z", self.preparation.undo), ("Ctrl+Shift+Z", self.preparation.redo)):
            short = QShortcut(QKeySequence(keys), self, act)
            short.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def show_dataset(self, dataset: Dataset | None) -> None:
        self._close_form()
        self._place = 0
        self.preparation.show_dataset(dataset)
        if dataset is None:
            self._show()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        steps, journaled = self.preparation.steps, self.preparation.journaled
        if steps != self._form_steps:
            self._close_form()  # what it was made for has changed: undone, or by another window
        self._place = max(0, min(self._place, len(steps) - 1))
        self._list.show_steps([self._line(place, step) for place, step in enumerate(steps)], self._place)
        self._busy.setVisible(self.preparation.is_asking)
        for button, words, what in ((self._undo, journaled.undo, "Undo"), (self._redo, journaled.redo, "Redo")):
            button.setEnabled(words is not None)
            keys = "Ctrl+Z" if what == "Undo" else "Ctrl+Shift+Z"
            button.setToolTip(f"{what}: {words} ({keys})" if words else f"Nothing to {what.lower()}")
        for button in (self._edit, self._remove):
            button.setEnabled(bool(steps))
        self._up.setEnabled(self._place > 0)
        self._down.setEnabled(self._place < len(steps) - 1)
        fits = not any(isinstance(effect, StepProblem) for effect in self.preparation.effects.values())
        self._make.setEnabled(bool(steps) and fits)
        self._show_effect()

    def _line(self, place: int, step: Step) -> StepLine:
        effect = self.preparation.effects.get(place)
        picture = kind_of(msgspec.to_builtins(step)["do"]).picture
        match effect:
            case StepEffect():
                return StepLine(picture, sentence(step), effect.words(), "muted")
            case StepProblem():
                return StepLine("error", sentence(step), effect.detail, "danger")
            case _:
                waits = "…" if self.preparation.is_asking else "not known"
                return StepLine(picture, sentence(step), self.preparation.problem or waits, "faint")

    def _show_effect(self) -> None:
        """Show what the step changes that is written, or otherwise the one that is chosen."""
        if self._form is None and not self.preparation.steps:
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        if self._form is not None:
            effect = self.preparation.preview
            self._sentence.setText("What it would change")
            self._form.show_problem(f"{effect.detail} {effect.hint}" if isinstance(effect, StepProblem) else "")
        else:
            effect = self.preparation.effects.get(self._place)
            self._sentence.setText(sentence(self.preparation.steps[self._place]))
        is_known = isinstance(effect, StepEffect)
        self._rows.setVisible(is_known)
        self._examples.setVisible(is_known)
        if isinstance(effect, StepEffect):
            words = effect.words()
            self._words.setText(words[0].upper() + words[1:])
            theme.mark(self._words, role="strong", tone="")
            self._rows.setText(f"{effect.rows_before:,} rows before, {effect.rows_after:,} after")
            self._examples.show_examples(effect.examples)
        elif isinstance(effect, StepProblem):
            self._words.setText(f"{effect.detail} {effect.hint}" if self._form is None else "")
            theme.mark(self._words, role="strong", tone="danger")
        else:
            self._words.setText(self.preparation.problem or ("" if self._form is not None else "…"))
            theme.mark(self._words, role="muted", tone="")

    # -- changes ------------------------------------------------------------------------------------------------------

    def _on_chosen(self, place: int) -> None:
        if place >= 0 and place != self._place:
            self._close_form()
            self._place = place
            self._show()

    def _on_remove(self, place: int) -> None:
        if self.preparation.steps:
            self._close_form()
            self.preparation.remove(place)

    def _on_moved(self, place: int, to: int) -> None:
        if 0 <= to < len(self.preparation.steps):
            self._close_form()
            self._place = to
            self.preparation.move(place, to)

    def _begin(self, kind: StepKind, _: bool = False) -> None:
        self._open_form(kind, len(self.preparation.steps), None)

    def _begin_edit(self, place: int) -> None:
        if 0 <= place < len(self.preparation.steps):
            step = self.preparation.steps[place]
            self._open_form(kind_of(msgspec.to_builtins(step)["do"]), place, step)

    def _open_form(self, kind: StepKind, place: int, step: Step | None) -> None:
        if self.preparation.dataset is None:
            return
        self._close_form()
        form = StepForm(kind, self._dataset_names(), self._columns_of, is_new=step is None, parent=self)
        form.show_columns(self.preparation.columns(place))
        if step is not None:
            form.fill(step)
        form.edited.connect(partial(self._on_edited, form, place))
        form.accepted.connect(partial(self._on_accepted, form, place, is_new=step is None))
        form.cancelled.connect(self._on_cancelled)
        self._form, self._form_steps = form, self.preparation.steps
        self._detail.insertWidget(0, form)
        self._show_effect()
        form.first_control().setFocus()
        if step is not None:
            self._on_edited(form, place)

    def _on_edited(self, form: StepForm, place: int) -> None:
        try:
            step = form.step()
        except (ValueError, msgspec.ValidationError):
            self.preparation.stop_preview()  # it is said when the step is to be kept
            self._show_effect()
            return
        self.preparation.look_ahead(place, step)

    def _on_accepted(self, form: StepForm, place: int, *, is_new: bool) -> None:
        try:
            step = form.step()
        except (ValueError, msgspec.ValidationError) as error:
            form.show_problem(str(error))
            return
        self._close_form()
        self._place = place
        if is_new:
            self.preparation.add(step)
        else:
            self.preparation.edit(place, step)
            self._show()
        self._list.setFocus()

    def _on_cancelled(self) -> None:
        self._close_form()
        self._show()
        self._list.setFocus()

    def _close_form(self) -> None:
        self.preparation.stop_preview()
        if self._form is not None:
            self._detail.removeWidget(self._form)
            self._form.hide()
            self._form.setParent(None)  # nothing of it is found or pressed any more
            self._form.deleteLater()
            self._form = None

    def _dataset_names(self) -> tuple[str, ...]:
        """Give the other datasets: by name where that tells them apart, otherwise by id."""
        infos = self._session.workspace.datasets()
        names = [info.name for info in infos]
        return tuple(info.name if names.count(info.name) == 1 else info.id for info in infos)

    def _columns_of(self, dataset: str) -> tuple[NamedKind, ...]:
        try:
            columns = self._session.workspace.dataset(dataset).info.schema.columns
        except AetheronError:  # it is gone; the effect says so
            return ()
        return tuple(NamedKind(one.name, KIND_OF_TYPE.get(one.type, "text")) for one in columns)

    # -- the new dataset ----------------------------------------------------------------------------------------------

    def _ask_name(self) -> None:
        dataset = self.preparation.dataset
        if dataset is None:
            return
        dialog = QInputDialog(self)
        named(dialog, "prepare_name", "Name of the new dataset")
        dialog.setWindowTitle("Make dataset")
        dialog.setLabelText("Name of the new dataset:")
        dialog.setTextValue(f"{dataset.info.name} prepared")
        dialog.textValueSelected.connect(self._on_name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_name(self, name: str) -> None:
        if name.strip():
            self.preparation.make(name.strip())
