"""Other programs that checks run: where they are.

What lives here: finding them, beside the Python that runs this first. What must not: what they are asked.
"""

import shutil
import sys
from pathlib import Path

from backwright_workbench.verify.outcome import NotRun


def found(name: str) -> str | None:
    """The path of a program; none if it is not installed."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else shutil.which(name)


def needed(name: str) -> str:
    """The path of a program. Raises `NotRun` if it is not installed."""
    path = found(name)
    if path is None:
        raise NotRun(f"{name} is not installed", f"install {name}, or put it on the PATH")
    return path
