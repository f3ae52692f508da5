"""The command line on a workspace of its own: called in this process, or started as the program."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from aetheron_desktop.__main__ import main
from tests.e2e.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


class Line:
    """The command line; ``config`` is where its keys and settings lie, by default where those of all tests do."""

    def __init__(self, workspace: Path, config: Path | None = None) -> None:
        self.workspace = workspace
        self.config = config
        self._environment = {} if config is None else {"AETHERON_CONFIG": str(config)}

    def run(self, *words: str, says: str = "") -> Done:
        """Do a command in this process, which need not load the libraries for each anew."""
        stdin = io.TextIOWrapper(io.BytesIO(says.encode()), encoding="utf-8")
        with TemporaryFile() as out, TemporaryFile() as err:
            with (
                mock.patch.dict(os.environ, self._environment),  # what it sets for its libraries is taken back
                mock.patch("sys.stdin", stdin),
                _written_to("stdout", 1, out),
                _written_to("stderr", 2, err),
            ):
                try:
                    code = main([*words, *self._there])
                except SystemExit as error:  # argparse says so
                    code = int(error.code or 0)
            return Done(code, _text(out), _text(err))

    def program(self, *words: str, says: str = "", **environment: str) -> Done:
        """Do a command by the real program."""
        done = subprocess.run(
            self.command(*words), cwd=ROOT, capture_output=True, encoding="utf-8", check=False, input=says,
            env=self.surroundings | environment,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def command(self, *words: str) -> list[str]:
        """Give what starts the real program."""
        return [sys.executable, "-m", "aetheron_desktop", *words, *self._there]

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of the real program."""
        return os.environ | self._environment

    @property
    def _there(self) -> list[str]:
        return ["--workspace", str(self.workspace)]

    def say(self, *words: str, says: str = "", really: bool = False) -> str:
        """Give what is written for people, of what must go well; ``really`` by the real program."""
        done = (self.program if really else self.run)(*words, says=says)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def records(self, *words: str, really: bool = False) -> list[dict[str, Any]]:
        """Give the records, of what must go well; each line must be one."""
        return [json.loads(text) for text in self.say(*words, "--json", really=really).splitlines()]

    def answer(self, *words: str, really: bool = False) -> dict[str, Any]:
        """Give the last answer of a job."""
        told = self.records(*words, really=really)
        found: dict[str, Any] = [record["answer"] for record in told if record.get("kind") == "answered"][-1]
        return found


@contextmanager
def _written_to(name: str, descriptor: int, file: IO[bytes]) -> Iterator[None]:
    """Have in ``file`` all that is written to ``descriptor``, which Python knows as ``sys.name``, by C code as well."""
    with ExitStack() as stack:
        before = os.dup(descriptor)
        stack.callback(os.close, before)
        os.dup2(file.fileno(), descriptor)
        stack.callback(os.dup2, before, descriptor)
        stream = stack.enter_context(open(descriptor, "w", encoding="utf-8", closefd=False))
        stack.enter_context(mock.patch.object(sys, name, stream))
        yield


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
