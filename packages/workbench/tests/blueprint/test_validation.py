"""What must hold between the parts of a blueprint: each rule with the text that breaks it."""

from typing import Any

import pytest
from backwright_workbench.blueprint.fault import dotted
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.validation import check
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.errors import InputError

BASE = """\
service: help-desk
title: Help desk
created: 2026-11-21
auth: {methods: [password], register_as: clerk}
roles: {admin: Runs it., clerk: Answers., guest: Asks.}
entities:
  Person:
    fields:
      name: {type: string, max: 100}
      account: {type: reference, to: User, optional: true, unique: true}
    access:
      admin: everything
      clerk: {read: all}
      guest: {read: account}
  Ticket:
    fields:
      title: {type: string}
      body: {type: text, optional: true}
      status: {type: enum, values: [open, taken, closed], default: open}
      level: {type: integer, min: 1, max: 5, default: 3}
      price: {type: decimal, places: 2, default: "0.50"}
      urgent: {type: boolean, default: false}
      person: {type: reference, to: Person}
      creator: {type: reference, to: User, set: actor}
      closed_at: {type: datetime, optional: true, read_only: true}
    states: {open: [taken], taken: [closed]}
    actions:
      take: {takes: [level], to: taken}
      close: {to: closed, stamps: closed_at}
    filters: [status, person, created_at]
    sorts: [created_at, title]
    search: [title, body]
    embeds: [person]
    unique: [[title, person]]
    access:
      admin: everything
      clerk: {read: all, create: {fields: [title, person]}, update: {fields: [title]}, act: {actions: [take]}}
      guest: {read: person}
      signed_in: {read: creator}
      public: {read: {fields: [title]}}
"""


def faults(*edits: tuple[str, str]) -> list[str]:
    """The problems of the base text after some edits, each as `path: message; hint`."""
    text = BASE
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    try:
        load(text)
    except InputError as error:
        return [str(problem).split(": ", 1)[1] for problem in error.problems]
    return []


def test_the_base_is_valid() -> None:
    """What the other tests break is whole."""
    assert faults() == []


SERVICE = [
    ("service: help-desk", "service: json", "service: a Python package called 'json' exists already"),
    ("service: help-desk", "service: tests", "service: a Python package called 'tests' exists already"),
    ("service: help-desk", "service: class", "service: 'class' is a Python keyword"),
    ("{admin: Runs it., ", "{", "roles: the role 'admin' is missing"),
    ("guest: Asks.}", "guest: Asks., public: All.}", "roles.public: 'public' is not a role"),
    (
        "register_as: clerk",
        "register_as: clrk",
        "auth.register_as: 'clrk' is not a role; did you mean 'clerk'?",
    ),
    ("register_as: clerk", "register_as: admin", "auth.register_as: whoever signs up would be an admin"),
    ("[password]", "[mfa]", "auth.methods: a second factor needs a first"),
    ("[password]", "[]", "auth.methods: no way to sign in"),
    ("[password]", "[password, password]", "auth.methods[1]: 'password' is said twice"),
    ("[password]", "[password], providers: [google]", "auth.providers: nobody signs in with a provider"),
    ("[password]", "[oidc], providers: [google, google]", "auth.providers[1]: 'google' is said twice"),
    ("[password]", "[oidc], providers: [Google]", "auth.providers[0]"),
    ("[password]", "[oidc], providers: [a__b]", "auth.providers[0]"),
]

