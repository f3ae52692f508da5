"""A named split of a dataset: made once, kept by row beside the snapshot, and the same for every run that uses it."""

from __future__ import annotations

import hashlib
import re
import time
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.datasets.splitting.kinds import BY, SplitKind
from aetheron_desktop.engine.errors import StorageError, UsageError, storage_errors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset

OUT: Final = -1
"""The part of a row that is left out: within the gap between two parts in time."""
PARTS: Final = ("train", "valid", "test")


class SplitRequest(msgspec.Struct, frozen=True, kw_only=True):
    """How rows shall be parted.

    ``column`` is that of the groups, of the time or of the given parts. By ``prefix`` the rows are of one group whose
    words begin alike, as ``309_1`` and ``309_2``; see ``split.beginning``.
    ``target`` is that of the classes, when each part shall have its share of every class. ``gap`` is the time left out
    before valid and test, in days. With ``folds`` the rows are dealt out to so many folds, each in turn the test.
    """

    name: str
    kind: SplitKind
    column: str | None = None
    target: str | None = None
    valid: float = 0.2
    test: float = 0.2
    folds: int = 0
    gap: float = 0.0
    seed: int = 0


class SplitQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="split"):
    """Part the rows of ``dataset`` as asked, and keep that."""

    dataset: str
    request: SplitRequest

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Part the rows: {self.request.name}"


