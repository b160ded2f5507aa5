"""The process that runs the project's suite: pytest, with probes in the code that the project cannot configure.

`python -m backwright_workbench.verify.suites.child ARGUMENTS…` with its settings in a variable (`plugin.py`). What must
not live here: what the measured means.
"""

import json
import os
import sys
from pathlib import Path

import pytest

from backwright_workbench.verify.suites import probes


def main() -> int:
    """Runs it to the end."""
    settings = json.loads(os.environ["BACKWRIGHT_SUITE"])
    if settings["measured"]:
        probes.install(Path(settings["root"]))
    status = pytest.main(sys.argv[1:])
    if settings["measured"]:
        probes.save(Path(settings["measured"]))
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
