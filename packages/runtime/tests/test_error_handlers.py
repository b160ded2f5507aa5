"""Whatever goes wrong, the answer is a problem (RFC 9457) that says what to do and repeats nothing that was
sent.
"""

from collections.abc import AsyncGenerator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx2
import pytest
from backwright import error_pages
from backwright.app import create_app
from backwright.errors import STATUS, Conflict, Error, FieldError, Kind, Unauthenticated
from backwright.guard import public
from backwright.settings import Settings
from fastapi import APIRouter, FastAPI, Header
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException


class Shade(StrEnum):
    DARK = "dark"
    LIGHT = "light"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


def shouting(value: str) -> str:
    if not value.isupper():
        raise ValueError(f"{value} is not in capitals")
    return value


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: Annotated[str, Field(max_length=12)]
    shade: Shade
    at: datetime
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    word: Annotated[str, AfterValidator(shouting)] = "OK"


router = APIRouter(dependencies=[public()])


@router.post("/things")
async def create(body: Body) -> None: ...


@router.get("/things")
async def things(
    limit: Annotated[int, Field(ge=1)] = 10, x_mode: Annotated[Shade, Header()] = Shade.DARK
) -> None: ...


@router.patch("/things/{thing_id}")
async def thing(thing_id: int) -> None: ...


@router.get("/raise/{status}")
async def raise_status(status: int) -> None:
    raise HTTPException(status, "SELECT 1")


@router.get("/kinds/{kind}")
async def raise_kind(kind: Kind) -> None:
    raise Unauthenticated if kind is Kind.UNAUTHENTICATED else Error(kind=kind)


@router.get("/conflict")
async def conflict() -> None:
    raise Conflict("This value is already taken.", errors=[FieldError("taken", pointer="/email")])


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    settings = Settings(
        _env_file=None,
        environment="test",
        database_url=f"sqlite:///{tmp_path}/test.db",
        files_url=f"file:{tmp_path}/files",
        migrations=tmp_path / "none",
    )
    return create_app(settings, title="Things", routers=(router,))


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as opened,
    ):
        yield opened


def problem(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "code", "request_id"} <= set(body)
    return body


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_is_a_problem_whose_type_is_explained(
    client: httpx2.AsyncClient, kind: Kind
) -> None:
    """`type` leads to an anchor on a page that the service serves itself."""
    answer = await client.get(f"/kinds/{kind}")
    body = problem(answer)
    assert (body["status"], body["code"]) == (STATUS[kind], kind)
    address, _, anchor = body["type"].partition("#")
    assert f'<section id="{anchor}">' in (await client.get(address)).text


def test_the_catalogue_has_every_kind_once() -> None:
    """A kind that nobody explains would not be usable."""
    assert set(error_pages.MEANING) == set(Kind)


async def test_an_unknown_path_is_a_problem(client: httpx2.AsyncClient) -> None:
    """Not the framework's own page; a trailing slash is another path and no redirect."""
    assert problem(await client.get("/nowhere"))["code"] == "not_found"
    assert problem(await client.post("/things/", json={}))["code"] == "not_found"


async def test_a_wrong_method_is_told_all_that_the_path_takes(client: httpx2.AsyncClient) -> None:
    """Also when several routes share the path."""
    answer = await client.delete("/things")
    assert problem(answer)["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410, 418, 429, 500, 502, 503, 504])
async def test_what_a_handler_raises_in_the_frameworks_way_is_a_problem_too(
    client: httpx2.AsyncClient, status: int
) -> None:
    """Its detail is dropped, because it may hold anything."""
    answer = await client.get(f"/raise/{status}")
    assert "SELECT" not in answer.text
    assert problem(answer)["status"] >= 400
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_all_fields_at_fault_are_named_at_once_by_pointer(client: httpx2.AsyncClient) -> None:
    """JSON Pointers, one sentence each."""
    answer = await client.post(
        "/things",
        json={
            "password": "hunter2-hunter2-hunter2",
            "shade": "mauve-ish",
            "at": "yesterday-ish",
            "pets": [{"kind": "cat"}, {"kind": "axolotl"}],
            "word": "whispered",
            "ro/le": "admin",
        },
    )
    found = {each["pointer"]: each["detail"] for each in problem(answer)["errors"]}
    assert set(found) == {"/password", "/shade", "/at", "/pets/1", "/word", "/ro~1le"}
    assert found["/password"] == "string should have at most 12 characters"
    for sent in ("hunter2", "mauve-ish", "yesterday-ish", "axolotl", "whispered"):
        assert sent not in answer.text


async def test_parameters_at_fault_are_named(client: httpx2.AsyncClient) -> None:
    """Queries and headers have names instead of pointers."""
    answer = await client.get("/things?limit=0", headers={"X-Mode": "dusky"})
    assert {each["parameter"] for each in problem(answer)["errors"]} == {"limit", "x-mode"}
    assert "dusky" not in answer.text


async def test_broken_json_is_told_like_wrong_fields(client: httpx2.AsyncClient) -> None:
    """A client handles "your content is wrong" in one place."""
    answer = await client.post(
        "/things", content=b'{"password": "hunter2', headers={"Content-Type": "application/json"}
    )
    assert problem(answer)["code"] == "invalid"
    assert "hunter2" not in answer.text


async def test_an_id_that_cannot_exist_is_not_found(client: httpx2.AsyncClient) -> None:
    """Rather than a lesson about the type of ids."""
    assert problem(await client.patch("/things/abc"))["code"] == "not_found"


async def test_errors_of_business_code_keep_their_fields(client: httpx2.AsyncClient) -> None:
    """The one form for all."""
    body = problem(await client.get("/conflict"))
    assert body["errors"] == [{"detail": "taken", "pointer": "/email"}]


def test_what_a_caller_calls_things_is_said_again_within_bounds() -> None:
    """Names in a refusal come from whoever was refused: no NUL, and not as long as a body."""
    said = FieldError("is given twice", pointer="/" + "x" * 5000, parameter="a\x00b").as_dict()
    assert said == {"detail": "is given twice", "pointer": "/" + "x" * 999, "parameter": "a\ufffdb"}
