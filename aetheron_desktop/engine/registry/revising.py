"""A version from another by its small files: another threshold or another card, signed anew."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import ModelError, UsageError
from aetheron_desktop.engine.registry.description import (
    CARD,
    DESCRIPTION,
    FORMAT,
    SIGNATURE,
    Description,
    encoded,
    parsed,
)
from aetheron_desktop.engine.registry.signing import made_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.registry.identity import Author
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

LONGEST_CARD: Final = 1 << 20


def description_of(repository: ModelRepository, commit: str) -> Description:
    """Give the description of a version, from Git alone.

    Raises:
        ModelError: the history is damaged, or a newer program wrote it.
    """
    data = repository.read(commit, DESCRIPTION)
    if data is None:
        raise ModelError(f"The version {commit[:10]} of {repository.name} has no description.", hint="Use another.")
    return parsed(data, repository.name)


def with_threshold(
    description: Description, threshold: float | None, metrics: Mapping[str, float | None], author: Author | None = None
) -> dict[str, bytes]:
    """Give the files that change with the ``threshold``; ``metrics`` are those that change with it.

    Raises:
        UsageError: the task has none, or it is no probability.
    """
    if description.info.task != "binary":
        raise UsageError("Models of two classes alone have a threshold.", hint="This one has none to change.")
    if threshold is not None and not 0.0 <= threshold <= 1.0:
        raise UsageError(f"A threshold lies between 0 and 1, got {threshold:g}.", hint="0.5 is the usual one.")
    info = msgspec.structs.replace(description.info, metrics=description.info.metrics | dict(metrics))
    intervals = {name: found for name, found in description.intervals.items() if name not in metrics}
    return signed(
        msgspec.structs.replace(description, format=FORMAT, info=info, threshold=threshold, intervals=intervals), author
    )


def with_card(description: Description, card: str, author: Author | None = None) -> dict[str, bytes]:
    """Give the files that change with the card.

    Raises:
        UsageError: it is too long.
    """
    data = card.encode()
    if len(data) > LONGEST_CARD:
        raise UsageError(f"The card has {len(data):,} bytes; {LONGEST_CARD:,} are the most.", hint="Shorten it.")
    hashes = description.hashes | {CARD: hashlib.sha256(data).hexdigest()}
    return signed(msgspec.structs.replace(description, format=FORMAT, hashes=hashes), author) | {CARD: data}


def signed(description: Description, author: Author | None = None) -> dict[str, bytes]:
    """Give a description as a file, and its signature."""
    data = encoded(description)
    return {DESCRIPTION: data, SIGNATURE: made_signature(data, author)}
