"""What no test may do: read or write the settings, the keys or the Git configuration of whoever runs it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from aetheron_desktop.engine.jobs.process import environment
from dev import has_screen, screen

_screens = ExitStack()


def pytest_configure() -> None:
    # As the program has it in its workers, here with one thread each. A thread that spins while it waits for one that
    # has no core takes forty times what the work does, and processes side by side leave no core free.
    os.environ |= environment(1)
    # Processes side by side would take the mouse and the keys from each other.
    if "PYTEST_XDIST_WORKER" in os.environ and has_screen():
        os.environ |= _screens.enter_context(screen())


def pytest_unconfigure() -> None:
    _screens.close()


@pytest.fixture(scope="session", autouse=True)
def nobodys_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("config")
        patch.setenv("AETHERON_CONFIG", str(folder))
        patch.setenv("GIT_CONFIG_GLOBAL", str(folder / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_AUTHOR_NAME", "Ada Lovelace")
        patch.setenv("GIT_AUTHOR_EMAIL", "ada@example.org")
        yield
