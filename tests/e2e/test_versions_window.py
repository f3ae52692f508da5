"""Versions of a model, end to end, in the real window: trained, promoted, changed, held against each other, kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.program import ROOT, Program, xdotool

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="driven by xdotool on a virtual screen"),
]
POPUP = "__import__('PySide6.QtWidgets').QtWidgets.QApplication.activePopupWidget()"
TABLE = ROOT / "data" / "breast-cancer.csv"


def numbers(program: Program) -> list[int]:
    """Give the numbers of the versions that the history shows, newest first."""
    model = "find('history_versions').model()"
    found: list[int] = program.ask(f"[{model}.row(place).version.number for place in range({model}.rowCount())]")
    return found


def aliases(program: Program, model: str) -> dict[str, str]:
    found: dict[str, str] = program.ask(f"dict(window().session.workspace.shelf.labels({model!r}).aliases)")
    return found


def click_row(program: Program, name: str, row: int, *keys: str, column: int = 0) -> None:
    """Click a row of an item view, with keys held."""
    view = f"find({name!r})"
    place = f"{view}.viewport().mapToGlobal({view}.visualRect({view}.model().index({row}, {column})).center())"
    x, y = program.ask(f"(lambda at: [at.x(), at.y()])({place})")
    for key in keys:
        xdotool("keydown", key)
    xdotool("mousemove", str(x), str(y), "click", "1")
    for key in keys:
        xdotool("keyup", key)


def git(repository: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=repository, check=True, capture_output=True, text=True).stdout


def train(program: Program) -> str:
    """Train a model, go to it with keys and mouse, and give its id."""
    program.ask(f"window().session.open_file(__import__('pathlib').Path({str(TABLE)!r}))")
    program.wait("window().session.dataset is not None")
    program.ask("window().session.train(['logistic'])")
    program.wait("len(window().session.workspace.models()) == 2")
    program.key("ctrl+3")
    program.wait("find('models') is not None and len(cells('models')) == 2")
    row = [row[0].startswith("Logistic") for row in program.ask("cells('models')")].index(True)
    click_row(program, "models", row)
    program.wait("find('model_name').text().startswith('Logistic') and find('model_signature') is not None")
    id_: str = program.ask("find('models_tab').chosen()")
    return id_


def promote(program: Program, reason: str) -> None:
    """Make the chosen model's version the champion."""
    program.click("model_promote")
    program.wait("find('promote_reason') is not None")
    program.click("promote_reason")
    program.type(reason)
    program.key("Return")
    program.wait("find('promote_dialog') is None")


def set_threshold(program: Program, threshold: str, why: str) -> None:
    """Set the threshold from the menu of the history."""
    program.click("history_more")
    program.wait(f"{POPUP} is not None")
    xdotool("key", "Down", "Return")
    program.wait("find('threshold_usual') is not None")
    program.key("space")  # it has the keyboard when the dialog opens
    program.wait("find('threshold_number').isEnabled()")
    program.click("threshold_number")
    program.key("ctrl+a")
    program.type(threshold)
    program.click("threshold_message")
    program.type(why)
    program.click("threshold_go")


def test_that_a_model_is_promoted_changed_compared_and_survives_a_kill(tmp_path: Path) -> None:
    reason, why = "The first that we trust", "A missed case costs ten times a false alarm"
    with Program(tmp_path / "workspace", settings=tmp_path / "settings") as program:
        program.ask("window().resize(1400, 900)")
        model = train(program)
        assert numbers(program) == [1]
        promote(program, reason)
        program.wait(f"{reason!r} in ' '.join(texts())")
        assert list(aliases(program, model)) == ["champion"]
        set_threshold(program, "0.3", why)
        program.wait("find('history_versions').model().rowCount() == 2")
        program.wait("find('version_number').text() == 'Version 2, current' and '0.3' in texts()")

        click_row(program, "history_versions", 1, column=1)
        program.wait("find('version_number').text() == 'Version 1' and find('version_names') is not None")
        click_row(program, "history_versions", 0, "ctrl", column=1)
        program.wait("find('difference') is not None and '0.3' in find('difference').as_text()")
        program.wait("'v2' in find('difference_verdict').accessibleName()")
        commit = program.ask(f"window().session.workspace.shelf.labels({model!r}).current")
        champion = aliases(program, model)["champion"]
        program.process.kill()
        program.wait_for_end()

    with Program(tmp_path / "workspace", settings=tmp_path / "settings") as again:
        again.key("ctrl+3")
        again.wait(f"find('models_tab') is not None and not find('models_tab').show_model({model!r})")
        again.wait("find('history_versions') is not None and find('history_versions').model().rowCount() == 2")
        assert numbers(again) == [2, 1]
        assert aliases(again, model) == {"champion": champion}
        again.wait("find('version_number').text() == 'Version 2, current'")
        again.key("ctrl+q")
        assert again.wait_for_end() == 0
        assert "Traceback" not in again.errors()

    if shutil.which("git") is None:
        pytest.skip("there is no git to look with")
    repository = tmp_path / "workspace" / "models" / model
    log = git(repository, "log", "--format=%H %s", "main").splitlines()
    assert log[0] == f"{commit} {why}"
    assert [line.split()[0] for line in log] == [commit, champion]
    assert reason in git(repository, "log", "aliases")
    git(repository, "fsck", "--strict")
