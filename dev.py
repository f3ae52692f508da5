#!/usr/bin/env python3
"""Set up, run, test, measure and bundle Aetheron Desktop; needs Python 3.11 or newer and nothing else.

python3 dev.py run [FILE]    open the window (without a screen: do the main job on the terminal)
python3 dev.py test [ARGS]   lint, types, import contracts and tests; ARGS go to pytest
python3 dev.py lint          lint, types and import contracts alone
python3 dev.py bench         measure, and print a table
python3 dev.py bundle        build the program that runs without Python, and print its size
python3 dev.py lock          write requirements.lock anew from what is installed
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "aetheron.stamp"
OLDEST = (3, 11)
NEWEST = (3, 14)

# Shared libraries that Qt and LightGBM-like extensions load, and the Debian package of each. Found by starting the
# window and the tests in a bare Debian and adding what was missing. Newer releases have renamed some to …t64.
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgomp.so.1": "libgomp1",
}
WINDOW_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
TEST_PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool"}
FONTS = "fonts-dejavu-core"
RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}
INSTALLERS = {
    "dnf": "dnf install mesa-libEGL mesa-libGL libxkbcommon-x11 xcb-util-cursor xcb-util-wm xcb-util-keysyms "
    "xcb-util-image xcb-util-renderutil dbus-libs fontconfig libgomp xorg-x11-server-Xvfb xdotool",
    "pacman": "pacman -S --needed libglvnd libxkbcommon-x11 xcb-util-cursor xcb-util-wm xcb-util-keysyms "
    "xcb-util-image xcb-util-renderutil dbus fontconfig gcc-libs xorg-server-xvfb xdotool",
    "zypper": "zypper install libEGL1 Mesa-libGL1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
    "libxcb-image0 libxcb-render-util0 libdbus-1-3 fontconfig libgomp1 xorg-x11-server-Xvfb xdotool",
}


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument names."""
    verb, rest = (arguments[0], list(arguments[1:])) if arguments else ("--help", [])
    verbs = {"run": run, "test": test, "lint": lint, "bench": bench, "bundle": bundle, "lock": lock}
    if verb not in verbs:
        print(__doc__)
        return 0 if verb in {"-h", "--help"} else 2
    if not OLDEST <= sys.version_info[:2] < NEWEST:
        return refuse(
            f"Python {platform.python_version()} runs this, and Aetheron Desktop needs "
            f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1] - 1}.",
            f"Start it with another Python: python3.11 dev.py {verb}",
        )
    try:
        return verbs[verb](rest)
    except subprocess.CalledProcessError as error:
        return refuse(f"This failed with exit code {error.returncode}: {' '.join(map(str, error.cmd))}", "")
    except KeyboardInterrupt:
        return 130


# -- the verbs --------------------------------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Open the window, or do the main job on the terminal where there is no screen."""
    has_display = has_screen()
    set_up(developer=False, libraries=QT_LIBRARIES | (WINDOW_LIBRARIES if has_display else {}))
    program = [str(PYTHON), "-m", "aetheron_desktop"]
    if has_display or arguments:
        return replace_process([*program, *arguments])
    print("There is no display, so the main job is done here on the terminal, with a sample table.\n", flush=True)
    code = subprocess.run(
        [*program, "train", str(ROOT / "data" / "penguins.csv"), "--target", "species"], check=False
    ).returncode
    if code:
        return code
    picture = Path.cwd() / "aetheron-window.png"
    offscreen = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    code = subprocess.run([*program, "--screenshot", str(picture)], env=offscreen, check=False).returncode
    if code == 0:
        print(f"\nThe window, drawn off-screen, is in {picture}.")
        print("The models stay in the workspace: python -m aetheron_desktop models")
    return code


