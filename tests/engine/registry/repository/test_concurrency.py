"""Several programs that change one model at once: every version is there, and none twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.registry.combining import adopt
from aetheron_desktop.engine.registry.repository.aliases import aliases, move_alias, moves
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from aetheron_desktop.engine.store.locks import exclusive
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.registry.repository.looking import assert_index_is_right, assert_sound
from tests.models import add_version, made_info, put_model, write_files

if TYPE_CHECKING:
    from collections.abc import Callable

COMMITS = int(os.environ.get("AETHERON_COMMITS", "40"))
"""How many versions each of two programs makes; five hundred where there is time."""
ROOT = Path(__file__).parents[4]
MODEL = "model-1"
COMMIT = """
import sys
from pathlib import Path
from aetheron_desktop.engine.workspace import Workspace
from tests.models import add_version, made_info
root, who, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
workspace = Workspace.open(root)
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    word = f"{who} {number}"
    print(add_version(workspace, "model-1", made_info(), word, weights=word.encode()), flush=True)
workspace.close()
"""


@pytest.mark.timeout(120 + COMMITS)
def test_that_two_programs_commit_to_one_model_at_once(workspace: Workspace) -> None:
    put_model(workspace, made_info())
    command = [sys.executable, "-c", COMMIT, str(workspace.root)]
    both = [
        subprocess.Popen(
            [*command, who, str(COMMITS)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for who in ("one", "two")
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    began = time.monotonic()
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [set(process.communicate()[0].split()) for process in both]
    took = time.monotonic() - began
    print(f"two programs, {COMMITS} commits each: {took:.1f} s")  # noqa: T201 - the figure, with pytest -s
    history = workspace.shelf.history(MODEL)
    assert [len(commits) for commits in told] == [COMMITS, COMMITS]
    assert told[0].isdisjoint(told[1])
    assert told[0] | told[1] < {version.commit for version in history.versions}
    assert len(history.versions) == 2 * COMMITS + 1
    words = [version.message for version in history.versions]
    assert sorted(words) == sorted(["Made Forest 1", *(f"{who} {n}" for who in ("one", "two") for n in range(COMMITS))])
    assert sorted(version.number for version in history.versions) == list(range(1, 2 * COMMITS + 2))
    assert all(version.parents == (before.commit,) for version, before in pairwise(history.versions))
    assert_sound(workspace.shelf.folder(MODEL))
    assert_index_is_right(workspace)


def in_threads(count: int, work: Callable[[int], object]) -> None:
    """Let ``work`` be done by that many threads at once, each of which opens the workspace for itself."""
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - it is raised below, where the test hears it
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def test_that_changes_of_all_kinds_at_once_are_all_there(workspace: Workspace) -> None:
    first = put_model(workspace, made_info())

    def work(number: int) -> None:
        own = Workspace.open(workspace.root)
        for turn in range(5):
            name = f"n{number}-{turn}x"
            add_version(own, MODEL, made_info(), name, weights=name.encode(), branch=name)
            with own.shelf.changing(MODEL) as repository:
                repository.tag(name, first.version, "words")
                move_alias(repository, f"alias-{number}", repository.find(name), f"reason {name}")
            own.shelf.history(MODEL)
        own.close()

    in_threads(4, work)
    names = {f"n{number}-{turn}x" for number in range(4) for turn in range(5)}
    labels = workspace.shelf.history(MODEL).labels
    assert labels.branches.keys() == names | {"main"}
    assert labels.tags.keys() == names
    with workspace.shelf.opened(MODEL) as repository:
        assert {move.reason for move in moves(repository)} == {f"reason {name}" for name in names}
        assert aliases(repository) == labels.aliases == {f"alias-{n}": labels.branches[f"n{n}-4x"] for n in range(4)}
    assert_sound(workspace.shelf.folder(MODEL))
    assert_index_is_right(workspace)


def test_that_adopting_while_another_commits_loses_neither(workspace: Workspace) -> None:
    put_model(workspace, made_info())
    for turn in range(6):
        add_version(workspace, MODEL, made_info(), "try", weights=b"try %d" % turn, branch=f"try-{turn}x")

    def work(number: int) -> None:
        own = Workspace.open(workspace.root)
        for turn in range(6):
            if number:
                add_version(own, MODEL, made_info(), f"on {turn}", weights=b"on %d" % turn)
            else:
                with own.shelf.changing(MODEL) as repository:
                    adopt(
                        repository, repository.find(f"try-{turn}x"), f"adopt {turn}", {"model": "ours", "card": "ours"}
                    )
        own.close()

    in_threads(2, work)
    with workspace.shelf.opened(MODEL) as repository:
        adopted = [version for version in workspace.shelf.history(MODEL).versions if version.deed == "adopted"]
        assert len(adopted) == 6
        for version in adopted:
            # "ours" was what the current version was in the moment of adopting, not one that was overtaken.
            ours = repository.store.files(repository.store.commit(version.parents[0]))
            assert repository.store.files(repository.store.commit(version.commit)) == ours
    assert_index_is_right(workspace)


def test_that_two_programs_that_put_the_files_of_a_version_at_once_get_the_same(workspace: Workspace) -> None:
    import shutil

    info = put_model(workspace, made_info(), weights=b"w" * (5 << 20))
    shutil.rmtree(workspace.shelf.folder(MODEL) / "files")
    found: list[bytes] = []

    def work(number: int) -> None:
        del number
        with ModelRepository(workspace.shelf.folder(MODEL)) as repository:
            found.append((repository.files(info.version) / "pipeline.skops").read_bytes())

    in_threads(6, work)
    assert found == [b"w" * (5 << 20)] * 6
    assert [path.name for path in (workspace.shelf.folder(MODEL) / "files").iterdir()] == [info.version]


def test_that_two_programs_that_make_a_model_of_the_same_id_make_two(workspace: Workspace) -> None:
    made: list[str] = []

    def work(number: int) -> None:
        own = Workspace.open(workspace.root)
        folder = write_files(own.root / "tmp" / f"files-{number}", made_info(), weights=b"%d" % number)
        made.append(own.shelf.create(folder, MODEL, f"Forest {number}", "words", "trained").id)
        own.close()

    work(0)
    in_threads(2, lambda number: work(number + 1))
    assert len(set(made)) == 3
    assert {info.id for info in workspace.models()} == set(made)


def test_that_a_model_that_is_never_let_go_is_said_in_words(tmp_path: Path) -> None:
    late = exclusive(tmp_path / "lock", wait_s=0.05)
    with exclusive(tmp_path / "lock"), pytest.raises(StorageError, match="in use by another program"), late:
        pass


def test_that_who_holds_the_repository_may_take_it_again(workspace: Workspace) -> None:
    put_model(workspace, made_info())
    marked: list[bool] = []
    with workspace.shelf.opened(MODEL) as repository:
        repository.before_change = lambda: marked.append(True)
        with repository.changing(), repository.changing():
            repository.start_branch("try", repository.find("current"))
        with repository.changing():
            pass
    assert marked == [True, True]
