"""The system's own Git beside ours, and the index beside the repositories that it is made of."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, TypeAlias

import msgspec
import pytest

from aetheron_desktop.engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.registry.versions import Labels, VersionInfo

has_git = shutil.which("git") is not None
has_lfs = has_git and shutil.which("git-lfs") is not None
needs_git = pytest.mark.skipif(not has_git, reason="Git is not installed")
needs_lfs = pytest.mark.skipif(not has_lfs, reason="Git LFS is not installed")


def git(folder: Path, *arguments: str, says: str | None = None) -> str:
    """What the system's Git answers, which must be that it went well, without a word of complaint for ``fsck``."""
    settings = ("user.name=Grace Hopper", "user.email=grace@example.org", "protocol.file.allow=always")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_AUTHOR")}
    options = [part for setting in settings for part in ("-c", setting)]
    done = subprocess.run(
        ["git", *options, *arguments], cwd=folder, capture_output=True, input=says, text=True,
        encoding="utf-8", check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout + (done.stderr if arguments[0] == "fsck" else "")


def assert_sound(root: Path) -> None:
    """Git finds nothing to complain about in the repository, and nothing that is not named."""
    if has_git:
        assert git(root, "fsck", "--full", "--strict", "--no-dangling", "--no-progress") == ""


Known: TypeAlias = "tuple[ModelInfo | None, Labels, dict[str, VersionInfo]]"


def all_known(workspace: Workspace) -> dict[str, Known]:
    """What the index says of each model, in the bin or out of it."""
    infos = (*workspace.models(), *workspace.models(binned=True))
    return {info.id: known(workspace, info.id) for info in infos}


def known(workspace: Workspace, id_: str) -> Known:
    """What the index says of a model; the numbers of versions follow the order in which they came, and are left out."""
    history = workspace.shelf.history(id_)
    versions = {version.commit: msgspec.structs.replace(version, number=0) for version in history.versions}
    info = workspace.shelf.model(id_)
    return info and msgspec.structs.replace(info, binned=None if info.binned is None else 1.0), history.labels, versions


def assert_index_is_right(workspace: Workspace) -> None:
    """An index that is made anew from the folders says what this one says."""
    before = {
        info.id: known(workspace, info.id) for binned in (False, True) for info in workspace.models(binned=binned)
    }
    copy = workspace.root.with_name(f"{workspace.root.name}-anew")
    copy.mkdir()
    for name in ("models", "bin"):
        (copy / name).symlink_to(workspace.root / name)
    anew = Workspace.open(copy)
    try:
        after = all_known(anew)
    finally:
        anew.close()
        shutil.rmtree(copy)
    assert after == before
