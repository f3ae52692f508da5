from __future__ import annotations

import csv
import gc
import sys
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QSlider

from aetheron_desktop.engine.events import Event, JobStarted, MetricLogged, Part
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.curves import curve_book
from aetheron_desktop.ui.widgets.curves.curve_legend import LegendEntry, ShownRun
from aetheron_desktop.ui.widgets.curves.curves import FRAME_MS, Curves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aetheron_desktop.ui.widgets.curves.curve_buffer import Floats

RUN, OTHER = ShownRun("run-1", "Gradient boosting", 0), ShownRun("run-2", "Neural network", 1)


def points(
    run: str,
    steps: Iterable[int],
    name: str = "loss",
    part: Part = "valid",
    value: Callable[[int], float | None] = lambda step: 1 / (1 + step),
) -> list[Event]:
    return [
        MetricLogged(job=run, at=100.0 + step, step=step, part=part, name=name, value=value(step)) for step in steps
    ]


@pytest.fixture
def curves(qtbot: QtBot) -> Curves:
    theme.apply(QApplication.instance(), "light")
    widget = Curves()
    qtbot.addWidget(widget)
    widget.history_wanted.connect(lambda run: widget.add_history(run, []))
    widget.load(now=True)
    widget.resize(900, 420)
    widget.show_runs([RUN])
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def drawn(curves: Curves, run: str = "run-1", part: Part = "valid", plot: int = 0) -> tuple[Floats, Floats]:
    return curves.plots[plot].points(run, part)


def test_that_points_are_on_the_screen_soon_after_they_were_told(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(50)))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 50)
    x, y = drawn(curves)
    assert x.tolist() == list(range(50))
    assert y[1] == pytest.approx(0.5)
    curves.add("run-1", points("run-1", range(50, 80)))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 80)
    assert curves.plots[0].span[1] >= 79


def test_that_nothing_is_drawn_at_rest(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(5)))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 5)
    qtbot.waitUntil(lambda: not curves._frame.isActive())
    frames = []
    curves._frame.timeout.connect(lambda: frames.append(1))
    QApplication.processEvents()
    assert not curves._frame.isActive()
    assert frames == []


def test_that_many_batches_make_few_frames(curves: Curves, qtbot: QtBot) -> None:
    frames = []
    curves._frame.timeout.connect(lambda: frames.append(1))
    for batch in range(100):
        curves.add("run-1", points("run-1", range(batch * 10, batch * 10 + 10)))
    qtbot.waitUntil(lambda: drawn(curves)[0].max(initial=0) == 999)
    assert len(frames) <= 3
    assert FRAME_MS >= 33


def test_that_a_hidden_plot_draws_nothing_and_catches_up_when_shown(curves: Curves, qtbot: QtBot) -> None:
    curves.hide()
    curves.add("run-1", points("run-1", range(20)))
    assert not curves._frame.isActive()
    curves.show()
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 20)


def test_that_a_diverged_value_is_a_gap(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(9), value=lambda step: None if step == 4 else 1.0))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 9)
    assert np.isnan(drawn(curves)[1][4])


def test_that_loss_and_metric_have_a_plot_each(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(5), name="roc_auc"))
    curves.add("run-1", points("run-1", range(5)))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 5 and len(drawn(curves, plot=1)[0]) == 5)
    assert [plot.accessibleName() for plot in curves.plots] == ["Curves of Loss", "Curves of ROC AUC"]


def test_that_a_third_metric_can_be_chosen(curves: Curves, qtbot: QtBot) -> None:
    for name in ("loss", "accuracy", "log_loss"):
        curves.add("run-1", points("run-1", range(5), name=name))
    choice = curves.findChild(QComboBox, "plot_metric_1")
    qtbot.waitUntil(choice.isVisible)
    choice.setCurrentIndex(choice.findData("log_loss"))
    choice.activated.emit(choice.currentIndex())
    assert curves.plots[1].accessibleName() == "Curves of Log loss"


def test_that_history_and_live_points_make_one_curve(qtbot: QtBot) -> None:
    widget = Curves()
    qtbot.addWidget(widget)
    wanted = []
    widget.history_wanted.connect(wanted.append)
    widget.load(now=True)
    widget.show_runs([RUN])
    assert wanted == ["run-1"]
    widget.add("run-1", points("run-1", range(30, 50)))
    started = JobStarted(job="run-1", at=90.0, work="train", title="", pid=1, born=0.0)
    widget.add_history("run-1", [started, *points("run-1", range(40))])
    curve = widget._store.curve("run-1", "loss", "valid")
    assert curve.steps.tolist() == list(range(50))
    assert curve.times[0] == 10.0


