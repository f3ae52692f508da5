"""Signatures of models: who made one, and that nobody changed it since.

``signature.json`` in a version's files signs the bytes of ``model.json`` with Ed25519; that holds the hashes of all
other files, so that all of them are covered. What is signed is ``PREFIX`` and then the JSON of the signature's fields
but the last, in their order, without spaces, in UTF-8.
"""

from __future__ import annotations

import base64
import hashlib
import re
import stat
import time
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import StorageError, UsageError, storage_errors
from aetheron_desktop.engine.registry import identity
from aetheron_desktop.engine.registry.description import DESCRIPTION, MOST_BYTES, SIGNATURE, check_file
from aetheron_desktop.engine.registry.keys import (
    SigningError,
    fingerprint,
    own_fingerprint,
    own_key,
    signers,
    write_whole,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.identity import Author

SIGNATURE_FORMAT: Final = 1
PREFIX: Final = b"aetheron-model-signature-v1\n"

State: TypeAlias = Literal["own", "trusted", "unknown", "unsigned", "broken"]

_YEAR_9999: Final = 253_402_300_799
_MOST_SHOWN: Final = 60
_QUOTES: Final = re.compile('["“”„‟«»]')  # a name that ends the quotation could go on in the program's own words
_BETWEEN: Final = re.compile("[\\s\u200c\u200d]+")
_DAMAGED: Final = "The signature is damaged, or not made by this program: it says nothing about the model."
_CHANGED: Final = "The signature does not fit: the model was changed after it was signed."
_FORGED: Final = "The signature does not fit: it was changed after it was made, or somebody made it up."
_NEWER: Final = "The signature was made by a newer version of the program: update Aetheron Desktop to have it checked."
# Keys of small order, without their sign: anybody can sign for them (Ed25519 of libsodium refuses the same seven).
_WEAK: Final = frozenset(
    bytes.fromhex(key)
    for key in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in ``signature.json``.

    ``key`` is the public key (32 bytes) and ``signature`` the signature (64 bytes), both in base64; ``signer`` and
    ``email`` are who signed, in their own words, ``at`` is in seconds since the epoch, ``digest`` the SHA-256 of
    ``model.json`` in hex.
    """

    format: int
    algorithm: Literal["ed25519"]
    key: str
    signer: str
    email: str
    at: Annotated[int, msgspec.Meta(ge=0, le=_YEAR_9999)]
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    signature: str = ""


class _Format(msgspec.Struct, frozen=True):
    format: int


class SignatureVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be thought of a model's signature; show :attr:`sentence`.

    ``signer`` is the name that the user gave to whom they trust; of an unknown signer it is only what the signature
    claims. ``namesake`` says that somebody else who is trusted has the name that is claimed. The fields are empty where
    the model is not signed, or the signature is broken; then ``reason`` says how.
    """

    state: State
    signer: str = ""
    email: str = ""
    fingerprint: str = ""
    at: int = 0
    namesake: bool = False
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The verdict in words for people; a name in it cannot pass for the program's own words."""
        name = _QUOTES.sub("’", self.signer)
        name = name if len(name) <= _MOST_SHOWN else f"{name[: _MOST_SHOWN - 1]}…"
        match self.state:
            case "own":
                return "Signed by you."
            case "trusted":
                return f"Signed by {name}, whom you trust."
            case "unknown":
                other = f" The {name} whom you trust has another key." if self.namesake else ""
                return (
                    f"Signed by “{name}” with a key that you do not know ({self.fingerprint}): compare the fingerprint "
                    f"with its maker before you trust it.{other}"
                )
            case "unsigned":
                return "Not signed."
            case "broken":
                return self.reason


def sign(folder: Path, author: Author | None = None) -> Signature:
    """Sign the model in ``folder``, in the name of ``author`` or of who uses the program.

    Raises:
        ModelError: its description cannot be read.
        UsageError: ``author`` has no name, or no address.
        SigningError: the own key cannot be used.
        StorageError: the disk refused; an older signature is still there.
    """
    file = folder / DESCRIPTION
    check_file(file)
    with storage_errors(file):
        description = file.read_bytes()
    made = made_signature(description, author)
    write_whole(folder / SIGNATURE, made)
    return msgspec.json.decode(made, type=Signature)


def made_signature(description: bytes, author: Author | None = None) -> bytes:
    """Give the bytes of a ``signature.json`` for those of a ``model.json``; the own key is made at first use.

    Raises:
        UsageError: ``author`` has no name, or no address.
        SigningError: the own key cannot be used.
        StorageError: the disk refused.
    """
    author = author or identity.author()
    name, email = identity.clean(author.name), identity.clean(author.email)
    if not (name and email):
        raise UsageError("A signature needs a name and an address.", hint="Give both of whoever signs.")
    key = own_key()
    unsigned = Signature(
        format=SIGNATURE_FORMAT,
        algorithm="ed25519",
        key=_base64(key.public_key().public_bytes_raw()),
        signer=name,
        email=email,
        at=int(time.time()),
        digest=hashlib.sha256(description).hexdigest(),
    )
    sealed = _base64(key.sign(_statement(unsigned)))
    return msgspec.json.encode(msgspec.structs.replace(unsigned, signature=sealed))


def folder_verdict(folder: Path) -> SignatureVerdict:
    """Judge the signature of the model in ``folder``; that the other files fit their hashes is not looked at.

    Raises:
        ModelError: its description cannot be read.
        StorageError: the disk refused.
    """
    file = folder / SIGNATURE
    with storage_errors(file):
        try:
            status = file.lstat()
        except FileNotFoundError:
            return SignatureVerdict(state="unsigned")
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES[SIGNATURE]:
            return SignatureVerdict(state="broken", reason=_DAMAGED)
        signature = file.read_bytes()
    check_file(folder / DESCRIPTION)
    with storage_errors(folder / DESCRIPTION):
        return verdict((folder / DESCRIPTION).read_bytes(), signature)


def verdict(description: bytes, signature: bytes | None) -> SignatureVerdict:
    """Judge the bytes of a ``signature.json`` (None: there is none) for those of a ``model.json``.

    Neither makes a key nor raises an error, whatever the bytes are. Where the own key or the list of signers cannot be
    read, nobody is trusted.
    """
    if signature is None:
        return SignatureVerdict(state="unsigned")
    from cryptography.exceptions import InvalidSignature  # 30 ms, here and below; many a command judges nothing
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if _format_of(signature) > SIGNATURE_FORMAT:
            return SignatureVerdict(state="broken", reason=_NEWER)
        signed, public, sealed = _decoded(signature)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return SignatureVerdict(state="broken", reason=_DAMAGED)
    if signed.digest != hashlib.sha256(description).hexdigest():
        return SignatureVerdict(state="broken", reason=_CHANGED)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(sealed, _statement(signed))
    except InvalidSignature:
        return SignatureVerdict(state="broken", reason=_FORGED)
    return _judged(signed, fingerprint(public))


def _decoded(data: bytes) -> tuple[Signature, bytes, bytes]:
    """Give what stands in a signature, its key and what is sealed; each signature has one spelling and no other.

    Raises:
        ValueError, msgspec.MsgspecError, RecursionError: it is not as :func:`made_signature` writes one.
    """
    signed = msgspec.json.decode(data, type=Signature)
    public = base64.b64decode(signed.key, validate=True)
    sealed = base64.b64decode(signed.signature, validate=True)
    plain = all(text and text == identity.clean(text) for text in (signed.signer, signed.email))
    lengths = (len(public), len(sealed)) == (32, 64)
    # The bits of base64 that are left over, spaces, keys that stand twice: all of that would be read over.
    respelt = msgspec.structs.replace(signed, key=_base64(public), signature=_base64(sealed))
    weak = public[:31] + bytes([public[31] & 0x7F]) in _WEAK if lengths else True
    if signed.format != SIGNATURE_FORMAT or not plain or weak or msgspec.json.encode(respelt) != data:
        raise ValueError("not a signature")
    return signed, public, sealed


def _format_of(data: bytes) -> int:
    if len(data) > MOST_BYTES[SIGNATURE]:
        raise ValueError("too long")
    return msgspec.json.decode(data, type=_Format).format


def _statement(signed: Signature) -> bytes:
    """Give the bytes that are signed: see the top of this file."""
    fields = msgspec.structs.asdict(signed)
    del fields["signature"]
    return PREFIX + msgspec.json.encode(fields)


def _judged(signed: Signature, print_: str) -> SignatureVerdict:
    """Say whose signature it is; that it fits is known."""
    own: str | None = None
    trusted: dict[str, str] = {}
    # A key or a list that cannot be read trusts nobody; whoever signs or looks at the list is told what ails it.
    with suppress(SigningError, StorageError):
        own = own_fingerprint()
    with suppress(SigningError, StorageError):
        trusted = {signer.fingerprint: signer.name for signer in signers()}
    state: State = "own" if print_ == own else "trusted" if print_ in trusted else "unknown"
    name = trusted[print_] if state == "trusted" else signed.signer
    namesake = state == "unknown" and _alike(name) in map(_alike, trusted.values())
    return SignatureVerdict(
        state=state, signer=name, email=signed.email, fingerprint=print_, at=signed.at, namesake=namesake
    )


def _alike(name: str) -> str:
    """Give what names have in common that look the same but for width, case, spaces and joiners."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", name).casefold())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
