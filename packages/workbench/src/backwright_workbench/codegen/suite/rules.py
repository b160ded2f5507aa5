"""Tests of what only some entities have: moves of a state, actions, bulk creation, attachments.

What lives here: one function for each test. What must not: who may do it (`matrix.py`).
"""

from backwright_workbench.blueprint.model import Action, Entity
from backwright_workbench.codegen.names import column
from backwright_workbench.codegen.service import required as demanded
from backwright_workbench.codegen.source import Group, Item, Node, lines, literal
from backwright_workbench.codegen.suite.fields import sent, state_field
from backwright_workbench.codegen.suite.sample_values import good
from backwright_workbench.codegen.suite.stored import reference
from backwright_workbench.codegen.suite.subject import Block, Subject

SAMPLES = {
    "text/plain": ("note.txt", 'b"Seen on site."'),
    "text/csv": ("list.csv", 'b"part,count\\nbolt,4\\n"'),
    "application/pdf": ("page.pdf", 'b"%PDF-1.4\\n%%EOF\\n"'),
}
"""Media type → a small file of it."""


def moves(subject: Subject) -> list[Block]:
    """The table of moves, and the test that tries each pair of states."""
    role = subject.rights.unrestricted("update", "read")
    states = subject.declared.states
    if states is None or role is None or not subject.is_crowdable(states.field):
        return []
    values = subject.declared.fields[states.field].values
    table = ["MOVES = {"]
    for state in values:
        ends = states.moves.get(state, ())
        node: Node = Group("{", tuple(Item(literal(end)) for end in ends), "}") if ends else "set()"
        table += lines(node, indent=4, before=f"{literal(state)}: ", after=",")
    choices = subject.imports.name(
        subject.names.models(subject.entity), subject.names.choices(subject.entity, states.field)
    )
    table[0] = "MOVES: dict[str, set[str]] = {"
    lines_ = [
        subject.client(role),
        "    for start, allowed in MOVES.items():",
        "        for end in MOVES.keys() - {start}:",
        f"            row = await {subject.make}(service, {states.field}={choices}(start))",
        f"            move = {{{literal(states.field)}: end}}",
        '            answer = await client.patch(f"{URL}/{row.id}", json=move)',
        "            assert answer.status_code == (200 if end in allowed else 409), (start, end)",
    ]
    name = f"the_{states.field}_moves_only_along_its_transitions"
    doc = "Every pair of states: the moves that are declared are made, all others are conflicts."
    return [[*table, "}"], subject.test(name, doc, lines_)]


def actions(subject: Subject) -> list[Block]:
    """For each action: it does what it says, and only from the states that allow it."""
    role = subject.rights.unrestricted("act", "read")
    if role is None:
        return []
    found: list[Block] = []
    for name, action in subject.declared.actions.items():
        found.append(_done(subject, role, name, action))
        refused = _refused(subject, role, name, action)
        if refused is not None:
            found.append(refused)
    return found


def sources(declared: Entity, action: Action) -> list[str]:
    """The states in which an action may be called; none where that depends on no state."""
    if declared.states is None or not (action.to or action.from_):
        return []
    return [
        state
        for state in declared.fields[declared.states.field].values
        if (action.to is None or action.to in declared.states.moves.get(state, ()))
        and (not action.from_ or state in action.from_)
    ]


def arguments(subject: Subject, action: Action) -> dict[str, str]:
    """What is sent with an action, as source text."""
    found = {}
    for name in action.takes:
        field = subject.declared.fields[name]
        value = (
            f"str({reference(subject.entity, name, subject.names, subject.imports)})"
            if field.type == "reference"
            else good(name, field)
        )
        found[column(name, subject.declared)] = value
    return found


def _done(subject: Subject, role: str, name: str, action: Action) -> Block:
    declared = subject.declared
    state = state_field(declared)
    start = sources(declared, action)
    given = {state: _member(subject, start[0])} if state and start else {}
    sent_ = arguments(subject, action)
    path = f'f"{{URL}}/{{row.id}}/{name.replace("_", "-")}"'
    lines_ = [subject.client(role), *subject.stored(**given)]
    if sent_:
        lines_ += lines(
            Group("{", tuple(Item(v, f"{literal(n)}: ") for n, v in sent_.items()), "}"),
            indent=4,
            before="sent = ",
        )
        lines_.append(f"    done = await client.post({path}, json=sent)")
    else:
        lines_.append(f"    done = await client.post({path})")
    lines_.append("    assert done.status_code == 200, done.text")
    if sent_:
        lines_.append("    assert {name: done.json()[name] for name in sent} == sent")
    if action.to and state:
        lines_.append(f"    assert done.json()[{literal(state)}] == {literal(action.to)}")
    if action.stamps:
        lines_.append(f"    assert done.json()[{literal(action.stamps)}] is not None")
    doc = action.description or f"{name.replace('_', ' ').capitalize()} does what it says."
    return subject.test(f"{name}_does_what_it_says", doc, lines_)