def test(arguments: list[str]) -> int:
    """Check everything, then run the tests."""
    code = lint([])
    if code:
        return code
    with screen():
        # pytest exits with 5 when it finds no test; that is a failure like any other.
        return subprocess.run([str(PYTHON), "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


def lint(arguments: list[str]) -> int:
    """Check style, format, types and import contracts."""
    del arguments
    set_up(developer=True, libraries=QT_LIBRARIES | WINDOW_LIBRARIES, programs=TEST_PROGRAMS)
    checks = (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["importlinter"],
    )
    for check in checks:
        name = " ".join(check)
        command = [str(PYTHON), "-m", *check] if check[0] != "importlinter" else [str(PYTHON), "-c", LINT_IMPORTS]
        print(f"— {name}", flush=True)
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code:
            return refuse(f"{name} found something to mend.", "")
    return 0


LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


def bench(arguments: list[str]) -> int:
    """Measure."""
    set_up(developer=True, libraries=QT_LIBRARIES | WINDOW_LIBRARIES, programs=TEST_PROGRAMS)
    with screen():
        return subprocess.run([str(PYTHON), "-m", "tests.benchmarks", *arguments], cwd=ROOT, check=False).returncode


def bundle(arguments: list[str]) -> int:
    """Build the frozen program, and print its size, its largest parts and its start time."""
    set_up(developer=True, libraries=QT_LIBRARIES)
    spec = ROOT / "packaging" / "aetheron.spec"
    command = [str(PYTHON), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *arguments, str(spec)]
    subprocess.run(command, cwd=ROOT, check=True)
    folder = ROOT / "dist" / "aetheron-desktop"
    sizes = part_sizes(folder)
    print(f"\n{folder.relative_to(ROOT)}: {sum(sizes.values()) / 1e6:,.0f} MB")
    for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:12]:
        print(f"  {size / 1e6:7.1f} MB  {name}")
    program = folder / ("aetheron-desktop.exe" if os.name == "nt" else "aetheron-desktop")
    began = time.perf_counter()
    subprocess.run([str(program), "--version"], check=True)
    print(f"--version answers in {(time.perf_counter() - began) * 1000:.0f} ms")
    return 0


def lock(arguments: list[str]) -> int:
    """Write the versions that are installed into requirements.lock."""
    del arguments
    set_up(developer=True, libraries={})
    made = subprocess.run([str(PYTHON), "-c", LOCK], check=True, capture_output=True, text=True).stdout
    (ROOT / "requirements.lock").write_text(made, encoding="utf-8")
    print(f"requirements.lock: {len(made.splitlines()) - 2} versions")
    return 0


LOCK = """
from importlib.metadata import PackageNotFoundError, distribution
from packaging.requirements import Requirement

versions = {}

def visit(name, extras=()):
    key = name.lower().replace("_", "-").replace(".", "-")
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    # A local build such as 2.13.0+cpu is found by its plain version, on every system.
    versions[key] = found.version.partition("+")[0]
    for text in found.requires or []:
        needed = Requirement(text)
        wanted = needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in ("", *extras))
        if wanted and needed.name.lower().replace("_", "-").replace(".", "-") not in versions:
            visit(needed.name, needed.extras)

visit("aetheron-desktop", ("dev",))
del versions["aetheron-desktop"]
print("# The tested versions, as constraints: what a system does not need is not installed.")
print("# Written by `python3 dev.py lock` after `pip install --upgrade --editable .[dev]`.")
for name in sorted(versions):
    print(f"{name}=={versions[name]}")
"""


# -- the environment --------------------------------------------------------------------------------------------------


def set_up(*, developer: bool, libraries: dict[str, str], programs: dict[str, str] | None = None) -> None:
    """Have the system libraries and the virtual environment; when nothing has changed this only reads one file."""
    wanted = stamp(developer=developer, libraries=libraries, programs=programs or {})
    try:
        if wanted in STAMP.read_text(encoding="utf-8").split() and PYTHON.exists():
            return
    except OSError:
        pass
    system_libraries(libraries, programs or {})
    if not is_usable(PYTHON):
        print(f"Setting up {VENV.name} (once; it takes a few minutes)…", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        venv.create(VENV, with_pip=True)
    what = ".[dev]" if developer else "."
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--constraint", "requirements.lock", "--editable", what], cwd=ROOT, check=True)
    known = STAMP.read_text(encoding="utf-8").split() if STAMP.exists() else []
    current = wanted.partition(":")[0]
    kept = [line for line in known if line.partition(":")[0] == current]
    STAMP.write_text("\n".join({*kept, wanted}) + "\n", encoding="utf-8")


def stamp(*, developer: bool, libraries: dict[str, str], programs: dict[str, str]) -> str:
    """Give the mark of a finished set-up: what was installed, before the colon, and for whom, behind it."""
    content = hashlib.sha256(platform.python_version().encode())
    for name in ("pyproject.toml", "requirements.lock"):
        content.update((ROOT / name).read_bytes())
    purpose = hashlib.sha256(" ".join([str(developer), *sorted(libraries), *sorted(programs)]).encode())
    return f"{content.hexdigest()[:16]}:{purpose.hexdigest()[:16]}"


def is_usable(python: Path) -> bool:
    """Whether the environment was made whole, by a Python of this version."""
    if not python.exists():
        return False
    code = "import pip, sys; print('.'.join(map(str, sys.version_info[:2])))"
    try:
        answer = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == ".".join(map(str, sys.version_info[:2]))


def system_libraries(libraries: dict[str, str], programs: dict[str, str]) -> None:
    """On Linux, have the shared libraries that Qt loads: install them when that is allowed, or say how.

    Raises:
        SystemExit: some are missing and cannot be installed from here.
    """
    if sys.platform != "linux":
        return
    packages = missing_packages(libraries, programs)
    if not packages:
        return
    command = install_command(packages)
    if shutil.which("apt-get") and (prefix := right_to_install()) is not None:
        print(f"Installing what Qt needs: {' '.join(packages)}", flush=True)
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*prefix, "apt-get", "update", "-qq"], env=quiet, check=True)
        packages = [available(package) for package in packages]
        install = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(install, env=quiet, check=True, stdout=subprocess.DEVNULL)
        if not missing_packages(libraries, programs):
            return
    sys.exit(refuse("Some system libraries that the window needs are missing.", f"Install them: {command}"))


