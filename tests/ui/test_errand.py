"""Work beside the window's thread, and where garbage is looked for."""

import gc
import sys
import threading
import weakref
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.ui.collector import Collector, collect_due
from aetheron_desktop.ui.errand import Errand


class Held:
    """Something that tells in which thread it goes."""

    def __init__(self, gone: Callable[[int], None]) -> None:
        weakref.finalize(self, lambda: gone(threading.get_ident()))


def test_that_the_answer_comes_in_the_windows_thread_and_the_work_is_done_in_another(qtbot: QtBot) -> None:
    told: list[tuple[int, int]] = []
    errand = Errand(threading.get_ident)
    # Directly: in the thread that emits, which must not be another one than that which may delete the errand.
    direct = Qt.ConnectionType.DirectConnection
    errand.done.connect(lambda worker: told.append((worker, threading.get_ident())), direct)
    with qtbot.waitSignal(errand.destroyed):
        errand.start()
    assert len(told) == 1
    assert told[0][0] != told[0][1] == threading.get_ident()


def test_that_an_error_in_words_is_told_as_one(qtbot: QtBot) -> None:
    def fail() -> None:
        raise StorageError("The disk is full.")

    errand = Errand(fail)
    answers: list[object] = []
    errand.done.connect(answers.append)
    with qtbot.waitSignal(errand.failed) as failed:
        errand.start()
    assert isinstance(failed.args[0], StorageError)
    assert not answers


def test_that_a_bug_reaches_the_programs_hook(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: heard.append(kind))
    errand = Errand(lambda: 1 // 0)
    answers: list[object] = []
    errand.done.connect(answers.append)
    errand.failed.connect(answers.append)
    errand.start()
    qtbot.waitUntil(lambda: heard == [ZeroDivisionError])
    assert not answers


def test_that_widgets_may_be_deleted_while_their_errands_are_on_the_way(qtbot: QtBot) -> None:
    answered: list[int] = []
    kept: list[QObject] = []
    for round_ in range(300):
        parent = QObject()
        for _ in range(4):
            errand = Errand(lambda: [{} for _ in range(200)], parent)
            errand.done.connect(lambda _, round_=round_: answered.append(round_))
            errand.start()
        if round_ % 2:
            parent.deleteLater()
        else:
            kept.append(parent)
        qtbot.wait(0)
    qtbot.waitUntil(lambda: sum(1 for round_ in answered if round_ % 2 == 0) == 4 * len(kept))


def test_that_what_the_work_holds_goes_in_the_windows_thread(qtbot: QtBot) -> None:
    went: list[int] = []
    held = Held(went.append)
    errand = Errand(lambda held=held: None)
    del held
    with qtbot.waitSignal(errand.destroyed):
        errand.start()
    del errand
    collect_due()
    gc.collect()
    assert went == [threading.get_ident()]


def test_that_garbage_is_looked_for_in_the_windows_thread_alone(qtbot: QtBot) -> None:
    went: list[int] = []
    owner = QWidget()
    qtbot.addWidget(owner)
    collector = Collector(owner)
    collector.start()
    try:
        held = Held(went.append)
        cycle: list[object] = [held]
        cycle.append(cycle)
        del cycle, held
        # Far more than what begins a search where Python makes it by itself.
        thread = threading.Thread(target=lambda: [[[]] for _ in range(50_000)])
        thread.start()
        thread.join()
        assert not went
        kept = [[] for _ in range(gc.get_threshold()[0] + 1)]
        collector._timer.timeout.emit()
        assert went == [threading.get_ident()]
        assert kept
    finally:
        gc.unfreeze()
