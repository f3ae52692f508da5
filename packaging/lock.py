"""Write requirements.lock: the installed version of everything that the project and its tools need."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HEAD = """\
# The tested versions, as constraints: what a system does not need is not installed.
# Written by `python3 dev.py lock` after `.venv/bin/pip install --upgrade --editable ".[dev]"`.
"""


def closure(name: str, extras: tuple[str, ...] = ()) -> dict[str, str]:
    """Give the versions of ``name`` and of all that it needs, by canonical name."""
    versions: dict[str, str] = {}

    def visit(name: str, extras: tuple[str, ...]) -> None:
        try:
            found = distribution(name)
        except PackageNotFoundError:  # needed on another system only
            return
        # A local build such as 2.13.0+cpu is found by its plain version, on every system.
        versions[canonicalize_name(name)] = found.version.partition("+")[0]
        for text in found.requires or []:
            needed = Requirement(text)
            applies = needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras))
            if applies and canonicalize_name(needed.name) not in versions:
                visit(needed.name, tuple(needed.extras))

    visit(name, extras)
    return versions


def main() -> None:
    """Write the file."""
    versions = closure("aetheron-desktop", ("dev",))
    del versions["aetheron-desktop"]
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    Path(__file__).parents[1].joinpath("requirements.lock").write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"requirements.lock: {len(lines)} versions")


if __name__ == "__main__":
    main()
