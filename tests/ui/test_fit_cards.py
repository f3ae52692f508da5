"""Learning and validation curve, and the influence of rows, as they are asked for and drawn."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.explaining.keeping import stored
from aetheron_desktop.engine.explaining.questions import FitCurveQuestion, InfluenceQuestion
from aetheron_desktop.engine.explaining.results import FitCurve, Influence
from aetheron_desktop.engine.workspace import Workspace
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.explanations.fit_curve_card import FitCurveCard
from aetheron_desktop.ui.widgets.explanations.influence_card import InfluenceCard
from tests.engine.versioning.doing import put_dataset, trained
from tests.tables import made_table
from tests.ui.conftest import shut_down
from tests.ui.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.registry.model import ModelInfo


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, ModelInfo]]:
    workspace = Workspace.open(tmp_path_factory.mktemp("fits") / "workspace")
    yield workspace, trained(workspace, put_dataset(workspace, made_table(200)), "ridge", "regression")
    workspace.close()


@pytest.fixture
def page(
    qtbot: QtBot, dressed: QApplication, shelf: tuple[Workspace, ModelInfo], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[QWidget, Session, InProcess]]:
    session = Session(shelf[0])
    work = InProcess(session, monkeypatch)
    made = QWidget()
    qtbot.addWidget(made)
    yield made, session, work
    shut_down(session, qtbot)


def press(card: QWidget, name: str) -> None:
    button = card.findChild(QPushButton, name)
    assert button is not None
    assert not button.isHidden()
    button.click()


def test_that_the_values_of_a_parameter_are_fitted_drawn_and_kept(
    qtbot: QtBot,
    page: tuple[QWidget, Session, InProcess],
    shelf: tuple[Workspace, ModelInfo],
    tmp_path: Path,
) -> None:
    parent, session, work = page
    workspace, info = shelf
    card = FitCurveCard("fit_curve_card", session, parent)
    card.show_card(catalog.card("ridge"))
    card.show_model(info.id, info.version)
    over = card.findChild(QComboBox, "fit_curve_card_over")
    assert over is not None
    assert [over.itemData(place) for place in range(over.count())] == ["", "alpha", "fit_intercept"]
    over.setCurrentIndex(over.findData("alpha"))
    over.activated.emit(over.currentIndex())
    press(card, "fit_curve_card_ask")
    qtbot.waitUntil(lambda: bool(card.chart_.lines) and not card._job)
    question = FitCurveQuestion(model=info.id, version=info.version, parameter="alpha")
    (told,) = stored(workspace, question)
    assert isinstance(told, FitCurve)
    path = tmp_path / "curve.csv"
    card.save(path)
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    assert head == ["line", "Regularization", "RMSE", "low", "high"]
    drawn = [(float(row[1]), float(row[2])) for row in rows if row[0] == "Validation rows"]
    assert np.array(drawn) == pytest.approx(np.array([(one.at, one.valid) for one in told.points]))
    assert {row[0] for row in rows} == {"Validation rows", "Training rows"}
    assert card.chart_.handle == (pytest.approx(0.0), None)  # the model's own strength is 1
    for kind in ("png", "svg"):
        card.save(tmp_path / f"curve.{kind}")
        assert (tmp_path / f"curve.{kind}").stat().st_size > 500
    again = FitCurveCard("again", session, parent)
    again.show_card(catalog.card("ridge"))
    again.show_model(info.id, info.version)
    again._over.setCurrentIndex(1)
    again._on_chosen()
    qtbot.waitUntil(lambda: bool(again.chart_.lines))
    assert again.chart_.lines == card.chart_.lines
    assert len(work.questions) == 1


def test_that_fits_that_nobody_waits_for_are_withdrawn(
    page: tuple[QWidget, Session, InProcess], shelf: tuple[Workspace, ModelInfo]
) -> None:
    parent, session, work = page
    work.holds = True
    card = FitCurveCard("fit_curve_card", session, parent)
    card.show_model(shelf[1].id, shelf[1].version)
    press(card, "fit_curve_card_ask")
    press(card, "fit_curve_card_cancel")
    assert work.stopped == [work.started[0].id]


def test_that_rows_that_pull_are_drawn_and_go_to_the_grid(
    qtbot: QtBot, page: tuple[QWidget, Session, InProcess], shelf: tuple[Workspace, ModelInfo]
) -> None:
    parent, session, _ = page
    workspace, info = shelf
    card = InfluenceCard("influence_card", session, parent)
    card.show_model(info.id, info.version)
    press(card, "influence_card_ask")
    qtbot.waitUntil(lambda: bool(card.chart_.points[0]))
    (told,) = stored(workspace, InfluenceQuestion(model=info.id, version=info.version))
    assert isinstance(told, Influence)
    assert card.chart_.points == ([one.leverage for one in told.shown], [one.distance for one in told.shown])
    far = sorted(one.row for one in told.shown if one.distance > told.limit)
    assert len(far) == told.many > 0
    with qtbot.waitSignal(card.rows_wanted) as wanted:
        press(card, "influence_card_grid")
    assert wanted.args == [far]
    with qtbot.waitSignal(card.rows_wanted) as wanted:
        card.chart_.region_chosen.emit(Bounds(0.0, 1.0, told.limit, 10.0))
    assert wanted.args == [far]
