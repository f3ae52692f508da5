"""What the frozen program finds around it, without freezing anything."""

import json
import os
import ssl
import subprocess
import sys

import pytest

from dev import ROOT

HOOK = ROOT / "packaging" / "surroundings.py"
PATHS = ("LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG", "PYINSTALLER_RESET_ENVIRONMENT", "SSL_CERT_DIR", "SSL_CERT_FILE")


def after_the_hook(**before: str) -> dict[str, str]:
    """Give what a program that is started then is told, of what ``before`` said."""
    code = f"import json, os, runpy; runpy.run_path({str(HOOK)!r}); print(json.dumps(dict(os.environ)))"
    environment = {name: value for name, value in os.environ.items() if name not in PATHS} | before
    told = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    found: dict[str, str] = json.loads(told.stdout)
    return {name: value for name, value in found.items() if name in PATHS}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere libraries are found by themselves")
@pytest.mark.parametrize(("before", "after"), [({}, None), ({"LD_LIBRARY_PATH_ORIG": "/opt/mine"}, "/opt/mine")])
def test_that_programs_of_the_system_find_its_libraries(before: dict[str, str], after: str | None) -> None:
    told = after_the_hook(LD_LIBRARY_PATH=str(ROOT), **before)
    assert told.get("LD_LIBRARY_PATH") == after
    assert "LD_LIBRARY_PATH_ORIG" not in told
    assert told["PYINSTALLER_RESET_ENVIRONMENT"] == "1"


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_that_certificates_which_somebody_chose_are_kept(name: str) -> None:
    told = after_the_hook(**{name: str(ROOT)})
    assert {key: value for key, value in told.items() if key.startswith("SSL_")} == {name: str(ROOT)}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a store of its own")
def test_that_the_certificates_of_the_system_are_found() -> None:
    place = after_the_hook().get("SSL_CERT_FILE")
    if place is None:
        pytest.skip("this system has no certificates")
    assert ssl.create_default_context(cafile=place).cert_store_stats()["x509_ca"] > 0