NAMES = [
    ("  Person:\n", "  Service:\n", "entities.Service: 'Service' is a class of the library"),
    ("  Person:\n", "  User:\n", "entities.User: 'User' is the entity of accounts"),
    ("  Person:\n", "  None:\n", "entities.None: 'None' is a Python keyword"),
    ("  Person:\n", "  TicketStatus:\n", "'TicketStatus' is also the class of the values of Ticket.status"),
    ("  Person:\n", "  Session:\n", "entities.Session: /sessions is a route of every service; set plural"),
    ("  Person:\n", "  BrowserSession:\n", "/browser_sessions is a route of every service"),
    ("  Person:\n", "  TICKET:\n", "'Ticket' and 'TICKET' differ in capitals only"),
    (
        "  Person:\n    f",
        "  Person:\n    plural: tickets\n    f",
        "the table 'tickets' is that of Person already",
    ),
    (
        "  Person:\n    f",
        "  Person:\n    area: accounts\n    f",
        "area: 'accounts' is a part of every service",
    ),
    ("  Person:\n    f", "  Person:\n    area: import\n    f", "the area 'import' is a Python keyword"),
    ("  Person:\n    f", f"  Person:\n    plural: {'a' * 51}\n    f", "is longer than 50 characters"),
    ("name: {type: string, max", "id: {type: string, max", "Person.fields.id: every entity has 'id'"),
    ("name: {type: string, max", "metadata: {type: string, max", "'metadata' means something to the library"),
    ("name: {type: string, max", "class: {type: string, max", "fields.class: 'class' is a Python keyword"),
    (
        "name: {type: string, max",
        "account_id: {type: string, max",
        "is the column of the reference 'account'",
    ),
    (
        "      account: {",
        "      account_id: {",
        "a reference is named after what it refers to; call it 'account'",
    ),
]

ENCRYPTED = [
    (
        "urgent: {type: boolean",
        "urgent: {type: boolean, encrypted: true",
        "a field of type boolean cannot be encrypted",
    ),
    (
        "{type: reference, to: Person}",
        "{type: reference, to: Person, encrypted: true}",
        "a field of type reference cannot",
    ),
    (
        "max: 5, default: 3",
        "max: 5, default: 3, encrypted: true",
        "level.default: an encrypted field has no default",
    ),
    (
        "title: {type: string}",
        "title: {type: string, encrypted: true}",
        "'title' is encrypted, and has no order",
    ),
    (
        "body: {type: text",
        "body: {type: text, encrypted: true",
        "'body' is encrypted, and cannot be searched",
    ),
    (
        "title: {type: string}",
        "title: {type: string, encrypted: true}",
        "'title' is encrypted, and unique alone or not",
    ),
    (
        "name: {type: string, max: 100}",
        "name: {type: string, encrypted: true}, name_index: {type: string}".replace(
            ", name_index", "\n      name_index"
        ),
        "'name_index' is the column of its blind index",
    ),
    (
        "name: {type: string, max: 100}",
        f"{'n' * 58}: {{type: string, encrypted: true}}",
        "more than 63 characters",
    ),
]

FIELDS = [
    ("{type: string}", "{type: string, values: [a]}", "'values' does not fit the type string; it fits: enum"),
    ("{type: string}", "{type: string, places: 2}", "'places' does not fit the type string"),
    (
        '{type: decimal, places: 2, default: "0.50"}',
        "{type: decimal, places: 9, max: 100000}",
        "the type decimal holds -99999.999999999 to 99999.999999999; places: 9 of 14 digits",
    ),
    (
        '{type: decimal, places: 2, default: "0.50"}',
        "{type: decimal, places: 9, default: 100000}",
        "100000 is not between -99999.999999999 and 99999.999999999",
    ),
    ("      level: {type: integer", "      int: {type: integer", "'int' is a Python type"),
    ("{type: string}", "{type: string, to: Person}", "'to' does not fit the type string"),
    ("{type: string}", "{type: string, set: actor}", "'set' does not fit the type string"),
    ("{type: string}", "{type: string, min: 2}", "'min' does not fit the type string"),
    ("{type: boolean, default", "{type: boolean, max: 2, default", "'max' does not fit the type boolean"),
    ("{type: string}", "{type: date, default: today}", "'default' does not fit the type date"),
    ("{type: string}", "{type: string, max: 10001}", "a string is 1 to 10000 characters; use text"),
    ("{type: string}", "{type: string, max: 0}", "the length of a string is 1 to 10000 characters"),
    (
        "{type: string}",
        "{type: string, max: 701, unique: true}",
        "a unique string has at most 700 characters",
    ),
    ("{type: string}", "{type: string, default: 5}", "5 is not a text; put it in quotes"),
    ("{type: string}", "{type: string, max: 2, default: abc}", "the default is longer than 2 characters"),
    ("{type: string}", "{type: string, unique: true, default: a}", "the second row is not unique"),
    ("{type: string}", "{type: string, read_only: true}", "nothing can fill this required field"),
    ("{type: text,", "{type: text, unique: true,", "a text cannot be unique"),
    ("[open, taken, closed]", "[open, taken, closed, open]", "status.values[3]: 'open' is said twice"),
    ("[open, taken, closed], default: open", "[]", "an enum needs its values"),
    ("default: open", "default: opne", "'opne' is not among the values; did you mean 'open'?"),
    ("min: 1, max: 5", "min: 5, max: 1", "min 5 is above max 1"),
    ("min: 1, max: 5", "max: 2147483648", "the type integer holds -2147483647 to 2147483647"),
    ("default: 3", "default: 6", "6 is not between 1 and 5"),
    ("default: 3", "default: true", "True is not a number of type integer"),
    ("default: 3", 'default: "3"', "'3' is not a number of type integer"),
    ('default: "0.50"', 'default: "0.505"', "0.505 has more than 2 digits after the point"),
    ('default: "0.50"', "default: cheap", "'cheap' is not a number of type decimal"),
    ('default: "0.50"', 'default: "NaN"', "'NaN' is not a number of type decimal"),
    ("default: false", "default: 0", "0 is not a boolean"),
    ("to: User, set: actor", "to: Person, set: actor", "set: actor fills a reference to User"),
    ("set: actor", "set: actor, unique: true", "a unique caller could create one row only"),
    ("set: actor", "set: actor, read_only: true", "is never taken from a request anyway"),
]

