"""The curves of several runs, filled from their events; imported late, see ``plot_loader``."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.events import JobStarted, MetricLogged, RunResumed, RunStarted
from aetheron_desktop.ui.widgets.curves.curve_buffer import CurveBuffer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.events import Event, Part

Key: TypeAlias = tuple[str, "Part"]


class CurveStore:
    """Curves by run, then by metric and part."""

    def __init__(self) -> None:
        self._curves: dict[str, dict[Key, CurveBuffer]] = {}
        self._starts: dict[str, float] = {}

    def __contains__(self, run: object) -> bool:
        return run in self._curves

    def __len__(self) -> int:
        return len(self._curves)

    def add(self, run: str, events: Sequence[Event]) -> bool:
        """Take the points out of ``events``; tell whether there was a new one."""
        curves = self._curves.setdefault(run, {})
        points: defaultdict[Key, list[tuple[float, float, float]]] = defaultdict(list)
        for event in events:
            if isinstance(event, MetricLogged):
                value = np.nan if event.value is None else event.value
                points[(event.name, event.part)].append((event.step, event.at, value))
            elif isinstance(event, JobStarted | RunStarted):
                self._starts.setdefault(run, event.at)
            elif isinstance(event, RunResumed):
                # The time between two lives of a run is no time of it.
                self._starts[run] = event.at - event.seconds
        new = 0
        for key, rows in points.items():
            start = self._starts.setdefault(run, rows[0][1])
            table = np.array(rows, dtype=np.float64)
            new += curves.setdefault(key, CurveBuffer()).extend(table[:, 0], table[:, 1] - start, table[:, 2])
        return new > 0

    def curve(self, run: str, name: str, part: Part) -> CurveBuffer | None:
        """Give one curve; None while it has no point."""
        return self._curves.get(run, {}).get((name, part))

    def metrics(self, runs: Sequence[str]) -> list[str]:
        """Give the names of all metrics that ``runs`` have told, losses first, each once."""
        names = dict.fromkeys(name for run in runs for name, _ in self._curves.get(run, {}))
        return sorted(names, key=lambda name: "loss" not in name)

    def forget(self, keep: Sequence[str]) -> None:
        """Drop the curves of all runs but ``keep``; their logs still have them."""
        for run in [run for run in self._curves if run not in keep]:
            del self._curves[run]
            self._starts.pop(run, None)

    def write_csv(self, path: Path, runs: Mapping[str, str]) -> None:
        """Write all points of ``runs`` (id to name) to ``path``, one a line.

        Raises:
            StorageError: the disk refused.
        """
        with storage_errors(path), path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("run", "name", "metric", "part", "step", "seconds", "value"))
            for run, name in runs.items():
                for (metric, part), curve in list(self._curves.get(run, {}).items()):
                    count = len(curve)  # points may come while this is written, in another thread
                    columns = (column[:count].tolist() for column in (curve.steps, curve.times, curve.values))
                    writer.writerows(
                        (run, name, metric, part, int(step), f"{at:.6g}", "" if value != value else repr(value))  # noqa: PLR0124  # NaN
                        for step, at, value in zip(*columns, strict=True)
                    )
