from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators import catalog, neural
from aetheron_desktop.engine.estimators.base import Recipe, Rows
from aetheron_desktop.engine.estimators.cards.neural import batch_size
from aetheron_desktop.engine.estimators.networks import fitting
from aetheron_desktop.engine.estimators.networks.architecture import Architecture
from aetheron_desktop.engine.estimators.networks.building import build
from aetheron_desktop.engine.estimators.networks.dropout import Dropout
from aetheron_desktop.engine.estimators.networks.embeddings import Levels, Pieces
from aetheron_desktop.engine.estimators.networks.ensemble import Ensemble, SharedLinear
from aetheron_desktop.engine.estimators.networks.predictor import NetworkPredictor, answers
from aetheron_desktop.engine.params import defaults

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.base import Judged

TINY: dict[str, Any] = {"epochs": 3, "hidden_size": 8, "layers": 2, "batch_size": 16, "dropout": 0.3, "device": "cpu"}
KINDS: dict[str, tuple[type[neural._Network], dict[str, Any]]] = {
    "network": (neural.Network, {"embedding": "piecewise"}),
    "tabm": (neural.TabM, {"members": 3}),
    "tabm of scaled layers": (neural.TabM, {"members": 3, "sharing": "layers"}),
    "resnet": (neural.ResNet, {}),
    "ft_transformer": (neural.FTTransformer, {"heads": 2}),
}


class Cut(Exception):
    """The machine went away."""


class Heard:
    """A progress that judges honestly, takes every checkpoint, and ends the fit behind one of them."""

    def __init__(self, folder: Path | None = None, *, cut: int | None = None, restored: Path | None = None) -> None:
        self.folder, self.cut, self.kept = folder, cut, 0
        self.said: list[str] = []
        self.losses: list[float] = []
        self._restored = restored

    def step(self, number: int, total: int | None, train: Judged | None, valid: Judged | None) -> float:
        assert valid is not None
        rows, predicted = valid
        truth = rows.y if predicted.ndim == 1 else np.eye(predicted.shape[1])[rows.y]
        self.losses.append(float(((predicted - truth) ** 2).mean()))
        return self.losses[-1]

    def tick(self, number: int, total: int | None) -> None:
        raise AssertionError

    def batch(self, number: int, total: int | None, loss: float) -> None:
        assert np.isfinite(loss)

    def say(self, text: str) -> None:
        self.said.append(text)

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        self.kept += 1
        if self.folder is not None and self.kept == self.cut:
            self.folder.mkdir()
            write(self.folder)
            raise Cut

    def work(self, done: float, total: float) -> None:
        pass

    def restored(self) -> Path | None:
        return self._restored


def rows(count: int = 90, seed: int = 0, task: Task = "binary") -> Rows:
    """Codes of a category with a missing one, three numbers, and what stands in for a word's weight."""
    rng = np.random.default_rng(seed)
    features = np.column_stack([rng.integers(0, 4, count).astype(float), rng.normal(size=(count, 4))])
    features[::17, 0] = np.nan
    value = features[:, 1] + features[:, 2] * (np.nan_to_num(features[:, 0]) > 1) + rng.normal(0, 0.2, count)
    return Rows(features, value if task == "regression" else (value > 0).astype(np.int64))


def made(kind: str, task: Task = "binary", **values: Any) -> neural._Network:
    cls, own = KINDS[kind]
    params = defaults(catalog.card(kind.split(" ", 1)[0]).parameters) | TINY | own | values
    is_coded = cls.style == "embedded"
    recipe = Recipe(
        task,
        0 if task == "regression" else 2,
        params,
        seed=3,
        categorical=(0,) if is_coded else (),
        numbers=range(1, 4),
    )
    return cls(recipe)


def fitted(kind: str, progress: Heard, task: Task = "binary", **values: Any) -> NetworkPredictor:
    estimator = made(kind, task, **values)
    train, valid = rows(task=task), rows(40, 1, task)
    if not estimator.recipe.categorical:
        train, valid = (replace(one, X=np.nan_to_num(one.X)) for one in (train, valid))
    estimator.fit(train, valid, progress)
    assert isinstance(estimator.fitted, NetworkPredictor)
    return estimator.fitted


def same(one: NetworkPredictor, other: NetworkPredictor) -> bool:
    assert one.weights.keys() == other.weights.keys()
    return all(torch.equal(one.weights[name], other.weights[name]) for name in one.weights)


