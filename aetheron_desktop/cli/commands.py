"""What each verb does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from aetheron_desktop.cli import differences as table_differences
from aetheron_desktop.cli import features, versions
from aetheron_desktop.cli.recipes import recipe_of
from aetheron_desktop.cli.runner import EXIT_CODES, Runner
from aetheron_desktop.cli.terminal import Terminal, moment, number
from aetheron_desktop.engine.datasets.dataset import next_name, source_state
from aetheron_desktop.engine.datasets.reading.preview import differences
from aetheron_desktop.engine.datasets.recipe import load, save
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.jobs.job import ExportJob, ImportJob, PredictJob, TableJob
from aetheron_desktop.engine.workspace import Workspace

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.engine.datasets.dataset import Dataset

Command: TypeAlias = Callable[[Workspace, Terminal, "Namespace"], int]


# -- datasets ---------------------------------------------------------------------------------------------------------


def import_file(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Import a file, or anew the one that a dataset came from."""
    earlier = workspace.dataset(options.update) if options.update else None
    if earlier is None:
        if options.file is None:
            raise UsageError("There is no file to import.", hint="Name one, or with --update a dataset.")
        source, name, recipe = str(options.file.absolute()), options.file.name.partition(".")[0], recipe_of(options)
    else:
        origin = earlier.info.origin
        if origin is None and options.file is None:
            raise UsageError(f"{earlier.info.name} was not read from a file.", hint="Name the file of the new version.")
        source = str(options.file.absolute()) if options.file is not None or origin is None else origin.path
        name, recipe = next_name(earlier.info.name), load(earlier.recipe)
    job = ImportJob(
        id=workspace.new_id("import"),
        source=source,
        name=options.name or name,
        recipe=recipe,
        previous=earlier.info.id if earlier is not None else None,
    )
    with Runner(workspace, terminal) as runner:
        end = runner.do(job)
    if end.outcome == "succeeded" and end.result and options.save_recipe and not job.source.endswith(".aether"):
        save(load(workspace.dataset(end.result).recipe), options.save_recipe)
    if end.outcome == "succeeded" and end.result and not terminal.json:
        if job.source.lower().endswith(".aether"):
            terminal.say(f"{end.result}  {workspace.model(end.result).name}")
        else:
            _show_dataset(terminal, workspace.dataset(end.result))
    return EXIT_CODES[end.outcome]


