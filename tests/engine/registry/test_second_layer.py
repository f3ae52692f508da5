"""An ensemble with a second layer is written, read, exported and looked at as any other model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.estimators.pipeline import Blend, FittedPipeline
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.registry.onnx_export import export_onnx
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.engine.registry.test_artifact import described
from tests.tables import FEATURES, TARGETS, made_dataset, made_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.training.run import Run


def layered(model: FittedPipeline) -> FittedPipeline:
    """Put a second layer on the members, one of which is taken away."""
    blend = model.predictor
    assert isinstance(blend, Blend)
    members = blend.members()
    assert set(members) == {0, 1}
    weights = {0: 1.3 / members[0][0], 1: -0.4 / members[1][0]}
    branches = tuple(replace(branch, weight=weights[branch.member]) for branch in blend.branches)
    offsets = tuple(np.linspace(-0.3, 0.2, len(model.classes) or 1).tolist())
    return replace(model, predictor=Blend(branches, offsets=offsets), limits=None)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[Task, Run]:
    dataset = made_dataset(tmp_path_factory.mktemp("made"))
    made: dict[Task, Run] = {}
    for task, target in TARGETS.items():
        one = plan(
            dataset.info, target=target, task=task, estimators=["auto"], features=FEATURES,
            params={"auto": {"models": 2, "folds": 2}}, new_id=lambda: "run-1",
        )[-1]  # fmt: skip
        run = train(one, dataset, lambda event: None, lambda: False)
        assert run.model is not None
        blend = run.model.predictor
        assert isinstance(blend, Blend)
        if len(blend.members()) == 1:
            # Where one of them is enough for the table, both are to count all the same.
            branches = (*blend.branches, *(replace(one, member=1) for one in blend.branches))
            run = replace(run, model=replace(run.model, predictor=Blend(branches)))
        made[task] = replace(run, model=layered(run.model))
    return made


@pytest.mark.parametrize("task", TARGETS)
def test_that_it_is_read_as_it_was_written_and_exported_as_it_is(
    runs: dict[Task, Run], tmp_path: Path, task: Task
) -> None:
    run, rows = runs[task], made_table(200, seed=7)
    assert run.model is not None
    info = save_model(run, tmp_path, id="model-1", name="Layered")
    said = run.model.predict(rows)
    read = load_model(tmp_path / info.id).pipeline
    assert read.predict(rows).equals(said)
    if run.model.classes:
        assert run.model.raw(rows).sum(axis=1) == pytest.approx(1.0)
    report = export_onnx(run.model, run.sample, tmp_path / "it.onnx")
    assert report.largest_difference <= 1e-6
    assert onnxruntime.InferenceSession(str(tmp_path / "it.onnx"), providers=["CPUExecutionProvider"]).get_outputs()


WRONG: dict[str, Callable[[dict[str, Any]], Any]] = {
    "an offset less": lambda told: told["offsets"].pop(),
    "an offset that is endless": lambda told: told["offsets"].__setitem__(0, 1e999),
    "a weight beyond all measure": lambda told: told["branches"][0].update(weight=1e9),
    "a member below none": lambda told: told["branches"][0].update(member=-1),
    "a member of many": lambda told: told["branches"][0].update(member=10**9),
    "weights below zero without a layer": lambda told: told.update(offsets=[]),
    "a layer without members": lambda told: told.update(branches=[]),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_that_a_layer_that_makes_no_sense_is_refused(
    runs: dict[Task, Run], tmp_path: Path, change: Callable[[dict[str, Any]], Any]
) -> None:
    info = save_model(runs["multiclass"], tmp_path, id="model-1", name="Layered")
    described(tmp_path / info.id, change)
    with pytest.raises(UntrustedModel):
        load_model(tmp_path / info.id)
