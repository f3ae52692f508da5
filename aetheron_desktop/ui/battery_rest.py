"""Runs that rest while the machine runs on its battery, where the person wishes that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aetheron_desktop.engine.jobs.monitor import is_on_battery
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import SignalInstance

    from aetheron_desktop.engine.jobs.progress import RunState


class _Session(Protocol):
    """What of the session is needed here."""

    @property
    def runs(self) -> Mapping[str, RunState]: ...

    @property
    def noticed(self) -> SignalInstance: ...

    def pause(self, run: str) -> None: ...

    def resume(self, run: str) -> None: ...


class BatteryRest:
    """Pauses the runs of a session on battery, and lets those go on that it paused."""

    def __init__(self, session: _Session) -> None:
        self._session = session
        self._is_wanted = False
        self._resting: set[str] = set()
        self._by_hand: set[str] = set()
        """The runs that were resumed by hand although the others rest."""
        self.is_on = False
        """Whether no run is started now."""

    def want(self, *, is_wanted: bool) -> None:
        """Say whether runs rest on battery."""
        self._is_wanted = is_wanted
        self.look()

    def resumed(self, run: str) -> None:
        """Note that a person wants this run to go on."""
        if self.is_on:
            self._resting.discard(run)
            self._by_hand.add(run)

    def look(self) -> None:
        """See what the machine runs on, and pause runs or let them go on."""
        is_on = self._is_wanted and is_on_battery()
        began, ended = is_on and not self.is_on, self.is_on and not is_on
        self.is_on = is_on
        if is_on:
            self._pause()
        if began:
            self._session.noticed.emit(
                Notice(
                    "info",
                    "Training rests on battery",
                    "It goes on when the machine is plugged in.",
                    "Resume lets a single run go on; the preferences say whether runs rest.",
                )
            )
        if ended:
            resting, self._resting, self._by_hand = self._resting, set(), set()
            for run in resting:
                if self._session.runs[run].status == "paused":
                    self._session.resume(run)

    def _pause(self) -> None:
        for run, state in list(self._session.runs.items()):
            if state.status == "running" and run not in self._by_hand:
                self._resting.add(run)
                self._session.pause(run)
