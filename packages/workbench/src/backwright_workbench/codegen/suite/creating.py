"""Tests of creating rows.

What lives here: one function for each test, which gives its text or nothing where the entity has no case for
it. What must not: which values are good or bad (`sample_values.py`).
"""

from backwright_workbench.codegen.names import column
from backwright_workbench.codegen.source import Group, Item, Node, lines, literal
from backwright_workbench.codegen.suite.fields import in_groups, required, sendable, sent, state_field
from backwright_workbench.codegen.suite.sample_values import bad, good
from backwright_workbench.codegen.suite.stored import reference
from backwright_workbench.codegen.suite.subject import Block, Subject, snake_one


def body(subject: Subject) -> Block | None:
    """The function that gives what a client sends."""
    if subject.rights.unrestricted("create", "read") is None:
        return None
    declared, imports = subject.declared, subject.imports
    result = f"dict[str, {imports.name('typing', 'Any')}]"
    found = lines(
        Group("async def body(", (Item(f"service: {subject.service}"),), f") -> {result}"), after=":"
    )
    found.append(f'    """What a client sends to create {subject.one}."""')
    if not sent(declared):
        return [*found, "    return {}"]
    found.append("    return {")
    for name, field in sent(declared).items():
        value: Node = good(name, field)
        if field.type == "reference":
            value = f"str({reference(subject.entity, name, subject.names, subject.imports)})"
        found += lines(value, indent=8, before=f"{literal(column(name, declared))}: ", after=",")
    return [*found, "    }"]


def created(subject: Subject) -> Block | None:
    """What was created can be read back."""
    role = subject.rights.unrestricted("create", "read")
    if role is None:
        return None
    state = state_field(subject.declared)
    lines_ = [
        subject.client(role),
        "    sent = await body(service)",
        "    made = await client.post(URL, json=sent)",
        "    assert made.status_code == 201, made.text",
        '    read = await client.get(made.headers["Location"])',
        "    assert read.json() == made.json()",
        "    assert {name: read.json()[name] for name in sent} == sent",
    ]
    if state is not None:
        initial = literal(str(subject.declared.fields[state].default))
        lines_.append(f"    assert read.json()[{literal(state)}] == {initial}")
    doc = "Creating answers 201 and where the row is; what is read there is what was sent."
    return subject.test(f"{snake_one(subject)}_that_was_created_can_be_read", doc, lines_)


PLAIN = ("enum", "boolean", "integer", "string", "text")
"""Types whose default is the same in the blueprint and in an answer."""


def defaults(subject: Subject) -> Block | None:
    """What is left out of a body has its default."""
    role = subject.rights.unrestricted("create", "read")
    given = {
        n: f.default
        for n, f in sendable(subject.declared).items()
        if f.type in PLAIN and f.default is not None
    }
    if role is None or not given:
        return None
    values = [(literal(column(n, subject.declared)), _value(value)) for n, value in given.items()]
    table = Group("{", tuple(Item(f"{name}: {value}") for name, value in values), "}")
    lines_ = [
        subject.client(role),
        *lines(table, indent=4, before="defaults = "),
        "    given = {name: value for name, value in (await body(service)).items() if name not in defaults}",
        "    made = await client.post(URL, json=given)",
        "    assert made.status_code == 201, made.text",
        "    assert {name: made.json()[name] for name in defaults} == defaults",
    ]
    return subject.test(
        "what_is_left_out_has_its_default", "A field with a default need not be sent.", lines_
    )


def _value(default: object) -> str:
    return str(default) if isinstance(default, bool | int) else literal(str(default))


def missing(subject: Subject) -> Block | None:
    """Everything that is required is asked for at once."""
    role = subject.rights.unrestricted("create", "read")
    needed_names = [column(name, subject.declared) for name in required(subject.declared)]
    if role is None or not needed_names:
        return None
    wanted = Group("{", tuple(Item(literal(f"/{name}")) for name in sorted(needed_names)), "}")
    lines_ = [
        subject.client(role),
        "    refused = await client.post(URL, json={})",
        "    assert refused.status_code == 422",
        '    missing = {fault["pointer"] for fault in refused.json()["errors"]}',
        *lines(wanted, indent=4, before="assert missing == "),
    ]
    return subject.test(
        "all_that_is_required_is_asked_for_at_once",
        "An empty body is refused, naming each field that it lacks.",
        lines_,
    )


