"""Names for variations, marks and aliases."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.labels import checked_label
from aetheron_desktop.engine.registry.repository.references import is_reference


@pytest.mark.parametrize(
    "name", ["champion", "v1.0", "shallow-trees", "größer", "木", "a+b", "2024x", "con1", "é", "v", "vv1", "v1a"]
)
def test_that_a_plain_word_is_a_name(name: str) -> None:
    assert checked_label("mark", name) == name


@pytest.mark.parametrize(("name", "made"), [("  two words ", "two-words"), ("a\tb\nc", "a-b-c"), ("e\u0301", "é")])
def test_that_blanks_and_other_spellings_become_one(name: str, made: str) -> None:
    assert checked_label("alias", name) == made


@pytest.mark.parametrize(
    "name",
    ["", "  ", "con", "CON", "nul.txt", "Aux", "com1", "LPT9.x", "aliases", "Aliases", "HEAD", "head", "a/b", "a\\b",
     "../x", "a..b", ".a", "-a", "+a", "a.", "a.lock", "a.LOCK", "a~1", "a^", "a:b", "a?", "a*", "a[", "a@{1}", "@",
     "a\0b", "a\x7fb", "a\u202eb", "a\u200bb", "x" * 61, "ä" * 31, "deadbeef", "1234567", "12",
     "a" * 40, "\udc80", "a\x1bb", "DEADBEEF", "v1", "V12", "v٣", "current", "Current"],
)  # fmt: skip
def test_that_what_git_or_a_file_system_refuses_is_refused_in_words(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_label("variation", name)
    assert "variation" in caught.value.detail
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "known"),
    [("try", "try"), ("Try", "try"), ("GRÖSSE", "größe"), ("é", "e\u0301"), ("e\u0301", "é"), ("feature", "feature/x"),
     ("Feature", "feature/x/y")],
)  # fmt: skip
def test_that_a_name_that_some_systems_take_for_another_is_refused(name: str, known: str) -> None:
    with pytest.raises(UsageError, match="already"):
        checked_label("mark", name, ["other", known])


@given(st.text(max_size=70))
def test_that_whatever_is_let_through_is_a_reference_and_stays_itself(name: str) -> None:
    try:
        made = checked_label("mark", name)
    except UsageError:
        return
    assert is_reference(f"refs/tags/{made}")
    assert checked_label("mark", made) == made
    assert unicodedata.normalize("NFC", made) == made
    assert made.isprintable()
    assert not set(made) & set('<>:"/\\|?* ')