def test_that_runs_shown_before_the_plots_are_loaded_appear_afterwards(qtbot: QtBot) -> None:
    widget = Curves()
    qtbot.addWidget(widget)
    widget.history_wanted.connect(lambda run: widget.add_history(run, points(run, range(7))))
    widget.show_runs([RUN])
    widget.show()
    assert not widget.is_loaded
    widget.load()
    qtbot.waitUntil(lambda: widget.is_loaded, timeout=20_000)
    qtbot.waitUntil(lambda: len(drawn(widget)[0]) == 7)


def test_that_a_name_in_the_legend_takes_its_run_out_and_in_again(curves: Curves, qtbot: QtBot) -> None:
    curves.show_runs([RUN, OTHER])
    curves.add("run-1", points("run-1", range(9)))
    curves.add("run-2", points("run-2", range(9), value=lambda step: 50.0))
    qtbot.waitUntil(lambda: len(drawn(curves, "run-2")[0]) == 9)
    assert curves.plots[0].getViewBox().viewRange()[1][1] > 50
    entry = curves.findChild(LegendEntry, "legend_run-2")
    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: curves.plots[0].getViewBox().viewRange()[1][1] < 2)
    entry.setFocus()
    qtbot.keyClick(entry, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: curves.plots[0].getViewBox().viewRange()[1][1] > 50)


def test_that_zooming_ends_following_and_fit_begins_it_again(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(100)))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 100)
    qtbot.keyClick(curves.plots[0], Qt.Key.Key_Plus)
    assert not curves.is_following
    span = curves.plots[0].span
    assert span[1] < 99
    curves.add("run-1", points("run-1", range(100, 200)))
    qtbot.waitUntil(lambda: not curves._frame.isActive())
    assert curves.plots[0].span == span
    qtbot.mouseClick(curves.findChild(QPushButton, "curve_fit"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: curves.plots[0].span[1] >= 199)


def test_that_both_plots_show_the_same_part_of_the_x_axis(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(100)))
    curves.add("run-1", points("run-1", range(100), name="accuracy"))
    qtbot.waitUntil(lambda: len(drawn(curves, plot=1)[0]) == 100)
    qtbot.keyClick(curves.plots[0], Qt.Key.Key_Plus)
    assert curves.plots[1].span == pytest.approx(curves.plots[0].span)


def test_that_the_y_axis_can_be_logarithmic(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(4), value=lambda step: [100.0, 10.0, 0.0, 1.0][step]))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 4)
    qtbot.mouseClick(curves.findChild(QPushButton, "curve_log"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: drawn(curves)[1][0] == 2.0)
    assert np.isnan(drawn(curves)[1][2])


def test_that_the_x_axis_can_be_time(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(0, 50, 10)))
    axis = curves.findChild(QComboBox, "curve_axis")
    axis.setCurrentIndex(axis.findData("time"))
    axis.activated.emit(axis.currentIndex())
    qtbot.waitUntil(lambda: drawn(curves)[0].tolist() == [0, 10, 20, 30, 40])


