#!/usr/bin/env python3
"""Set up, run, test, measure and bundle Aetheron Desktop; needs Python 3.11 or newer and nothing else.

python3 dev.py run [FILE]    open the window (without a screen: do the main job on the terminal)
python3 dev.py test [ARGS]   lint, types, import contracts and tests; ARGS go to pytest
python3 dev.py lint          lint, types and import contracts alone
python3 dev.py bench [ARGS]  measure, and print a table
python3 dev.py corpora       import the files of the corpora beside this folder; print what falls short, and the score
python3 dev.py fuzz [MIN]    import files that are spoilt at random for so many minutes
python3 dev.py bundle        build the program that runs without Python; print its size and start time
python3 dev.py smoke         start the built program, and do the main job with it
python3 dev.py lock          write requirements.lock anew from what is installed
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "aetheron.stamp"
UNFINISHED = VENV / "aetheron.unfinished"
OLDEST, NEWEST = (3, 11), (3, 13)

# The shared libraries that Qt loads and does not bring, and the Debian package of each: what the libraries of PySide6
# ask for and a bare Debian 12 and 13 have not. Releases that renamed a package (libglib2.0-0t64) provide the old name.
DRAWING = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libbrotlidec.so.1": "libbrotli1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
WINDOW = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "objdump": "binutils"}
FONTS = "fonts-dejavu-core"
SCREEN_NEEDS = (*DRAWING, *WINDOW, "fonts", "Xvfb", "xdotool")
OTHER_SYSTEMS = {
    "dnf": "dnf install mesa-libEGL mesa-libGL libxkbcommon-x11 xcb-util xcb-util-cursor xcb-util-wm xcb-util-keysyms "
    "xcb-util-image xcb-util-renderutil dbus-libs fontconfig brotli krb5-libs dejavu-sans-fonts "
    "xorg-x11-server-Xvfb xdotool",
    "pacman": "pacman -S --needed libglvnd libxkbcommon-x11 xcb-util xcb-util-cursor xcb-util-wm xcb-util-keysyms "
    "xcb-util-image xcb-util-renderutil dbus fontconfig brotli krb5 ttf-dejavu xorg-server-xvfb xdotool",
    "zypper": "zypper install libEGL1 Mesa-libGL1 libxkbcommon-x11-0 libxcb-util1 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libdbus-1-3 fontconfig libbrotlidec1 krb5 dejavu-fonts "
    "xorg-x11-server-Xvfb xdotool",
}


class Refusal(Exception):
    """What is wrong and what to do next, in words for people."""


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument names, and give the exit code."""
    verb, rest = (arguments[0], list(arguments[1:])) if arguments else ("--help", [])
    verbs = {"run": run, "test": test, "lint": lint, "bench": bench, "corpora": corpora,
             "fuzz": fuzz, "bundle": bundle, "smoke": smoke, "lock": lock}  # fmt: skip
    if verb not in verbs:
        print(__doc__)
        return 0 if verb in {"-h", "--help"} else 2
    try:
        check_python(sys.version_info[:2])
        return verbs[verb](rest)
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


# -- the verbs --------------------------------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Open the window, or do the main job on the terminal where there is no screen."""
    shown = has_screen()
    set_up(developer=False, needs=(*DRAWING, *WINDOW, "fonts") if shown else (*DRAWING, "fonts"))
    program = [str(PYTHON), "-m", "aetheron_desktop"]
    table, workspace = main_job(arguments) if not shown else (None, [])
    if table is None:
        return replace_process([*program, *arguments])
    print("There is no display, so the main job is done here on the terminal.\n", flush=True)
    code = subprocess.run([*program, "train", *table, *workspace], check=False).returncode
    if code:
        return code
    picture = ROOT / "build" / "window.png"
    picture.parent.mkdir(exist_ok=True)
    code = subprocess.run([*program, *workspace, "--screenshot", str(picture)], check=False).returncode
    if code == 0:
        command = subprocess.list2cmdline([str(PYTHON), "-m", "aetheron_desktop", "models", *workspace])
        print(f"\nThe models are kept:              {command}")
        print(f"The window, drawn off-screen:     {picture}")
    return code


def main_job(arguments: Sequence[str]) -> tuple[list[str] | None, list[str]]:
    """Give what to train on and in which workspace; nothing to train on when ``arguments`` ask for something else."""
    table = [str(ROOT / "data" / "penguins.csv"), "--target", "species"]
    workspace: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == "--workspace" and words:
            workspace = [word, words.pop(0)]
        elif word.startswith("--workspace="):
            workspace = [word]
        elif not word.startswith("-") and Path(word).is_file():
            table = [word]
        else:
            return None, []
    return table, workspace


def test(arguments: list[str]) -> int:
    """Check everything, then run the tests; all of them side by side, those that are named one after the other."""
    set_up(developer=True, needs=SCREEN_NEEDS)
    if code := static_checks():
        return code
    # The tests of a file stay together, as they share what the file prepares; each process has a screen of its own.
    # In the order of the folders those that train for minutes come first, and no process waits for another at the end.
    in_order = ["--dist", "loadfile", "--no-loadscope-reorder"]
    parallel = [] if arguments else ["-n", str(min(4, os.cpu_count() or 1)), *in_order]
    with screen() as environment:
        # pytest exits with 5 when it finds no test; that is a failure like any other.
        return in_environment(["-m", "pytest", *parallel, *arguments], environment)


