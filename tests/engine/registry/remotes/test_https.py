"""A model pushed to a server with HTTPS and pulled from it: Git's own server, and large files by the API of Git LFS."""

from __future__ import annotations

import shutil
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.remotes.known import set_remote
from aetheron_desktop.engine.registry.remotes.remote_errors import RemoteAhead, RemoteError, TransferStopped
from aetheron_desktop.engine.registry.repository.aliases import aliases, move_alias
from tests.engine.registry.remotes.conftest import Maker, git, is_sound
from tests.engine.registry.remotes.doing import clone, pull, push

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

from tests.engine.registry.remotes.web_server import WebServer

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or sys.platform == "win32", reason="git http-backend is not on this computer"
)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    (tmp_path / "served").mkdir()
    git(tmp_path / "served", "init", "-q", "--bare", "-b", "main", "model.git")
    git(tmp_path / "served" / "model.git", "config", "http.receivepack", "true")
    made = WebServer(tmp_path / "served")
    yield made
    made.close()


@pytest.fixture
def trusted(web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own Git configuration, which trusts the server."""
    config = tmp_path / "gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    git(tmp_path, "config", "--global", "http.sslCAInfo", str(web.certificate))
    return config


@pytest.fixture
def here(maker: Maker, web: WebServer, trusted: Path) -> ModelRepository:
    del trusted
    repository = maker.repository()
    maker.version(repository)
    second = maker.large_version(repository, 300_000)
    move_alias(repository, "champion", second, "It is the best")
    repository.tag("good", second, "Good")
    set_remote(repository, "origin", f"{web.url}/model.git")
    return repository


def served(web: WebServer) -> Path:
    return web.root / "model.git"


def test_that_a_model_is_pushed_and_cloned(here: ModelRepository, web: WebServer, maker: Maker, tmp_path: Path) -> None:
    report = push(here)
    assert (report.versions, report.large, report.bytes) == (2, 1, 300_000)
    assert is_sound(served(web))
    there = maker.keep(clone(f"{web.url}/model.git", tmp_path / "there"))
    assert there.labels() == here.labels()
    assert aliases(there) == aliases(here)
    commit = here.labels().current
    assert (there.files(commit) / "pipeline.skops").stat().st_size == 300_000
    again = push(here)
    assert again.is_nothing
    assert again.large_there == 1
    maker.large_version(there)
    push(there)
    assert pull(here).forwarded == ("main",)


def test_that_a_server_with_versions_that_are_not_here_is_left_alone(
    here: ModelRepository, web: WebServer, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    there = maker.keep(clone(f"{web.url}/model.git", tmp_path / "there"))
    maker.version(there)
    push(there)
    maker.version(here)
    before = git(served(web), "for-each-ref")
    with pytest.raises(RemoteAhead):
        push(here)
    assert git(served(web), "for-each-ref") == before
    assert pull(here).diverged == ("origin/main",)


def test_that_an_unknown_certificate_is_refused(here: ModelRepository, trusted: Path) -> None:
    trusted.write_text("")
    with pytest.raises(RemoteError, match="certificate"):
        push(here)
    git(here.root, "config", "http.sslVerify", "false")  # a model's own configuration cannot switch it off
    with pytest.raises(RemoteError, match="certificate"):
        push(here)


def test_that_a_certificate_is_trusted_by_the_configuration_of_the_model(
    here: ModelRepository, trusted: Path, web: WebServer
) -> None:
    trusted.write_text("")
    git(here.root, "config", "http.sslCAInfo", str(web.certificate))
    assert push(here).versions == 2


@pytest.mark.parametrize(
    ("end", "status", "words"),
    [
        ("info/refs", 403, "refuses this user"),
        ("info/refs", 404, "holds no model"),
        ("info/refs", 500, "failed by itself"),
        ("info/refs", 429, "too often"),
        ("objects/batch", 403, "refuses this user"),
        ("objects/batch", 404, "no large files"),
        ("objects/batch", 507, "full"),
        ("git-receive-pack", 413, "no files of this size"),
    ],
)
def test_that_what_a_server_answers_is_put_into_words(
    here: ModelRepository, web: WebServer, end: str, status: int, words: str
) -> None:
    web.answers = {end: status}
    with pytest.raises(RemoteError, match=words) as caught:
        push(here)
    assert caught.value.hint
    assert git(served(web), "for-each-ref") == ""


def test_that_a_page_that_is_no_repository_is_told(here: ModelRepository, web: WebServer) -> None:
    web.answers = {"info/refs": 200}
    with pytest.raises(RemoteError):
        push(here)


def test_that_a_server_that_is_gone_is_told(here: ModelRepository, maker: Maker, web: WebServer) -> None:
    other = WebServer(maker.folder)
    address = other.url
    other.close()
    set_remote(here, "origin", f"{address}/model.git")
    with pytest.raises(RemoteError, match="takes no connections"):
        push(here)


def test_that_a_password_comes_from_gits_credential_helper(
    here: ModelRepository, web: WebServer, tmp_path: Path
) -> None:
    web.password = "sesame"  # noqa: S105  # of a server that lives as long as the test
    with pytest.raises(RemoteError, match="password") as caught:
        push(here)
    assert "sesame" not in caught.value.detail
    store = tmp_path / "credentials"
    git(tmp_path, "config", "--global", "credential.helper", f"store --file={store}")
    store.write_text(f"https://ada:sesame@{web.url.removeprefix('https://')}\n")
    assert push(here).large == 1
    assert is_sound(served(web))
    store.write_text(f"https://ada:wrong@{web.url.removeprefix('https://')}\n")
    with pytest.raises(RemoteError, match="password"):
        pull(here)
    assert "wrong" not in store.read_text()  # Git's helper has forgotten it, as it does after git pull


def test_that_a_helper_that_a_models_own_configuration_names_is_not_run(
    here: ModelRepository, web: WebServer, tmp_path: Path
) -> None:
    web.password = "sesame"  # noqa: S105  # of a server that lives as long as the test
    planted = tmp_path / "planted"
    git(here.root, "config", "credential.helper", f"!touch {planted};")
    git(here.root, "config", "core.askPass", f"touch {planted}")
    git(here.root, "config", "core.sshCommand", f"touch {planted}")
    with pytest.raises(RemoteError, match="password"):
        push(here)
    assert not planted.exists()


def test_that_a_repository_that_somebody_has_put_in_the_way_runs_nothing(
    here: ModelRepository, web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.password = "sesame"  # noqa: S105  # of a server that lives as long as the test
    planted = tmp_path / "planted"
    shared = tmp_path / "shared"
    (shared / "work").mkdir(parents=True)
    git(shared, "init", "-q")
    git(shared, "init", "-q", "--bare", "no-repository")
    git(shared / "work", "init", "-q")
    for place in (shared, shared / "no-repository", shared / "work"):
        git(place, "config", "credential.helper", f"!touch {planted};")
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    monkeypatch.chdir(shared / "work")
    with pytest.raises(RemoteError, match="password"):
        push(here)
    assert not planted.exists()
    assert sorted(path.name for path in shared.iterdir()) == [".git", "no-repository", "work"]


def test_that_a_password_goes_to_no_other_server(here: ModelRepository, web: WebServer, tmp_path: Path) -> None:
    other_root = tmp_path / "other"
    other_root.mkdir()
    other = WebServer(other_root)
    try:
        both = tmp_path / "both.pem"
        both.write_bytes(web.certificate.read_bytes() + other.certificate.read_bytes())
        git(tmp_path, "config", "--global", "http.sslCAInfo", str(both))
        git(tmp_path, "config", "--global", "credential.helper", f"store --file={tmp_path / 'credentials'}")
        (tmp_path / "credentials").write_text(f"https://ada:sesame@{web.url.removeprefix('https://')}\n")
        web.leads_to = other.url
        other.password = "other"  # noqa: S105  # see above
        with pytest.raises(RemoteError):
            push(here)
        assert other.seen
        assert any(told for _, _, told in web.seen)
        assert not any(told for _, _, told in other.seen)
    finally:
        other.close()


def test_that_a_server_does_not_lead_away_from_https(here: ModelRepository, web: WebServer) -> None:
    web.leads_to = "http://example.org"
    with pytest.raises(RemoteError, match="not safe"):
        push(here)


def test_that_a_server_without_large_files_is_told_and_takes_small_models(
    here: ModelRepository, web: WebServer, maker: Maker
) -> None:
    web.lfs = False
    with pytest.raises(RemoteError, match="no large files") as caught:
        push(here)
    assert "aetheron.largeFrom" in caught.value.hint
    assert git(served(web), "for-each-ref") == ""
    small = maker.repository("small")
    maker.version(small)
    set_remote(small, "origin", f"{web.url}/model.git")
    assert push(small).versions == 1


def test_that_a_hook_that_declines_is_told_and_nothing_moves(here: ModelRepository, web: WebServer) -> None:
    hook = served(web) / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'Only on Mondays' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(RemoteError, match="hook declined"):
        push(here)
    assert git(served(web), "for-each-ref") == ""


def test_that_a_server_without_a_place_for_aliases_takes_their_record(here: ModelRepository, web: WebServer) -> None:
    hook = served(web) / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/aliases/*) exit 1;; esac\n')
    hook.chmod(0o755)
    report = push(here)
    assert (report.refused, report.aliases) == (("champion",), ())
    assert git(served(web), "rev-parse", "refs/heads/aliases") == here.store.ref("refs/heads/aliases")


@pytest.mark.parametrize("cut", [0, 40, 2000])
def test_that_a_server_that_vanishes_leaves_everything_as_it_was(
    here: ModelRepository, web: WebServer, maker: Maker, tmp_path: Path, cut: int
) -> None:
    push(here)
    web.cut = cut
    there = maker.repository("there")
    set_remote(there, "origin", f"{web.url}/model.git")
    with pytest.raises(ModelError):
        pull(there)
    assert there.store.refs("refs") == {}
    assert is_sound(there.root)
    web.cut = None
    pull(there)
    assert there.labels() == here.labels()


def test_that_a_transfer_can_be_stopped(here: ModelRepository, web: WebServer, maker: Maker) -> None:
    for most in (0, 1, 5, 8, 10):
        calls = iter([False] * most)
        with pytest.raises(TransferStopped):
            push(here, should_stop=lambda calls=calls: next(calls, True))  # type: ignore[misc]
        assert git(served(web), "for-each-ref") == ""
    push(here)
