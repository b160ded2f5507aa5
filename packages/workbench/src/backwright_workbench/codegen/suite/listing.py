"""Tests of lists: pages, filters, sorts, search, embeds.

What lives here: one function for each test. What must not: which values rows get (`stored.py`).
"""

from backwright_workbench.blueprint.model import FieldModel, reference_column
from backwright_workbench.codegen.names import column
from backwright_workbench.codegen.source import Group, Item, lines, literal, strings
from backwright_workbench.codegen.suite.fields import brings, settled
from backwright_workbench.codegen.suite.rights import Rights
from backwright_workbench.codegen.suite.room import is_crowdable
from backwright_workbench.codegen.suite.sample_values import good
from backwright_workbench.codegen.suite.stored import stored_value
from backwright_workbench.codegen.suite.subject import Block, Subject

WORD = "zebra"
"""What the search tests look for."""


def pages(subject: Subject) -> Block | None:
    """A walk over the pages sees each row once."""
    role = subject.rights.unrestricted("read")
    if role is None or not subject.is_crowdable():
        return None
    lines_ = [
        subject.client(role),
        f"    rows = [await {subject.make}(service) for _ in range(5)]",
        '    seen, page = [], (await client.get(URL, params={"limit": 2})).json()',
        '    while page["next"]:',
        '        seen += page["items"]',
        '        page = (await client.get(URL, params={"limit": 2, "cursor": page["next"]})).json()',
        '    seen += page["items"]',
        '    assert [item["id"] for item in seen] == sorted((str(row.id) for row in rows), reverse=True)',
    ]
    return subject.test(
        "pages_show_each_row_once_newest_first",
        "Walking from page to page shows every row exactly once.",
        lines_,
    )


def bounds(subject: Subject) -> Block | None:
    """What a list cannot be asked for."""
    role = subject.rights.unrestricted("read")
    if role is None:
        return None
    lines_ = [
        subject.client(role),
        '    refusals = {"limit=0": 422, "limit=101": 422, "surprise=1": 400, "sort=surprise": 400}',
        "    for query, status in refusals.items():",
        '        assert (await client.get(f"{URL}?{query}")).status_code == status, query',
    ]
    return subject.test(
        "a_list_takes_only_what_is_declared", "Pages are bounded, and unknown parameters are refused.", lines_
    )


def _queried(subject: Subject) -> dict[str, FieldModel]:
    """The fields that lists are filtered or sorted by and that a test can give two values."""
    fields = settled(subject.declared)
    names = dict.fromkeys([*subject.declared.filters, *subject.declared.sorts])
    found = {name: fields[name] for name in names if name in fields}
    return {n: f for n, f in found.items() if _two_valued(f, subject)} if subject.has_room else {}


def _two_valued(field: FieldModel, subject: Subject) -> bool:
    if field.type == "enum":
        return len(field.values) > 1
    if field.type == "reference":
        to, entities = str(field.to), subject.names.blueprint.entities
        return is_crowdable(to, entities) and not brings(to, subject.entity, entities)
    return field.min is None or field.max is None or field.max > field.min


def two(subject: Subject) -> Block | None:
    """The function that stores two rows which differ in all that lists are asked for."""
    queried = _queried(subject)
    if subject.rights.unrestricted("read") is None or not queried:
        return None
    declared = subject.declared
    pair = f"tuple[{subject.model}, {subject.model}]"
    signature = Group("async def two(", (Item(f"service: {subject.service}"),), f") -> {pair}")
    found = lines(signature, after=":")
    found.append(f'    """Two {subject.many} that differ in everything that lists are asked for."""')
    for at, variable in enumerate(("first", "second"), start=1):
        values = {
            column(name, declared): stored_value(
                subject.entity, name, field, at, subject.names, subject.imports
            )
            for name, field in queried.items()
        }
        found += subject.stored(variable, **values)
    return [*found, "    return first, second"]


