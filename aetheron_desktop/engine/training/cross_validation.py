"""Cross-validation: one plan with each fold of a stored split as the test, in turn.

Each fold is a run of its own, with its model, curves and predictions; what they have in common is their group.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.datasets.splitting.frozen_split import split_named
from aetheron_desktop.engine.evaluation.metrics import place
from aetheron_desktop.engine.training.experiment import Experiment, SplitPlan, split_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.evaluation.metrics import Metric


def split_plans(dataset: Dataset, name: str | None, fold: int | None = None) -> tuple[SplitPlan, ...]:
    """Give the plans of the stored split ``name``: one, or one for each of its folds where none is chosen.

    Without a name it is the usual split. ``fold`` counts from 0.

    Raises:
        UsageError: there is no such split or fold.
    """
    if name is None or fold is not None:
        return (split_plan(dataset, name, fold or 0),)
    frozen = split_named(dataset, name)
    return tuple(SplitPlan(frozen=name, hash=frozen.hash, fold=one) for one in range(max(1, frozen.request.folds)))


def on_each(
    experiments: Sequence[Experiment], splits: Sequence[SplitPlan], new_id: Callable[[], str]
) -> tuple[Experiment, ...]:
    """Give every one of ``experiments`` on every one of ``splits``, all those of a fold before the next.

    So each estimator has a score after the first fold, and whoever stops then has seen all of them.
    """
    if len(splits) == 1:
        return tuple(msgspec.structs.replace(one, split=splits[0]) for one in experiments)
    group = experiments[0].group or new_id().replace("run-", "group-", 1)
    return tuple(
        msgspec.structs.replace(one, run=new_id(), name=f"{one.name}, fold {split.fold}", split=split, group=group)
        for split in splits
        for one in experiments
    )


class FoldScores(msgspec.Struct, frozen=True, kw_only=True):
    """What an estimator has on each test part, their ``mean``, and the standard deviation ``sd`` among them.

    Of a single one there is no deviation.
    """

    estimator: str
    scores: tuple[float, ...]
    mean: float
    sd: float | None


def fold_scores(told: Iterable[tuple[str, float | None]]) -> list[FoldScores]:
    """Give the scores of each estimator over its folds, in the order in which they come; ``told`` has one for each run.

    The deviation is that of the folds (n - 1); the folds share training rows, so it is no error of the mean
    (Nadeau and Bengio, 2003, Inference for the Generalization Error).
    """
    found: dict[str, list[float]] = {}
    for estimator, score in told:
        if score is not None:
            found.setdefault(estimator, []).append(score)
    return [
        FoldScores(
            estimator=estimator,
            scores=tuple(scores),
            mean=statistics.fmean(scores),
            sd=statistics.stdev(scores) if len(scores) > 1 else None,
        )
        for estimator, scores in found.items()
    ]


def ranked(found: Iterable[FoldScores], judged: Metric) -> list[FoldScores]:
    """Give them as ``judged`` has it, the best first.

    What has a score on fewer folds comes last, as when some of its runs failed: its mean is of other test rows, which
    may be the easier ones.
    """
    return sorted(found, key=lambda one: (-len(one.scores), place(judged, one.mean)))
