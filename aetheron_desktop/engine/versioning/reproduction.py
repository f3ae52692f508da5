"""Train a version again from what its description says, and say whether the same comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.versioning.origins import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.run import Run
    from aetheron_desktop.engine.workspace import Workspace

State: TypeAlias = Literal["identical", "close", "different", "stopped"]
TOLERANCE: Final = 1e-6
"""Up to here probabilities, and values relative to their spread, count as close: rounding of another processor."""


class Reproduction(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="reproduction"):
    """What a second training gave: ``largest_difference`` of probabilities or values on ``rows`` rows.

    ``before`` and ``after`` are the metrics then and now, ``environment`` what is otherwise now, a line each, and
    ``notes`` what can make a difference whatever the environment.
    """

    model: str
    version: str
    state: State
    rows: int = 0
    largest_difference: float = 0.0
    before: dict[str, float | None] = {}
    after: dict[str, float | None] = {}
    environment: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Give it in words."""
        where = f"on {self.rows:,} rows"
        match self.state:
            case "identical":
                return f"Identical: trained again it predicts the same {where}, to the bit."
            case "close":
                return f"Within tolerance: trained again it differs by at most {self.largest_difference:.2g} {where}."
            case "different":
                why = self.environment or self.notes or ("nothing that is known differs",)
                return f"Different, by up to {self.largest_difference:.3g} {where}: {'; '.join(why)}."
            case "stopped":
                return "It was stopped before it was trained again."


def reproduce(
    workspace: Workspace,
    model: str,
    word: str,
    *,
    job: str,
    emit: Callable[[Event], None],
    should_stop: Callable[[], bool],
    threads: int,
) -> Reproduction:
    """Train a version again, and compare what it predicts with what it predicted then.

    Raises:
        ModelError: it was trained elsewhere, or its dataset is not here any more.
        TrainingError: it cannot be trained any more; the words say why.
    """
    from aetheron_desktop.engine.training.trainer import Training  # learning libraries

    commit, description, plan, dataset = origin_of(workspace, model, word, hint="Train it where it was made.")
    # On as many threads as then: sums are rounded in the order in which they are added up.
    known = description.environment.get("threads", "")
    threads = int(known) if known.isdecimal() and 0 < int(known) <= 64 else threads
    planned = _again(description, plan, job)
    run = Training(planned, dataset, emit, threads=threads, again=description.auto).run(should_stop)
    if run.model is None or run.outcome != "succeeded":
        return Reproduction(model=model, version=commit, state="stopped")
    return _compared(workspace, model, commit, description, run)


def _again(description: Description, plan: Experiment, job: str) -> Experiment:
    """Give the plan of the second training: what time or a person ended then is ended by its number of steps now."""
    if description.auto is not None:
        return msgspec.structs.replace(plan, run=job, budget_s=None, steps=None)
    if not description.ended_by:
        return msgspec.structs.replace(plan, run=job)
    steps = description.steps if description.ended_by != "itself" else plan.steps
    return msgspec.structs.replace(plan, run=job, budget_s=None, steps=steps)


def _compared(workspace: Workspace, model: str, commit: str, description: Description, run: Run) -> Reproduction:
    import numpy as np

    stored, notes = _stored(workspace, model, commit, description, run)
    columns = [f"probability_{label}" for label in description.classes] or ["prediction"]
    if description.limits is not None and all("lower" in table for table in stored):
        columns += ["lower", "upper"]
    old, new = (table[columns].to_numpy(dtype=np.float64) for table in stored)
    largest = float(np.abs(old - new).max()) if len(old) else 0.0
    spread = 1.0 if description.classes else float(np.std(old)) or 1.0
    state: State = "identical" if largest == 0.0 else "close" if largest / spread <= TOLERANCE else "different"
    return Reproduction(
        model=model,
        version=commit,
        state=state,
        rows=len(old),
        largest_difference=largest,
        before={name: value for name, value in description.info.metrics.items() if name in run.baseline},
        after={name: value for name, value in run.metrics.items() if name in run.baseline},
        environment=tuple(_changes(description.environment, run.environment)),
        notes=tuple(notes),
    )


def _stored(
    workspace: Workspace, model: str, commit: str, description: Description, run: Run
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], list[str]]:
    """Give what was predicted then, and what is predicted now, for the same rows; and what to know about it."""
    import pandas as pd

    from aetheron_desktop.engine.registry.parity import STORED, stored_rows
    from aetheron_desktop.engine.versioning.stored import predictions_file

    notes = []
    plan = description.experiment
    steps = f"{description.steps:,} steps, and as many were done now" if description.steps else "no whole step"
    match description.ended_by:
        case "time":
            notes.append(f"its time budget ended it after {steps}")
            if description.auto is None and description.branches:
                notes.append("the clock may have ended single fits of its members, which are done in full now")
        case "hand":
            notes.append(f"it was stopped by hand after {steps}")
        case "itself" if plan is not None and plan.budget_s is not None:
            notes.append("it did not use up its time budget, and had none now")
        case "" if plan is not None and plan.budget_s is not None:
            notes.append("it had a time budget, which ends a fit where the machine's speed says")
        case "" if description.info.status == "stopped":
            notes.append("its run was stopped by hand")
        case _:
            pass
    if description.auto is not None and description.auto.cut:
        notes.append(f"the clock ended {_fits(description.auto.cut)}, at the same step now as then")
    if plan is not None and plan.params.get("latency_ms") is not None:
        notes.append("how long its members take for a row was measured anew, which may choose others")
    try:
        then = pd.read_parquet(predictions_file(workspace, description)).set_index("row").sort_index()
        now = run.predictions.set_index("row").sort_index()
        # One that was stopped was measured on as many rows as there was time for.
        if len(then) and then.index.isin(now.index).all():
            return (then, now.loc[then.index]), notes
        notes.append("its test rows were others")
    except (OSError, ValueError, KeyError):
        notes.append("its stored test predictions are gone, so its sample was compared")
    assert run.model is not None
    rows = stored_rows(workspace.shelf.files(model, commit))
    then = rows.filter(like=STORED).rename(columns=lambda name: name.removeprefix(STORED))
    return (then, run.model.predict(rows)), notes


def _fits(count: int) -> str:
    return f"{count:,} of its fits" if count > 1 else "one of its fits"


def _changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [
        f"{name} {before.get(name, 'none')} then, {after.get(name, 'none')} now"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
