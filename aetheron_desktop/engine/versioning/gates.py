"""Conditions that a version must meet before an alias may name it, written as people say them.

::

    roc_auc >= 0.9              a metric of its test rows; log_loss <= 0.3 is one too
    not worse by 0.01           the main metric, against the version that the alias names now
    not worse by 0.02 where age > 60
                                the same on a part of the test rows
    latency <= 5 ms             the median of predicting one row
    size <= 50 MB               of its files
    signed                      by you, or by somebody whom you trust, as was the version that first learned the same

What was measured counts only where the version is signed so, as its maker could write any numbers into it.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import BASELINE, main_metric, metric
from aetheron_desktop.engine.registry.description import DESCRIPTION, PIPELINE, SIGNATURE, WEIGHTS, hashes_in
from aetheron_desktop.engine.registry.foreign.info import FOREIGN_FILES

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
    from aetheron_desktop.engine.registry.signing import SignatureVerdict
    from aetheron_desktop.engine.workspace import Workspace

_UNITS: Final = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_BOUND: Final = re.compile(r"(\w+)\s*(<=|>=|≤|≥)\s*([\d.eE+-]+)\s*([a-zA-Z]*)")
_WORSE: Final = re.compile(r"not worse(?:\s+by\s+([\d.eE+-]+))?(?:\s+where\s+(.+))?", re.IGNORECASE | re.DOTALL)
_WHERE: Final = re.compile(r"\swhere\s", re.IGNORECASE)
_TIMES: Final = 60
_LEARNED: Final = frozenset({PIPELINE, WEIGHTS}) | FOREIGN_FILES
_TRUSTED: Final = frozenset({"own", "trusted"})

Kind: TypeAlias = Literal["metric", "worse", "latency", "size", "signed"]


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: ``text`` is how it was written, ``bound`` in the metric's unit, milliseconds or bytes."""

    kind: Kind
    text: str
    metric: str = ""
    at_least: bool = False
    bound: float = 0.0
    where: str = ""


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a condition was found; ``passed`` is None when it could not be looked at, which counts as not met."""

    text: str
    passed: bool | None
    found: str

    @property
    def words(self) -> str:
        """Give it in a line."""
        state = "not known" if self.passed is None else "met" if self.passed else "not met"
        return f"{state}: {self.text} ({self.found})"


def read_gate(text: str) -> Gate:
    """Read a condition.

    Raises:
        UsageError: it is none.
    """
    # Behind where may stand texts in quotes, whose blanks count.
    where = _WHERE.search(text)
    words = " ".join((text[: where.start()] if where else text).split())
    if where:
        words = f"{words} where {text[where.end() :].strip()}"
    if words.lower() == "signed":
        return Gate(kind="signed", text=words)
    if match := _WORSE.fullmatch(words):
        return Gate(kind="worse", text=words, bound=_number(match[1] or "0", words), where=match[2] or "")
    if match := _BOUND.fullmatch(words):
        name, at_least, bound = match[1].lower(), match[2] in {">=", "≥"}, _number(match[3], words)
        unit = match[4].lower()
        if name == "size" and unit in _UNITS and not at_least:
            return Gate(kind="size", text=words, bound=bound * _UNITS[unit])
        if name == "latency" and unit in {"", "ms", "s"} and not at_least:
            return Gate(kind="latency", text=words, bound=bound * (1000 if unit == "s" else 1))
        if not unit and not name.startswith(BASELINE):
            return Gate(kind="metric", text=words, metric=metric(name).name, at_least=at_least, bound=bound)
    raise UsageError(
        f"{text!r} is no condition.",
        hint="Write such as: roc_auc >= 0.9 · not worse by 0.01 · latency <= 5 ms · size <= 50 MB · signed",
    )


def _number(text: str, words: str) -> float:
    try:
        found = float(text)
    except ValueError as error:
        raise UsageError(f"{text!r} in {words!r} is no number.", hint="Write it such as 0.01.") from error
    if not math.isfinite(found):
        raise UsageError(f"{text!r} in {words!r} is too large.", hint="Write it such as 0.01.")
    return found


def look(
    workspace: Workspace, model: str, commit: str, against: str, gates: tuple[Gate, ...], say: Callable[[str], None]
) -> tuple[GateResult, ...]:
    """Look at each condition for the version ``commit``; ``against`` is what the alias names now, empty for nothing.

    Raises:
        ModelError: the version is damaged.
    """
    from aetheron_desktop.engine.registry.revising import description_of

    with workspace.shelf.opened(model) as repository:
        description = description_of(repository, commit)
        signature = learned_signature(repository, commit)
        is_trusted = signature.state in _TRUSTED
        found = []
        for gate in gates:
            say(gate.text)
            match gate.kind:
                case "metric" | "worse" if not is_trusted and not (gate.kind == "worse" and against in {"", commit}):
                    found.append(_result(gate, None, f"only its maker says so. {signature.sentence}"))
                case "metric":
                    found.append(_metric(gate, description.info.metrics.get(gate.metric)))
                case "size":
                    size = _size(repository, commit)
                    found.append(_result(gate, size <= gate.bound, f"{size / 1e6:.1f} MB"))
                case "signed":
                    found.append(_result(gate, is_trusted, signature.sentence))
                case "latency":
                    found.append(_latency(gate, workspace, model, commit))
                case "worse":
                    found.append(_worse(gate, workspace, model, commit, against))
    return tuple(found)


def _result(gate: Gate, passed: bool | None, found: str) -> GateResult:
    return GateResult(text=gate.text, passed=passed, found=found)


def _metric(gate: Gate, value: float | None) -> GateResult:
    if value is None:
        return _result(gate, None, "it was not measured")
    return _result(gate, value >= gate.bound if gate.at_least else value <= gate.bound, f"{value:.4g}")


def learned_signature(repository: ModelRepository, commit: str) -> SignatureVerdict:
    """Give what is to be thought of who signed a version, or else of who signed first what it has learned.

    Whoever sets a threshold or a card signs the whole anew, but vouches for no more than that: where the version itself
    is trusted, so must be each version in its history that brought the same learned files.

    Raises:
        ModelError: the history is damaged.
    """
    from aetheron_desktop.engine.registry.signing import verdict

    def verdict_of(one: str) -> SignatureVerdict:
        return verdict(repository.read(one, DESCRIPTION) or b"", repository.read(one, SIGNATURE))

    def learned(one: str) -> dict[str, str]:
        hashes = hashes_in(repository.read(one, DESCRIPTION) or b"")
        return {name: hash_ for name, hash_ in hashes.items() if name in _LEARNED}

    found, own = verdict_of(commit), learned(commit)
    if found.state not in _TRUSTED:
        return found
    same = {one for one in repository.before(commit) if learned(one) == own}
    for one in sorted(same):
        if same.isdisjoint(repository.parents(one)) and (first := verdict_of(one)).state not in _TRUSTED:
            return first
    return found


def _size(repository: ModelRepository, commit: str) -> int:
    """Give the bytes of a version's files, as its tree says and not its description."""
    from aetheron_desktop.engine.registry.repository.large_files import Pointer
    from aetheron_desktop.engine.registry.repository.model_repository import ATTRIBUTES

    size = 0
    for name, id_ in repository.store.files(repository.store.commit(commit)).items():
        if name != ATTRIBUTES:
            data = repository.store.blob(id_)
            pointer = Pointer.read(data)
            size += len(data) if pointer is None else pointer.size
    return size


