"""What is known of a model without opening its weights."""

from __future__ import annotations

from typing import Literal

import msgspec

from aetheron_desktop.engine.datasets.schema import Task


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One model; ``stopped`` says that its run was stopped and the best so far was kept.

    ``created`` and ``binned`` (when it was put to the bin) are in seconds since the epoch, ``bytes`` is the size of its
    files, ``classes`` the labels in the order of the probabilities, and ``baseline`` the dummy's metrics on the same
    test rows. In a workspace ``version`` is the commit of the current version of ``versions`` in all, ``branch`` the
    variation that it is at, ``aliases`` what names the current version, and ``threshold`` that of two classes.
    """

    id: str
    name: str
    run: str
    dataset: str
    dataset_name: str
    target: str
    task: Task
    estimator: str
    status: Literal["trained", "stopped"]
    metrics: dict[str, float | None]
    baseline: dict[str, float | None] = {}
    created: float
    bytes: int = 0
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    params: dict[str, int | float | bool | str | None] = {}
    binned: float | None = None
    version: str = ""
    versions: int = 0
    branch: str = ""
    aliases: tuple[str, ...] = ()
    threshold: float | None = None
    signer: str = ""
