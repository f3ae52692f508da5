"""The real program with an observer: answers questions about its window on standard output.

Everything that changes the program comes from outside, by mouse, keys and files, as from a person.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from typing import Any


def main() -> int:
    """Start the program with the arguments, and the observer beside it."""
    threading.Thread(target=_answer, name="spy", daemon=True).start()
    from aetheron_desktop import __main__ as program

    return program.main(sys.argv[1:])


def _answer() -> None:
    for line in sys.stdin:
        done: queue.SimpleQueue[str] = queue.SimpleQueue()

        def ask(expression: str = json.loads(line), done: queue.SimpleQueue[str] = done) -> None:
            try:
                answer = {"value": eval(expression, dict(_NAMES))}  # noqa: S307 - the test's own words
            except Exception as error:  # noqa: BLE001 - the test reads it
                answer = {"error": f"{type(error).__name__}: {error}"}
            done.put(json.dumps(answer, default=str))

        _in_gui_thread(ask)
        sys.stdout.write(done.get() + "\n")
        sys.stdout.flush()


def _in_gui_thread(call: Any) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if app is None:
        call()
    else:
        QTimer.singleShot(0, app, call)


def find(name: str) -> Any:
    """Give the visible widget of this object name."""
    from PySide6.QtWidgets import QApplication, QWidget

    for window in QApplication.topLevelWidgets():
        for widget in [window, *window.findChildren(QWidget, name)]:
            if widget.objectName() == name and widget.isVisible():
                return widget
    return None


def where(name: str) -> list[int]:
    """Give the middle of the widget of this name, on the screen."""
    widget = find(name)
    middle = widget.mapToGlobal(widget.rect().center())
    ratio = widget.devicePixelRatio()
    return [int(middle.x() * ratio), int(middle.y() * ratio)]


def window() -> Any:
    """Give the main window, once it is shown."""
    from PySide6.QtWidgets import QApplication, QMainWindow

    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow) and w.isVisible()), None)


def top() -> int:
    """Give the X window that has the keyboard: the open dialog, or the main window."""
    from PySide6.QtWidgets import QApplication

    widget = QApplication.activeModalWidget() or window()
    return int(widget.window().winId())


def texts(kind: str = "QLabel") -> list[str]:
    """Give what stands on all visible widgets of a kind."""
    from PySide6.QtWidgets import QApplication

    found = []
    for top in QApplication.topLevelWidgets():
        for widget in top.findChildren(__import__("PySide6.QtWidgets", fromlist=[kind]).__dict__[kind]):
            if widget.isVisible() and hasattr(widget, "text"):
                found.append(widget.text())
    return found


def names() -> list[str]:
    """Give the object names of all visible widgets."""
    from PySide6.QtWidgets import QApplication, QWidget

    return sorted({w.objectName() for w in QApplication.allWidgets() if isinstance(w, QWidget) and w.isVisible()})


def cells(name: str) -> list[list[str]]:
    """Give what stands in the item view of this name."""
    model = find(name).model()
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def libraries(*wanted: str) -> list[str]:
    """Give those of the libraries that are loaded."""
    return [name for name in wanted if name in sys.modules]


_NAMES = {
    "find": find,
    "where": where,
    "window": window,
    "texts": texts,
    "top": top,
    "names": names,
    "cells": cells,
    "libraries": libraries,
    "sys": sys,
}


if __name__ == "__main__":
    sys.exit(main())
