"""Support vectors: the rows at the border between classes, or at the edge of a tube around the values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.svm import SVC, SVR

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.base import Estimator, Rows, in_blocks
from aetheron_desktop.engine.estimators.cards.similar import (
    LANDMARKS,
    MAPPED_BYTES,
    MAPPED_ROWS,
    MOST_EXACT_ROWS,
    MOST_PAIRS,
    SHARES,
)
from aetheron_desktop.engine.estimators.linear import Likelihood
from aetheron_desktop.engine.estimators.plain import KernelClassesPredictor, KernelPredictor, kernel
from aetheron_desktop.engine.estimators.step_work import KnownWork, LandmarkWork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress
    from aetheron_desktop.engine.estimators.step_work import StepWork

    Floats = NDArray[np.float64]

_FEWEST_ROWS: Final = 20
_BLOCK_ROWS: Final = 4_096
_JUDGED_ROWS: Final = 5_000
_STATE: Final = "support.npz"


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums of kernels around ``support`` (m, features): ``dual`` (m, outputs) and ``intercept`` (outputs,)."""

    support: Floats
    dual: Floats
    intercept: Floats


class _Way(NamedTuple):
    """How is learned from ever more: from so many rows, or upon so many landmarks, in the order of ``sizes``."""

    sizes: list[int]
    work: StepWork
    learn: Callable[[int, Callable[[], None]], _Sums]


class SupportVectors(Estimator):
    """A support vector machine with a Gaussian kernel (Cortes and Vapnik 1995; ``sklearn.svm``).

    It learns from ever more of the rows, a part a step. Where the rows are too many for libsvm, the kernel is
    approximated by ever more landmarks (Nyström; Williams and Seeger 2001), with log loss or squared errors upon them.
    More than two classes are learned one against the rest; probabilities are fitted on the validation rows (Platt
    1999). Numbers are made normal by their ranks before.
    """

    style = "network"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        self._gamma = float(self.recipe.number("gamma")) or 1.0 / max(1e-9, train.X.shape[1] * float(train.X.var()))
        order = np.random.default_rng(self.recipe.seed).permutation(len(train))
        fits = self.recipe.classes if self.recipe.classes > 2 else 1
        is_exact = len(train) <= MOST_EXACT_ROWS and len(train) ** 2 * fits <= MOST_PAIRS
        way = self._exactly(train, order) if is_exact else self._nearly(train, order, progress)
        steps, done = len(way.sizes), 0

        def tick() -> None:
            progress.work(way.work.done, way.work.total)
            progress.tick(done, steps)

        if (folder := progress.restored()) is not None:
            state = read_arrays(folder / _STATE)
            done = int(state.pop("done"))
            self.fitted = self._kind()(**state)
            for _ in range(done):
                way.work.end_step()
        seen = train.head(_JUDGED_ROWS // 4, self.recipe.seed), valid.head(_JUDGED_ROWS, self.recipe.seed)
        tick()
        for size in way.sizes[done:]:
            sums = way.learn(size, tick)
            done += 1
            # The one of more rows is taken, whatever the validation rows say: chance could prefer one of few.
            self.fitted = made = self._calibrated(sums, seen[1])
            judged = [(rows, made.predict(rows.X)) for rows in seen]
            way.work.end_step()
            progress.work(way.work.done, way.work.total)
            progress.step(done, steps, judged[0], judged[1])
            state = made.arrays() | {"done": np.array(done)}
            progress.checkpoint(lambda folder: _write(folder, state))  # noqa: B023 - it is called at once or never

    def _exactly(self, train: Rows, order: NDArray[np.int64]) -> _Way:
        sizes = _sizes(len(train))
        work = KnownWork(size**2 for size in sizes)
        return _Way(sizes, work, lambda size, tick: self._exact(_at(train, order[:size])))

    def _nearly(self, train: Rows, order: NDArray[np.int64], progress: Progress) -> _Way:
        used = _at(train, np.sort(order[:MAPPED_ROWS]))
        most = min(LANDMARKS, len(used), MAPPED_BYTES // (8 * len(used)))
        sizes, landmarks = _sizes(most), train.X[order[:most]]
        progress.say(
            f"{len(train):,} rows are too many for exact support vectors: {most:,} of them are landmarks by which "
            f"the kernel is approximated (Nyström), and {len(used):,} are learned from."
        )
        outputs = self.recipe.classes if self.recipe.classes > 2 else min(1, self.recipe.classes)
        work = LandmarkWork(sizes, rows=len(used), features=train.X.shape[1], outputs=outputs)
        return _Way(sizes, work, lambda size, tick: self._mapped(used, landmarks[:size], work, tick))

    def _kind(self) -> type[KernelPredictor]:
        return KernelClassesPredictor if self.recipe.classes else KernelPredictor

    # -- exactly ------------------------------------------------------------------------------------------------------

    def _exact(self, rows: Rows) -> _Sums:
        """Give what libsvm learns from ``rows``, for each output."""
        C = float(self.recipe.number("C"))
        if self.recipe.task == "regression":
            level, scale = _levels(rows)
            model = SVR(C=C, epsilon=float(self.recipe.number("epsilon")), gamma=self._gamma, cache_size=400)
            duals, intercept = self._dual(model, rows, (rows.y - level) / scale)
            return _used(rows.X, scale * duals[:, None], np.array([level + scale * intercept]))
        found = []
        for label in range(self.recipe.classes) if self.recipe.classes > 2 else (1,):
            y = (rows.y == label).astype(np.int64)
            if 0 < y.sum() < len(y):
                found.append(self._dual(SVC(C=C, gamma=self._gamma, cache_size=400), rows, y))
            else:
                found.append((np.zeros(len(rows)), 1.0 if y.any() else -1.0))
        return _used(rows.X, np.column_stack([dual for dual, _ in found]), np.array([one for _, one in found]))

    @staticmethod
    def _dual(model: Any, rows: Rows, y: NDArray[Any]) -> tuple[Floats, float]:
        model.fit(rows.X, y, sample_weight=rows.weight)
        dual = np.zeros(len(rows))
        dual[model.support_] = model.dual_coef_[0]
        return dual, float(model.intercept_[0])

    # -- nearly -------------------------------------------------------------------------------------------------------

    def _mapped(self, rows: Rows, landmarks: Floats, work: LandmarkWork, tick: Callable[[], None]) -> _Sums:
        """Give what a linear model learns from the features that ``landmarks`` (m, features) make of ``rows``."""
        values, vectors = np.linalg.eigh(kernel(landmarks, landmarks, self._gamma))
        kept = values > 1e-10 * values[-1]
        normal = vectors[:, kept] / np.sqrt(values[kept])
        mapped = np.empty((len(rows), normal.shape[1]))
        for begin in range(0, len(rows), _BLOCK_ROWS):
            part = slice(begin, begin + _BLOCK_ROWS)
            mapped[part] = kernel(rows.X[part], landmarks, self._gamma) @ normal
            work.map_rows(min(1.0, part.stop / len(rows)))
            tick()
        C = float(self.recipe.number("C"))
        if self.recipe.task == "regression":
            weights, intercept = _ridge(mapped, rows, 0.5 / C)
            return _Sums(landmarks, normal @ weights, intercept)

        def iterated() -> None:
            work.iterate()
            tick()

        problem = Likelihood(Rows(mapped, rows.y, rows.weight), self.recipe.classes, C, has_intercept=True)
        found = minimize(
            problem,
            np.zeros(problem.size),
            jac=True,
            method="L-BFGS-B",
            callback=lambda _: iterated(),
            options={"maxiter": 200, "gtol": 1e-5},
        )
        model = problem.model(found.x, 0)
        return _Sums(landmarks, normal @ model.coef_.T, np.asarray(model.intercept_))

    # -- probabilities ------------------------------------------------------------------------------------------------

    def _calibrated(self, sums: _Sums, valid: Rows) -> KernelPredictor:
        gamma = np.array([self._gamma])
        if not self.recipe.classes:
            return KernelPredictor(sums.support, sums.dual, sums.intercept, gamma)
        plain = KernelClassesPredictor(sums.support, sums.dual, sums.intercept, gamma)
        slope, shift = _platt(in_blocks(plain.raw, valid.X), valid, self.recipe.classes)
        return KernelClassesPredictor(sums.support, sums.dual * slope, sums.intercept * slope + shift, gamma)


def _platt(raw: Floats, valid: Rows, classes: int) -> tuple[float, Floats]:
    """Give the slope and the shift (outputs,) that turn ``raw`` (n, outputs) into the logarithms of odds.

    As Platt did, what is true counts as not quite certain, so that a few rows that are all right give no infinite odds.
    """
    table = np.column_stack((np.zeros(len(raw)), raw)) if classes == 2 else raw
    weight = np.ones(len(valid)) if valid.weight is None else valid.weight
    counts = np.bincount(valid.y, minlength=classes)
    truth = np.tile((1.0 / (counts + 2.0))[valid.y][:, None] / (classes - 1), (1, classes))
    at = np.arange(len(valid))
    truth[at, valid.y] = 1.0 - 1.0 / (counts + 2.0)[valid.y]
    outputs = raw.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        moved = table * math.exp(flat[0])
        moved[:, classes - outputs :] += flat[1:]
        likely = log_softmax(moved, axis=1)
        by = (np.exp(likely) - truth) * (weight / weight.sum())[:, None]
        value = -float(((truth * likely).sum(axis=1) * weight).sum() / weight.sum()) + 1e-3 * float(flat @ flat)
        slopes = np.concatenate(([float((by * table).sum()) * math.exp(flat[0])], by[:, classes - outputs :].sum(0)))
        return value, slopes + 2e-3 * flat

    start = np.zeros(1 + outputs)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-6.0, 6.0)] * len(start)).x
    return math.exp(found[0]), found[1:]


