"""Weak segments, the error tree and what they are made of, on rows whose weak segment is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from scipy.stats import fisher_exact, ttest_ind

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.segments.contrast import contrast, fisher, newcombe
from aetheron_desktop.engine.evaluation.segments.error_tree import error_tree
from aetheron_desktop.engine.evaluation.segments.failure import MissingErrors, measure_named
from aetheron_desktop.engine.evaluation.segments.losses import Losses, losses
from aetheron_desktop.engine.evaluation.segments.missing import missing_errors
from aetheron_desktop.engine.evaluation.segments.slices import weak_segments
from tests.engine.evaluation.segments.planted import inside, overlap, planted

if TYPE_CHECKING:
    from tests.engine.evaluation.segments.planted import Planted


@pytest.fixture(scope="module")
def made() -> Planted:
    return planted(3)


@pytest.mark.parametrize("is_number", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_that_a_planted_segment_is_found_with_an_effect_that_is_not_too_large(seed: int, is_number: bool) -> None:
    made = planted(seed, is_number=is_number)
    found = weak_segments(made.columns, made.losses, seed=seed)
    best = max(found.segments, key=lambda one: overlap(inside(made.table, one.condition), made.weak))
    rows = inside(made.table, best.condition)
    assert overlap(rows, made.weak) >= 0.5
    assert best.rows == rows.sum()
    assert best.low <= made.losses.each[rows].mean() - made.losses.each[~rows].mean() <= best.high
    assert best.p_value <= 0.05
    assert best.excess == pytest.approx(best.difference * best.rows)


def test_that_clean_rows_have_a_weak_segment_in_one_of_20_cases_at_most() -> None:
    told = 0
    for seed in range(100, 120):
        made = planted(seed, rows=500, is_clean=True, is_number=bool(seed % 2))
        told += bool(weak_segments(made.columns, made.losses, seed=seed).segments)
    assert told <= 1


def test_that_few_rows_constant_losses_and_constant_columns_are_refused_in_words(made: Planted) -> None:
    few = Losses(made.losses.measure, made.losses.each[:40], True)
    assert "60" in weak_segments([], few).note
    assert "one value" in weak_segments([], made.losses).note
    same = Losses(made.losses.measure, np.zeros(len(made.losses.each)), True)
    assert "same loss" in weak_segments(made.columns, same).note
    none = Losses(made.losses.measure, np.zeros(0), True)
    assert weak_segments([], none).loss is None


def test_that_looking_can_be_ended(made: Planted) -> None:
    class Enough(Exception):
        pass

    def ask() -> None:
        raise Enough

    with pytest.raises(Enough):
        weak_segments(made.columns, made.losses, ask=ask)


def test_that_each_set_of_parts_is_the_rows_that_its_condition_says(made: Planted) -> None:
    rng = np.random.default_rng(0)
    for column in made.columns:
        if column.is_ordered:
            first, last = np.sort(rng.integers(0, column.known, 2))
            parts = set(range(first, last + 1))
        else:
            parts = set(rng.choice(column.known, rng.integers(1, column.known), replace=False).tolist())
        if column.has_missing and rng.random() < 0.5:
            parts.add(column.known)
        told = column.condition(parts)
        assert (inside(made.table, told) == column.inside(parts)).all(), told


def test_that_the_error_tree_parts_the_weak_rows_and_counts_each_row_once(made: Planted) -> None:
    found = error_tree(made.columns, made.losses)
    parents = {node.parent for node in found.nodes}
    leaves = [node for node in found.nodes if node.id not in parents]
    assert len(leaves) > 1
    assert sum(node.rows for node in leaves) == len(made.weak)
    assert sum(node.share for node in leaves) == pytest.approx(1.0)
    worst = max(leaves, key=lambda node: node.loss)
    assert overlap(inside(made.table, worst.whole), made.weak) >= 0.5
    assert worst.low <= made.losses.each[inside(made.table, worst.whole)].mean() <= worst.high
    assert [node.parent is None for node in found.nodes] == [True] + [False] * (len(found.nodes) - 1)


def test_that_the_error_tree_of_clean_rows_is_its_root() -> None:
    sizes = []
    for seed in range(20):
        made = planted(seed, rows=500, is_clean=True)
        sizes.append(len(error_tree(made.columns, made.losses, seed=seed).nodes))
    assert sizes.count(1) >= 18


def test_that_the_difference_of_two_shares_is_newcombes_and_its_chance_fishers() -> None:
    # Newcombe (1998, Statistics in Medicine 17), table II, column (a), method 10.
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    rng = np.random.default_rng(1)
    for _ in range(20):
        count, right, other, other_right = np.add(rng.integers(0, 40, 4), (0, 1, 0, 1))
        want = fisher_exact(np.array([[count, right], [other, other_right]]), alternative="greater").pvalue
        assert fisher(count, count + right, other, other + other_right) == pytest.approx(want, rel=1e-9, abs=1e-12)


def test_that_the_difference_of_two_means_is_welchs() -> None:
    rng = np.random.default_rng(2)
    loss, chosen = rng.exponential(1.0, 200), rng.random(200) < 0.2
    found = contrast(loss, chosen, is_share=False)
    want = ttest_ind(loss[chosen], loss[~chosen], equal_var=False, alternative="greater")
    ends = ttest_ind(loss[chosen], loss[~chosen], equal_var=False).confidence_interval(0.95)
    assert found is not None
    assert found.p_value == pytest.approx(want.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(ends))


def test_that_the_losses_are_those_of_the_metrics() -> None:
    truth, sure = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.0, 1.0]])
    chosen = sure.argmax(axis=1)
    assert losses("binary", truth, sure, chosen, "").each.tolist() == [0.0, 1.0, 0.0]
    assert losses("binary", truth, sure, chosen, "log_loss").each == pytest.approx(-np.log([0.9, 0.4, 1.0]))
    numbers, told = np.array([1.0, 2.0]), np.array([3.0, 2.0])
    assert losses("regression", numbers, told, None, "").each.tolist() == [2.0, 0.0]
    assert losses("regression", numbers, told, None, "squared_error").each.tolist() == [4.0, 0.0]
    with pytest.raises(UsageError, match="log_loss"):
        losses("regression", numbers, told, None, "log_loss")


def test_that_missing_cells_that_cost_much_come_first() -> None:
    rng = np.random.default_rng(3)
    gaps = {name: rng.random(2_000) < 0.1 for name in ("harmless", "costly")}
    each = (rng.random(2_000) < np.where(gaps["costly"], 0.5, 0.1)).astype(np.float64)
    found = missing_errors(gaps, Losses(measure_named("error"), each, True))
    assert [one.column for one in found.columns] == ["costly", "harmless"]
    costly, harmless = found.columns
    assert costly.p_value < 1e-10
    assert harmless.p_value > 0.05
    assert costly.loss == pytest.approx(each[gaps["costly"]].mean())
    assert [(cells, rows) for cells, rows, *_ in found.by_count] == [
        (cells, int((gaps["harmless"].astype(int) + gaps["costly"] == cells).sum())) for cells in (0, 1, 2)
    ]


def test_that_the_only_row_that_misses_so_much_is_told_in_a_form_that_can_be_read_back() -> None:
    gaps = {name: np.arange(60) < rows for name, rows in (("some", 10), ("one", 1))}
    each = np.random.default_rng(0).random(60)
    found = missing_errors(gaps, Losses(measure_named("absolute_error"), each, False))
    assert found.by_count[-1] == (2, 1, each[0], None, None)
    assert msgspec.json.decode(msgspec.json.encode(found), type=MissingErrors) == found
