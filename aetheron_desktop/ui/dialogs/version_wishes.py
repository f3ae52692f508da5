"""From a wish about a version to its deed: asks what is needed, has it done, and tells how that went."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.errors import AetheronError, storage_errors
from aetheron_desktop.engine.events import JobEnded
from aetheron_desktop.engine.registry import keys
from aetheron_desktop.engine.versioning.changes import (
    Changed,
    DropVariation,
    ExportOnnx,
    MoveAlias,
    NotChanged,
    Pull,
    Push,
    RestoreFiles,
    SetGates,
    SetRemote,
    SwitchTo,
    title,
)
from aetheron_desktop.engine.versioning.cleaning import CleanUpList, Freed
from aetheron_desktop.engine.versioning.questions import (
    CleanUpQuestion,
    RecordQuestion,
    ReproduceQuestion,
    ScriptQuestion,
    VerifyQuestion,
)
from aetheron_desktop.engine.versioning.reproduction import Reproduction
from aetheron_desktop.engine.versioning.scripting import RunScript
from aetheron_desktop.engine.versioning.verifying import Verification
from aetheron_desktop.ui.dialogs.versions.adopt import AdoptDialog
from aetheron_desktop.ui.dialogs.versions.card import CardDialog
from aetheron_desktop.ui.dialogs.versions.clean_up import CleanUpDialog
from aetheron_desktop.ui.dialogs.versions.files import OnnxDialog, RestoreFilesDialog, ask_script_file
from aetheron_desktop.ui.dialogs.versions.join import JoinDialog
from aetheron_desktop.ui.dialogs.versions.naming_dialogs import MarkDialog, VariationDialog
from aetheron_desktop.ui.dialogs.versions.promote import PromoteDialog
from aetheron_desktop.ui.dialogs.versions.remotes import CloneDialog, RemotesDialog
from aetheron_desktop.ui.dialogs.versions.roll_back import RollBackDialog
from aetheron_desktop.ui.dialogs.versions.take import TakeDialog
from aetheron_desktop.ui.dialogs.versions.take_in import TakeInDialog
from aetheron_desktop.ui.dialogs.versions.threshold import ThresholdDialog
from aetheron_desktop.ui.dialogs.versions.trust import TrustDialog
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.item_models.quantities import size
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.registry.versions import History, VersionInfo
    from aetheron_desktop.engine.versioning.changes import Change
    from aetheron_desktop.engine.versioning.questions import Answer
    from aetheron_desktop.engine.versioning.record import ModelRecord
    from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
    from aetheron_desktop.ui.messages import Level
    from aetheron_desktop.ui.session import Session


class VersionWishes(QObject):
    """Opens dialogs above ``parent``; ``done`` tells that something has come of a wish, and what is shown is old."""

    done = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._above = parent
        self._record: ModelRecord | None = None
        self._going: dict[str, tuple[Change, VersionDialog | None]] = {}
        self._held: dict[str, MoveAlias] = {}
        """By the job that sets the conditions of an alias: the move that they are looked at for."""
        self._waiting: Callable[[], None] | None = None
        self._clean_up: CleanUpDialog | None = None
        self._clean_up_job = self._record_job = ""
        session.versions.changed.connect(self._on_changed)

    def know(self, record: ModelRecord) -> None:
        """Take what is known of the version that is shown."""
        self._record = record

    # -- wishes -------------------------------------------------------------------------------------------------------

    def grant(self, wish: str, info: ModelInfo, history: History, what: str) -> None:
        """Ask for what is needed and do what is wished: of the version ``what``, or of a variation of this name."""
        match wish:
            case "switch" if what != history.labels.branch:
                self._do(SwitchTo(model=info.id, name=what))
            case "drop":
                self._do(DropVariation(model=info.id, name=what))
            case "reproduce":
                self._ask(ReproduceQuestion(model=info.id, version=what), "It is trained again")
            case "script":
                ask_script_file(self._above, info.name, partial(self._write_script, info.id, what))
            case "verify":
                self._ask(VerifyQuestion(model=info.id), "It is looked through")
            case "card" | "promote" | "remotes" if not self._knows(wish, info, history):
                self._ask_record(lambda: self.grant(wish, info, history, what), info, history)
            case _:
                commit = what or history.labels.current
                version = next((one for one in history.versions if one.commit == commit), None)
                dialog = self._dialog(wish, info, history, version) if version is not None else None
                if dialog is not None:
                    self._open(dialog)

    def _knows(self, wish: str, info: ModelInfo, history: History) -> bool:
        """Tell whether the record that ``wish`` needs is here: the card is that of the current version."""
        record = self._record
        if record is None or record.model != info.id:
            return False
        return wish != "card" or record.version == history.labels.current

    def _ask_record(self, then: Callable[[], None], info: ModelInfo, history: History) -> None:
        """Ask for the record of the current version, and do ``then`` once it is here."""
        self._waiting = then
        self._session.withdraw(self._record_job)
        question = RecordQuestion(model=info.id, version=history.labels.current)
        self._record_job = self._session.ask(question, self._on_record, self._on_ask_ended)

    def _on_record(self, record: ModelRecord) -> None:
        self._record = record
        then, self._waiting = self._waiting, None
        if then is not None:
            then()

    def _dialog(self, wish: str, info: ModelInfo, history: History, version: VersionInfo) -> VersionDialog | None:
        above = self._above
        of_version = {"mark": MarkDialog, "try": VariationDialog, "roll_back": RollBackDialog, "adopt": AdoptDialog,
                      "take": TakeDialog}  # fmt: skip
        of_files = {"restore": RestoreFilesDialog, "onnx": OnnxDialog}
        record = self._record if self._record is not None and self._record.model == info.id else None
        match wish:
            case _ if wish in of_version:
                return of_version[wish](history, version, above)
            case _ if wish in of_files:
                return of_files[wish](history, version, info.name, above)
            case "promote":
                return PromoteDialog(history, version, record.gates if record else {}, above)
            case "threshold":
                return ThresholdDialog(info.id, version, info.classes, above)
            case "card" if record is not None:
                return CardDialog(info.id, record.card, above)
            case "remotes":
                return RemotesDialog(info, record.remotes if record else {}, above)
            case "join":
                models = [m for m in self._session.workspace.models() if m.id != info.id]
                same = [m for m in models if (m.task, m.target) == (info.task, info.target)]
                return JoinDialog(info, same, above)
            case _:
                return None

    def clone(self) -> None:
        """Ask where a model is, and get it."""
        self._open(CloneDialog(self._above))

    def take_in(self, path: Path | None = None) -> None:
        """Ask for a model of another program, and take it in."""
        self._open(TakeInDialog(self._session.workspace, path, self._above))

    def trust(self) -> None:
        """Ask whether the signer of the shown version shall be trusted from now on."""
        if self._record is None:
            return
        record = self._record
        dialog = TrustDialog(record.signer, record.fingerprint, record.signature, self._above)
        dialog.trusted.connect(self._on_trusted)
        dialog.open()

    def clean_up(self) -> None:
        """Show what can be freed, and free what is chosen."""
        dialog = CleanUpDialog(self._above)
        dialog.free_wanted.connect(self._free)
        dialog.finished.connect(self._forget_clean_up)
        self._clean_up = dialog
        dialog.open()
        self._clean_up_job = self._session.ask(CleanUpQuestion(), self._on_answer, self._on_clean_up_ended)

    # -- doing --------------------------------------------------------------------------------------------------------

    def _open(self, dialog: VersionDialog) -> None:
        dialog.wanted.connect(lambda change: self._do(change, dialog))
        dialog.finished.connect(lambda: self._forget(dialog))
        if isinstance(dialog, RemotesDialog):
            dialog.stop_wanted.connect(lambda: self._stop(dialog))
        dialog.open()

    def _do(self, change: Change, dialog: VersionDialog | None = None) -> None:
        stays = isinstance(dialog, PromoteDialog | AdoptDialog | RemotesDialog | TakeInDialog)
        if isinstance(dialog, RemotesDialog):
            dialog.show_busy(f"{title(change)}…")
        if isinstance(change, MoveAlias):
            # Not before its conditions are set; where that fails, it is not moved without them.
            for job, (before, known) in self._going.items():
                if isinstance(before, SetGates) and known is dialog and dialog is not None:
                    self._held[job] = change
                    return
        self._going[self._session.versions.change(change)] = (change, dialog if stays else None)

    def _stop(self, dialog: VersionDialog) -> None:
        for job, (_, known) in self._going.items():
            if known is dialog:
                self._session.versions.stop(job)

    def _forget(self, dialog: VersionDialog) -> None:
        """A dialog was closed: what it asked for goes on, and is told by a notice."""
        for job, (change, known) in self._going.items():
            if known is dialog:
                self._going[job] = (change, None)

    def _on_changed(self, job: str, answer: Changed | NotChanged | JobEnded) -> None:
        if job not in self._going:
            return
        change, dialog = self._going.pop(job)
        held = self._held.pop(job, None)
        match answer:
            case Changed() if held is not None:
                self._do(held, dialog)
                return
            case Changed():
                self._tell_done(change, answer, dialog)
            case NotChanged() if isinstance(dialog, AdoptDialog) and answer.parts:
                dialog.show_conflict(answer.parts)
            case NotChanged() if isinstance(dialog, PromoteDialog) and answer.results:
                dialog.show_refusal(answer.results)
            case NotChanged():
                words = answer.results or tuple(f"{part.part} was changed on both sides" for part in answer.parts)
                self._session.noticed.emit(Notice("error", f"{title(change)}: not done", "; ".join(words)))
            case JobEnded():
                self._tell_failed(change, answer, dialog)
        self.done.emit()

    def _tell_done(self, change: Change, answer: Changed, dialog: VersionDialog | None) -> None:
        notes = "\n".join(answer.notes)
        match dialog:
            case RemotesDialog():
                dialog.show_done(answer.words, answer.notes)
                if isinstance(change, SetRemote):
                    known = dict(self._record.remotes) if self._record else {}
                    known.pop(change.name, None)
                    dialog.show_remotes(known | ({change.name: change.url} if change.url else {}))
            case PromoteDialog() if isinstance(change, MoveAlias):
                dialog.accept()
            case AdoptDialog() | TakeInDialog():
                dialog.accept()
            case _:
                pass
        if isinstance(change, RestoreFiles | ExportOnnx) and change.out:
            self._session.noticed.emit(Notice("success", answer.words, notes, "", "file", change.out))
        elif not isinstance(dialog, RemotesDialog):
            self._session.noticed.emit(Notice("success", answer.words, notes))

    def _tell_failed(self, change: Change, end: JobEnded, dialog: VersionDialog | None) -> None:
        if end.outcome == "stopped":
            if isinstance(dialog, RemotesDialog):
                dialog.show_done(end.title, (end.detail,))
            elif dialog is not None:
                dialog.show_ready()
            return
        if isinstance(dialog, PromoteDialog) and isinstance(change, SetGates):
            dialog.show_unset(end.title, end.detail, end.hint)
        elif dialog is not None:
            dialog.show_error(end.title, end.detail, end.hint)
        elif isinstance(change, Push | Pull):
            self._session.noticed.emit(Notice("error", f"{title(change)}: {end.title}", end.detail, end.hint))
        else:
            self._session.noticed.emit(Notice("error", end.title, end.detail, end.hint))

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, question: ReproduceQuestion | VerifyQuestion, words: str) -> None:
        self._session.noticed.emit(Notice("info", words, "The answer comes as a notice; go on meanwhile."))
        self._session.ask(question, self._on_answer, self._on_ask_ended)

    def _on_answer(self, answer: Answer) -> None:
        match answer:
            case Reproduction():
                tone: Level = "success" if answer.state in {"identical", "close"} else "warning"
                name = self._session.workspace.shelf.model(answer.model)
                heading = f"{name.name if name else answer.model} was trained again"
                self._session.noticed.emit(Notice(tone, heading, answer.sentence, "", "model", answer.model))
            case Verification():
                self._tell_verified(answer)
            case CleanUpList() if self._clean_up is not None:
                self._clean_up.show_list(answer)
            case Freed():
                if self._clean_up is not None:
                    self._clean_up.show_freed(answer)
                else:
                    self._session.noticed.emit(Notice("success", f"{size(answer.size)} are free now"))
                self._session.models_changed.emit()
                self._session.datasets_changed.emit()
            case _:
                pass

    def _write_script(self, model: str, version: str, file: str) -> None:
        """Have the run told as a script, and put that into ``file``."""

        def put(answer: Answer) -> None:
            if not isinstance(answer, RunScript):
                return
            try:
                with storage_errors(Path(file)):
                    Path(file).write_text(answer.text, encoding="utf-8", newline="\n")
            except AetheronError as error:
                self._tell_error(error)
                return
            words = " ".join((f"It does what {answer.run} did: python {Path(file).name}", *answer.notes))
            self._session.noticed.emit(Notice("success", "The script was written", words, "", "file", file))

        self._session.ask(ScriptQuestion(model=model, version=version), put, self._on_ask_ended)

    def _tell_verified(self, answer: Verification) -> None:
        info = self._session.workspace.shelf.model(answer.model)
        name = info.name if info else answer.model
        if answer.is_whole:
            words = f"{answer.versions:,} versions, {answer.objects:,} objects. {answer.signature} {answer.parity}"
            self._session.noticed.emit(Notice("success", f"{name} is whole", words))
        else:
            words = "\n".join(answer.troubles[:8])
            hint = "Get it again from a remote, or from a copy of the workspace."
            self._session.noticed.emit(Notice("error", f"{name} is damaged", words, hint))

    def _on_ask_ended(self, end: JobEnded) -> None:
        if end.outcome in {"failed", "crashed"}:
            self._session.noticed.emit(Notice("error", end.title, end.detail, end.hint))

    def _on_clean_up_ended(self, end: JobEnded) -> None:
        if end.outcome in {"failed", "crashed"} and self._clean_up is not None:
            self._clean_up.show_error(end.title, end.detail, end.hint)
        else:
            self._on_ask_ended(end)

    def _free(self, wanted: tuple[str, ...]) -> None:
        self._clean_up_job = ""  # this one goes on when the dialog is closed
        self._session.ask(CleanUpQuestion(free=wanted), self._on_answer, self._on_clean_up_ended)

    def _forget_clean_up(self) -> None:
        self._clean_up = None
        self._session.withdraw(self._clean_up_job)

    def _on_trusted(self, fingerprint: str, name: str) -> None:
        errand = Errand(lambda: keys.trust(fingerprint, name), self)
        errand.done.connect(lambda _: self.done.emit())
        errand.failed.connect(self._tell_error)
        errand.start()

    def _tell_error(self, error: AetheronError) -> None:
        self._session.tell(error)
