import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.params import Bool, Choice, Float, Int, check_all, defaults

TREES = Int(name="n_estimators", label="Trees", help="How many trees.", default=100, low=1, high=1000)
DEPTH = Int(name="max_depth", label="Depth", help="The depth.", default=None, low=1, high=50, optional="no limit")
RATE = Float(name="rate", label="Learning rate", help="The step.", default=0.1, low=1e-4, high=1.0, log=True)
WARM = Bool(name="warm", label="Warm", help="Whether to start warm.", default=False)
LOSS = Choice(name="loss", label="Loss", help="Which loss.", default="log", options=("log", "hinge"))
ALL = (TREES, DEPTH, RATE, WARM, LOSS)


@given(st.integers(1, 1000))
def test_that_a_whole_number_between_the_limits_is_taken_as_number_and_as_text(value: int) -> None:
    assert TREES.check(value) == TREES.check(str(value)) == TREES.check(float(value)) == value


@given(st.integers() | st.floats() | st.text())
def test_that_whatever_is_typed_is_taken_within_the_limits_or_refused(value: object) -> None:
    for parameter in (TREES, RATE):
        with suppress(UsageError):
            taken = parameter.check(value)
            assert taken is not None
            assert parameter.low <= taken <= parameter.high


@pytest.mark.parametrize("value", [0, 1001, 2.5, "many", "", True, math.nan, math.inf, None])
def test_that_a_wrong_whole_number_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="Trees"):
        TREES.check(value)


@pytest.mark.parametrize("value", [None, "", "none", " None "])
def test_that_nothing_is_a_value_where_it_has_a_meaning(value: object) -> None:
    assert DEPTH.check(value) is None


@pytest.mark.parametrize(("value", "expected"), [("yes", True), ("0", False), (True, True), ("off", False)])
def test_that_yes_and_no_have_their_usual_words(value: object, expected: bool) -> None:
    assert WARM.check(value) is expected


def test_that_an_unknown_word_is_neither_yes_nor_no_nor_an_option() -> None:
    with pytest.raises(UsageError, match="true or false"):
        WARM.check("perhaps")
    with pytest.raises(UsageError, match="one of log, hinge"):
        LOSS.check("squared")


def test_that_what_is_not_given_has_its_default() -> None:
    assert check_all(ALL, {"rate": "0.5"}, owner="Forest") == defaults(ALL) | {"rate": 0.5}


def test_that_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no parameter 'trees'") as caught:
        check_all(ALL, {"trees": 3}, owner="Forest")
    assert "n_estimators" in caught.value.hint
