"""`.env.example`: every setting of a written service with its default.

What lives here: the file's head, which says what was asked for and what stands in for it. What must not: the
settings themselves, which the runtime's class declares and prints.
"""

import textwrap

from backwright.configuration import example
from backwright.settings import Settings as RuntimeSettings
from pydantic import create_model

from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.project import engines


def write_example(names: Names) -> str:
    """The text of `.env.example`."""
    limits = names.blueprint.limits
    settings = create_model(
        "Settings",
        __base__=RuntimeSettings,
        service=(str, names.blueprint.service),
        rate_limit=(str, limits.requests),
        max_body_kb=(int, limits.body_kb),
    )
    notes = [line for note in engines(names) for line in textwrap.wrap(f"{note}.", 100)]
    head = "".join(f"# {note}\n" for note in notes)
    return (f"{head}\n" if head else "") + example(settings)
