"""What a blueprint cannot say is left out of it and told, with its place. Rights never grow by being read."""

from collections.abc import Callable

import pytest
from backwright_workbench.blueprint.model import Blueprint, Grants
from backwright_workbench.codebase.readback import Unread, read

Files = dict[str, str]
Edited = Callable[..., Files]

MODELS = "work_orders/models.py"
RESOURCE = "work_orders/resource.py"
SERVICE = "work_orders/service.py"


def only(files: Files) -> Unread:
    """The one thing that is not read."""
    found = read(files)
    assert found.blueprint is not None
    assert len(found.unread) == 1, [str(each) for each in found.unread]
    return found.unread[0]


def test_a_note_says_where_what_and_why(edited: Edited) -> None:
    """Its text is one line that an editor can jump to."""
    files = edited((MODELS, "    notes: ", "    weight: Mapped[float]\n    notes: "))
    line = files[f"src/work_orders/{MODELS}"].splitlines().index("    weight: Mapped[float]") + 1
    note = only(files)
    assert str(note) == (
        f"src/work_orders/{MODELS}:{line}: the column 'weight': a blueprint has no such type"
    )


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("it: Mapped[float]", "a blueprint has no such type"),
        ("it: Mapped[list[str]]", "a blueprint has no such type"),
        ("it: Mapped[bytes] = mapped_column(LargeBinary)", "a blueprint has no such type"),
        ("it: Mapped[UUID]", "an id that is no foreign key"),
        ("it: str = mapped_column(String(20))", "its annotation is not Mapped[…]"),
        ("it: Mapped[str]", "its length is not said"),
        ("it: Mapped[str] = mapped_column(String(longest()))", "longest() is computed"),
        ("it: Mapped[str] = mapped_column(String(20), default=random_text)", "random_text is computed"),
        ('it_id: Mapped[UUID] = mapped_column(ForeignKey("assets.tag"))', "leads to something else"),
        ('it: Mapped[UUID] = mapped_column(ForeignKey("assets.id"))', "its name is not one"),
        ("someThing: Mapped[int]", "its name is not one"),
        ("it: Mapped[Decimal] = mapped_column(FixedPoint(20, 2))", "other than 14 digits"),
    ],
)
def test_a_column_that_is_no_field(edited: Edited, work_orders: Blueprint, column: str, why: str) -> None:
    """The field is missing in the blueprint, and everything else is there."""
    name = column.partition(":")[0]
    files = edited(
        (MODELS, "    notes: ", f"    {column}\n    notes: "),
        (MODELS, "import datetime\n", "import datetime\nfrom decimal import Decimal\n"),
        (MODELS, "import Entity\n", "import Entity, FixedPoint\n"),
        (RESOURCE, '        "notes",', f'        "notes",\n        "{name}",'),
    )
    note = only(files)
    assert (note.what, why in note.why) == (f"the column {name!r}", True)
    assert read(files).blueprint == work_orders


def test_a_column_that_the_api_hides(edited: Edited) -> None:
    """A blueprint shows every field; a hidden one is not in it, nor is a right that needs it."""
    files = edited(
        (RESOURCE, '        "assignee_id",\n', ""),
        (RESOURCE, "    read_only=", '    hidden=("assignee_id",),\n    read_only='),
    )
    found = read(files)
    assert found.blueprint is not None
    order = found.blueprint.entities["WorkOrder"]
    assert "assignee" not in order.fields
    assert "technician" not in order.access
    assert {each.what for each in found.unread} >= {
        "the column 'assignee_id'",
        "what technician may do with work_orders",
    }


