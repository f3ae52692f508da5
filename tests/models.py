"""Models for tests that need no learning: files that look like a model's, and repositories of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.registry.description import CARD, DESCRIPTION, FORMAT, PIPELINE, Description, encoded
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.signing import sign

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.workspace import Workspace


def made_info(number: int = 1, **others: object) -> ModelInfo:
    """What is known of a model that sells things."""
    fields: dict[str, object] = {
        "id": f"model-{number}",
        "name": f"Forest {number}",
        "run": f"run-{number}",
        "dataset": "0123456789abcdef",
        "dataset_name": "made",
        "target": "sold",
        "task": "binary",
        "estimator": "forest",
        "status": "trained",
        "metrics": {"roc_auc": 0.8 + number / 100, "f1": None, "baseline_roc_auc": 0.5},
        "created": float(number),
        "features": ("size", "colour"),
        "classes": ("no", "yes"),
        "params": {"n_estimators": 10},
    }
    return ModelInfo(**(fields | others))  # type: ignore[arg-type]  # by name, for tests to change some


def write_files(
    folder: Path,
    info: ModelInfo,
    *,
    weights: bytes = b"the trees",
    threshold: float | None = None,
    importance: dict[str, float] | None = None,
) -> Path:
    """Write what looks like the files of a model: ``weights`` stand for what was learned."""
    folder.mkdir(parents=True)
    (folder / PIPELINE).write_bytes(weights)
    (folder / CARD).write_text(f"# {info.name}\n", encoding="utf-8")
    description = Description(
        format=FORMAT,
        info=info,
        target=Column(info.target, "category", 0, 2),
        columns=(Column("size", "number", 0, 100), Column("colour", "category", 2, 3)),
        classes=info.classes,
        experiment=None,
        environment={"python": "3.11"},
        rows={"train": 60, "valid": 20, "test": 20},
        seconds=1.0,
        hashes={file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()},
        threshold=threshold,
        importance=importance or {},
    )
    (folder / DESCRIPTION).write_bytes(encoded(description))
    sign(folder)
    return folder


def put_model(
    workspace: Workspace,
    info: ModelInfo,
    *,
    weights: bytes = b"the trees",
    importance: dict[str, float] | None = None,
) -> ModelInfo:
    """Make a model of a workspace that is as ``info`` says."""
    folder = write_files(workspace.root / "tmp" / f"made-{info.id}", info, weights=weights, importance=importance)
    return workspace.shelf.create(folder, info.id, info.name, f"Made {info.name}", "trained")


def add_version(
    workspace: Workspace,
    id_: str,
    info: ModelInfo,
    message: str = "Made again",
    *,
    weights: bytes = b"the trees",
    threshold: float | None = None,
    branch: str = "",
) -> str:
    """Add a version to a model, and give its commit."""
    folder = workspace.root / "tmp" / workspace.new_id("files")
    write_files(folder, info, weights=weights, threshold=threshold)
    with workspace.shelf.changing(id_) as repository:
        return repository.commit(folder, message, "trained", branch=branch)
