"""The verbs about models elsewhere, who signs them, and what can be freed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.cli import versions
from aetheron_desktop.cli.terminal import moment, size
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry import keys
from aetheron_desktop.engine.versioning.changes import (
    CloneModel,
    Pull,
    Push,
    SetRemote,
)
from aetheron_desktop.engine.versioning.cleaning import FOR_GOOD, CleanUpList, Freed
from aetheron_desktop.engine.versioning.questions import (
    CleanUpQuestion,
    RecordQuestion,
)
from aetheron_desktop.engine.versioning.record import ModelRecord

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.workspace import Workspace


# -- elsewhere --------------------------------------------------------------------------------------------------------


def remote(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the remotes of a model, or know one."""
    model = workspace.model(options.model)
    if options.name is not None and (options.url or options.remove):
        change = SetRemote(model=model.id, name=options.name, url="" if options.remove else options.url)
        return versions.do(workspace, terminal, change)
    found: list[object] = []
    code = versions.ask(workspace, terminal, RecordQuestion(model=model.id), found)
    for answer in found:
        if isinstance(answer, ModelRecord) and not terminal.json:
            terminal.table(
                ("name", "url"), list(answer.remotes.items()), empty="No remote yet: aetheron remote MODEL NAME URL"
            )
    return code


def push(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Send versions, variations, marks and aliases to a remote."""
    return versions.do(workspace, terminal, Push(model=workspace.model(options.model).id, remote=options.remote))


def pull(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Get what a remote has that is not here, or a whole model from an address."""
    if options.new:
        return versions.do(workspace, terminal, CloneModel(url=options.model, name=options.name or ""))
    return versions.do(workspace, terminal, Pull(model=workspace.model(options.model).id, remote=options.remote))


def signers(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List whose signatures are trusted, trust one, or trust one no longer."""
    del workspace
    if options.trust:
        keys.trust(options.trust, options.name or options.trust)
        terminal.say(f"{options.trust} is trusted.")
        return 0
    if options.distrust:
        keys.distrust(options.distrust)
        terminal.say(f"{options.distrust} is not trusted any more.")
        return 0
    if terminal.json:
        for signer in keys.signers():
            terminal.record(signer)
        return 0
    own = keys.own_fingerprint()
    rows = [("you", own, "")] if own else []
    rows += [(signer.name, signer.fingerprint, moment(signer.since)) for signer in keys.signers()]
    terminal.table(("name", "fingerprint", "since"), rows, empty="No key yet; one is made with the first model.")
    return 0


# -- cleaning ---------------------------------------------------------------------------------------------------------


def gc(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List what can be freed, and free it when that is asked."""
    found: list[object] = []
    code = versions.ask(workspace, terminal, CleanUpQuestion(), found, quiet=bool(options.free))
    items = next((answer.items for answer in found if isinstance(answer, CleanUpList)), ())
    if not options.free:
        if not terminal.json:
            rows = [(item.key, item.name, item.detail, moment(item.since) if item.since else "", size(item.size))
                    for item in items]  # fmt: skip
            terminal.table(("key", "of", "what", "since", "size"), rows, empty="Nothing can be freed.", numbers=1)
            if items:
                terminal.say("Free some: aetheron gc --free KEY …, all but what is for good: aetheron gc --free all")
        return code
    wanted = (
        tuple(item.key for item in items if item.kind not in FOR_GOOD)
        if options.free == ["all"]
        else tuple(options.free)
    )
    if unknown := set(wanted) - {item.key for item in items}:
        raise UsageError(f"There is nothing to free under {min(unknown)!r}.", hint="See the keys: aetheron gc")
    if not wanted:
        terminal.say("Nothing can be freed.")
        return code
    found = []
    code = versions.ask(workspace, terminal, CleanUpQuestion(free=wanted), found)
    for answer in found:
        if isinstance(answer, Freed) and not terminal.json:
            waits = f", {size(answer.waiting)} wait in the bin" if answer.waiting else ""
            terminal.say(f"{answer.items:,} freed: {size(answer.size)}{waits}.")
    return code