def preview(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show what an import would make of a file."""
    from aetheron_desktop.engine.datasets.reading.look import look  # duckdb; only this verb needs it

    found = look(options.file, workspace.root / "tmp", recipe_of(options))
    if terminal.json:
        terminal.record(found)
        return 0
    chosen = msgspec.to_builtins(msgspec.structs.replace(found.recipe, columns=()))
    said = ", ".join(f"{name} {value!r}" for name, value in chosen.items() if name != "format")
    terminal.say(f"{options.file.name}: {found.format}" + (f"; {said}" if said else ""))
    for what, there in found.choices.items():
        terminal.say(f"{what}s: {', '.join(there)}")
    for note in found.notes:
        terminal.say(f"- {note}")
    rows = [
        (column.name, column.type, column.evidence, f"{column.missing:,}", f"{column.failing:,}")
        for column in found.columns
    ]
    terminal.table(("column", "type", "evidence", "missing", "fails"), rows, empty="No columns", numbers=2)
    for line, text, reason in found.aside[:10]:
        terminal.say(f"line {line} would be put aside ({reason}): {text[:80]}")
    if options.recipe:
        told = differences(load(options.recipe), found)
        terminal.say("" if told else "Nothing differs from what the recipe was made for.")
        for difference in told:
            terminal.say(f"! {difference.column}: {difference.words}")
    whole = "All" if found.is_whole else "The first"
    terminal.say(f"{whole} {found.sampled:,} rows were looked at. Nothing was imported.")
    return 0


_SOURCES = {"same": "as it was", "changed": "has changed", "gone": "is gone", "unknown": ""}


def datasets(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the datasets."""
    del options
    infos = workspace.datasets()
    if terminal.json:
        for info in infos:
            terminal.record(info)
        return 0
    rows = [
        (
            info.id,
            info.name,
            f"{info.rows:,}",
            f"{len(info.schema.columns):,}",
            f"{info.quarantined:,}",
            moment(info.created),
            _SOURCES[source_state(info)],
        )
        for info in infos
    ]
    columns = ("id", "name", "rows", "columns", "quarantined", "imported", "its file")
    terminal.table(columns, rows, empty="No dataset yet: aetheron import FILE", numbers=5)
    return 0


# -- models -----------------------------------------------------------------------------------------------------------


def models(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the models."""
    infos = workspace.models(binned=options.bin)
    if terminal.json:
        for info in infos:
            terminal.record(info)
        return 0
    rows = []
    for info in infos:
        chosen = main_metric(info.task)
        score = f"{chosen.label} {number(info.metrics.get(chosen.name))}"
        rows.append((info.id, info.name, info.status, info.target, score, moment(info.created)))
    empty = "The bin is empty." if options.bin else "No model yet: aetheron train FILE"
    terminal.table(("id", "name", "status", "target", "score", "made"), rows, empty=empty)
    return 0


def predict(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Predict each row of a file."""
    job = PredictJob(
        id=workspace.new_id("predict"),
        model=workspace.model(options.model).id,
        source=str(options.file.absolute()),
        out=str(options.out.absolute()),
        with_input=options.with_input,
        version=options.version,
    )
    with Runner(workspace, terminal) as runner:
        end = runner.do(job)
    if end.outcome == "succeeded":
        terminal.say(f"Predictions are in {options.out}.")
    return EXIT_CODES[end.outcome]


def export(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Pack a model into one file, or write the rows of a dataset to one."""
    out = options.out.absolute()
    if out.suffix.lower() == ".onnx":
        return versions.export_onnx(workspace, terminal, options)
    is_table = options.name in {name for info in workspace.datasets() for name in (info.name, info.id)}
    job: ExportJob | TableJob
    if is_table:
        dataset = workspace.dataset(options.name).info.id
        job = TableJob(
            id=workspace.new_id("table"),
            dataset=dataset,
            out=str(out),
            where=options.where,
            columns=tuple(options.column),
        )
    else:
        job = ExportJob(
            id=workspace.new_id("export"),
            model=workspace.model(options.name).id,
            out=str(out),
            version=options.version,
        )
    with Runner(workspace, terminal) as runner:
        end = runner.do(job)
    if end.outcome == "succeeded":
        terminal.say(f"The {'table' if is_table else 'model'} is in {options.out}.")
    return EXIT_CODES[end.outcome]


def diff(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show what differs between two datasets, or between two versions of a model."""
    if options.before in {name for info in workspace.models() for name in (info.name, info.id)}:
        return versions.diff(workspace, terminal, options)
    if options.after is None:
        raise UsageError("With which dataset shall it be compared?", hint="Name a second: aetheron diff A B")
    return table_differences.diff(workspace, terminal, options)


# -- any of them ------------------------------------------------------------------------------------------------------


def show(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show a dataset, run or model."""
    if options.features:
        return features.features(workspace, terminal, options)
    found = _any(workspace, options.id)
    if terminal.json:
        terminal.record(found)
        return 0
    for name, value in msgspec.to_builtins(found).items():
        if name == "schema":
            terminal.table(
                ("column", "type", "missing", "distinct"),
                [(c.name, c.type, f"{c.missing:,}", f"{c.distinct:,}") for c in found.schema.columns],
                empty="",
                numbers=2,
            )
        elif value and isinstance(value, dict):
            words = (f"{key} {number(v) if isinstance(v, float) else v}" for key, v in value.items())
            terminal.say(f"{name}: {', '.join(words)}")
        elif name in {"created", "started", "ended", "binned"} and isinstance(value, float):
            terminal.say(f"{name}: {moment(value)}")
        elif value not in ("", None, [], {}, 0.0):
            terminal.say(f"{name}: {', '.join(map(str, value)) if isinstance(value, list | tuple) else value}")
    return 0


def rename(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Rename a dataset or model."""
    kind, id_ = _dataset_or_model(workspace, options.id, binned=False)
    change = workspace.rename_dataset if kind == "dataset" else workspace.rename_model
    terminal.say(f"{id_} is now named {change(id_, options.name).name}.")
    return 0


def remove(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Put a dataset or model into the bin."""
    kind, id_ = _dataset_or_model(workspace, options.id, binned=False)
    (workspace.remove_dataset if kind == "dataset" else workspace.bin_model)(id_)
    terminal.say(f"{id_} is in the bin: aetheron restore {id_} takes it out again.")
    return 0


def restore(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Take a dataset or model out of the bin, or write the files of a version into a folder."""
    if options.out is not None:
        return versions.restore_files(workspace, terminal, options)
    kind, id_ = _dataset_or_model(workspace, options.id, binned=True)
    (workspace.restore_dataset if kind == "dataset" else workspace.restore_model)(id_)
    terminal.say(f"{id_} is back.")
    return 0


def _any(workspace: Workspace, id_: str) -> Any:
    for find in (lambda: workspace.dataset(id_).info, lambda: workspace.model(id_), lambda: workspace.run(id_)):
        try:
            return find()
        except UsageError:
            continue
    raise UsageError(
        f"There is no dataset, model or run {id_!r}.",
        hint="List them: aetheron datasets, aetheron models, aetheron runs.",
    )


def _dataset_or_model(workspace: Workspace, id_: str, *, binned: bool) -> tuple[str, str]:
    datasets_ = [info for info in workspace.datasets(binned=binned) if id_ in {info.id, info.name}]
    models_ = [info for info in workspace.models(binned=binned) if id_ in {info.id, info.name}]
    found = [("dataset", info.id) for info in datasets_] + [("model", info.id) for info in models_]
    if len(found) == 1:
        return found[0]
    where = " in the bin" if binned else ""
    if not found:
        raise UsageError(f"There is no dataset or model {id_!r}{where}.", hint="List them: aetheron datasets, models.")
    ids = ", ".join(entry[1] for entry in found)
    raise UsageError(f"{len(found)} are named {id_!r}.", hint=f"Name one by its id: {ids}.")


def _show_dataset(terminal: Terminal, dataset: Dataset) -> None:
    info = dataset.info
    terminal.say(f"{info.id}  {info.name}: {info.rows:,} rows, {len(info.schema.columns):,} columns")
    if info.quarantined:
        terminal.say(f"{info.quarantined:,} lines were put aside and are kept in quarantine.")
    for note in info.notes:
        terminal.say(f"- {note}")
    if info.proposal.target:
        terminal.say(f"Proposed target: {info.proposal.target} ({info.proposal.task}); {info.proposal.reason}")
