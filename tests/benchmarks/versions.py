"""Versions of a model: how long a commit takes, a long history, its index made anew, and the start with many models.

``python -m tests.benchmarks.versions`` prints a table; :func:`rows` gives it to the runner of all benchmarks.
``AETHERON_VERSIONS`` and ``AETHERON_MODELS`` give how many there are.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.verdict import compare
from aetheron_desktop.engine.registry.description import DESCRIPTION, SIGNATURE
from aetheron_desktop.engine.registry.repository.aliases import move_alias
from aetheron_desktop.engine.registry.repository.git_store import made_blob
from aetheron_desktop.engine.registry.revising import description_of, with_threshold
from aetheron_desktop.engine.versioning.difference import difference
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.evaluation.simulated import KINDS, pair
from tests.models import made_info, put_model, write_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from dulwich.objects import ShaFile

COUNT: Final = int(os.environ.get("AETHERON_VERSIONS", "10000"))
MODELS: Final = int(os.environ.get("AETHERON_MODELS", "1000"))
BYTES: Final = 50 << 20
TURNS: Final = 7
MODEL: Final = "model-1"


def took(do: Callable[[], object], turns: int = TURNS) -> float:
    """Give the milliseconds that ``do`` takes; the median of several times."""
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def commits(root: Path) -> list[tuple[str, float, str]]:
    """The commit of a model of 50 MB, and of the same with the weights of before; with the index of the workspace."""
    workspace = Workspace.open(root)
    weights = os.urandom(BYTES)
    put_model(workspace, made_info(), weights=weights)
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * TURNS):
        is_new = turn % 2 == 0
        weights = os.urandom(BYTES) if is_new else weights
        folder = write_files(root / "tmp" / f"files-{turn}", made_info(turn), weights=weights)
        began = time.perf_counter()
        with workspace.shelf.changing(MODEL) as repository:
            repository.commit(folder, "Made again", "trained")
        times[is_new].append((time.perf_counter() - began) * 1000)
    workspace.close()
    return [
        ("commit of a model of 50 MB, with the index", statistics.median(times[True]), "≤ 1,000"),
        ("the same, its weights did not change", statistics.median(times[False]), "≤ 100"),
    ]


def long_history(workspace: Workspace, count: int) -> str:
    """Make a model of ``count`` versions, each with a description and a signature of its own, and give the last.

    They are written as loose objects, as commits are, but not synced one by one.
    """
    put_model(workspace, made_info())
    with workspace.shelf.opened(MODEL) as repository:
        store, tip = repository.store, repository.find("current")
        base, description = store.files(store.commit(tip)), description_of(repository, tip)
        for number in range(1, count):
            changed = with_threshold(description, number / count, {"roc_auc": number / count})
            blobs = {name: made_blob(changed[name]) for name in (DESCRIPTION, SIGNATURE)}
            tree = store.tree(base | {name: blob.id for name, blob in blobs.items()})
            commit = repository.made_commit(tree.id, [tip], f"Version {number}\n\nAetheron-Deed: changed\n", None)
            written: list[ShaFile] = [*blobs.values(), tree, commit]
            for made in written:
                store.repo.object_store.add_object(made)
            tip = commit.id.decode()
        with repository.changing():
            store.swap("refs/heads/main", store.ref("refs/heads/main"), tip)
    return tip


def megabytes(folder: Path) -> float:
    """Give what a folder takes on the disk."""
    blocks = sum(path.lstat().st_blocks for path in folder.rglob("*") if hasattr(path.lstat(), "st_blocks"))
    return blocks * 512 / 1e6


def histories(root: Path) -> list[tuple[str, float, str]]:
    """A history of :data:`COUNT` versions: read, entered anew, packed, and gone on with."""
    workspace = Workspace.open(root)
    shelf = workspace.shelf
    tip = long_history(workspace, COUNT)
    folder = shelf.folder(MODEL)
    found = [(f"index of {COUNT:,} loose versions made anew", took(lambda: shelf.enter(MODEL), 1), "")]
    found.append(
        (f"history of {COUNT:,} versions, from the index", took(lambda: shelf.history(MODEL)), "part of ≤ 500")
    )
    found.append(("on the disk, loose [MB]", megabytes(folder), ""))
    with shelf.changing(MODEL) as repository, repository.changing():
        found.append(("packing it", took(lambda: repository.store.pack(always=True), 1), ""))
    found.append(("on the disk, packed [MB]", megabytes(folder), ""))
    shelf.forget(MODEL)
    found.append(("index made anew, packed", took(lambda: shelf.enter(MODEL), 1), ""))
    number = iter(range(10_000))

    def commit() -> None:
        made = write_files(root / "tmp" / f"more-{next(number)}", made_info(next(number)))
        with shelf.changing(MODEL) as repository:
            repository.commit(made, "One more", "trained")

    def alias() -> None:
        with shelf.changing(MODEL) as repository:
            move_alias(repository, "champion", f"{repository.find(f'current~{next(number) % 5}')}", "It is better")

    def prefix() -> None:
        assert shelf.find(MODEL, tip[:10]) == tip

    found.append(("difference of two of them", took(lambda: difference(workspace, MODEL, "v9000", "v10")), "≤ 300"))
    found.append(("a version more", took(commit), "≤ 100"))
    found.append(("an alias moved", took(alias), ""))
    found.append(("a version found by the beginning of its hash", took(prefix), ""))
    found.append(("refresh where nothing has changed", took(lambda: shelf.refresh(MODEL)), ""))
    workspace.close()
    return found


def openings(root: Path) -> list[tuple[str, float, str]]:
    """The start with :data:`MODELS` models: as every day, and when the index was lost."""
    workspace = Workspace.open(root)
    first = put_model(workspace, made_info())
    template = workspace.shelf.folder(first.id)
    for number in range(2, MODELS + 1):
        shutil.copytree(template, root / "models" / f"model-{number}", copy_function=os.link)
    workspace.close()
    anew = took(lambda: Workspace.open(root).close(), 1)
    daily = took(lambda: Workspace.open(root).close())
    workspace = Workspace.open(root)
    assert len(workspace.models()) == MODELS
    listed = took(workspace.models)
    workspace.close()
    return [
        (f"workspace of {MODELS:,} models opened", daily, ""),
        ("of this, and again for the list: the models listed", listed, ""),
        ("the same workspace, its index made anew", anew, ""),
    ]


def verdicts() -> list[tuple[str, float, str]]:
    """The intervals of a model's metrics, and the verdict which of two is better, on long tables."""
    truth, predicted = KINDS["binary"][1](np.random.default_rng(0), 200_000)
    both = pair("regression", np.random.default_rng(0), 100_000)
    return [
        (
            "intervals of all metrics, 200,000 rows, two classes",
            took(lambda: intervals("binary", truth, predicted), 3),
            "",
        ),
        ("verdict on 100,000 rows, RMSE", took(lambda: compare("regression", *both), 3), ""),
    ]


def rows(folder: Path) -> list[tuple[str, float, str]]:
    """Give what was measured, in milliseconds if nothing else is said, and the figure to reach."""
    return [*commits(folder / "commits"), *histories(folder / "history"), *openings(folder / "many"), *verdicts()]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("AETHERON_CONFIG", str(Path(place) / "config"))
        for what, value, reach in rows(Path(place)):
            print(f"{what:<56} {value:10.1f}   {reach}")
