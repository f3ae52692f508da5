"""Reading or writing a file beside the window's thread."""

from __future__ import annotations

import contextlib
import itertools
from functools import cache
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QThreadPool, Signal

from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Callable


class Errand(QObject):
    """Calls ``work`` in another thread, then emits either ``done`` with what it gave or ``failed`` with its error.

    ``work`` must not touch a widget. Any error but an :class:`AetheronError` is a bug and reaches the program's hook.
    An errand whose parent has been deleted meanwhile says nothing.
    """

    done = Signal(object)
    failed = Signal(object)  # AetheronError
    broken = Signal(object)  # None: an error that nobody expected has reached the program's hook

    def __init__(self, work: Callable[[], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work

    def start(self) -> None:
        """Begin; the answer comes through the event loop to who has connected before."""
        # Last of all connections: the errand must not be gone before its answer is on the way to the others.
        self.done.connect(self.deleteLater)
        self.failed.connect(self.deleteLater)
        self.broken.connect(self.deleteLater)
        _desk().send(self, self._work)


class _Desk(QObject):
    """Where the answers of all errands arrive; it lives as long as the program.

    A thread must not emit a signal of an object that another thread may be deleting: Qt may crash or hang then. So no
    thread holds an errand: it knows a number and the work, and tells the answer to the desk, which is always there.
    """

    answered = Signal(int, str, object)  # the errand's number, which of its signals, and with what

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[Errand, Callable[[], Any]]] = {}
        self.answered.connect(self._hand_over)

    def send(self, errand: Errand, work: Callable[[], Any]) -> None:
        number = next(self._numbers)
        self._waiting[number] = errand, work
        QThreadPool.globalInstance().start(lambda: self._run(number))

    def _run(self, number: int) -> None:
        signal, value = "", None
        try:
            # The desk keeps the work: what it holds may be a widget, and is let go of in the window's thread.
            signal, value = "done", self._waiting[number][1]()
        except AetheronError as error:
            signal, value = "failed", error
        finally:
            with contextlib.suppress(RuntimeError):  # the program has ended meanwhile, and the desk with it
                self.answered.emit(number, signal, value)

    def _hand_over(self, number: int, signal: str, value: object) -> None:
        errand, _ = self._waiting.pop(number)
        if shiboken6.isValid(errand):  # else the widget that wanted to know has been closed meanwhile
            getattr(errand, signal or "broken").emit(value)


@cache
def _desk() -> _Desk:
    return _Desk()
