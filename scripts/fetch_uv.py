"""Fetches the uv wheel from PyPI with nothing but the standard library, for machines without pip and venv.

`fetch_uv.py VERSION DIRECTORY` leaves `DIRECTORY/bin/uv`. The hashes are pinned here: what does not match
is not written.
"""

import hashlib
import json
import os
import platform
import ssl
import sys
import urllib.error
import urllib.request
import zipfile
from io import BytesIO
from pathlib import Path

INDEX = "https://pypi.org/pypi"

HASHES = {
    (
        "0.13.8",
        "Linux",
        "x86_64",
        "glibc",
    ): "e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984",
    ("0.13.8", "Linux", "x86_64", ""): "29451c60f5e8b07403e0a175d5229efc36b0289b34143ff4aaa499a5dd52553a",
    ("0.13.8", "Linux", "aarch64", ""): "0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d",
    ("0.13.8", "Darwin", "arm64", ""): "62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49",
    ("0.13.8", "Darwin", "x86_64", ""): "b7124ca1956ec2e476a1003ea5715a15f0266afaec37f4dc9c6972ba8183e6d1",
}
"""SHA-256 of the wheel by version, system, machine and C library (empty: whichever)."""


def wanted_hash(version: str) -> str:
    """The hash of the wheel for this machine. Exits with one line where there is none."""
    machine = (version, platform.system(), platform.machine())
    found = HASHES.get((*machine, platform.libc_ver()[0])) or HASHES.get((*machine, ""))
    if found is None:
        sys.exit(
            f"There is no pinned uv for {' '.join(machine[1:])}: install uv yourself (https://docs.astral.sh/uv)."
        )
    return found


def download(url: str) -> bytes:
    """The bytes behind `url`."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bytes(answer.read())
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise
    # A bare Debian has no certificates at all. What is fetched here counts only if it has the pinned hash.
    print("No certificates on this machine: relying on the pinned hash alone.")
    with urllib.request.urlopen(url, timeout=60, context=ssl._create_unverified_context()) as answer:
        return bytes(answer.read())


def fetch(version: str, directory: Path, *, sha256: str, index: str = INDEX) -> Path:
    """Puts uv into `directory/bin`.

    Exits with one line when PyPI has no wheel of that hash, or sends another one.
    """
    files = json.loads(download(f"{index}/uv/{version}/json"))["urls"]
    url = next((file["url"] for file in files if file["digests"]["sha256"] == sha256), None)
    if url is None:
        sys.exit(f"PyPI has no uv {version} with the pinned hash {sha256[:12]}…")
    wheel = download(url)
    if hashlib.sha256(wheel).hexdigest() != sha256:
        sys.exit(f"What came from {url} does not have the pinned hash; nothing was written.")
    binary = directory / "bin" / "uv"
    binary.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        partial = binary.with_name("uv.partial")
        partial.write_bytes(archive.read(name))
    partial.chmod(0o755)
    os.replace(partial, binary)
    return binary


if __name__ == "__main__":
    try:
        fetch(sys.argv[1], Path(sys.argv[2]), sha256=wanted_hash(sys.argv[1]))
    except OSError as error:
        sys.exit(f"PyPI cannot be reached: {error}")
