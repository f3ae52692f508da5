"""The Analyze tab in tests: opened and drawn, its cards and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QAbstractButton, QLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.ui.tabs.analyze import AnalyzeTab

Kind = TypeVar("Kind")


def opened(qtbot: QtBot, tab: AnalyzeTab, run: str = "") -> None:
    """Show the tab, and wait until all of it is drawn."""
    tab.show()
    if run:
        tab.show_run(run)
    qtbot.waitUntil(lambda: is_drawn(tab))


def is_drawn(tab: AnalyzeTab) -> bool:
    """Say whether all of it is drawn."""
    board = tab.board
    return (
        tab.analysis.evidence is not None and board is not None and all(card.figure is not None for card in board.cards)
    )


def board_card(tab: AnalyzeTab, kind: type[Kind]) -> Kind:
    """Give the card of exactly this kind."""
    assert tab.board is not None
    found = next(one for one in tab.board.cards if type(one) is kind)
    assert isinstance(found, kind)
    return found


def label(tab: AnalyzeTab, name: str) -> str:
    """Give what a label says."""
    found = tab.findChild(QLabel, name)
    assert isinstance(found, QLabel)
    return found.text()


def press(tab: AnalyzeTab, name: str) -> None:
    """Press a button, which can be pressed."""
    button = tab.findChild(QAbstractButton, name)
    assert isinstance(button, QAbstractButton)
    assert button.isEnabled()
    button.click()
