"""Reading or writing a file beside the window's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThreadPool, Signal

from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Callable


class Errand(QObject):
    """Calls ``work`` in another thread, then emits either ``done`` with what it gave or ``failed`` with its error.

    ``work`` must not touch a widget. Any error but an :class:`AetheronError` is a bug and reaches the program's hook.
    """

    done = Signal(object)
    failed = Signal(object)  # AetheronError

    def __init__(self, work: Callable[[], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work

    def start(self) -> None:
        """Begin; the answer comes through the event loop to who has connected before."""
        # Last of all connections: the errand must not be gone before its answer is on the way to the others.
        self.done.connect(self.deleteLater)
        self.failed.connect(self.deleteLater)
        QThreadPool.globalInstance().start(self._run)

    def _run(self) -> None:
        try:
            result = self._work()
        except AetheronError as error:
            self._tell(self.failed, error)
            return
        self._tell(self.done, result)

    def _tell(self, signal: Any, value: object) -> None:
        try:
            signal.emit(value)
        except RuntimeError:  # the widget that wanted to know has been closed meanwhile
            return
