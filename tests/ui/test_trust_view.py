"""The trust report in the window, with a real worker: findings, fixes, reasons, splits, and what training gets."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.checks.finding import Fix
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.splitting.frozen_split import splits
from aetheron_desktop.ui import session as session_module
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.widgets.data_views.trust import TrustView
from aetheron_desktop.ui.widgets.finding_card import FindingCard

LIMIT_MS = 30_000
ROWS = 600


@pytest.fixture
def table(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"patient_id": random.integers(0, 40, ROWS), "pressure": random.normal(120, 9, ROWS).round(0)})
    frame.loc[::20, "pressure"] = 0
    frame["ill"] = np.where(random.random(40)[frame["patient_id"]] > 0.5, "yes", "no")
    frame["code"] = np.where(frame["ill"] == "yes", 7, 3)
    path = tmp_path / "visits.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture
def opened(session: Session, table: Path) -> Session:
    info = import_file(table, session.workspace.root / "datasets", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    session.workspace.add_dataset(info)
    session.open_dataset(info.id)
    session.set_target("ill")
    return session


@pytest.fixture
def view(qtbot: QtBot, opened: Session, dressed: QApplication) -> TrustView:
    view = TrustView(opened)
    qtbot.addWidget(view)
    view.resize(700, 900)
    view.show()
    view.show_dataset(opened.dataset)
    checked(qtbot, opened)
    return view


def checked(qtbot: QtBot, session: Session) -> None:
    def is_done() -> bool:
        return session.trust.checked is not None and not session.trust.is_checking and session.trust.is_current

    qtbot.waitUntil(is_done, timeout=LIMIT_MS)


def card(view: TrustView, id: str) -> FindingCard:
    found = view.findChild(FindingCard, f"finding_{id}")
    assert isinstance(found, FindingCard)
    return found


def press(card: FindingCard, name: str) -> None:
    button = card.findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    button.click()


def test_that_the_findings_are_shown_worst_first(view: TrustView, opened: Session) -> None:
    summary = view.findChild(QLabel, "trust_summary")
    assert isinstance(summary, QLabel)
    assert summary.text() == "3 findings that could harm a model of “ill”"
    cards = sorted((one for one in view.findChildren(FindingCard) if one.isVisible()), key=lambda one: one.y())
    assert [one.objectName() for one in cards] == [
        "finding_leakage:code", "finding_group:patient_id", "finding_disguised:0:pressure",
    ]  # fmt: skip
    assert cards[0].accessibleName() == "High harm: “code” alone gives away “ill”"
    assert opened.trust.summary() == "3 findings open"


def test_that_a_column_is_left_out_and_taken_back(qtbot: QtBot, view: TrustView, opened: Session) -> None:
    press(card(view, "leakage:code"), "finding_fix")
    assert "code" in opened.excluded
    checked(qtbot, opened)
    assert [one.id for one in opened.trust.findings()] == ["group:patient_id", "disguised:0:pressure"]
    assert [one.action for one in opened.plan()[0].decisions] == ["fixed"]
    back = view.findChild(QPushButton, "trust_back_0")
    assert isinstance(back, QPushButton)
    back.click()
    assert "code" not in opened.excluded
    checked(qtbot, opened)
    assert len(opened.trust.findings()) == 3


def test_that_a_first_look_warns_before_a_training_and_the_report_takes_its_place(
    qtbot: QtBot, opened: Session
) -> None:
    trust = opened.trust
    trust.look()
    qtbot.waitUntil(lambda: [one.id for one in trust.warnings()] == ["leakage:code"], timeout=LIMIT_MS)
    assert trust.checked is None
    trust.check()
    checked(qtbot, opened)
    assert [one.id for one in trust.warnings()] == ["leakage:code"]
    trust.fix(trust.warnings()[0])
    assert "code" in opened.excluded
    assert trust.warnings() == []
    trust.take_back(trust.decided()[0])
    trust.ignore(trust.warnings()[0], "known when it is asked")
    assert trust.warnings() == []


def test_that_a_finding_is_ignored_for_a_reason_that_stays(qtbot: QtBot, view: TrustView, opened: Session) -> None:
    first = card(view, "disguised:0:pressure")
    press(first, "finding_ignore")
    reason = first.findChild(QLineEdit, "finding_reason")
    assert isinstance(reason, QLineEdit)
    assert reason.isVisible()
    reason.returnPressed.emit()
    assert len(opened.trust.findings()) == 3, "without a reason nothing is decided"
    reason.setText("the cuff was off, and that tells something")
    reason.returnPressed.emit()
    assert len(opened.trust.findings()) == 2
    assert opened.plan()[0].decisions[0].reason == "the cuff was off, and that tells something"
    other = Session(opened.workspace)
    assert opened.dataset is not None
    other.open_dataset(opened.dataset.info.id)
    other.set_target("ill")
    assert [one.action for one in other.trust.decided()] == ["ignored"]
    with qtbot.waitSignal(other.finished, timeout=LIMIT_MS):
        other.shut_down("cancel")


def test_that_the_split_of_a_finding_is_made_and_used(qtbot: QtBot, view: TrustView, opened: Session) -> None:
    press(card(view, "group:patient_id"), "finding_fix")
    qtbot.waitUntil(lambda: opened.trust.split is not None, timeout=LIMIT_MS)
    assert opened.dataset is not None
    made = splits(opened.dataset)[0]
    assert (made.name, made.request.kind, made.request.column) == ("by patient_id", "group", "patient_id")
    plan = opened.plan()[0]
    assert (plan.split.frozen, plan.split.hash) == (made.name, made.hash)
    assert [one.split for one in plan.decisions] == ["by patient_id"]
    used = view.findChild(QComboBox, "split_used")
    assert isinstance(used, QComboBox)
    assert used.currentText().startswith("by patient_id: by group, “patient_id”")
    used.setCurrentIndex(0)
    used.activated.emit(0)
    assert opened.plan()[0].split.frozen is None


def test_that_a_split_of_ones_own_is_made(qtbot: QtBot, view: TrustView, opened: Session) -> None:
    kind, name = view.findChild(QComboBox, "split_kind"), view.findChild(QLineEdit, "split_name")
    new, freeze = view.findChild(QPushButton, "split_new"), view.findChild(QPushButton, "split_freeze")
    assert isinstance(kind, QComboBox)
    assert isinstance(name, QLineEdit)
    assert isinstance(new, QPushButton)
    assert isinstance(freeze, QPushButton)
    assert kind.currentData() == "group", "the proposal is filled in"
    new.click()
    kind.setCurrentIndex(kind.findData("stratified"))
    assert name.text() == "stratified"
    name.setText("even")
    freeze.click()
    qtbot.waitUntil(lambda: opened.trust.split == "even", timeout=LIMIT_MS)
    name.setText("even")
    kind.setCurrentIndex(kind.findData("random"))
    name.setText("even")
    told: list[str] = []
    opened.noticed.connect(lambda notice: told.append(notice.detail))
    freeze.click()
    qtbot.waitUntil(lambda: bool(told), timeout=LIMIT_MS)
    assert "There is another split named “even”" in told[0]


def test_that_folds_are_each_the_test_in_turn_or_one_alone(
    qtbot: QtBot, view: TrustView, opened: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, folds = view.findChild(QComboBox, "split_kind"), view.findChild(QSpinBox, "split_folds")
    test, fold = view.findChild(QSpinBox, "split_test"), view.findChild(QComboBox, "split_fold")
    new, freeze = view.findChild(QPushButton, "split_new"), view.findChild(QPushButton, "split_freeze")
    assert kind is not None
    assert folds is not None
    assert test is not None
    assert fold is not None
    assert new is not None
    assert freeze is not None
    assert fold.isHidden()
    new.click()
    kind.setCurrentIndex(kind.findData("stratified"))
    assert (folds.text(), test.isHidden()) == ("none, one test part", False)
    folds.setValue(4)
    assert test.isHidden(), "each fold has its share of the rows"
    freeze.click()
    qtbot.waitUntil(lambda: opened.trust.split == "stratified, 4 folds", timeout=LIMIT_MS)
    assert not fold.isHidden()
    assert fold.currentText() == "Each fold is the test in turn: 4 runs of each model"
    assert {one.split.fold for one in opened.plan(["logistic"])} == {0, 1, 2, 3}
    asked: list[str] = []
    monkeypatch.setattr(session_module, "of_run", lambda one, *_, **__: asked.append(one.estimator))
    assert len(opened.forecasts(["logistic"])) == 8
    assert asked == ["dummy", "logistic"], "the folds of an estimator take the same"
    assert opened.trust.split_words == "stratified, 4 folds: each fold in turn"
    name = view.findChild(QLineEdit, "split_name")
    assert name is not None
    name.setText("mine")
    fold.setCurrentIndex(fold.findData(2))
    fold.activated.emit(fold.currentIndex())
    assert (fold.currentText(), name.text()) == ("Fold 2 alone is the test", "mine")
    assert [one.split.fold for one in opened.plan(["logistic"])] == [2, 2], "the baseline and the model"
    opened.trust.choose_split(None)
    assert fold.isHidden()
    assert opened.trust.fold is None


def test_that_rows_are_marked_and_asked_to_be_seen(qtbot: QtBot, view: TrustView, opened: Session) -> None:
    with qtbot.waitSignal(view.view_wanted) as told:
        press(card(view, "disguised:0:pressure"), "finding_rows")
    assert told.args == ["rows"]
    assert opened.marked == tuple(range(0, ROWS, 20))


def test_that_words_for_missing_lead_to_another_import(qtbot: QtBot, view: TrustView, opened: Session) -> None:
    with qtbot.waitSignal(opened.trust.import_wanted) as told:
        press(card(view, "disguised:0:pressure"), "finding_fix")
    assert isinstance(told.args[0], Fix)
    assert (told.args[0].columns, told.args[0].words) == (("pressure",), ("0",))
    assert not opened.trust.decided()


def test_that_a_snapshot_that_is_gone_is_told_in_words(qtbot: QtBot, view: TrustView, opened: Session) -> None:
    assert opened.dataset is not None
    opened.dataset.parquet.unlink()
    opened.trust.check()
    qtbot.waitUntil(lambda: not opened.trust.is_checking, timeout=LIMIT_MS)
    detail = view.findChild(QLabel, "trust_detail")
    assert isinstance(detail, QLabel)
    assert "cannot be read" in detail.text()


def test_that_another_target_is_checked_anew(qtbot: QtBot, view: TrustView, opened: Session) -> None:
    press(card(view, "leakage:code"), "finding_fix")
    opened.set_target("pressure")
    checked(qtbot, opened)
    assert not opened.trust.decided()
    opened.set_target("ill")
    assert "code" in opened.excluded
    checked(qtbot, opened)
