"""A version is trained again: the same comes of it, or what differs is named."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from aetheron_desktop.cli.again import of_run
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import MetricLogged
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import AskJob, TrainJob
from aetheron_desktop.engine.registry.revising import description_of, signed
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.versioning.origins import origin_of
from aetheron_desktop.engine.versioning.questions import ReproduceQuestion
from aetheron_desktop.engine.versioning.reproduction import Reproduction
from tests.engine.versioning.doing import answers, asked, put_dataset, run_job, trained
from tests.tables import FEATURES, made_table

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.workspace import Workspace


def again(workspace: Workspace, model: str, version: str = "") -> Reproduction:
    return asked(workspace, ReproduceQuestion(model=model, version=version), Reproduction)


def rewrite(workspace: Workspace, model: str, **changes: object) -> Description:
    """Make a version whose description says something else."""
    with workspace.shelf.changing(model) as repository:
        current = repository.find("current")
        description = msgspec.structs.replace(description_of(repository, current), **changes)
        repository.change(current, {**signed(description)}, "By hand", "changed")
    return description


@pytest.mark.parametrize("card", catalog.ALL, ids=lambda card: card.id)
def test_that_every_estimator_gives_the_same_again(workspace: Workspace, card: Card) -> None:
    task: Task = "binary" if "binary" in card.tasks else "regression"
    info = trained(workspace, workspace.dataset("made"), card.id, task, seed=3)
    found = again(workspace, info.id)
    assert (found.state, found.largest_difference, found.rows) == ("identical", 0.0, 40), found.sentence
    assert found.before == found.after
    assert found.environment == ()
    assert "to the bit" in found.sentence
    assert not list((workspace.root / "tmp").iterdir())
    assert workspace.model(info.id).versions == 1


def test_that_an_older_version_is_trained_again(kept: Workspace) -> None:
    (info,) = kept.models()
    found = again(kept, info.id, "v1")
    assert (found.version, found.state) == (kept.shelf.find(info.id, "v1"), "identical")


def test_that_a_version_with_another_threshold_is_the_same(kept: Workspace) -> None:
    (info,) = kept.models()
    assert again(kept, info.id).state == "identical"


def test_that_another_environment_is_named(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.opened(model.id) as repository:
        environment = dict(description_of(repository, model.version).environment)
    rewrite(workspace, model.id, environment=environment | {"sklearn": "0.1", "threads": "1"})
    found = again(workspace, model.id)
    assert any(line.startswith("sklearn 0.1 then, ") for line in found.environment), found.environment
    if "threads" in environment:
        assert not any(line.startswith("threads") for line in found.environment), "it is trained on as many as then"


def test_that_another_model_is_different_and_the_cause_is_named(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.opened(model.id) as repository:
        description = description_of(repository, model.version)
    assert description.experiment is not None
    params = description.experiment.params | {"n_estimators": 7}
    experiment = msgspec.structs.replace(description.experiment, params=params)
    environment = description.environment | {"sklearn": "0.1"}
    rewrite(workspace, model.id, experiment=experiment, environment=environment)
    found = again(workspace, model.id)
    assert found.state == "different"
    assert found.largest_difference > 0.01
    assert "sklearn 0.1 then" in found.sentence
    assert found.before != found.after


def test_that_without_stored_predictions_the_sample_is_compared(workspace: Workspace, model: ModelInfo) -> None:
    (workspace.run_folder(workspace.shelf.versions(model.id)[model.version].run) / "predictions.parquet").unlink()
    found = again(workspace, model.id)
    assert (found.state, found.rows) == ("identical", 20)
    assert any("sample was compared" in note for note in found.notes)


def test_that_the_positive_class_stays_the_one_that_was_counted_then(workspace: Workspace, model: ModelInfo) -> None:
    """An earlier version took the last word of the alphabet, which need not be the yes that is taken now."""
    rewrite(workspace, model.id, classes=("yes", "no"))
    assert origin_of(workspace, model.id, "", hint="").plan.positive == "no"
    assert origin_of(workspace, model.id, "v1", hint="").plan.positive == "yes"


def test_that_a_time_budget_is_noted(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.opened(model.id) as repository:
        experiment = description_of(repository, model.version).experiment
    assert experiment is not None
    rewrite(workspace, model.id, experiment=msgspec.structs.replace(experiment, budget_s=60.0))
    assert any("time budget" in note for note in again(workspace, model.id).notes)


def iterative() -> list[str]:
    return [card.id for card in catalog.ALL if card.iterative and "binary" in card.tasks]


def cut(workspace: Workspace, estimator: str, **changes: Any) -> Experiment:
    dataset = workspace.dataset("made")
    (experiment,) = plan(
        dataset.info, target="sold", features=FEATURES, estimators=[estimator], new_id=lambda: workspace.new_id("run")
    )[-1:]
    return msgspec.structs.replace(experiment, **changes)


@pytest.mark.parametrize("estimator", iterative())
def test_that_what_the_time_budget_ended_is_made_again_by_as_many_steps(workspace: Workspace, estimator: str) -> None:
    end, _ = run_job(workspace, TrainJob(experiment=cut(workspace, estimator, budget_s=1e-9)))
    if end.outcome == "failed":  # one that has nothing before its last step
        assert "had not made a first model" in end.detail
        return
    assert end.result
    found = again(workspace, end.result)
    assert (found.state, found.largest_difference) == ("identical", 0.0), found.sentence
    if catalog.card(estimator).ensemble:
        assert any("the clock ended one of its fits, at the same step" in note for note in found.notes)
    with workspace.shelf.opened(end.result) as repository:
        description = description_of(repository, found.version)
    assert (description.ended_by, description.steps) == ("time", workspace.run(description.info.run).steps)
    steps = f"{description.steps:,} steps" if description.steps else "no whole step"
    assert any(f"time budget ended it after {steps}" in note for note in found.notes)


def test_that_what_was_stopped_by_hand_is_made_again_by_as_many_steps(workspace: Workspace) -> None:
    told: list[Event] = []

    def tell(event: Event, line: bytes) -> None:
        told.append(event)
        if isinstance(event, MetricLogged) and event.step >= 20:
            stop.set()

    stop = threading.Event()
    job = TrainJob(experiment=cut(workspace, "forest"))
    end = Execution(workspace, job, tell).run(stop.is_set)
    assert (end.outcome, bool(end.result)) == ("stopped", True)
    found = again(workspace, end.result or "")
    assert (found.state, found.rows) == ("identical", 40), found.sentence
    assert any("stopped by hand" in note for note in found.notes)
    assert of_run(workspace, job.id) == (end.result, found.version)
    assert of_run(workspace, end.result or "") is None
    workspace.bin_model(end.result or "")
    with pytest.raises(UsageError, match="not here any more"):
        of_run(workspace, job.id)


def failed(workspace: Workspace, model: str, version: str = "") -> str:
    question = ReproduceQuestion(model=model, version=version)
    end, _ = run_job(workspace, AskJob(id=workspace.new_id("ask"), question=question))
    assert (end.outcome, end.title != "An error in the program") == ("failed", True), end.detail
    assert end.hint
    return end.detail


def test_that_what_cannot_be_trained_again_is_told_in_words(workspace: Workspace, model: ModelInfo) -> None:
    workspace.remove_dataset("0123456789abcdef")
    assert "Its dataset made (content 0123456789ab) is not in this workspace." in failed(workspace, model.id)
    assert "v9" in failed(workspace, model.id, "v9")
    rewrite(workspace, model.id, experiment=None)
    assert failed(workspace, model.id) == "This version was trained elsewhere."


def test_that_a_dataset_that_lost_a_column_is_told_of(workspace: Workspace, model: ModelInfo) -> None:
    put_dataset(workspace, made_table().drop(columns="size"))
    assert "size" in failed(workspace, model.id)


def test_that_it_can_be_stopped(workspace: Workspace) -> None:
    info = trained(workspace, workspace.dataset("made"), "network")
    with workspace.shelf.opened(info.id) as repository:
        experiment = description_of(repository, info.version).experiment
    assert experiment is not None
    params = experiment.params | {"epochs": 2000, "patience": 500}
    rewrite(workspace, info.id, experiment=msgspec.structs.replace(experiment, params=params))
    told: list[Event] = []
    job = AskJob(id=workspace.new_id("ask"), question=ReproduceQuestion(model=info.id))
    run = Execution(workspace, job, lambda event, line: told.append(event))
    end = run.run(lambda: any(isinstance(event, MetricLogged) for event in told))
    assert end.outcome in {"stopped", "succeeded"}
    assert [answer.state for answer in answers(told) if isinstance(answer, Reproduction)] in ([], ["stopped"])
    assert end == told[-1]
    assert workspace.model(info.id).versions == 2