def filtered(subject: Subject) -> Block | None:
    """Each filter finds the row that has the value."""
    role = subject.rights.unrestricted("read")
    queried = {name: field for name, field in _queried(subject).items() if name in subject.declared.filters}
    if role is None or not queried:
        return None
    pairs = [
        f"{literal(column(name, subject.declared))}: {_asked(name, field)}" for name, field in queried.items()
    ]
    lines_ = [
        subject.client(role),
        "    first, _ = await two(service)",
        "    filters = {",
        *(f"        {pair}," for pair in pairs),
        "    }",
        "    for name, value in filters.items():",
        "        found = (await client.get(URL, params={name: value})).json()",
        '        assert [item["id"] for item in found["items"]] == [str(first.id)], name',
    ]
    return subject.test(
        "filters_find_the_rows_with_the_value",
        "Each declared filter shows the rows with that value and no other.",
        lines_,
    )


def _asked(name: str, field: FieldModel) -> str:
    """The value of the first row as a query parameter."""
    if field.type == "reference":
        return f"str(first.{reference_column(name)})"
    value = good(name, field)
    return value if value.startswith(("'", '"')) else literal(value.lower())


def sorted_(subject: Subject) -> Block | None:
    """Each sort orders both ways."""
    role = subject.rights.unrestricted("read")
    queried = {
        n: f for n, f in _queried(subject).items() if n in subject.declared.sorts and f.type != "reference"
    }
    if role is None or not queried:
        return None
    rising = strings(_rising(n, f) for n, f in queried.items())
    lines_ = [
        subject.client(role),
        "    first, second = await two(service)",
        *lines(rising, indent=4, before="for sort in ", after=":"),
        '        falling = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"',
        "        for order, expected in ((sort, [first, second]), (falling, [second, first])):",
        '            found = (await client.get(URL, params={"sort": order})).json()["items"]',
        '            assert [item["id"] for item in found] == [str(row.id) for row in expected], order',
    ]
    return subject.test(
        "sorts_order_the_rows_both_ways",
        "Each declared sort orders rows upwards and, with a minus, downwards.",
        lines_,
    )


def _rising(name: str, field: FieldModel) -> str:
    """The sort that shows the first of the two rows first: of yes and no, no comes first."""
    return f"-{name}" if field.type == "boolean" else name


def searched(subject: Subject) -> Block | None:
    """A word finds the row that has it."""
    role = subject.rights.unrestricted("read")
    fields = {name: subject.declared.fields[name] for name in subject.declared.search}
    pick = next(
        ((n, f) for n, f in fields.items() if f.type in ("string", "text") and (f.max or 200) >= len(WORD)),
        None,
    )
    if role is None or pick is None or not subject.has_room:
        return None
    lines_ = [
        subject.client(role),
        *subject.stored("found", **{pick[0]: literal(WORD.title())}),
        f"    await {subject.make}(service)",
        f'    page = (await client.get(URL, params={{"q": "{WORD}"}})).json()',
        '    assert [item["id"] for item in page["items"]] == [str(found.id)]',
        f'    assert (await client.get(URL, params={{"q": "{WORD} -{WORD}"}})).json()["items"] == []',
    ]
    return subject.test(
        "search_finds_rows_by_their_words", "A word finds the rows that have it, whatever its case.", lines_
    )


def embedded(subject: Subject) -> list[Block]:
    """Each embed shows the row referred to within the row."""
    role = subject.rights.unrestricted("read")
    found: list[Block] = []
    if role is None:
        return found
    for name in subject.declared.embeds:
        field = subject.declared.fields[name]
        if field.to not in subject.names.blueprint.entities or field.to == subject.entity:
            continue
        if not Rights(field.to, subject.names).grants(role, "read"):
            continue
        target = reference_column(name)
        value = stored_value(subject.entity, name, field, 1, subject.names, subject.imports)
        lines_ = [
            subject.client(role),
            *subject.stored(**{target: value}),
            '    plain = (await client.get(f"{URL}/{row.id}")).json()',
            f'    shown = (await client.get(f"{{URL}}/{{row.id}}", params={{"embed": "{name}"}})).json()',
            f'    assert shown["{name}"]["id"] == plain["{target}"] == str(row.{target})',
            f'    assert "{name}" not in plain',
        ]
        found.append(
            subject.test(
                f"embed_shows_the_{name}",
                f"The {name.replace('_', ' ')} stands within the row when asked for.",
                lines_,
            )
        )
    return found
