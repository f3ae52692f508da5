"""Which commits are new, on histories of any shape, against the plain way to find it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.registry.repository.commits import named, new_commits
from aetheron_desktop.engine.registry.repository.git_store import Tag
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository


def history(repository: ModelRepository, shape: list[tuple[list[int], int]], *, honest: bool) -> list[str]:
    """Write a commit for each entry: the places of its parents, counted back, and its time."""
    tree = repository.store.tree({})
    repository.store.add(tree)
    made: list[str] = []
    for place, (backs, time) in enumerate(shape):
        parents = sorted({made[-1 - back] for back in backs if back < len(made)})
        commit = repository.made_commit(tree.id, parents, f"{place}\n", None)
        commit.commit_time = 1000 + (place // 3 if honest else time)  # several in one second
        repository.store.add(commit)
        made.append(commit.id.decode())
    return made


shapes = st.lists(st.tuples(st.lists(st.integers(0, 4), max_size=3), st.integers(0, 50)), min_size=1, max_size=14)


@settings(max_examples=50, deadline=None)
@given(shapes, st.data(), st.booleans())
def test_that_no_new_commit_is_left_out_and_no_known_one_given_where_clocks_are_right(
    shape: list[tuple[list[int], int]], data: st.DataObject, honest: bool
) -> None:
    with TemporaryDirectory() as folder, ModelRepository.create(Path(folder) / "here", "here") as repository:
        made = history(repository, shape, honest=honest)
        tips = data.draw(st.sets(st.sampled_from(made)))
        known = data.draw(st.sets(st.sampled_from(made)))
        wanted = set().union(*map(repository.before, tips)) - set().union(*map(repository.before, known))
        found = new_commits(repository, tips, known)
        assert len(found) == len(set(found))
        assert wanted <= set(found)
        if honest:
            assert wanted == set(found)


def test_that_what_is_no_version_is_named_so(tmp_path: Path) -> None:
    with ModelRepository.create(tmp_path / "here", "here") as repository:
        (commit,) = history(repository, [([], 0)], honest=True)
        tree = repository.store.commit(commit).tree.decode()
        mark = Tag()
        mark.name, mark.object, mark.message = b"x", (type(repository.store.commit(commit)), commit.encode()), b"x\n"
        mark.tagger, mark.tag_time, mark.tag_timezone = b"A <a>", 1, 0
        repository.store.add(mark)
        assert named(repository, commit) == named(repository, mark.id.decode()) == commit
        assert named(repository, tree) == named(repository, "1" * 40) == ""
