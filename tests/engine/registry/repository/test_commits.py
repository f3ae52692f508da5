"""Which commits come before which, whatever the clocks said."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dulwich.object_store import MemoryObjectStore
from dulwich.objects import Commit, ObjectID, Tree
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.registry.repository.commits import contains

GRAPHS = st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(0, 20), max_size=3)), min_size=1, max_size=14)


def made(graph: list[tuple[int, set[int]]]) -> tuple[Any, list[str], list[set[int]]]:
    """Give a repository with a commit for each of (time, parents before it), their ids, and what each contains."""
    store = MemoryObjectStore()
    tree = Tree()
    store.add_object(tree)
    ids: list[str] = []
    within: list[set[int]] = []
    for number, (time, wanted) in enumerate(graph):
        parents = sorted({parent % number for parent in wanted}) if number else []
        commit = Commit()
        commit.tree, commit.message = tree.id, str(number).encode()
        commit.author = commit.committer = b"Ada <ada@example.org>"
        commit.author_time = commit.commit_time = time
        commit.author_timezone = commit.commit_timezone = 0
        commit.parents = [ObjectID(ids[parent].encode()) for parent in parents]
        store.add_object(commit)
        ids.append(commit.id.decode())
        within.append({number}.union(*(within[parent] for parent in parents)))
    read = SimpleNamespace(repo=SimpleNamespace(object_store=store), commit=lambda id_: store[ObjectID(id_.encode())])
    return SimpleNamespace(store=read), ids, within


@settings(max_examples=150, deadline=None)
@given(GRAPHS)
def test_that_what_a_commit_contains_does_not_depend_on_clocks(graph: list[tuple[int, set[int]]]) -> None:
    repository, ids, within = made(graph)
    for number, commit in enumerate(ids):
        for other, id_ in enumerate(ids):
            assert contains(repository, commit, id_) == (other in within[number])


def test_that_what_is_not_here_is_contained_in_nothing() -> None:
    repository, ids, _ = made([(0, set())])
    assert not contains(repository, ids[0], "0" * 40)
