"""What an ensemble had done when it ended: enough to do just that again, whatever the clock says then."""

from __future__ import annotations

from typing import Annotated

import msgspec

from aetheron_desktop.engine.training.candidate import Candidate

Place = Annotated[int, msgspec.Meta(ge=0)]


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Where the clock ended a fit: when ``step`` was told, or with the first word after it.

    A fit keeps what a step gave only when it has been told, so both are not the same.
    """

    step: Place
    is_after: bool = False


class MemberRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A member, ``number`` in the portfolio, and where each of its fits was cut; None where one ended by itself."""

    number: Place
    candidate: Candidate
    cuts: tuple[Cut | None, ...]

    @property
    def cut(self) -> int:
        """How many of the fits the clock ended."""
        return sum(cut is not None for cut in self.cuts)


class BegunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The one fit that is the model, where the end came before a member was complete."""

    number: Place
    candidate: Candidate
    fold: Place
    cut: Cut | None


class AutoRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The members in the order of the portfolio, on so many ``folds``, with so many ``lanes`` side by side.

    ``is_stacked`` says whether a second layer puts them together. Without members ``begun`` is the model.
    """

    folds: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    lanes: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    members: tuple[MemberRecord, ...] = ()
    is_stacked: bool = False
    begun: BegunRecord | None = None

    @property
    def cut(self) -> int:
        """How many fits the clock ended."""
        if self.begun is not None:
            return int(self.begun.cut is not None)
        return sum(member.cut for member in self.members)
