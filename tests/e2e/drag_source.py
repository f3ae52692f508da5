"""A small window from which a file can be dragged, as from a file manager: ``drag_source FILE``."""

import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    """Begins a drag as soon as the mouse moves with its button down; it is ended from outside."""

    def __init__(self, file: Path) -> None:
        super().__init__(file.name)
        self._file = file
        self.setWindowFlags(
            Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.BypassWindowManagerHint
        )
        self.setGeometry(0, 0, 120, 40)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        drag = QDrag(self)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self._file))])
        drag.setMimeData(data)
        action = drag.exec(Qt.DropAction.CopyAction)
        sys.stdout.write(f"{action.name}\n")
        sys.stdout.flush()
        # It must stay: who takes the drop asks for the data afterwards.


if __name__ == "__main__":
    app = QApplication(sys.argv)
    source = Source(Path(sys.argv[1]))
    source.show()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.exit(app.exec())
