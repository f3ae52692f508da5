"""``python3 dev.py fuzz [MINUTES]``: looks for files that the import loses rows of, or breaks on, for so long."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.properties import PROPERTIES

_ROUND = 200


def main(arguments: list[str]) -> int:
    """Try each property in turn until the time is over; the first file that breaks one ends it with its bytes."""
    seconds = 60 * float(arguments[0] if arguments else 10)
    end, tried = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for check, files in PROPERTIES.values():
            settings(
                max_examples=_ROUND,
                deadline=timedelta(seconds=60),
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
                derandomize=False,
            )(given(files)(check))()
            tried += _ROUND
        print(f"{tried:,} files, {max(0.0, end - time.monotonic()):.0f} s left", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
