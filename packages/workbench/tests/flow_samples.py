"""Small projects, and what is found in them."""

from collections.abc import Mapping
from textwrap import dedent

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.flow import Flow, flows


def project(files: Mapping[str, str]) -> list[Flow]:
    """The flows of a project whose files may be indented."""
    return flows(read_application({path: dedent(text).lstrip("\n") for path, text in files.items()}))


def found(text: str, *kinds: str) -> list[tuple[str, int]]:
    """Kind and line of each flow of a single file, in the order of the lines."""
    seen = {
        (flow.place.line, flow.kind) for flow in project({"app.py": text}) if not kinds or flow.kind in kinds
    }
    return [(kind, line) for line, kind in sorted(seen) if kinds or kind not in ("answer", "log", "page")]
