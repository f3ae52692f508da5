"""What a version was made from: its plan and its dataset, for whoever wants to do the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aetheron_desktop.engine.errors import AetheronError, ModelError

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.workspace import Workspace


class Origin(NamedTuple):
    """A version, what stands in its file, the plan that it was trained by, and the dataset."""

    commit: str
    description: Description
    plan: Experiment
    dataset: Dataset


def origin_of(workspace: Workspace, model: str, word: str, *, hint: str) -> Origin:
    """Give what a version of ``model`` was made from; ``hint`` is for one that was trained elsewhere.

    Raises:
        ModelError: it was trained elsewhere, or its dataset is not here any more.
    """
    from aetheron_desktop.engine.registry.revising import description_of

    commit = workspace.shelf.find(model, word or "current")
    with workspace.shelf.opened(model) as repository:
        description = description_of(repository, commit)
    plan = description.experiment
    if plan is None:
        raise ModelError("This version was trained elsewhere.", hint=hint)
    try:
        dataset = workspace.dataset(plan.dataset)
    except AetheronError as error:
        raise ModelError(
            f"Its dataset {description.info.dataset_name} (content {plan.dataset[:12]}) is not in this workspace.",
            hint="Take it out of the bin, or import its file again: the same content has the same id.",
        ) from error
    return Origin(commit, description, _as_then(plan, description), dataset)


def _as_then(plan: Experiment, description: Description) -> Experiment:
    """Say in the plan which of two classes was the positive one: which is chosen by itself may be another by now."""
    if len(description.classes) != 2 or plan.positive is not None:
        return plan
    return msgspec.structs.replace(plan, positive=description.classes[1])
