"""The versions of models: what was made when, by whom and why, and everything that can be done with them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from aetheron_desktop.cli.runner import EXIT_CODES, Runner
from aetheron_desktop.cli.terminal import moment, number
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.events import Answered
from aetheron_desktop.engine.jobs import asking
from aetheron_desktop.engine.jobs.job import AskJob, ChangeJob
from aetheron_desktop.engine.versioning.changes import (
    Adopt,
    Changed,
    DropVariation,
    ExportOnnx,
    JoinModel,
    Mark,
    MoveAlias,
    RestoreFiles,
    RollBack,
    SetCard,
    SetGates,
    SetThreshold,
    StartVariation,
    SwitchTo,
    TakePart,
)
from aetheron_desktop.engine.versioning.difference import VersionDifference, VersionVerdict
from aetheron_desktop.engine.versioning.lineage import Lineage
from aetheron_desktop.engine.versioning.questions import (
    LineageQuestion,
    RecordQuestion,
    VerifyQuestion,
    VersionsQuestion,
)
from aetheron_desktop.engine.versioning.record import ModelRecord
from aetheron_desktop.engine.versioning.verifying import DatasetVerification, Verification

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.jobs.asking import Question
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.registry.versions import History, VersionInfo
    from aetheron_desktop.engine.versioning.changes import Change
    from aetheron_desktop.engine.workspace import Workspace

_SHORT = 10


# -- looking ----------------------------------------------------------------------------------------------------------


def log(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the versions of a model, or the moves of its aliases."""
    model = workspace.model(options.model)
    workspace.shelf.refresh(model.id)
    if options.aliases:
        return _moves(workspace, terminal, model.id)
    history = workspace.shelf.history(model.id)
    versions = history.versions[: options.most]
    if terminal.json:
        for version in versions:
            terminal.record(version)
        return 0
    rows = [
        (
            _graph(version),
            f"v{version.number}",
            version.commit[:_SHORT],
            ", ".join(history.labels.of(version.commit)),
            _main(version),
            moment(version.at),
            version.author,
            version.title,
        )
        for version in versions
    ]
    columns = ("", "version", "commit", "names", "score", "when", "who", "why")
    terminal.table(columns, rows, empty="No version yet.")
    return 0


def _graph(version: VersionInfo) -> str:
    return {"adopted": "◆", "reverted": "↶", "imported": "↓", "changed": "○"}.get(version.deed, "●")


def _main(version: VersionInfo) -> str:
    main = main_metric(version.task)
    return f"{main.label} {number(version.metrics.get(main.name))}"


def _moves(workspace: Workspace, terminal: Terminal, model: str) -> int:
    with workspace.shelf.opened(model) as repository:
        from aetheron_desktop.engine.registry.repository.aliases import moves  # Git

        found = moves(repository)
    if terminal.json:
        for move in found:
            terminal.record(move)
        return 0
    for move in found:
        way = f"{move.before[:_SHORT] or 'new'} → {move.after[:_SHORT] or 'removed'}"
        terminal.say(f"{moment(move.at)}  {move.alias}: {way}, by {move.author}: {move.reason}")
        for line in move.checked:
            terminal.say(f"    {line}")
    if not found:
        terminal.say("No alias was moved yet.")
    return 0


