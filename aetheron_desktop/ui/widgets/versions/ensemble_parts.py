"""The members that an ensemble is made of, each with a bar as long as what it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.share_bar import ShareBar
from aetheron_desktop.ui.widgets.versions.texts import plain, tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.versioning.record import EnsemblePart

_NAME, _BAR, _WEIGHT, _FITS = range(4)


class EnsembleParts(QWidget):
    """Shows what each member counts with all its fits, the one that counts most first."""

    def __init__(self, parts: Sequence[EnsemblePart], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        told = "; ".join(f"{_title(part)} {quantities.share(part.weight)}" for part in parts)
        named(self, "model_parts", f"Parts of the ensemble: {told}")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.TIGHT)
        grid.setColumnStretch(_NAME, 2)
        grid.setColumnStretch(_BAR, 2)
        right = Qt.AlignmentFlag.AlignRight
        for row, part in enumerate(parts):
            name = _title(part)
            fits = f"{part.fits} fit{'s' if part.fits != 1 else ''}"
            label = plain(ElidedLabel(self), name, "muted")
            taken = ", taken away to correct the others" if part.weight < 0 else ""
            label.setToolTip(tip(f"{name}: {part.weight:.1%} of what the ensemble says, by {fits}{taken}"))
            grid.addWidget(label, row, _NAME)
            grid.addWidget(ShareBar(part.weight, self), row, _BAR)
            grid.addWidget(plain(QLabel(self), quantities.share(part.weight)), row, _WEIGHT, right)
            grid.addWidget(plain(QLabel(self), fits, "muted"), row, _FITS, right)


def _title(part: EnsemblePart) -> str:
    return part.title or catalog.name_of(part.estimator)
