"""The document says of each operation who may call it, what can go wrong and which headers come back."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from backwright.accounts import current_actor
from backwright.actor import Actor
from backwright.app import create_app
from backwright.errors import Kind
from backwright.guard import public
from backwright.openapi import operations, response
from backwright.settings import Settings
from fastapi import APIRouter, Depends
from jsonschema import Draft202012Validator
from pydantic import BaseModel


class Thing(BaseModel):
    name: str


router = APIRouter(tags=["things"])


@router.post("/things", dependencies=[public()], status_code=201)
async def create(body: Thing) -> Thing:
    """Add a thing"""
    return body


@router.get("/things/{thing_id}")
async def read(thing_id: int, actor: Annotated[Actor, Depends(current_actor)]) -> Thing:
    """Read a thing"""
    return Thing(name=str(thing_id))


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    settings = Settings(
        _env_file=None,
        environment="test",
        database_url=f"sqlite:///{tmp_path}/test.db",
        files_url=f"file:{tmp_path}/files",
        migrations=tmp_path / "none",
        public_url="https://things.example.com",
        rate_limit="7/minute",
    )
    return create_app(settings, title="Things", description="All things.", routers=(router,)).openapi()


def test_the_document_introduces_the_service(document: dict[str, Any]) -> None:
    """Title, address, tags, how to sign in."""
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Things"
    assert document["servers"] == [{"url": "https://things.example.com", "x-internal": False}]
    assert document["tags"] == [{"name": "things", "description": "Operations on things."}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_who_may_call_is_said_of_every_operation(document: dict[str, Any]) -> None:
    """From the same dependency that enforces it."""
    paths = document["paths"]
    assert paths["/things"]["post"]["security"] == []
    assert paths["/things/{thing_id}"]["get"]["security"] == [{"bearer": []}]


def test_every_problem_that_the_runtime_may_answer_with_is_listed(document: dict[str, Any]) -> None:
    """By operation: signed in or not, with a body or not."""
    paths = document["paths"]
    assert set(paths["/things"]["post"]["responses"]) == {
        "201",
        "400",
        "413",
        "415",
        "422",
        "429",
        "500",
        "503",
    }
    assert set(paths["/things/{thing_id}"]["get"]["responses"]) == {
        "200", "400", "401", "403", "404", "422", "429", "500", "503",
    }  # fmt: skip


def test_the_frameworks_own_error_form_is_nowhere(document: dict[str, Any]) -> None:
    """There is one form, and it echoes nothing."""
    assert "HTTPValidationError" not in str(document)
    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            assert status < "400" or answer["$ref"].startswith("#/components/responses/")


def test_examples_of_problems_fit_their_schema(document: dict[str, Any]) -> None:
    """For every kind."""
    parts = document["components"]
    validator = Draft202012Validator(parts["schemas"]["Problem"])
    for kind in Kind:
        validator.validate(response(kind)["content"]["application/problem+json"]["example"])


def test_only_problems_that_some_operation_answers_are_listed(document: dict[str, Any]) -> None:
    """A component that nothing refers to says something untrue about the service."""
    listed = document["components"]["responses"]
    assert set(listed) == {
        name for name in listed if f"#/components/responses/{name}" in str(document["paths"])
    }
    assert "Unauthenticated" in listed
    assert "Gone" not in listed


def test_rate_limits_are_told_with_the_services_own_quota(document: dict[str, Any]) -> None:
    """On successes and on problems."""
    assert document["components"]["headers"]["RateLimit-Policy"]["example"] == '"default";q=7;w=60'
    assert "RateLimit" in document["paths"]["/things"]["post"]["responses"]["201"]["headers"]


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    """A document with a dangling reference generates no client."""

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            found = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return found + [each for inner in value.values() for each in references(inner)]
        return [each for inner in value for each in references(inner)] if isinstance(value, list) else []

    for reference in references(document):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