def _refused(subject: Subject, role: str, name: str, action: Action) -> Block | None:
    state = state_field(subject.declared)
    start = sources(subject.declared, action)
    if state is None or not (action.to or action.from_):
        return None
    others = [value for value in subject.declared.fields[state].values if value not in start]
    if not others or not subject.is_crowdable(state):
        return None
    needed = {column(taken, subject.declared): taken for taken in action.takes}
    sent_ = {
        n: v
        for n, v in arguments(subject, action).items()
        if demanded(needed[n], action, subject.declared.fields)
    }
    states = Group("(", tuple(Item(_member(subject, value)) for value in others), ")")
    call: Node = f'client.post(f"{{URL}}/{{row.id}}/{name.replace("_", "-")}")'
    if action.takes:
        body = "sent" if sent_ else "{}"
        call = f'client.post(f"{{URL}}/{{row.id}}/{name.replace("_", "-")}", json={body})'
    lines_ = [subject.client(role)]
    if sent_:
        lines_ += lines(
            Group("{", tuple(Item(v, f"{literal(n)}: ") for n, v in sent_.items()), "}"),
            indent=4,
            before="sent = ",
        )
    lines_ += [
        *lines(states, indent=4, before="for state in ", after=":"),
        f"        row = await {subject.make}(service, {state}=state)",
        f"        assert (await {call}).status_code == 409, state",
    ]
    doc = f"From any other state, {name.replace('_', ' ')} is a conflict."
    return subject.test(f"{name}_is_refused_from_other_states", doc, lines_)


def _member(subject: Subject, value: str) -> str:
    state = state_field(subject.declared)
    assert state is not None
    choices = subject.imports.name(
        subject.names.models(subject.entity), subject.names.choices(subject.entity, state)
    )
    return f"{choices}.{value.upper()}"


def bulk(subject: Subject) -> list[Block]:
    """Many rows at once: all or none, and not too many."""
    role = subject.rights.unrestricted("create", "read")
    declared = subject.declared
    single = any(field.unique for field in sent(declared).values()) or bool(declared.unique)
    if role is None or declared.bulk is None:
        return []
    found = []
    if not single and declared.bulk > 1:
        lines_ = [
            subject.client(role),
            "    sent = await body(service)",
            '    made = await client.post(f"{URL}/bulk", json={"items": [sent, sent]})',
            "    assert made.status_code == 201, made.text",
            '    assert len(made.json()["items"]) == 2',
            '    broken = await client.post(f"{URL}/bulk", json={"items": [sent, sent | {"surprise": 1}]})',
            "    assert broken.status_code == 422",
            '    assert len((await client.get(URL)).json()["items"]) == 2',
        ]
        found.append(
            subject.test(
                "many_are_created_at_once_or_none", "A bulk request creates all of its rows, or none.", lines_
            )
        )
    lines_ = [
        subject.client(role),
        "    sent = await body(service)",
        f'    refused = await client.post(f"{{URL}}/bulk", json={{"items": [sent] * {declared.bulk + 1}}})',
        "    assert refused.status_code == 413",
    ]
    found.append(
        subject.test(
            "a_bulk_request_is_bounded", "More rows than one request may create are refused.", lines_
        )
    )
    return found


def attachments(subject: Subject) -> list[Block]:
    """A file goes up, is listed, comes down, and goes away; other kinds are refused."""
    role = subject.rights.unrestricted("update", "read")
    declared = subject.declared.attachments
    if role is None or declared is None:
        return []
    kind = next((each for each in declared.types if each in SAMPLES), None)
    lines_ = [subject.client(role), *subject.stored(), '    files = f"{URL}/{row.id}/attachments"']
    found = []
    if kind is not None:
        name, content = SAMPLES[kind]
        happy = [
            *lines_,
            f'    added = await client.post(files, files={{"file": ("{name}", {content}, "{kind}")}})',
            "    assert added.status_code == 201, added.text",
            "    one = f\"{files}/{added.json()['id']}\"",
            '    listed = (await client.get(files)).json()["items"]',
            '    assert [item["id"] for item in listed] == [added.json()["id"]]',
            '    loaded = await client.get(f"{one}/content")',
            f"    assert loaded.content == {content}",
            '    assert loaded.headers["Content-Disposition"].startswith("attachment")',
            "    assert (await client.delete(one)).status_code == 204",
            '    assert (await client.get(f"{one}/content")).status_code == 404',
        ]
        found.append(
            subject.test(
                "files_can_be_added_loaded_and_removed",
                "What was added is listed and comes down byte for byte.",
                happy,
            )
        )
    refused = [
        *lines_,
        '    page = ("page.html", b"<script>alert(1)</script>", "text/html")',
        '    refused = await client.post(files, files={"file": page})',
        "    assert refused.status_code == 415",
    ]
    found.append(
        subject.test(
            "files_of_other_kinds_are_refused", "A kind of file that is not declared is refused.", refused
        )
    )
    return found
