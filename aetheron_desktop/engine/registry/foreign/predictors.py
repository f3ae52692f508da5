"""Foreign models as predictors, beside our own."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.foreign.onnx_graph import OnnxInput
    from aetheron_desktop.engine.registry.foreign.reading import Reading

_ROWS: Final = 1_024
_MOST_MEMORY: Final = 4 << 30


@dataclass(frozen=True, slots=True, eq=False)
class LightgbmPredictor:
    """A booster of LightGBM."""

    booster: Any
    reading: Reading
    threads: int

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:  # noqa: N803 - a matrix is X everywhere in the field
        """Give (n, classes) probabilities, or (n,) values, of (n, features).

        Raises:
            ModelError: the library finds that it cannot.
        """
        import lightgbm

        try:
            raw = self.booster.predict(X, num_threads=self.threads)
        except lightgbm.basic.LightGBMError as error:
            raise _refused("LightGBM", error) from error
        return self.reading.read(raw)


@dataclass(frozen=True, slots=True, eq=False)
class XgboostPredictor:
    """A booster of XGBoost; ``rounds`` is how many count, 0 for all."""

    booster: Any
    reading: Reading
    rounds: int
    threads: int

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:  # noqa: N803 - a matrix is X everywhere in the field
        """Give (n, classes) probabilities, or (n,) values, of (n, features).

        Raises:
            ModelError: the library finds that it cannot.
        """
        import xgboost

        try:
            given = xgboost.DMatrix(X, nthread=self.threads)
            raw = self.booster.predict(given, iteration_range=(0, self.rounds), validate_features=False)
        except xgboost.core.XGBoostError as error:
            raise _refused("XGBoost", error) from error
        return self.reading.read(raw)


@dataclass(frozen=True, slots=True, eq=False)
class SkopsPredictor:
    """A fitted estimator or pipeline of scikit-learn."""

    estimator: Any
    reading: Reading
    linear: bool

    def predict(self, X: Any) -> NDArray[np.float64]:  # noqa: N803 - a matrix is X everywhere in the field
        """Give (n, classes) probabilities, or (n,) values, of a frame or an array (n, features).

        Raises:
            ModelError: scikit-learn refuses what is in the table.
        """
        with warnings.catch_warnings():
            # Of categories that are new, which the pipeline was made to bear.
            warnings.simplefilter("ignore")
            return self.reading.read(_in_blocks(X, self._asked) if self.linear else self._asked(X))

    def _asked(self, given: Any) -> NDArray[Any]:
        try:
            match self.reading.form:
                case "probabilities":
                    made: NDArray[Any] = self.estimator.predict_proba(given)
                case "scores":
                    made = self.estimator.decision_function(given)
                case _:
                    made = self.estimator.predict(given)
        except Exception as error:
            # Whatever a stranger's pipeline meets in our table.
            raise _refused("scikit-learn", error) from error
        return made


@dataclass(frozen=True, slots=True, eq=False)
class OnnxPredictor:
    """A session of ONNX Runtime; ``rows`` is how many rows the model takes at once, 0 where any."""

    session: Any
    inputs: tuple[OnnxInput, ...]
    features: tuple[str, ...]
    reading: Reading
    rows: int

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:  # noqa: N803 - a matrix is X everywhere in the field
        """Give (n, classes) probabilities, or (n,) values, of (n, features) numbers or objects.

        Raises:
            ModelError: the runtime refuses what is in the table.
        """
        return self.reading.read(_in_blocks(X, self._asked, self.rows or _ROWS))

    def _asked(self, matrix: NDArray[Any]) -> NDArray[Any]:
        feeds: dict[str, NDArray[Any]] = {}
        start = 0
        for one in self.inputs:
            given = matrix[:, start : start + one.width]
            feeds[one.name] = self._typed(given, one, start).reshape(-1 if one.flat else (len(matrix), one.width))
            start += one.width
        try:
            (made,) = self.session.run(None, feeds)
        except Exception as error:
            # The runtime's errors have no common class but this.
            raise _refused("ONNX Runtime", error) from error
        if not isinstance(made, np.ndarray) or len(made) != len(matrix):
            raise ModelError("The ONNX model does not give one answer for each row.")
        return made

    def _typed(self, given: NDArray[Any], one: OnnxInput, start: int) -> NDArray[Any]:
        if one.dtype == "str":
            return given.astype(object)
        numbers = given.astype(np.float64)
        if one.dtype.startswith("float"):
            with np.errstate(over="ignore"):
                return numbers.astype(one.dtype)
        missing = np.isnan(numbers).any(axis=0)
        if missing.any():
            raise ModelError(
                f"Values are missing of {self.features[start + int(missing.argmax())]!r}, "
                "which the model takes as whole numbers.",
                hint="Fill what is missing, as it was when the model was trained.",
            )
        with np.errstate(invalid="ignore"):
            return numbers.astype(one.dtype)


def _refused(library: str, error: Exception) -> ModelError:
    # XGBoost tells where in its own code; ONNX Runtime says what is wrong at the end.
    told = str(error).partition("\nStack trace")[0].strip()
    return ModelError(
        f"{library} cannot predict for this table: {told[-300:]}",
        hint="The columns must hold what the model was trained on; else write the model anew.",
    )


def _in_blocks(given: Any, ask: Callable[[Any], NDArray[Any]], rows: int = _ROWS) -> NDArray[Any]:
    # A product of matrices rounds differently for different numbers of rows. In blocks of one size, the last one filled
    # up with its last row, the bits of a row do not depend on how many come with it.
    parts = []
    for start in range(0, len(given), rows):
        count = min(rows, len(given) - start)
        chosen = np.minimum(np.arange(start, start + rows), len(given) - 1)
        block = given.iloc[chosen] if isinstance(given, pd.DataFrame) else given[chosen]
        parts.append(ask(block)[:count])
    return np.concatenate(parts)


def onnx_session(body: bytes, threads: int) -> Any:
    """Open a session on the processor alone, within bounded memory.

    Raises:
        ModelError: the runtime refuses the file.
    """
    import onnxruntime  # 0.2 s; only such a model needs it

    _bound_memory()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.use_env_allocators", "1")
    try:
        # Without a second try, of which the runtime would tell on standard output.
        return onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:
        # The runtime's errors have no common class but this.
        raise ModelError(
            f"ONNX Runtime {onnxruntime.__version__} cannot open the file: {str(error).strip()[-300:]}",
            hint="Export it anew, for this version or an older one.",
        ) from error


@cache
def _bound_memory() -> None:
    """Let no session take more than a few gigabytes: a shape in a file may ask for any amount."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    onnxruntime.create_and_register_allocator(
        onnxruntime.OrtMemoryInfo(
            "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
        ),
        onnxruntime.OrtArenaCfg(_MOST_MEMORY, -1, -1, -1),
    )
