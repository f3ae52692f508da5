"""Every command of the window as data: menus, shortcuts, palette, tool tips and the shortcut sheet come from here.

:class:`Shell` is what a command may ask of the window. ``when`` says whether it makes sense now; a command that never
makes sense in a state is not shown there, in place of a button that does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Menu: TypeAlias = Literal["File", "View", "Data", "Run", "Help"]
Page: TypeAlias = Literal["start", "data", "train", "analyze", "compare", "models"]


class Shell(Protocol):
    """What the main window does for a command."""

    def choose_file(self) -> None: ...
    def paste_table(self) -> None: ...
    def close_dataset(self) -> None: ...
    def show_page(self, page: Page) -> None: ...
    def show_data_view(self, name: str) -> None: ...
    def has_page(self, page: Page) -> bool: ...
    def show_palette(self) -> None: ...
    def toggle_files(self) -> None: ...
    def toggle_notices(self) -> None: ...
    def toggle_scheme(self) -> None: ...
    def toggle_full_screen(self) -> None: ...
    def show_monitor(self) -> None: ...
    def show_preferences(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def show_help(self, page: str = "getting-started") -> None: ...
    def show_about(self) -> None: ...
    def reveal_workspace(self) -> None: ...
    def clean_up(self) -> None: ...
    def get_model(self) -> None: ...
    def take_in_model(self) -> None: ...
    def has_datasets(self) -> bool: ...
    def leave(self) -> None: ...
    def train(self) -> None: ...
    def stop(self) -> None: ...
    def stop_all(self) -> None: ...
    def toggle_pause(self) -> None: ...
    def cancel_import(self) -> None: ...
    def has_dataset(self) -> bool: ...
    def has_running(self) -> bool: ...
    def is_importing(self) -> bool: ...


def _always(_: Shell) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One command. ``shortcut`` and ``more_shortcuts`` are Qt's portable words; ``icon`` is a name of ``icons``."""

    id: str
    text: str
    run: Callable[[Shell], None]
    menu: Menu
    shortcut: str
    icon: str = ""
    when: Callable[[Shell], bool] = _always
    more_shortcuts: tuple[str, ...] = ()
    starts_section: bool = False

    @property
    def words(self) -> str:
        """The text without the dots that announce a dialog."""
        return self.text.removesuffix("…")


DATA_VIEWS: tuple[tuple[str, str, str], ...] = (
    ("rows", "Rows", "table"),
    ("profile", "Profile", "chart"),
    ("pairs", "Pairs", "link"),
    ("trust", "Trust", "success"),
    ("prepare", "Prepare", "settings"),
    ("drift", "Drift", "curve"),
)
"""The views of the Data tab, in the order of its bar: name, words, icon."""


def _data_view(place: int, name: str, words: str, icon: str) -> Action:
    return Action(
        f"data.{name}", words, lambda shell: shell.show_data_view(name), "Data", f"Alt+{place}", icon,
        when=lambda shell: shell.has_dataset(),
    )  # fmt: skip


