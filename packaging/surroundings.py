"""What surrounds the frozen program, put right before its first line runs: a run-time hook of PyInstaller.

On Linux its own libraries are found by ``LD_LIBRARY_PATH``. The linker has read that by now, and what the program
starts is to find the system's: ``ssh`` refuses another OpenSSL than its own, and Git's helpers may.

OpenSSL knows where certificates lie on the system that it was built for, and each distribution has its own place.
"""

import os
import sys

CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)

if sys.platform == "linux":
    if "LD_LIBRARY_PATH_ORIG" in os.environ:
        os.environ["LD_LIBRARY_PATH"] = os.environ.pop("LD_LIBRARY_PATH_ORIG")
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
    # A worker is this program again, and is to set all of that for itself.
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"

if sys.platform != "win32" and not {"SSL_CERT_FILE", "SSL_CERT_DIR"} & os.environ.keys():
    for place in CERTIFICATES:
        if os.path.exists(place):
            os.environ["SSL_CERT_FILE"] = place
            break
