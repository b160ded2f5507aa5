"""contract/errors: every refusal has one form, the right status and the headers that go with it."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright_workbench.verify.checks.contract.errors import wrong
from backwright_workbench.verify.openapi.refusals import TOO_LARGE, Probe, Refusal, other_methods
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, passed

GOOD = {"type": "/docs/errors#x", "title": "No", "status": 404, "code": "not_found", "request_id": "1"}


def told(status: int, body: Any, media_type: str = "application/problem+json", **headers: str) -> Refusal:
    """A refusal of a request for something that is not there."""
    content = body if isinstance(body, str) else json.dumps({**body, "status": body.get("status", status)})
    probe = Probe("an id that no row has", "get", "/books/1", (404,), declared="/books/{id}")
    named = {"Content-Type": media_type, **{name.replace("_", "-"): each for name, each in headers.items()}}
    return Refusal(probe, "admin", httpx2.Response(status, content=content, headers=named))


def found(refusal: Refusal, *, ours: bool = True) -> str:
    """What is wrong with it."""
    return "; ".join(what for what, _ in wrong(refusal, ours=ours))


def test_a_problem_is_good() -> None:
    """With all of its members."""
    assert found(told(404, GOOD)) == ""


OURS = {
    "plain text": (
        told(404, "not here", "text/plain"),
        "its 404 is text/plain, not application/problem+json",
    ),
    "JSON of another kind": (told(404, {"detail": "no"}, "application/json"), "its 404 is application/json"),
    "no body": (told(404, "", ""), "its 404 is no content"),
    "no code": (told(404, {**GOOD, "code": ""}), "its 404 has no code"),
    "no request id": (
        told(404, {name: each for name, each in GOOD.items() if name != "request_id"}),
        "has no request_id",
    ),
    "another status inside": (told(404, {**GOOD, "status": 400}), "says status 400 in the body"),
    "a list": (told(404, "[]"), "is not a JSON object"),
    "another status": (
        told(400, {**GOOD, "status": 400}),
        "answers 400 to a request with an id that no row has; it should be 404",
    ),
    "accepted": (told(200, GOOD), "answers 200 to a request with an id that no row has; it should be 404"),
}


@pytest.mark.parametrize("fault", OURS)
def test_what_breaks_our_form_is_found_and_is_no_fault_of_others(fault: str) -> None:
    """Another backend may have another form."""
    refusal, says = OURS[fault]
    assert says in found(refusal)
    assert found(refusal, ours=False) == ""


STANDARD = {
    "a server error": (told(500, GOOD), "answers 500 to a request with"),
    "401 without a challenge": (told(401, GOOD), "answers 401 without WWW-Authenticate"),
    "405 without methods": (told(405, GOOD), "answers 405 without Allow"),
    "a stack": (told(404, "Traceback (most recent call last):"), "tells how the backend is made"),
    "a closed connection": (
        Refusal(Probe("no credentials", "get", "/", ()), "", None),
        "closes the connection",
    ),
}


@pytest.mark.parametrize("fault", STANDARD)
def test_what_the_standard_demands_holds_for_all(fault: str) -> None:
    """RFC 9110 leaves no choice."""
    refusal, says = STANDARD[fault]
    assert says in found(refusal, ours=False)


def test_a_body_that_is_too_large_may_be_cut_off() -> None:
    """A server need not read it."""
    assert found(Refusal(Probe(TOO_LARGE, "post", "/", (413,)), "", None)) == ""


def test_a_method_is_not_tried_where_another_path_would_take_it() -> None:
    """`PUT /books/{id}` might be `PUT /books/best`."""
    paths = {"/books/{id}": {"get": {}}, "/books/best": {"put": {}}, "/shelves": {"get": {}}}
    assert [each.path for each in other_methods({"paths": paths})] == ["/shelves"]


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Refusals of all kinds are provoked."""
    evidence = checked(good, "contract/errors", tmp_path)
    assert passed(evidence)
    seen = {each["status"] for each in evidence.data["refusals"]}
    assert {401, 403, 404, 405, 412, 413, 415, 422} <= seen
