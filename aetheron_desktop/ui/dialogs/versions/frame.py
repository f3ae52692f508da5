"""What all dialogs about versions have: a heading, fields that scroll where there is no room, and a row of buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import Field, plain_label
from aetheron_desktop.ui.dialogs.versions.phrases import on_button
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.problem_card import ProblemCard

if TYPE_CHECKING:
    from typing import Literal

    from aetheron_desktop.engine.versioning.changes import Change

_Field = TypeVar("_Field", bound=Field)
_AROUND: Final = 48
"""What is left free between a dialog and the edges of the screen, its title bar among them."""
_LEAST_BODY: Final = 96
_BAR: Final = 12


class _Body(QScrollArea):
    """As high as what is in it, if there is room; otherwise it scrolls."""

    wishes_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.width_to_be = 0
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inner = inner = QWidget(self)
        theme.mark(inner, role="scrolled")
        self.rows = QVBoxLayout(inner)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(theme.WIDE)
        self.setWidget(inner)
        inner.installEventFilter(self)

    def sizeHint(self) -> QSize:
        inner = self.inner
        width = self.width_to_be or inner.sizeHint().width()
        height = inner.heightForWidth(width) if inner.hasHeightForWidth() else inner.sizeHint().height()
        return QSize(width, max(height, inner.minimumSizeHint().height()))

    def minimumSizeHint(self) -> QSize:
        inner = self.inner.minimumSizeHint()
        return QSize(inner.width() + _BAR, min(_LEAST_BODY, inner.height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # While it is taken apart, events still come, and its attributes are gone.
        if watched is getattr(self, "inner", None) and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self.wishes_changed.emit()
        return super().eventFilter(watched, event)


class VersionDialog(QDialog):
    """``wanted`` tells what is to be done; the dialog goes with it, or stays until it is told how that went.

    ``name`` begins the names of its controls: ``{name}_dialog``, ``{name}_go``, ``{name}_cancel``. It deletes itself
    when it is closed.
    """

    wanted = Signal(object)  # Change

    def __init__(
        self,
        name: str,
        title: str,
        verb: str,
        parent: QWidget | None = None,
        *,
        lead: str = "",
        full_title: str = "",
        width: int = 520,
        height: int = 0,
    ) -> None:
        super().__init__(parent)
        named(self, f"{name}_dialog", full_title or title)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fields: list[Field] = []
        self._wished = QSize(width, height)
        self._fitted = QSize()
        self._is_sized = False
        self._left = ""
        self._sought: QWidget | None = None
        self._scroll = QTimer(self, interval=0, singleShot=True)
        self._scroll.timeout.connect(self._on_scroll)
        heading = plain_label(title, self, "heading")
        heading.setToolTip(plain_tip(full_title) if full_title else "")
        self._body = named(_Body(self), f"{name}_body")
        self.body = self._body.rows
        self.lead = named(plain_label(lead, self._body.inner, "muted"), f"{name}_lead")
        self.lead.setVisible(bool(lead))
        self.body.addWidget(self.lead)
        self.problem = named(ProblemCard(self._body.inner), f"{name}_problem")
        self.go = named(QPushButton(on_button(verb), self), f"{name}_go", verb)
        self.go.setDefault(True)
        theme.mark(self.go, role="primary")
        self.go.clicked.connect(self._on_go)
        self.cancel = named(QPushButton("Cancel", self), f"{name}_cancel", "Cancel")
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(theme.GAP)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.go)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, 20, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP + 4)
        layout.addWidget(heading)
        layout.addWidget(self._body, 1)
        layout.addLayout(self.buttons)
        # Later, when all that is in it knows its own size again.
        self._body.wishes_changed.connect(self._fit, Qt.ConnectionType.QueuedConnection)

    # -- what it is made of -------------------------------------------------------------------------------------------

    @property
    def inside(self) -> QWidget:
        """The parent of what is put into :attr:`body`."""
        return self._body.inner

    def add_field(self, field: _Field) -> _Field:
        """Put a field below the others; the primary button looks at it first."""
        self._fields.append(field)
        field.submitted.connect(self.go.click)
        self.body.addWidget(field)
        return field

    def finish(self) -> None:
        """Put what is said of failures below all that was added, and the keys in order; called once, at the end."""
        self.body.addWidget(self.problem)
        self.body.addStretch(0)
        QWidget.setTabOrder(self.cancel, self.go)
        first = next((field for field in self._fields if not field.isHidden()), None)
        if first is not None:
            first.focus()

    # -- what happens -------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Tell what is wanted; called when all fields are right."""
        raise NotImplementedError

    def tell(self, change: Change) -> None:
        """Tell ``change`` and close."""
        self.wanted.emit(change)
        self.accept()

    def show_busy(self, words: str) -> None:
        """Say that it is being done; nothing can be changed meanwhile."""
        focused = self.focusWidget()
        self._left = focused.objectName() if focused is not None and self.go.isEnabled() else self._left
        self.go.setEnabled(False)
        for field in self._fields:
            field.setEnabled(False)
        self.say(words, "", "", "info")

    def show_ready(self) -> None:
        """Let things be changed again."""
        self.go.setEnabled(True)
        for field in self._fields:
            field.setEnabled(True)
        self.problem.show_words("", "", "")
        left = self.findChild(QWidget, self._left) if self._left else None
        if left is not None:
            left.setFocus()

    def show_error(self, title: str, detail: str, hint: str) -> None:
        """Say why it was not done; it can be asked for again."""
        self.show_ready()
        self.say(title, detail, hint, "danger")

    def say(self, title: str, detail: str, hint: str, tone: Literal["danger", "warning", "success", "info"]) -> None:
        """Show a card with these words, where it can be seen."""
        self.problem.show_words(title, detail, hint, tone)
        self.show_part(self.problem)

    def show_part(self, part: QWidget) -> None:
        """Scroll to a part of it, once all has its place."""
        self._sought = part
        self._scroll.start()

    def _on_scroll(self) -> None:
        if self._sought is not None:
            self._body.ensureWidgetVisible(self._sought, 0, theme.GAP)
        self._sought = None

    def _on_go(self) -> None:
        wrong = [field for field in self._fields if not field.isHidden() and not field.is_right()]
        if wrong:
            wrong[0].focus()
            self.show_part(wrong[0])
        else:
            self.ask()

    # -- its size -----------------------------------------------------------------------------------------------------

    def setVisible(self, visible: bool) -> None:
        if visible and not self.isVisible():
            self._fit()
        super().setVisible(visible)

    def _fit(self) -> None:
        """Be as high as what is in it, as long as nobody has chosen another height and the screen is large enough."""
        layout, room = self._layout, _room(self if self.isVisible() else self.parentWidget() or self)
        margins = layout.contentsMargins()
        least = layout.totalMinimumSize()
        self._is_sized |= self.isVisible() and self.size() != self._fitted
        width = min(max(self._wished.width(), least.width()), room.width() - _AROUND)
        if self._is_sized:
            width = self.width()
        self._body.width_to_be = width - margins.left() - margins.right()
        self._body.updateGeometry()
        layout.invalidate()
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        height = max(least.height(), min(max(height, self._wished.height()), room.height() - _AROUND))
        if self._is_sized:
            height = max(height, self.height())
        self._fitted = QSize(width, height)
        self.resize(self._fitted)
        beyond = self.frameGeometry().bottom() - room.bottom()
        if self.isVisible() and beyond > 0:
            self.move(self.x(), max(room.top(), self.y() - beyond))


def _room(widget: QWidget) -> QRect:
    """Give what can be used of the screen that ``widget`` is on."""
    # Not QWidget.screen(): PySide deletes what that gives with the widget, and Qt goes on using the screen.
    place = widget.window().frameGeometry().center()
    screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
    return screen.availableGeometry()
