"""A real ``sshd`` on this computer, for the user that runs the tests, on a port of its own."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

SSHD = shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def why_not() -> str:
    """Say why no server can be had here; nothing when one can."""
    if sys.platform == "win32" or SSHD is None or shutil.which("ssh") is None:
        return "sshd is not installed"
    if os.geteuid() == 0 and not Path("/run/sshd").is_dir():
        return "sshd of the system's administrator needs the folder /run/sshd"
    return ""


class SshServer:
    """Runs until it is closed; ``command`` is how this user's ``ssh`` is told of its keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.programs = folder / "bin"
        """What is put here is a program that can be run on the server."""
        self.programs.mkdir()
        for name in ("host", "user", "other"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        (folder / "authorized").write_bytes((folder / "user.pub").read_bytes())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kind, key, *_ = (folder / "host.pub").read_text().split()
        (folder / "known").write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {folder / 'host'}\n"
            f"AuthorizedKeysFile {folder / 'authorized'}\nPidFile none\nStrictModes no\nUsePAM no\n"
            f"SetEnv PATH={self.programs}{os.pathsep}{os.environ['PATH']}\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nAcceptEnv GIT_PROTOCOL\n"
        )
        assert SSHD is not None
        self._said = (folder / "said").open("wb")
        self._process = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=self._said, stdin=subprocess.DEVNULL
        )
        self._wait()

    def _wait(self) -> None:
        for _ in range(2000):
            assert self._process.poll() is None, (self.folder / "said").read_text()
            with socket.socket() as probe:
                probe.settimeout(0.05)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
        raise AssertionError("sshd takes no connections")

    @property
    def command(self) -> str:
        options = [
            "ssh",
            *("-F", "none"),
            *("-i", str(self.folder / "user")),
            *("-o", "IdentitiesOnly=yes"),
            *("-o", "IdentityAgent=none"),
            *("-o", f"UserKnownHostsFile={self.folder / 'known'}"),
            *("-o", "GlobalKnownHostsFile=none"),
        ]
        return shlex.join(options)

    def url(self, path: Path | str) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._said.close()
