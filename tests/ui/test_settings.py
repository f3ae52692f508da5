"""What the window remembers: nothing that cannot be lost, nothing that a newer version wrote is destroyed."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from aetheron_desktop.ui.dialogs.preferences import PreferencesDialog
from aetheron_desktop.ui.settings import Preferences, Settings

VALUES = {
    "scheme": st.sampled_from(["system", "light", "dark"]),
    "motion": st.sampled_from(["system", "full", "reduced"]),
    "accent": st.booleans(),
    "monitor_interval_s": st.integers(1, 60),
    "parallel_runs": st.integers(0, 32),
    "tray": st.booleans(),
    "keeps_core": st.booleans(),
    "saves_battery": st.booleans(),
    "recent_files": st.lists(st.text(min_size=1, max_size=30), max_size=12),
    "geometry": st.text(alphabet="ABCabc+/=", max_size=20),
    "layout": st.text(alphabet="ABCabc+/=", max_size=20),
    "tab": st.sampled_from(["", "data", "train", "models"]),
    "files_shown": st.booleans(),
    "preview": st.booleans(),
    "train_mode": st.sampled_from(["auto", "own"]),
    "train_time_s": st.integers(0, 604_800),
    "train_estimators": st.lists(st.text(min_size=1, max_size=20), max_size=5),
}


@given(values=st.fixed_dictionaries({}, optional=VALUES))
def test_that_settings_come_back_as_they_were_saved(
    values: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("config") / "window.json"
    first = Settings(path)
    for name, value in values.items():
        setattr(first.values, name, value)
    assert first.save()
    assert Settings(path).values == first.values


def test_that_every_preference_is_in_the_property_test() -> None:
    assert VALUES.keys() == set(Preferences.__struct_fields__)


@given(
    body=st.one_of(
        st.binary(max_size=60),
        st.dictionaries(
            st.sampled_from([*VALUES, "other"]), st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers()))
        ).map(lambda stored: json.dumps(stored).encode()),
    )
)
def test_that_any_file_at_all_gives_usable_settings(body: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("config") / "window.json"
    path.write_bytes(body)
    settings = Settings(path)
    assert 1 <= settings.values.monitor_interval_s <= 60
    assert 0 <= settings.values.parallel_runs <= 32
    assert len(settings.values.recent_files) <= 12
    assert settings.save()
    assert Settings(path).values == settings.values


def test_that_defaults_are_not_written(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "deep" / "window.json")
    settings.values.scheme = "dark"
    settings.save()
    assert json.loads(settings.path.read_text()) == {"scheme": "dark"}


def test_that_keys_of_a_newer_version_survive(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_text('{"flying": true, "scheme": "light"}')
    settings = Settings(path)
    settings.values.scheme = "dark"
    settings.save()
    assert json.loads(path.read_text()) == {"flying": True, "scheme": "dark"}


def test_that_a_damaged_file_is_set_aside_and_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_text('{"scheme": "da')
    assert Settings(path).values == Preferences()
    assert path.with_suffix(".unreadable").read_text() == '{"scheme": "da'


def test_that_a_folder_that_cannot_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where the folder should be")
    settings = Settings(tmp_path / "config" / "window.json")
    assert settings.values == Preferences()
    assert not settings.save()


def test_that_the_newest_of_the_recent_files_is_first_and_each_is_there_once(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.json")
    for number in (*range(20), 15):
        settings.add_recent(tmp_path / f"{number}.csv")
    assert [path.name for path in settings.recent()][:3] == ["15.csv", "19.csv", "18.csv"]
    assert len(settings.recent()) == 12


def test_that_a_preference_takes_effect_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    values = Preferences()
    dialog = PreferencesDialog(values, tmp_path)
    qtbot.addWidget(dialog)
    with qtbot.waitSignals([dialog.changed] * 7):
        dialog.findChild(QComboBox, "scheme_choice").setCurrentIndex(2)
        dialog.findChild(QComboBox, "motion_choice").setCurrentIndex(2)
        dialog.findChild(QSpinBox, "monitor_choice").setValue(30)
        dialog.findChild(QSpinBox, "parallel_choice").setValue(3)
        for name in ("accent_choice", "core_choice", "battery_choice"):
            dialog.findChild(QCheckBox, name).click()
    wanted = Preferences(
        scheme="dark", motion="reduced", monitor_interval_s=30, parallel_runs=3, accent=False, keeps_core=False,
        saves_battery=True,
    )  # fmt: skip
    assert msgspec.to_builtins(values) == msgspec.to_builtins(wanted)


def test_that_the_preferences_show_what_is_set(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = PreferencesDialog(Preferences(scheme="light", monitor_interval_s=7, tray=False), tmp_path)
    qtbot.addWidget(dialog)
    assert dialog.scheme.currentData() == "light"
    assert dialog.monitor.value() == 7
    assert not dialog.tray.isChecked()
    assert dialog.parallel.text() == "Automatic"
