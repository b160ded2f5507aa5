"""What must hold between the parts of a blueprint.

What lives here: the order of the checks. What must not: the checks themselves (`checks/`, one subject per
module), shapes of single values (`model.py`), lines and columns (`yaml.py`).
"""

from backwright_workbench.blueprint.checks import (
    access,
    actions,
    fields,
    names,
    queries,
    references,
    service,
    tenancy,
)
from backwright_workbench.blueprint.fault import Fault
from backwright_workbench.blueprint.model import Blueprint

CHECKS = (
    service.check,
    names.check,
    fields.check,
    references.check,
    actions.check,
    queries.check,
    access.check,
    tenancy.check,
)


def check(blueprint: Blueprint) -> list[Fault]:
    """Everything that is wrong with a blueprint whose shapes are right; empty when a service can be written
    from it.

    A value and not an exception: who reads a brief repairs, who reads a file reports.
    """
    return [fault for each in CHECKS for fault in each(blueprint)]
