"""What the machine, and the program with its workers, use now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psutil


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One look: ``cpu`` in percent of all cores, memory in bytes; ``app`` is the program with its workers."""

    at: float
    machine_cpu: float
    machine_memory: int
    machine_memory_total: int
    app_cpu: float
    app_memory: int


class Monitor:
    """Looks at the machine and at our own processes; the processor's use is that since the last look."""

    def __init__(self) -> None:
        import psutil  # the first frame of the window does not wait for it

        self._psutil = psutil
        self._own = psutil.Process()
        self._workers: dict[int, psutil.Process] = {}
        psutil.cpu_percent(None)
        self._own.cpu_percent(None)

    def sample(self, pids: Iterable[int]) -> Sample:
        """Look at the machine, this process and the workers with these ``pids``."""
        psutil = self._psutil
        memory = psutil.virtual_memory()
        self._workers = {pid: found for pid in pids if (found := self._worker(pid)) is not None}
        app_cpu, app_memory = self._own.cpu_percent(None), _private_memory(self._own)
        for worker in self._workers.values():
            try:
                app_cpu += worker.cpu_percent(None)
                app_memory += _private_memory(worker)
            except psutil.Error:  # it ended while it was looked at
                continue
        return Sample(
            at=time.time(),
            machine_cpu=psutil.cpu_percent(None),
            machine_memory=memory.total - memory.available,
            machine_memory_total=memory.total,
            app_cpu=app_cpu / (psutil.cpu_count() or 1),
            app_memory=app_memory,
        )

    def _worker(self, pid: int) -> psutil.Process | None:
        try:
            return self._workers.get(pid) or self._psutil.Process(pid)
        except self._psutil.Error:
            return None


def is_on_battery() -> bool:
    """Whether the machine runs on its battery now; False where there is none, or the system does not say."""
    import psutil  # the first frame of the window does not wait for it

    if not hasattr(psutil, "sensors_battery"):  # some systems have no such call
        return False
    try:
        battery = psutil.sensors_battery()
    except (OSError, RuntimeError):  # a driver that gives nonsense is no battery
        return False
    return battery is not None and battery.power_plugged is False


def free_memory() -> int:
    """Give how many bytes of memory programs can still have."""
    import psutil  # the first frame of the window does not wait for it

    return int(psutil.virtual_memory().available)


def _private_memory(process: psutil.Process) -> int:
    # Far cheaper than the exact figure, which walks every page table.
    info = process.memory_info()
    return int(info.rss - getattr(info, "shared", 0))
