"""Where a model fails: what can be asked, and what is told. Data alone, without any library behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.comparing.drift import ColumnDrift

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task


class Measure(msgspec.Struct, frozen=True):
    """A loss of a single row. ``mean`` names its mean, which is lower where the model is better."""

    name: str
    label: str
    mean: str
    is_number: bool

    def is_of(self, task: Task) -> bool:
        """Whether it is a loss of ``task``."""
        return self.is_number == (task == "regression")


MEASURES: Final = (
    Measure("error", "Wrong or right", "share of wrong rows", False),
    Measure("log_loss", "Log loss", "log loss", False),
    Measure("absolute_error", "Absolute error", "mean absolute error", True),
    Measure("squared_error", "Squared error", "mean squared error", True),
)
"""The first of a task is what is asked for when nothing is chosen."""


def measure_named(name: str) -> Measure:
    """Give the measure of this name, which is one of :data:`MEASURES`."""
    return next(one for one in MEASURES if one.name == name)


class FailuresQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="failures"):
    """Where does a version of ``model`` fail, by its stored test predictions?

    ``version`` is the current one when empty, ``measure`` the first one of the task. With the condition ``within`` it
    is about the test rows that meet it. What was found before is told again, unless ``afresh``.
    """

    model: str
    version: str = ""
    measure: str = ""
    within: str = ""
    afresh: bool = False

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Look for where the model fails"


class FairnessQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="fairness"):
    """Are the groups that ``column`` makes treated alike?

    ``positive`` is the class whose prediction is the good or the bad thing, the second of two when empty; a task of
    numbers has none. With the condition ``within`` it is about the test rows that meet it.
    """

    model: str
    column: str
    version: str = ""
    positive: str = ""
    within: str = ""

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return f"Compare the groups of {self.column}"


class CohortQuestion(msgspec.Struct, frozen=True, kw_only=True, tag_field="ask", tag="cohort"):
    """How good is a version on the test rows that meet ``condition``, and which are they?"""

    model: str
    condition: str
    version: str = ""
    measure: str = ""

    @property
    def title(self) -> str:
        """What is asked, for people."""
        return "Measure a cohort"


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the test rows, ``rows`` of them, that meet ``condition``; it is about ``columns``.

    ``loss`` is the mean on the ``measured`` rows of it that did not choose it, ``rest`` that of the others there, and
    ``low`` to ``high`` the interval of their difference at 95 %. ``p_value`` is corrected for all that were looked at.
    ``excess`` is how much loss there is more than if the rows were as the others: of errors, how many rows.
    """

    condition: str
    columns: tuple[str, ...]
    rows: int
    measured: int
    loss: float
    rest: float
    difference: float
    low: float
    high: float
    p_value: float
    excess: float


class WeakSegments(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="weak_segments"):
    """The segments in which the model is surely worse, most excess first, and ``unsure`` ones that came near.

    ``looked`` slices were looked at, ``tested`` of them on rows that did not choose them. ``loss`` is the mean on all
    ``rows``. ``note`` says why nothing could be looked for.
    """

    measure: str
    rows: int
    loss: float | None
    low: float | None = None
    high: float | None = None
    looked: int = 0
    tested: int = 0
    segments: tuple[Segment, ...] = ()
    unsure: tuple[Segment, ...] = ()
    note: str = ""


