"""The labels of a remote, as far as they can be labels of a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.labels import LabelKind, checked_label
from aetheron_desktop.engine.registry.repository.commits import ALIASES, HEADS, TAGS
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.remotes.received import HistoryCheck
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository


@dataclass(slots=True)
class TheirLabels:
    """The labels of a remote that can be labels here; ``tips`` are their versions, ``record`` is that of aliases."""

    heads: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    record: str = ""
    tips: set[str] = field(default_factory=set)
    passed_over: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, repository: ModelRepository, there: dict[str, str]) -> TheirLabels:
        """Take apart the labels ``there``; of two that differ in case alone, the one that is here goes first."""
        made = cls()
        here = repository.store.refs("refs")
        kinds: tuple[tuple[str, LabelKind, dict[str, str]], ...] = (
            (HEADS, "variation", made.heads),
            (TAGS, "mark", made.tags),
            (ALIASES, "alias", made.aliases),
        )
        for full, id_ in sorted(
            there.items(), key=lambda label: (label[0].removeprefix("refs/") not in here, label[0])
        ):
            if full == HEADS + ALIASES_BRANCH:
                made.record = id_
                continue
            for below, kind, found in kinds:
                if full.startswith(below):
                    name = full.removeprefix(below)
                    try:
                        if checked_label(kind, name, found) == name:
                            found[name] = id_
                    except UsageError as error:
                        made.passed_over.append(error.detail)
        return made

    def all(self) -> list[str]:
        """Give what the labels name."""
        record = [self.record] if self.record else []
        return [*self.heads.values(), *self.tags.values(), *self.aliases.values(), *record]

    def check(self, check: HistoryCheck) -> None:
        """Have everything checked; a record that names versions which are not there is passed over.

        Raises:
            RefusedHistory: something is not a model's.
        """
        marked = (check.version_of_mark(id_, name) for name, id_ in self.tags.items())
        self.tips = {*self.heads.values(), *self.aliases.values(), *marked}
        check.versions(self.tips)
        for tip in self.tips:
            check.large_of(tip)
        if self.record:
            check.record(self.record)
            if not check.has(check.named_in_record(self.record)):
                self.passed_over.append("The aliases there name versions that the remote does not have.")
                self.record = ""
