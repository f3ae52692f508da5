"""Every hostile file, by kind; the tables of each kind stand beside their builders."""

from __future__ import annotations

import stat
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.engine.registry.hostile import (
    archives,
    arrays,
    attributes,
    boosters,
    descriptions,
    pickles,
    plain,
    plans,
    weights,
)
from tests.engine.registry.hostile.tools import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.engine.registry.hostile.tools import Place


def _each(kind: str, build: Callable[[Place, str], Path], names: Iterable[str]) -> list[Case]:
    def one(name: str) -> Case:
        return Case(kind, name, lambda place: build(place, name))

    return [one(name) for name in names]


PICKLES: Final = [
    *(
        Case("pickle", f"protocol {number} as {file}", partial(pickles.protocol, file=file, number=number))
        for file in ("pipeline.skops", "weights.safetensors", "model.json")
        for number in range(6)
    ),
    *_each("pickle", pickles.opcodes, pickles.OPCODES),
    Case("pickle", "of torch as the weights", partial(pickles.torch_file, file="weights.safetensors")),
    Case("pickle", "of torch as the pipeline", partial(pickles.torch_file, file="pipeline.skops")),
    Case("pickle", "of joblib", pickles.joblib_file),
    Case("pickle", "in an npz", pickles.npz_file),
    Case("pickle", "before the zip", pickles.before_the_zip),
    Case("pickle", "behind the zip", pickles.after_the_zip),
    Case("pickle", "as the zip's comment", pickles.as_a_comment),
    Case("pickle", "as data.pkl in the zip", partial(pickles.as_a_member, name="data.pkl")),
    Case("pickle", "as an array's file", partial(pickles.as_a_member, name="12345.npy")),
    Case("pickle", "as objects of version 1", partial(pickles.objects, version=(1, 0))),
    Case("pickle", "as objects of version 2", partial(pickles.objects, version=(2, 0))),
    Case("pickle", "as objects of version 3", partial(pickles.objects, version=(3, 0))),
    Case("pickle", "as a field of records", pickles.object_field),
    Case("pickle", "in the sample's metadata", pickles.in_parquet_metadata, opens=True),
    Case("pickle", "in the sample's metadata for pandas", pickles.in_pandas_metadata, opens=True),
    Case("pickle", "as a type of the sample's columns", pickles.as_an_extension, opens=True),
    Case("pickle", "as the sample", partial(pickles.protocol, file="sample.parquet", number=4)),
    # A card is text that is shown, and no more.
    Case("pickle", "as the card", partial(pickles.protocol, file="card.md", number=4), opens=True),
]

PLANS: Final = [
    *_each("plan", plans.node, plans.NODES),
    *_each("plan", plans.text, plans.TEXTS),
    Case("plan", "a function in the place of the predictor", plans.instead),
    Case("plan", "forty lists that double", plans.doubling),
    Case("plan", "a list in itself", plans.circle),
    Case("plan", "an id with two meanings", plans.exchanged),
    Case("plan", "what was built before", plans.cached),
    *(Case("plan", f"the id {value!r}", partial(plans.odd_id, value=value)) for value in (0, -1, 1.5, True, "1", [1])),
    Case("plan", "one array a thousand times", plans.one_array_many_times),
    Case("plan", "the plan as an array", plans.plan_as_an_array),
    Case("plan", "keys without types", plans.keys_without_types),
    Case("plan", "attributes as text", plans.state_as_text),
    Case("plan", "a second plan", plans.second_plan),
]

ATTRIBUTES: Final = [
    *_each("attribute", attributes.setting, attributes.SETTINGS),
    Case("attribute", "a type in the place of a function", attributes.type_for_a_function),
    *_each("tree", attributes.tree, attributes.TREES),
    Case("tree", "a circle", attributes.circle),
    *(
        Case(f"tree of {model}", name, partial(build, model=model))
        for model in ("tree", "extra_trees")
        for name, build in (
            ("a circle", attributes.circle),
            ("a child far away", partial(attributes.field, name="right_child", value=10**12, is_last=True)),
            ("a column far away", partial(attributes.field, name="feature", value=10**12)),
        )
    ),
    *(
        Case("tree", f"{name} is {value}", partial(attributes.field, name=name, value=value, is_last=is_last))
        for name, value, is_last in (
            ("left_child", 10**12, False),
            ("left_child", -7, False),
            ("right_child", -1, True),
            ("right_child", 10**6, True),
            ("right_child", 0, False),
            ("feature", 10**9, False),
            ("feature", -2, False),
            ("feature", -(10**12), True),
        )
    ),
    *(
        Case("tree", f"boosted, {name} is {value}", partial(attributes.boosted_field, name=name, value=value))
        for name, value in (
            ("left", 4 * 10**9),
            ("left", 0),
            ("right", 10**6),
            ("feature_idx", 10**9),
            ("feature_idx", -(10**9)),
        )
    ),
    *(
        Case("tree", f"boosted categories: {how}", partial(attributes.boosted_category, how=how))
        for how in ("far", "narrow", "no category", "short")
    ),
    *_each("arrays alone", plain.plain, plain.PLAIN),
    *_each("columns", attributes.one_hot, attributes.ONE_HOT),
    *_each("columns", attributes.words, attributes.WORDS),
]

ARRAYS: Final = _each("array", arrays.body, arrays.BODIES)
ARCHIVES: Final = _each("archive", archives.archive, archives.ARCHIVES)
TRANSFORMERS: Final = _each("transformer", attributes.setting, attributes.PENDING)
WEIGHTS: Final = [
    *_each("weights", weights.body, weights.BODIES),
    Case("weights", "a tensor twice", weights.twice, opens=True),
]

