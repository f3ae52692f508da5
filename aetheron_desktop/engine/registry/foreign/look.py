"""What kind of model a file holds, by its content; and a first look at what it says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from aetheron_desktop.engine.errors import ModelError, UntrustedModel, storage_error

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.foreign.info import ForeignInfo, Kind
    from aetheron_desktop.engine.registry.foreign.lightgbm_text import LightgbmModel
    from aetheron_desktop.engine.registry.foreign.onnx_graph import OnnxModel
    from aetheron_desktop.engine.registry.foreign.skops_parts import SkopsModel
    from aetheron_desktop.engine.registry.foreign.xgboost_trees import XgboostModel

    Understood: TypeAlias = "OnnxModel | LightgbmModel | XgboostModel | SkopsModel"

_HEAD: Final = 4_096
_PICKLES: Final = tuple(bytes([0x80, version]) for version in range(2, 6))
_PICKLE_NAMES: Final = frozenset({".pkl", ".pickle", ".joblib", ".pt", ".pth", ".dill", ".cloudpickle"})
_KINDS: Final = "ONNX, LightGBM (text), XGBoost (JSON, UBJSON) and skops files can be opened."


def look(file: Path) -> ForeignInfo:
    """Say what ``file`` holds; nothing that stands in it is run.

    Raises:
        UntrustedModel: it is damaged, too large, asks for what is refused, or would run code when opened.
        ModelError: it is of no kind that is known, or not made for tables.
    """
    return understood(file).info


def understood(file: Path) -> Understood:
    """Read and check ``file`` with the reader of its kind; raises as :func:`look` does."""
    # Each reader costs what its library costs.
    match kind_of(file):
        case "lightgbm":
            from aetheron_desktop.engine.registry.foreign.lightgbm_text import read_lightgbm

            return read_lightgbm(file)
        case "xgboost":
            from aetheron_desktop.engine.registry.foreign.xgboost_trees import read_xgboost

            return read_xgboost(file)
        case "skops":
            from aetheron_desktop.engine.registry.foreign.skops_parts import read_skops

            return read_skops(file)
        case "onnx":
            from aetheron_desktop.engine.registry.foreign.onnx_graph import read_onnx

            return read_onnx(file)


def kind_of(file: Path) -> Kind:
    """Say by its first bytes what ``file`` holds.

    Raises:
        UntrustedModel: it is a pickle, or a file that holds one.
        ModelError: it is of no kind that is known.
    """
    try:
        if not file.is_file():
            raise ModelError(f"{file.name} is not there, or is no plain file.", hint="Choose the model's file itself.")
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise ModelError(storage_error(error, file).detail, hint="Choose the file again.") from error
    if head.startswith((b"tree\n", b"tree\r\n")):
        return "lightgbm"
    if head.startswith(b"{L"):
        return "xgboost"
    if head.lstrip()[:1] == b"{":
        if b'"learner"' in head or b'"version"' in head:
            return "xgboost"
        raise ModelError(f"{file.name} is JSON, but no model of XGBoost.", hint=_KINDS)
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(file)
    if _is_pickle(file, head):
        raise _pickle(file)
    # A message of ONNX begins with a field of the model: its format, or its producer.
    if head[:1] in {b"\x08", b"\x12", b"\x3a", b"\x42"}:
        return "onnx"
    raise ModelError(f"{file.name} is no model of a kind that is known.", hint=_KINDS)


def _kind_of_zip(file: Path) -> Kind:
    import zipfile  # only such a file needs it

    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise UntrustedModel(f"{file.name} is damaged: it cannot be unpacked.", hint=_KINDS) from error
    if any(name.endswith((".pkl", ".pickle")) for name in names):
        raise _pickle(file)
    if "schema.json" in names:
        return "skops"
    if "model.json" in names and "pipeline.skops" in names:
        raise ModelError(f"{file.name} is a model of this program.", hint="Import it as a model, not as a foreign one.")
    raise ModelError(f"{file.name} is an archive, and holds no model of a kind that is known.", hint=_KINDS)


def _is_pickle(file: Path, head: bytes) -> bool:
    # joblib may pack its pickles; gzip, bzip2, xz, and zlib of each level begin so.
    packed = head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"x\x01", b"x\x5e", b"x\x9c", b"x\xda"))
    return head.startswith(_PICKLES) or packed or file.suffix.lower() in _PICKLE_NAMES


def _pickle(file: Path) -> UntrustedModel:
    return UntrustedModel(
        f"{file.name} is a pickle (as joblib and PyTorch write them): opening it would run whatever stands in it.",
        hint="Save the model as skops, as ONNX, or with the library's own save_model.",
    )
