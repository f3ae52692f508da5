"""The corpora's files through the real import: a part of them with every run of the tests, all by dev.py."""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from tests.corpora.__main__ import Result, examined
from tests.corpora.cases import ROOT, cases
from tests.corpora.verdicts import WORST

pytestmark = [
    pytest.mark.skipif(not (ROOT / "manifest.json").exists(), reason=f"there are no corpora at {ROOT}"),
    pytest.mark.timeout(600),
]
SMALL = {"csv-spectrum", "csvsniffer", "w3c-csvw"}
PLACE = re.compile(r"line [\d,]+, column [\d,]+|is empty")
CORRECT = 0.92
"""The share of these files with a truth that is read exactly; the others are read as numbers or times, with a note."""


@cache
def results() -> list[Result]:
    chosen = [case for case in cases() if case.suite in SMALL or case.kind.startswith("json")]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(examined, chosen))


def test_that_no_file_crashes_hangs_or_is_read_wrongly_without_a_word() -> None:
    assert [(one.case.file, one.judged) for one in results() if one.judged.verdict in WORST] == []


def test_that_nearly_all_files_with_a_truth_are_read_exactly() -> None:
    parsed = [one.judged.verdict for one in results() if one.case.expect == "parse"]
    assert parsed.count("CORRECT") >= CORRECT * len(parsed)


def test_that_json_that_is_none_is_refused_with_its_line_and_column() -> None:
    refused = [one for one in results() if one.case.json_validity == "invalid"]
    assert len(refused) > 100
    assert [one.case.file for one in refused if one.judged.verdict != "REFUSED"] == []
    assert [one.message for one in refused if not PLACE.search(one.message)] == []


def test_that_valid_json_without_a_table_is_never_called_invalid() -> None:
    valid = [one for one in results() if one.case.json_validity == "valid"]
    assert valid
    assert [one.message for one in valid if "no valid JSON" in one.message] == []
