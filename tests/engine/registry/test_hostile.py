"""Hostile model files: each is refused in words, in little time and memory, and nothing of it is run.

All are opened in a process of their own, whose interpreter tells of each command, process, socket, unpickled name, new
module and file (:mod:`.hostile.child`).
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from aetheron_desktop.engine.estimators.treatments import Treatment
from aetheron_desktop.engine.registry.artifact import save_model
from aetheron_desktop.engine.registry.carrying import pack_model
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.engine.registry.hostile.cases import ALL
from tests.engine.registry.hostile.tools import Case, Effect, Place
from tests.tables import FEATURES, made_dataset, made_table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices, links and alarms are those of POSIX"),
    pytest.mark.timeout(900),
]

QUICK = {
    "forest": {"n_estimators": 3},
    "extra_trees": {"n_estimators": 3},
    "elastic_net": {"n_alphas": 5},
    "boosting": {"max_iter": 3},
    "lightgbm": {"n_estimators": 3},
    "xgboost": {"n_estimators": 3},
    "catboost": {"iterations": 3},
    "network": {"epochs": 1, "hidden_size": 8},
}
KINDS = (
    *("logistic", "elastic_net", "naive_bayes", "knn", "svm", "tree", "forest", "extra_trees", "boosting", "network"),
    *("lightgbm", "xgboost", "catboost"),
)
MEANS = (Treatment("colour", ("target",)),)
SECONDS, MEGABYTES = 20, 1_500


def identity(case: Case) -> str:
    return f"{case.kind}: {case.name}"


@dataclass
class Run:
    """Cases that were built, and what the child told of each."""

    folder: Path
    jobs: list[dict[str, Any]] = field(default_factory=list)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, path: Path, effect: Path, how: str = "open") -> None:
        self.jobs.append({"name": name, "path": str(path), "effect": str(effect), "how": how})

    def open_all(self, warm: list[dict[str, Any]]) -> None:
        """Have the child open each; where it dies, note that, and go on with the next."""
        left = self.jobs
        out = self.folder / "told.jsonl"
        while left:
            out.write_text("")
            self._start(warm, left, out)
            lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
            told = {line["name"]: line for line in lines if "name" in line}
            begun = [line["begun"] for line in lines if "begun" in line]
            assert begun, "the child opened nothing"
            if begun[-1] not in told:
                told[begun[-1]] = {"error": "the process died, or took too long", "seen": [], "detail": "", "hint": ""}
            self.told |= told
            left = [job for job in left if job["name"] not in self.told]

    def _start(self, warm: list[dict[str, Any]], jobs: list[dict[str, Any]], out: Path) -> None:
        file, scratch = self.folder / "plan.json", self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        file.write_text(json.dumps({"warm": warm, "jobs": jobs, "out": str(out), "scratch": str(scratch)}))
        # Its own home: the keys of whoever runs the tests are not touched.
        home = {name: str(self.folder / "home") for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        command = [sys.executable, "-W", "ignore", "-m", "tests.engine.registry.hostile.child", str(file)]
        subprocess.run(command, env=os.environ | home | {"OMP_NUM_THREADS": "1"}, check=False, timeout=800)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("good")
    with pytest.MonkeyPatch.context() as patched:
        for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            patched.setenv(name, str(root / "home"))
        dataset = made_dataset(root / "dataset", made_table(400))
        planned = plan(dataset.info, estimators=KINDS, features=FEATURES, params=QUICK, new_id=lambda: "run-1")
        models = {}
        for one in planned:
            run = train(one, dataset, lambda event: None, lambda: False)
            models[one.estimator] = root / save_model(run, root, id=f"model-{one.estimator}", name=one.estimator).id
    encoded = next(msgspec.structs.replace(one, treatments=MEANS) for one in planned if one.estimator == "tree")
    run = train(encoded, dataset, lambda event: None, lambda: False)
    models["means"] = root / save_model(run, root, id="model-means", name="means").id
    assert set(models) == {"dummy", "means", *KINDS}
    return models


@pytest.fixture(scope="module")
def run(good: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = tmp_path_factory.mktemp("hostile")
    made = Run(root)
    warm = []
    for name, folder in good.items():
        pack_model(folder, root / f"{name}.aether")
        warm += [
            {"name": name, "path": str(path), "effect": str(root / "none"), "how": "open"}
            for path in (folder, root / f"{name}.aether", root / "nothing.aether")
        ]
    for number, case in enumerate(ALL):
        place = Place(good, root / f"{number:03}", root / f"effect-{number:03}")
        place.folder.mkdir()
        made.add(identity(case), case.build(place), place.effect)
    (root / "it.pickle").write_bytes(pickle.dumps(Effect(root / "effect-of-control")))
    made.add("control: good", root / "forest.aether", root / "none")
    made.add("control: unpickle", root / "it.pickle", root / "effect-of-control", "unpickle")
    made.add("control: command", root / "it.pickle", root / "none", "command")
    made.add("control: module", root / "it.pickle", root / "none", "module")
    made.open_all(warm)
    return made


def test_that_the_names_of_the_cases_are_their_own() -> None:
    assert len({identity(case) for case in ALL}) == len(ALL) >= 100


@pytest.mark.parametrize("case", ALL, ids=identity)
def test_that_a_hostile_file_is_refused_in_words_and_runs_nothing(run: Run, case: Case) -> None:
    told = run.told[identity(case)]
    if case.opens:
        assert told["error"] is None, told
    else:
        assert "ModelError" in told.get("family", []), told
        assert told["detail"]
        assert told["hint"]
        assert told["unpacked"] == []
    assert not told["effect"]
    assert told["seen"] == []
    assert told["seconds"] < SECONDS
    assert told["megabytes"] < MEGABYTES


def test_that_the_watch_sees_what_a_pickle_does(run: Run) -> None:
    told = run.told["control: unpickle"]
    assert told["effect"]
    assert "pickle.find_class ('posix', 'mkdir')" in told["seen"]
    assert any(line.startswith("os.system") for line in run.told["control: command"]["seen"])
    assert "import this" in run.told["control: module"]["seen"]


def test_that_a_good_model_is_opened_and_predicts_unseen(run: Run) -> None:
    told = run.told["control: good"]
    assert told["error"] is None
    assert told["seen"] == []
