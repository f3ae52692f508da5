"""The main job with the frozen program, as a person does it, and again from the command line.

Starts the window on a (virtual) screen, drops a sample table on it, trains, predicts a file, quits; then imports,
trains and predicts with commands, does with versions what they are for, and looks at models and runs. Exit code, error
output (against ``smoke-allowed-stderr.txt``) and the processes that are left decide. The window is driven by xdotool,
on X11 alone; elsewhere it is only seen to start.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import smoke_analysis
import smoke_versions
from frozen import ROOT, painted, records, require_built, start_window, wait_until

SAMPLE = ROOT / "data" / "penguins.csv"
ROWS = 344
MODELS = 2
"""Nothing is chosen: the baseline, and the ensemble of a minute."""
STEPS = '[{"do":"fill","columns":["sex"],"by":"mode"}]'
TABLE_WORK = (
    ("profile", "penguins", "--target", "species"),
    ("check", "penguins", "--target", "species"),
    ("split", "penguins", "--name", "islands", "--by", "group", "--column", "island"),
    ("prepare", "penguins", "--steps", "HOME/steps.json", "--name", "filled"),
    ("drift", "penguins", "filled"),
    ("diff", "penguins", "filled"),
    ("export", "filled", "--out", "HOME/filled.xlsx"),
    ("import", "HOME/filled.xlsx"),
)
"""What is done with tables by commands, each of which needs libraries of its own."""
DRIVEN = sys.platform == "linux"
ALLOWED = Path(__file__).with_name("smoke-allowed-stderr.txt")


def main() -> int:
    """Do the job twice, and tell what was wrong; 0 when nothing was."""
    require_built()
    with tempfile.TemporaryDirectory() as folder:
        wrong = [*window(Path(folder) / "window"), *commands(Path(folder) / "commands")]
    for fault in wrong:
        print(f"WRONG: {fault}", file=sys.stderr)
    print("the frozen program does not do its job" if wrong else "the frozen program does its job")
    return int(bool(wrong))


def window(home: Path) -> list[str]:
    """Do the job in the window, and give what was wrong."""
    home.mkdir()
    program = start_window(home, home / "errors.txt")
    left: list[psutil.Process] = []
    try:
        wait_until(lambda: painted(home), "the first frame")
        print("window: the first frame is drawn")
        if DRIVEN:
            left = drive(home, psutil.Process(program.pid))
            if (code := program.wait(30)) != 0:
                return [f"the window ended with exit code {code}", *complaints(home / "errors.txt")]
            _, alive = psutil.wait_procs(left, timeout=20)
            return [f"process left behind: {process}" for process in alive] + complaints(home / "errors.txt")
        return complaints(home / "errors.txt")
    except (TimeoutError, subprocess.SubprocessError) as error:
        return [str(error), *complaints(home / "errors.txt")]
    finally:
        for process in left:
            if process.is_running():
                process.kill()
        program.kill()
        program.wait()


def drive(home: Path, program: psutil.Process) -> list[psutil.Process]:
    """Drop, train, predict and quit by mouse and keys; give the processes that the program had."""
    out = home / "predicted.csv"
    wait_until(lambda: bool(windows(program, "Aetheron")), "the window")
    shown = windows(program, "Aetheron")[0]
    drop(shown)
    wait_until(lambda: imported(program), "the import", 60)
    print("window: the dropped table was looked at, and is open")
    keys(shown, "ctrl+r")
    wait_until(lambda: len(records(home, "models")) == MODELS, "the models", 300)
    print(f"window: {MODELS} models are trained")
    keys(shown, "ctrl+3")
    keys(shown, "ctrl+Return")
    dialog = xdotool("search", "--sync", "--onlyvisible", "--name", "^Predict$").split()[0]
    xdotool("windowfocus", "--sync", dialog)
    xdotool("type", "--delay", "5", str(SAMPLE))
    keys(dialog, "Tab", "Tab", "ctrl+a")
    xdotool("type", "--delay", "5", str(out))
    keys(dialog, "Return")
    wait_until(lambda: rows(out) == ROWS, "the predictions")
    print(f"window: {ROWS} rows are predicted")
    processes = program.children(recursive=True)
    keys(shown, "ctrl+q")
    return processes


def windows(program: psutil.Process, title: str) -> list[str]:
    """Give the windows of the program of which the title matches."""
    words = ["xdotool", "search", "--all", "--onlyvisible", "--pid", str(program.pid), "--name", title]
    return subprocess.run(words, check=False, capture_output=True, text=True, timeout=60).stdout.split()


def imported(program: psutil.Process) -> bool:
    """Accept the preview as soon as it takes that, and say whether the table's name stands in the window's title."""
    for preview in windows(program, "^Import$"):
        xdotool("windowfocus", "--sync", preview)
        xdotool("key", "Return", "sleep", "0.5")
    return bool(windows(program, f"^{SAMPLE.stem} "))


def drop(shown: str) -> None:
    """Drag the sample from another program's window onto the middle of ``shown``."""
    place = dict(line.split("=") for line in xdotool("getwindowgeometry", "--shell", shown).split())
    x = int(place["X"]) + int(place["WIDTH"]) // 2
    y = int(place["Y"]) + int(place["HEIGHT"]) // 2
    source = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.drag_source", str(SAMPLE)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert source.stdout is not None
    with source.stdout as said:
        said.readline()  # it is ready
        xdotool("mousemove", "60", "20", "mousedown", "1")
        for step in range(1, 21):
            way = (60 + (x - 60) * step // 20, 20 + (y - 20) * step // 20)
            xdotool("mousemove", "--sync", *map(str, way), "sleep", "0.03")
        xdotool("mousemove", "--sync", str(x + 3), str(y + 3), "sleep", "0.3", "mouseup", "1")
        answer = said.readline().strip()
        if answer != "CopyAction":
            source.kill()
            raise TimeoutError(f"the window did not take the drop: {answer}")
        # It must stay while the window asks for the data.
        xdotool("sleep", "1")
        source.kill()
        source.wait()


def commands(home: Path) -> list[str]:
    """Do the job from the command line, and give what was wrong."""
    out = home / "predicted.csv"
    home.mkdir()
    (home / "steps.json").write_text(STEPS, encoding="utf-8")
    try:
        model = records(home, "train", str(SAMPLE), "--target", "species")[-1]["model"]
        records(home, "predict", model, str(SAMPLE), "--out", str(out))
        for words in TABLE_WORK:
            records(home, *(word.replace("HOME", str(home)) for word in words))
        print(f"command line: trained and predicted {rows(out)} rows, and did {len(TABLE_WORK)} things with tables")
        wrong = [*smoke_versions.faults(home, model), *smoke_analysis.faults(home, "penguins", "species")]
    except subprocess.CalledProcessError as error:
        return [f"aetheron {error.cmd[1]} ended with {error.returncode}: {error.stderr[-2000:]}"]
    except subprocess.TimeoutExpired as error:
        return [f"aetheron {error.cmd[1]} did not end within {error.timeout:g} s"]
    for log in home.rglob("workspace/logs/worker-*.log"):
        wrong += complaints(log)
    return wrong if rows(out) == ROWS else [f"the command line predicted {rows(out)} rows of {ROWS}", *wrong]


def rows(out: Path) -> int:
    """Give the rows of a table, 0 when it is not there."""
    if not out.exists():
        return 0
    with out.open(encoding="utf-8", newline="") as file:
        return max(0, sum(1 for _ in csv.reader(file)) - 1)


def complaints(errors: Path) -> list[str]:
    """Give the lines of the error output that no expression of the list allows."""
    listed = ALLOWED.read_text(encoding="utf-8").splitlines()
    allowed = [re.compile(line) for line in listed if line and not line.startswith("#")]
    said = errors.read_text(encoding="utf-8", errors="replace").splitlines()
    return [f"error output: {line}" for line in said if line and not any(rule.fullmatch(line) for rule in allowed)]


def xdotool(*words: str) -> str:
    """Move the mouse, press keys, or ask for windows."""
    return subprocess.run(["xdotool", *words], check=True, capture_output=True, text=True, timeout=60).stdout


def keys(shown: str, *names: str) -> None:
    """Press keys in a window."""
    xdotool("windowfocus", "--sync", shown)
    xdotool("key", "--clearmodifiers", *names)


if __name__ == "__main__":
    sys.exit(main())
