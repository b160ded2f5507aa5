"""Reading and writing the file form."""

import contextlib
from pathlib import Path

import pytest
from backwright_workbench.blueprint.model import Attachments, FieldModel, Grant, Grants
from backwright_workbench.blueprint.source import MAX_BYTES
from backwright_workbench.blueprint.yaml import dump, load
from backwright_workbench.errors import InputError, Place
from hypothesis import given
from hypothesis import strategies as st

PATH = Path(__file__).parents[4] / "examples/work-orders/blueprint.yaml"
TEXT = PATH.read_text("utf-8")

SMALL = """\
service: help-desk
title: Help desk
created: 2026-11-21
roles: {admin: Runs it., clerk: Answers.}
entities:
  Ticket:
    fields:
      title: {type: string}
    access: {admin: everything}
"""


def refused(text: str) -> InputError:
    """The error that a text gives."""
    with pytest.raises(InputError) as caught:
        load(text)
    return caught.value


def test_the_example_is_in_canonical_form() -> None:
    """Reading the work-order blueprint and writing it again gives the same bytes."""
    assert dump(load(TEXT)) == TEXT
    assert len(TEXT.splitlines()) < 100
    assert max(map(len, TEXT.splitlines())) <= 120


def test_short_forms_are_read_and_written() -> None:
    """What is said briefly means the same as in full, and is written briefly again."""
    brief = SMALL.replace("everything}", "{read: all}}\n    cache: 30\n    attachments: {}")
    full = SMALL.replace("everything}", "{read: {rows: all, fields: [title]}}}\n    attachments: {max_mb: 5}")
    entity = load(brief).entities["Ticket"]
    assert entity.access == {"admin": Grants(read=Grant())}
    assert (entity.cache, entity.attachments) == (30, Attachments())
    assert "admin: {read: all}" in dump(load(brief))
    assert "admin: {read: {fields: [title]}}" in dump(load(full))
    assert "attachments: {max_mb: 5}" in dump(load(full))


def test_defaults_are_left_out_and_long_lines_broken() -> None:
    """A field says what is special about it; what does not fit one line gets several."""
    blueprint = load(SMALL)
    values = tuple(f"value_number_{n}" for n in range(20))
    ticket = blueprint.entities["Ticket"]
    fields = {**ticket.fields, "kind": FieldModel(type="enum", values=values)}
    entities = {"Ticket": ticket.model_copy(update={"fields": fields})}
    text = dump(blueprint.model_copy(update={"entities": entities}))
    assert "      title: {type: string}\n" in text
    assert max(map(len, text.splitlines())) <= 120
    assert load(text).entities["Ticket"].fields["kind"].values == values


@pytest.mark.parametrize(
    "title", ["yes", "12", "1e3", "a: b", "a #b", "- a", '"', "'", "\\", "é\u200b", "null", "~"]
)
def test_text_that_looks_like_something_else_stays_text(title: str) -> None:
    """Whatever a title says, it comes back."""
    blueprint = load(SMALL).model_copy(update={"title": title})
    assert load(dump(blueprint)).title == title


def test_all_problems_are_told_at_once_with_their_places() -> None:
    """One run of the command is enough to see everything, in the order of the file."""
    text = SMALL.replace("title: Help desk", "titel: Help desk")
    text = text.replace("{type: string}", "{type: strng, mx: 3, optional: yes}")
    error = refused(text)
    told = [(p.place and (p.place.line, p.place.column), p.what, p.hint) for p in error.problems]
    assert told == [
        ((1, 1), "title: is missing", None),
        ((2, 1), "titel: is not a key that is known here", "did you mean 'title'?"),
        ((8, 21), "entities.Ticket.fields.title.type: 'strng' is not known here", "did you mean 'string'?"),
        ((8, 28), "entities.Ticket.fields.title.mx: is not a key that is known here", "did you mean 'max'?"),
        ((8, 45), "entities.Ticket.fields.title.optional: 'yes' is not true or false", None),
    ]
    assert str(error).startswith(
        "blueprint.yaml is not a valid blueprint: 5 problems\n  blueprint.yaml:1:1: title"
    )


def test_faults_between_entities_have_places_too() -> None:
    """A filter that names no field is shown where it stands in its list."""
    text = SMALL + "    filters: [created_at, titel]\n"
    [problem] = refused(text).problems
    assert problem.place == Place("blueprint.yaml", 10, 27)
    assert str(problem).endswith("no field is called 'titel'; did you mean 'title'?")


def test_a_key_said_twice_is_refused_at_the_second_place() -> None:
    """YAML would silently take the last one."""
    text = SMALL.replace("    access:", "      title: {type: text}\n    access:")
    [problem] = refused(text).problems
    assert problem.place == Place("blueprint.yaml", 9, 7)
    assert "said twice, first in line 8" in problem.what