def missing_packages(libraries: dict[str, str], programs: dict[str, str]) -> list[str]:
    """Give the Debian packages of the libraries and programs that are not there."""
    absent = [package for name, package in libraries.items() if not can_load(name)]
    absent += [package for name, package in programs.items() if shutil.which(name) is None]
    if "libEGL.so.1" in libraries and not any(Path("/usr/share/fonts").glob("**/*.[to]tf")):
        absent.append(FONTS)
    return absent


def can_load(name: str) -> bool:
    """Whether the dynamic linker finds the shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def install_command(packages: Sequence[str]) -> str:
    """Give the one command that installs ``packages``, in the words of this system's package manager."""
    for manager, command in INSTALLERS.items():
        if shutil.which(manager) and not shutil.which("apt-get"):
            return f"sudo {command}"
    return f"sudo apt-get install {' '.join(packages)}"


def right_to_install() -> list[str] | None:
    """Give what stands before a command that needs root: nothing for root, sudo where it asks no password."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def available(package: str) -> str:
    """Give the name that this release has for the package."""
    shown = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    return package if shown.returncode == 0 and shown.stdout else RENAMED.get(package, package)


# -- the screen -------------------------------------------------------------------------------------------------------


def has_screen() -> bool:
    """Whether a window can be shown."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def screen() -> Iterator[None]:
    """Have a screen: the one there is, or a virtual one for as long as this lasts."""
    if has_screen() and sys.platform != "linux":
        yield
        return
    if os.environ.get("DISPLAY"):
        yield
        return
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        # Xvfb chooses a free display and writes its number once it answers.
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            sys.exit(refuse("The virtual screen (Xvfb) did not start.", "Start it by hand and set DISPLAY."))
        os.environ["DISPLAY"] = f":{number}"
        yield
    finally:
        os.environ.pop("DISPLAY", None)
        server.terminate()
        server.wait()


# -- the rest ---------------------------------------------------------------------------------------------------------


def replace_process(command: list[str]) -> int:
    """Become ``command``; Windows has no such thing, and waits for it."""
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606 - the list is ours
    return subprocess.run(command, check=False).returncode


def part_sizes(folder: Path) -> dict[str, int]:
    """Give the bytes of each entry of the bundle's library folder, and of the program itself."""
    inner = folder / "_internal"
    sizes = {child.name: size_of(child) for child in inner.iterdir()} if inner.is_dir() else {}
    for child in folder.iterdir():
        if child != inner:
            sizes[child.name] = size_of(child)
    return sizes


def size_of(path: Path) -> int:
    """Give the bytes of a file or of all files below a folder; a link counts nothing."""
    if path.is_symlink():
        return 0
    if path.is_file():
        return path.stat().st_size
    return sum(size_of(child) for child in path.iterdir())


def refuse(what: str, then: str) -> int:
    """Say what is wrong and what to do next, and give the exit code 1."""
    print(f"\n{what}", file=sys.stderr)
    if then:
        print(then, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
