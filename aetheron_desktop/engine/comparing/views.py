"""How a leaderboard is looked at: filter, columns, order and groups, saved by name; and the run others are held to.

The views of a workspace lie in one file beside its index, and go with the folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.comparing.columns import SCORE
from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.workspace import Workspace

FILE: Final = "comparison.json"
COLUMNS: Final = ("run", SCORE, "estimator", "dataset", "target", "rows", "tags", "time", "started")
"""Those that are shown when nothing was chosen."""
_LONGEST_NAME: Final = 60


class View(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``where`` is a condition (see :mod:`.condition`), ``sort`` and ``group`` are keys of columns.

    ``axes`` are the columns over which runs are drawn as lines, the usual ones where there are none; ``tint`` colours.
    """

    where: str = ""
    columns: tuple[str, ...] = COLUMNS
    sort: str = SCORE
    ascending: bool = True
    group: str = ""
    widths: dict[str, int] = {}
    axes: tuple[str, ...] = ()
    tint: str = SCORE


class Views(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``last`` is the view as it was left, ``named`` those that were saved, ``baseline`` the id of a run or empty.

    ``smoothing`` is the weight of the moving average of curves, 0 for none.
    """

    last: View = View()
    named: dict[str, View] = {}
    baseline: str = ""
    smoothing: float = 0.0

    def saved(self, name: str, view: View) -> Views:
        """Give these with ``view`` under a name.

        Raises:
            UsageError: that is no name.
        """
        word = " ".join(name.split())
        if not word or len(word) > _LONGEST_NAME:
            raise UsageError(
                f"{name[:80]!r} is no name for a view.", hint=f"It has from one to {_LONGEST_NAME} characters."
            )
        return msgspec.structs.replace(self, named={**self.named, word: view})

    def without(self, name: str) -> Views:
        """Give these without a view."""
        return msgspec.structs.replace(self, named={key: one for key, one in self.named.items() if key != name})


def read(workspace: Workspace) -> Views:
    """Give the views of a workspace; those that there are at first where the file is gone or cannot be read."""
    try:
        return msgspec.json.decode(_path(workspace).read_bytes(), type=Views)
    except (OSError, msgspec.MsgspecError):
        return Views()


def write(workspace: Workspace, views: Views) -> None:
    """Keep the views of a workspace, as a whole or not at all.

    Raises:
        StorageError: the disk refused.
    """
    path = _path(workspace)
    with storage_errors(path):
        beside = path.with_suffix(".new")
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(views), indent=2))
        beside.replace(path)


def _path(workspace: Workspace) -> Path:
    return workspace.root / FILE
