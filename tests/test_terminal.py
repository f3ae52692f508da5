"""What the command line prints of strangers' words, of times that no calendar has, and of columns to leave out."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.cli.columns import excluded, warn
from aetheron_desktop.cli.terminal import Terminal, moment, plain
from aetheron_desktop.engine.datasets.checks.finding import Decision
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.events import MessageLogged
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.workspace import Workspace
from tests.tables import made_dataset, made_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORDER = "\x1b]0;title\x07\x9b2Jred\r\x7f"
IGNORED = ("leakage:the answer", "infinite:size")
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


def test_that_columns_are_left_out_by_their_names_and_by_patterns(tmp_path: Path) -> None:
    table = made_table().rename(columns={"size": "id_a", "count": "id_b", "fresh": "odd*"})
    schema = made_dataset(tmp_path, table).info.schema
    assert excluded(schema, ["id_*", "seen"]) == {"id_a", "id_b", "seen"}
    assert excluded(schema, ["odd*"]) == {"odd*"}
    assert excluded(schema, []) == set()
    for unknown in ("nothing", "ID_*"):
        with pytest.raises(UsageError, match="no column"):
            excluded(schema, [unknown])


def test_that_columns_that_give_the_target_away_are_said_before_a_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = made_table().assign(size=lambda made: np.where(made.index % 9 == 0, np.inf, made["size"]))
    table["the answer"] = np.where(table["sold"] == table["sold"].iloc[0], "x", "z")
    dataset = made_dataset(tmp_path / "dataset", table, {"sold": "category", "the answer": "category"})
    asked = plan(
        dataset.info, target="sold", estimators=["tree"], features=("size", "the answer"),
        new_id=lambda: "run-1",
    )[0]  # fmt: skip
    with closing(Workspace.open(tmp_path / "workspace")) as workspace:
        terminal = Terminal(json=False)
        warn(workspace, terminal, dataset, asked)
        said = " ".join(capsys.readouterr().err.split())
        assert said.startswith("“the answer” alone gives away “sold”. Leave it out if it is known only after")
        assert "“size” holds infinite values. They count as missing." in said
        assert said.endswith("To leave them out: --exclude 'the answer' --exclude size")
        for text, is_said in (("Suspicious: “the answer” nearly tells.", False), ("“seen” is odd.", True)):
            event = MessageLogged(job="run-1", level="warning", text=text)
            terminal.hear(event, b"")
            assert (text in capsys.readouterr().err) == is_said
        ignored = [Decision(finding=id_, headline="", action="ignored", reason="known") for id_ in IGNORED]
        known = plan(
            dataset.info, target="sold", estimators=["tree"], features=("size", "the answer"),
            decisions=ignored, new_id=lambda: "run-1",
        )[0]  # fmt: skip
        warn(workspace, terminal, dataset, known)
        assert capsys.readouterr().err == ""
