"""Only what differs between runs is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.comparing.differing import differing
from aetheron_desktop.engine.errors import UsageError
from tests.runs import made_run

if TYPE_CHECKING:
    from aetheron_desktop.engine.workspace import Workspace


def test_that_what_differs_is_told_for_each_run_and_the_rest_is_not(workspace: Workspace) -> None:
    made_run(workspace, "run-a", seed=1)
    made_run(workspace, "run-b", seed=2, features=("a", "c"), params={"trees": 500})
    made_run(workspace, "run-c", seed=1, estimator="boosting", params={"max_iter": 40})
    found = differing(workspace, ["run-a", "run-b", "run-c"])
    told = {(line.section, line.name): line.values for line in found.changed()}
    assert told["Plan", "Estimator"] == ("Random forest", "Random forest", "Gradient boosting")
    assert told["Plan", "Seed"] == ("1", "2", "1")
    assert told["Features", "b"] == ("yes", "–", "yes")
    assert told["Features", "c"] == ("–", "yes", "–")
    assert ("300", "500", "–") in told.values()
    assert ("Plan", "Target") not in told
    assert not any(section == "Environment" for section, _ in told)
    assert any(line.name == "python" and line.is_same for line in found.lines)


def test_that_equal_runs_differ_in_nothing(workspace: Workspace) -> None:
    made_run(workspace, "run-a")
    assert differing(workspace, ["run-a", "run-a"]).changed() == ()
    with pytest.raises(UsageError):
        differing(workspace, ["run-a", "run-z"])
