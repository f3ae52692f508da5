"""The versions of the chosen model in the Models tab: their history, one of them, and how two differ."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QPushButton, QWidget

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.registry.shelf import Shelf
from aetheron_desktop.engine.registry.versions import Labels
from aetheron_desktop.engine.versioning.changes import MoveAlias, SetThreshold
from aetheron_desktop.engine.versioning.questions import RecordQuestion, VersionsQuestion
from aetheron_desktop.ui.dialogs.predict import PredictDialog
from aetheron_desktop.ui.item_models.history_table import ROW_ROLE
from aetheron_desktop.ui.tabs.models import ModelsTab
from aetheron_desktop.ui.widgets.history.history_card import HistoryCard
from aetheron_desktop.ui.widgets.history.history_view import HistoryView
from aetheron_desktop.ui.widgets.model_details import ModelDetails
from aetheron_desktop.ui.widgets.versions.difference_view import DifferenceView
from aetheron_desktop.ui.widgets.versions.metric_table import MetricTable
from tests.models import add_version, made_info, put_model
from tests.ui.in_process import InProcess

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.registry.versions import History
    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.session import Session

Kind = TypeVar("Kind", bound=QWidget)
FIRST, OTHER = "model-1", "model-2"
FRAME_S = 1 / 30


@pytest.fixture
def work(session: Session, monkeypatch: pytest.MonkeyPatch) -> InProcess:
    return InProcess(session, monkeypatch)


@pytest.fixture
def commits(workspace: Workspace) -> list[str]:
    """Three versions of one model, of which the second has a mark and an alias, and one of another."""
    first = put_model(workspace, made_info(1)).version
    second = add_version(workspace, FIRST, made_info(1, estimator="boosting", metrics={"roc_auc": 0.85}), "Boosted")
    third = add_version(workspace, FIRST, made_info(1, metrics={"roc_auc": 0.9}), "Deeper trees", threshold=0.4)
    with workspace.shelf.changing(FIRST) as repository:
        repository.tag("audit", second, "")
    put_model(workspace, made_info(2, name="Other"))
    return [first, second, third]


@pytest.fixture
def tab(qtbot: QtBot, session: Session, work: InProcess, commits: list[str], dressed: QApplication) -> ModelsTab:
    tab = ModelsTab(session)
    qtbot.addWidget(tab)
    tab.resize(1200, 800)
    tab.show()
    tab.show_model(FIRST)
    settled(qtbot, tab, commits[-1])
    return tab


def history(tab: ModelsTab) -> HistoryView:
    return find(tab, HistoryView, "history")


def find(tab: ModelsTab, kind: type[Kind], name: str) -> Kind:
    found = tab.findChild(kind, name)
    assert found is not None
    return found


def words(tab: ModelsTab, name: str) -> str:
    return find(tab, QLabel, name).text()


def texts(tab: ModelsTab) -> list[str]:
    """All that stands in the details."""
    return [label.text() for label in find(tab, ModelDetails, "model_details").findChildren(QLabel)]


def settled(qtbot: QtBot, tab: ModelsTab, commit: str) -> None:
    """Wait until a version is chosen, and its record is shown."""

    def is_shown() -> bool:
        signature = tab.findChild(QLabel, "model_signature")
        return history(tab).chosen() == (commit,) and signature is not None

    qtbot.waitUntil(is_shown)


def numbers(tab: ModelsTab) -> list[int]:
    model = history(tab).tree.model()
    return [model.index(place, 0).data(ROW_ROLE).version.number for place in range(model.rowCount())]


def test_that_the_history_of_the_chosen_model_is_shown(tab: ModelsTab, qtbot: QtBot) -> None:
    assert numbers(tab) == [3, 2, 1]
    assert words(tab, "history_count") == "3"
    tab.show_model(OTHER)
    qtbot.waitUntil(lambda: numbers(tab) == [1])
    assert words(tab, "model_name") == "Other"


def test_that_a_chosen_version_is_shown_with_all_that_is_known_of_it(
    tab: ModelsTab, qtbot: QtBot, commits: list[str], session: Session
) -> None:
    session.versions.change(MoveAlias(model=FIRST, alias="champion", to=commits[1], reason="The first that we trust"))
    qtbot.waitUntil(lambda: "The first that we trust" in " ".join(texts(tab)))
    history(tab).choose([commits[1]])
    settled(qtbot, tab, commits[1])
    assert words(tab, "version_number") == "Version 2"
    assert "Ada Lovelace" in find(tab, QWidget, "version_when").text()  # type: ignore[attr-defined]
    assert words(tab, "version_why") == "Boosted"
    shown = texts(tab)
    names = find(tab, QWidget, "version_names").accessibleName()
    assert names == "alias champion, mark audit"
    assert words(tab, "model_signature").startswith("Signed by you")
    assert "0.8500" in shown
    assert "Gradient boosting" in " ".join(shown)
    assert {"Where it comes from", "Moves of aliases"} <= set(shown)


def test_that_what_the_history_knows_of_a_version_is_shown_at_once(
    tab: ModelsTab, work: InProcess, commits: list[str]
) -> None:
    work.holds = True
    history(tab).choose([commits[0]])
    assert words(tab, "version_number") == "Version 1"
    assert "0.8100" in texts(tab)
    assert "0.9000" not in texts(tab), "that is the version that was shown before"


def test_that_two_versions_show_their_difference_which_can_be_turned_round(
    tab: ModelsTab, qtbot: QtBot, work: InProcess, commits: list[str]
) -> None:
    difference = find(tab, DifferenceView, "difference")
    history(tab).choose([commits[2], commits[0]])
    qtbot.waitUntil(difference.isVisible)
    assert work.questions[-1] == VersionsQuestion(model=FIRST, before=commits[0], after=commits[2])
    qtbot.waitUntil(lambda: "Metrics, 1 of 2 differs" in spoken(difference))
    find(tab, QPushButton, "difference_swap").click()
    assert work.questions[-1] == VersionsQuestion(model=FIRST, before=commits[2], after=commits[0])
    history(tab).choose([commits[2]])
    assert not difference.isVisible()
    settled(qtbot, tab, commits[2])
    history(tab).choose([commits[0], commits[1]])
    assert work.questions[-1] == VersionsQuestion(model=FIRST, before=commits[0], after=commits[1]), (
        "not turned any more"
    )


def spoken(difference: DifferenceView) -> str:
    return " ".join(widget.accessibleName() for widget in difference.findChildren(QWidget))


def test_that_a_model_that_is_left_quickly_does_not_answer_for_another(
    tab: ModelsTab, qtbot: QtBot, work: InProcess, commits: list[str]
) -> None:
    work.holds = True
    for _ in range(5):
        tab.show_model(OTHER)
        tab.show_model(FIRST)
        tab.show_model(OTHER)
    qtbot.waitUntil(lambda: numbers(tab) == [1])
    work.go_on()
    qtbot.waitUntil(lambda: tab.findChild(QLabel, "model_signature") is not None)
    assert words(tab, "model_name") == "Other"
    assert words(tab, "version_number") == "Version 1, current"
    asked = [question for question in work.questions if isinstance(question, RecordQuestion)]
    assert asked[-1].model == OTHER
    tab.show_model(FIRST)
    assert history(tab).tree.model().rowCount() == 0, "nothing of another model stays while the history is read"
    settled(qtbot, tab, commits[2])


def test_that_a_difference_of_a_model_that_was_left_is_not_shown(
    tab: ModelsTab, qtbot: QtBot, work: InProcess, commits: list[str]
) -> None:
    work.holds = True
    history(tab).choose([commits[0], commits[1]])
    assert isinstance(work.questions[-1], VersionsQuestion)
    tab.show_model(OTHER)
    assert work.started[-1].id in work.stopped, "nobody waits for it"
    work.go_on()
    qtbot.waitUntil(lambda: numbers(tab) == [1] and tab.findChild(QLabel, "model_signature") is not None)
    assert not find(tab, DifferenceView, "difference").isVisible()


def test_that_a_model_in_the_bin_hides_its_history(tab: ModelsTab, session: Session, qtbot: QtBot) -> None:
    card = find(tab, HistoryCard, "history_card")
    assert card.isVisible()
    with qtbot.waitSignal(session.models_changed):
        session.models.bin(FIRST)
    find(tab, QPushButton, "models_bin").setChecked(True)
    assert words(tab, "model_name") == "Forest 1"
    assert not card.isVisible()
    assert find(tab, QPushButton, "model_restore").isVisible()
    assert not find(tab, QWidget, "version_line").isVisible()
    with qtbot.waitSignal(session.models_changed):
        session.models.restore(FIRST)
    find(tab, QPushButton, "models_bin").setChecked(False)
    tab.show_model(FIRST)
    qtbot.waitUntil(lambda: numbers(tab) == [3, 2, 1])
    assert card.isVisible()
    assert not find(tab, QPushButton, "model_restore").isVisible()


def test_that_a_damaged_model_says_so_and_what_to_do(
    tab: ModelsTab, session: Session, qtbot: QtBot, commits: list[str]
) -> None:
    shutil.rmtree(session.workspace.shelf.folder(FIRST) / "objects")
    history(tab).choose([commits[0]])
    qtbot.waitUntil(lambda: "The model cannot be used" in texts(tab))
    assert numbers(tab) == [3, 2, 1], "the index still knows its versions"


def test_that_a_history_that_cannot_be_read_says_so(
    tab: ModelsTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(shelf: Shelf, id_: str) -> History:
        raise StorageError("The index is locked by another program.", hint="Close it, then try again.")

    monkeypatch.setattr(Shelf, "history", refused)
    tab.show_model(OTHER)
    view = history(tab)
    qtbot.waitUntil(lambda: "locked by another program" in view._empty.accessibleName())
    assert view._empty.accessibleName().startswith("The history cannot be read. ")
    assert "try again" in view._empty.accessibleName()


def test_that_the_new_version_is_shown_where_the_current_one_was(
    tab: ModelsTab, session: Session, qtbot: QtBot, commits: list[str]
) -> None:
    session.versions.change(SetThreshold(model=FIRST, threshold=0.2, message="Misses cost more"))
    qtbot.waitUntil(lambda: words(tab, "version_number") == "Version 4, current")
    qtbot.waitUntil(lambda: "0.2" in texts(tab))
    history(tab).choose([commits[0]])
    settled(qtbot, tab, commits[0])
    session.versions.change(SetThreshold(model=FIRST, threshold=0.3, message="No, less"))
    qtbot.waitUntil(lambda: numbers(tab)[0] == 5)
    assert history(tab).chosen() == (commits[0],), "who looks at an old version goes on looking at it"


def test_that_nothing_is_asked_again_when_another_model_has_changed(
    tab: ModelsTab, session: Session, qtbot: QtBot, work: InProcess, commits: list[str]
) -> None:
    history(tab).choose([commits[0], commits[2]])
    difference = find(tab, DifferenceView, "difference")
    qtbot.waitUntil(lambda: "Metrics, 1 of 2 differs" in spoken(difference))
    asked = len(work.questions)
    with qtbot.waitSignal(session.models_changed):
        session.models.rename(OTHER, "Another")
    qtbot.waitUntil(lambda: tab._reading is None)
    assert len(work.questions) == asked
    assert difference.isVisible()


def test_that_what_git_has_changed_beside_the_window_is_seen(
    tab: ModelsTab, session: Session, qtbot: QtBot, commits: list[str]
) -> None:
    with session.workspace.shelf.opened(FIRST) as repository:  # as Git itself would: the index hears nothing of it
        repository.start_branch("by-git", commits[0])
    history(tab).choose([commits[1]])
    qtbot.waitUntil(lambda: tab._shown is not None and "by-git" in tab._shown.labels.branches)
    assert words(tab, "history_count") == "3 in 2 variations"


@pytest.mark.parametrize("count", [10_000])
def test_that_a_long_history_does_not_hold_the_window_up(
    tab: ModelsTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    from tests.benchmarks.histories import made

    long = made(count)
    given = type(long)(model=OTHER, versions=long.versions, labels=long.labels)
    assert isinstance(given.labels, Labels)
    monkeypatch.setattr(Shelf, "history", lambda shelf, id_: given)
    loop, longest, last = QEventLoop(), 0.0, time.thread_time()
    tick = QTimer(interval=0)

    def look() -> None:
        nonlocal longest, last
        now = time.thread_time()  # of this thread alone: what other threads and programs take is not its fault
        longest, last = max(longest, now - last), now
        if history(tab).tree.model().rowCount() == count:
            loop.quit()

    tick.timeout.connect(look)
    tick.start()
    tab.show_model(OTHER)
    loop.exec()
    tick.stop()
    assert longest < 4 * FRAME_S, f"the window's thread was busy for {longest * 1000:.0f} ms at a time"


def test_that_what_is_pressed_beside_a_version_is_done_with_that_version(
    tab: ModelsTab, qtbot: QtBot, session: Session, commits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    history(tab).choose([commits[0]])
    settled(qtbot, tab, commits[0])
    find(tab, QPushButton, "model_promote").click()
    qtbot.waitUntil(lambda: tab.findChild(QDialog, "promote_dialog") is not None)
    assert find(tab, QDialog, "promote_dialog").windowTitle() == "Promote version 1"
    find(tab, QDialog, "promote_dialog").close()
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(session.outputs, "predict", lambda *files, with_input, version: told.append((*files, version)))
    find(tab, QPushButton, "model_predict").click()
    dialog = find(tab, PredictDialog, "predict_dialog")
    assert any("with Forest 1, version 1" in label.text() for label in dialog.findChildren(QLabel))
    dialog.wanted.emit("a.csv", "b.csv", False)
    assert told[0][-1] == commits[0]
    dialog.close()
    find(tab, QPushButton, "model_export").click()
    export = find(tab, QFileDialog, "export_dialog")
    assert export.selectedFiles()[0].endswith("Forest 1- version 1.aether")
    export.close()


def test_that_metrics_have_their_room_in_any_width(dressed: QApplication, qtbot: QtBot) -> None:
    info = made_info(1, metrics={"roc_auc": 0.9, "balanced_accuracy": 0.8, "log_loss": 1.054})
    around = QWidget()
    qtbot.addWidget(around)
    table = MetricTable(info, {"roc_auc": (0.941, 0.997)}, around)
    around.show()
    interval = next(label for label in table.findChildren(QLabel) if label.text() == "0.941–0.997")
    table.resize(400, 200)
    assert interval.isVisible()
    table.resize(table.minimumSizeHint().width(), 200)
    assert not interval.isVisible(), "it is what can be left out"
    figures = [label for label in table.findChildren(QLabel) if label.isVisible() and not label.wordWrap()]
    qtbot.waitUntil(lambda: all(label.width() >= label.minimumSizeHint().width() for label in figures))
    table.resize(400, 200)
    assert interval.isVisible()


def test_that_a_long_name_and_many_aliases_leave_the_details_their_width(
    tab: ModelsTab, session: Session, qtbot: QtBot, commits: list[str]
) -> None:
    with session.workspace.shelf.changing(FIRST) as repository:
        for number in range(12):
            repository.tag(f"a-mark-with-a-rather-long-name-{number}", commits[2], "")
    session.models.rename(FIRST, "x" * 200)
    qtbot.waitUntil(lambda: "name-11" in find(tab, QWidget, "version_names").accessibleName())
    details = find(tab, ModelDetails, "model_details")
    assert details.minimumSizeHint().width() <= 320
    assert words(tab, "model_name") != "x" * 200
    assert "x" * 200 in find(tab, QLabel, "model_name").toolTip()
