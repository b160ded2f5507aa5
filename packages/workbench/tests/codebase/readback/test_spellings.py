"""Ways of writing the same service: how it is spelled changes nothing in what is read. One edit, one case."""

from collections.abc import Callable

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codebase.readback import ReadBack, read

Edited = Callable[..., dict[str, str]]

MODELS = "work_orders/models.py"
RESOURCE = "work_orders/resource.py"
SERVICE = "work_orders/service.py"
MAIN = "main.py"

SAME = {
    "a comment": [(MODELS, "    notes: ", "    # What the technician saw.\n    notes: ")],
    "a length by its name": [(MODELS, "String(200)", "String(length=200)")],
    "optional in the old spelling": [
        (MODELS, "from enum", "from typing import Optional\nfrom enum"),
        (MODELS, "Mapped[str | None]", "Mapped[Optional[str]]"),
    ],
    "a union in the old spelling": [
        (MODELS, "from enum", "import typing as t\nfrom enum"),
        (MODELS, "Mapped[datetime | None]", "Mapped[t.Union[None, datetime]]"),
    ],
    "a module imported whole": [
        (MODELS, "from sqlalchemy import ForeignKey, Index, String", "import sqlalchemy as sa"),
        (MODELS, "ForeignKey(", "sa.ForeignKey("),
        (MODELS, "Index(", "sa.Index("),
        (MODELS, "String(", "sa.String("),
    ],
    "a relative import": [(RESOURCE, "from work_orders.work_orders.models", "from .models")],
    "a relative import from above": [(RESOURCE, "from work_orders.access", "from ..access")],
    "everything imported": [
        (RESOURCE, "from work_orders.access import Role", "from work_orders.access import *")
    ],
    "an import under another name": [
        (RESOURCE, "import allow, own", "import allow, own as leads_to_me"),
        (RESOURCE, "= own(", "= leads_to_me("),
    ],
    "lists for tuples": [(RESOURCE, '("title", "description")', '["title", "description"]')],
    "moves in a tuple": [
        (
            SERVICE,
            "{WorkOrderStatus.ASSIGNED, WorkOrderStatus.CANCELLED}",
            "(WorkOrderStatus.ASSIGNED, WorkOrderStatus.CANCELLED)",
        )
    ],
    "moves in a frozen set": [
        (
            SERVICE,
            "{WorkOrderStatus.ASSIGNED, WorkOrderStatus.CANCELLED}",
            "frozenset({WorkOrderStatus.ASSIGNED, WorkOrderStatus.CANCELLED})",
        )
    ],
    "a typed class variable": [(SERVICE, "transitions = {", "transitions: ClassVar[Moves] = {")],
    "states as texts": [(SERVICE, "WorkOrderStatus.ON_HOLD)", '"on_hold")')],
    "an enumeration under another name": [
        (MODELS, "WorkOrderStatus", "Stage"),
        (SERVICE, "WorkOrderStatus", "Stage"),
    ],
    "an enumeration that names itself": [
        (MODELS, 'LOW = "low"', "LOW = auto()"),
        (MODELS, "import StrEnum", "import StrEnum, auto"),
    ],
    "an enumeration in a file of its own": [
        (MODELS, "class WorkOrderPriority(StrEnum):\n", "class _Nothing(StrEnum):\n"),
        (
            MODELS,
            "from sqlalchemy import",
            "from work_orders.priorities import WorkOrderPriority\nfrom sqlalchemy import",
        ),
        (
            "priorities.py",
            "",
            "from enum import StrEnum\n\n\nclass WorkOrderPriority(StrEnum):\n"
            '    LOW = "low"\n    NORMAL = "normal"\n    HIGH = "high"\n    URGENT = "urgent"\n',
        ),
    ],
    "roles as texts": [(RESOURCE, "Role.VIEWER:", '"viewer":')],
    "the value of a role": [(RESOURCE, "Role.VIEWER:", "Role.VIEWER.value:")],
    "roles renamed in Python": [
        ("access.py", "class Role(", "class Who("),
        *[
            (place, "Role", "Who")
            for place in (RESOURCE, "assets/resource.py", "technicians/resource.py", "accounts/resource.py")
        ],
    ],
    "rows inline": [(RESOURCE, "where=mine", "where=own(WorkOrder.assignee_id, Technician.account_id)")],
    "rows under another name": [(RESOURCE, "mine", "assigned_to_me")],
    "access in a variable": [
        (
            RESOURCE,
            "work_orders = Resource(",
            "rules = {Role.ADMIN: allow.everything, Role.VIEWER: allow.read()}\n\nwork_orders = Resource(",
        ),
        (RESOURCE, "        Role.ADMIN: allow.everything,\n", "        **rules,\n"),
        (RESOURCE, "        Role.VIEWER: allow.read(),\n", ""),
    ],
    "a rule in a variable": [
        (RESOURCE, "work_orders = Resource(", "looks = allow.read()\n\nwork_orders = Resource("),
        (RESOURCE, "Role.VIEWER: allow.read()", "Role.VIEWER: looks"),
    ],
    "constants": [
        (MODELS, "class WorkOrderStatus(", "LONG = 10_000\n\n\nclass WorkOrderStatus("),
        (MODELS, "String(10_000)", "String(LONG)"),
    ],
    "a constant from another module": [
        ("limits.py", "", "SHORT = 200\n"),
        (MODELS, "from sqlalchemy import", "from work_orders.limits import SHORT\nfrom sqlalchemy import"),
        (MODELS, "String(200)", "String(SHORT)"),
    ],
    "names put together": [
        (RESOURCE, "work_orders = Resource(", 'COMMON = ("status", "priority")\n\nwork_orders = Resource('),
        (RESOURCE, '("status", "priority", "assignee_id",', '(*COMMON, "assignee_id",'),
    ],
    "a name that grows": [
        (
            RESOURCE,
            "work_orders = Resource(",
            'LISTED = ("status", "priority", "assignee_id", "asset_id")\nLISTED = LISTED + ("due_at",)\n\n'
            "work_orders = Resource(",
        ),
        (RESOURCE, '("status", "priority", "assignee_id", "asset_id", "due_at")', "LISTED"),
    ],
    "a column with a type of the service": [
        (MODELS, "from enum", "from typing import Annotated\nfrom enum"),
        (
            MODELS,
            "class WorkOrderStatus(",
            "Title = Annotated[str, mapped_column(String(200))]\n\n\nclass WorkOrderStatus(",
        ),
        (MODELS, "title: Mapped[str] = mapped_column(String(200))", "title: Mapped[Title]"),
    ],
    "columns in a class of their own": [
        (
            MODELS,
            "class WorkOrder(Entity):",
            "class Noted:\n    notes: Mapped[str | None] = mapped_column(String(10_000))\n\n\n"
            "class WorkOrder(Noted, Entity):",
        ),
        (
            MODELS,
            "    notes: Mapped[str | None] = mapped_column(String(10_000))\n    completed_at",
            "    completed_at",
        ),
    ],
    "a default as a text": [(MODELS, "default=WorkOrderStatus.OPEN", 'default="open"')],
    "a foreign key to a column": [(MODELS, 'ForeignKey("assets.id", ', "ForeignKey(Asset.id, ")],
    "empty by option": [
        (
            MODELS,
            "notes: Mapped[str | None] = mapped_column(String(10_000))",
            "notes: Mapped[str] = mapped_column(String(10_000), nullable=True)",
        )
    ],
    "an annotation in quotes": [(MODELS, "Mapped[str | None]", 'Mapped["str | None"]')],
    "the row under another name": [(SERVICE, "row", "order")],
    "a value that must be given by name": [
        (SERVICE, "row: WorkOrder, assignee_id", "row: WorkOrder, *, assignee_id")
    ],
    "a docstring of several paragraphs": [
        (
            MODELS,
            '"""A job to be done on an asset."""',
            '"""A job to be done\n    on an asset.\n\n    Made by dispatchers.\n    """',
        )
    ],
    "a docstring below its quotes": [
        (SERVICE, '"""Begin the work."""', '"""\n        Begin the work.\n        """')
    ],
    "an action that returns": [
        (SERVICE, '"""Begin the work."""', '"""Begin the work."""\n        return None')
    ],
    "a method that is no action": [
        (
            SERVICE,
            '    @action("hold")',
            "    def is_late(self, row: WorkOrder) -> bool:\n        return row.due_at < now()\n\n"
            '    @action("hold")',
        )
    ],
    "a method of another name": [(SERVICE, "async def start(", "async def begin_work(")],
    "an index of one's own": [
        (MODELS, 'Index("ix_work_orders_due_at_id"', 'Index("by_title", "title"),\n        Index("ix_due"')
    ],
    "a property of the entity": [
        (
            MODELS,
            "    asset: Mapped[Asset]",
            "    @property\n    def is_open(self) -> bool:\n        return not self.completed_at\n\n"
            "    asset: Mapped[Asset]",
        )
    ],
    "resources in a constant": [
        (MAIN, "def create_app(", "RESOURCES = [assets, technicians, work_orders]\n\n\ndef create_app("),
        (MAIN, "resources=(assets, technicians, work_orders)", "resources=RESOURCES"),
    ],
    "an application in a variable": [
        (MAIN, "    return build(", '    title = "Work order management"\n    app = build('),
        (MAIN, 'title="Work order management"', "title=title"),
        (MAIN, "technicians, work_orders),\n    )", "technicians, work_orders),\n    )\n    return app"),
    ],
    "another setting": [
        ("settings.py", "    max_body_kb", '    mail_from: str = "us@example.org"\n    max_body_kb')
    ],
    "a setting as a field": [("settings.py", "= 1024", "= Field(default=1024, ge=1)")],
    "options in another order": [
        (RESOURCE, "    cache=Cache(seconds=30),\n", ""),
        (RESOURCE, "    service=WorkOrders,\n", "    cache=Cache(30),\n    service=WorkOrders,\n"),
    ],
}


@pytest.mark.parametrize("edits", SAME.values(), ids=SAME)
def test_an_edit_that_changes_nothing_served_changes_nothing_read(
    edited: Edited, work_orders: Blueprint, edits: list[tuple[str, str, str]]
) -> None:
    """Layout, spelling and helpers are the writer's own."""
    assert read(edited(*edits)) == ReadBack(work_orders)
