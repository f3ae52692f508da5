"""What the disk, the file or the person does while a table is imported: words, and nothing left behind."""

import bz2
import gzip
import json
import lzma
import math
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aetheron_desktop.engine.datasets.dataset import DatasetInfo
from aetheron_desktop.engine.datasets.reading.reader import import_file, read_frame
from aetheron_desktop.engine.datasets.viewing.pages import Pages
from aetheron_desktop.engine.errors import AetheronError, DatasetError, StorageError

GOOD = "size,sort,share\n" + "".join(f"{row},{'abc'[row % 3]},{row / 7}\n" for row in range(1000))


def imported(source: Path, folder: Path, should_stop: Callable[[], bool] = lambda: False) -> DatasetInfo:
    info = import_file(source, folder, progress=lambda *_: None, should_stop=should_stop)
    assert info is not None
    return info


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def parquet_bytes(folder: Path) -> bytes:
    path = folder / "whole.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    return path.read_bytes()


NO_TABLES: dict[str, bytes] = {
    "nothing.csv": b"",
    "blank.csv": b"\n\n  \n",
    "noise.csv": bytes(range(256)) * 20,
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(200)),
    "letter.pdf": b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n",
    "page.csv": b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>\n",
    "cut.csv.gz": gzip.compress(GOOD.encode())[:-20],
    "cut.csv.bz2": bz2.compress(GOOD.encode())[:-30],
    "cut.csv.xz": lzma.compress(GOOD.encode())[:-30],
    "noise.csv.gz": b"\x1f\x8b\x08\x00" + bytes(range(200)),
    "cut.json": b'[{"a":1},{"a":2},{"a"',
    "scalar.json": b"42",
    "list.json": b"[]",
    "object.json": b"{}",
    "deep.json": b"[" * 100_000,
    "deep-whole.json": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep.jsonl": b'{"x":1}\n' * 5 + b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "head.parquet": b"PAR1",
    "noise.parquet": b"PAR1" + bytes(range(200)) + b"PAR1",
    "noise.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 12,
}


@pytest.mark.parametrize("name", NO_TABLES)
def test_that_a_file_without_a_table_is_refused_in_words_that_name_it(tmp_path: Path, name: str) -> None:
    source, folder = written(tmp_path, name, NO_TABLES[name]), tmp_path / "datasets"
    with pytest.raises(DatasetError) as refused:
        imported(source, folder)
    assert name in refused.value.detail
    assert refused.value.hint
    assert not list(folder.iterdir())


def test_that_a_parquet_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path, "cut.parquet", parquet_bytes(tmp_path)[:-100])
    with pytest.raises(DatasetError, match=r"cut\.parquet"):
        imported(source, tmp_path / "datasets")


def test_that_times_beyond_what_can_be_held_are_refused_and_not_wrapped_around(tmp_path: Path) -> None:
    source = tmp_path / "spark.parquet"
    times = pa.array([0, -7_188_624_036_226_874_385], pa.timestamp("us"))
    pq.write_table(pa.table({"when": times}), source, use_deprecated_int96_timestamps=True)
    with pytest.raises(DatasetError, match=r"spark\.parquet has a time in the column when"):
        imported(source, tmp_path / "datasets")


def test_that_times_inside_of_nested_columns_are_no_hindrance(tmp_path: Path) -> None:
    inner = pa.array([[0, 1], [2]], pa.list_(pa.timestamp("us")))
    pq.write_table(
        pa.table({"times": inner, "element": ["a", "b"]}),
        tmp_path / "n.parquet",
        use_deprecated_int96_timestamps=True,
    )
    assert imported(tmp_path / "n.parquet", tmp_path / "datasets").rows == 2


def test_that_a_folder_with_an_equals_sign_changes_no_value(tmp_path: Path) -> None:
    folder = tmp_path / "size=7"
    info = imported(written(tmp_path, "good.csv", GOOD), folder)
    pages = Pages(folder / info.id / "data.parquet")
    assert [row[0] for row in pages.rows(0, 3)] == ["0", "1", "2"]
    pages.close()
    assert info.schema.columns[0].distinct == 1000


def test_that_words_for_missing_are_told(tmp_path: Path) -> None:
    rows = "".join(f"{row},{'-' if row == 3 else row * 0.5},{'NA' if row % 2 else row}\n" for row in range(20))
    info = imported(written(tmp_path, "gaps.csv", "row,half,even\n" + rows), tmp_path / "datasets")
    assert [column.missing for column in info.schema.columns] == [0, 1, 10]
    assert "half: 1 cell with a word for missing." in info.notes
    assert "even: 10 cells with a word for missing." in info.notes


def test_that_a_zip_with_two_tables_is_refused_with_their_names(tmp_path: Path) -> None:
    source = tmp_path / "two.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("may.csv", GOOD)
        archive.writestr("june.csv", GOOD)
    with pytest.raises(DatasetError, match=r"may\.csv, june\.csv"):
        imported(source, tmp_path / "datasets")


def test_that_a_zip_with_a_path_out_of_its_folder_writes_nowhere_else(tmp_path: Path) -> None:
    source, folder = tmp_path / "slip.zip", tmp_path / "deep" / "datasets"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("../../../evil.csv", GOOD)
    imported(source, folder)
    assert not list(tmp_path.rglob("evil.csv"))


