"""What attacks are made of: traces of the inside, samples of schemas, conditions, and how answers are judged."""

from collections.abc import Callable

import httpx2
import pytest
from backwright_workbench.verify.attacks.aims import ways
from backwright_workbench.verify.attacks.operations import NOWHERE, collections, operations, resolved
from backwright_workbench.verify.attacks.payloads import PAYLOADS, PROOF, Payload
from backwright_workbench.verify.attacks.samples import sample
from backwright_workbench.verify.attacks.traces import traces
from backwright_workbench.verify.checks.access.matrix import verdict
from backwright_workbench.verify.checks.security.injection import Sender, Slot, alike, evaluated

LEAKS = {
    "Traceback (most recent call last):": "a stack",
    "in /app/src/shop/orders.py:31": "a file",
    "SELECT id, name FROM users WHERE id = 1": "a statement",
    'relation "orders" does not exist': "a message of the database",
    "no such table: orders": "a message of the database",
    "sqlalchemy.exc.OperationalError": "a library",
    "<Order object at 0x7f12ab34cd56>": "a place in memory",
    "root:x:0:0:root:/root:/bin/bash": "a file of the system",
}


@pytest.mark.parametrize("text", LEAKS)
def test_a_trace_is_known(text: str) -> None:
    """By what no answer to a client needs."""
    assert LEAKS[text] in traces(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"detail": "Select an order from the list."}',
        '{"errors": [{"pointer": "#/name", "detail": "must have at most 200 characters"}]}',
        '{"title": "Update the set", "path": "/orders/1"}',
    ],
)
def test_ordinary_words_are_no_trace(text: str) -> None:
    """Also where they sound like SQL."""
    assert traces(text) == []


def test_what_was_sent_is_no_trace() -> None:
    """An answer that says it back tells nothing new."""
    assert traces("wrong: SELECT a FROM b", "SELECT a FROM b") == []


VERDICTS = [
    ([200], 200, "right"), ([200], 409, "right"), ([200], 422, "unproven"), ([200], 403, "wrong"),
    ([200], 404, "wrong"), ([404], 200, "wrong"), ([403], 404, "wrong"), ([403], 422, "wrong"),
    ([200, 404], 404, "right"), ([401], 204, "wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "status", "wanted"), VERDICTS)
def test_an_answer_is_held_against_the_record(expected: list[int], status: int, wanted: str) -> None:
    """What does not fit proves nothing where somebody is let in, and is wrong where they are not."""
    assert verdict(expected, status) == wanted


def answer(text: str, media: str = "application/json", status: int = 200, **headers: str) -> httpx2.Response:
    """An answer with a body."""
    return httpx2.Response(status, text=text, headers={"content-type": media, **headers})


HTML = next(each for each in PAYLOADS if each.kind == "HTML")
EVALUATED = {
    "a computed template": (Payload("a template", "{{}}", PROOF), answer(PROOF), "a template is evaluated"),
    "a file": (PAYLOADS[10], answer("root:x:0:0:root"), "a path is evaluated"),
    "a failure": (PAYLOADS[0], answer("", status=500), "SQL ends in 500"),
    "a header": (PAYLOADS[12], answer("", **{"x-injected": "yes"}), "a header can be added"),
    "a page": (HTML, answer(HTML.text, "text/html"), "a page holds what was sent, as it was sent"),
}


@pytest.mark.parametrize("case", EVALUATED)
def test_what_a_payload_did_shows(case: str) -> None:
    """Each in its own way."""
    payload, got, wanted = EVALUATED[case]
    assert f"a slot: {wanted}" in [each.what for each in evaluated("a slot", payload, got)]


def test_what_is_said_back_as_data_is_no_evaluation() -> None:
    """In JSON, or escaped."""
    assert not [*evaluated("a slot", HTML, answer(HTML.text))]
    assert not [*evaluated("a slot", HTML, answer(HTML.text.replace("<", "&lt;"), "text/html"))]


CONDITIONS: dict[str, tuple[Callable[[str], str], bool]] = {
    "nothing is found": (lambda text: "[]", True),
    "it is said back": (lambda text: f'["{text}"]', True),
    "it is said back, painted": (
        lambda text: "[" + ",".join(str(ord(each)) for each in text[-3:]) + "]",
        True,
    ),
    "the true one finds rows": (lambda text: "[1, 2]" if "zzqa'='zzqa" in text else "[]", False),
}


@pytest.mark.parametrize("case", CONDITIONS)
def test_conditions_that_are_answered_differently_are_evaluated(case: str) -> None:
    """Unless an answer only says back what was sent, in whatever form."""
    answers, wanted = CONDITIONS[case]

    class Fake:
        def send(self, slot: Slot, text: str) -> httpx2.Response:
            return answer(answers(text))

    operation = operations({"paths": {"/find": {"get": {}}}})[0]
    slot = Slot(operation, "query", "q", True)
    sender: Sender = Fake()  # type: ignore[assignment]
    assert alike(sender, slot, "zzq' OR 'zzqa'='zzqa", "zzq' OR 'zzqa'='zzqb") is wanted


def test_a_way_to_the_account_is_read_from_the_rules() -> None:
    """Its name is its first step."""
    assert ways(
        {
            "technician": [
                "read where its assignee's account is the caller",
                "update notes where its site is 1",
            ]
        }
    ) == {"assignee": ["assignee", "account"]}


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "string", "format": "uuid"}, NOWHERE), ({"type": "string", "format": "email"}, "m1@example.com"),
        ({"enum": ["a", "b"]}, "a"), ({"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]}, 3),
        ({"type": "string", "maxLength": 2}, "m1"), ({"$ref": "#/x"}, True),
    ],
)  # fmt: skip
def test_a_sample_is_what_a_schema_allows(schema: dict[str, object], wanted: object) -> None:
    """With the mark wherever it fits."""
    assert sample(schema, "name", "m1", {"x": {"type": "boolean"}}) == wanted


def test_collections_are_found_with_and_without_a_slash() -> None:
    """Along FastAPI's and Django's habits."""
    paths = {
        "/a": {"post": {}},
        "/a/{id}": {"get": {}},
        "/b/": {"get": {}},
        "/b/{pk}/": {"get": {}},
        "/c": {"get": {}},
    }
    found = collections({"paths": paths})
    assert [(each.path, each.one, each.key) for each in found] == [
        ("/a", "/a/{id}", "id"),
        ("/b/", "/b/{pk}/", "pk"),
    ]
    assert [bool(each.create) for each in found] == [True, False]
    assert [bool(each.list) for each in found] == [False, True]


def test_references_that_go_round_in_circles_end() -> None:
    """A document is somebody else's."""
    assert resolved({"$ref": "#/x"}, {"x": {"$ref": "#/x"}}) == {}
