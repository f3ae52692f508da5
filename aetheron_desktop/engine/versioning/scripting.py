"""The run that made a version, as a script that needs nothing of this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.versioning.origins import origin_of

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.training.script.facts import Ensemble
    from aetheron_desktop.engine.workspace import Workspace


class RunScript(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="script"):
    """The ``text`` of the script of the run ``run``, and in words ``notes`` on what to do before it is run."""

    model: str
    run: str
    text: str
    notes: tuple[str, ...] = ()


def run_script(workspace: Workspace, model: str, word: str = "") -> RunScript:
    """Give the script that does what the run of a version of ``model`` did.

    Raises:
        ModelError: it was trained elsewhere, its dataset is not here any more, or no script would do that.
        TrainingError: the table is not any more as it was.
    """
    from aetheron_desktop.engine.training.script.facts import Facts
    from aetheron_desktop.engine.training.script.making import script_of  # learning libraries

    _, description, plan, dataset = origin_of(workspace, model, word, hint="Ask for its script where it was made.")
    baseline = description.info.metrics
    made = script_of(
        plan,
        dataset,
        Facts(
            metrics={name: value for name, value in baseline.items() if f"baseline_{name}" in baseline},
            environment=description.environment,
            threshold=description.threshold,
            costs=description.costs,
            limits=description.limits,
            steps=description.steps,
            ended_by=description.ended_by,
            ensemble=_ensemble(description),
        ),
    )
    return RunScript(model=model, run=plan.run, text=made.text, notes=made.notes)


def _ensemble(description: Description) -> Ensemble | None:
    """Give what an ensemble was made of; None for a single estimator, and for what was made without a record."""
    from aetheron_desktop.engine.training.script.facts import Ensemble, Share

    if description.auto is None:
        return None
    found: dict[int, Share] = {}
    for branch in description.branches:
        before = found.get(branch.member, Share(member=branch.member, fits=0, weight=0.0))
        found[branch.member] = Share(member=branch.member, fits=before.fits + 1, weight=before.weight + branch.weight)
    return Ensemble(
        record=description.auto,
        shares=tuple(found[place] for place in sorted(found)),
        temperature=description.temperature,
        offsets=description.offsets,
    )
