"""Versions made of versions: rolled back, adopted from a variation, or with the threshold or card of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from aetheron_desktop.engine.errors import ModelError, UsageError
from aetheron_desktop.engine.evaluation.metrics import metrics_for
from aetheron_desktop.engine.registry.description import CARD, DESCRIPTION, SIGNATURE
from aetheron_desktop.engine.registry.revising import description_of, with_card, with_threshold
from aetheron_desktop.engine.registry.versions import Part, PartState, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.registry.identity import Author
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

    Measure: TypeAlias = Callable[[Description, float | None], Mapping[str, float | None] | None]

PARTS: Final[tuple[Part, ...]] = ("model", "threshold", "card")
_OWN_FILES: Final = frozenset({DESCRIPTION, SIGNATURE, CARD})
_LABEL_METRICS: Final = frozenset({"accuracy", "balanced_accuracy", "f1"})
"""Those of two classes that change with the threshold."""
_LONGEST_WORDS: Final = 80


class AdoptConflict(ModelError):
    """Both sides have changed the same; ``parts`` says what, for somebody to choose."""

    title = "Both were changed"

    def __init__(self, parts: tuple[PartState, ...]) -> None:
        words = "; ".join(f"{state.part}: {state.ours} here, {state.theirs} there" for state in parts)
        super().__init__(words, hint="Choose for each which shall be kept: --keep model=theirs --keep threshold=ours …")
        self.parts = parts


def roll_back(repository: ModelRepository, to: str, reason: str, author: Author | None = None) -> str:
    """Make the files of an earlier version the current ones, by a new version, and give its commit.

    Raises:
        UsageError: there is no reason, or they are the current ones.
    """
    if not reason.strip():
        raise UsageError("A way back needs a reason.", hint="Write in a few words why.")
    title = repository.store.commit(to).message.decode("utf-8", "replace").partition("\n")[0]
    message = f"Back to “{title}” ({to[:10]})\n\n{reason.strip()}"
    return repository.change(to, {}, message, "reverted", author=author)


def states(repository: ModelRepository, theirs: str, ours: str) -> tuple[PartState, ...]:
    """Give how the parts of two versions stand to what they were when they had the same.

    Raises:
        ModelError: the history is damaged.
    """
    common = repository.common(ours, theirs)
    here, there = _Parts(repository, ours), _Parts(repository, theirs)
    base = _Parts(repository, common) if common else None
    return tuple(
        PartState(
            part=part,
            ours=here.words(part, there),
            theirs=there.words(part, here),
            changed_here=base is None or here.key(part) != base.key(part),
            changed_there=base is None or there.key(part) != base.key(part),
            is_same=here.key(part) == there.key(part),
        )
        for part in PARTS
    )


def adopt(
    repository: ModelRepository,
    theirs: str,
    message: str,
    keep: Mapping[Part, Side] | None = None,
    author: Author | None = None,
    *,
    measure: Measure | None = None,
) -> str:
    """Take what a version of elsewhere has into the current variation, by a new version, and give its commit.

    A part that was changed on one side is as there; of one that was changed on both, ``keep`` says which. ``measure``
    is asked for what a threshold changes, as in :func:`take`.

    Raises:
        UsageError: it is contained already.
        AdoptConflict: a part was changed on both sides, and ``keep`` does not say which shall be.
    """
    with repository.changing():  # of what it is made of, nothing may change in between
        ours = repository.labels().current
        if not ours:
            raise UsageError("The model has no version yet.", hint="There is nothing to adopt it into.")
        if theirs in repository.before(ours):
            raise UsageError(f"The version {theirs[:10]} is contained already.", hint="There is nothing to adopt.")
        found = {state.part: state for state in states(repository, theirs, ours)}
        keep = keep or {}
        if open_ := tuple(state for state in found.values() if state.is_contested and state.part not in keep):
            raise AdoptConflict(open_)
        sides = {part: keep.get(part) or _side(state) for part, state in found.items()}
        base = theirs if sides["model"] == "theirs" else ours
        files: dict[str, bytes | None] = {}
        for part in ("threshold", "card"):
            source = theirs if sides[part] == "theirs" else ours
            if source != base and not found[part].is_same:
                files |= _taken(repository, base, source, part, files, author, measure)
        return repository.change(base, files, message, "adopted", author=author, adopted=theirs)


def take(
    repository: ModelRepository,
    source: str,
    part: Part,
    message: str,
    author: Author | None = None,
    *,
    measure: Measure | None = None,
) -> str:
    """Give the current version the threshold or the card of another, by a new version, and give its commit.

    ``measure`` gives what a description's metrics are at a threshold; what it does not give is no longer known.

    Raises:
        UsageError: it has the same already, or no such thing can be taken.
    """
    if part == "model":
        raise UsageError("A whole model is adopted, not taken.", hint="Use: aetheron adopt MODEL VERSION")
    with repository.changing():
        current = repository.labels().current
        if _Parts(repository, current).key(part) == _Parts(repository, source).key(part):
            raise UsageError(f"The current version has the same {part}.", hint="There is nothing to take.")
        files = _taken(repository, current, source, part, {}, author, measure)
        return repository.change(current, files, message, "changed", author=author)


def _taken(  # noqa: PLR0917 - all of them are needed, and it is called here alone
    repository: ModelRepository,
    base: str,
    source: str,
    part: Part,
    files: Mapping[str, bytes | None],
    author: Author | None,
    measure: Measure | None,
) -> dict[str, bytes | None]:
    """Give what changes in ``base``, of which ``files`` are changed already, when it gets a part of ``source``."""
    from aetheron_desktop.engine.registry.description import parsed

    data = files.get(DESCRIPTION)
    description = parsed(data, repository.name) if data else description_of(repository, base)
    if part == "card":
        card = repository.read(source, CARD) or b""
        return {**with_card(description, card.decode("utf-8", "replace"), author)}
    threshold = description_of(repository, source).threshold
    measured = measure(description, threshold) if measure else None
    metrics = unmeasured(description) if measured is None else measured
    return {**with_threshold(description, threshold, metrics, author)}


def unmeasured(description: Description) -> dict[str, float | None]:
    """Give the metrics that another threshold changes, as not known: they must be measured again."""
    return {name: None for name in description.info.metrics if name in _LABEL_METRICS}


def _side(state: PartState) -> Side:
    return "theirs" if state.changed_there else "ours"


class _Parts:
    """The parts of a version, to be compared."""

    def __init__(self, repository: ModelRepository, commit: str) -> None:
        self._description = description_of(repository, commit)
        self._files = repository.store.files(repository.store.commit(commit))
        self._card = (repository.read(commit, CARD) or b"").decode("utf-8", "replace").splitlines()

    def key(self, part: Part) -> object:
        """Give what is equal when the part is."""
        match part:
            case "model":
                return {name: id_ for name, id_ in self._files.items() if name not in _OWN_FILES}
            case "threshold":
                return self._description.threshold
            case "card":
                return self._files.get(CARD)

    def words(self, part: Part, other: _Parts) -> str:
        """Give the part in a few words: of a card those that the ``other`` has not."""
        match part:
            case "model":
                info = self._description.info
                known = {m.name: m.label for m in metrics_for(info.task)}
                scores = [f"{known[n]} {v:.4g}" for n, v in info.metrics.items() if n in known and v is not None]
                return f"{info.estimator}, {', '.join(scores[:3])}"
            case "threshold":
                return "0.5" if self._description.threshold is None else f"{self._description.threshold:g}"
            case "card":
                theirs = set(other._card)
                own = [line for line in self._card if line not in theirs]
                return _first_words(own or self._card)


def _first_words(card: Sequence[str]) -> str:
    """Give the first line of a card that says something, without the signs of Markdown."""
    first = next((words for line in card if (words := line.strip("#*_>|- \t"))), "no words")
    return first if len(first) <= _LONGEST_WORDS else f"{first[: _LONGEST_WORDS - 1]}…"
