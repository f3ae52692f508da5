"""The main job, end to end, in the real window: drop, train, watch, stop, keep, predict, quit."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.e2e.program import ROOT, Program, wait_until, xdotool

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="driven by xdotool on a virtual screen"),
]
LEARNING = ("torch", "sklearn", "pandas", "scipy", "lightgbm", "catboost", "skops")
HEAVY = ("numpy", "pyqtgraph", "duckdb")
POINTS = "len(window().train_tab().curves.plots[0].points({run!r}, 'valid')[0])"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with Program(tmp_path / "workspace", settings=tmp_path / "settings") as program:
        program.ask("window().resize(1280, 800)")
        yield program


def drop(program: Program, file: Path) -> None:
    """Drag a file from another program's window, and drop it on the middle of ours."""
    x, y = program.ask("[window().geometry().center().x(), window().geometry().center().y()]")
    source = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.drag_source", str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert source.stdout is not None
        assert source.stdout.readline() == "ready\n"
        xdotool("mousemove", "60", "20", "mousedown", "1")
        for step in range(1, 11):
            xdotool("mousemove", "--sync", str(60 + (x - 60) * step // 10), str(20 + (y - 20) * step // 10))
        program.wait("find('drop_overlay') is not None", 10)
        xdotool("mousemove", "--sync", str(x + 3), str(y + 3))
        xdotool("mouseup", "1")
        assert source.stdout.readline() == "CopyAction\n", "the drop was not taken"
        program.wait("find('import_dialog') is not None", 20)
    finally:
        source.kill()
        source.wait()
        source.stdout.close()  # type: ignore[union-attr]


def test_that_the_main_job_is_done_from_the_drop_to_the_predictions(program: Program, tmp_path: Path) -> None:
    source = tmp_path / "my penguins ä.csv"
    source.write_bytes((ROOT / "data" / "penguins.csv").read_bytes())
    assert program.ask(f"libraries(*{LEARNING})") == []

    drop(program, source)
    program.wait("find('import_go').isEnabled()")
    assert program.ask("cells('import_rows')")[0][0] == "Adelie"
    program.key("Return")
    program.wait("find('data_tab') is not None")
    assert program.ask("find('dataset_name').text()") == "my penguins ä"
    assert program.ask("(window().session.target, window().session.task)") == ["species", "multiclass"]
    program.wait("find('grid').model().cell(0, 0) == 'Adelie'")
    assert program.ask("find('grid').model().rowCount()") == 344

    program.key("ctrl+2")
    program.click("choose_own")
    program.wait("find('estimator_picker') is not None")
    program.key("ctrl+r")
    program.wait("find('train_tab') is not None and len(window().session.runs) == 5")
    network = program.wait("next((r.id for r in window().session.runs.values() if r.estimator == 'network'), None)")
    points = program.wait(POINTS.format(run=network))
    # On a busy machine it may have ended before anybody looked.
    going = f"window().session.runs[{network!r}].status == 'running'"
    program.wait(f"{POINTS.format(run=network)} > {points} or not {going}")
    program.key("ctrl+shift+period")
    program.wait("not window().session.is_busy()")
    assert program.ask(f"window().session.runs[{network!r}].status") in {"stopped", "succeeded"}
    assert program.ask(f"window().session.runs[{network!r}].model")

    program.key("ctrl+3")
    program.wait("find('models') is not None and len(cells('models')) == 5")
    out = tmp_path / "my penguins ä-predictions.csv"
    program.click("model_predict")
    program.click("predict_source")
    program.ask(f"find('predict_source').setText({str(source)!r})")
    program.click("predict_go")
    wait_until(out.exists, "the predictions")
    predictions = pd.read_csv(out)
    assert len(predictions) == 344
    assert {"prediction", "probability_Adelie"} <= set(predictions.columns)

    assert program.ask(f"libraries(*{LEARNING})") == []
    children = program.children()
    program.key("ctrl+q")
    assert program.wait_for_end() == 0
    wait_until(lambda: not [child for child in children if child.is_running()], "the workers' end", 20)
    assert "Traceback" not in program.errors()


def test_that_auto_shows_its_members_while_it_trains_and_keeps_the_ensemble_when_it_is_stopped(
    program: Program,
) -> None:
    program.ask(f"window().open_path(__import__('pathlib').Path({str(ROOT / 'data' / 'penguins.csv')!r}))")
    program.wait("find('grid').model().cell(0, 0) == 'Adelie'")
    program.key("ctrl+2")
    program.wait("find('train_tab') is not None")
    program.click("auto_time_own")
    program.ask("find('param_auto_own').clear()")
    program.click("auto_settings")
    program.ask("find('param_auto_models').setText('500')")
    program.ask("find('param_auto_folds').setText('2')")
    program.key("ctrl+r")
    run = program.wait("next((r.id for r in window().session.runs.values() if r.members), None)")
    program.wait("find('member_table') is not None and len(cells('member_table')) >= 2")
    scores = [float(row[2]) for row in program.ask("cells('member_table')") if row[0]]
    assert scores == sorted(scores, reverse=True)
    assert not program.ask("find('ensemble_test_score')")
    program.key("ctrl+period")
    program.wait("not window().session.is_busy()")
    assert program.ask(f"window().session.runs[{run!r}].status") == "stopped"
    program.wait("find('ensemble_test_score') is not None")
    shown = program.ask("cells('member_table')")
    assert sum(int(row[3].rstrip("%")) for row in shown if row[0]) == pytest.approx(100, abs=2)
    program.click("show_model")
    program.wait("find('model_parts') is not None and 'Parts of the ensemble' in find('model_parts').accessibleName()")
    program.key("ctrl+q")
    assert program.wait_for_end() == 0
    assert "Traceback" not in program.errors()


def test_that_a_window_at_rest_has_loaded_nothing_heavy(program: Program) -> None:
    assert program.ask(f"libraries(*{LEARNING}, *{HEAVY})") == []


def test_that_a_file_that_is_no_table_is_refused_in_words_and_the_window_goes_on(
    program: Program, tmp_path: Path
) -> None:
    picture = tmp_path / "holiday.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    program.ask(f"window().open_path(__import__('pathlib').Path({str(picture)!r}))")
    program.wait("'not a table: it is an image' in find('import_waiting').accessibleName()")
    assert not program.ask("find('import_go').isEnabled()")
    program.key("Escape")
    assert program.ask("window().session.dataset") is None
    assert picture.exists()


@pytest.mark.parametrize(("answer", "runs_on"), [("close_stop", False), ("close_keep", True)])
def test_that_closing_while_training_asks_what_shall_become_of_it(program: Program, answer: str, runs_on: bool) -> None:
    program.ask(f"window().open_path(__import__('pathlib').Path({str(ROOT / 'data' / 'breast-cancer.csv')!r}))")
    program.wait("window().session.dataset is not None")
    run = program.ask("window().session.train(['network'], {'network': {'epochs': 2000, 'patience': 500}})[-1]")
    program.wait(f"window().session.runs[{run!r}].done > 20")
    children = program.children()
    program.key("ctrl+q")
    program.click(answer)
    assert program.wait_for_end() == 0
    wait_until(lambda: any(child.is_running() for child in children) == runs_on, "the workers' end", 20)


def test_that_a_window_that_was_killed_finds_its_run_again(tmp_path: Path) -> None:
    with Program(tmp_path / "workspace", settings=tmp_path / "settings") as first:
        first.ask(f"window().open_path(__import__('pathlib').Path({str(ROOT / 'data' / 'breast-cancer.csv')!r}))")
        first.wait("window().session.dataset is not None")
        run = first.ask("window().session.train(['network'], {'network': {'epochs': 2000, 'patience': 500}})[-1]")
        first.wait(f"window().session.runs[{run!r}].done > 20")
        left = first.children()
        first.process.kill()
        first.wait_for_end()
        with Program(tmp_path / "workspace", settings=tmp_path / "settings") as second:
            second.wait(f"window().session.runs[{run!r}].status == 'running'")
            second.ask(f"window().session.stop({run!r})")
            second.wait(f"window().session.runs[{run!r}].status == 'stopped'")
            assert second.ask(f"window().session.runs[{run!r}].model")
            wait_until(lambda: not [child for child in left if child.is_running()], "the worker's end", 20)


def test_that_without_a_display_it_says_so_and_does_not_crash(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    bare.pop("QT_QPA_PLATFORM", None)
    made = subprocess.run(
        [sys.executable, "-m", "aetheron_desktop", "--workspace", str(tmp_path / "workspace")],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 1
    assert "no display" in made.stderr
    assert "aetheron --help" in made.stderr


def test_that_a_file_is_imported_as_it_was_shown_and_read_otherwise_afterwards(
    program: Program, tmp_path: Path
) -> None:
    table = tmp_path / "may.csv"
    table.write_text(
        "report of May\nid;price;code\n" + "".join(f"{row};{row},5;NA\n" for row in range(1, 30)) + "x;1;FR\n"
    )
    program.ask(f"window().preview_path(__import__('pathlib').Path({str(table)!r}))")
    program.wait("find('import_go').isEnabled()")
    assert program.ask("cells('import_rows')")[0] == ["1", "1.5", "NA"]
    program.click("import_go")
    program.wait("window().session.dataset is not None")
    assert program.ask("window().session.dataset.info.rows") == 30
    program.wait("find('import_again').isVisible()")
    program.click("import_again")
    program.wait("find('import_dialog') and find('import_go').isEnabled()")
    program.ask("[find('import_type_0').setCurrentText('integer'), find('import_type_0').activated.emit(1)]")
    program.wait("find('import_go').isEnabled() and cells('import_columns')[0][5] == '1'")
    program.click("import_go")
    program.wait("window().session.dataset.info.rows == 29")
    assert program.ask("window().session.dataset.info.quarantined") == 2


def test_that_rows_marked_in_a_chart_stand_out_in_the_grid(program: Program) -> None:
    program.ask(f"window().session.open_file(__import__('pathlib').Path({str(ROOT / 'data' / 'penguins.csv')!r}))")
    program.wait("find('data_tab') is not None")
    program.ask("find('data_views').bring('profile') is not None")
    program.ask("window().session.choose_column('body_mass_g')")
    program.wait("find('profile_badge') is not None and find('profile_badge').text() == 'Exact'")
    program.wait("find('profile_target') is not None")
    program.click("profile_chart")
    marked = program.wait("list(window().session.marked)")
    assert 0 < len(marked) < 344
    assert program.wait("find('marks_words').text()").startswith(f"{len(marked)} row")
    program.ask("find('data_views').bring('pairs') is not None")
    program.wait("find('pairs_matrix') is not None and len(find('pairs_facts').text()) > 0")
    program.ask("find('data_views').bring('rows') is not None")
    program.wait("find('grid').model().cell(0, 0) == 'Adelie'")
    ground = f"find('grid').model().index({marked[0]}, 0).data(__import__('PySide6.QtCore').QtCore.Qt.BackgroundRole)"
    assert program.ask(f"{ground} is not None")
    # pyqtgraph is for the curves of Train, which imports it in idle time once a table is open.
    assert program.ask("libraries('pandas', 'sklearn', 'scipy')") == [], "charts of data need none of them"


def test_that_a_table_is_judged_filtered_prepared_and_compared_with_keys(program: Program, tmp_path: Path) -> None:
    birds = pd.read_csv(ROOT / "data" / "penguins.csv")
    birds["ring"] = birds["species"].map({"Adelie": 3, "Chinstrap": 5, "Gentoo": 9})
    birds.to_csv(tmp_path / "birds.csv", index=False)
    program.ask(f"window().preview_path(__import__('pathlib').Path({str(tmp_path / 'birds.csv')!r}))")
    program.wait("find('import_go').isEnabled()")
    program.key("Return")
    program.wait("window().session.dataset is not None and find('grid').model().is_loaded(0)")
    program.key("alt+4")
    program.wait("window().session.trust.checked is not None and not window().session.trust.is_checking")
    assert program.ask("find('trust_summary').text()").endswith("that could harm a model of “species”")
    assert program.ask("find('finding_leakage:ring') is not None")

    program.key("alt+1", "ctrl+l")
    program.type("body_mass_g > 5000")
    program.key("Return")
    wanted = int((birds["body_mass_g"] > 5000).sum())
    program.wait(f"find('grid').model().rowCount() == {wanted}")

    program.key("alt+5")
    program.click("prepare_add")
    program.wait("find('prepare_add_menu') is not None and find('prepare_add_menu').isVisible()")
    xdotool("key", "Down", "Return")
    program.wait("find('field_condition') is not None and find('field_condition').hasFocus()")
    program.type("body_mass_g > 5000")
    program.wait("'rows' in find('effect_words').text()")
    program.click("step_accept")
    program.wait("len(find('prepare_view').preparation.steps) == 1")
    program.key("ctrl+z")
    program.wait("len(find('prepare_view').preparation.steps) == 0")
    program.key("ctrl+shift+z")
    program.wait("len(find('prepare_view').preparation.steps) == 1 and find('prepare_make').isEnabled()")
    program.click("prepare_make")
    program.wait("find('prepare_name') is not None and find('prepare_name').isVisible()")
    program.type("heavy")
    program.key("Return")
    program.wait(f"window().session.dataset.info.name == 'heavy' and window().session.dataset.info.rows == {wanted}")

    program.key("alt+6")
    program.wait("find('drift_against') is not None and find('drift_against').count() > 1")
    program.ask("[find('drift_against').setCurrentIndex(1), find('drift_against').activated.emit(1)]")
    program.wait("'body_mass_g' in [row[0] for row in cells('drift_table')]")
