"""All that the window shows of one version, and the record of its model: aliases, conditions, remotes, lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.estimators.deciding import CostRule
from aetheron_desktop.engine.estimators.limits import Limits
from aetheron_desktop.engine.estimators.monotone import Monotone
from aetheron_desktop.engine.estimators.treatments import MadeFeature, Treatment
from aetheron_desktop.engine.events import MemberScored
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.versions import AliasMove
from aetheron_desktop.engine.versioning.lineage import Lineage, lineage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.registry.description import BranchShape
    from aetheron_desktop.engine.workspace import Workspace

_SAME_WEIGHT: Final = 1e-6


class EnsemblePart(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of an ensemble counts, 0 to 1, with all its ``fits``.

    ``title`` names it with its settings; where the run is not there that tells them, all members of an estimator are
    one part, without a title.
    """

    estimator: str
    weight: float
    fits: int
    title: str = ""


class ModelRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="record"):
    """What is kept of a model beside its versions (the moves newest first), and what is known of one version.

    ``info`` is what the version's description says. ``signature`` is what is to be thought of its signature, ``state``
    the same in a word (own, trusted, unknown, unsigned, broken), ``signer`` and ``fingerprint`` name who has the key.
    ``files`` are the names of its files. ``features`` are what the model sees and what each was made from, and
    ``more_features`` counts those that are not told; ``treatments`` are what was chosen for columns.
    ``parts`` are those of an ensemble, the one that counts most first; ``limits`` are put around predicted numbers,
    ``monotone`` are the columns with which predictions only rise, or only fall; ``costs`` choose the class.
    ``counted`` says how rows counted while it learned.
    """

    model: str
    version: str
    info: ModelInfo
    intervals: dict[str, tuple[float, float]]
    importance: dict[str, float]
    moves: tuple[AliasMove, ...]
    gates: dict[str, tuple[str, ...]]
    remotes: dict[str, str]
    signature: str
    state: str
    signer: str
    fingerprint: str
    card: str
    files: tuple[str, ...]
    lineage: Lineage
    features: tuple[MadeFeature, ...] = ()
    more_features: int = 0
    treatments: tuple[Treatment, ...] = ()
    parts: tuple[EnsemblePart, ...] = ()
    limits: Limits | None = None
    monotone: tuple[Monotone, ...] = ()
    counted: str = ""
    costs: CostRule | None = None


def record(workspace: Workspace, model: str, word: str = "") -> ModelRecord:
    """Give the record of a model, and what concerns one version of it, the current one by default.

    What Git has changed beside the program is entered into the index first.

    Raises:
        UsageError: there is no such version.
        ModelError: it is damaged.
    """
    from aetheron_desktop.engine.registry.description import CARD, DESCRIPTION, SIGNATURE
    from aetheron_desktop.engine.registry.remotes import known
    from aetheron_desktop.engine.registry.repository import aliases
    from aetheron_desktop.engine.registry.revising import description_of
    from aetheron_desktop.engine.registry.signing import verdict
    from aetheron_desktop.engine.versioning.deeds import gates_of

    workspace.shelf.refresh(model)
    commit = workspace.shelf.find(model, word or "current")
    with workspace.shelf.opened(model) as repository:
        description = description_of(repository, commit)
        plan = description.experiment
        found = verdict(repository.read(commit, DESCRIPTION) or b"", repository.read(commit, SIGNATURE))
        return ModelRecord(
            model=model,
            version=commit,
            info=msgspec.structs.replace(description.info, threshold=description.threshold),
            intervals=description.intervals,
            importance=description.importance,
            moves=tuple(aliases.moves(repository)),
            gates=gates_of(repository),
            remotes={remote.name: remote.url for remote in known.remotes(repository)},
            signature=found.sentence,
            state=found.state,
            signer=found.signer,
            fingerprint=found.fingerprint,
            card=(repository.read(commit, CARD) or b"").decode("utf-8", "replace"),
            files=tuple(sorted({DESCRIPTION, *description.hashes})),
            lineage=lineage(workspace, model, commit),
            features=description.features,
            more_features=description.more_features,
            treatments=plan.treatments if plan is not None else (),
            parts=_parts(
                workspace, description.info.run, parts_of(description.branches, is_layered=bool(description.offsets))
            ),
            limits=description.limits,
            costs=description.costs,
            monotone=plan.monotone if plan is not None else (),
            counted=plan.counted if plan is not None else "",
        )


def _parts(workspace: Workspace, run: str, parts: tuple[EnsemblePart, ...]) -> tuple[EnsemblePart, ...]:
    """Give the members that the run told of, if they are what the model is made of, else ``parts`` by estimator."""
    if not parts or not workspace.job_log(run).is_file():
        return parts
    told: dict[int, MemberScored] = {}
    weights: dict[int, float] = {}
    for event in workspace.history(run):
        if isinstance(event, MemberScored) and not event.reason:
            # A run that went on tells those after its checkpoint once more.
            told[event.member], weights = event, event.weights or weights
    members = [
        EnsemblePart(estimator=one.estimator, weight=weights[number], fits=one.fits, title=one.title)
        for number, one in told.items()
        if weights.get(number)
    ]
    sums = dict.fromkeys((part.estimator for part in parts), 0.0)
    for member in members:
        sums[member.estimator] = sums.get(member.estimator, 0.0) + member.weight
    known = {part.estimator: part.weight for part in parts}
    if any(abs(weight - known.get(name, 0.0)) > _SAME_WEIGHT for name, weight in sums.items()):
        return parts
    return tuple(sorted(members, key=lambda part: (-abs(part.weight), part.title)))


def parts_of(branches: Sequence[BranchShape], *, is_layered: bool = False) -> tuple[EnsemblePart, ...]:
    """Sum the branches of an ensemble by their estimator; the weights of a second layer as shares of what all count."""
    whole = sum(abs(branch.weight) for branch in branches) if is_layered else 1.0
    found: dict[str, list[float]] = {}
    for branch in branches:
        found.setdefault(branch.estimator, []).append(branch.weight / whole)
    parts = [EnsemblePart(estimator=name, weight=sum(one), fits=len(one)) for name, one in found.items()]
    return tuple(sorted(parts, key=lambda part: (-abs(part.weight), part.estimator)))