def _ridge(mapped: Floats, rows: Rows, alpha: float) -> tuple[Floats, Floats]:
    """Give the weights (features, 1) and the intercept (1,) with the smallest squared errors and ``alpha`` squares."""
    weight = np.ones(len(rows)) if rows.weight is None else rows.weight
    mean, (level, scale) = np.average(mapped, axis=0, weights=weight), _levels(rows)
    square = (mapped * weight[:, None]).T @ mapped - weight.sum() * np.outer(mean, mean)
    product = (mapped * weight[:, None]).T @ ((rows.y - level) / scale)
    found = np.linalg.solve(square + alpha * np.eye(len(square)), product)
    return scale * found[:, None], np.array([level - scale * float(mean @ found)])


def _levels(rows: Rows) -> tuple[float, float]:
    level = float(np.average(rows.y, weights=rows.weight))
    return level, math.sqrt(float(np.average((rows.y - level) ** 2, weights=rows.weight))) or 1.0


def _used(X: Floats, dual: Floats, intercept: Floats) -> _Sums:
    used = np.asarray(dual.any(axis=1))
    used[0] = True
    return _Sums(X[used], dual[used], intercept)


def _at(rows: Rows, places: NDArray[np.int64]) -> Rows:
    return Rows(rows.X[places], rows.y[places], None if rows.weight is None else rows.weight[places])


def _sizes(most: int) -> list[int]:
    return sorted({max(min(most, _FEWEST_ROWS), int(most * share)) for share in SHARES})


def _write(folder: Path, state: dict[str, Any]) -> None:
    write_arrays(folder / _STATE, **state)
