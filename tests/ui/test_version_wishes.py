"""From a wish about a version to its deed: which dialog opens, what is done, and how that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from shiboken6 import isValid

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.registry import keys
from aetheron_desktop.engine.registry.description import PIPELINE
from aetheron_desktop.engine.versioning import cleaning, deeds
from aetheron_desktop.engine.versioning.changes import (
    Adopt,
    CloneModel,
    ImportForeign,
    MoveAlias,
    SetCard,
    SetGates,
    SetThreshold,
    SwitchTo,
    title,
)
from aetheron_desktop.engine.versioning.cleaning import Freed
from aetheron_desktop.engine.versioning.questions import CleanUpQuestion, RecordQuestion, ScriptQuestion
from aetheron_desktop.engine.versioning.scripting import RunScript
from aetheron_desktop.ui.dialogs.version_wishes import VersionWishes
from aetheron_desktop.ui.dialogs.versions.adopt import AdoptDialog
from aetheron_desktop.ui.dialogs.versions.card import CardDialog
from aetheron_desktop.ui.dialogs.versions.clean_up import CleanUpDialog
from aetheron_desktop.ui.dialogs.versions.files import OnnxDialog, RestoreFilesDialog
from aetheron_desktop.ui.dialogs.versions.join import JoinDialog
from aetheron_desktop.ui.dialogs.versions.naming_dialogs import MarkDialog, VariationDialog
from aetheron_desktop.ui.dialogs.versions.promote import PromoteDialog
from aetheron_desktop.ui.dialogs.versions.remotes import CloneDialog, RemotesDialog
from aetheron_desktop.ui.dialogs.versions.roll_back import RollBackDialog
from aetheron_desktop.ui.dialogs.versions.take import TakeDialog
from aetheron_desktop.ui.dialogs.versions.take_in import TakeInDialog
from aetheron_desktop.ui.dialogs.versions.threshold import ThresholdDialog
from tests.models import add_version, made_info, put_model
from tests.ui.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.messages import Notice
    from aetheron_desktop.ui.session import Session

MODEL = "model-1"
Kind = TypeVar("Kind", bound=QWidget)


@pytest.fixture
def work(session: Session, monkeypatch: pytest.MonkeyPatch) -> InProcess:
    return InProcess(session, monkeypatch)


@pytest.fixture
def commits(workspace: Workspace) -> list[str]:
    """Two versions of one model, and a variation of the first."""
    first = put_model(workspace, made_info(1)).version
    second = add_version(workspace, MODEL, made_info(1), "Lower", threshold=0.2)
    with workspace.shelf.changing(MODEL) as repository:
        repository.start_branch("try", first)
    other = add_version(workspace, MODEL, made_info(1), "Higher", threshold=0.7, branch="try")
    return [first, second, other]


@pytest.fixture
def notices(session: Session) -> list[Notice]:
    made: list[Notice] = []
    session.noticed.connect(made.append)
    return made


@pytest.fixture
def wishes(
    qtbot: QtBot, session: Session, work: InProcess, commits: list[str], dressed: QApplication
) -> Iterator[VersionWishes]:
    above = QWidget()
    qtbot.addWidget(above)
    above.show()
    yield VersionWishes(session, above)
    for dialog in above.findChildren(QDialog):
        dialog.close()


def grant(wishes: VersionWishes, session: Session, wish: str, what: str = "") -> None:
    shelf = session.workspace.shelf
    info = shelf.model(MODEL)
    assert info is not None
    wishes.grant(wish, info, shelf.history(MODEL), what)


def opened(wishes: VersionWishes, kind: type[Kind], qtbot: QtBot) -> Kind:
    """Wait until a dialog of this kind is open, and give it."""

    def found() -> list[Kind]:
        above = wishes.parent()
        assert above is not None
        return [dialog for dialog in above.findChildren(kind) if dialog.isVisible()]

    qtbot.waitUntil(lambda: bool(found()))
    return found()[0]


def find(dialog: QWidget, kind: type[Kind], name: str) -> Kind:
    made = dialog.findChild(kind, name)
    assert made is not None
    return made


def say(dialog: QWidget, name: str, words: str) -> None:
    """Write ``words`` into a field, and press the primary button."""
    find(dialog, QPlainTextEdit, name).setPlainText(words)
    find(dialog, QPushButton, f"{name.partition('_')[0]}_go").click()


def said(dialog: QWidget) -> str:
    """All that stands in a dialog."""
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def is_closed(dialog: QDialog) -> bool:
    return not isValid(dialog) or not dialog.isVisible()


def wait_for(qtbot: QtBot, notices: list[Notice], words: str) -> Notice:
    def told() -> list[Notice]:
        return [notice for notice in notices if words in notice.spoken()]

    qtbot.waitUntil(lambda: bool(told()))
    return told()[0]


def promote(wishes: VersionWishes, session: Session, qtbot: QtBot, conditions: str = "") -> PromoteDialog:
    """Ask for the champion to be the current version, under new conditions."""
    grant(wishes, session, "promote")
    dialog = opened(wishes, PromoteDialog, qtbot)
    if conditions:
        find(dialog, QPushButton, "promote_edit").click()
        find(dialog, QPlainTextEdit, "promote_conditions").setPlainText(conditions)
    say(dialog, "promote_reason", "Better on the last month")
    return dialog


# -- which dialog opens -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "kind"),
    [("promote", PromoteDialog), ("mark", MarkDialog), ("try", VariationDialog), ("roll_back", RollBackDialog),
     ("adopt", AdoptDialog), ("take", TakeDialog), ("restore", RestoreFilesDialog), ("onnx", OnnxDialog),
     ("threshold", ThresholdDialog), ("card", CardDialog), ("remotes", RemotesDialog), ("join", JoinDialog)],
)  # fmt: skip
def test_that_each_wish_opens_its_dialog(
    wish: str, kind: type[QDialog], wishes: VersionWishes, session: Session, qtbot: QtBot, commits: list[str]
) -> None:
    what = commits[0] if wish in {"roll_back", "adopt", "take"} else ""
    grant(wishes, session, wish, what)
    opened(wishes, kind, qtbot).close()


def test_that_the_card_is_that_of_the_current_version_whatever_is_shown(
    wishes: VersionWishes, session: Session, qtbot: QtBot, commits: list[str], work: InProcess
) -> None:
    session.versions.change(SetCard(model=MODEL, card="# New words\n", message="Say more"))
    qtbot.waitUntil(lambda: len(session.workspace.shelf.history(MODEL).versions) == 4)
    session.ask(RecordQuestion(model=MODEL, version=commits[0]), wishes.know, lambda end: None)
    qtbot.waitUntil(lambda: wishes._record is not None and wishes._record.version == commits[0])
    grant(wishes, session, "card")
    dialog = opened(wishes, CardDialog, qtbot)
    assert find(dialog, QPlainTextEdit, "card_text").toPlainText() == "# New words\n"
    dialog.close()


def test_that_going_to_a_variation_asks_nothing_and_the_one_it_is_at_is_no_deed(
    wishes: VersionWishes, session: Session, qtbot: QtBot, work: InProcess, notices: list[Notice]
) -> None:
    grant(wishes, session, "switch", "main")
    assert work.changes == []
    grant(wishes, session, "switch", "try")
    assert work.changes == [SwitchTo(model=MODEL, name="try")]
    assert wait_for(qtbot, notices, "is now at the variation try").level == "success"
    grant(wishes, session, "switch", "main")
    wait_for(qtbot, notices, "is now at the variation main")
    grant(wishes, session, "drop", "try")
    wait_for(qtbot, notices, "The variation try was dropped")


# -- how it went ------------------------------------------------------------------------------------------------------


def test_that_a_promotion_that_is_done_closes_its_dialog_and_is_told(
    wishes: VersionWishes, session: Session, qtbot: QtBot, work: InProcess, notices: list[Notice], commits: list[str]
) -> None:
    with qtbot.waitSignal(wishes.done):
        dialog = promote(wishes, session, qtbot)
        assert not find(dialog, QPushButton, "promote_go").isEnabled(), "it is being done"
    assert work.changes == [MoveAlias(model=MODEL, alias="champion", to=commits[1], reason="Better on the last month")]
    assert wait_for(qtbot, notices, "champion names v2 now").level == "success"
    assert is_closed(dialog)
    assert session.workspace.shelf.labels(MODEL).aliases == {"champion": commits[1]}


def test_that_conditions_are_set_before_the_alias_is_moved_and_refusals_are_shown(
    wishes: VersionWishes, session: Session, qtbot: QtBot, work: InProcess, notices: list[Notice]
) -> None:
    dialog = promote(wishes, session, qtbot, "roc_auc >= 0.99")
    qtbot.waitUntil(lambda: "not met" in said(dialog))
    assert [type(change) for change in work.changes] == [SetGates, MoveAlias]
    assert session.workspace.shelf.labels(MODEL).aliases == {}
    assert notices == []
    find(dialog, QWidget, "promote_despite").click()  # type: ignore[attr-defined]
    find(dialog, QPushButton, "promote_go").click()
    notice = wait_for(qtbot, notices, "champion names v2 now")
    assert "moved in spite of what is not met" in notice.detail
    assert is_closed(dialog)


def test_that_an_alias_is_not_moved_when_its_conditions_could_not_be_set(
    wishes: VersionWishes, session: Session, qtbot: QtBot, work: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise StorageError("The disk is full.", hint="Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(deeds, "set_gates", full)
        dialog = promote(wishes, session, qtbot, "signed")
        qtbot.waitUntil(lambda: "The disk is full." in said(dialog))
    assert [type(change) for change in work.changes] == [SetGates]
    assert session.workspace.shelf.labels(MODEL).aliases == {}
    find(dialog, QPushButton, "promote_go").click()
    qtbot.waitUntil(lambda: is_closed(dialog))
    assert [type(change) for change in work.changes] == [SetGates, SetGates, MoveAlias]


def test_that_a_conflict_is_decided_in_the_dialog(
    wishes: VersionWishes, session: Session, qtbot: QtBot, work: InProcess, notices: list[Notice], commits: list[str]
) -> None:
    grant(wishes, session, "adopt", commits[2])
    dialog = opened(wishes, AdoptDialog, qtbot)
    say(dialog, "adopt_message", "It finds more")
    qtbot.waitUntil(lambda: "Both were changed" in said(dialog))
    assert {"0.2", "0.7"} <= set(said(dialog).split("\n"))
    find(dialog, QWidget, "adopt_threshold_theirs").click()  # type: ignore[attr-defined]
    find(dialog, QPushButton, "adopt_go").click()
    assert wait_for(qtbot, notices, "v3 was adopted").level == "success"
    assert is_closed(dialog)
    assert work.changes[-1] == Adopt(
        model=MODEL, version=commits[2], message="It finds more", keep={"threshold": "theirs"}
    )
    assert title(work.changes[-1]) == f"Adopt {commits[2][:10]}"


def test_that_cards_which_both_changed_are_told_by_what_the_other_has_not(
    wishes: VersionWishes, session: Session, qtbot: QtBot, commits: list[str], workspace: Workspace
) -> None:
    session.versions.change(SetCard(model=MODEL, card="# Forest 1\n\n- Not for children.\n", message="For whom"))
    session.versions.change(SwitchTo(model=MODEL, name="try"))
    session.versions.change(SetCard(model=MODEL, card="# Forest 1\n\n**Of 2019 alone.**\n", message="Of when"))
    session.versions.change(SetThreshold(model=MODEL, threshold=0.2, message="As there"))
    qtbot.waitUntil(lambda: len(workspace.shelf.history(MODEL).versions) == 6)
    grant(wishes, session, "adopt", workspace.shelf.labels(MODEL).branches["main"])
    dialog = opened(wishes, AdoptDialog, qtbot)
    say(dialog, "adopt_message", "Both are true")
    qtbot.waitUntil(lambda: "Not for children." in said(dialog).split("\n"))
    assert "Of 2019 alone." in said(dialog).split("\n")
    dialog.close()


def test_that_a_failure_stands_in_the_dialog_that_waits_and_can_be_tried_again(
    wishes: VersionWishes, session: Session, qtbot: QtBot, notices: list[Notice], tmp_path: Path
) -> None:
    grant(wishes, session, "remotes")
    dialog = opened(wishes, RemotesDialog, qtbot)
    find(dialog, QLineEdit, "remotes_name").setText("origin")
    find(dialog, QLineEdit, "remotes_address").setText(str(tmp_path / "away"))
    find(dialog, QPushButton, "remotes_go").click()
    qtbot.waitUntil(lambda: dialog.findChild(QPushButton, "remotes_pull_origin") is not None)
    pull = find(dialog, QPushButton, "remotes_pull_origin")
    qtbot.waitUntil(pull.isEnabled)
    pull.click()
    assert not pull.isEnabled()
    qtbot.waitUntil(pull.isEnabled)
    assert str(tmp_path / "away") in said(dialog)
    assert notices == [], "it is told where it was asked for"
    find(dialog, QPushButton, "remotes_push_origin").click()
    qtbot.waitUntil(lambda: (tmp_path / "away").exists() and pull.isEnabled())
    assert dialog.isVisible()
    dialog.close()


def test_that_a_failure_of_what_has_closed_its_dialog_is_a_notice(
    wishes: VersionWishes, session: Session, qtbot: QtBot, notices: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full.", hint="Free some space.")

    monkeypatch.setattr(deeds, "set_threshold", full)
    grant(wishes, session, "threshold")
    dialog = opened(wishes, ThresholdDialog, qtbot)
    find(dialog, QWidget, "threshold_number").setValue(0.4)  # type: ignore[attr-defined]
    say(dialog, "threshold_message", "Misses cost more")
    notice = wait_for(qtbot, notices, "The disk is full.")
    assert (notice.level, notice.hint) == ("error", "Free some space.")


@pytest.mark.parametrize("conditions", ["", "roc_auc >= 0.99"])
def test_that_what_goes_on_when_its_dialog_is_closed_is_told_by_a_notice(
    conditions: str,
    wishes: VersionWishes,
    session: Session,
    qtbot: QtBot,
    work: InProcess,
    notices: list[Notice],
) -> None:
    grant(wishes, session, "promote")
    opened(wishes, PromoteDialog, qtbot).close()
    work.holds = True
    dialog = promote(wishes, session, qtbot, conditions)
    dialog.close()
    work.go_on()
    if conditions:
        notice = wait_for(qtbot, notices, "Move champion: not done")
        assert "not met: roc_auc >= 0.99" in notice.detail
    else:
        assert wait_for(qtbot, notices, "champion names v2 now").level == "success"


# -- one after the other ----------------------------------------------------------------------------------------------


def test_that_changes_of_one_model_are_done_one_after_the_other(
    session: Session, work: InProcess, qtbot: QtBot, commits: list[str], workspace: Workspace
) -> None:
    put_model(workspace, made_info(2))
    work.holds = True
    first = session.versions.change(SetThreshold(model=MODEL, threshold=0.3, message="Lower"))
    second = session.versions.change(SwitchTo(model=MODEL, name="try"))
    session.versions.change(SetThreshold(model="model-2", threshold=0.3, message="Of another"))
    session.versions.change(CloneModel(url="/nowhere"))
    session.versions.change(CloneModel(url="/nowhere/else"))
    assert [type(change) for change in work.changes] == [SetThreshold, SetThreshold, CloneModel, CloneModel]
    ended: list[str] = []
    session.versions.changed.connect(lambda job, answer: ended.append(job))
    work.go_on()
    qtbot.waitUntil(lambda: len(ended) == 5)
    assert ended.index(first) < ended.index(second)
    assert workspace.shelf.labels(MODEL).branch == "try"


# -- what is asked ----------------------------------------------------------------------------------------------------


def test_that_verify_tells_whether_a_model_is_whole_or_what_is_not(
    wishes: VersionWishes, session: Session, qtbot: QtBot, notices: list[Notice]
) -> None:
    grant(wishes, session, "verify")
    assert notices[0].level == "info"
    notice = wait_for(qtbot, notices, "Forest 1 is")
    assert "3 versions" in notice.detail or notice.level == "error"
    folder = session.workspace.shelf.files(MODEL)
    (folder / PIPELINE).chmod(0o644)
    (folder / PIPELINE).write_bytes(b"other trees")
    notices.clear()
    grant(wishes, session, "verify")
    notice = wait_for(qtbot, notices, "Forest 1 is damaged")
    assert PIPELINE in notice.detail
    assert "from a remote" in notice.hint


def test_that_a_run_becomes_a_script_where_it_was_asked_for(
    wishes: VersionWishes, session: Session, qtbot: QtBot, commits: list[str], notices: list[Notice],
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    asked: list[Any] = []

    def answered(question: Any, on_answer: Any, on_end: Any) -> str:
        asked.append(question)
        on_answer(RunScript(model=MODEL, run="run-1", text="print(1)\n", notes=("Write it once.",)))
        return "ask-1"

    monkeypatch.setattr(session, "ask", answered)
    grant(wishes, session, "script", commits[0])
    dialog = opened(wishes, QFileDialog, qtbot)
    assert dialog.selectedFiles()[0].endswith(".py")
    dialog.fileSelected.emit(str(tmp_path / "run.py"))
    dialog.close()
    assert asked == [ScriptQuestion(model=MODEL, version=commits[0])]
    assert (tmp_path / "run.py").read_text(encoding="utf-8") == "print(1)\n"
    told = wait_for(qtbot, notices, "The script was written")
    assert "Write it once." in told.detail
    assert (told.action, told.target) == ("file", str(tmp_path / "run.py"))


def test_that_a_script_that_cannot_be_made_says_why(
    wishes: VersionWishes,
    session: Session,
    qtbot: QtBot,
    work: InProcess,
    commits: list[str],
    notices: list[Notice],
    tmp_path: Path,
) -> None:
    grant(wishes, session, "script", commits[0])
    dialog = opened(wishes, QFileDialog, qtbot)
    dialog.fileSelected.emit(str(tmp_path / "run.py"))
    dialog.close()
    wait_for(qtbot, notices, "trained elsewhere")
    assert not (tmp_path / "run.py").exists()


def test_that_what_cannot_be_reproduced_says_why(
    wishes: VersionWishes, session: Session, qtbot: QtBot, notices: list[Notice], commits: list[str]
) -> None:
    grant(wishes, session, "reproduce", commits[0])
    qtbot.waitUntil(lambda: len(notices) == 2)
    assert [notice.level for notice in notices] == ["info", "error"]
    assert notices[1].detail


def test_that_a_question_that_fails_is_not_told_in_the_clean_up(
    wishes: VersionWishes, session: Session, qtbot: QtBot, work: InProcess, notices: list[Notice], commits: list[str]
) -> None:
    work.holds = True
    grant(wishes, session, "reproduce", commits[0])
    wishes.clean_up()
    dialog = opened(wishes, CleanUpDialog, qtbot)
    work.go_on()
    qtbot.waitUntil(lambda: any(notice.level == "error" for notice in notices))
    qtbot.waitUntil(lambda: "Looking…" not in said(dialog))
    assert notices[-1].detail not in said(dialog)
    dialog.close()


def test_that_the_clean_up_lists_frees_and_goes_on_when_it_is_closed(
    wishes: VersionWishes, session: Session, qtbot: QtBot, work: InProcess, notices: list[Notice],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    wishes.clean_up()
    dialog = opened(wishes, CleanUpDialog, qtbot)
    assert work.questions == [CleanUpQuestion()]
    monkeypatch.setattr(cleaning, "free", lambda workspace, keys: Freed(items=1, size=2_000_000))
    qtbot.waitUntil(lambda: "Looking…" not in said(dialog))
    dialog.free_wanted.emit(("a",))
    qtbot.waitUntil(lambda: "2.0 MB are free now" in said(dialog))
    work.holds = True
    dialog.free_wanted.emit(("b",))
    dialog.close()
    assert work.stopped == []
    with qtbot.waitSignal(session.models_changed):
        work.go_on()
    wait_for(qtbot, notices, "2.0 MB are free now")


def test_that_a_clean_up_that_is_closed_looks_no_further(wishes: VersionWishes, qtbot: QtBot, work: InProcess) -> None:
    work.holds = True
    wishes.clean_up()
    opened(wishes, CleanUpDialog, qtbot).close()
    assert work.stopped == [work.started[0].id]


def test_that_a_signer_is_trusted_under_a_name(
    wishes: VersionWishes, session: Session, qtbot: QtBot, commits: list[str]
) -> None:
    wishes.trust()  # of nothing that is shown
    session.ask(RecordQuestion(model=MODEL, version=commits[0]), wishes.know, lambda end: None)
    qtbot.waitUntil(lambda: wishes._record is not None)
    wishes.trust()
    above = wishes.parent()
    assert above is not None
    dialog = next(found for found in above.findChildren(QDialog) if found.objectName() == "trust_dialog")
    find(dialog, QLineEdit, "trust_name").setText("Grace")
    with qtbot.waitSignal(wishes.done):
        find(dialog, QPushButton, "trust_go").click()
    assert "Grace" in [signer.name for signer in keys.signers()]


def test_that_models_from_elsewhere_are_asked_for_and_what_is_wrong_is_told(
    wishes: VersionWishes, qtbot: QtBot, work: InProcess, notices: list[Notice], tmp_path: Path
) -> None:
    wishes.clone()
    dialog = opened(wishes, CloneDialog, qtbot)
    find(dialog, QLineEdit, "clone_address").setText(str(tmp_path / "nothing"))
    find(dialog, QPushButton, "clone_go").click()
    assert work.changes == [CloneModel(url=str(tmp_path / "nothing"))]
    qtbot.waitUntil(lambda: bool(notices))
    assert notices[0].level == "error"
    wishes.take_in(tmp_path / "missing.onnx")
    other = opened(wishes, TakeInDialog, qtbot)
    assert find(other, QLineEdit, "take_in_file").text() == str(tmp_path / "missing.onnx")
    find(other, QPushButton, "take_in_go").click()
    assert not [change for change in work.changes if isinstance(change, ImportForeign)]
    assert "There is no such file." in said(other)
    other.close()