def lint(arguments: list[str]) -> int:
    """Check style, format, types and import contracts."""
    del arguments
    set_up(developer=True)
    return static_checks()


def static_checks() -> int:
    """Run all of them, so that one start shows everything there is to mend."""
    contracts = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    checks = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        # As on Linux, whatever this system is: branches for another one count as unreachable.
        "mypy": ["-m", "mypy", "--platform", "linux"],
        "import contracts": ["-c", contracts, "--no-logo"],
    }
    failed = []
    for name, command in checks.items():
        print(f"— {name}", flush=True)
        if in_environment(command):
            failed.append(name)
    if failed:
        print(f"\nTo mend: {', '.join(failed)}. No test was run.", file=sys.stderr)
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """Measure."""
    set_up(developer=True, needs=SCREEN_NEEDS)
    with screen() as environment:
        return in_environment(["-m", "tests.benchmarks", *arguments], environment)


def corpora(arguments: list[str]) -> int:
    """Import files that are known to be hard, and print the score."""
    set_up(developer=True)
    return in_environment(["-m", "tests.corpora", *arguments])


def fuzz(arguments: list[str]) -> int:
    """Look for files that the import breaks on."""
    set_up(developer=True)
    return in_environment(["-m", "tests.fuzz", *arguments])


def bundle(arguments: list[str]) -> int:
    """Build the frozen program, and print its size, its largest parts and its start time."""
    set_up(developer=True, needs=(*SCREEN_NEEDS, "objdump"))
    spec = str(ROOT / "packaging" / "aetheron.spec")
    built = in_environment(["-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *arguments, spec])
    if built:
        return built
    with screen() as environment:
        return in_environment(["packaging/measure.py"], environment)


def smoke(arguments: list[str]) -> int:
    """Do the main job with the frozen program."""
    set_up(developer=True, needs=SCREEN_NEEDS)
    with screen() as environment:
        return in_environment(["packaging/smoke.py", *arguments], environment)


def lock(arguments: list[str]) -> int:
    """Write the versions that are installed into requirements.lock."""
    del arguments
    set_up(developer=True)
    return in_environment(["packaging/lock.py"])


# -- the environment --------------------------------------------------------------------------------------------------


def check_python(version: tuple[int, int]) -> None:
    """Refuse a Python that the program does not run on, and name one that it does."""
    if OLDEST <= version <= NEWEST:
        return
    names = [f"python{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    other = next((name for name in names if shutil.which(name)), None)
    raise Refusal(
        f"This is Python {version[0]}.{version[1]}, and Aetheron Desktop needs 3.{OLDEST[1]} to 3.{NEWEST[1]}.\n"
        + (f"Use the one that is here: {other} dev.py" if other else "Install one, and start dev.py with it.")
    )


def set_up(*, developer: bool, needs: Sequence[str] = ()) -> None:
    """Have the system's part and the virtual environment; when nothing has changed this only reads three files."""
    content = fingerprint(ROOT)
    wanted = {*needs, "program", *(["tools"] if developer else [])}
    known = read_stamp(STAMP, content)
    if wanted <= known and PYTHON.exists():
        return
    usable = is_usable()
    have_system_parts([need for need in needs if need not in known], make_environment=not usable)
    if not usable:
        make_environment()
        known -= {"program", "tools"}
    if not {"program", "tools"} & wanted <= known:
        install(".[dev]" if developer or "tools" in installed_for(STAMP) else ".")
    STAMP.write_text("\n".join([content, *sorted(known | wanted)]) + "\n", encoding="utf-8")


def fingerprint(root: Path) -> str:
    """Give a hash of what an environment was made from: declared and locked versions, Python, and the place."""
    content = hashlib.sha256(f"{platform.machine()} {sys.version_info[:2]} {root}".encode())
    for name in ("pyproject.toml", "requirements.lock"):
        content.update((root / name).read_bytes())
    return content.hexdigest()


def read_stamp(stamp: Path, content: str) -> set[str]:
    """Give what is known to be there, which is nothing when the environment was made from something else."""
    try:
        first, *rest = stamp.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return set()
    return set(rest) if first == content else set()


def installed_for(stamp: Path) -> set[str]:
    """Give what an environment was made for, also when what it was made from has changed since."""
    return set(stamp.read_text(encoding="utf-8").split()[1:]) if stamp.exists() else set()


def is_usable() -> bool:
    """Whether the environment was made whole, and by a Python of this version."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    code = "import pip, sys; print(sys.version_info[:2])"
    try:
        answer = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == str(sys.version_info[:2])


def make_environment() -> None:
    """Make the virtual environment anew."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        raise Refusal(f"{VENV} must be made anew, and its own Python runs this.\nUse another: python3 dev.py")
    import venv  # a second start does without

    print(f"Setting up {VENV} (once; this takes a few minutes)…", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()
    try:
        venv.create(VENV, with_pip=True, symlinks=os.name != "nt")
    except (subprocess.CalledProcessError, OSError) as error:
        raise Refusal(f"{VENV} could not be made: {error}") from error


def install(what: str) -> None:
    """Install the program, and with it the locked versions of what it needs.

    Raises:
        Refusal: pip failed; it has said why.
    """
    UNFINISHED.touch()
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    command = ["-m", "pip", "install", *quiet, "--disable-pip-version-check", "--constraint", "requirements.lock"]
    code = in_environment([*command, "--editable", what])
    # A pip that was killed leaves this mark, and the next start makes the environment anew.
    UNFINISHED.unlink()
    if code:
        raise Refusal("The libraries could not be installed; what pip says stands above.\nMend that and start again.")
    # pip compiles what it copies, and an editable project is not copied: its first start would do so, a sixth slower.
    in_environment(["-m", "compileall", "-q", "aetheron_desktop"])


# -- the system's part ------------------------------------------------------------------------------------------------


def have_system_parts(needs: Sequence[str], *, make_environment: bool) -> None:
    """On Linux, have what Qt and the tests load: install it when that is allowed, or say how.

    Raises:
        Refusal: something is missing and cannot be installed from here.
    """
    if sys.platform != "linux":
        return
    missing = missing_packages(needs)
    if make_environment and not has_ensurepip():
        missing.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    if not missing:
        return
    prefix = right_to_install() if shutil.which("apt-get") else None
    if prefix is not None:
        print(f"Installing for the system: {' '.join(missing)}", flush=True)
        apt = [*prefix, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
        command = [*apt, "install", "--yes", "--no-install-recommends", *missing]
        # The lists of packages may be absent or old; then they are fetched.
        if quietly(command) or quietly([*apt, "update"]) or quietly(command, last=True):
            raise Refusal(f"That failed. Install them by hand: {install_command(missing)}")
        return
    raise Refusal(f"Missing on this system: {' '.join(missing)}.\nInstall what is needed: {install_command(missing)}")


def missing_packages(needs: Sequence[str]) -> list[str]:
    """Give the Debian packages of what is not there, each once."""
    packages = {**DRAWING, **WINDOW, **PROGRAMS, "fonts": FONTS}
    return [packages[need] for need in needs if not is_there(need)]


def is_there(need: str) -> bool:
    """Whether the dynamic linker finds the library, the shell the program, or fontconfig a font to read in."""
    if need in PROGRAMS:
        return shutil.which(need) is not None
    if need == "fonts":
        folders = (Path("/usr/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts")
        return any("mono" not in font.name.lower() for folder in folders for font in folder.glob("**/*.[to]tf"))
    import ctypes  # a second start does without

    try:
        ctypes.CDLL(need)
    except OSError:
        return False
    return True


def has_ensurepip() -> bool:
    """Whether this Python can make a virtual environment; Debian keeps that in a package of its own."""
    try:
        import ensurepip  # noqa: F401  # only whether it is there
    except ImportError:
        return False
    return True


def right_to_install() -> list[str] | None:
    """Give what stands before a command that needs root: nothing for root, sudo where it asks no password."""
    if sys.platform == "win32":
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    return [sudo, "-n"] if sudo and not quietly([sudo, "-n", "true"]) else None


def install_command(packages: Sequence[str]) -> str:
    """Give the one command that installs ``packages``, in the words of this system's package manager."""
    for manager, command in OTHER_SYSTEMS.items():
        if shutil.which(manager) and not shutil.which("apt-get"):
            return f"sudo {command}"
    return f"sudo apt-get update && sudo apt-get install {' '.join(packages)}"


def quietly(command: Sequence[str], *, last: bool = False) -> bool:
    """Whether ``command`` fails; what it says is shown of the ``last`` attempt alone."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode and last:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode != 0


# -- the screen -------------------------------------------------------------------------------------------------------


def has_screen(system: str = sys.platform, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a window can be shown."""
    return system != "linux" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """Give the environment of programs with a screen: on Linux a virtual one, as tests move the mouse."""
    if sys.platform != "linux":
        yield dict(os.environ)
        return
    read, write = os.pipe()
    options = ["-screen", "0", "1920x1080x24", "-noreset", "-nolisten", "tcp"]
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), *options], pass_fds=[write], stderr=subprocess.DEVNULL
    ) as server:
        os.close(write)
        try:
            with os.fdopen(read) as answer:
                # Xvfb chooses a free number and writes it once it answers.
                number = answer.readline().strip()
            if not number:
                raise Refusal("The virtual screen did not start. See what it says: Xvfb :99")
            environment = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
            yield {**environment, "DISPLAY": f":{number}", "XDG_SESSION_TYPE": "x11"}
        finally:
            server.terminate()


# -- processes --------------------------------------------------------------------------------------------------------


def in_environment(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run the environment's Python in the project's root, and give the exit code."""
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=environment, check=False).returncode


def replace_process(command: list[str]) -> int:
    """Become ``command``; Windows has no such thing, and waits for it."""
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606  # the words are those that were typed
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
