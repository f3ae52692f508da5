"""From which probability on the second of two classes is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QSlider, QWidget

from aetheron_desktop.engine.versioning.changes import SetThreshold
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import Field, MessageField
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.phrases import number_words, shortened
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.versions import VersionInfo

_USUAL: Final = 0.5
_DIGITS: Final = 4
_STEPS: Final = 1000


class ThresholdDialog(VersionDialog):
    """Asks for the threshold of the current ``version`` and why; tells :class:`SetThreshold`.

    ``classes`` are the two labels in the order of the probabilities.
    """

    def __init__(
        self, model: str, version: VersionInfo, classes: tuple[str, ...] = (), parent: QWidget | None = None
    ) -> None:
        lead = _lead(version, classes)
        super().__init__("threshold", "Set the threshold", "Set the threshold", parent, lead=lead)
        self._model, self._known = model, version.threshold
        self._is_possible = version.task == "binary"
        self._usual = named(QCheckBox(f"The more probable class ({_USUAL:g})", self.inside), "threshold_usual")
        self._usual.setAccessibleName(self._usual.text())
        self._row = named(QWidget(self.inside), "threshold_row")
        self._number = named(QDoubleSpinBox(self._row), "threshold_number", "Threshold")
        # With a point everywhere, as scores are written in the whole program.
        self._number.setLocale(QLocale(QLocale.Language.C))
        self._number.setRange(0.0, 1.0)
        self._number.setSingleStep(0.01)
        self._number.setDecimals(_DIGITS)
        self._number.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._number.setFixedWidth(120)
        self._slider = named(QSlider(Qt.Orientation.Horizontal, self._row), "threshold_slider", "Threshold")
        self._slider.setRange(0, _STEPS)
        self._slider.setPageStep(_STEPS // 20)
        self._slider.setSingleStep(_STEPS // 100)
        self._build()
        self._number.setValue(_USUAL if version.threshold is None else version.threshold)
        self._usual.setChecked(version.threshold is None)
        self._on_usual(self._usual.isChecked())
        self.finish()
        self._usual.setFocus() if self._usual.isChecked() else self._number.setFocus()

    def _build(self) -> None:
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.WIDE)
        row.addWidget(self._number)
        row.addWidget(self._slider, 1)
        self.body.addWidget(self._usual)
        self._field = self.add_field(Field("Threshold", self._row, self.inside, check=self._wrong))
        self._field.first = self._number
        self._message = self.add_field(
            MessageField(
                "threshold_message", "Why", self.inside, required="Write in a few words why.",
                placeholder="Such as: a missed case costs ten times a false alarm",
            )
        )  # fmt: skip
        self._number.valueChanged.connect(self._on_number)
        self._slider.valueChanged.connect(lambda value: self._number.setValue(value / _STEPS))
        self._usual.toggled.connect(self._on_usual)
        self.go.setEnabled(self._is_possible)
        for part in (self._usual, self._field, self._message):
            part.setEnabled(self._is_possible)

    def ask(self) -> None:
        self.tell(SetThreshold(model=self._model, threshold=self._value, message=self._message.text))

    @property
    def _value(self) -> float | None:
        return None if self._usual.isChecked() else round(self._number.value(), _DIGITS)

    def _wrong(self) -> str:
        known = None if self._known is None else round(self._known, _DIGITS)
        return "It is the threshold already; choose another." if self._value == known else ""

    def _on_number(self, value: float) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(round(value * _STEPS))
        if self._field.is_refused:
            self._field.is_right()

    def _on_usual(self, is_usual: bool) -> None:
        self._row.setEnabled(not is_usual and self._is_possible)
        if is_usual:
            self._number.setValue(_USUAL)
        if self._field.is_refused:
            self._field.is_right()


def _lead(version: VersionInfo, classes: tuple[str, ...]) -> str:
    if version.task != "binary":
        return "Models of two classes alone have a threshold; this one has none to set."
    yes = f"“{shortened(classes[1], 30)}”" if len(classes) == 2 else "the second class"
    return (
        f"Rows whose probability of {yes} is at least the threshold are predicted as {yes}. A new version is made of "
        f"{number_words(version)}; what changes with the threshold is measured again."
    )
