"""`backwright schema`: the JSON Schema of blueprints."""

import json
from collections.abc import Generator

from backwright_workbench.blueprint import schema as blueprint_schema
from backwright_workbench.commands.events import Event, Output


def schema() -> Generator[Event, None, None]:
    """The document as output."""
    yield Output(json.dumps(blueprint_schema.schema(), indent=2, ensure_ascii=False))
