"""The versions of a model, read from its repository: what the index keeps of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import msgspec

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.description import DESCRIPTION, LATEST, SIGNATURE, check_info
from aetheron_desktop.engine.registry.identity import clean
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.signing import verdict
from aetheron_desktop.engine.registry.versions import Deed, VersionInfo
from aetheron_desktop.engine.registry.words import AGAIN

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

_DEEDS = frozenset(get_args(Deed))


class _Told(msgspec.Struct, frozen=True):
    """The part of ``model.json`` that the index needs."""

    info: ModelInfo
    threshold: float | None = None


def told_of(repository: ModelRepository, commit: str) -> tuple[VersionInfo, ModelInfo]:
    """Read what a version is: the commit, and what its description tells.

    Raises:
        ModelError: the history is damaged.
        UntrustedModel: it holds no description that this program writes.
    """
    from aetheron_desktop.engine.registry.repository.model_repository import DEED

    made = repository.store.commit(commit)
    files = repository.store.files(made)
    data, signature = (repository.store.blob(files[n]) if n in files else None for n in (DESCRIPTION, SIGNATURE))
    try:
        told = msgspec.json.decode(data or b"", type=_Told)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UntrustedModel(f"The version {commit[:10]} has no description: {error}", hint=AGAIN) from error
    check_info(told.info)
    name, _, email = made.author.decode("utf-8", "replace").partition(" <")
    message, _, trailer = made.message.decode("utf-8", "replace").strip().rpartition(f"{DEED}: ")
    info = told.info
    version = VersionInfo(
        commit=commit,
        parents=tuple(parent.decode() for parent in made.parents),
        at=float(min(max(made.commit_time, 0), LATEST)),
        author=clean(name),
        email=clean(email),
        message=(message or trailer).strip(),
        deed=trailer if message and trailer in _DEEDS else "changed",  # made by Git itself
        task=info.task,
        target=info.target,
        estimator=info.estimator,
        dataset=info.dataset,
        dataset_name=info.dataset_name,
        run=info.run,
        metrics=info.metrics,
        threshold=told.threshold,
        bytes=info.bytes,
        signer=verdict(data or b"", signature).fingerprint,
    )
    return version, info
