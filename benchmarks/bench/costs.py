"""What single steps of a request cost: who asks, and what they may. In the process of our service, without HTTP."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from bench import report, systems
from bench.processes import NotStarted, run

SCRIPT: Final = str(Path(__file__).with_name("costs_service.py"))


def main() -> int:
    """Measure on SQLite, print and write."""
    from bench.__main__ import RESULTS

    systems.cleaned()
    folder = Path(tempfile.mkdtemp(prefix="backwright-costs-"))
    try:
        address = f"sqlite:///{folder / 'costs.db'}"
        password = systems.set_up_ours(address, folder, rows=10)
        said = run([systems.OWN_PYTHON, SCRIPT, password], systems.SERVICE, systems.ours(address, folder))
    except NotStarted as error:
        print(f"not run: {error}")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found: list[dict[str, Any]] = json.loads(said.splitlines()[-1])
    for each in found:
        bound = (
            f"  (at most {each['at_most']:g}): {'met' if each['met'] else 'missed'}"
            if each["at_most"]
            else ""
        )
        print(f"{each['cpu_us']:8.2f} µs  {each['step']}{bound}")
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "costs.json"
    document = {"commit": report.commit(), "machine": report.machine(), "steps": found}
    path.write_text(json.dumps(document, indent=1) + "\n")
    print(f"written: {path}")
    return 0 if all(each["met"] for each in found) else 1
