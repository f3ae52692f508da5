"""What others have published for some of the tables, on splits of their own."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TABARENA: Final[Mapping[str, str]] = {
    "churn": "churn",
    "concrete_compressive_strength": "concrete",
    "credit-g": "credit-g",
    "diabetes": "diabetes",
    "diamonds": "diamonds",
    "houses": "california-houses",
}
_AMLB: Final = ("adult", "credit-g", "phoneme", "car")
_AMLB_SINGLE: Final = "tunedrandomforest"


class Published(NamedTuple):
    """The score of a single tuned model, in the metric of the table, which one it is, and where it stands."""

    score: float
    model: str
    where: str


def best_single(root: Path) -> dict[str, Published]:
    """Give for each table that has one the best single tuned model, by the files in ``published`` of the corpora.

    TabArena counts where it has the table (72 methods of 2025 and 2026, some on graphics cards; one split, a third for
    the test), else AMLB of 2019, whose one tuned single model is a random forest (ten folds).
    """
    found = _of_amlb(root / "published" / "amlb2019_result_summary_1h.csv")
    return found | _of_tabarena(root / "published" / "tabarena_lite_results_per_split.csv")


def _of_tabarena(path: Path) -> dict[str, Published]:
    found: dict[str, Published] = {}
    for row in _rows(path):
        id_ = _TABARENA.get(row["dataset"])
        if id_ is None or row["method_subtype"] != "tuned" or row["imputed"] != "False":
            continue
        error = float(row["metric_error"])
        is_area = row["metric"] == "roc_auc"
        made = Published(1 - error if is_area else error, row["method"].removesuffix(" (tuned)"), "TabArena")
        known = found.get(id_)
        if known is None or (made.score > known.score if is_area else made.score < known.score):
            found[id_] = made
    return found


def _of_amlb(path: Path) -> dict[str, Published]:
    return {
        row["task"]: Published(float(row[_AMLB_SINGLE]), "tuned random forest", "AMLB 2019")
        for row in _rows(path)
        if row["task"] in _AMLB
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
