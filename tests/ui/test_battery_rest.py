"""Runs rest on battery where that is wished, and those go on afterwards that rested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest

from aetheron_desktop.engine.jobs import monitor
from aetheron_desktop.ui import battery_rest
from aetheron_desktop.ui.battery_rest import BatteryRest
from tests.ui.scripted_session import ScriptedSession

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Machine:
    """A machine with a plug."""

    def __init__(self) -> None:
        self.on_battery = False


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(battery_rest, "is_on_battery", lambda: machine.on_battery)
    return machine


def started(session: ScriptedSession) -> str:
    run = session.add_run()
    session.begin(run)
    return run


def test_that_runs_rest_on_battery_and_go_on_afterwards(qtbot: QtBot, machine: Machine) -> None:
    session = ScriptedSession()
    session.open()
    running, paused, by_hand = (started(session) for _ in range(3))
    session.pause(paused)
    rest = BatteryRest(session)
    rest.want(is_wanted=True)
    assert not rest.is_on
    machine.on_battery = True
    with qtbot.waitSignal(session.noticed):
        rest.look()
    assert rest.is_on
    assert {session.runs[run].status for run in (running, paused, by_hand)} == {"paused"}
    session.resume(by_hand)
    rest.resumed(by_hand)
    rest.look()
    assert session.runs[by_hand].status == "running", "a person wanted it to go on"
    machine.on_battery = False
    rest.look()
    assert [session.runs[run].status for run in (running, paused, by_hand)] == ["running", "paused", "running"]
    assert not rest.is_on


def test_that_nothing_rests_where_it_is_not_wished(qtbot: QtBot, machine: Machine) -> None:
    session = ScriptedSession()
    session.open()
    run = started(session)
    machine.on_battery = True
    rest = BatteryRest(session)
    rest.look()
    assert (session.runs[run].status, rest.is_on) == ("running", False)
    rest.want(is_wanted=True)
    assert (session.runs[run].status, rest.is_on) == ("paused", True)
    rest.want(is_wanted=False)
    assert (session.runs[run].status, rest.is_on) == ("running", False)


@pytest.mark.parametrize(("plugged", "found"), [(True, False), (False, True), (None, False)])
def test_that_only_a_battery_that_is_used_is_one(
    monkeypatch: pytest.MonkeyPatch, plugged: bool | None, found: bool
) -> None:
    battery = type("Battery", (), {"power_plugged": plugged})
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert monitor.is_on_battery() == found
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert not monitor.is_on_battery()
    monkeypatch.delattr(psutil, "sensors_battery")
    assert not monitor.is_on_battery()