BOOSTERS: Final = [
    *_each("booster of LightGBM", boosters.text, boosters.TEXTS),
    *_each("booster of XGBoost", boosters.trees, boosters.TREES),
    Case("booster", "of one as the other", boosters.exchanged),
    Case("booster", "in numbers of another width", boosters.wide),
    Case("booster", "as a word", boosters.word),
]

DESCRIPTIONS: Final = [
    *_each("description", descriptions.body, descriptions.BODIES),
    *_each("description", descriptions.network, descriptions.NETWORKS),
]

FOLDERS: Final = [
    *(
        Case("folder", f"with {name!r}", partial(descriptions.planted, name=name))
        for name in (
            "model.pkl",
            "__init__.py",
            "sitecustomize.py",
            "MODEL.JSON",
            "model.json ",
            ".git",
            "con",
            "..\\x",
        )
    ),
    *(
        Case("folder", f"{name} is a folder", partial(descriptions.as_folder, name=name))
        for name in ("model.json", "pipeline.skops", "card.md")
    ),
    *(
        Case("folder", f"{name} is a link", partial(descriptions.linked, name=name))
        for name in ("model.json", "pipeline.skops", "sample.parquet", "card.md")
    ),
    Case("folder", "a link in a circle", descriptions.linked_in_a_circle),
    Case("folder", "an endless description", partial(descriptions.device, name="model.json")),
    Case("folder", "an endless pipeline", partial(descriptions.device, name="pipeline.skops")),
    Case("folder", "a description that is waited for", partial(descriptions.pipe, name="model.json")),
    Case("folder", "a card that is waited for", partial(descriptions.pipe, name="card.md")),
    Case("folder", "a socket", descriptions.socket_file),
    Case("folder", "a description of 100 GB", partial(descriptions.hole, name="model.json", gigabytes=100)),
    Case("folder", "a pipeline of 100 GB", partial(descriptions.hole, name="pipeline.skops", gigabytes=100)),
    Case("folder", "a card of 100 GB", partial(descriptions.hole, name="card.md", gigabytes=100)),
    *(
        Case("folder", f"without {name}", partial(descriptions.missing, name=name))
        for name in ("model.json", "pipeline.skops", "card.md")
    ),
    *(
        Case("folder", f"a bit of {name} differs", partial(descriptions.flipped, name=name, share=share))
        for name, share in (
            ("pipeline.skops", 0.9),
            ("weights.safetensors", 0.9),
            ("sample.parquet", 0.5),
            ("card.md", 0.1),
        )
    ),
]

_STRANGE: Final = (
    "../evil",
    "../../../../../../tmp/evil",
    "/tmp/evil",  # noqa: S108 - is not written
    "C:\\evil",
    "C:evil",
    "\\\\server\\share\\evil",
    "..\\evil",
    "sub/model.json",
    "./card.md",
    "card.md/",
    "CARD.MD",
    "card.md.",
    "card.md ",
    "card.md:stream",
    "CON",
    "NUL.json",
    "mod\u0435l.json",
    "card.md\0.exe",
    "\u202ecard.md",
    "a" * 5_000,
    "",
)
_CARRIED: Final = (
    "another name at the member than in the table",
    "encrypted members",
    "compressed in an unknown way",
    "a member that lies behind the end",
    "a table of contents of 8 EB",
    "damaged extra fields",
    "sizes that are too large",
    "1,000 members in each other",
    "1,500,000 members",
    "two plans",
)

CARRIERS: Final = [
    *(Case("carrier", f"with {name[:40]!r}", partial(archives.strange, name=name)) for name in _STRANGE),
    *(
        Case("carrier", f"with {what}", partial(archives.typed, kind=kind | 0o777))
        for what, kind in (
            ("a link", stat.S_IFLNK),
            ("a device", stat.S_IFCHR),
            ("a disk", stat.S_IFBLK),
            ("a pipe", stat.S_IFIFO),
            ("a socket", stat.S_IFSOCK),
        )
    ),
    Case("carrier", "with a file twice", archives.twice),
    *(
        Case("carrier", f"without {name}", partial(archives.without, name=name))
        for name in ("model.json", "pipeline.skops", "card.md")
    ),
    Case("carrier", "with a card that swells", partial(archives.swelling, name="card.md", megabytes=200)),
    Case("carrier", "with a pipeline that swells", partial(archives.swelling, name="pipeline.skops", megabytes=500)),
    Case("carrier", "with a description that swells", partial(archives.swelling, name="model.json", megabytes=60)),
    Case("carrier", "with a card that lies of its size", archives.lying),
    Case("carrier", "in a carrier", archives.nested),
    *(Case("carrier", f"cut at {share}", partial(archives.cut, share=share)) for share in (0.001, 0.3, 0.7, 0.999)),
    *(Case("carrier", name, partial(archives.damaged, name=name)) for name in _CARRIED),
    Case("carrier", "nothing", partial(archives.not_zip, body=b"")),
    Case("carrier", "a pickle", partial(archives.not_zip, body=b"cos\nsystem\n(S'true'\ntR.")),
    Case("carrier", "an empty zip", partial(archives.not_zip, body=b"PK\5\6" + b"\0" * 18)),
]

ALL: Final = (
    *PICKLES,
    *PLANS,
    *ATTRIBUTES,
    *TRANSFORMERS,
    *ARRAYS,
    *ARCHIVES,
    *WEIGHTS,
    *BOOSTERS,
    *DESCRIPTIONS,
    *FOLDERS,
    *CARRIERS,
)
