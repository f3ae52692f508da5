"""What the window remembers from one start to the next, in one JSON file of the user.

The file holds only what differs from the default. Keys that this version does not know are kept for the one that does;
a file that cannot be read is set aside and the window starts with the defaults.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec
import platformdirs

Motion: TypeAlias = Literal["system", "full", "reduced"]
MONITOR_SECONDS = (1, 60)
MOST_PARALLEL = 32
_RECENT = 12
_LONGEST_S = 604_800


class Preferences(msgspec.Struct, omit_defaults=True):
    """Each has its default here; ``parallel_runs`` 0 means chosen by the machine, ``train_time_s`` 0 without limit."""

    scheme: Literal["system", "light", "dark"] = "system"
    motion: Motion = "system"
    accent: bool = True
    monitor_interval_s: int = 5
    parallel_runs: int = 0
    keeps_core: bool = True
    saves_battery: bool = False
    tray: bool = True
    recent_files: list[str] = []
    geometry: str = ""
    layout: str = ""
    tab: str = ""
    files_shown: bool = True
    preview: bool = True
    train_mode: Literal["auto", "own"] = "auto"
    train_time_s: int = 60
    train_estimators: list[str] = []


class Settings:
    """The preferences and their file; nothing is written before :meth:`save`."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()
        self._others: dict[str, Any] = {}
        self.values = self._load()

    def save(self) -> bool:
        """Write the file as a whole or not at all; gives False when the disk refuses, which loses only comfort."""
        body = msgspec.json.encode({**self._others, **msgspec.to_builtins(self.values)})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(".new")
            beside.write_bytes(msgspec.json.format(body, indent=2))
            beside.replace(self.path)
        except OSError:
            return False
        return True

    def add_recent(self, path: Path) -> None:
        """Put a file at the top of the recent ones."""
        text = str(path.absolute())
        self.values.recent_files = [text, *(other for other in self.values.recent_files if other != text)][:_RECENT]

    def recent(self) -> list[Path]:
        """Give the recent files, newest first; some may be gone by now."""
        return [Path(text) for text in self.values.recent_files]

    def _load(self) -> Preferences:
        try:
            stored = msgspec.json.decode(self.path.read_bytes(), type=dict[str, Any])
        except OSError:
            return Preferences()
        except msgspec.DecodeError:
            self._set_aside()
            return Preferences()
        known = Preferences.__struct_fields__
        self._others = {name: value for name, value in stored.items() if name not in known}
        return _preferences({name: value for name, value in stored.items() if name in known})

    def _set_aside(self) -> None:
        try:
            self.path.replace(self.path.with_suffix(".unreadable"))
        except OSError:
            return


def default_path() -> Path:
    """Give the user's own file, or the one in the folder that ``AETHERON_CONFIG`` names."""
    folder = os.environ.get("AETHERON_CONFIG")
    return (
        Path(folder) if folder else platformdirs.user_config_path("Aetheron Desktop", appauthor=False)
    ) / "window.json"


def _preferences(stored: dict[str, Any]) -> Preferences:
    """Take each value that is of its type and within its limits; the others keep their default."""
    taken: dict[str, Any] = {}
    for name, value in stored.items():
        try:
            msgspec.convert({name: value}, Preferences)
        except msgspec.ValidationError:
            continue
        taken[name] = value
    values = msgspec.convert(taken, Preferences)
    low, high = MONITOR_SECONDS
    values.monitor_interval_s = min(max(values.monitor_interval_s, low), high)
    values.train_time_s = min(max(values.train_time_s, 0), _LONGEST_S)
    values.parallel_runs = min(max(values.parallel_runs, 0), MOST_PARALLEL)
    del values.recent_files[_RECENT:]
    return values
