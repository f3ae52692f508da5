"""The members of an ensemble in the state of a run, also of one that was cut short and goes on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.events import Event, JobStarted, MemberScored, Progressed, RunResumed
from aetheron_desktop.engine.jobs.progress import RunState

RUN = "run-1"


def state() -> RunState:
    return RunState(id=RUN, name="", estimator="auto", dataset="", target="", task="binary", group="")


def member(number: int, **more: object) -> MemberScored:
    told = {"score": 0.9, "ensemble": 0.9, "weights": {number: 1.0}} | more
    return MemberScored(
        job=RUN, member=number, title=f"{number}", estimator="forest", params={"n": number}, metric="roc_auc", **told
    )  # type: ignore[arg-type]


def failed(name: str) -> MemberScored:
    return MemberScored(
        job=RUN, member=0, title=name, estimator="forest", params={"of": name}, metric="roc_auc", reason="no"
    )


def resumed(step: int) -> RunResumed:
    return RunResumed(job=RUN, step=step, seconds=1.0, environment={})


def told(*events: Event) -> RunState:
    made = state()
    for event in events:
        made.apply(event)
    return made


def test_that_members_are_kept_with_the_newest_weights_and_the_newest_score() -> None:
    run = told(member(1), member(2, ensemble=0.95, weights={1: 0.5, 2: 0.5}), failed("a"), failed("b"))
    assert [one.member for one in run.members] == [1, 2, 0, 0]
    assert run.weights == {1: 0.5, 2: 0.5}
    assert run.ensemble == 0.95


def test_that_a_run_without_members_has_neither_weights_nor_a_score() -> None:
    assert (told(failed("a")).weights, told(failed("a")).ensemble, state().members) == ({}, None, [])


def test_that_a_run_that_begins_anew_has_no_members_of_its_earlier_life() -> None:
    assert [one.member for one in told(member(1), failed("a"), resumed(0), member(1)).members] == [1]


def test_that_a_run_that_goes_on_keeps_those_up_to_its_checkpoint() -> None:
    run = told(member(1), failed("a"), member(2), member(3), resumed(2), failed("a"), member(3))
    assert [one.title for one in run.members] == ["1", "2", "a", "3"]


@given(
    st.lists(
        st.one_of(st.integers(1, 6).map(member), st.sampled_from("ab").map(failed), st.integers(0, 6).map(resumed))
    )
)
def test_that_a_member_is_never_there_twice_and_a_log_tells_the_same_as_the_live_run(events: list[Event]) -> None:
    run = told(*events)
    keys = [(one.estimator, str(one.params)) for one in run.members]
    assert len(keys) == len(set(keys))
    numbers = [one.member for one in run.members if one.member]
    assert numbers == sorted(numbers)
    earlier = state()
    earlier.recall(events)
    assert earlier.members == run.members


def test_that_the_share_is_of_the_steps_or_else_of_the_time() -> None:
    run = told(JobStarted(job=RUN, at=100.0, work="train", title="", pid=1, born=0.0))
    assert run.share is None
    run.ended = 110.0
    run.apply(Progressed(job=RUN, stage="fit", done=2, total=8, eta_s=30.0))
    assert run.share == 0.25
    run.apply(Progressed(job=RUN, stage="fit", done=2, total=None, eta_s=30.0))
    assert run.share == 0.25
