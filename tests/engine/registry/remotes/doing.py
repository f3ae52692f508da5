"""Push and pull as the tests call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.registry.remotes import pulling, pushing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.registry.remotes.pulling import PullReport
    from aetheron_desktop.engine.registry.remotes.pushing import PushReport
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository


def quiet(step: str, done: float, total: float | None, unit: str = "") -> None:
    del step, done, total, unit


def never() -> bool:
    return False


def push(
    repository: ModelRepository, remote: str = "origin", *, create: bool = True, should_stop: Callable[[], bool] = never
) -> PushReport:
    return pushing.push(repository, remote, progress=quiet, should_stop=should_stop, create=create)


def pull(repository: ModelRepository, remote: str = "origin", *, should_stop: Callable[[], bool] = never) -> PullReport:
    return pulling.pull(repository, remote, progress=quiet, should_stop=should_stop)


def clone(url: str | Path, folder: Path, name: str = "there") -> ModelRepository:
    return pulling.clone(str(url), folder, name, progress=quiet, should_stop=never)