class FrozenSplit(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="split"):
    """What is known of a stored split: its request, its rows by part or fold (``out`` those left out), its hash."""

    request: SplitRequest
    rows: tuple[int, ...]
    out: int
    hash: str
    created: float
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name among the splits of the dataset."""
        return self.request.name

    def sentence(self) -> str:
        """Say how the rows are parted."""
        request = self.request
        by = BY[request.kind]
        of = f", “{request.column}”" if request.column else ""
        if request.folds:
            return f"{request.folds} folds, {by}{of}"
        counts = " · ".join(f"{count:,} {part}" for part, count in zip(PARTS, self.rows, strict=True))
        return f"{by}{of}: {counts}"


def checked(request: SplitRequest) -> SplitRequest:
    """Give ``request`` if it can be done.

    Raises:
        UsageError: it cannot; the words say why.
    """
    if not re.fullmatch(r"[^\x00-\x1f]{1,60}", request.name.strip()):
        raise UsageError("A split has a name of up to 60 signs.", hint="Give it a short name.")
    if not (0 < request.valid < 1 and 0 < request.test < 1 and request.valid + request.test < 1):
        raise UsageError(
            f"The test part {request.test:g} and the validation part {request.valid:g} leave no rows for the fit.",
            hint="Use shares such as 0.2 and 0.2.",
        )
    if request.folds and not 3 <= request.folds <= 50:
        raise UsageError(f"{request.folds} folds cannot be made.", hint="Choose 3 to 50; 5 and 10 are usual.")
    if request.kind in {"group", "prefix", "time", "column"} and request.column is None:
        raise UsageError(f"A split by {request.kind} needs a column.", hint="Name the column.")
    if request.kind == "stratified" and request.target is None:
        raise UsageError("A stratified split needs the target.", hint="Choose the target first.")
    if request.kind == "column" and request.folds:
        raise UsageError("Given parts have no folds.", hint="Leave the folds out, or split by group.")
    if request.gap < 0 or (request.gap and request.kind != "time"):
        raise UsageError("A gap is a number of days from 0, of a split in order of time.", hint="Leave it out.")
    return msgspec.structs.replace(request, name=request.name.strip())


def places(request: SplitRequest) -> int:
    """Give into how many parts the rows are put: in order of time, the first and the last fold have no neighbour."""
    return len(PARTS) if not request.folds else request.folds + 2 * (request.kind == "time")


def splits(dataset: Dataset) -> list[FrozenSplit]:
    """Give the stored splits of a dataset, the oldest first; what cannot be read is passed over."""
    found = []
    for path in (dataset.folder / "splits").glob("*.json"):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=FrozenSplit))
        except (OSError, msgspec.MsgspecError):
            continue
    return sorted(found, key=lambda one: (one.created, one.name))


def split_named(dataset: Dataset, name: str) -> FrozenSplit:
    """Give the stored split of this name.

    Raises:
        UsageError: there is none.
    """
    known = splits(dataset)
    for one in known:
        if one.name == name:
            return one
    names = ", ".join(f"“{one.name}”" for one in known) or "none yet"
    raise UsageError(f"{dataset.info.name} has no split named “{name}”.", hint=f"There are: {names}.")


def keep(dataset: Dataset, request: SplitRequest, cells: NDArray[np.int16], notes: tuple[str, ...]) -> FrozenSplit:
    """Store a split: ``cells`` has for each row its part (0, 1, 2 as in ``PARTS``) or fold, ``OUT`` when left out.

    Raises:
        UsageError: there is a split of this name that is another one.
        StorageError: the disk refuses.
    """
    import numpy as np  # the window reads the records of splits, without it
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = places(request)
    made = FrozenSplit(
        request=request,
        rows=tuple(int(rows) for rows in np.bincount(cells[cells >= 0], minlength=count)),
        out=int((cells < 0).sum()),
        hash=_hash(cells),
        created=time.time(),
        notes=notes,
    )
    known = next((one for one in splits(dataset) if one.name == request.name), None)
    if known is not None:
        if known.hash == made.hash:
            return known
        raise UsageError(
            f"There is another split named “{request.name}”; a stored split is never changed.",
            hint="Choose a new name.",
        )
    folder = dataset.folder / "splits"
    with storage_errors(folder):
        folder.mkdir(exist_ok=True)
        stem = _stem(request.name)
        pq.write_table(pa.table({"part": pa.array(cells, pa.int16())}), folder / f"{stem}.new", compression="zstd")
        (folder / f"{stem}.new").replace(folder / f"{stem}.parquet")
        # The record comes last: what has one is whole.
        (folder / f"{stem}.json.new").write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=2))
        (folder / f"{stem}.json.new").replace(folder / f"{stem}.json")
    return made


def stored_cells(dataset: Dataset, split: FrozenSplit) -> NDArray[np.int16]:
    """Give for each row of the snapshot its part or fold, as it was stored.

    Raises:
        StorageError: it is gone, or not what was stored.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = dataset.folder / "splits" / f"{_stem(split.name)}.parquet"
    try:
        cells: NDArray[np.int16] = np.asarray(pq.read_table(path)["part"].to_numpy(), dtype=np.int16)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise StorageError(f"The split “{split.name}” cannot be read: {error}", hint="Make it again.") from error
    if len(cells) != dataset.info.rows or _hash(cells) != split.hash:
        raise StorageError(f"The split “{split.name}” is not what was stored.", hint="Make it again under a new name.")
    return cells


def parts_of(cells: NDArray[np.int16], split: FrozenSplit, fold: int = 0) -> NDArray[np.int16]:
    """Give the part of each row (0 train, 1 valid, 2 test, ``OUT``); of folds ``fold`` is the test, the next valid.

    In order of time the test is fold ``fold`` + 2 of two more than there are, valid the one before, train all earlier.

    Raises:
        UsageError: there is no such fold.
    """
    import numpy as np

    folds = split.request.folds
    if not 0 <= fold < max(1, folds):
        raise UsageError(f"The split “{split.name}” has no fold {fold}.", hint=f"There are 0 to {max(0, folds - 1)}.")
    if not folds:
        return cells
    made = np.zeros(len(cells), dtype=np.int16)
    if split.request.kind == "time":
        made[cells == fold + 1] = 1
        made[cells == fold + 2] = 2
        made[cells > fold + 2] = OUT
    else:
        made[cells == (fold + 1) % folds] = 1
        made[cells == fold] = 2
    made[cells < 0] = OUT
    return made


def _stem(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _hash(cells: NDArray[np.int16]) -> str:
    return hashlib.sha256(cells.astype("<i2").tobytes()).hexdigest()[:16]