# -- going on from a checkpoint ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", [2, 6, 9, 14])
def test_that_a_fit_that_was_cut_short_ends_with_the_same_bits(
    kind: str, cut: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A checkpoint is offered behind each step: within epochs of six steps, at their ends, and before the first judging.
    monkeypatch.setattr(fitting, "_KEPT", 1)
    whole = Heard()
    want = fitted(kind, whole)
    with pytest.raises(Cut):
        fitted(kind, Heard(tmp_path / "kept", cut=cut))
    torch.manual_seed(99)  # another process has drawn other numbers
    rest = Heard(restored=tmp_path / "kept")
    assert same(fitted(kind, rest), want)
    assert rest.said[0] == f"Goes on from step {cut} of at most 18."
    assert rest.losses == whole.losses[-len(rest.losses) :]


def test_that_patience_goes_on_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_KEPT", 1)
    values = {"epochs": 60, "patience": 2, "learning_rate": 0.03}
    whole = Heard()
    want = fitted("network", whole, **values)
    assert "Stopped early" in whole.said[-1]
    with pytest.raises(Cut):
        fitted("network", Heard(tmp_path / "kept", cut=6 * (len(whole.losses) - 1) - 2), **values)
    rest = Heard(restored=tmp_path / "kept")
    assert same(fitted("network", rest, **values), want)
    assert rest.said[-1] == whole.said[-1]


def test_that_a_checkpoint_of_another_network_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_KEPT", 1)
    with pytest.raises(Cut):
        fitted("network", Heard(tmp_path / "kept", cut=3))
    for changed in ({"hidden_size": 9}, {"batch_size": 15}):
        heard = Heard(restored=tmp_path / "kept")
        assert same(fitted("network", heard, **changed), fitted("network", Heard(), **changed))
        assert heard.said == []
    (tmp_path / "kept" / "network.safetensors").write_bytes(b"half of it")
    assert same(fitted("network", Heard(restored=tmp_path / "kept")), fitted("network", Heard()))


def test_that_what_is_kept_is_the_mean_of_the_last_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_MEMORY", 0.0)
    plain = fitted("network", Heard(), epochs=1)
    monkeypatch.undo()
    mean = fitted("network", Heard(), epochs=1)
    # Six steps in, the mean still knows of the steps before the last.
    assert not same(mean, plain)
    for name, weights in plain.weights.items():
        assert float((mean.weights[name] - weights).abs().max()) < 0.02


# -- parts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("own_scales", [True, False])
def test_that_members_learn_by_what_they_answer_with(own_scales: bool) -> None:
    torch.manual_seed(0)
    layer = SharedLinear(5, 4, 3, own_scales=own_scales, is_first=True)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape))
    given_ = torch.randn(7, 5)
    learned = layer(given_.expand(3, -1, -1)).transpose(0, 1)
    torch.testing.assert_close(layer.eval()(given_[:, None].expand(-1, 3, -1)), learned)


@pytest.mark.parametrize("kind", ["ensemble", "small_ensemble"])
@pytest.mark.parametrize("bins", [0, 4])
def test_that_an_ensemble_is_its_members_one_by_one(kind: Any, bins: int) -> None:
    torch.manual_seed(0)
    shape = Architecture(4, 2, 6, 2, 0.0, kind=kind, members=3, numbers_from=1, numbers=2, bins=bins, embedding=2)
    shape = shape if bins else replace(shape, embedding=0)
    network = build(shape).eval()
    assert isinstance(network, Ensemble)
    given_ = torch.randn(5, 4)
    found = network(given_)
    assert found.shape == (5, 3, 2)
    torch.testing.assert_close(network.train()(given_), found)
    for member in range(3):
        values = network.together(given_)
        for layer in network.layers:
            assert isinstance(layer, SharedLinear)
            inner = values if layer.scale_in is None else values * layer.scale_in[member]
            outer = inner @ layer.weight.T
            bias = layer.bias if layer.bias.ndim == 1 else layer.bias[member]
            values = torch.relu((outer if layer.scale_out is None else outer * layer.scale_out[member]) + bias)
        torch.testing.assert_close(found[:, member], values @ network.head[member] + network.head_bias[member])
    first = network.layers[0]
    assert isinstance(first, SharedLinear)
    assert first.scale_in is not None
    assert not torch.equal(first.scale_in[0], first.scale_in[1])


def test_that_the_answer_of_an_ensemble_is_the_mean_of_its_members_answers() -> None:
    raw = np.random.default_rng(0).normal(size=(4, 6))
    each = [np.exp(raw[:, [2 * m, 2 * m + 1]]) for m in range(3)]
    want = np.mean([part / part.sum(axis=1, keepdims=True) for part in each], axis=0)
    np.testing.assert_allclose(answers(Architecture(1, 2, 1, 1, 0.0, members=3), raw), want)
    told = Architecture(1, 1, 1, 1, 0.0, members=6, shift=5.0, scale=2.0)
    np.testing.assert_allclose(answers(told, raw), raw.mean(axis=1) * 2.0 + 5.0)


