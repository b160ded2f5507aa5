"""The process that runs the project's suite: pytest, with coverage around it that the project cannot configure.

`python -m backwright_workbench.verify.suites.child ARGUMENTS…` with its settings in a variable (`plugin.py`). What must
not live here: what the measured means.
"""

import json
import os
import sys

import coverage
import pytest


def main() -> int:
    """Measures everything under the project's root, from the first import on."""
    settings = json.loads(os.environ["BACKWRIGHT_SUITE"])
    measured = None
    if settings.get("measured"):
        measured = coverage.Coverage(
            data_file=settings["measured"],
            config_file=False,
            branch=True,
            include=[f"{settings['root']}/*"],
            concurrency=settings["concurrency"],
            messages=False,
        )
        measured.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured"])
        measured.start()
    status = pytest.main(sys.argv[1:])
    if measured is not None:
        measured.stop()
        measured.save()
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
