"""A program that cleans up a workspace until it is killed, and makes more to be cleaned up meanwhile.

``python -m tests.engine.versioning.cleaner WORKSPACE SEED`` writes a line before and after each clean-up, and the
commit of each version that is to stay. No version that was told of may be lost.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from aetheron_desktop.engine.versioning import cleaning
from aetheron_desktop.engine.workspace import Workspace
from tests.models import add_version, made_info, put_model

MODEL = "model-clean"
_LARGE = b"\0" * (5 << 20)


def go_on(root: Path, seed: int) -> None:
    """Make a version that stays and variations that do not, clean up, and never end."""
    workspace, dice, number = Workspace.open(root), random.Random(seed), 0
    if workspace.shelf.model(MODEL) is None:
        put_model(workspace, made_info(id=MODEL))
    say("ready")
    while True:
        number += 1
        word = f"{seed}-{number}"
        weights = (_LARGE if dice.random() < 0.5 else b"") + word.encode()
        kept = add_version(workspace, MODEL, made_info(number, id=MODEL), word, weights=weights)
        say(f"kept {kept}")
        with workspace.shelf.changing(MODEL) as repository:
            repository.start_branch(f"b-{word}", repository.find("current"))
        add_version(workspace, MODEL, made_info(number, id=MODEL), weights=weights + b"!", branch=f"b-{word}")
        with workspace.shelf.changing(MODEL) as repository:
            repository.drop_branch(f"b-{word}")
        say("clean")
        keys = [item.key for item in cleaning.look(workspace).items]
        cleaning.free(workspace, dice.sample(keys, dice.randint(1, len(keys))), grace_s=0)
        say("cleaned")


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    go_on(Path(sys.argv[1]), int(sys.argv[2]))
