"""The own key, with which models are signed, and the keys of others that the user trusts.

The own key is a file that only its owner may read, and not in ``keyring``: that needs a desktop session, and may wait
for one. Both files lie in the user's own folder, beside what the window remembers.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
import stat
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import platformdirs

from aetheron_desktop.engine.errors import AetheronError, UsageError, storage_errors
from aetheron_desktop.engine.registry.identity import clean
from aetheron_desktop.engine.store.locks import exclusive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY: Final = "signing-key.pem"
SIGNERS: Final = "signers.json"

_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_MOST_KEY_BYTES: Final = 16 << 10
_OF_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class SigningError(AetheronError):
    """The own key, or the list of the signers who are trusted, cannot be used."""

    title = "The keys for signatures cannot be used"


class Signer(msgspec.Struct, frozen=True):
    """Somebody whose signatures are trusted, under the name that the user gave; ``since`` in seconds of the epoch."""

    fingerprint: str
    name: str
    since: float


class _Known(msgspec.Struct, frozen=True):
    name: str
    since: float


def fingerprint(public: bytes) -> str:
    """Give the fingerprint of a raw public key (32 bytes) as OpenSSH prints it: of its form in RFC 8709, section 4."""
    wire = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ssh-ed25519", public))
    return f"SHA256:{base64.b64encode(hashlib.sha256(wire).digest()).decode().rstrip('=')}"


def own_key() -> Ed25519PrivateKey:
    """Give the own key; it is made at first use, and programs that do so at once end with the same one.

    Raises:
        SigningError: it is damaged, or others could read it and that cannot be changed.
        StorageError: the disk refused.
    """
    file = _made_folder() / KEY
    if not _is_there(file):
        _make_key(file)
    _keep_from_others(file, 0o600)
    return _read_key(file)


def checkpoint_key() -> bytes:
    """Give the 32 bytes that checkpoints of this user's runs are sealed with; they follow from the own key.

    Raises:
        SigningError: the key is damaged, or others could read it and that cannot be changed.
        StorageError: the disk refused.
    """
    return hmac.new(own_key().private_bytes_raw(), b"checkpoints", hashlib.sha256).digest()


def own_fingerprint() -> str | None:
    """Give the fingerprint of the own key, for others to compare; None while there is no key, and none is made.

    Raises:
        SigningError: the key is damaged.
        StorageError: the disk refused.
    """
    file = config_folder() / KEY
    return fingerprint(_read_key(file).public_key().public_bytes_raw()) if _is_there(file) else None


def signers() -> list[Signer]:
    """Give whom the user trusts, by name.

    Raises:
        SigningError: the list is damaged.
        StorageError: the disk refused.
    """
    known = (Signer(key, one.name, one.since) for key, one in _known(config_folder() / SIGNERS).items())
    return sorted(known, key=lambda signer: (signer.name.casefold(), signer.fingerprint))


def trust(fingerprint: str, name: str) -> None:
    """Trust the key with this fingerprint from now on, under a name of the user's own.

    Raises:
        UsageError: that is no fingerprint, or no name.
        SigningError: the list is damaged.
        StorageError: the disk refused.
    """
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise UsageError(
            f"{fingerprint!r} is no fingerprint of a key.",
            hint="Give all of it, as it stands beside the model: SHA256: and 43 more characters.",
        )
    if not (named := clean(name)):
        raise UsageError("A signer needs a name.", hint="Give the name by which you know the maker.")
    with _changed_signers() as known:
        known[fingerprint] = _Known(named, time.time())


def distrust(fingerprint: str) -> None:
    """Trust the key with this fingerprint no longer.

    Raises:
        UsageError: it was not trusted.
        SigningError: the list is damaged.
        StorageError: the disk refused.
    """
    with _changed_signers() as known:
        if known.pop(fingerprint, None) is None:
            raise UsageError(
                f"{fingerprint!r} is not among the keys that you trust.",
                hint="Look at the list of those, and give all of the fingerprint.",
            )


def config_folder() -> Path:
    """Give the user's own folder, or the one that ``AETHERON_CONFIG`` names."""
    folder = os.environ.get("AETHERON_CONFIG")
    return Path(folder) if folder else platformdirs.user_config_path("Aetheron Desktop", appauthor=False)


def write_whole(
    file: Path, data: bytes, *, mode: int = 0o666, place: Callable[[Path, Path], None] = os.replace
) -> None:
    """Write ``file`` as a whole or not at all; ``place`` puts what was written beside it there.

    Raises:
        StorageError: the disk refused; nothing was left behind.
    """
    part = file.with_name(f".{file.name}.{uuid.uuid4().hex}.part")
    with storage_errors(file):
        try:
            with open(part, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            place(part, file)
        finally:
            part.unlink(missing_ok=True)


def _is_there(file: Path) -> bool:
    with storage_errors(file):
        return file.exists()


def _make_key(file: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # 30 ms, and seldom needed
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_whole(file, made, mode=0o600, place=_put_once)


def _put_once(part: Path, file: Path) -> None:
    """Put ``part`` at ``file`` unless there is one by now: that one stands."""
    with contextlib.suppress(FileExistsError):
        if os.name == "nt":
            os.rename(part, file)  # replaces nothing there
        else:
            os.link(part, file)


def _read_key(file: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # see above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    refused = SigningError(
        f"Your signing key, {file}, is damaged, or no Ed25519 key without a password.",
        hint="Put it back from a backup. Without one, move it away: a new key is made when you next sign, and whoever "
        "trusted the old one has to trust the new one.",
    )
    with storage_errors(file):
        status = file.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_KEY_BYTES:
            raise refused
        data = file.read_bytes()
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise refused from error
    if not isinstance(key, Ed25519PrivateKey):
        raise refused
    return key


def _made_folder() -> Path:
    folder = config_folder()
    with storage_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep_from_others(folder, 0o700)
    return folder


def _keep_from_others(place: Path, mode: int) -> None:
    """Take the rights of others on ``place`` away.

    Raises:
        SigningError: they have some, and keep them.
    """
    if os.name == "nt":
        return  # the user's folders are their own there, and such bits say nothing
    with storage_errors(place):
        rights = place.stat().st_mode
        # A folder with the sticky bit, as /tmp has it, is everybody's: it is no use to lock the others out.
        if rights & _OF_OTHERS and not rights & stat.S_ISVTX:
            with contextlib.suppress(PermissionError):
                place.chmod(mode)
            rights = place.stat().st_mode
    if rights & _OF_OTHERS:
        raise SigningError(
            f"Others may read or change {place}, where your signing key is kept.",
            hint=f"Take their rights away (chmod {mode:o}), or name a folder of your own in AETHERON_CONFIG.",
        )


@contextlib.contextmanager
def _changed_signers() -> Iterator[dict[str, _Known]]:
    """Give the list of signers to change it; two programs that do so at once both have their way."""
    file = _made_folder() / SIGNERS
    with exclusive(file.with_suffix(".lock")):
        known = _known(file)
        yield known
        write_whole(file, msgspec.json.format(msgspec.json.encode(known), indent=2))


def _known(file: Path) -> dict[str, _Known]:
    with storage_errors(file):
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            return {}
    try:
        return msgspec.json.decode(data, type=dict[str, _Known])
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise SigningError(
            f"The list of the signers whom you trust, {file}, is damaged: {error}",
            hint="Put it back from a backup, or move it away: then nobody is trusted until you say so again.",
        ) from error