def diff(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show what differs between two versions of a model."""
    model = workspace.model(options.before)
    before, after = options.after or "current~1", options.third or "current"
    found: list[object] = []
    code = ask(workspace, terminal, VersionsQuestion(model=model.id, before=before, after=after), found)
    for answer in found:
        if isinstance(answer, VersionDifference) and not terminal.json:
            changed = answer.lines if options.all else answer.changed()
            rows = [(line.section, line.name, line.before, line.after,
                     {True: "better", False: "worse", None: ""}[line.better]) for line in changed]  # fmt: skip
            terminal.table(("", "what", before, after, ""), rows, empty="Nothing differs.")
            for line in answer.card:
                terminal.say(line)
        if isinstance(answer, VersionVerdict) and not terminal.json:
            terminal.say(answer.verdict.sentence)
    return code


def lineage(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show where a version comes from, and what else was made of the same data."""
    model = workspace.model(options.model)
    found: list[object] = []
    code = ask(workspace, terminal, LineageQuestion(model=model.id, version=options.version), found)
    for answer in found:
        if isinstance(answer, Lineage) and not terminal.json:
            rows = [(str(link.kind), link.name, link.id[:40], link.state, link.detail) for link in answer.back]
            rows += [("same data", link.name, link.id[:40], link.state, link.detail) for link in answer.siblings]
            terminal.table(("", "name", "id", "is", ""), rows, empty="Nothing is known.")
    return code


def verify(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Look at every object, file and signature of models, and at the content of datasets."""
    datasets = {name: info.id for info in workspace.datasets() for name in (info.name, info.id)}
    names = options.name or [info.id for info in workspace.models()]
    codes = [
        _verify_dataset(workspace, terminal, datasets[name])
        if name in datasets
        else _verify_model(workspace, terminal, workspace.model(name))
        for name in names
    ]
    return max(codes, default=0)


def _verify_model(workspace: Workspace, terminal: Terminal, model: ModelInfo) -> int:
    found: list[object] = []
    code = ask(workspace, terminal, VerifyQuestion(model=model.id), found)
    report = next((answer for answer in found if isinstance(answer, Verification)), None)
    if report is None:
        return code or 1
    counts = f"{report.versions:,} versions, {report.objects:,} objects, {report.large_files:,} large files"
    terminal.say(f"{model.name} ({model.id}): {'whole' if report.is_whole else 'DAMAGED'}; {counts}.")
    for line in (report.signature, report.parity, *(f"- {trouble}" for trouble in report.troubles)):
        terminal.say(f"  {line}")
    return 0 if report.is_whole else 1


def _verify_dataset(workspace: Workspace, terminal: Terminal, dataset: str) -> int:
    found: list[object] = []
    code = ask(workspace, terminal, VerifyQuestion(dataset=dataset), found)
    report = next((answer for answer in found if isinstance(answer, DatasetVerification)), None)
    if report is None:
        return code or 1
    name = workspace.dataset(dataset).info.name
    terminal.say(f"{name} ({dataset}): {'its content is what its id says' if report.is_same else 'DAMAGED'}.")
    terminal.say(f"  snapshot {report.snapshot}")
    words = {"same": "as it was when it was imported", "changed": "changed since", "gone": "not there any more",
             "unknown": "not known"}  # fmt: skip
    terminal.say(f"  its file is {words[report.source_state]}{f': {report.source}' if report.source else '.'}")
    return 0 if report.is_same else 1


# -- changing ---------------------------------------------------------------------------------------------------------


def branch(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the variations of a model, begin one, go to one, or drop one."""
    model = workspace.model(options.model)
    if options.drop:
        return do(workspace, terminal, DropVariation(model=model.id, name=options.drop))
    if options.name is None:
        labels = _history(workspace, model.id).labels
        return _names(terminal, labels.branches, labels.branch)
    if options.name in _history(workspace, model.id).labels.branches and options.at is None:
        return do(workspace, terminal, SwitchTo(model=model.id, name=options.name))
    return do(workspace, terminal, StartVariation(model=model.id, name=options.name, at=options.at or "current"))


def tag(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the marks of a model, or mark a version."""
    model = workspace.model(options.model)
    if options.name is None:
        return _names(terminal, _history(workspace, model.id).labels.tags, "")
    mark = Mark(model=model.id, name=options.name, version=options.version, message=options.message)
    return do(workspace, terminal, mark)


def alias(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the aliases of a model, or move one."""
    model = workspace.model(options.model)
    if options.conditions is not None:
        if options.name is None:
            raise UsageError("Of which alias are they the conditions?", hint="Name it: aetheron alias MODEL champion …")
        gates = SetGates(
            model=model.id, alias=options.name, conditions=tuple(c for c in options.conditions if c.strip())
        )
        return do(workspace, terminal, gates)
    if options.name is None:
        labels = _history(workspace, model.id).labels
        return _names(terminal, labels.aliases, "")
    if options.version is None and not options.remove:
        raise UsageError("Which version shall it name?", hint="aetheron alias MODEL champion VERSION --reason …")
    move = MoveAlias(
        model=model.id,
        alias=options.name,
        to=None if options.remove else options.version,
        reason=options.reason,
        despite=options.despite,
    )
    return do(workspace, terminal, move)


def revert(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Go back to an earlier version, by a new one."""
    model = workspace.model(options.model)
    return do(workspace, terminal, RollBack(model=model.id, to=options.version, reason=options.reason))


def adopt(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Take a version of a variation or remote into the current variation."""
    model = workspace.model(options.model)
    keep = {}
    for word in options.keep:
        part, _, side = word.partition("=")
        if part not in {"model", "threshold", "card"} or side not in {"ours", "theirs"}:
            raise UsageError(f"{word!r} does not say what to keep.", hint="Write such as --keep threshold=ours.")
        keep[part] = side
    message = options.message or f"Adopted {options.version}"
    change = Adopt(model=model.id, version=options.version, message=message, keep=cast("Any", keep))
    return do(workspace, terminal, change)


def take(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Take the threshold or the card of another version."""
    model = workspace.model(options.model)
    message = options.message or f"{options.part.capitalize()} of {options.version} taken"
    change = TakePart(model=model.id, version=options.version, part=options.part, message=message)
    return do(workspace, terminal, change)


def threshold(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Set the probability from which the second of two classes is predicted."""
    model = workspace.model(options.model)
    value = None if options.value == "none" else _number(options.value)
    return do(workspace, terminal, SetThreshold(model=model.id, threshold=value, message=options.message))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no number.", hint="A threshold lies between 0 and 1; or write none.") from error


def card(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Print the card of a version, or change that of the current one."""
    model = workspace.model(options.model)
    if options.file is None:
        found: list[object] = []
        code = ask(workspace, terminal, RecordQuestion(model=model.id, version=options.version), found)
        for answer in found:
            if isinstance(answer, ModelRecord) and not terminal.json:
                terminal.say(answer.card)
        return code
    try:
        text = sys.stdin.read() if str(options.file) == "-" else options.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{options.file} cannot be read: {error}", hint="Name a text file in UTF-8.") from error
    return do(workspace, terminal, SetCard(model=model.id, card=text, message=options.message))


def restore_files(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Write the files of a version into a new folder."""
    model = workspace.model(options.id)
    out = str(options.out.absolute())
    return do(workspace, terminal, RestoreFiles(model=model.id, version=options.version or "current", out=out))


def export_onnx(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Write a version as ONNX."""
    model = workspace.model(options.name)
    out = str(options.out.absolute())
    return do(workspace, terminal, ExportOnnx(model=model.id, version=options.version or "current", out=out))


def join(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Make a model the newest version of another."""
    model, into = workspace.model(options.model), workspace.model(options.into)
    change = JoinModel(model=model.id, into=into.id, message=options.message, branch=options.branch)
    return do(workspace, terminal, change)


# -- the inside -------------------------------------------------------------------------------------------------------


def _history(workspace: Workspace, model: str) -> History:
    workspace.shelf.refresh(model)
    return workspace.shelf.history(model)


def _names(terminal: Terminal, names: dict[str, str], here: str) -> int:
    if terminal.json:
        for name, commit in names.items():
            terminal.record({"name": name, "commit": commit, "current": name == here})
        return 0
    rows = [("*" if name == here else "", name, commit[:_SHORT]) for name, commit in names.items()]
    terminal.table(("", "name", "version"), rows, empty="None yet.")
    return 0


def do(workspace: Workspace, terminal: Terminal, change: Change) -> int:
    """Do a change of a model, and tell what came of it."""
    made: list[object] = []

    def hear(event: Event) -> None:
        if isinstance(event, Answered):
            made.append(asking.told(event.answer))

    with Runner(workspace, terminal) as runner:
        end = runner.do(ChangeJob(id=workspace.new_id("change"), change=change), hear=hear)
        for answer in made:
            if isinstance(answer, Changed):
                terminal.say(answer.words)
                for note in answer.notes:
                    terminal.say(f"- {note}")
        return runner.exit_code(EXIT_CODES[end.outcome])


def ask(
    workspace: Workspace, terminal: Terminal, question: Question, found: list[object], *, quiet: bool = False
) -> int:
    """Ask about models, put what is answered into ``found``, and give the exit code."""

    def hear(event: Event) -> None:
        if isinstance(event, Answered):
            found.append(asking.told(event.answer))

    with Runner(workspace, terminal) as runner:
        end = runner.do(AskJob(id=workspace.new_id("ask"), question=question), hear=hear, quiet=quiet)
        return runner.exit_code(EXIT_CODES[end.outcome])