def _latency(gate: Gate, workspace: Workspace, model: str, commit: str) -> GateResult:
    import time

    from aetheron_desktop.engine.registry.artifact import load_model
    from aetheron_desktop.engine.registry.parity import stored_rows

    folder = workspace.shelf.files(model, commit)
    opened = load_model(folder)
    rows = stored_rows(folder)
    if not len(rows):
        return _result(gate, None, "the version has no sample rows")
    spent = []
    for time_ in range(_TIMES):
        row = rows.iloc[[time_ % len(rows)]]
        began = time.perf_counter()
        opened.predict_frame(row)
        spent.append((time.perf_counter() - began) * 1000)
    median = sorted(spent)[_TIMES // 2]
    return _result(gate, median <= gate.bound, f"{median:.2f} ms on this machine")


def _worse(gate: Gate, workspace: Workspace, model: str, commit: str, against: str) -> GateResult:
    from aetheron_desktop.engine.versioning.measuring import scores_of

    if not against or against == commit:
        return _result(gate, True, "there is nothing to be worse than")
    new, old = (scores_of(workspace, model, one, gate.where) for one in (commit, against))
    for side in (new, old):
        if isinstance(side, str):
            return _result(gate, None, side)
    assert not isinstance(new, str)
    assert not isinstance(old, str)
    if new.rows != old.rows:
        return _result(gate, None, "they were measured on different test rows")
    main = main_metric(new.task)
    a, b = new.metrics.get(main.name), old.metrics.get(main.name)
    if a is None or b is None:
        return _result(gate, None, f"{main.label} is not defined there")
    loss = b - a if main.direction == "higher" else a - b
    words = f"{main.label} {a:.4g} against {b:.4g} on {new.count:,} rows"
    return _result(gate, loss <= gate.bound, words)
