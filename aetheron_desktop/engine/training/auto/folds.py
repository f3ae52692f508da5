"""The folds of a cross-fit: every row is predicted by models that did not learn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest, split_named, stored_cells
from aetheron_desktop.engine.datasets.splitting.parting import at_random, by_group, groups_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.preparation import Material

ALWAYS: Final = -1
"""The fold of a row that every model learns from, because its class would be unknown otherwise."""
_FEWEST_FOLDS: Final = 4


class Fold(NamedTuple):
    """Positions in the table: what is learned from, and what is predicted."""

    train: NDArray[np.int64]
    valid: NDArray[np.int64]


class Folds(NamedTuple):
    """The folds, and in words how they came about; one fold is the validation part of the split."""

    parts: tuple[Fold, ...]
    how: str

    @property
    def judged(self) -> NDArray[np.int64]:
        """The positions of all rows that are predicted, ascending."""
        return np.sort(np.concatenate([fold.valid for fold in self.parts]))


def make_folds(experiment: Experiment, material: Material, dataset: Dataset, count: int) -> Folds:
    """Give ``count`` folds of the training and validation parts; 1 is the validation part alone.

    Rows that belong together stay together, and what is later is never learned from, as the split of the experiment
    has it.
    """
    parts = material.parts
    rows = np.sort(np.concatenate([parts.train, parts.valid]))
    single = Folds((Fold(parts.train, parts.valid),), "those of the validation part")
    if count < 2:
        return single
    name = experiment.split.frozen
    kind = None
    if name is not None:
        frozen = split_named(dataset, name)
        kind = frozen.request.kind
        if kind in {"time", "column"}:
            return single._replace(how=f"those of the validation part, as “{name}” has it")
    classes = len(material.subject.classes)
    y = material.y[rows]
    if name is not None and kind in {"group", "prefix"}:
        if frozen.request.folds:
            codes = np.unique(stored_cells(dataset, frozen)[material.rows[rows]], return_inverse=True)[1]
        else:
            codes = groups_of(dataset, frozen.request)[material.rows[rows]]
        place = deal_groups(codes, count, experiment.seed)
        how = f"in {int(place.max()) + 1} folds that keep the groups of “{name}” together"
    else:
        place = deal(y, count, experiment.seed, by_class=bool(classes))
        how = f"in {count} folds"
    if classes:
        place = known_in_all(place, y)
    made = [Fold(rows[place != fold], rows[place == fold]) for fold in range(int(place.max()) + 1)]
    return Folds(tuple(fold for fold in made if len(fold.valid)), how)


def folds_in_time(usual: int, fits: float) -> int:
    """Give how many folds there is time for, when there is time for so many ``fits`` of a strong estimator.

    One validation part is better than hardly more rows to learn from than are left out.
    """
    return usual if fits >= usual else int(fits) if fits >= _FEWEST_FOLDS else 1


def deal(y: NDArray[Any], count: int, seed: int, *, by_class: bool) -> NDArray[np.int64]:
    """Give a fold from 0 for each row, such that each fold has its share of every class, or of small and large values.

    ``y`` is (n,) class indices or values.
    """
    if by_class:
        return at_random(len(y), SplitRequest(name="", kind="stratified", folds=count, seed=seed), y).astype(np.int64)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    place = np.empty(len(y), dtype=np.int64)
    # In each stretch of neighbours the folds come in another order, so that none has the larger values throughout.
    turns = np.argsort(rng.random((-(-len(y) // count), count)), axis=1).ravel()
    place[order] = turns[: len(y)]
    return place


def deal_groups(groups: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """Give a fold from 0 for each row, all rows of a group in one; the largest first, each to the emptiest fold."""
    names, codes = np.unique(groups, return_inverse=True)
    request = SplitRequest(name="", kind="group", folds=min(count, len(names)), seed=seed)
    return by_group(codes, request).astype(np.int64)


def known_in_all(place: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the folds with the rows of a class that is in one fold alone in every training, as :data:`ALWAYS`."""
    made = place.copy()
    for label in np.unique(y):
        mine = y == label
        if len(np.unique(place[mine])) == 1:
            made[mine] = ALWAYS
    return made


def spread(count: int, judged: NDArray[np.int64], folds: Sequence[Fold], parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Put what was predicted for the folds, each (rows, …), in the order of ``judged``; ``count`` rows are known."""
    where = np.full(count, -1, dtype=np.int64)
    where[judged] = np.arange(len(judged))
    made = np.empty((len(judged), *parts[0].shape[1:]), dtype=np.float64)
    for fold, part in zip(folds, parts, strict=True):
        made[where[fold.valid]] = part
    return made
