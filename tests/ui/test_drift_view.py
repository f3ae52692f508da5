"""The drift of two datasets in the window, with a real worker."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QTableWidget
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest
from aetheron_desktop.engine.datasets.splitting.parting import part
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.widgets.charts.twins import TwinChart
from aetheron_desktop.ui.widgets.data_views.drift import DriftView

LIMIT_MS = 30_000


def table(seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame({"x": random.normal(0, 1, 500).round(3), "city": random.choice(["Ulm", "Bonn"], 500)})


def stored(session: Session, folder: Path, frame: pd.DataFrame, name: str) -> str:
    frame.to_csv(folder / f"{name}.csv", index=False)
    info = import_file(
        folder / f"{name}.csv", session.workspace.root / "datasets", progress=lambda *_: None, should_stop=lambda: False
    )
    assert info is not None
    session.workspace.add_dataset(info)
    return info.id


@pytest.fixture
def view(qtbot: QtBot, session: Session, tmp_path: Path, dressed: QApplication) -> DriftView:
    after = table(1)
    after["x"] += 3
    after.loc[:99, "city"] = "Jena"
    stored(session, tmp_path, table(0), "may")
    session.open_dataset(stored(session, tmp_path, after, "june"))
    assert session.dataset is not None
    part(session.dataset, SplitRequest(name="even", kind="random"))
    view = DriftView(session)
    qtbot.addWidget(view)
    view.resize(700, 600)
    view.show()
    view.show_dataset(session.dataset)
    return view


def choose(view: DriftView, words: str) -> None:
    combo = view.findChild(QComboBox, "drift_against")
    assert isinstance(combo, QComboBox)
    place = next(place for place in range(combo.count()) if words in combo.itemText(place))
    combo.setCurrentIndex(place)
    combo.activated.emit(place)


def rows(view: DriftView) -> list[str]:
    shown = view.findChild(QTableWidget, "drift_table")
    assert isinstance(shown, QTableWidget)
    return [shown.item(row, 0).text() for row in range(shown.rowCount())]  # type: ignore[union-attr]


def test_that_two_datasets_are_compared_and_the_worst_comes_first(qtbot: QtBot, view: DriftView) -> None:
    assert rows(view) == []
    choose(view, "may")
    qtbot.waitUntil(lambda: rows(view) == ["x", "city"], timeout=LIMIT_MS)
    told = view.findChild(QLabel, "drift_words")
    assert isinstance(told, QLabel)
    assert told.text() == "500 and 500 rows; 2 of 2 columns have drifted."
    chart = view.findChild(TwinChart)
    assert isinstance(chart, TwinChart)
    assert chart.table()[0] == ["x", "may", "june"]
    shown = view.findChild(QTableWidget, "drift_table")
    assert isinstance(shown, QTableWidget)
    shown.setCurrentCell(1, 0)
    assert [row[0] for row in chart.table()] == ["city", "Bonn", "Ulm", "Jena"]
    assert chart.grab().toImage().width() > 0


def test_that_the_parts_of_a_split_are_compared(qtbot: QtBot, view: DriftView) -> None:
    choose(view, "“even”")
    qtbot.waitUntil(lambda: len(rows(view)) == 2, timeout=LIMIT_MS)
    told = view.findChild(QLabel, "drift_words")
    assert isinstance(told, QLabel)
    assert told.text().startswith("300 and 100 rows; ")


def test_that_a_dataset_that_is_gone_is_told_in_words(qtbot: QtBot, view: DriftView, session: Session) -> None:
    for info in session.workspace.datasets():
        if info.name == "may":
            (session.workspace.dataset_folder(info.id) / "data.parquet").unlink()
    choose(view, "may")
    qtbot.waitUntil(lambda: "cannot be compared" in view._empty.accessibleName(), timeout=LIMIT_MS)
