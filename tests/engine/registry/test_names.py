"""What models and datasets may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.names import checked_name, fitting_name


@pytest.mark.parametrize(
    ("name", "made"),
    [("  Old   forest ", "Old forest"), ("a\nb\tc", "a b c"), ("\x1b[2J", "[2J"), ("größer 木", "größer 木"),
     ("a\u200cb\u200dc", "a\u200cb\u200dc"), ("a\u202eb", "a b")],
)  # fmt: skip
def test_that_a_name_is_one_line_that_can_be_seen(name: str, made: str) -> None:
    assert checked_name(name) == made
    assert fitting_name(name) == made


@pytest.mark.parametrize("name", ["", "  ", "\x00\x1b\n", "\u200d \u200c", "x" * 201])
def test_that_a_name_that_is_none_is_refused_in_words(name: str) -> None:
    with pytest.raises(UsageError, match="1 to 200"):
        checked_name(name)


@given(st.text(max_size=300))
def test_that_what_a_stranger_calls_a_model_is_made_to_fit(name: str) -> None:
    made = fitting_name(name)
    assert checked_name(made) == made
    assert all(letter.isprintable() or letter in "\u200c\u200d" for letter in made)
