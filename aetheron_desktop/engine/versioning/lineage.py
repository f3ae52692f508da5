"""Where a version comes from, and what came of a dataset: each step with whether it is still here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.dataset import source_state
from aetheron_desktop.engine.errors import AetheronError, UsageError
from aetheron_desktop.engine.estimators import catalog

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.training.provenance import Provenance
    from aetheron_desktop.engine.workspace import Workspace

Kind: TypeAlias = Literal["version", "run", "dataset", "recipe", "source", "split", "model"]
State: TypeAlias = Literal["here", "bin", "changed", "gone", "unknown"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One step: ``id`` opens it where that can be, ``name`` and ``detail`` are for people."""

    kind: Kind
    id: str = ""
    name: str
    detail: str = ""
    state: State = "here"


class Lineage(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="lineage"):
    """The way back from a version, nearest first, and what else was made of the same dataset."""

    model: str
    version: str
    back: tuple[Link, ...]
    siblings: tuple[Link, ...] = ()


def lineage(workspace: Workspace, model: str, word: str = "") -> Lineage:
    """Give the lineage of a version, of the current one by default.

    Raises:
        UsageError: there is no such version.
        ModelError: it is damaged.
    """
    from aetheron_desktop.engine.registry.revising import description_of

    commit = workspace.shelf.find(model, word or "current")
    with workspace.shelf.opened(model) as repository:
        description = description_of(repository, commit)
    back = [_version(workspace, model, commit), _run(workspace, description), *_data(workspace, description)]
    return Lineage(
        model=model,
        version=commit,
        back=tuple(back),
        siblings=tuple(link for link in used_by(workspace, description.info.dataset) if link.id != model),
    )


def used_by(workspace: Workspace, dataset: str) -> tuple[Link, ...]:
    """Give the models of which a version was made of a dataset, by its id."""
    found = []
    for binned in (False, True):
        for info in workspace.models(binned=binned):
            history = workspace.shelf.history(info.id)
            count = sum(version.dataset == dataset for version in history.versions)
            if count:
                words = f"{count:,} of {len(history.versions):,} versions"
                found.append(
                    Link(kind="model", id=info.id, name=info.name, detail=words, state="bin" if binned else "here")
                )
    return tuple(found)


def _version(workspace: Workspace, model: str, commit: str) -> Link:
    history = workspace.shelf.history(model)
    version = next((version for version in history.versions if version.commit == commit), None)
    if version is None:
        return Link(kind="version", id=commit, name=commit[:10])
    return Link(
        kind="version", id=commit, name=f"Version {version.number}: {version.title}", detail=f"by {version.author}"
    )


def _run(workspace: Workspace, description: Description) -> Link:
    run, plan = description.info.run, description.experiment
    if plan is None:
        return Link(kind="run", name="Trained elsewhere", state="unknown")
    words = f"{catalog.name_of(plan.estimator)}, seed {plan.seed}, {description.seconds:.1f} s"
    if description.steps:
        words += f", {description.steps:,} step{'s' if description.steps > 1 else ''}"
    try:
        workspace.run(run)
    except UsageError:
        return Link(kind="run", id=run, name=plan.name, detail=words, state="gone")
    return Link(kind="run", id=run, name=plan.name, detail=words)


def _data(workspace: Workspace, description: Description) -> list[Link]:
    """Give the dataset, and what that was made from."""
    info, known = description.info, description.provenance
    rows = f"{known.rows:,} rows, content {info.dataset[:12]}" if known else f"content {info.dataset[:12]}"
    dataset = _dataset(workspace, info.dataset)
    name = dataset.info.name if dataset else info.dataset_name
    links = [Link(kind="dataset", id=info.dataset, name=name, detail=rows, state=_state(workspace, info.dataset))]
    if known is None:
        return links
    if known.split:
        links.append(Link(kind="split", name=known.split, detail=f"test rows {known.test_rows[:12]}"))
    if known.made_from:
        words = f"{known.steps} step{'s' if known.steps != 1 else ''}"
        state = _state(workspace, known.made_from)
        links.append(Link(kind="dataset", id=known.made_from, name="Made from", detail=words, state=state))
    if known.recipe:
        state = _state(workspace, info.dataset)
        if state == "here" and dataset is not None and not dataset.recipe.exists():
            state = "gone"
        links.append(Link(kind="recipe", name="How it was read", detail=f"recipe {known.recipe[:12]}", state=state))
    if known.source:
        binned = next((one for one in workspace.datasets(binned=True) if one.id == info.dataset), None)
        links.append(_source(known, dataset.info if dataset else binned))
    return links


def _source(known: Provenance, dataset: DatasetInfo | None) -> Link:
    size = f"{known.source_bytes:,} bytes" if known.source_bytes is not None else ""
    if dataset is None or dataset.origin is None:
        return Link(kind="source", name=known.source, detail=size, state="unknown")
    found = source_state(dataset)
    state: State = "here" if found == "same" else found
    return Link(kind="source", id=dataset.origin.path, name=known.source, detail=size, state=state)


def _dataset(workspace: Workspace, id_: str) -> Dataset | None:
    try:
        return workspace.dataset(id_)
    except AetheronError:
        return None


def _state(workspace: Workspace, id_: str) -> State:
    if _dataset(workspace, id_) is not None:
        return "here"
    return "bin" if any(one.id == id_ for one in workspace.datasets(binned=True)) else "gone"
