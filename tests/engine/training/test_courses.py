"""How a fit went, from its log."""

import math

import pytest

from aetheron_desktop.engine.events import MetricLogged
from aetheron_desktop.engine.training.courses import POINTS, courses, gap_words


def told(name: str, part: str, values: list[float | None], first: int = 1) -> list[MetricLogged]:
    return [
        MetricLogged(job="run-1", step=step, part=part, name=name, value=value)  # type: ignore[arg-type]
        for step, value in enumerate(values, first)
    ]


def test_that_lines_and_the_best_step_are_those_that_were_told() -> None:
    history = [*told("roc_auc", "valid", [0.5, 0.8, 0.7]), *told("loss", "train", [1.0, None, 0.2])]
    loss, auc = courses(history)
    assert (loss.metric, auc.metric) == ("loss", "roc_auc")
    assert auc.valid == ((1, 2, 3), (0.5, 0.8, 0.7))
    assert auc.best == 2
    assert loss.train[0] == (1, 2, 3)
    assert math.isnan(loss.train[1][1])
    assert loss.best is None


def test_that_a_step_that_was_done_again_counts_once_as_it_was_last() -> None:
    (loss,) = courses([*told("loss", "valid", [3.0, 2.0, 1.9]), *told("loss", "valid", [1.5, 1.0], first=2)])
    assert loss.valid == ((1, 2, 3), (3.0, 1.5, 1.0))


def test_that_a_long_course_keeps_its_extremes() -> None:
    values: list[float | None] = [1.0 / (1 + step) for step in range(20_000)]
    values[12_345] = 7.0
    (loss,) = courses(told("loss", "train", values))
    assert len(loss.train[0]) <= POINTS
    assert max(loss.train[1]) == 7.0
    assert list(loss.train[0]) == sorted(loss.train[0])


@pytest.mark.parametrize(
    ("test", "interval", "words"),
    [
        (0.95, (0.9, 0.995), "no more apart than chance"),
        (0.7, (0.6, 0.8), "holds for those rows alone"),
        (0.999, (0.9985, 0.9999), "at least as well"),
        (None, None, "on the validation rows"),
    ],
)
def test_that_the_gap_is_told(test: float | None, interval: tuple[float, float] | None, words: str) -> None:
    history = [*told("roc_auc", "train", [0.9, 0.99]), *told("roc_auc", "valid", [0.8, 0.9])]
    (course,) = courses(history)
    assert words in gap_words(course, test, interval)
