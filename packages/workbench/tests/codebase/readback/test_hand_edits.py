"""What people do to a service's code does not keep it from being read. One edit, one case."""

from collections.abc import Callable

import pytest
from backwright_workbench.blueprint.model import Action, Blueprint, Entity, FieldModel, Grant
from backwright_workbench.codebase.readback import ReadBack, read

Files = dict[str, str]
Edited = Callable[..., Files]

MODELS = "work_orders/models.py"
RESOURCE = "work_orders/resource.py"
SERVICE = "work_orders/service.py"
MAIN = "main.py"


def changed(files: Files, name: str = "WorkOrder") -> Entity:
    """An entity of a service in which everything can be read."""
    found = read(files)
    assert found.unread == ()
    return found.demanded().entities[name]


def test_classes_in_another_order(written: Files, work_orders: Blueprint) -> None:
    """Python needs an enumeration before its use; the reader does not."""
    place = f"src/work_orders/{MODELS}"
    head, status, rest = written[place].partition("class WorkOrderStatus(StrEnum):")
    first, entity, last = rest.partition("class WorkOrder(Entity):")
    assert read({**written, place: head + entity + last + status + first}) == ReadBack(work_orders)


def test_fields_in_another_order(edited: Edited, work_orders: Blueprint) -> None:
    """The order of columns is that of the class, whatever the resource lists first."""
    files = edited(
        (RESOURCE, '        "title",\n', ""),
        (RESOURCE, '"completed_at",\n    )', '"completed_at",\n        "title",\n    )'),
    )
    assert read(files) == ReadBack(work_orders)
    assert list(changed(files).fields) == list(work_orders.entities["WorkOrder"].fields)


PRIORITIES = ("low", "normal", "high", "urgent")
COLUMNS = {
    ": Mapped[int] = mapped_column(info=between(1, 40))": FieldModel(type="integer", min=1, max=40),
    ": Mapped[int | None]": FieldModel(type="integer", optional=True),
    ": Mapped[str] = mapped_column(String(20), unique=True)": FieldModel(type="string", max=20, unique=True),
    ": Mapped[str] = mapped_column(String(500), info={'type': 'text'})": FieldModel(type="text", max=500),
    ": Mapped[Money] = mapped_column(default=Decimal('9.50'))": FieldModel(type="money", default="9.50"),
    ": Mapped[Decimal] = mapped_column(FixedPoint(14, 3))": FieldModel(type="decimal", places=3),
    ": Mapped[bool] = mapped_column(default=False)": FieldModel(type="boolean", default=False),
    ": Mapped[date] = mapped_column(doc='By when.')": FieldModel(type="date", description="By when."),
    ": Mapped[dict[str, Any]]": FieldModel(type="json"),
    ": Mapped[WorkOrderPriority]": FieldModel(type="enum", values=PRIORITIES),
    " = mapped_column(String(20), nullable=False)": FieldModel(type="string", max=20),
}


@pytest.mark.parametrize(("column", "field"), COLUMNS.items(), ids=COLUMNS)
def test_a_column_more(edited: Edited, column: str, field: FieldModel) -> None:
    """A new column of any type that blueprints have is a new field."""
    files = edited(
        (MODELS, "    notes: ", f"    estimate{column}\n    notes: "),
        (
            MODELS,
            "import datetime\n",
            "import date, datetime\nfrom decimal import Decimal\nfrom typing import Any\n",
        ),
        (MODELS, "import Entity\n", "import Entity, FixedPoint, Money, between\n"),
        (RESOURCE, '        "notes",', '        "notes",\n        "estimate",'),
    )
    assert changed(files).fields["estimate"] == field


def test_a_reference_more(edited: Edited) -> None:
    """A new foreign key with its relationship is a new reference, called after the column."""
    files = edited(
        (
            MODELS,
            "    notes: ",
            '    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), info=set_by_actor())\n'
            "    notes: ",
        ),
        (MODELS, "import Entity\n", "import Entity, set_by_actor\n"),
        (RESOURCE, '        "notes",', '        "notes",\n        "author_id",'),
    )
    assert changed(files).fields["author"] == FieldModel(type="reference", to="User", set="actor")


