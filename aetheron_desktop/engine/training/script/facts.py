"""What came of a run, as far as its script needs it, and the script."""

from __future__ import annotations

import msgspec

from aetheron_desktop.engine.estimators.deciding import CostRule
from aetheron_desktop.engine.estimators.limits import Limits
from aetheron_desktop.engine.training.auto_record import AutoRecord
from aetheron_desktop.engine.training.experiment import EndedBy


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of an ensemble counts, by its place among the members, and of how many fits it consists."""

    member: int
    fits: int
    weight: float


class Ensemble(msgspec.Struct, frozen=True, kw_only=True):
    """What an ensemble was made of: the ``record`` of all that was tried, and the ``shares`` of those that count.

    Their probabilities are brought to ``temperature``, or a second layer with ``offsets`` puts them together.
    """

    record: AutoRecord
    shares: tuple[Share, ...]
    temperature: float = 1.0
    offsets: tuple[float, ...] = ()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the run, as far as its script needs it; ``metrics`` are those on the test rows."""

    metrics: dict[str, float | None]
    environment: dict[str, str]
    threshold: float | None = None
    costs: CostRule | None = None
    limits: Limits | None = None
    steps: int | None = None
    ended_by: EndedBy = ""
    ensemble: Ensemble | None = None

    @property
    def threads(self) -> int:
        """With how many threads it was trained."""
        return int(self.environment.get("threads", "1") or 1)


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """The ``text`` of a script, and in words ``notes`` on what to do before it is run.

    Its scores are no further than ``within`` from those of the run, beside their size.
    """

    text: str
    within: float
    notes: tuple[str, ...] = ()
