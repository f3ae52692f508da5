"""A server with HTTPS on this computer: the system's own ``git http-backend``, and the batch API of Git LFS."""

from __future__ import annotations

import base64
import datetime
import hashlib
import ipaddress
import json
import os
import shutil
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = 64 << 10


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Models in {folder.name}")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


class WebServer:
    """Serves the repositories below ``root``; ``password`` is wanted of everybody when there is one.

    ``answers`` are statuses that are given for paths that end so, ``cut`` closes the connection after so many bytes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.certificate, key = write_certificate(root)
        self.password = ""
        self.lfs = True
        self.answers: dict[str, int] = {}
        self.leads_to = ""
        self.cut: int | None = None
        self.seen: list[tuple[str, str, str]] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        handler = type("Handler", (_Handler,), {"web": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # refused certificates are its daily bread
        self._server.daemon_threads = False
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(poll_interval=0.02))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    web: ClassVar[WebServer]
    timeout = 10
    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_PUT(self) -> None:
        self._handle("PUT")

    def _handle(self, method: str) -> None:
        path = urlsplit(self.path).path
        self.web.seen.append((method, path, self.headers.get("Authorization", "")))
        for end, status in self.web.answers.items():
            if path.endswith(end):
                self._answer(status)
                return
        if self.web.password and self.headers.get("Authorization") != self._right():
            self._answer(401)
            return
        if self.web.leads_to:
            self.send_response(302)
            self.send_header("Location", self.web.leads_to + self.path)
            self.end_headers()
            return
        if "/info/lfs/" in path:
            self._lfs(method, path)
        else:
            self._git(method, path)

    def _right(self) -> str:
        return "Basic " + base64.b64encode(f"ada:{self.web.password}".encode()).decode()

    def _answer(self, status: int, data: bytes = b"", kind: str = "application/vnd.git-lfs+json") -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="models"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            found = b""
            while size := int(self.rfile.readline().strip(), 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _lfs(self, method: str, path: str) -> None:
        if not self.web.lfs:
            self._answer(404)
            return
        store = self.web.root / path.partition("/info/lfs/")[0].strip("/") / "lfs" / "objects"
        if path.endswith("/objects/batch"):
            self._batch(store, path, json.loads(self._body()))
            return
        oid = path.rpartition("/")[2]
        file = store / oid[:2] / oid[2:4] / oid
        if method == "PUT":
            data = self._body()
            if hashlib.sha256(data).hexdigest() != oid:
                self._answer(422)
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            self._answer(200)
        else:
            data = file.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: self.web.cut])

    def _batch(self, store: Path, path: str, asked: dict[str, object]) -> None:
        base = self.web.url + path.removesuffix("/batch")
        objects = []
        for made in asked["objects"]:  # type: ignore[attr-defined]  # as the API has it
            there = (store / made["oid"][:2] / made["oid"][2:4] / made["oid"]).is_file()
            action = {"href": f"{base}/{made['oid']}"}
            if asked["operation"] == "upload":
                objects.append(made if there else {**made, "actions": {"upload": action}})
            elif there:
                objects.append({**made, "actions": {"download": action}})
            else:
                objects.append({**made, "error": {"code": 404, "message": "not here"}})
        self._answer(200, json.dumps({"transfer": "basic", "objects": objects}).encode())

    def _git(self, method: str, path: str) -> None:
        body = self._body() if method == "POST" else b""
        environ = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.web.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": urlsplit(self.path).query,
            "REQUEST_METHOD": method,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "ada",
        }
        ended = subprocess.run(
            [str(shutil.which("git")), "http-backend"], input=body, env=environ, capture_output=True, check=False
        )
        head, _, data = ended.stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
        status = next((int(value.split()[0]) for name, value in lines if name == "Status"), 200)
        self.send_response(status)
        for name, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: self.web.cut] if method == "POST" else data)
