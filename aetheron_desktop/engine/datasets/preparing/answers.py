"""What steps would change of a table, told before anything is made; data alone. ``preparing.effect`` finds it out."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.expression_parts import Kind
from aetheron_desktop.engine.datasets.steps import Step

Cells: TypeAlias = tuple[str | None, ...]


class EffectQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="effect"):
    """Ask what each of ``steps`` from ``first`` on changes of a dataset."""

    dataset: str
    steps: tuple[Step, ...]
    first: int = 0

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Look what the steps change"


class ScriptsQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="scripts"):
    """Ask for the scripts that do what ``steps`` do to a dataset."""

    dataset: str
    steps: tuple[Step, ...]

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Write the steps as scripts"


class Scripts(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="scripts"):
    """Two scripts that make the same table: one for DuckDB, one of Python with pandas."""

    sql: str
    python: str


class NamedKind(msgspec.Struct, frozen=True):
    """A column and what its cells are."""

    name: str
    kind: Kind


class Retyped(msgspec.Struct, frozen=True):
    """A column whose cells are of another kind afterwards."""

    name: str
    before: Kind
    after: Kind


class Examples(msgspec.Struct, frozen=True, kw_only=True):
    """A few rows before and after a step; long cells are cut.

    Of ``cells``, the rows stand side by side, and ``changed`` gives for each the places in ``columns_after`` that are
    not as they were. Of ``rows``, those that go are before, and after are some that stay. Of ``tables``, both are the
    first rows.
    """

    kind: Literal["cells", "rows", "tables"]
    columns_before: tuple[str, ...]
    columns_after: tuple[str, ...]
    before: tuple[Cells, ...]
    after: tuple[Cells, ...]
    changed: tuple[tuple[int, ...], ...] = ()


class StepEffect(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="effect"):
    """What the step at ``step`` changes: rows, cells of columns that stay, and columns.

    ``lost`` are the cells that become missing by it. ``columns`` are those afterwards.
    """

    step: int
    rows_before: int
    rows_after: int
    cells: int = 0
    lost: int = 0
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: dict[str, str] = {}
    retyped: tuple[Retyped, ...] = ()
    columns: tuple[NamedKind, ...]
    examples: Examples

    def words(self) -> str:
        """Say it in a few words, such as “−120 rows, 43 cells”."""
        parts = []
        if self.rows_after != self.rows_before:
            sign = "−" if self.rows_after < self.rows_before else "+"
            parts.append(f"{sign}{_counted(abs(self.rows_after - self.rows_before), 'row')}")
        if self.cells:
            parts.append(_counted(self.cells, "cell"))
        if self.lost:
            parts.append(f"{_counted(self.lost, 'cell')} become missing" if self.lost > 1 else "1 cell becomes missing")
        for sign, names in (("+", self.added), ("−", self.removed)):
            if names:
                parts.append(f"{sign}{_counted(len(names), 'column')}")
        if self.renamed:
            parts.append(f"{_counted(len(self.renamed), 'column')} renamed")
        if self.retyped:
            parts.append(f"{_counted(len(self.retyped), 'column')} retyped")
        return ", ".join(parts) or "nothing changes"


class StartingTable(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="starting_table"):
    """The table before the first step."""

    rows: int
    columns: tuple[NamedKind, ...]


class StepProblem(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="step_problem"):
    """The step at ``step`` does not fit the table that it meets, and no effect is known from there on."""

    step: int
    detail: str
    hint: str


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
