"""The journal of steps: undo and redo, a file cut at any byte, two windows at once."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.datasets.preparing.journal import Journal, Journaled
from aetheron_desktop.engine.datasets.schema import Proposal, Schema
from aetheron_desktop.engine.datasets.steps import DropColumns, Rename, Step
from aetheron_desktop.engine.errors import UsageError

A, B, C = (DropColumns(columns=(name,)) for name in "abc")
INFO = DatasetInfo(
    id="x", name="x", source="x.csv", rows=0, quarantined=0, schema=Schema(()), bytes=0, created=0.0,
    proposal=Proposal(None, None, "", ()),
)  # fmt: skip


def journal(folder: Path) -> Journal:
    return Journal(Dataset(INFO, folder))


def filled(folder: Path) -> tuple[Journal, list[Journaled]]:
    """Give a journal after six changes, and its state after each."""
    one = journal(folder)
    states = [one.read(), one.change((A,), "Add a", 0), one.change((A, B), "Add b", 1), one.undo(2), one.redo(3)]
    states += [one.undo(4), one.change((A, Rename(column="ü", to="\n\u2028")), "Add “ü”", 5)]
    return one, states


def test_that_steps_are_changed_undone_and_done_again(tmp_path: Path) -> None:
    one, states = filled(tmp_path)
    assert [state.steps for state in states[:6]] == [(), (A,), (A, B), (A,), (A, B), (A,)]
    assert [state.undo for state in states] == [None, "Add a", "Add b", "Add a", "Add b", "Add a", "Add “ü”"]
    assert [state.redo for state in states] == [None, None, None, "Add b", None, "Add b", None]
    assert [state.revision for state in states] == list(range(7))
    assert journal(tmp_path).read() == one.read() == states[-1]


def test_that_a_journal_cut_at_any_byte_has_what_was_whole_and_goes_on(tmp_path: Path) -> None:
    one, states = filled(tmp_path)
    whole = one.path.read_bytes()
    for length in range(len(whole) + 1):
        one.path.write_bytes(whole[:length])
        state = one.read()
        # A line that lacks nothing but its end is whole.
        assert state == states[whole[: length + 1].count(b"\n")]
        after = one.change((C,), "Add c", state.revision)
        assert after.steps == (C,)
        assert one.undo(after.revision).steps == state.steps


def test_that_the_window_that_comes_second_is_told_and_changes_nothing(tmp_path: Path) -> None:
    first, second = journal(tmp_path), journal(tmp_path)
    seen = second.read()
    state = first.change((A,), "Add a", 0)
    with pytest.raises(UsageError, match="another window"):
        second.change((B,), "Add b", seen.revision)
    assert first.read() == second.read() == state
    assert second.change((A, B), "Add b", state.revision).steps == (A, B)


def test_that_there_is_nothing_to_undo_at_the_start_or_redo_at_the_end(tmp_path: Path) -> None:
    one = journal(tmp_path)
    with pytest.raises(UsageError):
        one.undo(0)
    one.change((A,), "Add a", 0)
    with pytest.raises(UsageError):
        one.redo(1)
    assert one.read().steps == (A,)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.just("undo"), st.just("redo"), st.just("late"), st.sampled_from([A, B, C])), max_size=12))
def test_that_any_sequence_of_changes_is_that_of_a_list_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, changes: list[str | Step]
) -> None:
    one = journal(tmp_path_factory.mktemp("journal"))
    history: list[tuple[Step, ...]] = [()]
    place = revision = 0
    for change in changes:
        if change == "late":
            with pytest.raises(UsageError):
                one.change((C,), "late", revision + 1)
        elif change == "undo" and place:
            one.undo(revision)
            place, revision = place - 1, revision + 1
        elif change == "redo" and place + 1 < len(history):
            one.redo(revision)
            place, revision = place + 1, revision + 1
        elif not isinstance(change, str):
            history[place + 1 :] = [(*history[place], change)]
            one.change(history[-1], "Add", revision)
            place, revision = place + 1, revision + 1
        assert one.read().steps == history[place]
        assert one.read().revision == revision
