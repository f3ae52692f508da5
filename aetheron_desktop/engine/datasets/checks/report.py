"""The trust report: what would harm a model, looked for before any training, ranked by expected harm.

A new check is one class and one line in a list. A check of columns looks at each column of a sample and tells its
findings at the end; a check of the table asks the whole of it, before the columns or after them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from aetheron_desktop.engine.datasets.checks import (
    gap_checks,
    given_checks,
    idle_checks,
    leak_checks,
    outlier_checks,
    part_checks,
    row_checks,
    target_checks,
    whole_checks,
    word_checks,
)
from aetheron_desktop.engine.datasets.checks.examined import Examined
from aetheron_desktop.engine.datasets.checks.finding import Checked, CheckQuestion, Finding, SplitProposal, ranked
from aetheron_desktop.engine.datasets.profiles.cells import Cells
from aetheron_desktop.engine.datasets.query import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aetheron_desktop.engine.datasets.checks.examined import Sampled
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.staging import Progress


class TableCheck(Protocol):
    """Asks the whole table."""

    @property
    def name(self) -> str:
        """What it looks for, in the words of the report."""

    def findings(self, table: Examined) -> Iterator[Finding]:
        """Give what was found."""


class ColumnCheck(TableCheck, Protocol):
    """Looks at one column of the sample after the other."""

    def look(self, table: Examined, one: Sampled) -> None:
        """Look at a column."""


_FIRST: Final[tuple[Callable[[], TableCheck], ...]] = (
    target_checks.UnknownTargets,
    target_checks.Imbalance,
    target_checks.RareClasses,
    target_checks.Capped,
)
_OF_COLUMNS: Final[tuple[Callable[[], ColumnCheck], ...]] = (
    leak_checks.WrittenOut,
    whole_checks.Sums,
    whole_checks.Compounds,
    part_checks.Groups,
    part_checks.Beginnings,
    part_checks.Times,
    given_checks.GivenParts,
    gap_checks.TellingGaps,
    idle_checks.Identifiers,
    gap_checks.DisguisedGaps,
    word_checks.MixedTypes,
    word_checks.Encodings,
    idle_checks.ManyLevels,
    idle_checks.Gaps,
    outlier_checks.Outliers,
    idle_checks.Constants,
    leak_checks.Leakage,  # last, since its quick model takes a second or two
)
_LAST: Final[tuple[Callable[[], TableCheck], ...]] = (
    given_checks.GivenDrift,
    given_checks.GivenTwins,
    row_checks.Duplicates,
)
_STAGE: Final = "Check the table"


def check(
    dataset: Dataset,
    question: CheckQuestion,
    emit: Callable[[Finding | Checked], None],
    progress: Progress,
    should_stop: Callable[[], bool],
    folder: Path,
) -> None:
    """Look for what would harm a model; each finding is told at once, and last what was checked.

    What does not fit in memory lies meanwhile in a folder within ``folder``.

    Raises:
        UsageError: there is no such column.
        DatasetError: the snapshot cannot be read.
        StorageError: the disk refuses.
        Stopped: it was asked to stop.
    """
    schema = dataset.info.schema
    for name in (question.target, *question.features):
        schema.column(name)
    found: list[Finding] = []

    def tell(findings: Iterator[Finding]) -> None:
        for finding in findings:
            found.append(finding)
            emit(finding)

    cells = Cells(dataset.parquet, should_stop)
    with Query(dataset.parquet, folder, should_stop) as query:
        table = Examined(cells, query, schema, question)
        first, last = [make() for make in _FIRST], [make() for make in _LAST]
        of_columns = [make() for make in _OF_COLUMNS]
        steps = len(schema.columns) + len(first) + len(last)
        for number, whole in enumerate(first):
            progress(_STAGE, number, steps, "")
            tell(whole.findings(table))
        for number, one in enumerate(table.columns() if table.sampled and table.target.known.any() else ()):
            progress(_STAGE, len(first) + number, steps, "")
            for look in of_columns:
                look.look(table, one)
        for look in of_columns:
            tell(look.findings(table))
        for number, whole in enumerate(last):
            progress(_STAGE, steps - len(last) + number, steps, "")
            tell(whole.findings(table))
    progress(_STAGE, steps, steps, "")
    checks = tuple(one.name for one in (*of_columns, *first, *last))
    skipped = (
        (row_checks.Duplicates.name, given_checks.GivenTwins.name) if len(question.features) > row_checks.WIDEST else ()
    )
    emit(
        Checked(
            checks=tuple(name for name in checks if name not in skipped),
            rows=table.rows,
            sampled=table.sampled,
            split=propose_split(found, question),
            skipped=skipped,
        )
    )


def propose_split(findings: list[Finding], question: CheckQuestion) -> SplitProposal:
    """Propose how to part the rows: as the table says, by group, by time, or at random."""
    for kind in ("column", "group", "prefix", "time"):
        for finding in ranked(findings):
            if finding.fix is not None and finding.fix.split == kind:
                return SplitProposal(
                    kind=finding.fix.split, column=finding.fix.columns[0], reason=f"{finding.headline}."
                )
    if question.task == "regression":
        return SplitProposal(kind="random", reason="Nothing says that rows belong together or follow each other.")
    return SplitProposal(
        kind="stratified",
        reason="Nothing says that rows belong together or follow each other; each part gets its share of every class.",
    )
