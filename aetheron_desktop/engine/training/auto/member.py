"""One estimator of an ensemble: fitted on each fold, and what it says of the rows that it did not learn from."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from aetheron_desktop.engine.training.auto_record import MemberRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.training.auto.kept import FitAbout
    from aetheron_desktop.engine.training.auto_record import Cut
    from aetheron_desktop.engine.training.candidate import Candidate


class FoldFit(NamedTuple):
    """A fit on a fold, and what it says of the rows that were left out, as :attr:`Member.predicted` has it."""

    about: FitAbout
    transformer: Any
    predictor: Predictor
    predicted: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A candidate that was fitted on all folds.

    ``number`` is its place in the portfolio. ``predicted`` is what is said of the judged rows: (m, classes), (m,), or
    (m, 3) quantiles of a number; ``loss`` is the log loss, the mean squared error or the pinball loss of that.
    """

    number: int
    candidate: Candidate
    fits: tuple[FoldFit, ...]
    predicted: NDArray[np.float64]
    loss: float

    @property
    def seconds(self) -> float:
        """What the fits took, one after the other."""
        return sum(fit.about.seconds for fit in self.fits)

    @property
    def record(self) -> MemberRecord:
        """What it was made by."""
        cuts = tuple(fit.about.cut for fit in self.fits)
        return MemberRecord(number=self.number, candidate=self.candidate, cuts=cuts)


@dataclass(slots=True, eq=False)
class Attempt:
    """A candidate on its way to be a member: which folds have been begun, and which are done.

    ``seconds`` is what all its fits are expected to take, one after the other; None where nobody knows. ``cuts`` say
    where each of them is to end, where that is known before.
    """

    number: int
    candidate: Candidate
    folds: int
    seconds: float | None
    cuts: tuple[Cut | None, ...] = ()
    begun: int = 0
    done: dict[int, FoldFit] = field(default_factory=dict)
    error: Exception | None = None
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def is_waiting(self) -> bool:
        """Whether there is a fold to begin."""
        return self.error is None and self.begun < self.folds

    @property
    def is_done(self) -> bool:
        """Whether all folds are done, or one has failed."""
        return self.error is not None or len(self.done) == self.folds

    @property
    def seconds_left(self) -> float:
        """What the folds that are not done are expected to take, one after the other."""
        if self.error is not None:
            return 0.0
        each = (self.seconds or 0.0) / self.folds
        if self.done:
            each = sum(fit.about.seconds for fit in self.done.values()) / len(self.done)
        return each * (self.folds - len(self.done))
