"""What a training takes is said before it starts, and what cannot fit is refused with what would."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.dataset import DatasetInfo
from aetheron_desktop.engine.datasets.schema import Column, Proposal, Schema
from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.cards.costs import COSTS
from aetheron_desktop.engine.estimators.cards.neural import MOST_EMBEDDED
from aetheron_desktop.engine.params import defaults
from aetheron_desktop.engine.training.experiment import Experiment, plan
from aetheron_desktop.engine.training.forecast import (
    Forecast,
    Size,
    forecast,
    in_all,
    memory_words,
    of_experiment,
    refuse_too_large,
    size_of,
    speed_of,
    time_words,
)
from aetheron_desktop.engine.training.learner import implementation
from aetheron_desktop.engine.training.outlook import of_run
from aetheron_desktop.engine.training.preparation import prepare, read
from tests.tables import made_dataset, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import ColumnType

MEASURED = [card for card in catalog.ALL if card.id in COSTS]
GROWING = [card for card in MEASURED if COSTS[card.id].pairs != "support"]
"""Where support vectors are approximated, more rows take less than fewer that are not."""
GB = 1e9


def info(rows: int = 10_000, columns: int = 20, levels: int = 0) -> DatasetInfo:
    schema = Schema(
        (
            *(Column(f"x{number}", "number", 0, rows) for number in range(columns)),
            *([Column("city", "category", 0, levels)] if levels else []),
            Column("y", "category", 0, 2),
        )
    )
    return DatasetInfo(
        id="0" * 16, name="t", source="t.csv", rows=rows, quarantined=0, schema=schema, bytes=1, created=0.0,
        proposal=Proposal("y", "binary", "", schema.names[:-1]),
    )  # fmt: skip


def planned(dataset: DatasetInfo, *estimators: str, budget_s: float | None = None) -> tuple[Experiment, ...]:
    numbers = iter(range(99))
    return plan(dataset, estimators=estimators, budget_s=budget_s, new_id=lambda: f"run-{next(numbers)}")


def told(card_id: str, rows: int = 10_000, width: int = 20, **named: float) -> Forecast:
    size = Size(rows=rows, numbers=width, classes=2)
    found = forecast(catalog.card(card_id), size, {}, **named)  # type: ignore[arg-type]  # by their names
    assert found is not None
    return found


@pytest.mark.parametrize("card", MEASURED, ids=lambda card: card.id)
def test_that_a_cost_names_parameters_of_its_card(card: object) -> None:
    assert isinstance(card, type(catalog.ALL[0]))
    cost, names = COSTS[card.id], {parameter.name for parameter in card.parameters}
    assert {name for name, _ in cost.scales} | ({cost.steps} if cost.steps else set()) <= names
    assert isinstance(defaults(card.parameters).get(cost.steps, 1), int)


@given(st.sampled_from(GROWING), st.integers(10, 10**7), st.integers(1, 2_000), st.integers(2, 5))
def test_that_more_of_anything_takes_more(card: object, rows: int, width: int, times: int) -> None:
    assert isinstance(card, type(catalog.ALL[0]))
    if COSTS[card.id].batches:
        # More numbers than are embedded take less than as many as are.
        width = min(width, MOST_EMBEDDED // times)
    one = told(card.id, rows, width)
    for more in (told(card.id, rows * times, width), told(card.id, rows, width * times)):
        assert more.seconds > one.seconds
        assert more.bytes > one.bytes
    assert told(card.id, rows, width, threads=times).seconds <= one.seconds
    assert told(card.id, rows, width, speed=float(times)).seconds == pytest.approx(times * one.seconds)


def test_that_parameters_and_classes_count() -> None:
    size = Size(rows=10_000, numbers=20, classes=2)
    forest, boosting, network = map(catalog.card, ("forest", "boosting", "network"))
    few, many = (forecast(forest, size, {"n_estimators": trees}) for trees in (10, 1_000))
    narrow, wide = (forecast(network, size, {"hidden_size": units}) for units in (32, 512))
    two, ten = (forecast(boosting, msgspec.structs.replace(size, classes=count), {}) for count in (2, 10))
    for less, more in ((few, many), (narrow, wide), (two, ten)):
        assert less is not None
        assert more is not None
        assert more.seconds > 2 * less.seconds


def test_that_levels_count_where_each_becomes_a_column() -> None:
    few, many = info(200_000, levels=10), info(200_000, levels=90)
    (_, linear), (_, more_linear) = planned(few, "logistic"), planned(many, "logistic")
    (_, forest), (_, more_forest) = planned(few, "forest"), planned(many, "forest")
    less, more = of_experiment(linear, few), of_experiment(more_linear, many)
    assert less is not None
    assert more is not None
    assert more.bytes > 1.5 * less.bytes
    assert of_experiment(forest, few) == of_experiment(more_forest, many)


def test_that_a_time_budget_is_the_most() -> None:
    (_, one) = planned(info(10**6), "forest", budget_s=5.0)
    found = of_experiment(one, info(10**6))
    assert found is not None
    assert (found.seconds, found.is_most) == (5.0, True)
    _, alone, timed = (*planned(info(), "auto"), *planned(info(), "auto", budget_s=60.0)[1:])
    assert of_experiment(alone, info()) is None, "it goes on as long as it is let"
    found = of_experiment(timed, info())
    assert found is not None
    assert (found.seconds, found.is_most) == (60.0, True)
    assert found.bytes >= told("forest").bytes


def test_that_it_is_scaled_by_what_earlier_runs_took() -> None:
    (_, one) = planned(info(), "forest")
    usual, slow, other = (
        of_experiment(one, info(), speeds=speeds) for speeds in ({}, {"forest": 3.0, "": 9.0}, {"": 2.0})
    )
    assert usual is not None
    assert slow is not None
    assert other is not None
    assert slow.seconds == pytest.approx(3 * usual.seconds)
    assert other.seconds == pytest.approx(2 * usual.seconds)
    assert speed_of([(10.0, 5.0), (4.0, 1.0), (3.0, 1.0)]) == 3.0
    assert speed_of([]) == 1.0
    assert speed_of([(1e9, 1.0)]) < 100


def test_that_what_cannot_fit_is_refused_with_what_would() -> None:
    large = info(10**7, 30, levels=200_000)
    refuse_too_large(planned(large, "forest"), large, 400 * GB)
    with pytest.raises(TrainingError, match=r"Logistic regression needs about .* GB for 10,000,000 rows") as caught:
        refuse_too_large(planned(large, "logistic"), large, 12 * GB)
    assert "fewer rows (about " in caught.value.hint
    assert "no 'city', which has 200,000 values" in caught.value.hint
    with pytest.raises(TrainingError) as caught:
        refuse_too_large(planned(large, "logistic"), large, 30 * GB, at_a_time=2)
    assert "fewer runs at the same time" in caught.value.hint
    assert "another estimator (" in caught.value.hint
    with pytest.raises(TrainingError) as caught:
        refuse_too_large(planned(info(1_000, 1), "forest"), info(1_000, 1), 1_000)
    assert caught.value.hint == "Close other programs, or use a machine with more memory."


def test_that_several_are_told_together() -> None:
    some = [Forecast(estimator=name, seconds=30.0, bytes=size * GB) for name, size in (("a", 1), ("b", 3), ("c", 2))]
    assert (in_all(some).seconds, in_all(some).bytes) == (90.0, 3 * GB)
    assert (in_all(some, at_a_time=2).seconds, in_all(some, at_a_time=2).bytes) == (45.0, 5 * GB)
    assert in_all(some).words == "about 1.5 min, 3 GB"
    assert in_all([*some, Forecast(estimator="d", seconds=1.0, bytes=0.0, is_most=True)]).words.startswith("at most")


def test_that_times_and_sizes_do_not_pretend_to_be_exact() -> None:
    assert [time_words(value) for value in (0.1, 12.34, 89.9, 90, 1234, 5_400, 90_000)] == [
        "1 s", "12 s", "90 s", "1.5 min", "21 min", "1.5 h", "25 h",
    ]  # fmt: skip
    assert [memory_words(value) for value in (1.0, 3.21e8, 1.26e9, 4.56e10)] == ["10 MB", "320 MB", "1.3 GB", "46 GB"]


# -- pairs of rows, made features, and auto ---------------------------------------------------------------------------


def test_that_what_looks_at_pairs_of_rows_grows_with_their_square() -> None:
    one, four, start = told("svm", 2_000), told("svm", 8_000), told("svm", 1).seconds
    assert 12.0 < (four.seconds - start) / (one.seconds - start) < 17.0
    few, many = (
        forecast(catalog.card("knn"), Size(rows=10**6, numbers=9), {"max_rows": kept}) for kept in (10**4, 10**6)
    )
    assert few is not None
    assert many is not None
    assert many.seconds > 2 * few.seconds
    assert many.bytes > few.bytes + 5 * GB


def test_that_very_many_rows_are_approximated_and_told_so() -> None:
    exact, mapped = told("svm", 16_000), told("svm", 160_000)
    assert mapped.seconds < 20 * exact.seconds
    ten = forecast(catalog.card("svm"), Size(rows=160_000, numbers=20, classes=10), {})
    assert ten is not None
    assert ten.seconds > 5 * mapped.seconds


WIDE: dict[str, tuple[tuple[str, ...], dict[str, int]]] = {
    "numbers with few values and holes": (("size", "count", "fresh"), {}),
    "a date": (("seen", "size"), {}),
    "categories": (("colour", "size", "few", "many"), {"few": 40, "many": 400}),
    "texts": (("remark", "size"), {}),
}


@pytest.mark.parametrize("card_id", ["logistic", "network", "boosting"])
@pytest.mark.parametrize(("features", "levels"), WIDE.values(), ids=list(WIDE))
def test_that_the_width_that_is_told_is_near_to_what_is_made(
    card_id: str, features: tuple[str, ...], levels: dict[str, int], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    table = made_table(2_000)
    for name, count in levels.items():
        table[name] = [f"{name} {one}" for one in rng.integers(0, count, len(table))]
    kinds: dict[str, ColumnType] = {
        "count": "integer", "colour": "category", "fresh": "boolean", "seen": "date", "remark": "text",
        "sort": "category", "sold": "category", **dict.fromkeys(levels, "category"),
    }  # fmt: skip
    dataset = made_dataset(tmp_path / "dataset", table, kinds)
    (made,) = plan(dataset.info, target="sold", estimators=[card_id], features=features, new_id=lambda: "run-1")[-1:]
    real = prepare(
        read(made, dataset, lambda text: None), implementation(catalog.card(card_id)).style, 0
    ).train.X.shape[1]
    told_width = size_of(dataset.info, made).width(COSTS[card_id])
    # A text of few words is folded into fewer numbers than a usual one.
    assert 0.6 * real <= told_width <= max(1.5 * real, real + 24), (told_width, real)


def test_that_auto_without_a_time_budget_takes_what_its_models_take_together() -> None:
    few, many = info(2_000), info(50_000)
    for dataset in (few, many):
        (auto,) = planned(dataset, "auto")[1:]
        found = of_run(auto, dataset)
        assert found is not None
        assert found.is_most
        three = of_run(msgspec.structs.replace(auto, params=auto.params | {"models": 3}), dataset)
        assert three is not None
        assert 0 < three.seconds < found.seconds
        single = of_run(msgspec.structs.replace(auto, params=auto.params | {"models": 3, "folds": 1}), dataset)
        assert single is not None
        assert single.seconds < three.seconds
        timed = of_run(msgspec.structs.replace(auto, budget_s=1.0), dataset)
        assert timed is not None
        assert timed.seconds == 1.0
    (forest,) = planned(few, "forest")[1:]
    assert of_run(forest, few) == of_experiment(forest, few)


def test_that_networks_are_told_by_the_batches_of_their_epochs() -> None:
    size, card = Size(rows=10_000, numbers=20, classes=2), catalog.card("network")
    batches = math.ceil(6_000 / 256)
    whole, half = (forecast(card, size, {"epochs": epochs}) for epochs in (100, 50))
    done = forecast(card, size, {"epochs": 100}, steps=50 * batches)
    small = forecast(card, size, {"epochs": 100, "batch_size": 32})
    assert whole is not None
    assert half is not None
    assert done is not None
    assert small is not None
    assert done.seconds == pytest.approx(half.seconds), "what was done is counted in batches"
    assert (done.is_most, half.is_most) == (False, True)
    # A step of the default network takes some 5 ms on the machine that was measured (RESULTS.md).
    assert 100 * batches * 3e-3 < whole.seconds < 100 * batches * 8e-3
    assert small.seconds > 2 * whole.seconds


def seconds_of(card_id: str, size: Size, **params: Any) -> float:
    found = forecast(catalog.card(card_id), size, params)
    assert found is not None
    return found.seconds


def test_that_a_transformer_looks_at_each_pair_of_features() -> None:
    few, more, many = (seconds_of("ft_transformer", Size(rows=10_000, numbers=count)) for count in (15, 60, 240))
    assert more > 4 * few
    assert 10 * more < many < 16 * more, "the more there are, the more only the pairs count"


@pytest.mark.parametrize("card_id", ["network", "resnet", "tabm"])
def test_that_a_level_of_a_category_takes_a_network_little_beside_a_number(card_id: str) -> None:
    bare = seconds_of(card_id, Size(rows=20_000, numbers=5))
    numbers = seconds_of(card_id, Size(rows=20_000, numbers=105)) - bare
    levels = seconds_of(card_id, Size(rows=20_000, numbers=5, levels=(50, 50))) - bare
    assert 0 < levels < numbers / 4
    plain = seconds_of(card_id, Size(rows=20_000, numbers=105), embed_numbers=False) - bare
    assert plain < numbers / 4, "what is not embedded is a plain feature"


def test_that_what_judges_a_network_takes_its_time() -> None:
    # 500 of the validation part and 1,000 that it learns from, beside 1,500 that it does.
    small = Size(rows=2_500, numbers=20, classes=2)
    each = (seconds_of("ft_transformer", small, epochs=101) - seconds_of("ft_transformer", small, epochs=1)) / 100
    cost = COSTS["ft_transformer"]
    row = cost.step_cell_s * 20 + cost.step_pair_s * 20**2
    assert each == pytest.approx(6 * cost.step_s + row * 2_000)


def test_that_ten_million_rows_are_told_what_they_take() -> None:
    # What the processes took at their most (RESULTS.md, a large table).
    size = Size(rows=10_000_000, numbers=25, levels=(2, 5, 12, 40, 300), classes=2)
    found = forecast(catalog.card("lightgbm"), size, {})
    assert found is not None
    assert 12.1 * GB < found.bytes < 20 * GB