REFERENCES = [
    ("to: Person}", "to: Persn}", "person.to: 'Persn' is not an entity; did you mean 'Person'?"),
    ("to: Person}", "to: Usr}", "person.to: 'Usr' is not an entity; did you mean 'User'?"),
    ("reference, to: Person}", "reference}", "a reference says what it refers to"),
    ("to: Person}", "to: Person, on_delete: set_null}", "set_null needs a field that may be empty"),
    (
        "name: {type: string, max: 100}",
        "ticket: {type: reference, to: Ticket}",
        "required references run in a circle, so that no first row can be made: Person → Ticket → Person",
    ),
    ("to: Person}", "to: Ticket}", "no first row can be made: Ticket → Ticket; make one of them optional"),
]

ACTIONS = [
    ("states: {open", "states: {opne", "moves.opne: 'opne' is not a value of status; did you mean 'open'?"),
    ("[closed]}", "[closd]}", "moves.taken[0]: 'closd' is not a value of status"),
    ("states: {", "states: {field: level, moves: {", "states.field: no enum field is called 'level'"),
    (", default: open", "", "fields.status: a field with states needs a default: the initial state"),
    ("default: open", "default: open, optional: true", "fields.status: every row has a state"),
    ("      take:", "      update:", "actions.update: 'update' is taken by every service"),
    (
        "{takes: [level], to: taken}",
        "{from: [opne], to: taken}",
        "actions.take.from[0]: 'opne' is not a value of status; did you mean 'open'?",
    ),
    (
        "{takes: [level], to: taken}",
        "{from: [closed], to: taken}",
        "actions.take.from[0]: no move leads from 'closed' to 'taken'; add the move to `states`",
    ),
    ("      take:", "      import:", "actions.import: 'import' is taken by every service"),
    ("takes: [level]", "takes: [levle]", "takes[0]: no field is called 'levle'; did you mean 'level'?"),
    ("takes: [level]", "takes: [status]", "takes[0]: 'status' changes by moves only; say `to` instead"),
    ("takes: [level]", "takes: [creator]", "takes[0]: 'creator' is filled with the caller"),
    ("to: closed, s", "to: clsed, s", "close.to: 'clsed' is not a value of status; did you mean 'closed'?"),
    (", taken: [closed]}", "}", "close.to: no moves lead from 'open' to 'closed'"),
    (
        "    states: {open: [taken], taken: [closed]}\n",
        "",
        "take.to: the entity has no states to move between",
    ),
    ("stamps: closed_at", "stamps: title", "no datetime field is called 'title'"),
    ("{to: closed, s", "{to: closed, takes: [closed_at], s", "'closed_at' is both taken and stamped"),
]

