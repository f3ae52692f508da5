"""Whether one run is better than another, or which of several: a verdict, and all that it stands on, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.comparing.card import cards, fill, without_card
from aetheron_desktop.engine.comparing.cohorts import rows_of
from aetheron_desktop.engine.comparing.rows_apart import MOST_ROWS, WeakSlice, disagreements, weak_slices
from aetheron_desktop.engine.errors import AetheronError, UsageError
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.metrics import metric as metric_of
from aetheron_desktop.engine.evaluation.verdict import (
    EQUIVALENCE,
    Part,
    Verdict,
    compare_files,
    why_apart,
    why_unusable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.comparing.card import RunCard
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

MOST_RUNS: Final = 8
_RARE: Final = 0.001
"""What is less likely is told as less, and not what it would cost."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a verdict stands on: what it is, and what it says."""

    title: str
    words: str


class RunVerdict(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="run_verdict"):
    """Whether the run ``b`` is better than ``a``: the verdict, its evidence, where the loser wins.

    ``disagree`` are the numbers of rows on which they predict differently, at most :data:`MOST_ROWS` of
    ``disagreements``, those on which they differ most first; ``dataset`` is the rows' dataset. All is of the test rows
    of ``cohort`` alone, where that is not empty.
    """

    a: str
    b: str
    verdict: Verdict
    evidence: tuple[Found, ...] = ()
    slices: tuple[WeakSlice, ...] = ()
    looked_at: int = 0
    disagreements: int = 0
    disagree: tuple[int, ...] = ()
    dataset: str = ""
    cohort: str = ""


class PairFound(msgspec.Struct, frozen=True, kw_only=True):
    """Two of several runs: by how much ``b`` is better, and the p-value corrected for all pairs."""

    a: str
    b: str
    difference: float
    p_value: float
    corrected: float