def test_columns_that_are_unique_together(edited: Edited) -> None:
    """A constraint over several columns is a group of fields."""
    files = edited(
        (MODELS, "__table_args__ = (", '__table_args__ = (\n        UniqueConstraint("title", "asset_id"),')
    )
    assert changed(files).unique == (("title", "asset"),)


def test_an_action_more(edited: Edited) -> None:
    """A new action is read with its parameters, its stamp and its move."""
    text = (
        '    @action("finish_now")\n'
        "    async def finish(self, order: WorkOrder, assignee_id: UUID, notes: str) -> None:\n"
        '        """Finish it at once."""\n'
        "        order.notes = notes\n"
        "        order.assignee_id = assignee_id\n"
        "        order.completed_at = now()\n"
        "        self.move(order, WorkOrderStatus.DONE)\n\n"
    )
    action = changed(edited((SERVICE, '    @action("hold")', f'{text}    @action("hold")'))).actions[
        "finish_now"
    ]
    about = "Finish it at once."
    assert action == Action(description=about, takes=("notes", "assignee"), to="done", stamps="completed_at")


@pytest.mark.parametrize(
    "said",
    [
        "{WorkOrderStatus.ASSIGNED, WorkOrderStatus.ON_HOLD}",
        "(WorkOrderStatus.ASSIGNED, 'on_hold')",
        "[WorkOrderStatus.ASSIGNED, WorkOrderStatus.ON_HOLD]",
    ],
)
def test_the_states_that_an_action_starts_from(edited: Edited, said: str) -> None:
    """Members or their texts, in any kind of list."""
    was = '@action("start", from_={WorkOrderStatus.ASSIGNED})'
    files = edited((SERVICE, was, f'@action("start", from_={said})'))
    assert changed(files).actions["start"].from_ == ("assigned", "on_hold")


def test_a_parameter_that_is_not_put_anywhere_is_taken_all_the_same(edited: Edited) -> None:
    """The body may hand it on; what the API takes is in the signature."""
    files = edited(
        (SERVICE, "        row.assignee_id = assignee_id\n", "        await self.give(row, assignee_id)\n")
    )
    found = read(files)
    assert found.demanded().entities["WorkOrder"].actions["assign"].takes == ("assignee",)
    assert [each.what for each in found.unread] == ["the body of the action 'assign'"]


def test_a_right_more(edited: Edited) -> None:
    """Rights of one kind on the same rows add up."""
    files = edited(
        (
            RESOURCE,
            'allow.update("notes", where=mine)',
            'allow.update("notes", where=mine) | allow.update("due_at", where=mine)',
        )
    )
    given = changed(files).access["technician"]
    assert given != "everything"
    assert given.update == Grant(rows="assignee", fields=("notes", "due_at"))


def test_a_role_more(edited: Edited) -> None:
    """A new role is read with what it is for, and with its rights."""
    files = edited(
        (
            "access.py",
            '    VIEWER = "viewer"',
            '    AUDITOR = "auditor"\n    """Checks the books."""\n    VIEWER = "viewer"',
        ),
        (RESOURCE, "        Role.VIEWER:", "        Role.AUDITOR: allow.read(),\n        Role.VIEWER:"),
    )
    found = read(files).demanded()
    assert found.roles["auditor"] == "Checks the books."
    assert found.entities["WorkOrder"].access["auditor"] == found.entities["WorkOrder"].access["viewer"]


def test_people_who_sign_up(edited: Edited) -> None:
    """The role of those who register may be said as a member or as a text."""
    for written in ("Role.VIEWER", '"viewer"'):
        files = edited(("accounts/resource.py", "register_as=None", f"register_as={written}"))
        assert read(files).demanded().auth.register_as == "viewer"


