"""What the command line prints of strangers' words, and of times that no calendar has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.cli.terminal import Terminal, moment, plain
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = "\x1b]0;title\x07\x9b2Jred\r\x7f"
WAYS: list[Callable[[Terminal], None]] = [
    lambda terminal: terminal.say(ORDER),
    lambda terminal: terminal.table(("name",), [(ORDER,)], empty=""),
    lambda terminal: terminal.trouble(ORDER, ORDER, ORDER),
    lambda terminal: terminal.failure(UsageError(ORDER, hint=ORDER)),
]


@pytest.mark.parametrize("way", WAYS)
def test_that_no_words_give_orders_to_the_terminal(
    way: Callable[[Terminal], None], capsys: pytest.CaptureFixture[str]
) -> None:
    way(Terminal(json=False))
    printed = "".join(capsys.readouterr())
    assert "red" in printed
    assert not set(printed) & set("\x1b\x07\x9b\r\x7f")


@given(st.text())
def test_that_lines_and_tabulators_stay(text: str) -> None:
    shown = plain(f"a\tb\n{text}")
    assert shown.startswith("a\tb\n")
    assert len(shown) == len(text) + 4
    assert all(ord(letter) >= 32 or letter in "\t\n" for letter in shown)


@pytest.mark.parametrize("at", [1e300, -1e300, 1e18, float("inf"), float("nan")])
def test_that_a_time_that_no_calendar_has_is_a_dash(at: float) -> None:
    assert moment(at) == "–"
