from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtWidgets import QLabel, QWidget

from aetheron_desktop.engine.estimators.deciding import CostRule
from aetheron_desktop.engine.estimators.limits import Limits
from aetheron_desktop.engine.estimators.monotone import Monotone
from aetheron_desktop.engine.evaluation.ranking import partly
from aetheron_desktop.engine.versioning.lineage import Lineage
from aetheron_desktop.engine.versioning.record import EnsemblePart, ModelRecord
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.model_details import ModelDetails
from aetheron_desktop.ui.widgets.versions.ensemble_parts import EnsembleParts
from aetheron_desktop.ui.widgets.versions.importance_bars import ImportanceBars
from aetheron_desktop.ui.widgets.versions.share_bar import ShareBar
from tests.models import made_info

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

WIDE = 320


def shown(qtbot: QtBot, importance: dict[str, float], features: int | None = None) -> ImportanceBars:
    columns = len(importance) if features is None else features
    bars = ImportanceBars(importance, "binary", partly(importance, columns))
    qtbot.addWidget(bars)
    bars.resize(WIDE, bars.sizeHint().height())
    bars.show()
    return bars


def words(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


def test_that_the_best_column_is_first_and_its_bar_is_full(dressed: QApplication, qtbot: QtBot) -> None:
    bars = shown(qtbot, {"count": 0.1, "noise": 0.0001, "size": 0.2, "odd": -0.1})
    assert words(bars) == ["size", "0.200", "count", "0.100"]
    first, second = bars.findChildren(ShareBar)
    assert first.width() > 100
    assert first.width() == second.width()
    accent, y = theme.color("accent"), first.height() // 2
    for bar, share in ((first, 1.0), (second, 0.5)):
        picture = bar.grab().toImage()
        ratio = picture.devicePixelRatio()
        painted = [picture.pixelColor(int(x * ratio), int(y * ratio)) == accent for x in range(3, bar.width() - 3)]
        assert sum(painted) / len(painted) == pytest.approx(share, abs=0.05)


def test_that_ten_columns_at_most_are_shown(dressed: QApplication, qtbot: QtBot) -> None:
    bars = shown(qtbot, {f"c{number}": 1.0 - number / 100 for number in range(40)})
    assert len(bars.findChildren(ShareBar)) == 10
    assert words(bars)[-1] == "0.910"


def test_that_it_is_said_when_none_helps_and_when_not_all_were_tried(dressed: QApplication, qtbot: QtBot) -> None:
    assert words(shown(qtbot, {"a": 0.0, "b": -0.2})) == ["None helps measurably."]
    assert words(shown(qtbot, {"a": 0.5}, 2_000))[-1] == "1 of 2,000 columns were tried in the time there was."


def test_that_names_of_columns_are_no_markup_and_need_no_room(dressed: QApplication, qtbot: QtBot) -> None:
    name = "<b>a & b</b> " * 30
    bars = shown(qtbot, {name: 0.5})
    assert words(bars)[0] == name
    assert bars.minimumSizeHint().width() < WIDE / 2
    label = bars.findChildren(QLabel)[0]
    assert "&lt;b&gt;" in label.toolTip()
    assert "ROC AUC lost" in label.toolTip()


@pytest.mark.parametrize("importance", [{}, {"size": 0.2, "colour": 0.01}])
def test_that_the_details_of_a_version_have_them_where_they_are_known(
    dressed: QApplication, qtbot: QtBot, importance: dict[str, float]
) -> None:
    details = ModelDetails()
    qtbot.addWidget(details)
    info = made_info(1)
    details.show_model(info)
    assert details.findChild(QWidget, "model_importance") is None
    details.show_record(record(info.version, importance))
    assert ("Most important columns" in words(details)) == bool(importance)
    assert (details.findChild(QWidget, "model_importance") is not None) == bool(importance)


def test_that_the_details_say_what_the_limits_of_a_prediction_are(dressed: QApplication, qtbot: QtBot) -> None:
    details = ModelDetails()
    qtbot.addWidget(details)
    info = made_info(1)
    details.show_model(info)
    details.show_record(record(info.version, {}))
    assert details.findChild(QWidget, "model_limits") is None
    limits = Limits(level=0.95, rows=1_234, below=(1.0,), above=(2.0,))
    details.show_record(msgspec.structs.replace(record(info.version, {}), limits=limits))
    told = details.findChild(QLabel, "model_limits")
    assert told is not None
    assert "95 % of all rows" in told.text()
    assert "1,234 rows" in told.text()


def test_that_the_details_say_what_errors_cost(dressed: QApplication, qtbot: QtBot) -> None:
    details = ModelDetails()
    qtbot.addWidget(details)
    info = msgspec.structs.replace(made_info(1), task="multiclass", classes=("a", "<b>", "c"))
    details.show_model(info)
    rule = CostRule(matrix=((0.0, 7.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)))
    details.show_record(msgspec.structs.replace(record(info.version, {}), info=info, costs=rule))
    told = details.findChild(QLabel, "model_costs")
    assert told is not None
    assert told.text().endswith("\na taken for <b>: 7")


def test_that_the_details_say_which_directions_were_promised(dressed: QApplication, qtbot: QtBot) -> None:
    details = ModelDetails()
    qtbot.addWidget(details)
    info = made_info(1)
    details.show_model(info)
    details.show_record(record(info.version, {}))
    assert details.findChild(QWidget, "model_directions") is None
    directions = (Monotone("<b>age", "+"), Monotone("price", "-"))
    details.show_record(msgspec.structs.replace(record(info.version, {}), monotone=directions))
    told = details.findChild(QLabel, "model_directions")
    assert told is not None
    assert told.text() == "The prediction only rises with <b>age.\nThe prediction only falls with price."


def record(version: str, importance: dict[str, float]) -> ModelRecord:
    return ModelRecord(
        model="model-1",
        version=version,
        info=made_info(1),
        intervals={},
        importance=importance,
        moves=(),
        gates={},
        remotes={},
        signature="",
        state="unsigned",
        signer="",
        fingerprint="",
        card="",
        files=(),
        lineage=Lineage(model="model-1", version=version, back=()),
    )


def test_that_the_parts_of_an_ensemble_are_told_with_what_they_count(dressed: QApplication, qtbot: QtBot) -> None:
    parts = (
        EnsemblePart(estimator="boosting", weight=0.75, fits=8),
        EnsemblePart(estimator="of another version", weight=0.15, fits=1),
        EnsemblePart(estimator="boosting", weight=0.1, fits=1, title="Gradient boosting (depth 4)"),
    )
    bars = EnsembleParts(parts)
    qtbot.addWidget(bars)
    first = ("Gradient boosting", "75%", "8 fits")
    last = ("Gradient boosting (depth 4)", "10%", "1 fit")
    assert words(bars) == [*first, "of another version", "15%", "1 fit", *last]
    assert (
        bars.accessibleName()
        == "Parts of the ensemble: Gradient boosting 75%; of another version 15%; Gradient boosting (depth 4) 10%"
    )
    assert [bar._share for bar in bars.findChildren(ShareBar)] == [0.75, 0.15, 0.1]