def test_that_the_crosshair_reads_the_values_of_all_curves(curves: Curves, qtbot: QtBot) -> None:
    curves.add("run-1", points("run-1", range(100), value=lambda step: step / 100))
    curves.add("run-1", points("run-1", range(100), part="train", value=lambda step: step / 200))
    qtbot.waitUntil(lambda: len(drawn(curves, part="train")[0]) == 100)
    plot = curves.plots[0]
    plot.hovered.emit(40.2)
    (reading,) = plot._crosshair.readings
    assert (reading.name, reading.valid.text, reading.train.text) == ("Gradient boosting", "0.4000", "0.2000")
    qtbot.mouseMove(plot, QPoint(plot.width() // 2, plot.height() // 2))
    plot.hovered.emit(None)
    assert plot._crosshair.readings == []


def test_that_training_and_validation_are_told_apart_by_lightness(curves: Curves, qtbot: QtBot) -> None:
    for part in ("train", "valid"):
        curves.add("run-1", points("run-1", range(3), part=part))
    for scheme in ("light", "dark"):
        theme.apply(QApplication.instance(), scheme)
        ground = theme.color("plot.background").lightnessF()
        pens = {line.part: line.color for line in curves.plots[0].lines}
        assert abs(pens["train"].lightnessF() - ground) < abs(pens["valid"].lightnessF() - ground)


def test_that_a_change_of_the_theme_recolours_at_once(curves: Curves) -> None:
    curves.add("run-1", points("run-1", range(3)))
    before = curves.plots[0]._items[("run-1", "valid")].opts["pen"].color()
    theme.apply(QApplication.instance(), "dark")
    assert curves.plots[0]._items[("run-1", "valid")].opts["pen"].color() == theme.series(0) != before
    assert curves.plots[0].backgroundBrush().color() == theme.color("plot.background")


def test_that_the_points_are_saved_as_a_table(curves: Curves, qtbot: QtBot, tmp_path: Path) -> None:
    curves.add("run-1", points("run-1", range(3), value=lambda step: None if step == 1 else step / 4))
    path = tmp_path / "curves.csv"
    curves.save_csv(path)
    qtbot.waitUntil(lambda: path.exists() and len(path.read_text().splitlines()) == 4)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["value"] for row in rows] == ["0.0", "", "0.5"]
    assert rows[0] | {"value": ""} == {
        "run": "run-1", "name": "Gradient boosting", "metric": "loss", "part": "valid", "step": "0", "seconds": "0",
        "value": "",
    }  # fmt: skip


def test_that_the_plots_are_saved_as_a_picture(curves: Curves, qtbot: QtBot, tmp_path: Path) -> None:
    curves.add("run-1", points("run-1", range(9)))
    curves.save_png(tmp_path / "curves.png")
    assert QImage(str(tmp_path / "curves.png")).width() > 300


def test_that_a_place_that_cannot_be_written_is_said_in_words(curves: Curves, qtbot: QtBot, tmp_path: Path) -> None:
    for save in (curves.save_csv, curves.save_png):
        with qtbot.waitSignal(curves.failed) as told:
            save(tmp_path / "no such folder" / "curves")
        assert told.args[0].hint


def test_that_a_plot_repainted_hundreds_of_times_loses_no_reference_to_none(curves: Curves, qtbot: QtBot) -> None:
    if sys.version_info >= (3, 12):
        pytest.skip("None is never freed there")
    curves.add("run-1", points("run-1", range(40)))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 40)
    curves.resize(420, 260)
    plot = curves.plots[0]
    gc.collect()  # what other tests have left behind holds None too
    before = sys.getrefcount(None)
    for repaint in range(600):
        plot.getViewBox().setRange(xRange=(0, 40 + repaint % 7), padding=0)
        plot.viewport().repaint()
    assert sys.getrefcount(None) > before - 200


def test_that_a_single_value_is_a_dashed_line_across_the_plot_and_does_not_set_its_range(
    curves: Curves, qtbot: QtBot
) -> None:
    curves.show_runs([RUN, OTHER])
    curves.add("run-1", points("run-1", range(50)))
    curves.add("run-2", points("run-2", [0], value=lambda _: 9.0))
    qtbot.waitUntil(lambda: drawn(curves, "run-2")[1].tolist() == [9.0, 9.0])
    assert tuple(drawn(curves, "run-2")[0]) == pytest.approx(curves.plots[0].span)
    assert curves.plots[0]._items[("run-2", "valid")].opts["pen"].style() == Qt.PenStyle.DashLine
    assert curves.plots[0].getViewBox().viewRange()[1][1] < 2
    curves.add("run-2", points("run-2", [1], value=lambda _: 9.0))
    qtbot.waitUntil(lambda: drawn(curves, "run-2")[0].tolist() == [0, 1])
    assert curves.plots[0]._items[("run-2", "valid")].opts["pen"].style() == Qt.PenStyle.SolidLine


def test_that_the_range_follows_the_run_that_stands_out(curves: Curves, qtbot: QtBot) -> None:
    short = ShownRun("run-1", "Gradient boosting", 0, strong=True)
    curves.show_runs([short, OTHER])
    curves.add("run-1", points("run-1", range(20)))
    curves.add("run-2", points("run-2", range(2000)))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 20)
    assert 19 <= curves.plots[0].span[1] <= 20
    curves.show_runs([RUN, OTHER])
    qtbot.waitUntil(lambda: curves.plots[0].span[1] >= 1999)


