"""The own key and the signers who are trusted: made once, kept from others, never written over."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import AetheronError, StorageError, UsageError
from aetheron_desktop.engine.registry.keys import (
    KEY,
    SIGNERS,
    SigningError,
    distrust,
    fingerprint,
    own_fingerprint,
    own_key,
    signers,
    trust,
)

POSIX_RIGHTS = pytest.mark.skipif(os.name == "nt", reason="rights are not such bits there")
ADA = fingerprint(b"a" * 32)
BOB = fingerprint(b"b" * 32)
ROUNDS = 20
MAKE = """
import os, sys
from aetheron_desktop.engine.registry.keys import fingerprint, own_key
import cryptography.hazmat.primitives.asymmetric.ed25519, cryptography.hazmat.primitives.serialization
print("ready", flush=True)
for line in sys.stdin:
    os.environ["AETHERON_CONFIG"] = line.strip()
    print(fingerprint(own_key().public_key().public_bytes_raw()), flush=True)
"""
TRUST = """
import sys
from aetheron_desktop.engine.registry.keys import fingerprint, trust
print("ready", flush=True)
sys.stdin.readline()
for number in range(30):
    trust(fingerprint(f"{sys.argv[1]}{number}".encode().ljust(32)), f"{sys.argv[1]} {number}")
