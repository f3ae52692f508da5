"""The menu of recipes: save how a file is read, and read a file as another was."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from aetheron_desktop.engine.datasets.recipe import ENDING, Recipe, load, save
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from aetheron_desktop.ui.session import Session

_KINDS: Final = f"Recipes (*{ENDING});;All files (*)"
_OFFERED: Final = 12


class RecipeButton(QToolButton):
    """``loaded`` tells the name of a recipe and the recipe, ``failed`` in words why there is none."""

    loaded = Signal(str, object)  # its name, Recipe
    failed = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "import_recipes", "Recipe", "Save these choices, or read this file as another was read")
        self.setText("Recipe")
        pictured(self, "log", "muted")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._session = session
        self._recipe: Recipe | None = None
        self._folder = Path.home()
        self._name = "table"
        menu = QMenu(self)
        menu.addAction("Read as a recipe says…", self._choose)
        self._like = menu.addMenu("Read like the dataset")
        self._like.aboutToShow.connect(self._list_datasets)
        self._save = menu.addAction("Save the recipe…", self._choose_place)
        self._save.setEnabled(False)
        menu.addSeparator()
        menu.addAction("Find everything out anew", partial(self.loaded.emit, "what is found", Recipe()))
        self.setMenu(menu)

    def offer(self, recipe: Recipe, path: Path) -> None:
        """Let ``recipe`` be saved, by default beside the file ``path`` that it was found in."""
        self._recipe, self._folder, self._name = recipe, path.parent, path.name.partition(".")[0]
        self._save.setEnabled(True)

    def take(self, path: Path) -> None:
        """Read the recipe in the file ``path``."""
        try:
            self.loaded.emit(path.name, load(path))
        except AetheronError as error:
            self.failed.emit(f"{error.detail} {error.hint}".strip())

    def keep(self, path: Path) -> None:
        """Write the recipe to the file ``path``."""
        assert self._recipe is not None
        try:
            save(self._recipe, path)
        except AetheronError as error:
            self.failed.emit(f"{error.detail} {error.hint}".strip())

    def _list_datasets(self) -> None:
        self._like.clear()
        for info in self._session.workspace.datasets()[:_OFFERED]:
            path = self._session.workspace.dataset_folder(info.id) / "recipe.json"
            if info.origin is not None:
                self._like.addAction(info.name.replace("&", "&&"), partial(self._take_from, info.name, path))
        if self._like.isEmpty():
            self._like.addAction("There is none yet").setEnabled(False)

    def _take_from(self, name: str, path: Path) -> None:
        try:
            self.loaded.emit(name, load(path))
        except AetheronError as error:
            self.failed.emit(f"{error.detail} {error.hint}".strip())

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Read as a recipe says", str(self._folder), _KINDS)
        dialog.setObjectName("recipe_open_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _choose_place(self) -> None:
        dialog = QFileDialog(self, "Save the recipe", str(self._folder / f"{self._name}{ENDING}"), _KINDS)
        dialog.setObjectName("recipe_save_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._on_place)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_chosen(self, name: str) -> None:
        self.take(Path(name))

    def _on_place(self, name: str) -> None:
        self.keep(Path(name))
