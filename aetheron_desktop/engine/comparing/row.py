"""One run in a leaderboard, of this program or of another."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol

import msgspec

from aetheron_desktop.engine.comparing.card import NO_CARD, RunCard
from aetheron_desktop.engine.estimators.catalog import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.workspace import RunRecord, Workspace


class Told(Protocol):
    """What a run tells of itself, in the index or while it goes."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def estimator(self) -> str: ...
    @property
    def dataset(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def metrics(self) -> dict[str, float | None]: ...
    @property
    def intervals(self) -> dict[str, tuple[float, float]]: ...
    @property
    def started(self) -> float | None: ...
    @property
    def model(self) -> str | None: ...


def rivals(target: str, task: str, test_rows: str) -> tuple[str, str, str] | None:
    """Give what runs have in common that may be compared; None where the hash of the test rows is not known."""
    return (target, task, test_rows) if test_rows else None


def is_worth_telling(estimator: str, rivals: int) -> bool:
    """Whether it says anything that a run is the best of so many: of the baseline alone it does not."""
    return estimator != "dummy" or rivals > 1


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """``estimator`` is the card's name and ``dataset`` the dataset's; ``source`` is where a foreign run is from.

    ``seconds`` is how long it has worked, ``started`` is in seconds since the epoch.
    """

    id: str
    name: str
    estimator: str
    estimator_id: str
    dataset: str
    dataset_id: str
    target: str
    task: str
    status: str
    metrics: dict[str, float | None] = {}
    intervals: dict[str, tuple[float, float]] = {}
    started: float | None = None
    seconds: float | None = None
    model: str = ""
    card: RunCard = NO_CARD
    source: str = ""

    @property
    def rivals(self) -> tuple[str, str, str] | None:
        """What runs have in common that may be compared: target, task and test rows; None where these are not known."""
        return rivals(self.target, self.task, self.card.test_rows)

    def with_card(self, card: RunCard) -> RunRow:
        """Give the same run with another card."""
        return msgspec.structs.replace(self, card=card)


def row_of(
    run: Told, status: str, seconds: float | None, datasets: Mapping[str, str], card: RunCard | None = None
) -> RunRow:
    """Give the row of a run; ``datasets`` has the names of the datasets by their ids."""
    return RunRow(
        id=run.id,
        name=run.name,
        estimator=_name_of(run.estimator),
        estimator_id=run.estimator,
        dataset=datasets.get(run.dataset, run.dataset[:12]),
        dataset_id=run.dataset,
        target=run.target,
        task=run.task,
        status=status,
        metrics=run.metrics,
        intervals=run.intervals,
        started=run.started,
        seconds=seconds,
        model=run.model or "",
        card=card or NO_CARD,
    )


_name_of = cache(name_of)


def dataset_names(workspace: Workspace) -> dict[str, str]:
    """Give the names of all datasets by their ids, those in the bin too."""
    infos = (*workspace.datasets(binned=True), *workspace.datasets())
    return {info.id: info.name for info in infos}


def rows_of(records: list[RunRecord], cards: Mapping[str, RunCard], datasets: Mapping[str, str]) -> list[RunRow]:
    """Give the rows of runs as the index has them, in their order."""
    return [row_of(run, run.outcome or "running", _seconds(run), datasets, cards.get(run.id)) for run in records]


def _seconds(run: RunRecord) -> float | None:
    if run.seconds is not None or run.ended is None:
        return run.seconds
    return max(0.0, run.ended - run.started)