class RunRanking(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="run_ranking"):
    """Several runs, best first, with their scores; ``groups`` are runs of which no two can be told apart.

    Withheld: ``reason`` says why, and there is no order. All is of the test rows of ``cohort``, unless that is empty.
    """

    runs: tuple[str, ...]
    sentence: str
    metric: str = ""
    order: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    pairs: tuple[PairFound, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    reason: str = ""
    cohort: str = ""


def judge(workspace: Workspace, a: str, b: str, metric: str | None = None, cohort: str = "") -> RunVerdict:
    """Say whether the run ``b`` is better than ``a`` by ``metric``, the task's main one by default.

    With the name of a ``cohort`` of their dataset, on the test rows that belong to it.

    Raises:
        UsageError: there is no such run, metric or cohort.
        DatasetError: the dataset of the cohort is gone.
    """
    one, other = workspace.run(a), workspace.run(b)
    names = short_names([one, other])
    if (one.target, one.task) != (other.target, other.task):
        words = f"No verdict: {names[0]} predicts {one.target} and {names[1]} {other.target}."
        return RunVerdict(a=one.id, b=other.id, verdict=Verdict(state="withheld", sentence=words))
    paths = [workspace.run_folder(run.id) / "predictions.parquet" for run in (one, other)]
    part = _part(workspace, one.dataset, cohort) if one.dataset == other.dataset else None
    verdict = compare_files(
        *paths, datasets=(one.dataset, other.dataset), metric=metric, names=(names[0], names[1]), part=part
    )
    if verdict.state == "withheld":
        return RunVerdict(a=one.id, b=other.id, verdict=verdict, cohort=cohort)
    told = _within(_predictions(workspace, (one, other)), part)
    disagree = disagreements(told)
    slices, looked_at = weak_slices(workspace, one, told, verdict)
    evidence = (
        *_bootstrap(verdict),
        *_mcnemar(told, names),
        # What is kept of other folds is of all their test rows.
        *(_folds(workspace, one, other, verdict.metric, names) if part is None else ()),
        *_risk(verdict, names, len(told[0])),
    )
    return RunVerdict(
        a=one.id,
        b=other.id,
        verdict=verdict,
        evidence=evidence,
        slices=slices,
        looked_at=looked_at,
        disagreements=len(disagree),
        disagree=tuple(disagree[:MOST_ROWS].tolist()),
        dataset=one.dataset,
        cohort=cohort,
    )


def rank(workspace: Workspace, runs: Sequence[str], metric: str | None = None, cohort: str = "") -> RunRanking:
    """Say which of several runs can be told apart by ``metric``, each pair on the same rows, corrected for all pairs.

    With the name of a ``cohort`` of their dataset, on the test rows that belong to it.

    Raises:
        UsageError: there is no such run, metric or cohort, or they are too many.
        DatasetError: the dataset of the cohort is gone.
    """
    from aetheron_desktop.engine.evaluation.comparing.many import ranking
    from aetheron_desktop.engine.evaluation.paired import difference

    records = [workspace.run(run) for run in runs]
    if len(records) > MOST_RUNS:
        raise UsageError(f"{len(records)} runs are too many at once.", hint=f"Choose at most {MOST_RUNS}.")
    ids = tuple(record.id for record in records)
    if reason := _not_comparable(workspace, records):
        return RunRanking(runs=ids, sentence=f"No order: {reason}", reason=reason)
    told = _read(workspace, records)
    names = short_names(records)
    if reason := _apart(told, names):
        return RunRanking(runs=ids, sentence=f"No order: {reason}", reason=reason)
    part = _part(workspace, records[0].dataset, cohort)
    told = _within([one.in_order(told[0].classes) for one in told], part)
    known = metric_of(metric) if metric else main_metric(told[0].task)
    found, scores = {}, [0.0] * len(records)
    for one in range(len(records)):
        for other in range(one + 1, len(records)):
            a, b = told[one], told[other]
            pair = difference(a.task, a.truth, a.predicted, b.predicted, metric=known.name, chosen=(a.chosen, b.chosen))
            if pair is None:
                rows = f"{len(a):,} {'test rows' if part is None else part.words}"
                reason = f"{known.label} is not defined on these {rows}, or they are too few."
                return RunRanking(runs=ids, sentence=f"No order: {reason}", reason=reason, cohort=cohort)
            scores[one], scores[other] = pair.a, pair.b
            found[one, other] = (pair.value, pair.p_value)
    made = ranking(scores, found, higher=known.direction == "higher")
    return RunRanking(
        runs=ids,
        sentence=_ranking_words(names, made.order, made.groups, len(made.pairs)),
        metric=known.name,
        order=tuple(ids[place] for place in made.order),
        scores=tuple(scores[place] for place in made.order),
        pairs=tuple(
            PairFound(a=ids[p.a], b=ids[p.b], difference=p.difference, p_value=p.p_value, corrected=p.corrected)
            for p in made.pairs
        ),
        groups=tuple(tuple(ids[place] for place in group) for group in made.groups),
        cohort=cohort,
    )


def short_names(records: Sequence[RunRecord]) -> list[str]:
    """Give names that tell these runs apart: those of their estimators, if that is enough, else their own, else ids."""
    from aetheron_desktop.engine.estimators.catalog import name_of

    for names in ([name_of(record.estimator) for record in records], [record.name for record in records]):
        if len(set(names)) == len(names):
            return names
    return [record.id for record in records]


# -- what a verdict stands on -----------------------------------------------------------------------------------------


def _part(workspace: Workspace, dataset: str, cohort: str) -> Part | None:
    """Give the rows of a cohort; None for all, where it is empty."""
    return Part(rows_of(workspace, dataset, cohort), f"test rows of “{cohort}”") if cohort else None


def _within(told: Sequence[TestPredictions], part: Part | None) -> list[TestPredictions]:
    return list(told) if part is None else [one.only(part.places(one.rows)) for one in told]


def _predictions(workspace: Workspace, records: Sequence[RunRecord]) -> list[TestPredictions]:
    """Give the stored predictions of runs, the classes in the order of the first."""
    told = _read(workspace, records)
    return [one.in_order(told[0].classes) for one in told]


def _read(workspace: Workspace, records: Sequence[RunRecord]) -> list[TestPredictions]:
    from aetheron_desktop.engine.evaluation.predictions import read_predictions

    paths = [workspace.run_folder(record.id) / "predictions.parquet" for record in records]
    return [read_predictions(path, of=record.name) for path, record in zip(paths, records, strict=True)]


def _apart(told: Sequence[TestPredictions], names: Sequence[str]) -> str:
    """Say why predictions cannot be held against each other, as of two runs; empty where they can."""
    for one, name in zip(told, names, strict=True):
        if reason := why_unusable(one, name) or why_apart(told[0], one, (names[0], name)):
            return reason
    return ""


def _not_comparable(workspace: Workspace, records: Sequence[RunRecord]) -> str:
    """Say why runs cannot be held against each other; empty where they can."""
    missing = without_card(records, cards(workspace))
    fill(workspace, missing)
    known = cards(workspace)
    names = short_names(records)
    for record, name in zip(records, names, strict=True):
        if not known[record.id].test_rows if record.id in known else True:
            return f"the test predictions of {name} are not here."
        if (record.target, record.task) != (records[0].target, records[0].task):
            return f"{names[0]} predicts {records[0].target} and {name} {record.target}."
        if known[record.id].test_rows != known[records[0].id].test_rows:
            return f"{name} was tested on other rows than {names[0]}."
    return ""


def _bootstrap(verdict: Verdict) -> tuple[Found, ...]:
    if verdict.p_value is None or verdict.difference is None or verdict.low is None or verdict.high is None:
        return ()
    words = (
        f"{metric_of(verdict.metric).label}: a difference of {_signed(verdict.difference)} "
        f"({_signed(verdict.low)} to {_signed(verdict.high)}), p {_p(verdict.p_value)}; "
        f"both models on the same {verdict.rows:,} rows."
    )
    return (Found(title="On the same test rows", words=words),)


def _mcnemar(told: Sequence[TestPredictions], names: Sequence[str]) -> tuple[Found, ...]:
    a, b = told
    if a.task == "regression":
        return ()
    from aetheron_desktop.engine.evaluation.comparing.mcnemar import mcnemar

    found = mcnemar(a.truth, a.decided(), b.decided())
    words = (
        f"{names[0]} alone is right on {found.only_a:,} row{'' if found.only_a == 1 else 's'}, {names[1]} alone on "
        f"{found.only_b:,}: "
        f"p {_p(found.mid_p)} (mid-p), {_p(found.exact)} (exact)."
    )
    return (Found(title="McNemar, on the classes", words=words),)


def _folds(workspace: Workspace, a: RunRecord, b: RunRecord, metric: str, names: Sequence[str]) -> tuple[Found, ...]:
    """Compare over the folds of a stored split on which both plans were run, where there are some."""
    known = cards(workspace)
    one, other = (_by_fold(workspace, run, known, metric) for run in (a, b))
    both = sorted(one.keys() & other.keys())
    from aetheron_desktop.engine.evaluation.comparing.repeated import FEWEST, over_folds

    if len(both) < FEWEST:
        return ()
    sign = 1.0 if metric_of(metric).direction == "higher" else -1.0
    gains = [sign * (other[fold][0] - one[fold][0]) for fold in both]
    mean = sum(one[fold][0] for fold in both) / len(both)
    region = EQUIVALENCE * (1.0 if sign > 0 else abs(mean))
    share = sum(one[fold][1] for fold in both) / len(both)
    found = over_folds(gains, share, region)
    if found is None:
        return ()
    words = (
        f"{names[1]} is better by {_signed(found.mean)} ({_signed(found.low)} to {_signed(found.high)}) on average "
        f"over {found.folds} folds, p {_p(found.p_value)} (corrected resampled t)."
    )
    bayes = (
        f"Better with a probability of {found.better:.0%}, within {_short(region)} of the same {found.same:.0%}, "
        f"worse {found.worse:.0%} (Bayesian correlated t)."
    )
    return Found(title="Over folds", words=words), Found(title="Over folds, in practice", words=bayes)


def _by_fold(
    workspace: Workspace, run: RunRecord, known: Mapping[str, RunCard], metric: str
) -> dict[tuple[str, int], tuple[float, float]]:
    """Give for each fold, by its test rows, the score of the run's plan and the share of the rows that it tests on.

    Of a plan that was run with several seeds on a fold it is their mean.
    """
    own = known.get(run.id)
    if own is None or own.fold is None:
        return {}
    try:
        rows = workspace.dataset(run.dataset).info.rows
    except AetheronError:
        return {}
    found: dict[tuple[str, int], list[float]] = {}
    shares: dict[tuple[str, int], float] = {}
    for record in workspace.runs():
        card = known.get(record.id)
        value = record.metrics.get(metric)
        if card is not None and card.plan == own.plan and card.fold is not None and value is not None and rows:
            found.setdefault((card.test_rows, card.fold), []).append(value)
            shares[card.test_rows, card.fold] = card.test_count / rows
    return {fold: (sum(values) / len(values), shares[fold]) for fold, values in found.items()}


def _risk(verdict: Verdict, names: Sequence[str], rows: int) -> tuple[Found, ...]:
    """Tell what is lost if the one that is ahead is chosen, and is not the better one."""
    if verdict.difference is None or verdict.low is None or verdict.high is None:
        return ()
    from aetheron_desktop.engine.evaluation.comparing.choice import risk

    found = risk(verdict.difference, verdict.low, verdict.high)
    ahead = names[1] if verdict.difference >= 0.0 else names[0]
    label = metric_of(verdict.metric).label
    much = f"{found.worst * 1000:,.1f} rows of a thousand" if verdict.metric == "accuracy" else _short(found.worst)
    chance = f"of {found.wrong:.1%}" if found.wrong >= _RARE else f"below {_RARE:.1%}"
    which = f"{ahead} is ahead. That it" if verdict.difference else "Neither is ahead. That the one which is chosen"
    words = f"{which} is not the better one has a probability {chance}"
    if found.worst > 0.0:
        words += f"; then choosing it costs at most {much} of {label} (95 %), {_short(found.expected)} on average."
    elif found.wrong >= _RARE:
        words += f", and no more than {_short(found.expected)} of {label} is lost on average."
    else:
        words += "."
    return (Found(title="Cost of a wrong choice", words=words),)


# -- words ------------------------------------------------------------------------------------------------------------


def _ranking_words(names: Sequence[str], order: Sequence[int], groups: Sequence[Sequence[int]], pairs: int) -> str:
    first = names[order[0]]
    leading = next((group for group in groups if order[0] in group), ())
    others = [names[place] for place in leading if place != order[0]]
    if not others:
        return f"{first} is the best of {len(order)}: told apart from each other ({pairs} pairs, corrected)."
    if len(others) == len(order) - 1:
        return f"None of these {len(order)} can be told apart from {first}, which is ahead ({pairs} pairs, corrected)."
    which = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} and {others[-1]}"
    return f"{first} is ahead, but cannot be told apart from {which} ({pairs} pairs, corrected)."


def _signed(value: float) -> str:
    return f"{value:+.4g}".replace("-", "−")


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _short(value: float) -> str:
    return f"{value:.2g}".replace("-", "−")
