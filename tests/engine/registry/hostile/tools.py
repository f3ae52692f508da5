"""What the builders of hostile files share: a place of their own, payloads, and hands on a model's files."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PIPELINE = "pipeline.skops"


@dataclass(frozen=True)
class Place:
    """Where one case is built: the good models to start from, an empty folder, and what a payload would leave."""

    good: Mapping[str, Path]
    folder: Path
    effect: Path

    def copied(self, name: str) -> Path:
        """Give a copy of a good model, without the signature that would give away any change."""
        folder = shutil.copytree(self.good[name], self.folder / f"model-{name}")
        (folder / "signature.json").unlink(missing_ok=True)
        return folder


Build: TypeAlias = Callable[[Place], "Path"]
"""Builds a hostile folder, or a hostile file to unpack."""


@dataclass(frozen=True)
class Case:
    """A hostile file: its kind and name, how it is built, and whether opening it is harmless and allowed."""

    kind: str
    name: str
    build: Build
    opens: bool = False


class Effect:
    """Unpickled, it leaves a folder behind."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def described(folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """Change what stands in ``model.json``."""
    file = folder / "model.json"
    body = json.loads(file.read_text(encoding="utf-8"))
    change(body)
    file.write_text(json.dumps(body), encoding="utf-8")
    return folder


def replaced(folder: Path, name: str, body: bytes) -> Path:
    """Put another file in the place of ``name``, with the hash that fits."""
    (folder / name).write_bytes(body)
    if name == "model.json":
        return folder
    return described(folder, lambda told: told["hashes"].update({name: hashlib.sha256(body).hexdigest()}))


def zipped(members: Mapping[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    """Give a zip file of ``members``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def saved(array: np.ndarray[Any, Any]) -> bytes:
    """Give ``array`` as NumPy writes it."""
    out = io.BytesIO()
    np.save(out, array, allow_pickle=array.dtype.hasobject)
    return out.getvalue()


class Pipeline:
    """The members and the plan of a model's ``pipeline.skops``, to be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with zipfile.ZipFile(folder / PIPELINE) as archive:
            self.members = {name: archive.read(name) for name in archive.namelist()}
        self.plan: dict[str, Any] = json.loads(self.members["schema.json"])
        self._ids = itertools.count(10**15)

    def write(self) -> Path:
        """Put the plan and the members back, with the hash that fits."""
        self.members["schema.json"] = json.dumps(self.plan).encode()
        return replaced(self.folder, PIPELINE, zipped(self.members))

    def nodes(self, kind: str) -> Iterator[dict[str, Any]]:
        """Give the nodes of a class's name."""
        left: list[Any] = [self.plan]
        while left:
            node = left.pop()
            if isinstance(node, dict):
                if node.get("__class__") == kind:
                    yield node
                left.extend(node.values())
            elif isinstance(node, list):
                left.extend(node)

    def made(self, kind: str, loader: str, module: str = "builtins", **more: Any) -> dict[str, Any]:
        """Give a node with an id of its own."""
        return {"__class__": kind, "__module__": module, "__loader__": loader, "__id__": next(self._ids), **more}

    def data(self, value: Any) -> dict[str, Any]:
        """Give the node of a value that JSON can say."""
        return self.made("str", "JsonNode", content=json.dumps(value), is_json=True)

    def array(self, values: Any) -> dict[str, Any]:
        """Give the node of an array, which becomes a member."""
        return self.raw_array(saved(np.asarray(values)))

    def raw_array(self, body: bytes) -> dict[str, Any]:
        """Give the node of an array's bytes, which become a member."""
        node = self.made("ndarray", "NdArrayNode", "numpy", type="numpy")
        node["file"] = f"{node['__id__']}.npy"
        self.members[node["file"]] = body
        return node

    def sequence(self, parts: list[Any], kind: str = "list") -> dict[str, Any]:
        """Give the node of a list or a tuple."""
        return self.made(kind, f"{kind.title()}Node", content=parts)

    def mapping(self, parts: dict[str, Any]) -> dict[str, Any]:
        """Give the node of a dict."""
        types = [self.made("str", "TypeNode") for _ in parts]
        return self.made("dict", "DictNode", content=parts, key_types=self.sequence(types))

    def set(self, kind: str, name: str, node: dict[str, Any]) -> Pipeline:
        """Set an attribute of each object of a class that was fitted."""
        found = [one for one in self.nodes(kind) if one["__loader__"] == "ObjectNode"]
        fitted = [one for one in found if any(key.endswith("_") for key in one["content"]["content"])] or found
        assert fitted, f"there is no {kind}"
        for one in fitted:
            content = one["content"]
            if name not in content["content"]:
                content["key_types"]["content"].append(self.made("str", "TypeNode"))
            content["content"][name] = node
        return self

    def planted(self, node: Any) -> Path:
        """Write the pipeline with ``node`` as a part that nothing asks for."""
        self.plan["content"]["evil"] = node
        self.plan["key_types"]["content"].append(self.made("str", "TypeNode"))
        return self.write()