QUERIES = [
    ("filters: [status", "filters: [sttus", "filters[0]: no field is called 'sttus'; did you mean 'status'?"),
    ("filters: [status", "filters: [body", "filters cannot use 'body' of type text; search it instead"),
    ("filters: [status", "filters: [version", "filters[0]: no field is called 'version'"),
    ("filters: [status", "filters: [person", "filters[1]: 'person' is said twice"),
    ("sorts: [created_at", "sorts: [body", "sorts cannot use 'body' of type text"),
    ("search: [title", "search: [level", "search[0]: 'level' is of type integer"),
    ("search: [title", "search: [titel", "search[0]: no field is called 'titel'"),
    ("embeds: [person]", "embeds: [title]", "embeds[0]: 'title' is not a reference"),
    ("embeds: [person]", "embeds: [creator]", "accounts are not shown inside other rows"),
    ("embeds: [person]", "embeds: [persn]", "embeds[0]: no field is called 'persn'"),
    ("unique: [[title, person]]", "unique: [[title]]", "a group has two fields or more"),
    ("unique: [[title, person]]", "unique: [[title, body]]", "a text cannot be part of what is unique"),
    ("unique: [[title, person]]", "unique: [[title, title]]", "'title' is said twice"),
    ("unique: [[title, person]]", "unique: [[title, who]]", "no field is called 'who'"),
]

ACCESS = [
    (
        "      guest: {read: person}",
        "      gest: {read: person}",
        "access.gest: 'gest' is not a role; did you mean",
    ),
    ("{read: person}", "{read: title}", "guest.read.rows: Ticket has no reference called 'title'"),
    ("{read: person}", "{read: person.boss}", "Person has no reference called 'boss'"),
    ("{read: person}", "{}", "access.guest: grants nothing"),
    (
        "create: {fields: [title, person]}",
        "create: {fields: [title]}",
        "the required field 'person' is not among",
    ),
    (
        "[title, person]}, u",
        "[title, person, status]}, u",
        "create.fields[2]: rows start in the state 'open'",
    ),
    ("[title, person]}, u", "[title, person, closed_at]}, u", "'closed_at' is never taken from a request"),
    ("[title, person]}, u", "[title, person, creator]}, u", "'creator' is never taken from a request"),
    (
        "update: {fields: [title]}",
        "update: {fields: [titel]}",
        "update.fields[0]: no field is called 'titel'",
    ),
    ("update: {fields: [title]}", "update: {fields: []}", "update.fields: no field is named"),
    ("update: {fields: [title]}", "update: {fields: [id]}", "update.fields[0]: no field is called 'id'"),
    ("update: {fields: [title]}", "delete: {fields: [title]}", "delete.fields: a row is deleted as a whole"),
    (
        "actions: [take]",
        "actions: [tkae]",
        "act.actions[0]: no action is called 'tkae'; did you mean 'take'?",
    ),
    ("clerk: {read: all}", "clerk: {read: all, act: all}", "clerk.act: the entity has no actions"),
    ("clerk: {read: all}", "clerk: {update: all}", "clerk may create, but may not read Person"),
    ("public: {read: {fields: [title]}}", "public: everything", "public callers may not update"),
    (
        "public: {read: {fields: [title]}}",
        "public: {read: creator}",
        "public callers have no rows of their own",
    ),
    (
        "guest: {read: account}",
        "guest: {read: account, refer: {fields: [nme]}}",
        "guest.refer.fields[0]: 'nme' is not a reference to User that is sent",
    ),
    (
        "guest: {read: account}",
        "guest: {read: {rows: account, fields: [name]}, refer: {fields: [account]}}",
        "guest.refer.fields[0]: the role may not read 'account'; grant read on it as well",
    ),
    ("guest: {read: account}", "guest: {read: account, refer: all}", "guest.refer: says which references"),
    (
        "guest: {read: account}",
        "guest: {read: account, refer: account}",
        "guest.refer: says which references",
    ),
    (
        "clerk: {read: all, c",
        "clerk: {read: all, refer: {fields: [creator]}, c",
        "'creator' is not a reference",
    ),
    (
        "public: {read: {fields: [title]}}",
        "public: {read: all, refer: {fields: [creator]}}",
        "public callers may not refer",
    ),
    (
        "public: {read: {fields: [title]}}",
        "public: {create: all}",
        "'creator' is filled with the caller's account",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "said"), [*SERVICE, *NAMES, *ENCRYPTED, *FIELDS, *REFERENCES, *ACTIONS, *QUERIES, *ACCESS]
)
def test_a_broken_rule_is_said(old: str, new: str, said: str) -> None:
    """One edit breaks one rule, and the message names the place, the matter and the way out."""
    edits = [(old, new)]
    if "{field: level, moves" in new:
        edits.append(("[closed]}", "[closed]}}"))
    told = faults(*edits)
    assert any(said in fault for fault in told), told


