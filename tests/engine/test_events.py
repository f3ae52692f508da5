import math
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine import events
from aetheron_desktop.engine.events import Event, MetricLogged

_TEXT = st.text(max_size=40)
_NUMBER = st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _NUMBER | _TEXT, st.lists, max_leaves=5)


def _value(name: str, type_: Any) -> st.SearchStrategy[Any]:
    if name in {"experiment", "answer"}:
        return st.dictionaries(_TEXT, _JSON, max_size=4)
    return st.from_type(type_) if name != "at" else _NUMBER


def _records() -> st.SearchStrategy[Event]:
    st.register_type_strategy(float, _NUMBER)
    kinds = []
    for kind in get_args(Event):
        fields = {field.name: _value(field.name, field.type) for field in msgspec.structs.fields(kind)}
        kinds.append(st.builds(kind, **fields))
    return st.one_of(kinds)


@given(_records())
def test_that_every_event_is_read_back_as_it_was_written(event: Event) -> None:
    line = events.dumps(event)
    assert b"\n" not in line
    assert events.loads(line) == event


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_that_every_event_names_its_kind_and_its_job(kind: type[msgspec.Struct]) -> None:
    assert isinstance(kind.__struct_config__.tag, str)
    assert {"job", "at"} <= {field.name for field in msgspec.structs.fields(kind)}


def test_that_a_diverged_loss_is_sent_as_null() -> None:
    event = MetricLogged(job="run-1", step=3, part="train", name="loss", value=events.finite(math.nan))
    assert b'"value":null' in events.dumps(event)


def test_that_an_event_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        events.loads(b'{"kind":"unheard_of","job":"run-1","at":1.0}')
