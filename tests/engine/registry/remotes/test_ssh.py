"""A model pushed to a server with SSH and pulled from it: a real ``sshd``, and a plain shell for large files."""

from __future__ import annotations

import json
import os
import shutil
import socket
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.remotes import ssh
from aetheron_desktop.engine.registry.remotes.known import set_remote
from aetheron_desktop.engine.registry.remotes.remote_address import SshAddress
from aetheron_desktop.engine.registry.remotes.remote_errors import RemoteAhead, RemoteError, TransferStopped
from aetheron_desktop.engine.registry.repository.aliases import move_alias
from aetheron_desktop.engine.registry.repository.large_files import hash_of
from tests.engine.registry.remotes.conftest import Maker, git, is_sound
from tests.engine.registry.remotes.doing import clone, never, pull, push
from tests.engine.registry.remotes.ssh_server import SshServer, why_not
from tests.engine.registry.remotes.web_server import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    made = SshServer(tmp_path_factory.mktemp("server") / "ssh")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def own_ssh(server: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", server.command)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """A bare repository on the server, in a folder whose name a shell would misread."""
    path = tmp_path / "it's $HOME; a `folder`"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(path))
    return path


@pytest.fixture
def here(maker: Maker, server: SshServer, there: Path) -> ModelRepository:
    repository = maker.repository()
    maker.version(repository)
    second = maker.large_version(repository, 300_000)
    move_alias(repository, "champion", second, "It is the best")
    set_remote(repository, "origin", url_of(server, there))
    return repository


def url_of(server: SshServer, path: Path) -> str:
    return server.url(str(path).replace("%", "%25").replace(" ", "%20").replace("`", "%60"))


def test_that_a_model_is_pushed_and_cloned(
    here: ModelRepository, there: Path, server: SshServer, maker: Maker, tmp_path: Path
) -> None:
    report = push(here)
    assert (report.versions, report.large, report.bytes) == (2, 1, 300_000)
    assert is_sound(there)
    (large,) = (path for path in (there / "lfs" / "objects").rglob("*") if path.is_file())
    assert hash_of(large) == large.name
    copy = maker.keep(clone(url_of(server, there), tmp_path / "copy"))
    assert copy.labels() == here.labels()
    assert (copy.files(copy.labels().current) / "pipeline.skops").stat().st_size == 300_000
    assert push(here).is_nothing
    maker.large_version(copy)
    push(copy)
    maker.version(here)
    with pytest.raises(RemoteAhead):
        push(here)
    assert pull(here).diverged == ("origin/main",)


def test_that_a_short_address_is_below_the_home(
    server: SshServer, maker: Maker, tmp_path: Path, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = os.path.relpath(there.parent, os.path.expanduser("~"))
    monkeypatch.setenv("GIT_SSH_COMMAND", f"{server.command} -p {server.port}")
    there.rename(there.with_name("plain"))
    repository = maker.repository()
    maker.large_version(repository)
    for number, path in enumerate((f"{home}/plain", f"~/{home}/plain")):
        set_remote(repository, "origin", f"127.0.0.1:{path}")
        maker.large_version(repository)
        assert push(repository).large == (2 if number == 0 else 1)


def test_that_a_host_that_is_not_known_is_told(
    here: ModelRepository, server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "known").write_text("")
    monkeypatch.setenv("GIT_SSH_COMMAND", server.command.replace(str(server.folder / "known"), str(tmp_path / "known")))
    with pytest.raises(RemoteError, match="not known to this computer"):
        push(here)
    kind, key, *_ = (server.folder / "other.pub").read_text().split()
    (tmp_path / "known").write_text(f"[127.0.0.1]:{server.port} {kind} {key}\n")
    with pytest.raises(RemoteError, match="another host key"):
        push(here)


def test_that_a_key_that_is_refused_is_told(
    here: ModelRepository, server: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "GIT_SSH_COMMAND", server.command.replace(str(server.folder / "user"), str(server.folder / "other"))
    )
    with pytest.raises(RemoteError, match="refused the key"):
        push(here)


def test_that_a_place_without_a_model_is_told(here: ModelRepository, server: SshServer, tmp_path: Path) -> None:
    set_remote(here, "origin", server.url(tmp_path / "nothing"))
    with pytest.raises(RemoteError, match="holds no model"):
        push(here)


def test_that_a_server_that_does_not_run_or_answer_is_told(
    here: ModelRepository, server: SshServer, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        set_remote(here, "origin", url_of(server, there).replace(f":{server.port}/", f":{port}/"))
        with pytest.raises(RemoteError, match="takes no connections"):
            push(here)
        silent.listen()
        monkeypatch.setattr(ssh, "IDLE_S", 0.5)
        with pytest.raises(RemoteError, match="did not answer"):
            push(here)


def test_that_a_silent_server_can_be_left(here: ModelRepository, server: SshServer, there: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f":{silent.getsockname()[1]}/"
        set_remote(here, "origin", url_of(server, there).replace(f":{server.port}/", address))
        calls = iter([False, False])
        with pytest.raises(TransferStopped):
            push(here, should_stop=lambda: next(calls, True))


def test_that_a_computer_without_ssh_is_told(here: ModelRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "there-is-no-such-program")
    with pytest.raises(RemoteError, match="ssh cannot be run"):
        push(here)


def test_that_a_hook_that_declines_is_told_and_nothing_moves(here: ModelRepository, there: Path) -> None:
    hook = there / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(RemoteError, match="hook declined"):
        push(here)
    assert git(there, "for-each-ref") == ""


def test_that_a_large_file_that_was_cut_off_gets_no_name(here: ModelRepository, there: Path, server: SshServer) -> None:
    calls = iter([False] * 40)
    stopped = 0
    for most in range(4, 40, 6):
        calls = iter([False] * most)
        try:
            push(here, should_stop=lambda calls=calls: next(calls, True))  # type: ignore[misc]
        except TransferStopped:
            stopped += 1
        for path in (there / "lfs").rglob("*"):
            assert not path.is_file() or path.name.startswith(".") or hash_of(path) == path.name
    assert stopped
    assert is_sound(there)
    push(here)
    assert is_sound(there)


def test_that_a_large_file_that_is_damaged_there_is_not_taken(
    here: ModelRepository, there: Path, server: SshServer, tmp_path: Path
) -> None:
    push(here)
    (large,) = (path for path in (there / "lfs" / "objects").rglob("*") if path.is_file())
    large.chmod(0o644)
    large.write_bytes(os.urandom(300_000))
    with pytest.raises(ModelError, match="damaged"):
        clone(url_of(server, there), tmp_path / "copy")
    large.unlink()
    with pytest.raises(RemoteError, match="lacks a large file"):
        clone(url_of(server, there), tmp_path / "copy")
    shutil.rmtree(there / "lfs")
    assert push(here).large == 1


def test_that_large_files_go_to_where_the_server_says(
    here: ModelRepository, there: Path, server: SshServer, tmp_path: Path, maker: Maker
) -> None:
    (tmp_path / "web").mkdir()
    web = WebServer(tmp_path / "web")
    program = server.programs / "git-lfs-authenticate"
    try:
        told = {"href": f"{web.url}/model.git/info/lfs", "header": {"Authorization": "Token sesame"}}
        program.write_text(f"#!/bin/sh\n[ -d \"$1\" ] && echo '{json.dumps(told)}'\n")
        program.chmod(0o755)
        git(here.root, "config", "http.sslCAInfo", str(web.certificate))
        assert push(here).large == 1
        assert not (there / "lfs").exists()
        assert ("POST", "/model.git/info/lfs/objects/batch", "Token sesame") in web.seen
        assert len([path for path in (tmp_path / "web" / "model.git").rglob("*") if path.is_file()]) == 1
        copy = maker.repository("copy")
        git(copy.root, "config", "http.sslCAInfo", str(web.certificate))
        set_remote(copy, "origin", url_of(server, there))
        assert pull(copy).large == 1
    finally:
        program.unlink(missing_ok=True)
        web.close()


def test_that_nothing_in_a_path_is_run(server: SshServer, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    address = SshAddress("127.0.0.1", f"/no/'; touch {planted}; '$(touch {planted})", port=server.port)
    status, _, _ = ssh.run(address, f"ls -d {ssh.shell_path(address.path)}", never)
    assert status != 0
    assert not planted.exists()
