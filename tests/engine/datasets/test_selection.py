"""Quantiles by counting are those by sorting."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.profiles.selection import at_places

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WHOLES = st.integers(-(2**63), 2**63 - 1)


@given(st.one_of(st.lists(FLOATS, min_size=1, max_size=60), st.lists(WHOLES, min_size=1, max_size=60)), st.data())
@settings(max_examples=100, deadline=None)
def test_that_it_gives_what_sorting_gives(cells: list[float], data: st.DataObject) -> None:
    numbers = np.array(cells, dtype=np.int64 if isinstance(cells[0], int) else np.float64)
    places = data.draw(st.lists(st.integers(0, len(cells) - 1), max_size=5))
    parts = np.array_split(numbers, 3)
    held = data.draw(st.sampled_from([0, 1, 5, 1000]))
    assert at_places(lambda: parts, places, held=held) == [np.sort(numbers)[place].item() for place in places]
