"""The process of one cell: it learns, predicts, and writes what it predicts and how long that took."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.benchmarks.learning.given import Learner


def main(request: dict[str, Any]) -> None:
    """Do what is asked; the libraries are imported only when the process has its cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, request["cores"])
    began = time.perf_counter()
    import importlib

    import numpy as np

    from tests.benchmarks.learning.given import read_given

    module, _, name = request["place"].partition(":")
    learner: Learner = getattr(importlib.import_module(f"tests.benchmarks.learning.{module}"), name)()
    given, test = read_given(Path(request["table"]), request)
    loaded = time.perf_counter()
    learner.fit(given)
    fitted = time.perf_counter()
    predicted = np.asarray(learner.predict(test), dtype=np.float64)
    done = time.perf_counter()
    np.save(Path(request["folder"]) / "predicted.npy", predicted, allow_pickle=False)
    told = {"load_s": loaded - began, "fit_s": fitted - loaded, "predict_s": done - fitted, "notes": learner.notes}
    (Path(request["folder"]) / "told.json").write_text(json.dumps(told), encoding="utf-8")
    # What a library leaves behind in threads must not hold the process.
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
