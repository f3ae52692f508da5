"""The dialogs for versions: what each tells, what it refuses in words, and that they fit small screens."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import msgspec
import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QSlider,
    QWidget,
)

from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.versions import History, Labels, PartState, VersionInfo
from aetheron_desktop.engine.versioning.changes import (
    Adopt,
    CloneModel,
    ExportOnnx,
    JoinModel,
    Mark,
    MoveAlias,
    Pull,
    Push,
    RestoreFiles,
    RollBack,
    SetCard,
    SetGates,
    SetRemote,
    SetThreshold,
    StartVariation,
    TakePart,
)
from aetheron_desktop.engine.versioning.cleaning import CleanUpItem, CleanUpList, Freed
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.adopt import AdoptDialog
from aetheron_desktop.ui.dialogs.versions.card import CardDialog
from aetheron_desktop.ui.dialogs.versions.clean_up import CleanUpDialog
from aetheron_desktop.ui.dialogs.versions.clean_up_table import CleanUpTable
from aetheron_desktop.ui.dialogs.versions.files import OnnxDialog, RestoreFilesDialog
from aetheron_desktop.ui.dialogs.versions.join import JoinDialog
from aetheron_desktop.ui.dialogs.versions.markdown_view import MarkdownView
from aetheron_desktop.ui.dialogs.versions.naming_dialogs import MarkDialog, VariationDialog
from aetheron_desktop.ui.dialogs.versions.phrases import shortened
from aetheron_desktop.ui.dialogs.versions.promote import PromoteDialog
from aetheron_desktop.ui.dialogs.versions.remotes import CloneDialog, RemotesDialog
from aetheron_desktop.ui.dialogs.versions.roll_back import RollBackDialog
from aetheron_desktop.ui.dialogs.versions.take import TakeDialog
from aetheron_desktop.ui.dialogs.versions.threshold import ThresholdDialog
from aetheron_desktop.ui.dialogs.versions.trust import TrustDialog, grouped
from aetheron_desktop.ui.widgets.param_field import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeVar

    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.registry.versions import Part
    from aetheron_desktop.engine.versioning.cleaning import Kind
    from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog

    _Dialog = TypeVar("_Dialog", bound=VersionDialog)
    _Widget = TypeVar("_Widget", bound=QWidget)
    Show = Callable[[_Dialog], _Dialog]

AT = 1_700_000_000.0
LONG = "Gradient-boosting-of-customers-" * 8
FINGERPRINT = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDvN3IpqY2bqCSlXqM"
SMALL = QSize(640, 400)
"""A screen of 1280 by 800 pixels at 200 %."""


def version(number: int, threshold: float | None = None, message: str = "", task: Task = "binary") -> VersionInfo:
    return VersionInfo(
        commit=f"{number:x}" * 40, number=number, at=AT, author="Ada", message=message or f"why {number}",
        deed="trained", task=task, estimator="forest", metrics={"roc_auc": 0.9 + number / 100}, threshold=threshold,
    )  # fmt: skip


OLD, CURRENT, OTHER = version(2), version(6), version(5, threshold=0.35)
HISTORY = History(
    model="m",
    versions=(CURRENT, OTHER, OLD),
    labels=Labels(
        branches={"main": CURRENT.commit, "shallow": OTHER.commit},
        tags={"sent": OLD.commit},
        aliases={"champion": OLD.commit, "production": OTHER.commit},
    ),
)
GATES = {"champion": ("roc_auc >= 0.9", "signed")}
REFUSAL = ("not met: roc_auc >= 0.9 (0.89)", "not known: latency <= 5 ms (the version has no sample rows)")


def model(id_: str, name: str = "Churn", **others: object) -> ModelInfo:
    made = ModelInfo(
        id=id_, name=name, run="r", dataset="d", dataset_name="customers", target="churned", task="binary",
        estimator="forest", status="trained", metrics={"roc_auc": 0.97}, created=AT, versions=3,
    )  # fmt: skip
    return msgspec.structs.replace(made, **others)


def item(kind: Kind, size: int, name: str = "Churn") -> CleanUpItem:
    return CleanUpItem(kind=kind, id=f"id-{kind}", name=name, detail="of it", size=size, since=AT)


ITEMS = CleanUpList(items=(item("left", 1_000), item("dataset", 2_000_000), item("files", 900_000), item("model", 500)))

ALL: dict[str, Callable[[], VersionDialog]] = {
    "promote": lambda: PromoteDialog(HISTORY, CURRENT, GATES),
    "mark": lambda: MarkDialog(HISTORY, OTHER),
    "variation": lambda: VariationDialog(HISTORY, OTHER),
    "roll_back": lambda: RollBackDialog(HISTORY, OLD),
    "adopt": lambda: AdoptDialog(HISTORY, OTHER),
    "take": lambda: TakeDialog(HISTORY, OTHER),
    "threshold": lambda: ThresholdDialog("m", OTHER, ("no", "yes")),
    "card": lambda: CardDialog("m", "# Churn\n\nText."),
    "join": lambda: JoinDialog(model("a"), [model("b"), model("c", LONG)]),
    "restore": lambda: RestoreFilesDialog(HISTORY, OTHER, "Churn"),
    "onnx": lambda: OnnxDialog(HISTORY, CURRENT, "Churn"),
    "remotes": lambda: RemotesDialog(model("a", LONG), {"origin": "ssh://a@host/b", "backup": "/" + LONG}),
    "clone": CloneDialog,
    "clean_up": CleanUpDialog,
    "trust": lambda: TrustDialog("Ada", FINGERPRINT, "Signed by “Ada”."),
}


TOLD: dict[str, list[object]] = {}


@pytest.fixture
def shown(dressed: object, qtbot: QtBot) -> Iterator[Show[VersionDialog]]:
    """Open dialogs, and keep what they tell; they delete themselves when they are closed, so qtbot must not."""
    made: list[weakref.ref[VersionDialog]] = []
    TOLD.clear()

    def open_(dialog: _Dialog) -> _Dialog:
        made.append(weakref.ref(dialog))
        dialog.wanted.connect(TOLD.setdefault(dialog.objectName(), []).append)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    yield open_
    for dialog in (kept() for kept in made):
        if dialog is not None and shiboken6.isValid(dialog):
            dialog.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def told(name: str) -> list[object]:
    return TOLD[f"{name}_dialog"]


def find(dialog: QWidget, kind: type[_Widget], name: str) -> _Widget:
    found = dialog.findChild(kind, name)
    assert found is not None, name
    return found


def line(dialog: QWidget, name: str) -> QLineEdit:
    return find(dialog, QLineEdit, name)


def area(dialog: QWidget, name: str) -> QPlainTextEdit:
    return find(dialog, QPlainTextEdit, name)


def button(dialog: QWidget, name: str) -> QAbstractButton:
    return find(dialog, QAbstractButton, name)


def refusal(dialog: QWidget, name: str) -> str:
    """What stands under a field; nothing when it is right."""
    found = find(dialog, Refusal, f"{name}_refusal")
    return "" if found.isHidden() else " ".join(label.text() for label in found.findChildren(QLabel)).strip()


def choose(dialog: QWidget, alias: str) -> None:
    box = find(dialog, QComboBox, "promote_alias")
    box.setCurrentIndex(box.findData(alias))


# -- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_that_a_dialog_opens_on_its_first_field_and_closes_by_escape(
    name: str, shown: Show[VersionDialog], qtbot: QtBot
) -> None:
    dialog = shown(ALL[name]())
    assert dialog.objectName() == f"{name}_dialog"
    assert dialog.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    focused = dialog.focusWidget()
    assert focused is not None
    assert focused.objectName() != f"{name}_go"
    qtbot.keyClick(focused, Qt.Key.Key_Escape)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not shiboken6.isValid(dialog)
    assert told(name) == []


@pytest.mark.parametrize("name", ALL)
def test_that_every_control_has_a_name_and_says_what_it_is(name: str, shown: Show[VersionDialog]) -> None:
    dialog = shown(ALL[name]())
    for control in dialog.findChildren(QWidget):
        name_, policy = control.objectName(), control.focusPolicy()
        if control.isVisible() and policy & Qt.FocusPolicy.TabFocus and not name_.startswith("qt_"):
            assert name_, control
            assert control.accessibleName() or isinstance(control, QLabel), name_


@pytest.mark.parametrize("name", ALL)
def test_that_a_dialog_fits_a_screen_at_200_percent(name: str, shown: Show[VersionDialog]) -> None:
    dialog = shown(ALL[name]())
    least = dialog.minimumSizeHint()
    assert least.width() <= SMALL.width() - 48, least
    assert least.height() <= SMALL.height() - 48, least
    dialog.resize(least)
    QCoreApplication.processEvents()
    body = find(dialog, QScrollArea, f"{name}_body")
    go = button(dialog, f"{name}_go" if name != "clean_up" else "clean_up_cancel")
    assert dialog.rect().contains(go.geometry())
    assert body.geometry().bottom() < go.geometry().top()
    inner = body.widget()
    assert inner is not None
    assert inner.width() <= body.viewport().width()


@pytest.mark.parametrize("name", ALL)
def test_that_a_dialog_can_be_drawn_in_the_dark_and_in_the_light(
    name: str, shown: Show[VersionDialog], qapp: object
) -> None:
    dialog = shown(ALL[name]())
    light = dialog.grab().toImage()
    theme.apply(qapp, "dark")  # type: ignore[arg-type]
    dark = dialog.grab().toImage()
    assert light.pixelColor(3, 3) == theme.tokens("light").colors["window"]
    assert dark.pixelColor(3, 3) == theme.tokens("dark").colors["window"]


def test_that_a_dialog_grows_with_what_is_said_and_keeps_a_size_that_was_chosen(
    shown: Show[MarkDialog], qtbot: QtBot
) -> None:
    dialog = shown(MarkDialog(HISTORY, OTHER))
    before = dialog.height()
    line(dialog, "mark_name").setText("Sent")
    qtbot.waitUntil(lambda: dialog.height() > before)
    line(dialog, "mark_name").setText("other")
    qtbot.waitUntil(lambda: dialog.height() == before)
    dialog.resize(700, before + 200)
    body = find(dialog, QScrollArea, "mark_body")
    with qtbot.waitSignal(body.wishes_changed):  # type: ignore[attr-defined]  # of a class of the frame alone
        line(dialog, "mark_name").setText("Sent")
    QCoreApplication.processEvents()
    assert dialog.size() == QSize(700, before + 200)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("mark", ["mark_name", "mark_message", "mark_cancel", "mark_go"]),
        ("promote", ["promote_alias", "promote_reason", "promote_edit", "promote_cancel", "promote_go"]),
        ("remotes", ["remotes_name", "remotes_address", "remotes_cancel", "remotes_go", "remotes_push_backup"]),
        ("onnx", ["onnx_file", "onnx_file_browse", "onnx_cancel", "onnx_go", "onnx_to_file"]),
        (
            "threshold",
            ["threshold_number", "threshold_slider", "threshold_message", "threshold_cancel", "threshold_go"],
        ),
    ],
)
def test_that_the_keys_lead_through_a_dialog_in_the_order_that_is_read(
    name: str, order: list[str], shown: Show[VersionDialog], qtbot: QtBot
) -> None:
    dialog = shown(ALL[name]())
    seen = []
    for _ in order:
        focused = dialog.focusWidget()
        assert focused is not None
        seen.append(focused.objectName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert seen == order, seen


def test_that_a_dialog_that_is_gone_takes_no_screen_with_it(shown: Show[MarkDialog]) -> None:
    for _ in range(2):
        dialog = shown(MarkDialog(HISTORY, OTHER))
        dialog.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        del dialog
        gc.collect()
    assert [screen.name() for screen in QGuiApplication.screens()] == [QGuiApplication.primaryScreen().name()]


def test_that_long_names_are_shortened_and_markup_is_shown_as_it_is(shown: Show[JoinDialog]) -> None:
    assert shortened(LONG, 20) == "Gradient-b…ustomers-"
    assert shortened("a\nb") == "a b"
    dialog = shown(JoinDialog(model("a", "<b>bold</b> & more"), [model("b", LONG)]))
    lead = find(dialog, QLabel, "join_lead")
    assert "<b>bold</b>" in lead.text()
    assert lead.textFormat() == Qt.TextFormat.PlainText
    assert LONG not in find(dialog, QListWidget, "join_models").item(0).text()
    assert find(dialog, QListWidget, "join_models").item(0).toolTip() == LONG


# -- names ------------------------------------------------------------------------------------------------------------


def test_that_a_mark_is_told_with_its_words(shown: Show[MarkDialog], qtbot: QtBot) -> None:
    dialog = shown(MarkDialog(HISTORY, OTHER))
    area(dialog, "mark_message").setPlainText("sent to the audit")
    qtbot.keyClicks(line(dialog, "mark_name"), "may audit")
    assert "written as may-audit" in find(dialog, QWidget, "mark_name").accessibleDescription()
    qtbot.keyClick(line(dialog, "mark_name"), Qt.Key.Key_Return)
    assert told("mark") == [Mark(model="m", name="may-audit", version=OTHER.commit, message="sent to the audit")]
    assert dialog.isHidden()


@pytest.mark.parametrize(
    ("name", "why"),
    [("", "Give it a name"), ("SENT", "upper from lower"), ("con", "Windows"), ("a b/c", "letters")],
)
def test_that_a_wrong_name_is_refused_under_its_field(
    name: str, why: str, shown: Show[MarkDialog], qtbot: QtBot
) -> None:
    dialog = shown(MarkDialog(HISTORY, OTHER))
    line(dialog, "mark_name").setText(name)
    qtbot.keyClick(line(dialog, "mark_name"), Qt.Key.Key_Return)
    assert why in refusal(dialog, "mark_name")
    assert why in line(dialog, "mark_name").accessibleDescription()
    assert told("mark") == []
    assert not dialog.isHidden()
    line(dialog, "mark_name").setText("good")
    assert refusal(dialog, "mark_name") == ""


def test_that_a_variation_begins_at_its_version(shown: Show[VariationDialog], qtbot: QtBot) -> None:
    dialog = shown(VariationDialog(HISTORY, OTHER))
    qtbot.keyClicks(line(dialog, "variation_name"), "shallow")
    assert "already" in refusal(dialog, "variation_name")
    qtbot.keyClicks(line(dialog, "variation_name"), "er trees")
    qtbot.keyClick(line(dialog, "variation_name"), Qt.Key.Key_Return)
    assert told("variation") == [StartVariation(model="m", name="shallower-trees", at=OTHER.commit)]


# -- changes of the current version -----------------------------------------------------------------------------------


def test_that_a_way_back_needs_a_reason_and_says_that_nothing_is_lost(
    shown: Show[RollBackDialog], qtbot: QtBot
) -> None:
    dialog = shown(RollBackDialog(HISTORY, OLD))
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Nothing is lost: version 6 stays" in words
    assert "Version 2" in words
    reason = area(dialog, "roll_back_reason")
    assert dialog.focusWidget() is reason
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert refusal(dialog, "roll_back_reason") == "Write in a few words why."
    qtbot.keyClicks(reason, "wrong data")
    assert refusal(dialog, "roll_back_reason") == ""
    qtbot.keyClick(reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(reason, "of May")
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert told("roll_back") == [RollBack(model="m", to=OLD.commit, reason="wrong data\nof May")]


def test_that_the_threshold_or_the_card_is_taken(shown: Show[TakeDialog], qtbot: QtBot) -> None:
    dialog = shown(TakeDialog(HISTORY, OTHER))
    assert button(dialog, "take_threshold").isChecked()
    area(dialog, "take_message").setPlainText("it is better")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
    assert button(dialog, "take_card").isChecked()
    button(dialog, "take_threshold").click()
    button(dialog, "take_go").click()
    assert told("take") == [TakePart(model="m", version=OTHER.commit, part="threshold", message="it is better")]


def test_that_a_threshold_that_both_have_cannot_be_taken(shown: Show[TakeDialog]) -> None:
    dialog = shown(TakeDialog(HISTORY, OLD))
    assert not button(dialog, "take_threshold").isEnabled()
    assert button(dialog, "take_threshold").accessibleDescription() == "Both have 0.5."
    area(dialog, "take_message").setPlainText("it is better")
    button(dialog, "take_go").click()
    assert told("take") == [TakePart(model="m", version=OLD.commit, part="card", message="it is better")]


def test_that_number_and_slider_of_the_threshold_go_together(shown: Show[ThresholdDialog]) -> None:
    dialog = shown(ThresholdDialog("m", OTHER, ("no", "yes")))
    number, slider = find(dialog, QDoubleSpinBox, "threshold_number"), find(dialog, QSlider, "threshold_slider")
    assert (number.value(), slider.value()) == (0.35, 350)
    area(dialog, "threshold_message").setPlainText("fewer alarms")
    button(dialog, "threshold_go").click()
    assert "already" in refusal(dialog, "threshold_row")
    slider.setValue(600)
    assert number.value() == 0.6
    number.setValue(0.1234)
    assert slider.value() == 123
    assert number.value() == 0.1234
    button(dialog, "threshold_go").click()
    assert told("threshold") == [SetThreshold(model="m", threshold=0.1234, message="fewer alarms")]


def test_that_the_more_probable_class_is_no_threshold(shown: Show[ThresholdDialog]) -> None:
    dialog = shown(ThresholdDialog("m", OTHER))
    button(dialog, "threshold_usual").click()
    assert not find(dialog, QSlider, "threshold_slider").isEnabled()
    area(dialog, "threshold_message").setPlainText("as usual")
    button(dialog, "threshold_go").click()
    assert told("threshold") == [SetThreshold(model="m", threshold=None, message="as usual")]


def test_that_models_of_many_classes_have_no_threshold_to_set(shown: Show[ThresholdDialog]) -> None:
    dialog = shown(ThresholdDialog("m", version(3, task="multiclass")))
    assert not button(dialog, "threshold_go").isEnabled()
    assert "none to set" in find(dialog, QLabel, "threshold_lead").text()


def test_that_a_card_is_previewed_while_it_is_written(shown: Show[CardDialog], qtbot: QtBot) -> None:
    dialog = shown(CardDialog("m", "# Churn"))
    text, view = area(dialog, "card_text"), find(dialog, MarkdownView, "card_view")
    assert dialog.focusWidget() is text
    area(dialog, "card_message").setPlainText("limits")
    button(dialog, "card_go").click()
    assert refusal(dialog, "card_text") == "Nothing was changed."
    text.moveCursor(text.textCursor().MoveOperation.End)
    for _ in range(2):
        qtbot.keyClick(text, Qt.Key.Key_Return)
    qtbot.keyClicks(text, "**Not** for <i>children</i>")
    qtbot.waitUntil(lambda: "Not for <i>children</i>" in view.toPlainText())
    qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert told("card") == [SetCard(model="m", card="# Churn\n\n**Not** for <i>children</i>", message="limits")]


def test_that_a_card_opens_no_file_and_no_address(dressed: object, qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "planted.png"
    view = MarkdownView()
    qtbot.addWidget(view)
    assert view.grab().scaled(300, 300).save(str(picture))
    view.show_markdown(f"![a]({picture}) ![b](https://example.org/b.png) ![c]({picture.as_uri()})")
    view.grab()
    for name in (str(picture), picture.as_uri(), "https://example.org/b.png"):
        found = view.document().resource(QTextDocument.ResourceType.ImageResource.value, QUrl(name))
        assert found is not None
        assert found.deviceIndependentSize().width() == 16
    assert not view.openLinks()


# -- aliases ----------------------------------------------------------------------------------------------------------


def test_that_an_alias_is_moved_with_a_reason(shown: Show[PromoteDialog], qtbot: QtBot) -> None:
    dialog = shown(PromoteDialog(HISTORY, CURRENT, GATES))
    assert find(dialog, QComboBox, "promote_alias").accessibleDescription().startswith("It names version 2 now")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert refusal(dialog, "promote_reason") == "Write in a few words why."
    qtbot.keyClicks(dialog.focusWidget(), "better")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert told("promote") == [MoveAlias(model="m", alias="champion", to=CURRENT.commit, reason="better")]
    assert not button(dialog, "promote_go").isEnabled()
    dialog.accept()


def test_that_an_alias_that_names_the_version_already_is_refused(shown: Show[PromoteDialog]) -> None:
    dialog = shown(PromoteDialog(HISTORY, OTHER, GATES))
    choose(dialog, "production")
    area(dialog, "promote_reason").setPlainText("better")
    button(dialog, "promote_go").click()
    assert "names version 5 already" in refusal(dialog, "promote_alias")
    choose(dialog, "challenger")
    assert find(dialog, QComboBox, "promote_alias").accessibleDescription() == "It names no version yet."
    button(dialog, "promote_go").click()
    assert told("promote") == [MoveAlias(model="m", alias="challenger", to=OTHER.commit, reason="better")]
    dialog.accept()


def test_that_a_new_alias_gets_a_name_and_conditions_of_its_own(shown: Show[PromoteDialog]) -> None:
    dialog = shown(PromoteDialog(HISTORY, CURRENT, GATES))
    assert not line(dialog, "promote_name").isVisible()
    choose(dialog, "")
    area(dialog, "promote_reason").setPlainText("a pilot")
    line(dialog, "promote_name").setText("Champion")
    button(dialog, "promote_go").click()
    assert "upper from lower" in refusal(dialog, "promote_name")
    line(dialog, "promote_name").setText("pilot shop")
    button(dialog, "promote_edit").click()
    area(dialog, "promote_conditions").setPlainText("size <= 50 MB\n\nsize  <=  50 MB")
    button(dialog, "promote_go").click()
    assert told("promote") == [
        SetGates(model="m", alias="pilot-shop", conditions=("size <= 50 MB",)),
        MoveAlias(model="m", alias="pilot-shop", to=CURRENT.commit, reason="a pilot"),
    ]
    dialog.accept()


def test_that_a_condition_that_is_none_is_refused_by_its_line(shown: Show[PromoteDialog], qtbot: QtBot) -> None:
    dialog = shown(PromoteDialog(HISTORY, CURRENT, GATES))
    area(dialog, "promote_reason").setPlainText("better")
    button(dialog, "promote_edit").click()
    conditions = area(dialog, "promote_conditions")
    assert dialog.focusWidget() is conditions
    qtbot.keyClick(conditions, Qt.Key.Key_Return)
    qtbot.keyClicks(conditions, "rok > 2")
    assert refusal(dialog, "promote_conditions") == ""
    qtbot.keyClick(conditions, Qt.Key.Key_Return)
    qtbot.keyClicks(conditions, "nonsense >= 1")
    assert refusal(dialog, "promote_conditions").startswith("Line 3: 'rok > 2' is no condition")
    qtbot.keyClick(conditions, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "Line 4: There is no metric 'nonsense'" in refusal(dialog, "promote_conditions")
    assert told("promote") == []
    conditions.setPlainText("signed")
    button(dialog, "promote_go").click()
    assert told("promote")[0] == SetGates(model="m", alias="champion", conditions=("signed",))
    dialog.accept()


def test_that_conditions_can_be_left_out_and_are_kept_apart_by_alias(shown: Show[PromoteDialog]) -> None:
    dialog = shown(PromoteDialog(HISTORY, CURRENT, GATES))
    area(dialog, "promote_reason").setPlainText("better")
    button(dialog, "promote_edit").click()
    area(dialog, "promote_conditions").setPlainText("")
    choose(dialog, "challenger")
    assert not area(dialog, "promote_conditions").isVisible()
    choose(dialog, "champion")
    assert area(dialog, "promote_conditions").isVisible()
    button(dialog, "promote_go").click()
    assert told("promote")[0] == SetGates(model="m", alias="champion", conditions=())
    dialog.accept()


def test_that_an_alias_is_moved_despite_of_conditions_only_when_that_is_said(
    shown: Show[PromoteDialog], qtbot: QtBot
) -> None:
    dialog = shown(PromoteDialog(HISTORY, CURRENT, GATES))
    area(dialog, "promote_reason").setPlainText("better")
    go, despite = button(dialog, "promote_go"), button(dialog, "promote_despite")
    go.click()
    dialog.show_refusal(REFUSAL)
    said = [label.text() for label in find(dialog, QWidget, "promote_refused").findChildren(QLabel)]
    assert set(REFUSAL) <= set(said)
    assert not go.isEnabled()
    assert dialog.focusWidget() is despite
    qtbot.keyClick(despite, Qt.Key.Key_Space)
    assert go.isEnabled()
    go.click()
    assert told("promote")[1:] == [
        MoveAlias(model="m", alias="champion", to=CURRENT.commit, reason="better", despite=True)
    ]
    dialog.show_refusal(REFUSAL)
    assert not despite.isChecked()
    choose(dialog, "challenger")
    assert not despite.isVisible()
    assert go.isEnabled()
    dialog.accept()


def test_that_what_is_refused_is_scrolled_to_on_a_small_screen(shown: Show[PromoteDialog], qtbot: QtBot) -> None:
    dialog = shown(PromoteDialog(HISTORY, CURRENT, GATES))
    area(dialog, "promote_reason").setPlainText("better")
    dialog.resize(592, 300)
    button(dialog, "promote_go").click()
    dialog.setMaximumHeight(300)
    dialog.show_refusal(REFUSAL)
    despite, view = button(dialog, "promote_despite"), find(dialog, QScrollArea, "promote_body").viewport()
    qtbot.waitUntil(lambda: view.rect().contains(QRect(despite.mapTo(view, QPoint()), despite.size())))
    dialog.accept()


def test_that_conditions_are_set_once_when_the_move_is_asked_for_again(shown: Show[PromoteDialog]) -> None:
    dialog = shown(PromoteDialog(HISTORY, CURRENT, GATES))
    area(dialog, "promote_reason").setPlainText("better")
    button(dialog, "promote_edit").click()
    area(dialog, "promote_conditions").setPlainText("signed")
    button(dialog, "promote_go").click()
    dialog.show_error("It was not moved", "The disk is full.", "Free some space.")
    assert button(dialog, "promote_go").isEnabled()
    button(dialog, "promote_go").click()
    assert [type(change) for change in told("promote")] == [SetGates, MoveAlias, MoveAlias]
    dialog.accept()


# -- adopting ---------------------------------------------------------------------------------------------------------


def state(part: Part, ours: str, theirs: str) -> PartState:
    return PartState(part=part, ours=ours, theirs=theirs, changed_here=True, changed_there=True)


def test_that_a_version_is_adopted_and_the_dialog_waits_for_the_answer(shown: Show[AdoptDialog], qtbot: QtBot) -> None:
    dialog = shown(AdoptDialog(HISTORY, OTHER))
    qtbot.keyClicks(dialog.focusWidget(), "better")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert told("adopt") == [Adopt(model="m", version=OTHER.commit, message="better")]
    assert not dialog.isHidden()
    assert not area(dialog, "adopt_message").isEnabled()
    dialog.accept()


def test_that_what_both_changed_is_chosen_part_by_part(shown: Show[AdoptDialog], qtbot: QtBot) -> None:
    dialog = shown(AdoptDialog(HISTORY, OTHER))
    area(dialog, "adopt_message").setPlainText("better")
    button(dialog, "adopt_go").click()
    dialog.show_conflict((state("model", "forest 0.97", "forest 0.98"), state("threshold", "0.5", "0.35")))
    assert "Both were changed" in dialog.problem.accessibleName()
    button(dialog, "adopt_go").click()
    assert refusal(dialog, "adopt_model") == "Choose which model shall be kept."
    ours = button(dialog, "adopt_model_ours")
    assert ours.accessibleName() == "Here: forest 0.97"
    assert dialog.focusWidget() is ours
    qtbot.keyClick(ours, Qt.Key.Key_Right)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
    assert button(dialog, "adopt_model_theirs").isChecked()
    assert refusal(dialog, "adopt_model") == ""
    qtbot.mouseClick(button(dialog, "adopt_threshold_ours").parentWidget(), Qt.MouseButton.LeftButton)
    button(dialog, "adopt_go").click()
    keep = {"model": "theirs", "threshold": "ours"}
    assert told("adopt")[1:] == [Adopt(model="m", version=OTHER.commit, message="better", keep=keep)]  # type: ignore[arg-type]
    dialog.accept()


# -- other models, files ----------------------------------------------------------------------------------------------


def test_that_models_that_predict_the_same_are_offered_alone(shown: Show[JoinDialog], qtbot: QtBot) -> None:
    others = [
        model("a"),
        model("b", "Old"),
        model("c", target="age"),
        model("d", task="regression"),
        model("f", "Older"),
        model("e", binned=AT),
    ]
    dialog = shown(JoinDialog(model("a", "New"), others))
    models = find(dialog, QListWidget, "join_models")
    assert models.count() == 2
    area(dialog, "join_message").setPlainText("newer data")
    button(dialog, "join_go").click()
    assert refusal(dialog, "join_models") == "Choose a model."
    qtbot.keyClick(models, Qt.Key.Key_Space)
    button(dialog, "join_go").click()
    assert told("join") == [JoinModel(model="a", into="b", message="newer data")]


def test_that_a_model_without_equals_cannot_be_joined(shown: Show[JoinDialog]) -> None:
    dialog = shown(JoinDialog(model("a"), [model("a")]))
    assert not button(dialog, "join_go").isEnabled()
    assert "No other model" in find(dialog, QWidget, "join_empty").accessibleName()


def test_that_files_are_restored_into_a_new_folder(
    shown: Show[RestoreFilesDialog], qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = shown(RestoreFilesDialog(HISTORY, OTHER, "Churn / May"))
    line(dialog, "restore_folder").setText(str(tmp_path))
    assert "is there already" in refusal(dialog, "restore_folder")
    line(dialog, "restore_folder").setText("here")
    assert "whole path" in refusal(dialog, "restore_folder")
    button(dialog, "restore_folder_browse").click()
    chooser = find(dialog, QFileDialog, "restore_browse_dialog")
    chooser.fileSelected.emit(str(tmp_path))
    chooser.reject()
    qtbot.keyClick(line(dialog, "restore_folder"), Qt.Key.Key_Return)
    out = str(tmp_path / "Churn-May-v5")
    assert told("restore") == [RestoreFiles(model="m", version=OTHER.commit, out=out)]


def test_that_onnx_goes_to_a_file_or_beside_the_others(shown: Show[OnnxDialog], tmp_path: Path) -> None:
    dialog = shown(OnnxDialog(HISTORY, CURRENT, "Churn"))
    line(dialog, "onnx_file").setText(str(tmp_path / "m.txt"))
    button(dialog, "onnx_go").click()
    assert "ends with .onnx" in refusal(dialog, "onnx_file")
    button(dialog, "onnx_beside").click()
    assert not line(dialog, "onnx_file").isEnabled()
    button(dialog, "onnx_go").click()
    assert told("onnx") == [ExportOnnx(model="m", version=CURRENT.commit, out="")]


def test_that_onnx_of_an_earlier_version_goes_to_a_file_alone(shown: Show[OnnxDialog], tmp_path: Path) -> None:
    dialog = shown(OnnxDialog(HISTORY, OLD, "Churn"))
    assert not button(dialog, "onnx_beside").isEnabled()
    line(dialog, "onnx_file").setText(str(tmp_path / "m.onnx"))
    button(dialog, "onnx_go").click()
    assert told("onnx") == [ExportOnnx(model="m", version=OLD.commit, out=str(tmp_path / "m.onnx"))]


# -- remotes ----------------------------------------------------------------------------------------------------------


def test_that_a_remote_is_added_pushed_to_pulled_from_and_removed(shown: Show[RemotesDialog], qtbot: QtBot) -> None:
    dialog = shown(RemotesDialog(model("a"), {"origin": "ssh://a@host/b"}))
    qtbot.keyClicks(line(dialog, "remotes_name"), "backup")
    qtbot.keyClicks(line(dialog, "remotes_address"), "/media/backup/churn")
    qtbot.keyClick(line(dialog, "remotes_address"), Qt.Key.Key_Return)
    assert line(dialog, "remotes_name").text() == ""
    dialog.show_remotes({"origin": "ssh://a@host/b", "backup": "/media/backup/churn"})
    for name in ("remotes_push_origin", "remotes_pull_backup", "remotes_remove_backup"):
        button(dialog, name).click()
    assert told("remotes") == [
        SetRemote(model="a", name="backup", url="/media/backup/churn"),
        Push(model="a", remote="origin"),
        Pull(model="a", remote="backup"),
        SetRemote(model="a", name="backup", url=""),
    ]
    assert not dialog.isHidden()


def test_that_what_is_sent_can_be_stopped_and_the_dialog_stays_meanwhile(
    shown: Show[RemotesDialog], qtbot: QtBot
) -> None:
    dialog = shown(RemotesDialog(model("a"), {"origin": "ssh://a@host/b"}))
    dialog.show_busy("Push to origin…")
    with qtbot.waitSignal(dialog.stop_wanted):
        button(dialog, "remotes_cancel").click()
    with qtbot.waitSignal(dialog.stop_wanted):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.show_done("It was stopped", ("What was sent is whole.",))
    assert button(dialog, "remotes_cancel").text() == "Close"
    button(dialog, "remotes_cancel").click()
    assert dialog.isHidden()


def test_that_a_remote_that_cannot_be_is_refused_under_its_field(shown: Show[RemotesDialog]) -> None:
    dialog = shown(RemotesDialog(model("a"), {"origin": "ssh://a@host/b"}))
    line(dialog, "remotes_name").setText("origin")
    line(dialog, "remotes_address").setText("https://ada:secret@host/churn")
    button(dialog, "remotes_go").click()
    assert "already" in refusal(dialog, "remotes_name")
    assert "password" in refusal(dialog, "remotes_address")
    assert "secret" not in refusal(dialog, "remotes_address")
    assert told("remotes") == []


def test_that_nothing_can_be_pressed_while_a_remote_is_busy(shown: Show[RemotesDialog]) -> None:
    dialog = shown(RemotesDialog(model("a"), {"origin": "ssh://a@host/b"}))
    push = button(dialog, "remotes_push_origin")
    push.setFocus()
    push.click()
    dialog.show_busy("Pushing to origin…")
    dialog.show_busy("Pushing to origin: 2 MB…")
    assert not push.isEnabled()
    assert button(dialog, "remotes_cancel").isEnabled()
    assert dialog.problem.accessibleName() == "Pushing to origin: 2 MB…"
    dialog.show_error("The remote refused", "It has versions that are not here.", "Pull first.")
    assert push.isEnabled()
    assert dialog.focusWidget() is push
    assert dialog.problem.accessibleName() == "The remote refused It has versions that are not here. Pull first."
    dialog.show_done("2 versions were pushed.", ("champion was moved.",))
    assert dialog.problem.accessibleName() == "2 versions were pushed. champion was moved."


def test_that_a_model_is_got_from_an_address(shown: Show[CloneDialog], qtbot: QtBot) -> None:
    dialog = shown(CloneDialog())
    qtbot.keyClicks(dialog.focusWidget(), "http://host/churn")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert "Use https://" in refusal(dialog, "clone_address")
    line(dialog, "clone_address").setText("https://host/churn")
    line(dialog, "clone_name").setText("Churn of Ben")
    button(dialog, "clone_go").click()
    assert told("clone") == [CloneModel(url="https://host/churn", name="Churn of Ben")]


# -- clean-up ---------------------------------------------------------------------------------------------------------


def test_that_what_comes_back_is_ticked_and_freed(shown: Show[CleanUpDialog], qtbot: QtBot) -> None:
    dialog = shown(CleanUpDialog())
    assert not button(dialog, "clean_up_go").isVisible()
    assert "Looking" in find(dialog, QWidget, "clean_up_empty").accessibleName()
    dialog.show_list(ITEMS)
    table = find(dialog, CleanUpTable, "clean_up_table")
    assert [one.kind for one in table.ticked()] == ["files", "left"]
    sizes = [cell.text() for row in range(4) if (cell := table.item(row, 4)) is not None]
    assert sizes == ["2.0 MB", "900.0 kB", "1.0 kB", "500 bytes"]
    assert button(dialog, "clean_up_go").text() == "Free 901.0 kB"
    assert not button(dialog, "clean_up_sure").isVisible()
    with qtbot.waitSignal(dialog.free_wanted) as told_:
        button(dialog, "clean_up_go").click()
    assert told_.args == [("files:id-files", "left:id-left")]
    assert not button(dialog, "clean_up_go").isEnabled()
    dialog.show_freed(Freed(items=2, size=901_000, waiting=4_000))
    words = find(dialog, QWidget, "clean_up_empty").accessibleName()
    assert words.startswith("901.0 kB are free now. 4.0 kB more wait")


def test_that_what_is_gone_for_good_must_be_confirmed(shown: Show[CleanUpDialog], qtbot: QtBot) -> None:
    dialog = shown(CleanUpDialog())
    dialog.show_list(ITEMS)
    table, sure, go = find(dialog, CleanUpTable, "clean_up_table"), button(dialog, "clean_up_sure"), dialog.go
    first = table.item(0, 0)
    assert first is not None
    assert first.text() == "Dataset in the bin, for good"
    assert not first.icon().isNull()
    assert dialog.focusWidget() is table
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert sure.isVisible()
    assert sure.text().startswith("One of these is gone for good, with 2.0 MB")
    assert go.text() == "Free 2.9 MB"
    assert go.property("role") == "danger"
    assert not go.isEnabled()
    sure.click()
    assert go.isEnabled()
    for _ in range(3):
        qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert not sure.isChecked()
    assert not go.isEnabled()
    assert sure.text().startswith("2 of these are gone for good")


def test_that_there_may_be_nothing_to_free_or_the_disk_refuses(shown: Show[CleanUpDialog]) -> None:
    dialog = shown(CleanUpDialog())
    dialog.show_list(CleanUpList(items=()))
    assert "nothing to free" in find(dialog, QWidget, "clean_up_empty").accessibleName()
    assert not button(dialog, "clean_up_go").isVisible()
    dialog.show_list(ITEMS)
    button(dialog, "clean_up_go").click()
    dialog.show_error("The disk refused", "It is read-only.", "Look at it.")
    assert button(dialog, "clean_up_go").isEnabled()
    assert len(find(dialog, CleanUpTable, "clean_up_table").ticked()) == 2


# -- signers ----------------------------------------------------------------------------------------------------------


def test_that_a_key_is_trusted_under_the_name_that_was_written(shown: Show[TrustDialog], qtbot: QtBot) -> None:
    sentence = f"Signed by “Ada” with a key that you do not know ({FINGERPRINT}): compare it."
    dialog = shown(TrustDialog("Ada", FINGERPRINT, sentence))
    name = line(dialog, "trust_name")
    assert (dialog.focusWidget(), name.text()) == (name, "")
    assert "".join(find(dialog, QLabel, "trust_fingerprint").text().split()) == FINGERPRINT
    assert FINGERPRINT not in find(dialog, QLabel, "trust_lead").text()
    button(dialog, "trust_copy").click()
    assert QGuiApplication.clipboard().text() == FINGERPRINT
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert refusal(dialog, "trust_name") == "Write whose key it is."
    qtbot.keyClicks(name, "Ada of the lab")
    with qtbot.waitSignal(dialog.trusted) as told_:
        qtbot.keyClick(name, Qt.Key.Key_Return)
    assert told_.args == [FINGERPRINT, "Ada of the lab"]


def test_that_a_fingerprint_stands_in_groups() -> None:
    assert grouped(FINGERPRINT).splitlines()[:2] == ["SHA256:", "uNiV  ztks  CsDh  cc0u  9e8B  grJX"]
    assert grouped("abcdef") == "abcd  ef"
