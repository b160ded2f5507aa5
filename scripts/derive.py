"""Writes everything in this repository that is derived, or tells what has drifted (`--check`).

Derived are the JSON Schemas of blueprints and of the documents of verify, review and inspect, and the example service,
written from its brief.
Neither is edited by hand.
"""

import json
import sys
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TypeVar

from backwright_workbench.blueprint.schema import schema
from backwright_workbench.blueprint.yaml import dump, load
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.codegen import DERIVED
from backwright_workbench.commands import steps
from backwright_workbench.commands.events import Event
from backwright_workbench.reports.inspection.document import inspection_schema
from backwright_workbench.reports.review.document import review_schema
from backwright_workbench.reports.verification.document import report_schema
from backwright_workbench.workspace.services import find_service
from backwright_workbench.workspace.trees import read_tree, write_tree

T = TypeVar("T")

ROOT = Path(__file__).parent.parent
SCHEMA = "docs/reference/blueprint.schema.json"
SCHEMAS = {
    SCHEMA: schema,
    "docs/reference/verify.schema.json": report_schema,
    "docs/reference/review.schema.json": review_schema,
    "docs/reference/inspect.schema.json": inspection_schema,
}
EXAMPLE = "examples/work-orders"
BRIEF, BLUEPRINT = f"{EXAMPLE}/brief.md", f"{EXAMPLE}/blueprint.yaml"


def derived() -> dict[str, str]:
    """Every derived file, path → text."""
    before = load((ROOT / BLUEPRINT).read_text(), BLUEPRINT)
    brief = (ROOT / BRIEF).read_text()
    blueprint = read(brief, Catalogue.builtin(), created=before.created).require()
    with tempfile.TemporaryDirectory() as place:
        files = dict(result(steps.write_service(blueprint, Path(place))))
        service = find_service(Path(place))
        files |= steps.derive(service, result(steps.prepare(service, *DERIVED)))
    return {
        **{path: json.dumps(made(), indent=2, ensure_ascii=False) + "\n" for path, made in SCHEMAS.items()},
        BLUEPRINT: dump(blueprint),
        **{f"{EXAMPLE}/{path}": text for path, text in files.items()},
    }


def result(step: Generator[Event, None, T]) -> T:
    """What a step returns, its events unheard."""
    while True:
        try:
            next(step)
        except StopIteration as end:
            value: T = end.value
            return value


def drifted(wanted: Mapping[str, str]) -> list[str]:
    """What is missing, different, or in the example without being derived."""
    there = {
        f"{EXAMPLE}/{path}": text for path, text in read_tree(ROOT / EXAMPLE).items() if path != "brief.md"
    }
    there |= {path: (ROOT / path).read_text() for path in SCHEMAS if (ROOT / path).exists()}
    found = [f"missing:   {path}" for path in wanted.keys() - there.keys()]
    found += [f"unknown:   {path}" for path in there.keys() - wanted.keys()]
    found += [f"different: {path}" for path in wanted.keys() & there.keys() if wanted[path] != there[path]]
    return sorted(found)


def main() -> int:
    """Writes, or with `--check` compares."""
    wanted = derived()
    if sys.argv[1:] != ["--check"]:
        write_tree(ROOT, wanted)
        print(f"{len(wanted)} derived files are up to date.")
        return 0
    found = drifted(wanted)
    for line in found:
        print(line)
    print(
        "Run scripts/derive.py to write them anew."
        if found
        else f"{len(wanted)} derived files are as derived."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