def test_a_key_without_a_value_is_refused() -> None:
    """`attachments:` alone could mean yes or no."""
    [problem] = refused(SMALL + "    attachments:\n").problems
    assert problem.what == "entities.Ticket.attachments: has no value"
    assert problem.place == Place("blueprint.yaml", 10, 5)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is empty"),
        ("# a comment\n", "is empty"),
        ("null", "is empty"),
        ("[1, 2]", "the blueprint is not a mapping"),
        ("a: [1", "this is not YAML: expected ',' or ']'"),
        ("a: b: c", "this is not YAML: mapping values are not allowed here"),
        ("\ta: b", "this is not YAML: found character '\\t'"),
        ("a: \x07", "a character it does not allow"),
        ("a: &x 1", "anchors, aliases and merge keys"),
        ("a: 1\nb: *a", "anchors, aliases and merge keys"),
        ("a: !!python/object:os.system x", "the tag tag:yaml.org,2002:python/object:os.system is not read"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("? [a]\n: 1", "a key is one word"),
        ("- " * 40, "nested deeper than 12 levels"),
        ("[" * 100_000, "nested deeper than 12 levels"),
        ("x" * (MAX_BYTES + 1), "larger than 1000 kB"),
    ],
)
def test_text_that_is_not_a_blueprint_is_refused_clearly(text: str, what: str) -> None:
    """Broken, hostile and foreign YAML ends in one plain sentence."""
    assert what in str(refused(text))


def test_aliases_cannot_multiply() -> None:
    """The billion laughs end at the first anchor."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert len(refused(bomb).problems) == 1


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever the text, the answer is a blueprint or a list of problems."""
    assert refused(text).problems


@given(st.data())
def test_a_damaged_blueprint_gives_problems_or_a_blueprint(data: st.DataObject) -> None:
    """Characters lost or put in anywhere are answered, never a crash."""
    at = data.draw(st.integers(0, len(TEXT) - 1))
    cut = data.draw(st.integers(0, 12))
    put = data.draw(
        st.sampled_from(["", ":", "[", "}", "\n", "  ", "- ", "null", "'", "&", "*a", "true", "0"])
    )
    with contextlib.suppress(InputError):
        assert load(TEXT[:at] + put + TEXT[at + cut :]).entities


SHAPES = [
    (
        "service: help-desk",
        "service: Help Desk",
        "service: 'Help Desk' is not a service's name; write help-desk",
    ),
    ("service: help-desk", "service: 2", "service: 2 is not a text; put it in quotes"),
    ("title: Help desk", 'title: ""', "title: is empty; write a few words"),
    ("title: Help desk", f"title: {'a' * 101}", "title: is longer than 100 characters; shorten it"),
    ("title: Help desk", 'title: "a\\tb"', "title: has a line break or control character; one line"),
    ("created: 2026-11-21", "created: 2026-21-11", "created: '2026-21-11'"),
    ("created: 2026-11-21", "created: today", "created: 'today' is not a date; write it as 2026-11-21"),
    (
        "  Ticket:\n",
        "  support tickets:\n",
        "'support tickets' is not the name of an entity; write SupportTickets",
    ),
    ("  Ticket:\n", "  ???:\n", "'???' is not the name of an entity; use PascalCase"),
    ("      title:", "      Due At:", "'Due At' is not a name; write due_at"),
    (
        "{type: string}",
        "{type: decimal, default: 0.5}",
        "a default is true or false, a whole number or a text; quote",
    ),
    ("{type: string}", '{type: string, max: "5"}', "max: '5' is not a whole number; without quotes"),
    ("{type: string}", "{type: string, max: long}", "max: 'long' is not a whole number"),
    ("{type: string}", "[string]", "entities.Ticket.fields.title: this is not a mapping"),
    ("{type: string}", "{}", "entities.Ticket.fields.title.type: is missing; for example type: string"),
    ("    access: {admin: everything}\n", "", "entities.Ticket.access: is missing; for example access:"),
    (
        "{admin: everything}",
        "{admin: all}",
        "access.admin: 'all' grants nothing that is known; say everything",
    ),
    ("{admin: everything}", "{admin: [read]}", "access.admin: ['read'] grants nothing that is known"),
    (
        "{admin: everything}",
        "{admin: {read: My Own}}",
        "admin.read: 'My Own' does not say which rows; all, or",
    ),
    ("{admin: everything}", "{Admin: everything}", "access.Admin: 'Admin' is not a name; write admin"),
    (
        "{admin: everything}\n",
        "{admin: everything}\n    filters: title\n",
        "'title' is not a list; write [title]",
    ),
    ("{admin: everything}\n", "{admin: everything}\n    cache: 0\n", "cache: 0 is less than 1"),
    ("{admin: everything}\n", "{admin: everything}\n    bulk: 2000\n", "bulk: 2000 is more than 1000"),
    (
        "{admin: everything}\n",
        "{admin: everything}\n    limit: 5 a day\n",
        "'5 a day' is not a rate; for example",
    ),
    (
        "{admin: everything}\n",
        "{admin: everything}\n    attachments: {types: [png]}\n",
        "'png' is not known here",
    ),
    ("    fields:\n      title: {type: string}\n", "    fields: {}\n", "fields: is empty; name at least one"),
]


@pytest.mark.parametrize(("old", "new", "said"), SHAPES)
def test_a_wrong_shape_is_said_in_plain_words(old: str, new: str, said: str) -> None:
    """What is wrong with a value, and how to write it."""
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    assert said in str(refused(text))


def test_a_required_key_without_a_value_is_one_problem() -> None:
    """Saying nothing is said once, not also as a wrong shape."""
    [problem] = refused(SMALL.replace("title: Help desk", "title:")).problems
    assert problem.what == "title: has no value"