def wrong(subject: Subject) -> list[Block]:
    """The table of wrong values, and the test that sends each of them."""
    role = subject.rights.unrestricted("create", "read")
    pairs = [
        (column(n, subject.declared), value)
        for n, f in sent(subject.declared).items()
        for value, _ in bad(n, f)
    ]
    if role is None or not pairs:
        return []
    table = ["WRONG = [", *(f"    ({literal(name)}, {value})," for name, value in pairs), "]"]
    lines_ = [
        subject.client(role),
        "    sent = await body(service)",
        "    for field, value in WRONG:",
        "        refused = await client.post(URL, json=sent | {field: value})",
        "        assert refused.status_code == 422, (field, value)",
        '        assert {fault["pointer"] for fault in refused.json()["errors"]} == {f"/{field}"}',
    ]
    doc = "What a field cannot hold is refused, naming the field."
    return [table, subject.test("wrong_values_are_refused", doc, lines_)]


def unknown(subject: Subject) -> Block | None:
    """Fields that no client writes."""
    role = subject.rights.unrestricted("create", "read")
    if role is None:
        return None
    declared = subject.declared
    state = state_field(declared)
    own = [
        column(n, declared)
        for n, f in declared.fields.items()
        if f.read_only or f.set is not None or n == state
    ]
    names = Group(
        "(", tuple(Item(literal(name)) for name in ("id", "version", "created_at", "surprise", *own)), ")"
    )
    lines_ = [
        subject.client(role),
        "    sent = await body(service)",
        *lines(names, indent=4, before="for field in ", after=":"),
        "        refused = await client.post(URL, json=sent | {field: None})",
        "        assert refused.status_code == 422, field",
    ]
    doc = "Unknown fields, and those that the service itself writes, are refused and not ignored."
    return subject.test("fields_that_no_client_writes_are_refused", doc, lines_)


def taken(subject: Subject) -> list[Block]:
    """For each unique field: the second row with its value is a conflict."""
    role = subject.rights.unrestricted("create", "read")
    found: list[Block] = []
    if role is None:
        return found
    for name, field in sent(subject.declared).items():
        if not field.unique or field.type == "reference":
            continue
        others = {n: f for n, f in sent(subject.declared).items() if f.type != "reference" and n != name}
        if any(f.unique and good(n, f) == good(n, f, 2) for n, f in others.items()):
            continue
        lines_ = [
            subject.client(role),
            "    first = await client.post(URL, json=await body(service))",
            "    assert first.status_code == 201",
        ]
        lines_.append("    again = await body(service)")
        different = {n: good(n, f, 2) for n, f in others.items() if in_groups(n, subject.declared)}
        if not _differ(subject, name, different):
            continue
        lines_ += [f"    again[{literal(n)}] = {value}" for n, value in different.items()]
        lines_ += [
            "    second = await client.post(URL, json=again)",
            "    assert second.status_code == 409",
            f'    assert second.json()["errors"][0]["pointer"] == {literal(f"/{name}")}',
        ]
        doc = f"A second row with the same {name.replace('_', ' ')} is a conflict that names the field."
        found.append(
            subject.test(
                f"two_{subject.names.table(subject.entity)}_cannot_have_the_same_{name}", doc, lines_
            )
        )
    return found


def _differ(subject: Subject, name: str, different: dict[str, str]) -> bool:
    """Whether two rows that a client creates differ in each unique group but that of the field: in a value
    sent, or in what they refer to, which is made anew for each.
    """
    fresh = {n for n, f in sent(subject.declared).items() if f.type == "reference"}
    distinct = {n for n, v in different.items() if v != good(n, subject.declared.fields[n])} | fresh
    return all(distinct & set(group) for group in subject.declared.unique)
