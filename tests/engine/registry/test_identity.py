"""Who does something: where the name comes from, and that it can stand in a Git object and be shown."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aetheron_desktop.engine.registry.identity import MOST_CHARACTERS, Author, author, clean

if TYPE_CHECKING:
    from pathlib import Path

NAMED = ("LOGNAME", "USER", "LNAME", "USERNAME")
SAY = "from aetheron_desktop.engine.registry.identity import author; print(author())"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and no word of Git's in the environment."""
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return tmp_path


def configure(home: Path, text: str) -> None:
    (home / "gitconfig").write_text(text, encoding="utf-8")


def test_that_the_environment_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(home, "[user]\n\tname = Of Git\n\temail = git@example.org\n")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada Lovelace")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "ada@example.org")
    assert author() == Author("Ada Lovelace", "ada@example.org")
    assert str(author()) == "Ada Lovelace <ada@example.org>"


def test_that_the_configuration_of_git_comes_next(home: Path) -> None:
    configure(home, '[user]\n\tname = "Zoë – Curie"\n\temail = zoe@example.org\n')
    assert author() == Author("Zoë – Curie", "zoe@example.org")


def test_that_name_and_address_are_looked_for_each_on_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(home, "[user]\n\temail = git@example.org\n")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada")
    assert author() == Author("Ada", "git@example.org")


def test_that_the_system_knows_who_else_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "grace")
    assert author() == Author("grace", f"grace@{socket.gethostname()}")


def test_that_what_git_itself_would_say_is_said(home: Path) -> None:
    configure(home, '[user]\n\tname = "Ada \\"the first\\" Lovelace" ; of old\n\temail = ada@example.org\n')
    try:
        told = subprocess.run(["git", "var", "GIT_AUTHOR_IDENT"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("there is no git")
    assert told.startswith(f"{author()} ")


@pytest.mark.parametrize(
    "text", ["[user\n", "[user]\n1 = 2", 'name = "', "[user]\n\tname = \n\temail =\n", "\0\0", "[x]\n"]
)
def test_that_a_damaged_or_empty_configuration_is_passed_over(home: Path, text: str) -> None:
    configure(home, text)
    assert author() == Author(getpass.getuser(), f"{getpass.getuser()}@{socket.gethostname()}")


def test_that_empty_variables_count_as_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(home, "[user]\n\tname = Of Git\n\temail = git@example.org\n")
    monkeypatch.setenv("GIT_AUTHOR_NAME", " <> ")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "")
    assert author() == Author("Of Git", "git@example.org")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs the right to be somebody else")
def test_that_a_number_to_which_no_name_belongs_has_a_name(home: Path) -> None:
    home.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name not in (*NAMED, "HOME")}
    # What lies in root's home is loaded before its rights are given away.
    load = "import os, dulwich.config, aetheron_desktop.engine.registry.identity"
    code = f"{load}; os.setuid(54321); {SAY}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == f"user <user@{socket.gethostname()}>\n"
    assert not done.stderr


def test_that_git_is_not_loaded_where_the_environment_says_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "ada@example.org")
    code = f"import sys; {SAY}; print('dulwich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Ada <ada@example.org>", "False"]


@given(st.text(max_size=400))
@example("\ud800<a>\r\nb\0")
@example("a" * 199 + " b")
def test_that_a_clean_name_stands_in_one_line_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MOST_CHARACTERS
    assert cleaned == clean(cleaned) == cleaned.strip()
    assert cleaned.isprintable() or not text.isprintable()
    assert not set(cleaned) & set("<>\0\r\n\x1b\u202e\u2066\u200f\u2028")
    assert len(cleaned.encode().splitlines()) == bool(cleaned)


@given(st.text(st.characters(categories=["L", "M", "N", "P"], exclude_characters="<>"), max_size=MOST_CHARACTERS))
def test_that_an_honest_name_is_not_changed(text: str) -> None:
    assert clean(text) == text


def test_that_joiners_stay_and_what_turns_or_hides_letters_goes() -> None:
    assert clean("\u0645\u06cc\u200c\u062e\u0648") == "\u0645\u06cc\u200c\u062e\u0648"
    assert clean("\u202eadA\u202c \u2066x\u2069\ufeff\U000e0041") == "adA x"
    assert clean("Ada\r\n\tLovelace\x85Countess") == "Ada Lovelace Countess"
