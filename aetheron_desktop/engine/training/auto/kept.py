"""The fits of an ensemble that are done, on disk: what a run that was cut short need not do again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from aetheron_desktop.engine.errors import AetheronError, storage_errors
from aetheron_desktop.engine.training.auto_record import Cut
from aetheron_desktop.engine.training.candidate import Candidate
from aetheron_desktop.engine.training.checkpoints import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.training.checkpoints import Checkpoints
    from aetheron_desktop.engine.training.preparation import Subject

_ABOUT: Final = "fit.json"
_CANDIDATE: Final = "candidate.json"
_FOLDER: Final = "fits"
_GOING: Final = "going"


class PredictorFiles(Protocol):
    """How a predictor is written and read again; what is read is looked through first, as a model's files are."""

    def write(self, predictor: Predictor, folder: Path) -> None:
        """Write it into ``folder``."""

    def read(self, folder: Path, subject: Subject) -> Predictor:
        """Read it from ``folder``.

        Raises:
            AetheronError: it is not what was written.
        """


class FitAbout(msgspec.Struct, frozen=True, kw_only=True):
    """Which fit it is, how long it took in seconds, and where the clock ended it; None where it did not."""

    candidate: Candidate
    fold: int
    seconds: float
    cut: Cut | None


class KeptFits:
    """Folders below that of ``checkpoints``, a fit each, whole or not there; those on their way have checkpoints.

    Without a folder or ``files`` nothing is kept. May be asked by several threads, for different fits.
    """

    def __init__(self, checkpoints: Checkpoints, files: PredictorFiles | None, subject: Subject) -> None:
        self._checkpoints = checkpoints
        self._folder = None if checkpoints.folder is None else checkpoints.folder / _FOLDER
        self._files = files
        self._subject = subject

    def put(self, number: int, about: FitAbout, predictor: Predictor) -> None:
        """Keep a fit of the candidate that is ``number`` in the portfolio.

        Raises:
            StorageError: the disk refused; nothing was left behind.
        """
        if self._folder is None or self._files is None:
            return
        files, target = self._files, self._folder / f"{number:04d}-{about.fold:02d}"

        def write(folder: Path) -> None:
            files.write(predictor, folder)
            (folder / _ABOUT).write_bytes(msgspec.json.encode(about))

        with storage_errors(target):
            write_whole(target, write)

    def going(self, number: int, candidate: Candidate, fold: int) -> Checkpoints:
        """Give the checkpoints of a fit that is on its way; those of another candidate are not given."""
        if self._folder is None or self._files is None:
            return self._checkpoints.below(None)
        folder = self._folder / _GOING / f"{number:04d}-{fold:02d}"
        wanted = msgspec.json.encode(candidate)
        with storage_errors(folder):
            told = folder / _CANDIDATE
            if not told.is_file() or told.read_bytes() != wanted:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                told.write_bytes(wanted)
        return self._checkpoints.below(folder)

    def get(self, number: int, candidate: Candidate, fold: int) -> tuple[FitAbout, Predictor] | None:
        """Give a fit that was kept; None where there is none, or it is not what was written: it is then done again."""
        if self._folder is None or self._files is None:
            return None
        folder = self._folder / f"{number:04d}-{fold:02d}"
        try:
            about = msgspec.json.decode((folder / _ABOUT).read_bytes(), type=FitAbout)
            if (about.candidate, about.fold) != (candidate, fold):
                return None
            return about, self._files.read(folder, self._subject)
        except (OSError, msgspec.MsgspecError, AetheronError):
            return None