"""


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the keys of the test are."""
    monkeypatch.setenv("AETHERON_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


def rights(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def started(code: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_that_a_key_is_made_once_and_stays(config: Path) -> None:
    assert own_fingerprint() is None
    assert not config.exists()
    made = own_key().private_bytes_raw()
    assert made == own_key().private_bytes_raw()
    assert own_fingerprint() == fingerprint(own_key().public_key().public_bytes_raw())
    assert [file.name for file in config.iterdir()] == [KEY]


@POSIX_RIGHTS
def test_that_only_its_owner_may_read_the_key(config: Path) -> None:
    before = os.umask(0)
    try:
        own_key()
    finally:
        os.umask(before)
    assert rights(config) == 0o700
    assert rights(config / KEY) == 0o600


@POSIX_RIGHTS
@pytest.mark.parametrize("wide", [0o644, 0o640, 0o666, 0o602])
def test_that_rights_of_others_are_taken_away(config: Path, wide: int) -> None:
    made = own_key().private_bytes_raw()
    config.chmod(0o755)
    (config / KEY).chmod(wide)
    assert own_key().private_bytes_raw() == made
    assert rights(config) == 0o700
    assert rights(config / KEY) == 0o600


@POSIX_RIGHTS
def test_that_a_folder_of_everybody_is_refused_and_left_as_it_is(config: Path) -> None:
    config.mkdir()
    config.chmod(0o1777)
    with pytest.raises(SigningError, match="Others may read or change") as caught:
        own_key()
    assert "AETHERON_CONFIG" in caught.value.hint
    assert rights(config) == 0o1777
    assert not list(config.iterdir())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs the right to be somebody else")
def test_that_a_key_that_others_may_read_and_that_is_not_ours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # The folder of a test is closed to all but root.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("AETHERON_CONFIG", folder)
        own_key()
        (Path(folder) / KEY).chmod(0o644)
        os.chown(folder, 54321, -1)
        os.seteuid(54321)
        try:
            with pytest.raises(SigningError, match=f"change .*{KEY}") as caught:
                own_key()
        finally:
            os.seteuid(0)
        assert "chmod 600" in caught.value.hint
        assert rights(Path(folder) / KEY) == 0o644


def test_that_two_programs_at_first_use_end_with_one_key(tmp_path: Path) -> None:
    both = [started(MAKE), started(MAKE)]
    for number in range(ROUNDS):
        folder = tmp_path / f"config {number}"
        for process in both:
            assert process.stdin is not None
            process.stdin.write(f"{folder}\n")
            process.stdin.flush()
        told = {process.stdout.readline() for process in both if process.stdout is not None}
        assert len(told) == 1
        assert told.pop().startswith("SHA256:")
        assert [file.name for file in folder.iterdir()] == [KEY]
    for process in both:
        process.communicate()
        assert process.returncode == 0


def damaged() -> dict[str, bytes]:
    made = Ed25519PrivateKey.generate()
    whole = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "empty": b"",
        "cut short": whole[: len(whole) // 2],
        "no text": bytes(range(256)),
        "another kind": ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        "with a password": made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        "only the public half": made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "endless": whole + b"\n" * (1 << 20),
    }


@pytest.mark.parametrize("how", damaged())
def test_that_a_damaged_key_is_refused_in_words_and_not_written_over(config: Path, how: str) -> None:
    data = damaged()[how]
    config.mkdir(mode=0o700)
    (config / KEY).write_bytes(data)
    for ask in (own_key, own_fingerprint):
        with pytest.raises(SigningError, match=f"{KEY}, is damaged") as caught:
            ask()
        assert "backup" in caught.value.hint
    assert (config / KEY).read_bytes() == data


def test_that_a_folder_in_the_keys_place_is_refused_in_words(config: Path) -> None:
    (config / KEY).mkdir(parents=True)
    with pytest.raises(SigningError, match="is damaged"):
        own_key()


def test_that_a_file_in_the_folders_place_is_refused_in_words(config: Path) -> None:
    config.write_text("")
    for ask in (own_key, lambda: trust(ADA, "Ada")):
        with pytest.raises(StorageError, match="config"):
            ask()


@given(st.binary(min_size=32, max_size=32))
def test_that_a_fingerprint_is_that_of_openssh(public: bytes) -> None:
    written = Ed25519PublicKey.from_public_bytes(public).public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    digest = hashlib.sha256(base64.b64decode(written.split()[1])).digest()
    assert base64.b64decode(fingerprint(public).removeprefix("SHA256:") + "=") == digest


def test_that_ssh_keygen_shows_the_same_fingerprint(tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen")
    public = own_key().public_key()
    file = tmp_path / "key.pub"
    file.write_bytes(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    told = subprocess.run(["ssh-keygen", "-lf", str(file)], capture_output=True, text=True, check=True).stdout
    assert told.split()[1] == fingerprint(public.public_bytes_raw()) == own_fingerprint()


def test_that_whom_one_trusts_is_listed_until_one_does_no_longer(config: Path) -> None:
    assert signers() == []
    assert not config.exists()
    trust(BOB, "bob")
    trust(ADA, "Ada\n\u202eLovelace")
    assert [(signer.fingerprint, signer.name) for signer in signers()] == [(ADA, "Ada Lovelace"), (BOB, "bob")]
    assert all(signer.since > 1_700_000_000 for signer in signers())
    trust(ADA, "Countess")
    assert [signer.name for signer in signers()] == ["bob", "Countess"]
    distrust(BOB)
    assert [signer.fingerprint for signer in signers()] == [ADA]
    with pytest.raises(UsageError, match="not among the keys that you trust"):
        distrust(BOB)
    assert [signer.fingerprint for signer in signers()] == [ADA]


@pytest.mark.parametrize("wrong", ["", "SHA256:", ADA[:-1], ADA + "=", ADA.lower(), "MD5:" + "a" * 43, ADA + "\n"])
def test_that_only_a_whole_fingerprint_is_trusted(wrong: str) -> None:
    with pytest.raises(UsageError, match="no fingerprint"):
        trust(wrong, "Ada")
    assert signers() == []


@pytest.mark.parametrize("name", ["", " \n", "<>", "\u202e"])
def test_that_a_signer_needs_a_name(name: str) -> None:
    with pytest.raises(UsageError, match="needs a name"):
        trust(ADA, name)
    assert signers() == []


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"a": 1}', b"\xff", b"[" * 100_000, b'{"a": {"name": 1}}'])
def test_that_a_damaged_list_is_refused_in_words_and_not_written_over(config: Path, data: bytes) -> None:
    config.mkdir(mode=0o700)
    (config / SIGNERS).write_bytes(data)
    for ask in (signers, lambda: trust(ADA, "Ada"), lambda: distrust(ADA)):
        with pytest.raises(AetheronError, match="damaged") as caught:
            ask()
        assert isinstance(caught.value, SigningError)
    assert (config / SIGNERS).read_bytes() == data


def test_that_two_programs_that_trust_at_once_both_have_their_way() -> None:
    both = [started(TRUST, "one"), started(TRUST, "two")]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        process.communicate()
        assert process.returncode == 0
    assert {signer.name for signer in signers()} == {
        f"{who} {number}" for who in ("one", "two") for number in range(30)
    }