class TreeNode(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the error tree: the rows that meet ``condition``, beyond those of its parent (None of the root).

    ``whole`` is the condition with those of all nodes above. ``loss`` and its interval come from the ``measured`` rows
    that did not grow the tree; ``share`` is its part of all that is lost there.
    """

    id: int
    parent: int | None
    condition: str
    whole: str
    rows: int
    measured: int
    loss: float
    low: float
    high: float
    share: float


class ErrorTree(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="error_tree"):
    """The questions that part the rows by how much is lost; parents come before their children, the root first.

    Splits that the rows which did not grow the tree do not confirm are not there.
    """

    measure: str
    nodes: tuple[TreeNode, ...] = ()
    note: str = ""


class Suspect(msgspec.Struct, frozen=True):
    """Row ``row`` of the dataset is given as ``given``; the model says ``told``. ``score`` is lower the odder it is."""

    row: int
    given: str
    told: str
    score: float


class LabelErrors(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="label_errors"):
    """Rows whose label is perhaps wrong, the oddest first; ``count`` in all, of ``rows``.

    Of classes ``pairs`` count by given and likely class. Of numbers ``limit`` is the distance from the prediction that
    all rows which are listed have, or more.
    """

    rows: int
    count: int
    suspects: tuple[Suspect, ...] = ()
    pairs: tuple[tuple[str, str, int], ...] = ()
    limit: float | None = None
    note: str = ""


class MissingError(msgspec.Struct, frozen=True, kw_only=True):
    """The loss where ``column`` is missing, beside where it is there; as in :class:`Segment`, on all test rows."""

    column: str
    rows: int
    loss: float
    rest: float
    difference: float
    low: float
    high: float
    p_value: float


class MissingErrors(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="missing_errors"):
    """The columns that have missing cells among the test rows, the most loss where they are missing first.

    ``by_count`` has the loss and its interval by how many cells of a row are missing: (cells, rows, loss, low, high);
    the last one stands for all rows that miss more. A mean of one row has no interval.
    """

    measure: str
    rows: int
    columns: tuple[MissingError, ...] = ()
    by_count: tuple[tuple[int, int, float, float | None, float | None], ...] = ()


class TestDrift(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="test_drift"):
    """How the ``rows`` of the test part (second) differ from the others that have a target, the most drift first.

    ``by_chance`` has for each column, in their order, the stability index that parts without drift stay below in 95 of
    100 cases: it is chi-square over the harmonic mean of the rows (Yurdakul and Naranjo 2020).
    """

    __test__: ClassVar[bool] = False  # it is no test, whatever collects them may think

    rows: tuple[int, int]
    columns: tuple[ColumnDrift, ...] = ()
    by_chance: tuple[float, ...] = ()


class Share(msgspec.Struct, frozen=True):
    """A share or a mean of ``rows`` rows, None where there are none, with its interval."""

    value: float | None
    low: float | None
    high: float | None
    rows: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One group: its ``rows``, and what it has of each rate by name; ``is_small`` when too few to judge by."""

    name: str
    condition: str
    rows: int
    rates: dict[str, Share]
    is_small: bool


class Disparity(msgspec.Struct, frozen=True, kw_only=True):
    """How far apart the groups are in a rate: ``most`` and ``least`` are the names of the two farthest apart.

    The interval holds for all pairs of groups together. ``ratio`` is the least over the most, of shares.
    """

    rate: str
    most: str
    least: str
    difference: float
    low: float
    high: float
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None


class Fairness(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="fairness"):
    """The groups of ``column``; small ones are told, and not compared.

    ``equalised_odds`` is the larger of the differences of the true and the false positive rate.
    """

    column: str
    positive: str
    rows: int
    groups: tuple[Group, ...] = ()
    disparities: tuple[Disparity, ...] = ()
    equalised_odds: float | None = None
    left_out: int = 0
    note: str = ""


class CohortScores(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="cohort"):
    """How good the model is on the test rows of a cohort; ``numbers`` are those of the rows, ascending.

    ``metrics`` and ``intervals`` are as a run has them, ``segment`` holds the cohort against the other test rows.
    """

    condition: str
    numbers: tuple[int, ...]
    metrics: dict[str, float | None] = {}
    intervals: dict[str, tuple[float, float]] = {}
    segment: Segment | None = None
    note: str = ""


Failure: TypeAlias = WeakSegments | ErrorTree | LabelErrors | MissingErrors | TestDrift
"""What :class:`FailuresQuestion` is answered with, each of them once."""