@pytest.mark.parametrize(
    "rows",
    [
        "matching(lambda row: row.status == WorkOrderStatus.OPEN)",
        "mine | matching(lambda row: row.assignee_id.is_(None))",
        "mine & matching(lambda row: row.status == WorkOrderStatus.OPEN)",
        "own(WorkOrder.asset_id, Asset.name)",
        "own(Technician.account_id)",
        "own(*path())",
        "whatever()",
    ],
)
def test_rows_that_no_references_lead_to(edited: Edited, rows: str) -> None:
    """The right is left out: it does not become one to all rows."""
    files = edited((RESOURCE, 'allow.update("notes", where=mine)', f'allow.update("notes", where={rows})'))
    note = only(files)
    given = read(files).demanded().entities["WorkOrder"].access["technician"]
    assert isinstance(given, Grants)
    assert given.update is None
    assert given.read is not None
    assert note.what == "what technician may do with work_orders"


def test_two_rights_of_one_kind_on_different_rows(edited: Edited) -> None:
    """A blueprint has one `update` for a role; the first one stays, the second is told."""
    files = edited(
        (
            RESOURCE,
            'allow.update("notes", where=mine)',
            'allow.update("notes", where=mine) | allow.update("due_at")',
        )
    )
    note = only(files)
    given = read(files).demanded().entities["WorkOrder"].access["technician"]
    assert isinstance(given, Grants)
    assert given.update is not None
    assert given.update.fields == ("notes",)
    assert note.why == "other rows of the same role have other rights"


def test_an_access_that_is_computed(edited: Edited) -> None:
    """Nobody is given anything; that nobody may read is told as well."""
    files = edited((RESOURCE, "    access={", "    access=rules() or {"))
    found = read(files)
    assert found.demanded().entities["WorkOrder"].access == {}
    assert [each.what for each in found.unread] == [
        "entities.WorkOrder.access",
        "the access with work_orders",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "await self.tell(row)",
        "row.title = row.title.strip()",
        "row.status = WorkOrderStatus.DONE",
        "if row.due_at is None:\n            raise Conflict('No date.')",
        "self.move(row, next_state(row))",
        "other.notes = notes",
    ],
)
def test_an_action_that_does_more(edited: Edited, work_orders: Blueprint, statement: str) -> None:
    """It is an action all the same; its body stays in the code."""
    files = edited(
        (
            SERVICE,
            "        row.completed_at = now()\n",
            f"        {statement}\n        row.completed_at = now()\n",
        )
    )
    assert only(files).what == "the body of the action 'complete'"
    assert read(files).blueprint == work_orders


def test_states_that_are_computed(edited: Edited, work_orders: Blueprint) -> None:
    """Where an action may be called from is told, when only running the code could say it."""
    files = edited((SERVICE, '@action("hold"', '@action("hold", from_=states()'))
    assert only(files).what == "the states of the action 'hold'"
    assert read(files).blueprint == work_orders


def test_a_parameter_that_is_no_field(edited: Edited, work_orders: Blueprint) -> None:
    """An action takes fields; another parameter is told."""
    files = edited(
        (SERVICE, "async def start(self, row: WorkOrder)", "async def start(self, row: WorkOrder, why: str)")
    )
    assert only(files).what == "the parameter 'why' of the action 'start'"
    assert read(files).blueprint == work_orders


def test_a_parameter_called_otherwise_than_its_field(edited: Edited, work_orders: Blueprint) -> None:
    """The action takes the field, but the API calls it by the parameter's name."""
    files = edited(
        (SERVICE, "row: WorkOrder, assignee_id: UUID", "row: WorkOrder, technician_id: UUID"),
        (SERVICE, "row.assignee_id = assignee_id", "row.assignee_id = technician_id"),
    )
    assert only(files).why == "it is not called like the field"
    assert read(files).blueprint == work_orders


def test_a_rule_of_its_own(edited: Edited, work_orders: Blueprint) -> None:
    """An area that replaces how rows are made has a rule that only its code says."""
    override = (
        "    async def create(self, values: dict[str, Any]) -> dict[str, Any]:\n        return values\n\n"
    )
    files = edited((SERVICE, '    @action("hold")', f'{override}    @action("hold")'))
    assert only(files).what == "create() of work_orders"
    assert read(files).blueprint == work_orders


