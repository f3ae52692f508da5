"""Fits side by side: the folds of a few candidates at once, so that small fits keep all cores busy.

A fit of a small table gains nothing from a second core, while two of them side by side use both. All is decided by the
thread that asks; the others only fit.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final, NamedTuple

from aetheron_desktop.engine.estimators.base import FitEnded
from aetheron_desktop.engine.training.learner import implementation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from aetheron_desktop.engine.training.auto.bench import Bench
    from aetheron_desktop.engine.training.auto.member import Attempt, FoldFit
    from aetheron_desktop.engine.training.candidate import Candidate

_MOST_OPEN: Final = 2
"""So many more candidates than lanes may be on their way: more would end with many of them incomplete."""


class _Going(NamedTuple):
    attempt: Attempt
    fold: int
    is_alone: bool
    began: float


class Lanes:
    """Does the fits of attempts, ``count`` at a time and each with ``threads`` threads.

    Leaving the context ends those that are on their way, each with its next step, and waits for them.
    """

    def __init__(self, bench: Bench, count: int, threads: int) -> None:
        self._bench = bench
        self._count = count
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="fit", initializer=_limit, initargs=(threads,))
        self._going: dict[Future[FoldFit], _Going] = {}
        self.open: list[Attempt] = []
        """The attempts that are on their way, in the order in which they were begun."""

    def __enter__(self) -> Lanes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def is_hungry(self) -> bool:
        """Whether a lane is idle that no waiting fold can take, and another attempt may be begun."""
        has_idle = len(self._going) < self._count
        return has_idle and self._next() is None and len(self.open) < self._count + _MOST_OPEN

    @property
    def stage(self) -> str:
        """What is being done, for people."""
        return " · ".join(_words(going) for going in self._going.values())

    def begin(self, attempt: Attempt) -> None:
        """Take on the folds of ``attempt``."""
        self.open.append(attempt)

    def work(self, seconds: float, left: float | None) -> list[Attempt]:
        """Do what there is for at most so many ``seconds``; give the attempts that are done or have failed.

        ``left`` are the seconds that all of them may still take; each fold has its share.
        """
        while len(self._going) < self._count and (attempt := self._next()) is not None:
            self._start(attempt, left)
        done, _ = wait(self._going, timeout=seconds, return_when=FIRST_COMPLETED)
        for future in done:
            self._take(self._going.pop(future), future)
        return self._over()

    def seconds_left(self, each: Callable[[Candidate], float], coming: Iterable[Candidate]) -> float:
        """Give how long it takes until all attempts are done, and those that are ``coming`` with as many folds.

        ``each`` gives how long a fit of a candidate is expected to take, where none of the attempt is done.
        """
        alone = together = 0.0
        for attempt in self.open:
            left = self._left(attempt, each(attempt.candidate))
            together += left
            alone += left * _is_network(attempt.candidate)
        for candidate in coming:
            left = len(self._bench.folds.parts) * each(candidate)
            together += left
            alone += left * _is_network(candidate)
        return max(alone, together / self._count)

    def _left(self, attempt: Attempt, each: float) -> float:
        """Give how long the fits of an attempt still take, one after the other."""
        if attempt.done:
            each = sum(fit.about.seconds for fit in attempt.done.values()) / len(attempt.done)
        now = time.monotonic()
        spent = [now - going.began for going in self._going.values() if going.attempt is attempt]
        # One that goes on for longer than was expected says that the others will, too.
        each = max(each, *spent, 0.0)
        return each * (attempt.folds - len(attempt.done)) - sum(spent)

    def end(self) -> list[Attempt]:
        """End all fits with their next step, and give the attempts that were complete by then."""
        self._is_over.set()
        wait(self._going)
        for future, going in self._going.items():
            self._take(going, future)
        self._going.clear()
        return self._over()

    def _next(self) -> Attempt | None:
        """Give the first attempt of which a fold can be begun now."""
        is_taken = any(going.is_alone for going in self._going.values())
        return next((one for one in self.open if one.is_waiting and not (is_taken and is_alone(one.candidate))), None)

    def _start(self, attempt: Attempt, left: float | None) -> None:
        share = None if left is None else self._share(attempt, max(0.0, left))
        fold = attempt.begun
        attempt.begun += 1
        future = self._pool.submit(self._bench.fit, attempt, fold, share, self._is_over)
        self._going[future] = _Going(attempt, fold, is_alone(attempt.candidate), time.monotonic())

    def _share(self, attempt: Attempt, left: float) -> float:
        """Give the seconds for the next fold, such that the folds behind it have as much."""
        lanes = 1 if is_alone(attempt.candidate) else self._count
        others = sum(one.seconds_left for one in self.open if one is not attempt)
        # What is known to be needed is not taken away from those that came first, but for half of the time.
        free = max(left * lanes / 2, left * lanes - others)
        return min(left, free / (attempt.folds - attempt.begun))

    def _take(self, going: _Going, future: Future[FoldFit]) -> None:
        attempt = going.attempt
        try:
            attempt.done[going.fold] = future.result()
        except FitEnded:
            return
        except Exception as error:  # noqa: BLE001 - whatever one estimator stumbles over, the others go on
            attempt.error = attempt.error or error
            attempt.is_over.set()

    def _over(self) -> list[Attempt]:
        done = [attempt for attempt in self.open if attempt.is_done]
        self.open = [attempt for attempt in self.open if not attempt.is_done]
        return done


def is_alone(candidate: Candidate) -> bool:
    """Whether its fits cannot be done beside another of that kind."""
    return implementation(candidate.card).is_alone


def _is_network(candidate: Candidate) -> bool:
    """Tell :func:`is_alone` by the card: of what comes later, no library is imported now."""
    return candidate.card.family == "neural"


def _words(going: _Going) -> str:
    name = going.attempt.candidate.card.name
    return f"{name}, fold {going.fold + 1} of {going.attempt.folds}" if going.attempt.folds > 1 else name


def _limit(threads: int) -> None:
    """Have the fits of this thread use so many threads of their own: OpenMP counts them for each that asks."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=threads, user_api="openmp")
