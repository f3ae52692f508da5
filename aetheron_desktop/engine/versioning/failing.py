"""Where a version fails: its stored test predictions beside the columns of its dataset.

The model itself is not opened. What was found is kept beside the predictions, in ``runs/<id>/analysis``, under the hash
of all that it follows from: asked again, it is read and not computed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from scipy.special import chdtri

from aetheron_desktop.engine.datasets.comparing.drifting import drift_of_parts
from aetheron_desktop.engine.datasets.profiles.cells import Cells
from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.datasets.viewing.cohorts import rows_where
from aetheron_desktop.engine.errors import AetheronError, ModelError, UsageError, storage_errors
from aetheron_desktop.engine.evaluation.segments.coding import coded
from aetheron_desktop.engine.evaluation.segments.contrast import contrast
from aetheron_desktop.engine.evaluation.segments.failure import CohortScores, Failure, Fairness, Segment, TestDrift
from aetheron_desktop.engine.evaluation.segments.fairness import fairness_of_classes, fairness_of_numbers
from aetheron_desktop.engine.evaluation.segments.labels import label_errors
from aetheron_desktop.engine.evaluation.segments.losses import losses
from aetheron_desktop.engine.evaluation.segments.missing import missing_errors
from aetheron_desktop.engine.evaluation.segments.slices import weak_segments
from aetheron_desktop.engine.registry.revising import description_of
from aetheron_desktop.engine.versioning.stored import predictions_file, stored_predictions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.staging import Progress
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions
    from aetheron_desktop.engine.evaluation.segments.coding import Coded
    from aetheron_desktop.engine.evaluation.segments.failure import CohortQuestion, FailuresQuestion, FairnessQuestion
    from aetheron_desktop.engine.evaluation.segments.losses import Losses
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.workspace import Workspace

    Gaps = dict[str, NDArray[np.bool_]]

FORMAT: Final = 3
"""Of what is kept: it goes up when the same question has another answer."""
_GROUPS: Final = 4
"""A number makes so many groups of about as many rows."""
_CHANCE: Final = 0.05


@dataclass(frozen=True, eq=False, kw_only=True)
class Predicted:
    """A version, its ``commit`` and ``description``, and what it predicts of its test rows."""

    predictions: TestPredictions
    commit: str
    description: Description


@dataclass(frozen=True, eq=False, kw_only=True)
class Tested(Predicted):
    """The test rows of a version: their predictions, and the dataset that they are rows of.

    ``folder`` is that of its run, ``file`` holds the predictions. Where ``within`` is a condition, ``numbers`` (n,) are
    those of all rows of the dataset that meet it, and the predictions are of the test rows among them.
    """

    dataset: Dataset
    folder: Path
    file: Path
    within: str = ""
    numbers: NDArray[np.int64] | None = None

    @property
    def target(self) -> str:
        """The name of the column that is predicted."""
        return self.description.target.name

    def losses(self, measure: str) -> Losses:
        """Give the loss of each row."""
        told = self.predictions
        chosen = told.decided() if told.classes else None
        return losses(told.task, told.truth, told.predicted, chosen, measure)


def predicted_of(workspace: Workspace, model: str, version: str = "") -> Predicted:
    """Read the test predictions of a version.

    Raises:
        EvaluationError: they are gone or damaged.
    """
    info = workspace.model(model)
    commit = workspace.shelf.find(info.id, version or "current")
    with workspace.shelf.opened(info.id) as repository:
        description = description_of(repository, commit)
    return Predicted(predictions=stored_predictions(workspace, description), commit=commit, description=description)


def part_of(workspace: Workspace, model: str, version: str = "") -> Tested:
    """Read the test predictions of a version, and find the rows that they are of.

    Raises:
        ModelError: its dataset is not here any more.
        EvaluationError: its predictions are gone or damaged.
    """
    return rows_of(workspace, predicted_of(workspace, model, version))


def rows_of(workspace: Workspace, version: Predicted) -> Tested:
    """Find the rows that the predictions of a version are of.

    Raises:
        ModelError: its dataset is not here any more, or has not these rows.
    """
    told, description = version.predictions, version.description
    made = description.info
    try:
        dataset = workspace.dataset(made.dataset)
    except AetheronError as error:
        raise ModelError(
            f"The dataset {made.dataset_name} of {made.name} is not in this workspace.",
            hint="Take it out of the bin, or import its file again: the same content has the same id.",
        ) from error
    if int(told.rows[-1]) >= dataset.info.rows:
        raise ModelError(
            f"The test predictions of {made.name} are of rows that {dataset.info.name} does not have.",
            hint="Train the model again.",
        )
    return Tested(
        predictions=told,
        dataset=dataset,
        commit=version.commit,
        description=description,
        folder=workspace.run_folder(made.run),
        file=predictions_file(workspace, description),
    )


def part_within(
    workspace: Workspace, question: FailuresQuestion | FairnessQuestion, should_stop: Callable[[], bool]
) -> Tested:
    """Read the test predictions that a question is about.

    Raises:
        AetheronError: as :func:`part_of`; or the condition cannot be understood, or none of the rows meets it.
        Stopped: it was asked to stop.
    """
    rows = part_of(workspace, question.model, question.version)
    if not question.within:
        return rows
    numbers = rows_where(rows.dataset, question.within, workspace.root / "tmp", should_stop)
    told = rows.predictions.only(np.isin(rows.predictions.rows, numbers, assume_unique=True))
    if not len(told):
        raise UsageError("None of the test rows meets the condition.", hint="Choose another cohort.")
    return replace(rows, predictions=told, within=question.within, numbers=numbers)


# -- all at once ------------------------------------------------------------------------------------------------------


def failures(
    workspace: Workspace,
    question: FailuresQuestion,
    emit: Callable[[Failure], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Tell the weak segments, the error tree, suspected labels, errors by missing cells and the drift of the test part.

    Raises:
        AetheronError: it cannot be told; the words say why.
        Stopped: it was asked to stop; what was told until then is not kept.
    """
    rows = part_within(workspace, question, should_stop)
    failures_of(rows, question, emit, progress, should_stop)