def test_a_route_written_by_hand(edited: Edited, work_orders: Blueprint) -> None:
    """Plain FastAPI stays plain FastAPI."""
    files = edited(
        ("main.py", "    return build(", "    app = build("),
        (
            "main.py",
            "work_orders),\n    )\n",
            'work_orders),\n    )\n\n    @app.get("/reports")\n    async def reports() -> list[str]:\n'
            "        return []\n\n    return app\n",
        ),
    )
    assert only(files).what == "the route GET '/reports'"
    assert read(files).blueprint == work_orders


WORDLESS = [
    (RESOURCE, "    cache=", "    require_match=True,\n    cache=", "require_match= of work_orders"),
    (RESOURCE, '"due_at")', '"due_at", "asset.category")', "'asset.category' in filters of work_orders"),
    (RESOURCE, '        "notes",', '        "notes",\n        "mood",', "'mood' in fields of work_orders"),
    (RESOURCE, "Cache(seconds=30)", "Cache(seconds=lifetime())", "cache= of work_orders"),
    (
        MODELS,
        "__table_args__ = (",
        '__table_args__ = (\n        CheckConstraint("length(title) > 3"),',
        "CheckConstraint of the table work_orders",
    ),
    (MODELS, "(String(200))", '(String(200), server_default="x")', "server_default= of the column 'title'"),
    (
        "accounts/models.py",
        '__tablename__ = "users"',
        '__tablename__ = "users"\n    phone: Mapped[str | None]',
        "'phone' of the accounts",
    ),
    (
        MODELS,
        "class WorkOrder(Entity):",
        'class Tag(Entity):\n    __tablename__ = "tags"\n\n\nclass WorkOrder(Entity):',
        "the entity Tag",
    ),
]


@pytest.mark.parametrize(("path", "old", "new", "what"), WORDLESS)
def test_a_declaration_that_a_blueprint_has_no_word_for(
    edited: Edited, work_orders: Blueprint, path: str, old: str, new: str, what: str
) -> None:
    """The rest of the entity is read."""
    files = edited((path, old, new))
    assert only(files).what == what
    cached = work_orders.entities["WorkOrder"].model_copy(update={"cache": None}) if "Cache" in new else None
    changed = {**work_orders.entities, "WorkOrder": cached} if cached else work_orders.entities
    assert read(files).blueprint == work_orders.model_copy(update={"entities": changed})


def test_names_that_are_no_list(edited: Edited) -> None:
    """A text is a list of letters to Python; nothing is guessed."""
    files = edited((RESOURCE, 'search=("title", "description")', 'search="title"'))
    assert only(files).why == "it is not a list of names"
    assert read(files).demanded().entities["WorkOrder"].search == ()


def test_what_does_not_hold_together_is_told(edited: Edited) -> None:
    """Code may say what a blueprint refuses: here a list is filtered by a text."""
    files = edited((RESOURCE, '"asset_id", "due_at")', '"asset_id", "due_at", "notes")'))
    note = only(files)
    assert (note.what, note.why) == (
        "entities.WorkOrder.filters[5]",
        "filters cannot use 'notes' of type text",
    )
    assert note.place.source == f"src/work_orders/{MODELS}"


def test_an_entity_that_is_not_served_is_left_out_with_what_refers_to_it(edited: Edited) -> None:
    """Nothing dangles: references, queries and rights that need it are told."""
    files = edited(("main.py", "(assets, technicians, work_orders)", "(technicians, work_orders)"))
    found = read(files)
    assert list(found.demanded().entities) == ["Technician", "WorkOrder"]
    assert {each.what for each in found.unread} == {
        "the entity Asset",
        "the column 'asset_id'",
        "'asset_id' in filters of work_orders",
        "'asset' in embeds of work_orders",
    }