def test_ways_to_sign_in_that_the_code_turns_on_or_off(edited: Edited) -> None:
    """Programs with OAuth 2.0 or keys, browsers with a cookie."""
    for written, methods in (
        ("oauth=True, browser_sessions=True", ("oauth2", "sessions")),
        ("oauth=True, browser_sessions=False", ("oauth2",)),
        ("browser_sessions=True", ("sessions",)),
        ("oauth=True, api_keys=True", ("oauth2", "api_keys")),
        ("api_keys=True", ("api_keys",)),
        ("oauth=False, api_keys=False", ("password",)),
    ):
        files = edited(("accounts/resource.py", "oauth=True", written))
        assert read(files).demanded().auth.methods == methods


def test_identity_providers_that_the_code_names(edited: Edited) -> None:
    """Named ones, the one without a name of its own, and none."""
    for written, methods, providers in (
        ('providers=("google", "keycloak")', ("oidc",), ("google", "keycloak")),
        ('providers=["google"]', ("oidc",), ("google",)),
        ('providers=("sso",)', ("oidc",), ()),
        ("providers=()", ("password",), ()),
    ):
        auth = read(edited(("accounts/resource.py", "oauth=True", written))).demanded().auth
        assert (auth.methods, auth.providers) == (methods, providers)


def test_an_entity_that_moved_to_another_area(written: Files, work_orders: Blueprint) -> None:
    """The area is the folder in which the class lives now."""
    files = {
        path: text.replace("work_orders.technicians.", "work_orders.people.")
        for path, text in written.items()
    }
    files = {path.replace("/technicians/", "/people/"): text for path, text in files.items()}
    moved = work_orders.entities["Technician"].model_copy(update={"area": "people"})
    expected = work_orders.model_copy(update={"entities": {**work_orders.entities, "Technician": moved}})
    assert read(files) == ReadBack(expected)


def test_two_resources_in_one_file(written: Files, work_orders: Blueprint) -> None:
    """Which file a resource stands in says nothing."""
    files = dict(written)
    moved = files.pop("src/work_orders/assets/resource.py")
    place = "src/work_orders/technicians/resource.py"
    files[place] = f"{moved}\n\n{files[place]}"
    main = "src/work_orders/main.py"
    files[main] = files[main].replace("work_orders.assets.resource", "work_orders.technicians.resource")
    assert read(files) == ReadBack(work_orders)


def test_one_name_for_two_rules_in_one_file(written: Files, work_orders: Blueprint) -> None:
    """A name means what it was given last above its use, as in Python."""
    files = dict(written)
    moved = files.pop("src/work_orders/technicians/resource.py")
    place = f"src/work_orders/{RESOURCE}"
    files[place] = f"{files[place]}\n\n{moved}"
    main = "src/work_orders/main.py"
    files[main] = files[main].replace("work_orders.technicians.resource", "work_orders.work_orders.resource")
    assert files[place].count("mine = own(") == 2
    assert read(files) == ReadBack(work_orders)


def test_another_table_name(edited: Edited) -> None:
    """A table that is not the English plural is said, and references follow it."""
    files = edited(
        ("assets/models.py", '__tablename__ = "assets"', '__tablename__ = "machines"'),
        (MODELS, '"assets.id"', '"machines.id"'),
    )
    assert changed(files, "Asset").plural == "machines"
    assert changed(files).fields["asset"].to == "Asset"


def test_limits_and_title(edited: Edited) -> None:
    """What the service allows and is called is read from where it is used."""
    files = edited(
        ("settings.py", '"100/minute"', '"10/second"'),
        (MAIN, 'title="Work order management"', 'title="Jobs"'),
        (RESOURCE, "    cache=", '    limit="5/minute",\n    bulk=50,\n    cache='),
    )
    found = read(files).demanded()
    assert (found.limits.requests, found.title) == ("10/second", "Jobs")
    assert (found.entities["WorkOrder"].limit, found.entities["WorkOrder"].bulk) == ("5/minute", 50)
