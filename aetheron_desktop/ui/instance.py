"""One window per workspace: a second start asks the first window to come to the front."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 2000
_LONGEST = 65_536


class Request(msgspec.Struct, frozen=True):
    """What the second start wants: the files to open, as absolute paths."""

    files: tuple[str, ...] = ()


class FirstWindow(QObject):
    """Listens for later starts on the same workspace; ``asked`` tells their files."""

    asked = Signal(list)  # list[Path]

    def __init__(self, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        # Who holds the workspace's lock is the first; what a crashed one left of its socket is in the way.
        QLocalServer.removeServer(_name(root))
        self.is_listening = self._server.listen(_name(root))

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._on_ready)
            socket.disconnected.connect(self._on_disconnected)
            self._read(socket)

    def _on_ready(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._read(socket)

    def _on_disconnected(self) -> None:
        socket = self.sender()
        if socket is not None:
            socket.deleteLater()

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            return
        try:
            request = msgspec.json.decode(bytes(socket.readLine().data()), type=Request)
        except msgspec.DecodeError:
            socket.abort()
            return
        socket.write(b"ok\n")
        socket.flush()
        self.asked.emit([Path(name) for name in request.files])


def ask_first_window(root: Path, files: list[Path]) -> bool:
    """Ask the window that has the workspace at ``root`` to show itself and open ``files``; False when none answers."""
    socket = QLocalSocket()
    socket.connectToServer(_name(root))
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(msgspec.json.encode(Request(tuple(str(path.absolute()) for path in files))) + b"\n")
    socket.flush()
    answered = socket.waitForReadyRead(_WAIT_MS) and bytes(socket.readLine().data()) == b"ok\n"
    socket.disconnectFromServer()
    return answered


def _name(root: Path) -> str:
    return f"aetheron-{hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:24]}"
