"""Signatures of models: whose they are, and that nothing that was changed passes for signed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import AetheronError, ModelError, UsageError
from aetheron_desktop.engine.registry.description import DESCRIPTION, MOST_BYTES, SIGNATURE
from aetheron_desktop.engine.registry.identity import Author, clean
from aetheron_desktop.engine.registry.keys import KEY, SIGNERS, distrust, fingerprint, own_fingerprint, trust
from aetheron_desktop.engine.registry.signing import (
    PREFIX,
    SignatureVerdict,
    folder_verdict,
    made_signature,
    sign,
    verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

ADA = Author("Ada", "ada@example.org")
MODEL = b'{"format": 2, "hashes": {"pipeline.skops": "12"}}'
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
STRANGE = fingerprint(STRANGER.public_key().public_bytes_raw())
ANY_CONFIG = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the keys of the test are."""
    monkeypatch.setenv("AETHERON_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


def made_by_hand(**changes: Any) -> bytes:
    """A signature as the top of the module says it is made, without the module; ``changes`` are signed too."""
    fields = {
        "format": 1,
        "algorithm": "ed25519",
        "key": base64.b64encode(STRANGER.public_key().public_bytes_raw()).decode(),
        "signer": "Ada",
        "email": "ada@example.org",
        "at": 1_800_000_000,
        "digest": hashlib.sha256(MODEL).hexdigest(),
    } | changes
    sealed = STRANGER.sign(b"aetheron-model-signature-v1\n" + spelt(fields))
    return spelt(fields | {"signature": base64.b64encode(sealed).decode()})


def spelt(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def changed(signature: bytes, /, **changes: Any) -> bytes:
    return spelt(json.loads(signature) | changes)


def test_that_the_own_signature_is_known(tmp_path: Path) -> None:
    (tmp_path / DESCRIPTION).write_bytes(MODEL)
    assert folder_verdict(tmp_path).sentence == "Not signed."
    made = sign(tmp_path, ADA)
    found = folder_verdict(tmp_path)
    assert (found.state, found.sentence) == ("own", "Signed by you.")
    assert (found.signer, found.email, found.at) == ("Ada", "ada@example.org", made.at)
    assert found.fingerprint == own_fingerprint() == fingerprint(base64.b64decode(made.key))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["config", DESCRIPTION, SIGNATURE]


def test_that_who_uses_the_program_signs_where_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "grace@example.org")
    assert verdict(MODEL, made_signature(MODEL)).signer == "Grace"


def test_that_a_signature_by_hand_after_the_description_is_accepted() -> None:
    found = verdict(MODEL, made_by_hand())
    assert found.state == "unknown"
    assert found.sentence == (
        f"Signed by “Ada” with a key that you do not know ({STRANGE}): compare the fingerprint with its maker before "
        "you trust it."
    )


def test_that_anybody_can_verify_a_signature_without_this_program() -> None:
    fields = json.loads(made_signature(MODEL, ADA))
    sealed = base64.b64decode(fields.pop("signature"))
    Ed25519PublicKey.from_public_bytes(base64.b64decode(fields["key"])).verify(sealed, PREFIX + spelt(fields))
    assert fields["digest"] == hashlib.sha256(MODEL).hexdigest()


def test_that_a_stranger_is_trusted_from_when_one_says_so_until_one_no_longer_does() -> None:
    signature = made_by_hand(signer="Countess")
    assert verdict(MODEL, signature).state == "unknown"
    trust(STRANGE, "Ada")
    found = verdict(MODEL, signature)
    assert (found.state, found.signer, found.sentence) == ("trusted", "Ada", "Signed by Ada, whom you trust.")
    distrust(STRANGE)
    assert verdict(MODEL, signature).state == "unknown"


@pytest.mark.parametrize("claimed", ["Ada", "ADA", "A d a", "Ａｄａ", "A\u200dda"])  # noqa: RUF001 - so they look
def test_that_a_stranger_with_the_name_of_a_friend_is_told_from_them(claimed: str) -> None:
    trust(fingerprint(b"a" * 32), "Ada")
    found = verdict(MODEL, made_by_hand(signer=claimed))
    assert (found.state, found.namesake) == ("unknown", True)
    assert "a key that you do not know" in found.sentence
    assert found.sentence.endswith("whom you trust has another key.")


@pytest.mark.parametrize("quote", ['"', "“", "”", "„", "»"])
def test_that_a_name_cannot_go_on_in_the_words_of_the_program(quote: str) -> None:
    name = f"Ada{quote}, whom you trust. {quote}{'x' * 150}"
    sentence = verdict(MODEL, made_by_hand(signer=name)).sentence
    assert sentence.startswith("Signed by “Ada’, whom you trust. ’x")
    assert sentence.index("”") < 75
    assert f"… with a key that you do not know ({STRANGE})".replace("… ", "…” ") in sentence


def test_that_verifying_makes_no_key(config: Path) -> None:
    assert verdict(MODEL, made_by_hand()).state == "unknown"
    assert verdict(MODEL, None).state == "unsigned"
    assert not config.exists()


@pytest.mark.parametrize("name", [KEY, SIGNERS])
@pytest.mark.parametrize("data", [b"", b"\xff[[[["])
def test_that_keys_that_cannot_be_read_trust_nobody(config: Path, name: str, data: bytes) -> None:
    own = made_signature(MODEL, ADA)
    trust(STRANGE, "Ada")
    (config / name).write_bytes(data)
    states = {"own": verdict(MODEL, own).state, "trusted": verdict(MODEL, made_by_hand()).state}
    assert states == {"own": "own", "trusted": "trusted"} | {{KEY: "own", SIGNERS: "trusted"}[name]: "unknown"}


@ANY_CONFIG
@given(st.data())
def test_that_any_other_byte_breaks_it(data: st.DataObject) -> None:
    signature = made_signature(MODEL, ADA)
    parts = [bytearray(MODEL), bytearray(signature)]
    part = parts[data.draw(st.integers(0, 1))]
    part[data.draw(st.integers(0, len(part) - 1))] ^= data.draw(st.integers(1, 255))
    assert verdict(bytes(parts[0]), bytes(parts[1])).state == "broken"


def test_that_every_bit_counts() -> None:
    signature = made_by_hand()
    trust(STRANGE, "Ada")
    assert verdict(MODEL, signature).state == "trusted"
    for place in range(len(signature)):
        for bit in range(8):
            other = bytearray(signature)
            other[place] ^= 1 << bit
            assert verdict(MODEL, bytes(other)).state == "broken", bytes(other)


@given(st.binary(max_size=600))
def test_that_no_bytes_are_a_signature_or_an_error(data: bytes) -> None:
    assert verdict(MODEL, data).state == "broken"


@ANY_CONFIG
@given(st.text(max_size=250), st.text(max_size=250), st.binary(max_size=50))
def test_that_what_is_signed_is_verified_whoever_signs(name: str, email: str, description: bytes) -> None:
    if not (clean(name) and clean(email)):
        with pytest.raises(UsageError, match="needs a name"):
            made_signature(description, Author(name, email))
        return
    signature = made_signature(description, Author(name, email))
    found = verdict(description, signature)
    assert (found.state, found.signer, found.email) == ("own", clean(name), clean(email))
    assert len(signature) < MOST_BYTES[SIGNATURE]


@pytest.mark.parametrize(
    "changes", [{"signer": "Bob"}, {"email": "bob@example.org"}, {"at": 0}, {"at": 1_800_000_001}], ids=str
)
def test_that_name_and_time_cannot_be_changed(changes: dict[str, Any]) -> None:
    found = verdict(MODEL, changed(made_by_hand(), **changes))
    assert (found.state, found.signer, found.fingerprint) == ("broken", "", "")
    assert found.sentence == "The signature does not fit: it was changed after it was made, or somebody made it up."


def test_that_a_signature_does_not_fit_another_model() -> None:
    signature = made_by_hand()
    other = MODEL.replace(b"12", b"13")
    assert verdict(other, signature).sentence == (
        "The signature does not fit: the model was changed after it was signed."
    )
    moved = changed(signature, digest=hashlib.sha256(other).hexdigest())
    assert verdict(other, moved).state == "broken"


def test_that_the_key_of_another_does_not_fit() -> None:
    other = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    trust(STRANGE, "Ada")
    assert verdict(MODEL, changed(made_by_hand(), key=other)).state == "broken"


def test_that_a_newer_format_is_said_and_not_trusted() -> None:
    found = verdict(MODEL, made_by_hand(format=2, more=["fields"]))
    assert found.state == "broken"
    assert "update" in found.sentence


HOSTILE: dict[str, dict[str, Any]] = {
    "another algorithm": {"algorithm": "none"},
    "no algorithm": {"algorithm": None},
    "an older format": {"format": 0},
    "a format in words": {"format": "1"},
    "a format that is a number with a point": {"format": 1.0},
    "one field more": {"more": 1},
    "a key of 31 bytes": {"key": base64.b64encode(b"k" * 31).decode()},
    "a key of 33 bytes": {"key": base64.b64encode(b"k" * 33).decode()},
    "no key": {"key": ""},
    "a key that is no base64": {"key": "!" * 44},
    "a key in other letters": {"key": "é" * 44},
    "a name over two lines": {"signer": "Ada\nsigned by you"},
    "a name that a terminal obeys": {"signer": "\x1b[2JAda"},
    "a name that turns the letters": {"signer": "Ada\u202eadA"},
    "a name that hides letters": {"signer": "A\u200bda"},
    "a name of half a letter": {"signer": "\ud800"},
    "a name without an end": {"signer": "A" * 201},
    "a name of nothing": {"signer": ""},
    "a name of spaces": {"signer": "Ada" + " " * 100 + "x"},
    "an address with a bracket": {"email": "ada@example.org>"},
    "an address that turns the letters": {"email": "\u2067ada"},
    "a time that is none": {"at": float("nan")},
    "a time without an end": {"at": 10**400},
    "a time before time": {"at": -1},
    "a time in parts": {"at": 0.5},
    "a digest in capitals": {"digest": hashlib.sha256(MODEL).hexdigest().upper()},
    "a digest with an end of line": {"digest": hashlib.sha256(MODEL).hexdigest() + "\n"},
    "a digest that is none": {"digest": "12"},
    "a list for a name": {"signer": ["Ada"]},
    "lists without an end": {"signer": json.loads("[" * 900 + "]" * 900)},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_that_a_well_signed_signature_that_is_not_as_one_should_be_is_broken(what: str) -> None:
    trust(STRANGE, "Ada")
    found = verdict(MODEL, made_by_hand(**HOSTILE[what]))
    assert (found.state, found.signer) == ("broken", "")
    assert found.sentence.startswith("The signature is damaged")


def respelt() -> dict[str, bytes]:
    whole = made_by_hand()
    fields = json.loads(whole)
    return {
        "nothing": b"",
        "null": b"null",
        "a list": b"[]",
        "deep lists": b"[" * 16_000,
        "deep in a field": b'{"format":' + b"[" * 16_000,
        "deep in an unknown field": b'{"x":' + b'{"x":' * 3_000,
        "too large": whole + b" " * (16 << 10),
        "spaces": json.dumps(fields).encode(),
        "an end of line": whole + b"\n",
        "a mark of the byte order": b"\xef\xbb\xbf" + whole,
        "another encoding": whole.decode().encode("utf-16"),
        "not text": whole.replace(b"Ada", b"A\xffa"),
        "another order": spelt(dict(reversed(fields.items()))),
        "a field twice": whole[:-1] + b',"signer":"Ada"}',
        "escaped letters": whole.replace(b"Ada", b"\\u0041da"),
        "cut short": whole[:-1],
        "no signature": spelt({name: value for name, value in fields.items() if name != "signature"}),
        "an empty signature": changed(whole, signature=""),
        "a signature of 63 bytes": changed(whole, signature=base64.b64encode(b"s" * 63).decode()),
        "a signature of 65 bytes": changed(whole, signature=base64.b64encode(b"s" * 65).decode()),
        "a signature without its end": changed(whole, signature=fields["signature"].rstrip("=")),
        "left-over bits": changed(whole, signature=fields["signature"][:-3] + _next(fields["signature"][-3]) + "=="),
        "pickle": b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94\x93\x94.",
    }


def _next(letter: str) -> str:
    # The last letter of 64 bytes in base64 carries two bits; four are left over, and a lax reader reads over them.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return letters[letters.index(letter) + 1]


@pytest.mark.parametrize("what", respelt())
def test_that_a_signature_has_one_spelling(what: str) -> None:
    trust(STRANGE, "Ada")
    found = verdict(MODEL, respelt()[what])
    assert found == SignatureVerdict(state="broken", reason=found.reason)
    assert found.sentence.startswith("The signature is damaged")


FORGED = b"\x01" + bytes(63)
WEAK = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    b"\xec" + b"\xff" * 30 + b"\x7f",
    b"\xed" + b"\xff" * 30 + b"\x7f",
    b"\xee" + b"\xff" * 30 + b"\x7f",
]


@pytest.mark.parametrize("key", [*WEAK, *(key[:31] + bytes([key[31] | 0x80]) for key in WEAK)], ids=bytes.hex)
def test_that_a_key_for_which_anybody_can_sign_is_no_key(key: bytes) -> None:
    # A point of small order and nought: it fits one text in eight or more, and no secret is needed to find one.
    accepted = 0
    for at in range(200):
        fields = json.loads(made_by_hand(at=at, key=base64.b64encode(key).decode()))
        del fields["signature"]
        with suppress(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(key).verify(FORGED, PREFIX + spelt(fields))
            accepted += 1
        assert verdict(MODEL, spelt(fields | {"signature": base64.b64encode(FORGED).decode()})).state == "broken"
    assert accepted


@pytest.mark.parametrize(
    "what",
    [
        "a folder",
        "large",
        pytest.param("a link", marks=pytest.mark.skipif(os.name == "nt", reason="links need rights there")),
    ],
)
def test_that_what_is_no_file_of_a_signature_is_broken(tmp_path: Path, what: str) -> None:
    (tmp_path / DESCRIPTION).write_bytes(MODEL)
    (tmp_path / "elsewhere").write_bytes(made_by_hand())
    if what == "a folder":
        (tmp_path / SIGNATURE).mkdir()
    elif what == "large":
        (tmp_path / SIGNATURE).write_bytes(b" " * (1 << 20))
    else:
        (tmp_path / SIGNATURE).symlink_to(tmp_path / "elsewhere")
    assert folder_verdict(tmp_path).state == "broken"


def test_that_signing_again_puts_a_new_signature_in_place(tmp_path: Path) -> None:
    (tmp_path / DESCRIPTION).write_bytes(MODEL)
    (tmp_path / SIGNATURE).write_bytes(made_by_hand())
    assert folder_verdict(tmp_path).state == "unknown"
    sign(tmp_path, ADA)
    assert folder_verdict(tmp_path).state == "own"
    (tmp_path / DESCRIPTION).write_bytes(MODEL + b" ")
    assert folder_verdict(tmp_path).state == "broken"


def test_that_a_folder_without_a_description_is_not_signed(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=DESCRIPTION):
        sign(tmp_path, ADA)
    assert not list(tmp_path.iterdir())


def test_that_a_damaged_key_signs_nothing_and_is_left_as_it_is(tmp_path: Path, config: Path) -> None:
    (tmp_path / DESCRIPTION).write_bytes(MODEL)
    config.mkdir(mode=0o700)
    (config / KEY).write_bytes(b"no key")
    with pytest.raises(AetheronError, match="is damaged"):
        sign(tmp_path, ADA)
    assert (config / KEY).read_bytes() == b"no key"
    assert not (tmp_path / SIGNATURE).exists()


def test_that_neither_cryptography_nor_git_is_loaded_before_they_are_needed() -> None:
    code = "import sys, aetheron_desktop.engine.registry.signing; print({'cryptography', 'dulwich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
