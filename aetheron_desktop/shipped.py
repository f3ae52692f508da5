"""Where the files that ship with the program lie: in the source tree, in a wheel, and in the frozen program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

Kind = Literal["resources", "data"]


def shipped(kind: Kind) -> Path:
    """Give the folder of the theme, icons and help (``resources``) or of the sample tables (``data``)."""
    package = Path(__file__).parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [Path(frozen) / kind] if frozen else [package.parent / kind, package / "shipped" / kind]
    return next((folder for folder in candidates if folder.is_dir()), candidates[0])
