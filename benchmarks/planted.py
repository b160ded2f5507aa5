"""How many planted faults does `backwright verify` catch? `uv run python benchmarks/planted.py [NAME…]`.

Each fault of `planted/faults.yaml` is put into a copy of examples/work-orders; the families that it names are run on
PostgreSQL if BACKWRIGHT_TEST_POSTGRESQL names a server, else on SQLite. Caught: a required check fails. The good
service goes first, on all families that occur, and has to pass. Results go to `results/planted.json`.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples/work-orders"
RESULTS = HERE / "results/planted.json"


def plant(edits: dict[str, dict[str, str]], folder: Path) -> Path:
    """A copy of the example with these edits."""
    service = Path(shutil.copytree(EXAMPLE, folder / "service"))
    for key, edit in edits.items():
        place = service / key.partition("#")[0]
        text = place.read_text() if place.exists() else ""
        if "find" in edit:
            assert text.count(edit["find"]) == 1, (
                f"{key} has {edit['find']!r} {text.count(edit['find'])} times"
            )
            text = text.replace(edit["find"], edit["put"])
        else:
            text += edit["put"]
        place.write_text(text)
    return service


def verified(service: Path, families: list[str]) -> tuple[int, list[dict[str, Any]]]:
    """The exit status of `verify` with these families, and its checks."""
    only = [word for family in families for word in ("--only", family)]
    program = str(Path(sys.executable).with_name("backwright"))
    command = [program, "verify", str(service), "--json", *only]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return done.returncode, [event for event in events if event["event"] == "checked"]


def main(names: list[str]) -> None:
    """Runs them one after the other, and says what was caught by which check."""
    faults: dict[str, Any] = YAML(typ="safe", pure=True).load((HERE / "planted/faults.yaml").read_text())
    found: dict[str, Any] = json.loads(RESULTS.read_text()) if names and RESULTS.exists() else {}
    chosen = names or ["", *faults]
    for name in chosen:
        fault = faults.get(name) or {
            "edits": {},
            "families": sorted({f for x in faults.values() for f in x["families"]}),
        }
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            code, checks = verified(plant(fault["edits"], Path(folder)), fault["families"])
        failed = [check for check in checks if check["status"] == "failed" and check["required"]]
        found[name or "good"] = {
            "about": fault.get("about", "The service as it was written"),
            "families": fault["families"],
            "exit_code": code,
            "caught_by": [check["check"] for check in failed],
            "said": [line for check in failed for line in check["faults"][:2]][:4],
            "seconds": round(time.monotonic() - began, 1),
        }
        says = ", ".join(found[name or "good"]["caught_by"]) or "-"
        print(f"{name or 'good':<38} {found[name or 'good']['seconds']:6.1f} s  {says}", flush=True)
        RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    planted = [each for name, each in found.items() if name != "good"]
    print(f"caught {sum(bool(each['caught_by']) for each in planted)} of {len(planted)}")


if __name__ == "__main__":
    main(sys.argv[1:])
