"""The run that made a version, as a script that needs nothing of this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.versioning.origins import origin_of

if TYPE_CHECKING:
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
    from aetheron_desktop.engine.training.script.making import Facts, script_of  # learning libraries

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
            steps=description.steps,
            ended_by=description.ended_by,
        ),
    )
    return RunScript(model=model, run=plan.run, text=made.text, notes=made.notes)
