"""The properties that hold of every file, on some; ``dev.py fuzz`` tries them for as long as one likes."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.properties import PROPERTIES


@pytest.mark.parametrize("name", PROPERTIES)
def test_that_every_file_is_imported_whole_or_refused(name: str) -> None:
    check, files = PROPERTIES[name]
    settings(max_examples=25, deadline=timedelta(seconds=60), suppress_health_check=[HealthCheck.too_slow])(
        given(files)(check)
    )()
