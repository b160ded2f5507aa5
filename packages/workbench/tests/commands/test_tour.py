"""The lines that `dev` prints: chosen from what is served, and safe to paste."""

import json
import shlex
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
from backwright_workbench.reports.tour import Login, create_line, list_line, login_line, main_collection, tour

BASE = "http://127.0.0.1:8000"
STATUS = {"type": "string", "enum": ["open", "done"]}


def content(schema: str) -> dict[str, Any]:
    """A body of the named schema."""
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


DOCUMENT: dict[str, Any] = {
    "info": {"title": "Jobs"},
    "paths": {
        "/auth/login": {"post": {}},
        "/notes": {"get": {}, "post": {}},
        "/assets": {
            "get": {"parameters": [], "responses": {}},
            "post": {"requestBody": content("AssetCreate")},
        },
        "/jobs": {
            "get": {
                "parameters": [
                    {"name": "limit"},
                    {"name": "status"},
                    {"name": "status__in"},
                    {"name": "title"},
                ],
                "responses": {"200": content("JobList")},
            },
            "post": {"requestBody": content("JobCreate")},
        },
        "/jobs/{id}": {"get": {}, "patch": {}},
        "/jobs/{id}/actions/finish": {"post": {}},
    },
    "components": {
        "schemas": {
            "AssetCreate": {"type": "object", "examples": [{"name": "Name"}], "properties": {}},
            "JobList": {"properties": {"items": {"items": {"$ref": "#/components/schemas/Job"}}}},
            "Job": {"properties": {"title": {"type": "string"}, "status": STATUS, "kind": STATUS}},
            "JobCreate": {
                "type": "object",
                "examples": [
                    {
                        "title": "Title",
                        "code": "Code",
                        "country": "nl",
                        "email": "ada@example.com",
                        "asset_id": "0",
                    }
                ],
                "properties": {
                    "title": {"type": "string", "maxLength": 200, "pattern": "^[^\\x00]*$"},
                    "code": {"type": "string", "maxLength": 6},
                    "country": {"type": "string", "maxLength": 20, "pattern": "^[a-z]{2}$"},
                    "asset_id": {"type": "string", "format": "uuid"},
                },
            },
        }
    },
}
ROW: Mapping[str, Any] = {"title": "It's", "status": "done", "kind": "open", "asset_id": "7"}


def words(line: str) -> list[str]:
    """The words that a shell makes of a line."""
    return shlex.split(line)


def body(line: str) -> Any:
    """What a line sends."""
    sent = words(line)
    return json.loads(sent[sent.index("-d") + 1])


def test_the_main_collection_is_the_one_with_most_to_show() -> None:
    """The actions of jobs weigh more than a bare list; what takes no body is no candidate."""
    assert main_collection(DOCUMENT) == "/jobs"
    assert main_collection({**DOCUMENT, "paths": {"/notes": {"get": {}, "post": {}}}}) is None


def test_the_list_is_filtered_so_that_something_comes_back() -> None:
    """By declared filters with few values, as the row at hand has them; undeclared ones are left alone."""
    assert words(list_line(BASE, DOCUMENT, "/jobs", ROW))[-1] == f"{BASE}/jobs?status=done&limit=3"
    assert words(list_line(BASE, DOCUMENT, "/jobs", {}))[-1] == f"{BASE}/jobs?limit=3"


def test_the_create_takes_the_example_and_real_references() -> None:
    """Texts get a stamp, as they may have to be unique, but stay within their bounds."""
    assert body(create_line(BASE, DOCUMENT, "/jobs", ROW, "0915")) == {
        "title": "Title 0915",
        "code": "Code",
        "country": "nl",
        "email": "ada.0915@example.com",
        "asset_id": "7",
    }


@pytest.mark.parametrize(
    "answer", ['{"access_token":"a.b-c_d","x":1}', '{"x": 1, "access_token": "a.b-c_d"}']
)
def test_the_token_is_found_in_the_answer(answer: str) -> None:
    """With nothing but sh and sed, wherever it stands in the answer."""
    line = login_line(BASE, Login("admin", "admin@example.com", "it's $ecret"))
    stand_in = f"curl() {{ printf '%s' {shlex.quote(answer)}; }}; {line}; printf '%s' \"$TOKEN\""
    assert subprocess.run(["sh", "-c", stand_in], capture_output=True, text=True).stdout == "a.b-c_d"
    sent = words(line.removeprefix("TOKEN=$(").rpartition(" | ")[0])
    assert json.loads(sent[sent.index("-d") + 1]) == {"email": "admin@example.com", "password": "it's $ecret"}


def test_the_tour_has_addresses_logins_and_three_lines() -> None:
    """Everything that somebody needs who has just started a service, in one text."""
    logins = [Login("viewer", "viewer@example.com", "pw"), Login("admin", "admin@example.com", "pw")]
    text = tour(BASE, DOCUMENT, logins, lambda path: ROW if path == "/jobs" else {}, "0915")
    lines = [line.strip() for line in text.splitlines()]
    assert f"docs    {BASE}/docs" in lines
    assert any(line.split() == ["viewer", "viewer@example.com", "pw"] for line in lines)
    assert sum(line.startswith(("TOKEN=$(curl ", "curl ")) for line in lines) == 3
    assert '"email": "admin@example.com"' in text
    assert lines[-1] == "Ctrl-C stops it."
