"""Tests of creating, changing and deleting rows.

What lives here: one function for each test, which gives its text or nothing where the entity has no case for
it. What must not: which values are good or bad (`sample_values.py`).
"""

from backwright_workbench.blueprint.model import FieldModel, reference_column
from backwright_workbench.codegen.names import column, on_delete
from backwright_workbench.codegen.source import Group, Item, Node, lines, literal
from backwright_workbench.codegen.suite.fields import changeable, needed, required, sent, state_field
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
            value = f"str({reference(field, imports)})"
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
        different = {n: good(n, f, 2) for n, f in others.items() if f.unique or _grouped(n, subject)}
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


def _grouped(name: str, subject: Subject) -> bool:
    """Whether the field is unique together with others."""
    return any(name in group for group in subject.declared.unique)


def changed(subject: Subject) -> Block | None:
    """A change touches what was sent and nothing else."""
    role = subject.rights.unrestricted("update", "read")
    pick = next(
        ((n, f) for n, f in changeable(subject.declared).items() if f.type != "enum" or len(f.values) > 1),
        None,
    )
    if role is None or pick is None:
        return None
    name, value = pick[0], good(*pick, 2)
    lines_ = [
        subject.client(role),
        *subject.stored(**_given(pick[0], pick[1])),
        '    address = f"{URL}/{row.id}"',
        "    before = (await client.get(address)).json()",
        f"    changed = await client.patch(address, json={{{literal(name)}: {value}}})",
        "    assert changed.status_code == 200, changed.text",
        "    after = (await client.get(address)).json()",
        "    assert after == changed.json()",
        f"    assert after[{literal(name)}] {'is' if pick[1].type == 'boolean' else '=='} {value}",
        '    assert after["version"] == before["version"] + 1',
        f'    untouched = set(before) - {{{literal(name)}, "version", "updated_at"}}',
        "    assert all(after[other] == before[other] for other in untouched)",
    ]
    doc = "A merge patch changes what it names, counts the version up, and leaves the rest alone."
    return subject.test("a_change_touches_only_what_it_names", doc, lines_)


def _given(name: str, field: FieldModel) -> dict[str, str]:
    plain = field.type in ("string", "text", "integer", "boolean", "email", "phone", "url")
    return {name: good(name, field)} if plain else {}


def emptied(subject: Subject) -> Block | None:
    """Null is not the same as absent."""
    role = subject.rights.unrestricted("update", "read")
    pick = next(
        (n for n, f in changeable(subject.declared).items() if f.optional and f.type in ("string", "text")),
        None,
    )
    if role is None or pick is None:
        return None
    key = literal(pick)
    lines_ = [
        subject.client(role),
        *subject.stored(**_given(pick, subject.declared.fields[pick])),
        '    kept = await client.patch(f"{URL}/{row.id}", json={})',
        f"    assert kept.json()[{key}] == {good(pick, subject.declared.fields[pick])}",
        f'    emptied = await client.patch(f"{{URL}}/{{row.id}}", json={{{key}: None}})',
        f"    assert emptied.json()[{key}] is None",
    ]
    return subject.test(
        "null_empties_a_field_and_absence_does_not",
        "A field that is absent stays; a field that is null is emptied.",
        lines_,
    )


def stale(subject: Subject) -> Block | None:
    """Whoever has seen an old version does not overwrite the new one."""
    role = subject.rights.unrestricted("update", "read")
    pick = next(iter(changeable(subject.declared).items()), None)
    if role is None or pick is None:
        return None
    sent_ = f"{{{literal(pick[0])}: {good(*pick)}}}"
    lines_ = [
        subject.client(role),
        *subject.stored(),
        '    address = f"{URL}/{row.id}"',
        '    seen = {"If-Match": (await client.get(address)).headers["ETag"]}',
        f"    change = {sent_}",
        "    first = await client.patch(address, json=change, headers=seen)",
        "    second = await client.patch(address, json=change, headers=seen)",
        "    assert (first.status_code, second.status_code) == (200, 412)",
    ]
    return subject.test(
        "a_change_of_an_old_version_is_refused",
        "Of two changes that saw the same version, the second is refused.",
        lines_,
    )


def deleted(subject: Subject) -> Block | None:
    """What is deleted is gone."""
    role = subject.rights.unrestricted("delete", "read")
    if role is None:
        return None
    lines_ = [
        subject.client(role),
        *subject.stored(),
        '    address = f"{URL}/{row.id}"',
        "    assert (await client.delete(address)).status_code == 204",
        "    assert (await client.get(address)).status_code == 404",
        "    assert (await client.delete(address)).status_code == 404",
    ]
    return subject.test(
        f"{snake_one(subject)}_that_was_deleted_is_gone",
        "Deleting answers 204 once, and 404 from then on.",
        lines_,
    )


def in_use(subject: Subject) -> list[Block]:
    """For each reference to this entity that must not dangle: the row stays as long as it is referred to."""
    role = subject.rights.unrestricted("delete", "read")
    found: list[Block] = []
    if role is None:
        return found
    for other in subject.names.ordered:
        for name, field in needed(subject.names.blueprint.entities[other]).items():
            if field.to != subject.entity or on_delete(field) != "restrict" or other == subject.entity:
                continue
            lines_ = [
                subject.client(role),
                *subject.stored(),
                *Subject(other, subject.names, subject.imports).stored(
                    "user", **{reference_column(name): "row.id"}
                ),
                '    refused = await client.delete(f"{URL}/{row.id}")',
                "    assert refused.status_code == 409",
                f"    assert user.{reference_column(name)} == row.id",
                '    assert (await client.get(f"{URL}/{row.id}")).status_code == 200',
            ]
            test = f"{snake_one(subject)}_stays_while_{subject.names.table(other)}_refer_to_it_as_{name}"
            doc = f"Deleting what {subject.names.things(other)} refer to is a conflict."
            found.append(subject.test(test, doc, lines_))
    return found