def test_that_a_run_that_ended_earlier_has_no_value_under_the_crosshair(curves: Curves, qtbot: QtBot) -> None:
    curves.show_runs([RUN, OTHER])
    curves.add("run-1", points("run-1", range(10)))
    curves.add("run-2", points("run-2", range(1000)))
    qtbot.waitUntil(lambda: len(drawn(curves, "run-2")[0]) > 0)
    curves.plots[0].point_at(500.0)
    assert [reading.name for reading in curves.plots[0]._crosshair.readings] == ["Neural network"]


def test_that_the_steps_of_an_ensemble_are_called_models_and_told_apart_by_dots(curves: Curves, qtbot: QtBot) -> None:
    curves.show_runs([ShownRun("run-1", "Auto", 0, unit="model", judged_by="out-of-fold")])
    curves.add("run-1", points("run-1", range(1, 4)))
    qtbot.waitUntil(lambda: len(drawn(curves)[0]) == 3)
    axis = curves.findChild(QComboBox, "curve_axis")
    assert axis is not None
    assert axis.itemText(0) == "By model"
    plot = curves.plots[0]
    left, right = plot.span
    assert (left < 1, right > 3) == (True, True), "there is room for the dots of the ends"
    assert plot.getAxis("bottom").tickSpacing(left, right, 300) == [(1.0, 0)]
    assert any("out-of-fold" in label.text() for label in curves.findChildren(QLabel))
    curves.show_runs([OTHER])
    assert axis.itemText(0) == "By step"


def test_that_smoothed_curves_leave_what_was_told_faint_behind_them_and_go_on_with_new_points(
    curves: Curves, qtbot: QtBot
) -> None:
    def told(step: int) -> float:
        return float(step % 2)

    curves.add("run-1", points("run-1", range(4), value=told))
    curves.findChild(QSlider, "curve_smoothing").setValue(50)
    assert curves.findChild(QLabel, "curve_smoothing_weight").text() == "0.50"
    curves.add("run-1", points("run-1", range(4, 6), value=told))
    qtbot.waitUntil(lambda: len(drawn(curves)[1]) == 6)
    assert drawn(curves)[1] == pytest.approx([0, 2 / 3, 2 / 7, 2 / 3, 10 / 31, 2 / 3])  # by hand, from 0 1 0 1 0 1
    plot = curves.plots[0]
    behind = plot.behind("run-1", "valid")
    assert behind is not None
    assert behind.raw.getData()[1].tolist() == [0, 1, 0, 1, 0, 1]
    ground = theme.color("plot.background").lightnessF()
    line, faint = theme.series(0).lightnessF(), behind.raw.opts["pen"].color().lightnessF()
    assert abs(faint - ground) < abs(line - ground) / 2
    plot.point_at(1.0)
    assert plot._crosshair.readings[0].valid.text == "0.6667"
    curves.findChild(QSlider, "curve_smoothing").setValue(0)
    qtbot.waitUntil(lambda: drawn(curves)[1].tolist() == [0, 1, 0, 1, 0, 1])
    assert plot.behind("run-1", "valid") is None


