"""What can be the address of a remote, and what is refused, in words that repeat no password."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.remotes.known import remotes, remove_remote, set_remote
from aetheron_desktop.engine.registry.remotes.remote_address import (
    FolderAddress,
    HttpsAddress,
    SshAddress,
    address_of,
)
from aetheron_desktop.engine.registry.remotes.ssh import shell_path
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from tests.engine.registry.remotes.conftest import Maker, git
from tests.engine.registry.remotes.doing import push


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("ssh://ada@example.org:2222/srv/m.git", SshAddress("example.org", "/srv/m.git", "ada", 2222)),
        ("ssh://example.org/~ada/m%20n", SshAddress("example.org", "~ada/m n")),
        ("ssh://[::1]:22/m", SshAddress("::1", "/m", "", 22)),
        ("git@example.org:models/m.git", SshAddress("example.org", "models/m.git", "git")),
        ("example.org:~/m", SshAddress("example.org", "~/m")),
        ("https://example.org/a/m.git/", HttpsAddress("https://example.org/a/m.git")),
        ("https://ada@Example.org:8443/m", HttpsAddress("https://example.org:8443/m", "ada")),
        ("http://127.0.0.1:8000/m", HttpsAddress("http://127.0.0.1:8000/m")),
    ],
)
def test_that_an_address_is_taken_apart(url: str, address: object) -> None:
    assert address_of(url) == address


def test_that_a_folder_is_an_address_with_and_without_a_scheme(tmp_path: Path) -> None:
    assert address_of(str(tmp_path)) == address_of(tmp_path.as_uri()) == FolderAddress(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ext::sh -c 'touch /tmp/planted'",
        "fd::17",
        "--upload-pack=touch planted",
        "ssh://-oProxyCommand=touch planted/m",
        "ssh://ada@-oProxyCommand=x/m",
        "-oProxyCommand=x:m",
        "ada@-x:m",
        "example.org:--upload-pack=x",
        "ssh://-l@example.org/m",
        "ssh://example.org",
        "ssh://example.org:99999/m",
        "ssh://example.org/m%0Atouch",
        "ssh://exa mple.org/m",
        "ssh://example.org;touch/m",
        "git://example.org/m",
        "ftp://example.org/m",
        "http://example.org/m",
        "http://127.0.0.1.example.org/m",
        "https://example.org/m?token=x",
        "https://example.org/m#x",
        "https://-x/m",
        "https:///m",
        "https://example.org:x/m",
        "file://server/share/m",
        "a\nb",
        "x" * 3000,
    ],
)
def test_that_what_git_would_run_or_misread_is_no_address(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        address_of(url)
    assert caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "https://ada:sesame@example.org/m",
        "https://ada:@example.org/m",
        "https://ghp_sesame@example.org/m",
        "https://oauth2sesame@example.org/m",
        f"https://{'sesame' * 10}@example.org/m",
        "ssh://ada:sesame@example.org/m",
        "http://ada:sesame@example.org/m",
    ],
)
def test_that_a_password_in_an_address_is_refused_and_not_repeated(url: str, maker: Maker) -> None:
    repository = maker.repository()
    with pytest.raises(UsageError, match="password") as caught:
        set_remote(repository, "origin", url)
    assert "sesame" not in caught.value.detail + caught.value.hint
    # Somebody may have set it with Git: then it is not shown, nor used.
    git(repository.root, "config", "remote.origin.url", url)
    maker.version(repository)
    assert remotes(repository) == ()
    with pytest.raises(UsageError, match="password") as caught:
        push(repository)
    assert "sesame" not in caught.value.detail + caught.value.hint


@given(st.text(max_size=60))
def test_that_no_text_becomes_an_option_or_breaks(url: str) -> None:
    try:
        address = address_of(url)
    except UsageError:
        return
    match address:
        case SshAddress():
            assert not any(part.startswith("-") for part in (address.host, address.user, address.path))
        case HttpsAddress():
            assert "@" not in address.url.split("/")[2]
        case FolderAddress():
            assert address.path.is_absolute()


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_that_a_path_is_one_word_of_a_shell(path: str) -> None:
    word = shell_path(path)
    if word.startswith("'"):
        assert shlex.split(word) == [path]
    else:
        home, _, rest = word.partition("/")
        assert re.fullmatch(r"~[A-Za-z0-9._-]*", home)
        assert not rest or shlex.split(rest) == [path.partition("/")[2]]


def test_that_remotes_stand_in_gits_own_configuration(maker: Maker, tmp_path: Path) -> None:
    repository = maker.repository()
    made = set_remote(repository, "origin", str(tmp_path / "a b"))
    assert made.kind == "folder"
    set_remote(repository, "office", "ssh://ada@example.org/m")
    assert [(remote.name, remote.kind) for remote in remotes(repository)] == [("office", "ssh"), ("origin", "folder")]
    assert git(repository.root, "remote") == "office\norigin"
    assert git(repository.root, "config", "remote.origin.url") == str(tmp_path / "a b")
    assert git(repository.root, "config", "remote.origin.fetch") == "+refs/heads/*:refs/remotes/origin/*"
    set_remote(repository, "origin", "https://example.org/m")
    assert git(repository.root, "config", "--get-all", "remote.origin.url") == "https://example.org/m"


def test_that_a_remote_that_is_set_again_leaves_the_configuration_no_longer(maker: Maker, tmp_path: Path) -> None:
    repository = maker.repository()
    config = repository.root / "config"
    set_remote(repository, "origin", str(tmp_path / "first"))
    git(repository.root, "config", "alias.x", "log")
    once = config.read_text()
    for _ in range(3):
        set_remote(repository, "origin", str(tmp_path / "other"))
        set_remote(repository, "origin", str(tmp_path / "first"))
    assert config.read_text().count('[remote "origin"]') == 1
    assert sorted(config.read_text().splitlines()) == sorted(once.splitlines())
    git(repository.root, "config", "remote.origin.lfsurl", "https://example.org/m")
    for _ in range(3):
        set_remote(repository, "origin", str(tmp_path / "other"))
    assert config.read_text().count('[remote "origin"]') == 2
    assert git(repository.root, "config", "remote.origin.lfsurl") == "https://example.org/m"
    assert git(repository.root, "config", "--get-all", "remote.origin.url") == str(tmp_path / "other")


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30))
def test_that_a_folder_of_any_name_stands_in_gits_configuration_as_it_is(name: str) -> None:
    with TemporaryDirectory() as folder, ModelRepository.create(Path(folder) / "here", "here") as repository:
        git(repository.root, "config", "remote.origin.lfsurl", "https://example.org/a;b")
        git(repository.root, "config", "alias.x", "!echo a; echo b # c")
        url = os.path.abspath(f"{folder}/{name}")
        for _ in range(2):
            set_remote(repository, "origin", url)
        assert [remote.url for remote in remotes(repository)] == [url]
        assert git(repository.root, "config", "--get-all", "remote.origin.url") == url
        assert git(repository.root, "config", "remote.origin.lfsurl") == "https://example.org/a;b"
        assert git(repository.root, "config", "alias.x") == "!echo a; echo b # c"
        remove_remote(repository, "origin")
        assert git(repository.root, "remote") == ""


@pytest.mark.parametrize("name", ["", "a/b", "-x", "con", "ORIGIN", "a b:c"])
def test_that_a_name_that_is_none_is_refused(maker: Maker, tmp_path: Path, name: str) -> None:
    repository = maker.repository()
    set_remote(repository, "origin", str(tmp_path / "remote"))
    with pytest.raises(UsageError):
        set_remote(repository, name, str(tmp_path / "other"))
    assert [remote.name for remote in remotes(repository)] == ["origin"]


def test_that_a_model_is_not_its_own_remote(maker: Maker) -> None:
    repository = maker.repository()
    for folder in (repository.root, repository.root / "lfs"):
        with pytest.raises(UsageError, match="own remote"):
            set_remote(repository, "origin", str(folder))
