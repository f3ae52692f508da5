"""How the command line shares the time that it was given among what it trains, and what it trains for a version."""

from __future__ import annotations

from argparse import Namespace
from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from aetheron_desktop.cli import training
from aetheron_desktop.cli.terminal import Terminal
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.training.experiment import plan
from tests.tables import FEATURES, made_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.jobs.job import TrainJob

SECONDS = {"dummy": 37.0, "logistic": 2.0, "forest": 30.0, "boosting": 9.0}
"""What each takes; the first one also loads the libraries."""


def test_that_the_baseline_takes_no_time_from_those_that_learn_and_quick_ones_leave_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    given: dict[str, float | None] = {}

    def do(job: TrainJob, state: object) -> None:
        nonlocal now
        now += SECONDS[job.experiment.estimator]
        given[job.experiment.estimator] = job.experiment.budget_s

    monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=lambda: now))
    info = made_dataset(tmp_path).info
    plans = plan(
        info, target="sold", features=FEATURES, estimators=["logistic", "forest", "boosting"], new_id=lambda: "run"
    )

    training._train_all(cast("Any", SimpleNamespace(do=do, stopped=False)), Terminal(json=True), plans, 15.0)

    assert list(given) == ["dummy", "logistic", "forest", "boosting"]
    assert [given["logistic"], given["forest"]] == [15 / 3, 13 / 2]
    assert given["boosting"] == pytest.approx(0.1), "nothing is left, and the least is allowed"


@pytest.mark.parametrize(("named", "learned"), [(None, "sold"), ("price", "price")])
def test_that_a_version_is_of_the_target_of_its_model_unless_another_is_named(
    named: str | None, learned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets: list[str] = []

    def planned(workspace: object, dataset: object, options: Namespace) -> None:
        targets.append(options.target)
        raise UsageError("It has been seen.")

    monkeypatch.setattr(training, "Runner", lambda *_: nullcontext())
    monkeypatch.setattr(training, "_dataset", lambda *_: None)
    monkeypatch.setattr(training, "_plan", planned)
    model = SimpleNamespace(id="model-1", target="sold")
    workspace = cast("Any", SimpleNamespace(model=lambda name: model))

    with pytest.raises(UsageError, match="seen"):
        training.train(workspace, Terminal(json=True), Namespace(resume=None, table="t", version_of="it", target=named))

    assert targets == [learned]
