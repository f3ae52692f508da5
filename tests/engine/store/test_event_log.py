from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine import events
from aetheron_desktop.engine.events import MessageLogged
from aetheron_desktop.engine.store.event_log import EventLog, LineSplitter, LogTail, read_log


def _message(text: str) -> MessageLogged:
    return MessageLogged(job="run-1", at=1.0, level="info", text=text)


def test_that_an_event_is_on_disk_when_append_returns(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "run" / "events.jsonl")
    log.append(_message("one"))
    assert read_log(log.path) == [_message("one")]
    log.close()


def test_that_a_log_cut_short_by_a_crash_gives_what_was_whole_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(events.dumps(_message("one")) + b"\n" + events.dumps(_message("two"))[:20])
    assert read_log(path) == [_message("one")]
    log = EventLog(path)
    log.append(_message("three"))
    log.close()
    assert read_log(path) == [_message("one"), _message("three")]


def test_that_a_missing_log_is_empty(tmp_path: Path) -> None:
    assert read_log(tmp_path / "none.jsonl") == []
    assert LogTail(tmp_path / "none.jsonl").read() == []


def test_that_a_tail_gives_each_event_once(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    tail = LogTail(log.path)
    log.append(_message("one"))
    assert tail.read() == [_message("one")]
    log.append(_message("two"))
    assert tail.read() == [_message("two")]
    assert tail.read() == []
    log.close()


@given(st.lists(st.text(max_size=30), max_size=8), st.integers(1, 40))
def test_that_the_borders_of_the_pieces_do_not_matter(texts: list[str], size: int) -> None:
    stream = b"".join(events.dumps(_message(text)) + b"\n" for text in texts)
    splitter = LineSplitter()
    found = [event for start in range(0, len(stream), size) for event in splitter.feed(stream[start : start + size])]
    assert found == [_message(text) for text in texts]
