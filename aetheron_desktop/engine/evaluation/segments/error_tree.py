"""The error tree: a few questions that part the rows by how much a model loses on them.

One half of the rows grows the tree (scikit-learn's, on the loss of each row), the other half says what is lost at its
nodes, and which of its splits there are (honest trees: Athey and Imbens 2016, PNAS 113, p. 7353): the numbers are not
larger for having been chosen, and a split that the other half does not confirm is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.tree import DecisionTreeRegressor

from aetheron_desktop.engine.evaluation.segments.contrast import contrast, mean_interval
from aetheron_desktop.engine.evaluation.segments.failure import ErrorTree, TreeNode
from aetheron_desktop.engine.evaluation.segments.slices import FEWEST, parted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.segments.coding import Coded
    from aetheron_desktop.engine.evaluation.segments.losses import Losses

DEPTH: Final = 4
LEAVES: Final = 10
_SMALLEST: Final = 15
_SMALLEST_SHARE: Final = 0.02
_SURE: Final = 0.05
_SEARCHED: Final = 200_000
_LEAF: Final = -1


@dataclass
class _Node:
    """Some rows, by the parts of a column that their parent's rows were asked for."""

    inside: NDArray[np.bool_]
    conditions: tuple[str, ...] = ()
    parts: dict[int, frozenset[int]] = field(default_factory=dict)
    children: tuple[_Node, _Node] | None = None

    def walk(self, parent: int | None = None) -> Iterator[tuple[_Node, int | None]]:
        """Give the nodes and the places of their parents, in the order in which they are given."""
        ordered: list[tuple[_Node, int | None]] = [(self, parent)]
        for place, (node, _) in enumerate(ordered):
            ordered += [(child, place) for child in node.children or ()]
        return iter(ordered)


def error_tree(coded: Sequence[Coded], losses: Losses, *, seed: int = 0) -> ErrorTree:
    """Give the tree of the test rows; without a split when no question parts them."""
    each = losses.each
    name = losses.measure.name
    if len(each) < FEWEST or not coded or not np.isfinite(each).all():
        return ErrorTree(measure=name, note=f"There are too few test rows; {FEWEST} are needed.")
    grow, tell = parted(len(each), 2, seed)
    root = _grown(coded, each, grow, seed)
    splits = sum(node.children is not None for node, _ in root.walk())
    _confirm(root, each, tell, losses.is_share, _SURE / max(1, splits))
    return ErrorTree(measure=name, nodes=tuple(_told(root, coded, each, tell, losses.is_share)))


def _grown(coded: Sequence[Coded], each: NDArray[np.float64], grow: NDArray[np.int64], seed: int) -> _Node:
    if len(grow) > _SEARCHED:
        grow = np.sort(np.random.default_rng(seed).choice(grow, _SEARCHED, replace=False))
    ranks = [_ranks(column, each[grow], column.codes[grow]) for column in coded]
    table = np.column_stack([rank[column.codes[grow]] for rank, column in zip(ranks, coded, strict=True)])
    model = DecisionTreeRegressor(
        max_depth=DEPTH,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=max(_SMALLEST, int(_SMALLEST_SHARE * len(grow))),
        random_state=seed,
    ).fit(table, each[grow])
    return _node(model.tree_, 0, coded, ranks, _Node(np.ones(len(each), dtype=np.bool_)))


def _ranks(column: Coded, loss: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the number that stands for each part: their order, or that of their loss; of what is missing, none."""
    ranks = np.arange(column.count, dtype=np.float64)
    if not column.is_ordered:
        counts = np.bincount(codes, minlength=column.count)
        means = np.bincount(codes, weights=loss, minlength=column.count) / np.maximum(counts, 1)
        ranks[np.argsort(means[: column.known], kind="stable")] = np.arange(column.known)
    if column.has_missing:
        ranks[column.known] = np.nan
    return ranks


def _node(tree: Any, place: int, coded: Sequence[Coded], ranks: Sequence[NDArray[np.float64]], made: _Node) -> _Node:
    if tree.children_left[place] == _LEAF:
        return made
    number = int(tree.feature[place])
    column, rank = coded[number], ranks[number]
    before = made.parts.get(number, frozenset(range(column.count)))
    goes_left = np.where(np.isnan(rank), bool(tree.missing_go_to_left[place]), rank <= tree.threshold[place])
    left = frozenset(int(part) for part in np.flatnonzero(goes_left)) & before
    sides = []
    for parts, child in ((left, tree.children_left[place]), (before - left, tree.children_right[place])):
        node = _Node(
            inside=made.inside & column.inside(parts),
            conditions=(*made.conditions, column.condition(parts)),
            parts={**made.parts, number: parts},
        )
        sides.append(_node(tree, int(child), coded, ranks, node))
    made.children = sides[0], sides[1]
    return made


def _confirm(node: _Node, each: NDArray[np.float64], tell: NDArray[np.int64], is_share: bool, chance: float) -> None:
    """Take back the splits, from the leaves on, whose sides do not differ on the other rows: by ``chance`` at most."""
    if node.children is None:
        return
    for child in node.children:
        _confirm(child, each, tell, is_share, chance)
    if any(child.children is not None for child in node.children):
        return
    here = tell[node.inside[tell]]
    left = node.children[0].inside[here]
    sides = [contrast(each[here], side, is_share=is_share) for side in (left, ~left)]
    if min((side.p_value for side in sides if side is not None), default=1.0) > chance / 2.0:
        node.children = None


def _told(
    root: _Node, coded: Sequence[Coded], each: NDArray[np.float64], tell: NDArray[np.int64], is_share: bool
) -> Iterator[TreeNode]:
    whole = float(each[tell].sum())
    for place, (node, parent) in enumerate(root.walk()):
        loss = each[tell[node.inside[tell]]]
        low, high = mean_interval(loss, is_share=is_share)
        yield TreeNode(
            id=place,
            parent=parent,
            condition=node.conditions[-1] if node.conditions else "",
            whole=" and ".join(coded[number].condition(parts) for number, parts in node.parts.items()),
            rows=int(node.inside.sum()),
            measured=len(loss),
            loss=float(loss.mean()),
            low=low,
            high=high,
            share=float(loss.sum()) / whole if whole else 0.0,
        )
