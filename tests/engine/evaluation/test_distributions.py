from __future__ import annotations

import numpy as np
import pytest
from scipy.special import bdtrik, ndtr, ndtri, stdtr, stdtrit

from aetheron_desktop.engine.evaluation.distributions import (
    median_ranks,
    normal,
    normal_quantile,
    student_beyond,
    student_quantile,
)


@pytest.mark.parametrize("freedom", [1.0, 1.3, 2.0, 4.0, 7.5, 30.0, 1e4, 3e5, 9.9e5, 1.1e6])
def test_that_students_quantiles_are_those_of_scipy(freedom: float) -> None:
    for share in (0.6, 0.975, 0.9999):
        assert student_quantile(freedom, share) == pytest.approx(stdtrit(freedom, share), rel=1e-8)
        assert student_beyond(freedom, 1.7) == pytest.approx(stdtr(freedom, -1.7), rel=1e-8)


def test_that_the_normal_distribution_is_that_of_scipy() -> None:
    for share in (1e-9, 0.025, 0.5, 0.999):
        assert normal_quantile(share) == pytest.approx(ndtri(share), abs=1e-9)
        assert normal(float(ndtri(share))) == pytest.approx(share, rel=1e-9)
    assert normal(-38.0) == pytest.approx(ndtr(-38.0), rel=1e-9)


def test_that_the_median_lies_between_the_ranks_of_the_binomial_distribution() -> None:
    for rows in [*range(6, 400), 4_321, 300_000]:
        assert median_ranks(rows) == int(np.floor(bdtrik(0.025, rows, 0.5))), rows
    assert median_ranks(5) == -1
