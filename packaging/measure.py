"""How large the frozen program is, what of it is largest, and how soon its window is there."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from frozen import FOLDER, ROOT, painted, require_built, start_window, wait_until

STARTS = 6
SHOWN = 8


def main() -> None:
    """Print size and start time."""
    require_built()
    print(f"{FOLDER.relative_to(ROOT)}: {size(FOLDER) / 2**20:,.0f} MiB")
    parts = {
        part.name: size(part) for part in [*FOLDER.glob("*"), *FOLDER.glob("_internal/*")] if part.stem != "_internal"
    }
    for name in sorted(parts, key=parts.__getitem__, reverse=True)[:SHOWN]:
        print(f"  {parts[name] / 2**20:6,.0f} MiB  {name}")
    with tempfile.TemporaryDirectory() as folder:
        times = [first_frame(Path(folder) / str(number)) for number in range(STARTS)]
    print(f"start to first frame: {statistics.median(times[1:]):.0f} ms, the first time {times[0]:.0f} ms")


def size(path: Path) -> int:
    """Give the bytes of a file, or of all files in a folder, a link counted as nothing."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())


def first_frame(home: Path) -> float:
    """Start the window in a fresh home, and give the milliseconds to its first frame."""
    home.mkdir()
    began = time.time()
    program = start_window(home, home / "errors.txt")
    try:
        wait_until(lambda: painted(home), "the first frame")
        return (float((home / "painted").read_text()) - began) * 1000
    finally:
        program.kill()
        program.wait()


if __name__ == "__main__":
    main()
