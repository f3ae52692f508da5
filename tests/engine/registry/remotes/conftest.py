"""Models to push, and a place for each."""

from __future__ import annotations

import os
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from tests.models import made_info, write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Maker:
    """Makes repositories below a folder, and versions in them; files from 2,000 bytes on are large."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self.open: list[ModelRepository] = []

    def keep(self, repository: ModelRepository) -> ModelRepository:
        self.open.append(repository)
        with (repository.root / "config").open("a") as config:
            config.write("[aetheron]\n\tlargeFrom = 2000\n")
        return repository

    def repository(self, name: str = "here") -> ModelRepository:
        return self.keep(ModelRepository.create(self.folder / name, name))

    def version(
        self, repository: ModelRepository, *, weights: bytes | None = None, branch: str = "", message: str = "Made"
    ) -> str:
        self._count += 1
        folder = self.folder / f"files-{self._count}"
        write_files(folder, made_info(self._count), weights=weights or f"the trees {self._count}".encode())
        return repository.commit(folder, message, "trained", branch=branch)

    def large_version(self, repository: ModelRepository, size: int = 5000) -> str:
        return self.version(repository, weights=os.urandom(size))


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[Maker]:
    made = Maker(tmp_path)
    yield made
    for repository in made.open:
        with closing(repository):
            pass


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy stands between this computer and itself."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def git(folder: Path, *arguments: str) -> str:
    """Run the system's Git in ``folder``, and give what it says."""
    ended = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def is_sound(folder: Path) -> bool:
    """Whether Git finds nothing wrong; what nothing names is in order."""
    ended = subprocess.run(
        ["git", "-C", str(folder), "fsck", "--strict", "--no-dangling"], capture_output=True, text=True, check=False
    )
    return ended.returncode == 0 and not ended.stdout.strip()
