"""What a wrong choice between two models costs, by what is known of their difference."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import ndtr

from aetheron_desktop.engine.datasets.profiles.sampling import Z


class Risk(NamedTuple):
    """Of choosing the one that is ahead: how probable it is that the other is better, and what is lost then.

    ``expected`` is the mean loss over all that may be true, in the metric's unit; ``worst`` is exceeded in 2.5 % of
    cases. Both are 0 where nothing can be lost.
    """

    wrong: float
    expected: float
    worst: float


def risk(value: float, low: float, high: float) -> Risk:
    """Tell the risk of choosing by a difference ``value``, whose interval at 95 % is from ``low`` to ``high``.

    The difference is taken to be normal around its value: the expected loss is that of the unit normal linear loss
    integral (Raiffa and Schlaifer 1961, Applied Statistical Decision Theory, section 5.4).
    """
    error = (high - low) / (2.0 * Z)
    ahead = abs(value)
    if error <= 0.0:
        return Risk(0.0 if ahead else 0.5, 0.0, 0.0)
    far = ahead / error
    density = math.exp(-far * far / 2.0) / math.sqrt(2.0 * math.pi)
    wrong = float(ndtr(-far))
    worst = max(0.0, -low if value >= 0.0 else high)
    return Risk(wrong, max(0.0, error * (density - far * wrong)), worst)
