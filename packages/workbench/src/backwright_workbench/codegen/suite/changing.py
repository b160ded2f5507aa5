"""Tests of changing and deleting rows.

What lives here: one function for each test, which gives its text or nothing where the entity has no case for
it. What must not: which values are good or bad (`sample_values.py`).
"""

from backwright_workbench.blueprint.model import FieldModel, reference_column
from backwright_workbench.codegen.names import on_delete
from backwright_workbench.codegen.source import literal
from backwright_workbench.codegen.suite.fields import changeable, needed
from backwright_workbench.codegen.suite.sample_values import good
from backwright_workbench.codegen.suite.subject import Block, Subject, snake_one


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