def failures_of(
    rows: Tested,
    question: FailuresQuestion,
    emit: Callable[[Failure], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Do what :func:`failures` does, of test rows that were read."""
    loss = rows.losses(question.measure)
    kept = _Kept(rows, f"failures {loss.measure.name}")
    if not question.afresh and (known := kept.read()) is not None:
        for one in known:
            emit(one)
        return
    made: list[Failure] = []

    def tell(found: Failure) -> None:
        made.append(found)
        emit(found)

    _look(rows, loss, tell, progress, should_stop)
    kept.write(made)


def _look(
    rows: Tested,
    loss: Losses,
    tell: Callable[[Failure], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    # scikit-learn, 1 s: what is kept is told without it
    from aetheron_desktop.engine.evaluation.segments.error_tree import error_tree

    def ask() -> None:
        if should_stop():
            raise Stopped

    told = rows.predictions
    columns, gaps = _columns(rows, progress, should_stop)
    stage = "Look for weak segments"
    tell(weak_segments(columns, loss, progress=lambda share: progress(stage, share, 1.0, ""), ask=ask))
    ask()
    tell(error_tree(columns, loss))
    ask()
    tell(label_errors(told.truth, told.predicted, told.classes, told.rows))
    tell(missing_errors(gaps, loss))
    tell(_drift(rows, progress, should_stop))


def _columns(rows: Tested, progress: Progress, should_stop: Callable[[], bool]) -> tuple[list[Coded], Gaps]:
    """Give the columns of the test rows as parts, and in which rows each that has gaps has one."""
    schema = rows.dataset.info.schema
    names = [one.name for one in schema.columns if one.name != rows.target and one.type != "identifier"]
    cells = Cells(rows.dataset.parquet, should_stop)
    made: list[Coded] = []
    gaps: Gaps = {}
    done = 0
    for part in cells.parts(names):
        for name, values in cells.columns(part):
            here = values.only(rows.predictions.rows)
            if not here.valid.all():
                gaps[name] = ~here.valid
            if (parts := coded(name, here)) is not None:
                made.append(parts)
        done += len(part)
        progress("Read the columns", done, len(names), "")
    return made, gaps


def _drift(rows: Tested, progress: Progress, should_stop: Callable[[], bool]) -> TestDrift:
    """Hold the test rows against all others that have a target."""
    dataset = rows.dataset
    (_, target) = next(Cells(dataset.parquet, should_stop).columns([rows.target]))
    test = np.zeros(dataset.info.rows, dtype=np.bool_)
    test[rows.predictions.rows] = True
    others = target.valid & ~test
    if rows.numbers is not None:
        meets = np.zeros(dataset.info.rows, dtype=np.bool_)
        meets[rows.numbers] = True
        others &= meets
    counts = int(others.sum()), int(test.sum())
    if not all(counts):
        return TestDrift(rows=counts)
    names = [one.name for one in dataset.info.schema.columns if one.type not in {"identifier", "text"}]
    found = sorted(
        drift_of_parts(dataset, names, (others, test), progress, should_stop), key=lambda one: (-one.psi, one.column)
    )
    return TestDrift(
        rows=counts,
        columns=tuple(found),
        by_chance=tuple(_by_chance(len(one.labels), one.sampled or counts) for one in found),
    )


def _by_chance(bins: int, rows: tuple[int, int]) -> float:
    """Give the stability index that two parts without drift stay below in 95 of 100 cases."""
    return float(chdtri(max(1, bins - 1), _CHANCE)) * sum(1.0 / max(1, count) for count in rows)


# -- groups and cohorts -----------------------------------------------------------------------------------------------


def fairness(workspace: Workspace, question: FairnessQuestion, should_stop: Callable[[], bool]) -> Fairness:
    """Compare the groups of a column.

    Raises:
        AetheronError: it cannot be told; the words say why.
        Stopped: it was asked to stop.
    """
    rows = part_within(workspace, question, should_stop)
    name = rows.dataset.info.schema.column(question.column).name
    told = rows.predictions
    (_, values) = next(Cells(rows.dataset.parquet, should_stop).columns([name]))
    column = coded(name, values.only(told.rows), bins=_GROUPS)
    if column is None:
        raise UsageError(f"All test rows are of one group by “{name}”.", hint="Choose another column.")
    if not told.classes:
        return fairness_of_numbers(column, told.truth, told.predicted)
    positive = question.positive or told.classes[1]
    if positive not in told.classes:
        raise UsageError(f"There is no class “{positive}”.", hint=f"There are: {', '.join(told.classes[:20])}.")
    return fairness_of_classes(column, told.truth, told.decided(), told.classes.index(positive), positive)


def cohort(workspace: Workspace, question: CohortQuestion, should_stop: Callable[[], bool]) -> CohortScores:
    """Measure a version on the test rows of a cohort.

    Raises:
        AetheronError: it cannot be told; the words say why.
        Stopped: it was asked to stop.
    """
    from aetheron_desktop.engine.evaluation.intervals import intervals  # scikit-learn, as above
    from aetheron_desktop.engine.evaluation.scores import scores

    rows = part_of(workspace, question.model, question.version)
    told = rows.predictions
    numbers = rows_where(rows.dataset, question.condition, workspace.root / "tmp", should_stop)
    inside = np.isin(told.rows, numbers, assume_unique=True)
    chosen = told.only(inside)
    if not len(chosen):
        return CohortScores(
            condition=question.condition, numbers=(), note=f"None of the {len(told):,} test rows meets the condition."
        )
    limits = {} if chosen.limits is None or chosen.level is None else {"between": chosen.limits, "level": chosen.level}
    known = {"threshold": told.threshold, **limits}
    return CohortScores(
        condition=question.condition,
        numbers=tuple(chosen.rows.tolist()),
        metrics=scores(told.task, chosen.truth, chosen.predicted, **known),  # type: ignore[arg-type]
        intervals=intervals(told.task, chosen.truth, chosen.predicted, **known),  # type: ignore[arg-type]
        segment=_segment(rows, question, inside),
    )


def _segment(rows: Tested, question: CohortQuestion, inside: NDArray[np.bool_]) -> Segment | None:
    loss = rows.losses(question.measure)
    found = contrast(loss.each, inside, is_share=loss.is_share)
    if found is None:
        return None
    return Segment(
        condition=question.condition,
        columns=(),
        rows=found.rows,
        measured=found.rows,
        loss=found.loss,
        rest=found.rest,
        difference=found.difference,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        excess=found.difference * found.rows,
    )


# -- what is kept -----------------------------------------------------------------------------------------------------


class _Kept:
    """The answer to one question about test rows, beside the predictions that it follows from."""

    def __init__(self, rows: Tested, question: str) -> None:
        made = hashlib.sha256(f"{FORMAT}\0{question}\0{rows.dataset.info.id}\0{rows.target}\0".encode())
        made.update(f"{rows.predictions.threshold}\0{rows.within}\0".encode())
        with rows.file.open("rb") as file:
            made.update(hashlib.file_digest(file, "sha256").digest())
        self._path = rows.folder / "analysis" / f"failures-{made.hexdigest()[:16]}.json"

    def read(self) -> tuple[Failure, ...] | None:
        """Give what is kept; None when there is nothing, or nothing that can be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[Failure, ...])
        except (OSError, msgspec.MsgspecError):
            return None

    def write(self, made: list[Failure]) -> None:
        """Keep an answer, whole or not at all."""
        with storage_errors(self._path):
            self._path.parent.mkdir(exist_ok=True)
            part = self._path.with_suffix(".new")
            part.write_bytes(msgspec.json.encode(made))
            part.replace(self._path)
