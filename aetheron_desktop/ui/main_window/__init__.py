"""The main window: its parts and their connections, and what it does for a command."""

from aetheron_desktop.ui.main_window.window import MainWindow

__all__ = ["MainWindow"]