def test_that_long_averages_are_made_beside_the_window_and_come_to_the_same(
    curves: Curves, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curve_book, "LATER", 3)
    threads: set[int] = set()
    for name in ("_smoothed_anew", "_mean_of"):
        made = getattr(curve_book, name)
        monkeypatch.setattr(
            curve_book, name, lambda *given, made=made: threads.add(threading.get_ident()) or made(*given)
        )
    repeats = [ShownRun(f"run-{n}", f"Seed {n}", n, group="plan", group_name="Boosting") for n in (1, 2)]
    curves.show_runs(repeats)
    curves.add("run-1", points("run-1", range(4), value=lambda step: float(step % 2)))
    curves.add("run-2", points("run-2", range(4), value=lambda step: 2.0 + step % 2))
    curves.findChild(QSlider, "curve_smoothing").setValue(50)
    qtbot.waitUntil(lambda: list(drawn(curves)[1]) == pytest.approx([0, 2 / 3, 2 / 7, 2 / 3]))
    curves.add("run-1", points("run-1", range(4, 6), value=lambda step: float(step % 2)))
    qtbot.waitUntil(lambda: list(drawn(curves)[1]) == pytest.approx([0, 2 / 3, 2 / 7, 2 / 3, 10 / 31, 2 / 3]))
    qtbot.mouseClick(curves.findChild(QPushButton, "curve_mean"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: list(drawn(curves)[1]) == pytest.approx([1, 5 / 3, 9 / 7, 5 / 3]))
    curves.findChild(QSlider, "curve_smoothing").setValue(0)
    qtbot.waitUntil(lambda: drawn(curves)[1].tolist() == [1, 2, 1, 2])
    assert threading.get_ident() not in threads
    assert threads


def test_that_a_bug_in_one_average_does_not_keep_later_ones_from_being_made(
    curves: Curves, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: heard.append(kind))
    monkeypatch.setattr(curve_book, "LATER", 3)
    make = curve_book._smoothed_anew

    def broken_once(*given: Any) -> Any:
        if not heard:
            raise ZeroDivisionError("a bug")
        return make(*given)

    monkeypatch.setattr(curve_book, "_smoothed_anew", broken_once)
    curves.add("run-1", points("run-1", range(4), value=lambda step: float(step % 2)))
    curves.findChild(QSlider, "curve_smoothing").setValue(40)
    qtbot.waitUntil(lambda: heard == [ZeroDivisionError] and curves._making is None)
    curves.findChild(QSlider, "curve_smoothing").setValue(50)
    qtbot.waitUntil(lambda: list(drawn(curves)[1]) == pytest.approx([0, 2 / 3, 2 / 7, 2 / 3]))


def test_that_runs_of_one_plan_become_their_mean_with_a_band_and_come_apart_again(curves: Curves, qtbot: QtBot) -> None:
    mean = curves.findChild(QPushButton, "curve_mean")
    repeats = [ShownRun(f"run-{n}", f"Seed {n}", n, group="plan", group_name="Boosting") for n in (1, 2)]
    curves.show_runs([*repeats, ShownRun("run-3", "Another", 3, group="other")])
    curves.add("run-1", points("run-1", range(5), value=lambda step: 1.0 + step))
    assert mean.isHidden()  # of one run there is no mean
    curves.add("run-2", points("run-2", range(4), value=lambda step: 3.0 + step))
    curves.add("run-3", points("run-3", range(5), value=lambda _: 2.0))
    with qtbot.waitSignal(curves.series_changed):
        qtbot.mouseClick(mean, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: drawn(curves)[1].tolist() == [2, 3, 4, 5])
    assert [entry.text() for entry in curves.findChildren(LegendEntry) if not entry.isHidden()].count(
        "Boosting · mean of 2 runs"
    ) == 1
    assert curves.series == {"run-1": 1, "run-2": 1, "run-3": 3}
    plot = curves.plots[0]
    band = plot.behind("run-1", "valid").band.path().boundingRect()
    sd = 2**0.5  # of two values that lie 2 apart
    assert (band.left(), band.right()) == (0, 3)
    assert (band.top(), band.bottom()) == pytest.approx((2 - sd, 5 + sd))
    assert plot.getViewBox().viewRange()[1][1] > 5 + sd
    plot.point_at(1.0)
    assert plot._crosshair.readings[0].valid.text == "3.000 ± 1.414"
    curves.add("run-2", points("run-2", [4], value=lambda step: 3.0 + step))
    qtbot.waitUntil(lambda: drawn(curves)[1].tolist() == [2, 3, 4, 5, 6])
    qtbot.mouseClick(mean, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: drawn(curves, "run-2")[1].tolist() == [3, 4, 5, 6, 7])
    assert curves.series == {"run-1": 1, "run-2": 2, "run-3": 3}
    assert plot.behind("run-1", "valid") is None


def test_that_the_band_of_a_mean_on_a_logarithmic_axis_goes_down_to_the_floor(curves: Curves, qtbot: QtBot) -> None:
    curves.show_runs([ShownRun(f"run-{n}", f"Seed {n}", n, group="plan") for n in (1, 2)])
    curves.add("run-1", points("run-1", range(3), value=lambda _: 0.1))
    curves.add("run-2", points("run-2", range(3), value=lambda _: 10.0))
    for name in ("curve_mean", "curve_log"):
        qtbot.mouseClick(curves.findChild(QPushButton, name), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: drawn(curves)[1].tolist() == pytest.approx([np.log10(5.05)] * 3))
    plot = curves.plots[0]
    band = plot.behind("run-1", "valid").band.path().boundingRect()
    assert band.top() == pytest.approx(plot.getViewBox().viewRange()[1][0])
    assert band.bottom() == pytest.approx(np.log10(5.05 + np.std([0.1, 10.0], ddof=1)))