def test_that_a_folder_and_a_vanished_file_are_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DatasetError, match=r"folder\.csv holds no Parquet files"):
        imported(tmp_path / "folder.csv", tmp_path / "datasets")
    with pytest.raises(StorageError, match="not there"):
        imported(tmp_path / "gone.csv", tmp_path / "datasets")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_that_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path, "locked.csv", GOOD)
    source.chmod(0)
    with pytest.raises(StorageError, match="permission"):
        imported(source, tmp_path / "datasets")


@pytest.mark.parametrize("name", ['it\'s "ünï" $; DROP.csv', "a*[b]?.csv", "a%20b\\c.csv", "{1,2}.csv"])
@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be there")
def test_that_a_file_of_any_name_is_read_itself(tmp_path: Path, name: str) -> None:
    written(tmp_path, "ab.csv", "other\n1\n2\n")
    assert imported(written(tmp_path, name, GOOD), tmp_path / "datasets").rows == 1000


def test_that_names_of_columns_are_never_part_of_a_query(tmp_path: Path) -> None:
    names = ['a"b', "'c;--", "{x}", "$1", "?", "c0", "c1 FROM", "ß\u200b", "SELECT"]
    rows = [list(range(row, row + len(names))) for row in (1, 2, 3)]
    source = written(tmp_path, "odd.json", json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
    info = imported(source, tmp_path / "datasets")
    assert list(info.schema.names) == names
    table = pq.read_table(tmp_path / "datasets" / info.id / "data.parquet")
    assert [list(row.values()) for row in table.to_pylist()] == rows


def test_that_an_import_stopped_in_any_stage_leaves_nothing(tmp_path: Path) -> None:
    source, folder = written(tmp_path, "good.csv", GOOD), tmp_path / "datasets"
    stages: list[str] = []
    import_file(source, tmp_path / "other", progress=lambda stage, *_: stages.append(stage), should_stop=lambda: False)
    assert len(set(stages)) >= 3
    for last in dict.fromkeys(stages[:-1]):
        told: list[str] = []

        def should_stop(last: str = last, told: list[str] = told) -> bool:
            return last in told

        assert import_file(source, folder, progress=lambda s, *_, t=told: t.append(s), should_stop=should_stop) is None
        assert not list(folder.iterdir())


@pytest.mark.parametrize("cut", [True, False], ids=["cut off", "longer"])
def test_that_a_file_that_changes_while_it_is_read_is_refused_and_leaves_nothing(cut: bool, tmp_path: Path) -> None:
    content, folder = "a,b\n" + "".join(f"{row},{row * 2}\n" for row in range(20_000)), tmp_path / "datasets"
    stages: list[str] = []
    source = written(tmp_path, "t.csv", content)
    import_file(source, tmp_path / "other", progress=lambda stage, *_: stages.append(stage), should_stop=lambda: False)
    for last in dict.fromkeys(stages):
        source.write_text(content)
        done: list[str] = []

        def progress(stage: str, *_: object, last: str = last, done: list[str] = done) -> None:
            if stage == last and not done:
                done.append(stage)
                source.write_text(content[: len(content) // 2] if cut else content + "7,8\n")

        if last == stages[-1]:  # nothing is read any more
            assert imported(source, folder).rows == 20_000
            continue
        with pytest.raises(AetheronError, match=r"t\.csv"):
            import_file(source, folder, progress=progress, should_stop=lambda: False)
        assert done, last
        assert not list(folder.iterdir())


_UNDER_A_LIMIT = """
import resource, signal, sys
from pathlib import Path
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.errors import StorageError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    import_file(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda *_: None, should_stop=lambda: False)
except StorageError as error:
    print(error.detail, error.hint)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of a file")
@pytest.mark.parametrize("size", [100, 4_000, 100_000])
@pytest.mark.parametrize("broken_row", ["", "1,2\n"], ids=["in one go", "row by row"])
def test_that_a_disk_that_fills_is_said_and_leaves_nothing(tmp_path: Path, size: int, broken_row: str) -> None:
    rows = "".join(f"{row},{row * 7919 % 10007},{math.sin(row)}\n" for row in range(60_000))
    source, folder = written(tmp_path, "large.csv", "a,b,c\n" + rows + broken_row), tmp_path / "datasets"
    made = subprocess.run(
        [sys.executable, "-c", _UNDER_A_LIMIT, str(source), str(folder), str(size)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "isk" in made.stdout
    assert not list(folder.iterdir())


def test_that_the_source_is_never_written_to(tmp_path: Path) -> None:
    source = written(tmp_path, "good.csv", GOOD)
    source.chmod(0o444)
    before = (source.read_bytes(), source.stat().st_mtime_ns)
    imported(source, tmp_path / "datasets")
    assert (source.read_bytes(), source.stat().st_mtime_ns) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["datasets", "good.csv"]


def test_that_a_folder_left_half_by_a_crash_is_replaced(tmp_path: Path) -> None:
    source, folder = written(tmp_path, "good.csv", GOOD), tmp_path / "datasets"
    info = imported(source, folder)
    (folder / info.id / "dataset.json").unlink()
    (folder / info.id / "data.parquet").write_bytes(b"half")
    assert imported(source, folder).id == info.id
    assert pq.read_table(folder / info.id / "data.parquet").num_rows == 1000


def test_that_a_bad_row_in_a_file_to_predict_is_named_by_its_line(tmp_path: Path) -> None:
    source = written(tmp_path, "new.csv", "a,b,c\n1,2,3\n4,5\n6,7,8\n")
    with pytest.raises(AetheronError, match="line 3"):
        read_frame(source)