ACTIONS: tuple[Action, ...] = (
    Action("file.open", "Open a file…", lambda shell: shell.choose_file(), "File", "Ctrl+O", "open"),
    Action(
        "file.paste", "Import from the clipboard…", lambda shell: shell.paste_table(), "File", "Ctrl+Shift+V", "import",
    ),
    Action(
        "file.close", "Close the dataset", lambda shell: shell.close_dataset(), "File", "Ctrl+W", "close",
        when=lambda shell: shell.has_dataset(),
    ),
    Action(
        "file.cancel_import", "Cancel the import", lambda shell: shell.cancel_import(), "File", "Ctrl+Shift+I", "stop",
        when=lambda shell: shell.is_importing(),
    ),
    Action(
        "file.workspace", "Show the workspace folder", lambda shell: shell.reveal_workspace(), "File", "Ctrl+Shift+E",
        "reveal", starts_section=True,
    ),
    Action(
        "file.take_in", "Take in a model of another program…", lambda shell: shell.take_in_model(), "File",
        "Ctrl+Shift+T", "import", when=lambda shell: shell.has_datasets(), starts_section=True,
    ),
    Action("file.get_model", "Get a model from a remote…", lambda shell: shell.get_model(), "File", "Ctrl+Shift+G",
           "download"),
    Action("file.clean_up", "Clean up…", lambda shell: shell.clean_up(), "File", "Ctrl+Shift+K", "trash"),
    Action(
        "file.preferences", "Preferences…", lambda shell: shell.show_preferences(), "File", "Ctrl+,", "settings",
    ),
    Action("file.quit", "Quit", lambda shell: shell.leave(), "File", "Ctrl+Q", "close", starts_section=True),
    Action(
        "view.palette", "Search or run a command…", lambda shell: shell.show_palette(), "View", "Ctrl+K", "search",
        more_shortcuts=("Ctrl+Shift+P",),
    ),
    Action(
        "view.start", "Start page", lambda shell: shell.show_page("start"), "View", "Ctrl+0", "sparkles",
        starts_section=True,
    ),
    Action(
        "view.data", "Data", lambda shell: shell.show_page("data"), "View", "Ctrl+1", "table",
        when=lambda shell: shell.has_page("data"),
    ),
    Action(
        "view.train", "Train", lambda shell: shell.show_page("train"), "View", "Ctrl+2", "train",
        when=lambda shell: shell.has_page("train"),
    ),
    Action(
        "view.analyze", "Analyze", lambda shell: shell.show_page("analyze"), "View", "Ctrl+4", "eye",
        when=lambda shell: shell.has_page("analyze"),
    ),
    Action(
        "view.compare", "Compare", lambda shell: shell.show_page("compare"), "View", "Ctrl+5", "chart",
        when=lambda shell: shell.has_page("compare"),
    ),
    Action(
        "view.models", "Models", lambda shell: shell.show_page("models"), "View", "Ctrl+3", "models",
        when=lambda shell: shell.has_page("models"),
    ),
    Action(
        "view.files", "Show or hide the files", lambda shell: shell.toggle_files(), "View", "Ctrl+B", "sidebar",
        starts_section=True,
    ),
    Action("view.notices", "Show or hide the notices", lambda shell: shell.toggle_notices(), "View", "F8", "bell"),
    Action("view.monitor", "History of the machine", lambda shell: shell.show_monitor(), "View", "Ctrl+M", "cpu"),
    Action(
        "view.scheme", "Change between light and dark", lambda shell: shell.toggle_scheme(), "View", "Ctrl+Shift+D",
        "moon", starts_section=True,
    ),
    Action("view.full_screen", "Full screen", lambda shell: shell.toggle_full_screen(), "View", "F11", "reveal"),
    *(_data_view(place, *view) for place, view in enumerate(DATA_VIEWS, start=1)),
    Action(
        "run.train", "Train", lambda shell: shell.train(), "Run", "Ctrl+R", "play",
        when=lambda shell: shell.has_dataset(),
    ),
    Action(
        "run.pause", "Pause or go on", lambda shell: shell.toggle_pause(), "Run", "Ctrl+P", "pause",
        when=lambda shell: shell.has_running(),
    ),
    Action(
        "run.stop", "Stop and keep the best", lambda shell: shell.stop(), "Run", "Ctrl+.", "stop",
        when=lambda shell: shell.has_running(),
    ),
    Action(
        "run.stop_all", "Stop all runs", lambda shell: shell.stop_all(), "Run", "Ctrl+Shift+.", "stop",
        when=lambda shell: shell.has_running(), more_shortcuts=("Ctrl+>",),
    ),
    Action("help.contents", "Getting started", lambda shell: shell.show_help(), "Help", "Ctrl+F1", "help"),
    Action(
        "help.shortcuts", "Keyboard shortcuts", lambda shell: shell.show_shortcuts(), "Help", "F1", "keyboard",
        more_shortcuts=("Ctrl+/",),
    ),
    Action("help.about", "About Aetheron Desktop", lambda shell: shell.show_about(), "Help", "Shift+F1", "info"),
)  # fmt: skip

MENUS: tuple[Menu, ...] = ("File", "View", "Data", "Run", "Help")


def action(id: str) -> Action:
    """Give the command of this id.

    Raises:
        KeyError: there is none.
    """
    for one in ACTIONS:
        if one.id == id:
            return one
    raise KeyError(id)
