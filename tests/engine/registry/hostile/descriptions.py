"""Descriptions, ``model.json``, that are absurd, and folders that hold more or less than a model."""

from __future__ import annotations

import json
import os
import pickle
import socket
from typing import TYPE_CHECKING, Any

from tests.engine.registry.hostile.tools import Effect, Place, described

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _changed(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    def make(body: bytes) -> bytes:
        told = json.loads(body)
        change(told)
        return json.dumps(told).encode()

    return make


def _many_columns(told: dict[str, Any]) -> None:
    told["columns"] = [told["columns"][0] | {"name": f"c{number}"} for number in range(1_000_000)]


def _set(*path: str, value: Any) -> Callable[[bytes], bytes]:
    def change(told: dict[str, Any]) -> None:
        for name in path[:-1]:
            told = told[name]
        told[path[-1]] = value

    return _changed(change)


def _text(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def make(body: bytes) -> bytes:
        changed = json.dumps(json.loads(body)).encode()
        assert old in changed, old
        return changed.replace(old, new, 1)

    return make


BODIES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda body: b"",
    "a half": lambda body: body[: len(body) // 2],
    "rubbish behind it": lambda body: body + b"}",
    "100,000 levels deep": lambda body: b'{"format": ' * 100_000,
    "a million brackets": lambda body: b"[" * 1_000_000,
    "no UTF-8": _text(b'"forest"', b'"for\xff\xfeest"'),
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "half a surrogate": _text(b'"forest"', b'"\\ud800"'),
    "a class the description twice": _set("classes", value=["no", "no"]),
    "a million classes": _set("classes", value=[str(number) for number in range(1_000_000)]),
    "classes that do not match": _set("classes", value=["a", "b", "c"]),
    "an unknown task": _set("info", "task", value="__import__('os')"),
    "a task that is a list": _set("info", "task", value=["binary"]),
    "limits of classes": _set("limits", value={"level": 0.9, "rows": 9, "below": [1.0], "above": [1.0]}),
    "another task": _set("info", "task", value="regression"),
    "an unknown type of a column": _changed(lambda told: told["columns"][0].update(type="pickle")),
    "no columns": _set("columns", value=[]),
    "a million columns": _changed(_many_columns),
    "a format that is endless": _text(b'"format": ', b'"format": 1e400, "x": '),
    "a format of a thousand digits": _text(b'"format": ', b'"format": ' + b"9" * 1_000 + b', "x": '),
    "a format below the first": _set("format", value=-1),
    "a format of its own": _set("format", value=True),
    "a time that is none": _text(b'"seconds": ', b'"seconds": NaN, "x": '),
    "a size of half a byte": _set("info", "bytes", value=0.5),
    "a run out of the workspace": _set("info", "run", value="../../../etc"),
    "a run with an absolute path": _set("info", "run", value="/etc"),
    "a run and a path behind it": _set("info", "run", value="run-1/../../x"),
    "a run and a line behind it": _set("info", "run", value="run-1\n"),
    "a run of a thousand letters": _set("info", "run", value="run-" + "a" * 1_000),
    "a moment before the epoch": _set("info", "created", value=-1e300),
    "a moment after the year 9999": _set("info", "created", value=253_402_300_800),
    "a metric that is none": _set("info", "metrics", value={"\u001b[2J": 1.0}),
    "a baseline that is none": _set("info", "metrics", value={"baseline_beauty": 1.0}),
    "a measured baseline that is none": _set("info", "baseline", value={"beauty": 1.0}),
    "hashes that are numbers": _changed(lambda told: told.update(hashes=dict.fromkeys(told["hashes"], 7))),
    "no hashes": _set("hashes", value={}),
    "a hash less": _changed(lambda told: told["hashes"].pop("card.md")),
    "a hash of a file above": _changed(lambda told: told["hashes"].update({"../../evil": "0" * 64})),
    "hashes of zeros": _changed(lambda told: told.update(hashes=dict.fromkeys(told["hashes"], "0" * 64))),
    "weights that are not there": _changed(lambda told: told["hashes"].update({"weights.safetensors": "0" * 64})),
    "a network that is not there": _set(
        "network",
        value={"inputs": 1, "outputs": 1, "hidden_size": 1, "layers": 1, "dropout": 0.0, "shift": 0.0, "scale": 1.0},
    ),
}


def body(place: Place, name: str) -> Path:
    """Build a model with such a description."""
    folder = place.copied("forest")
    file = folder / "model.json"
    file.write_bytes(BODIES[name](file.read_bytes()))
    return folder


NETWORKS: dict[str, dict[str, Any]] = {
    "a network whose numbers lie elsewhere": {"numbers_from": 999_999},
    "a network of 10^15 inputs": {"inputs": 10**15},
    "a network as large as allowed": {"inputs": 1_000_000, "hidden_size": 65_536, "layers": 64},
    "a network of negative width": {"hidden_size": -8},
    "a network of no layers and no outputs": {"layers": 0, "outputs": 0},
    "a network of more classes": {"outputs": 5},
    "a network of endless embeddings": {"embedding": 1_024, "frequencies": 1_024, "numbers": 100_000},
    "a network of no kind": {"kind": "__import__('os')"},
    "a network of another kind": {"kind": "residual", "inner_size": 8},
    "a transformer of a million tokens": {"kind": "transformer", "inputs": 1_000_000},
    "a transformer of no heads": {"kind": "transformer", "heads": 0},
    "a transformer whose heads do not divide it": {"kind": "transformer", "heads": 3, "inner_size": 4},
    "a network of 10^12 levels": {"kind": "transformer", "levels": [10**12]},
    "a network of levels below none": {"kind": "transformer", "levels": [-5, 7]},
    "a network of a level for each feature and more": {"kind": "transformer", "levels": [1] * 5_000},
    "an ensemble of a thousand members": {"kind": "ensemble", "members": 1_024, "hidden_size": 65_536},
    "an ensemble of none": {"kind": "ensemble", "members": 0},
    "members of what is no ensemble": {"members": 7},
    "a network of endless bins": {"bins": 1_024, "embedding": 1_024, "frequencies": 0},
}


def network(place: Place, name: str) -> Path:
    """Build a network whose description is absurd."""
    return described(place.copied("network"), lambda told: told["network"].update(NETWORKS[name]))


# -- folders ----------------------------------------------------------------------------------------------------------


def planted(place: Place, name: str) -> Path:
    """Build a model with a file more, which is a pickle."""
    folder = place.copied("forest")
    (folder / name).write_bytes(pickle.dumps(Effect(place.effect)))
    return folder


def as_folder(place: Place, name: str) -> Path:
    """Build a model with a folder in the place of a file."""
    folder = place.copied("forest")
    (folder / name).unlink()
    (folder / name).mkdir()
    return folder


def linked(place: Place, name: str) -> Path:
    """Build a model with a link in the place of a file."""
    folder = place.copied("forest")
    (folder / name).rename(place.folder / "elsewhere")
    (folder / name).symlink_to(place.folder / "elsewhere")
    return folder


def linked_in_a_circle(place: Place) -> Path:
    """Build a model with a link to itself."""
    folder = place.copied("forest")
    (folder / "card.md").unlink()
    (folder / "card.md").symlink_to("card.md")
    return folder


def device(place: Place, name: str) -> Path:
    """Build a model with a link to a device that never ends in the place of a file."""
    folder = place.copied("forest")
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    return folder


def pipe(place: Place, name: str) -> Path:
    """Build a model with a pipe, that would be waited for, in the place of a file."""
    folder = place.copied("forest")
    (folder / name).unlink()
    os.mkfifo(folder / name)
    return folder


def socket_file(place: Place) -> Path:
    """Build a model with a socket in the place of its card."""
    folder = place.copied("forest")
    (folder / "card.md").unlink()
    here = os.getcwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("card.md")
    finally:
        os.chdir(here)
    return folder


def hole(place: Place, name: str, gigabytes: int) -> Path:
    """Build a model with a file that is far too large, and has nothing in it."""
    folder = place.copied("forest")
    with (folder / name).open("wb") as file:
        file.truncate(gigabytes << 30)
    return folder


def missing(place: Place, name: str) -> Path:
    """Build a model that lacks a file."""
    folder = place.copied("forest")
    (folder / name).unlink()
    return folder


def flipped(place: Place, name: str, share: float) -> Path:
    """Build a model with one bit that differs."""
    folder = place.copied("network")
    body_ = bytearray((folder / name).read_bytes())
    body_[int(len(body_) * share)] ^= 1
    (folder / name).write_bytes(body_)
    return folder