@given(
    values=st.lists(st.integers(-84, 84).map(lambda each: each / 16), min_size=2, max_size=40),
    asked=st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=5),
    bins=st.integers(1, 9),
)
@settings(max_examples=40, deadline=None)
def test_that_bins_fill_from_the_smallest_number_to_the_largest(
    values: list[float], asked: list[float], bins: int
) -> None:
    part = Pieces(1, bins, 1)
    part.place(torch.tensor(values, dtype=torch.float32)[:, None])
    with torch.no_grad():
        part.weight.fill_(1.0)
        made = part(torch.tensor([min(values), max(values), *sorted(asked)], dtype=torch.float32)[:, None])[:, 0, 0]
    used = int((part.rate > 0).sum())
    assert used == min(used, len(set(values)) - 1)
    assert made[0] == 0.0
    assert made[1] == pytest.approx(used, abs=1e-3)
    assert (made[2:].diff() >= -1e-5).all()
    assert ((made >= 0.0) & (made <= used + 1e-3)).all()


def test_that_a_level_that_no_row_had_says_nothing() -> None:
    part = Levels((3, 5), 4)
    found = part(torch.tensor([[float("nan"), 0.0], [0.0, float("nan")], [2.0, 4.0], [1.0, 3.0]]))
    assert (found[[0, 1], [0, 1]] == 0.0).all()
    assert (found[2] == 0.0).all()
    assert (found[3] != 0.0).all()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_that_dropout_leaves_out_its_share_and_keeps_the_sum(share: float) -> None:
    part, ones = Dropout(share), torch.ones(400, 501)
    torch.manual_seed(0)
    state = torch.get_rng_state()
    dropped = part(ones)
    assert float((dropped == 0).float().mean()) == pytest.approx(share, abs=5e-3)
    assert float(dropped.mean()) == pytest.approx(1.0, abs=2e-2)
    torch.set_rng_state(state)
    assert torch.equal(part(ones), dropped)
    assert part.eval()(ones) is ones


# -- batches and shapes -----------------------------------------------------------------------------------------------


@given(count=st.integers(1, 5_000), size=st.integers(1, 600), least=st.integers(1, 2))
def test_that_batches_are_all_rows_and_none_too_small(count: int, size: int, least: int) -> None:
    sizes = fitting._sizes(count, size, least)
    assert sum(sizes) == count
    assert min(sizes) >= min(least, count)
    assert max(sizes) <= max(size, least) + least - 1


def test_that_batches_grow_with_the_table() -> None:
    wanted = [batch_size(None, count) for count in (100, 10_000, 200_000, 500_000, 10_000_000)]
    assert wanted == [100, 256, 512, 2_048, 4_096]
    assert batch_size(64, 10_000_000) == 64


def test_that_a_table_too_wide_for_a_transformer_is_refused_in_words() -> None:
    wide = Rows(np.zeros((20, 3_000)), np.arange(20) % 2)
    with pytest.raises(TrainingError, match="3,000 features") as caught:
        made("ft_transformer").fit(wide, wide, Heard())
    assert caught.value.hint


@pytest.mark.parametrize(
    "changed",
    [
        {"numbers": 9},
        {"levels": (2, 2), "numbers_from": 1},
        {"kind": "perceptron", "levels": (2,)},
        {"kind": "residual", "members": 2},
        {"heads": 3},
        {"inputs": 100_000},
    ],
    ids=str,
)
def test_that_a_shape_whose_parts_do_not_fit_is_impossible(changed: dict[str, Any]) -> None:
    shape = Architecture(6, 2, 8, 2, 0.0, kind="transformer", heads=2, levels=(2,), numbers_from=1, numbers=3)
    assert shape.is_possible
    assert not replace(shape, **changed).is_possible


def test_that_a_single_row_is_no_whole_block_of_an_ensemble() -> None:
    shape = Architecture(20, 2, 128, 3, 0.0, kind="ensemble", members=32)
    assert shape.rows_at_once == 16
    assert replace(shape, kind="perceptron", members=1).rows_at_once == 1_024


# -- mixed precision --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_that_products_in_half_the_bits_learn_too(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "is_mixed", lambda device: True)
    heard = Heard()
    mixed = fitted(kind, heard, epochs=10)
    assert heard.losses[-1] < heard.losses[0]
    weights = [tensor for tensor in mixed.weights.values() if tensor.is_floating_point()]
    assert {tensor.dtype for tensor in weights} == {torch.float32}


@pytest.mark.gpu
@pytest.mark.parametrize("kind", KINDS)
def test_that_a_gpu_goes_on_from_a_checkpoint(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    monkeypatch.setattr(fitting, "_KEPT", 1)
    want = _values(fitted(kind, Heard(), device="cuda"))
    with pytest.raises(Cut):
        fitted(kind, Heard(tmp_path / "kept", cut=9), device="cuda")
    found = _values(fitted(kind, Heard(restored=tmp_path / "kept"), device="cuda"))
    np.testing.assert_allclose(found, want, atol=1e-3)


def _values(predictor: NetworkPredictor) -> NDArray[np.float64]:
    return predictor.predict(np.nan_to_num(rows(30, 5).X))