def test_an_action_may_name_the_states_that_it_starts_from() -> None:
    """States that its move starts from, or any where it makes no move; the key is `from` and nothing else."""
    assert faults(("{takes: [level], to: taken}", "{from: [open], to: taken}")) == []
    assert faults(("{takes: [level], to: taken}", "{takes: [level], from: [open, taken]}")) == []
    (fault,) = faults(("{takes: [level], to: taken}", "{from_: [open], to: taken}"))
    assert "take.from_: is not a key that is known here; did you mean 'from'?" in fault


def test_states_are_named_only_where_there_are_some() -> None:
    """An entity without states has nothing that an action could start from."""
    (fault,) = faults(
        ("    states: {open: [taken], taken: [closed]}\n", ""),
        ("{takes: [level], to: taken}", "{takes: [level], from: [open]}"),
        ("{to: closed, s", "{s"),
    )
    assert "take.from: the entity has no states to be called in" in fault


def test_an_entity_that_nobody_may_read_is_refused() -> None:
    """Deny by default goes as far as a table that nothing could show."""
    told = faults(
        ("      admin: everything\n      clerk: {read: all}\n      guest: {read: account}\n", "      {}\n")
    )
    assert "entities.Person.access: nobody may read it; for example admin: everything" in told


ALLOWED = [
    (
        '{type: decimal, places: 2, default: "0.50"}',
        '{type: decimal, places: 9, max: 99999, default: "0.5"}',
    ),
    ("name: {type: string, max", "total: {type: string, max"),
    (
        "name: {type: string, max",
        "copy: {type: reference, to: Person, optional: true}\n      x: {type: string, max",
    ),
    ("service: help-desk", "service: json-desk"),
    ("{type: string}", "{type: string, unique: true, max: 700}"),
    ("default: 3", "default: 5"),
    ("to: Person}", "to: Person, optional: true, on_delete: set_null}"),
    ("{read: person}", "{read: person.account}"),
    ("takes: [level]", "takes: [closed_at]"),
    ("[title]}, act", "[title, status]}, act"),
    ("embeds: [person]", "embeds: []"),
]


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_what_lies_just_inside_a_rule_is_accepted(old: str, new: str) -> None:
    """The neighbours of what is refused."""
    assert faults((old, new)) == []


def test_a_field_that_hides_a_query_parameter_may_not_be_a_filter() -> None:
    """`?total=` asks for a count in every list; as a column, `total` is fine."""
    rename = ("      level: {type: integer, min: 1, max: 5, default: 3}", "      total: {type: integer}")
    fix = ("takes: [level]", "takes: [total]")
    required = ("[title, person]}, u", "[title, person, total]}, u")
    assert faults(rename, fix, required) == []
    told = faults(rename, fix, required, ("filters: [status", "filters: [total"))
    assert [fault for fault in told if "?total= means something else" in fault]


def test_faults_are_values_with_paths() -> None:
    """Who reads a brief gets a list to repair from, not an exception."""
    blueprint = load(BASE)
    entities: dict[str, Any] = dict(blueprint.entities)
    entities["Ticket"] = entities["Ticket"].model_copy(update={"filters": ("nothing",)})
    broken: Blueprint = blueprint.model_copy(update={"entities": entities})
    [fault] = check(broken)
    assert fault.path == ("entities", "Ticket", "filters", 0)
    assert dotted(fault.path) == "entities.Ticket.filters[0]"
    assert str(fault).startswith("entities.Ticket.filters[0]: no field is called 'nothing'")


def test_a_field_that_the_search_index_has_itself_may_not_be_searched() -> None:
    """`rank` is a column of the index; as a column of the table it is fine."""
    rename = ("      body: {type: text", "      rank: {type: text")
    assert faults(rename, ("search: [title, body]", "search: [title]")) == []
    told = faults(rename, ("search: [title, body]", "search: [title, rank]"))
    assert any("'rank' is a column of the search index" in fault for fault in told)
