"""The set-up: what it decides, without making an environment or installing anything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import dev

if TYPE_CHECKING:
    from pathlib import Path

TABLE = str(dev.ROOT / "data" / "penguins.csv")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with declared and locked versions, and an environment that nobody has finished."""
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6\n", encoding="utf-8")
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "VENV", venv)
    monkeypatch.setattr(dev, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(dev, "STAMP", venv / "aetheron.stamp")
    monkeypatch.setattr(dev, "UNFINISHED", venv / "aetheron.unfinished")
    return tmp_path


@pytest.fixture
def deeds(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the set-up would have done to this machine."""
    done: list[str] = []
    monkeypatch.setattr(dev, "have_system_parts", lambda needs, **_: done.append(f"system: {' '.join(needs)}"))
    monkeypatch.setattr(dev, "make_environment", lambda: done.append("environment"))
    monkeypatch.setattr(dev, "install", lambda what: done.append(f"install {what}"))
    monkeypatch.setattr(dev, "is_usable", lambda: dev.PYTHON.exists() and not dev.UNFINISHED.exists())
    return done


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_that_every_supported_python_is_taken(version: tuple[int, int]) -> None:
    dev.check_python(version)


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 14), (4, 0)])
def test_that_another_python_is_refused_with_the_range(version: tuple[int, int]) -> None:
    with pytest.raises(dev.Refusal, match=r"needs 3\.11 to 3\.13"):
        dev.check_python(version)


def test_that_a_suitable_python_is_named_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/bin/{name}" if name == "python3.12" else None)
    with pytest.raises(dev.Refusal, match=r"python3\.12 dev\.py"):
        dev.check_python((3, 10))


def test_that_no_verb_and_an_unknown_one_explain_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main([]) == 0
    assert dev.main(["--help"]) == 0
    assert dev.main(["dance"]) == 2
    assert capsys.readouterr().out.count("python3 dev.py run") == 3


def test_that_a_refusal_is_words_and_exit_code_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 9, 1))
    assert dev.main(["test"]) == 1
    assert "This is Python 3.9" in capsys.readouterr().err


def test_that_a_first_start_makes_the_environment_and_installs(deeds: list[str]) -> None:
    dev.set_up(developer=False, needs=["libEGL.so.1"])
    assert deeds == ["system: libEGL.so.1", "environment", "install ."]


def test_that_a_second_start_does_nothing(deeds: list[str]) -> None:
    dev.PYTHON.touch()
    dev.set_up(developer=True, needs=["libEGL.so.1"])
    deeds.clear()
    dev.set_up(developer=True, needs=["libEGL.so.1"])
    dev.set_up(developer=False)
    assert deeds == []


def test_that_the_tools_are_added_to_what_is_there(deeds: list[str]) -> None:
    dev.PYTHON.touch()
    dev.set_up(developer=False)
    deeds.clear()
    dev.set_up(developer=True)
    assert deeds == ["system: ", "install .[dev]"]


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_that_changed_versions_are_installed_and_the_tools_stay(name: str, project: Path, deeds: list[str]) -> None:
    dev.PYTHON.touch()
    dev.set_up(developer=True)
    deeds.clear()
    (project / name).write_text("# changed\n", encoding="utf-8")
    dev.set_up(developer=False)
    assert deeds == ["system: ", "install .[dev]"]


def test_that_a_half_made_environment_is_made_anew(deeds: list[str]) -> None:
    dev.PYTHON.touch()
    dev.UNFINISHED.touch()
    dev.set_up(developer=False)
    assert deeds == ["system: ", "environment", "install ."]


def test_that_an_environment_whose_python_is_gone_is_made_anew(deeds: list[str]) -> None:
    dev.PYTHON.touch()
    dev.set_up(developer=False)
    dev.PYTHON.unlink()
    deeds.clear()
    dev.set_up(developer=False)
    assert deeds == ["system: ", "environment", "install ."]


def test_that_a_python_that_does_not_start_is_not_usable(project: Path) -> None:
    dev.PYTHON.write_text("no program", encoding="utf-8")
    dev.PYTHON.chmod(0o755)
    assert not dev.is_usable()


def test_that_a_failed_install_says_so_and_is_tried_again_in_the_same_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "in_environment", lambda *_: 1)
    with pytest.raises(dev.Refusal, match="could not be installed"):
        dev.install(".")
    assert not dev.UNFINISHED.exists()


def test_that_an_install_that_was_killed_leaves_its_mark(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(dev, "in_environment", interrupted)
    with pytest.raises(KeyboardInterrupt):
        dev.install(".")
    assert dev.UNFINISHED.exists()


@pytest.mark.parametrize("text", ["", "another-hash\nprogram\n", "\n"])
def test_that_a_stamp_of_something_else_counts_for_nothing(text: str, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    stamp.write_text(text, encoding="utf-8")
    assert dev.read_stamp(stamp, "hash") == set()
    assert dev.read_stamp(tmp_path / "absent", "hash") == set()


def test_that_every_missing_library_has_one_package_in_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "is_there", lambda need: need not in {"libEGL.so.1", "Xvfb", "fonts"})
    assert dev.missing_packages(dev.SCREEN_NEEDS) == ["libegl1", "fonts-dejavu-core", "xvfb"]


@pytest.mark.parametrize(
    ("manager", "start"),
    [("apt-get", "sudo apt-get update &&"), ("dnf", "sudo dnf"), ("pacman", "sudo pacman"), ("zypper", "sudo zypper")],
)
def test_that_the_command_is_in_the_words_of_the_system(
    manager: str, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}" if name == manager else None)
    assert dev.install_command(["libegl1"]).startswith(start)


@pytest.mark.skipif(sys.platform != "linux", reason="system packages are looked after on Linux")
def test_that_without_the_right_to_install_the_command_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "is_there", lambda need: need != "libxcb-cursor.so.0")
    monkeypatch.setattr(dev, "right_to_install", lambda: None)
    with pytest.raises(dev.Refusal, match=r"apt-get install libxcb-cursor0|dnf|pacman|zypper"):
        dev.have_system_parts(dev.SCREEN_NEEDS, make_environment=False)


@pytest.mark.parametrize(
    ("system", "environment", "shown"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_that_a_screen_is_known(system: str, environment: dict[str, str], shown: bool) -> None:
    assert dev.has_screen(system, environment) is shown


@pytest.mark.parametrize(
    ("arguments", "job"),
    [
        ([], ([TABLE, "--target", "species"], [])),
        (["--workspace", "here"], ([TABLE, "--target", "species"], ["--workspace", "here"])),
        (["--workspace=here"], ([TABLE, "--target", "species"], ["--workspace=here"])),
        ([TABLE], ([TABLE], [])),
        (["--screenshot", "window.png"], (None, [])),
        (["train", TABLE], (None, [])),
    ],
)
def test_that_without_a_screen_the_main_job_is_done_unless_something_else_is_asked(
    arguments: list[str], job: tuple[list[str] | None, list[str]]
) -> None:
    assert dev.main_job(arguments) == job
