"""The contract checks on a service in which routes of its own break the contract, each in another way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, planted

MAIN = "src/work_orders/main.py"

BROKEN = '''

class Report(BaseModel):
    """A report."""

    total: int = Field(examples=["many"])


class Key(BaseModel):
    """A key that nobody has."""

    key: str


def add_reports(app: FastAPI) -> FastAPI:
    """Routes that break the contract."""
    anybody = [public()]

    @app.get("/reports/extra", response_model=Report, dependencies=anybody)
    async def extra() -> JSONResponse:
        """A report with a field that is not declared."""
        return JSONResponse({"total": 1, "margin": 2})

    @app.get("/reports/teapot", response_model=Report, dependencies=anybody)
    async def teapot() -> JSONResponse:
        """A report with a status that is not declared."""
        return JSONResponse({"total": 1}, status_code=206)

    @app.get("/reports/wrong", response_model=Report, dependencies=anybody)
    async def wrong() -> JSONResponse:
        """A report whose total is a text."""
        return JSONResponse({"total": "1"})

    @app.get("/reports/days/{day}", response_model=Report, dependencies=anybody)
    async def day(day: int) -> JSONResponse:
        """A report that divides."""
        return JSONResponse({"total": 100 // day})

    @app.post("/reports/locked", response_model=Report, dependencies=anybody)
    async def locked(body: Key) -> JSONResponse:
        """A report that nobody gets."""
        raise Forbidden("Not with this key.")

    @app.get("/reports/files/{name}", response_model=Report, dependencies=anybody)
    async def file(name: str) -> PlainTextResponse:
        """A report with an error of its own."""
        return PlainTextResponse("no such file", status_code=404)

    @app.get("/reports/secret", include_in_schema=False, dependencies=anybody)
    async def secret() -> JSONResponse:
        return JSONResponse({"everything": True})

    return app
'''

EDITS = {
    MAIN: (
        "from fastapi import FastAPI\n",
        "from backwright.errors import Forbidden\n"
        "from backwright.guard import public\n"
        "from fastapi import FastAPI\n"
        "from fastapi.responses import JSONResponse, PlainTextResponse\n"
        "from pydantic import BaseModel, Field\n",
    )
}


@pytest.fixture(scope="module")
def broken(good: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The service with routes that break the contract; its committed document does not have them."""
    with planted(good, tmp_path_factory.mktemp("broken"), EDITS) as opened:
        main = opened.subject.files() / MAIN
        text = main.read_text() + BROKEN
        main.write_text(
            text.replace("return build(", "return add_reports(build(").replace(
                "work_orders),\n    )\n", "work_orders),\n    ))\n"
            )
        )
        yield opened


@pytest.mark.slow
def test_a_hidden_route_and_a_document_that_was_not_written_again_are_found(
    broken: Opened, tmp_path: Path
) -> None:
    """With the source of the route, the place in the document and the command that accepts it."""
    evidence = checked(broken, "contract/served", tmp_path)
    text = faults(evidence)
    assert f"{MAIN}:" in text
    assert "GET /reports/secret is served and not in the document" in text
    assert "docs/api.yaml #/paths/~1reports~1extra: is served but not committed" in text
    assert any("openapi --output docs/api.yaml" in each.next_step for each in evidence.faults)


@pytest.mark.slow
def test_an_example_that_does_not_fit_is_found(broken: Opened, tmp_path: Path) -> None:
    """At its place."""
    found = faults(checked(broken, "contract/valid", tmp_path))
    assert "#/components/schemas/Report/properties/total/examples/0: the example is not valid" in found


@pytest.mark.slow
def test_an_error_that_is_plain_text_is_found(broken: Opened, tmp_path: Path) -> None:
    """By asking for something that is not there."""
    found = faults(checked(broken, "contract/errors", tmp_path))
    assert "GET /reports/files/{name}: its 404 is text/plain, not application/problem+json" in found


@pytest.mark.slow
def test_answers_that_are_not_declared_and_operations_that_never_work_are_found(
    broken: Opened, tmp_path: Path
) -> None:
    """Each at its operation, with a command that shows it."""
    evidence = checked(broken, "contract/fuzz", tmp_path)
    found = {each.place: each for each in evidence.faults}
    assert found["GET /reports/extra"].what == "answers 200 with /margin, which is not declared"
    assert found["GET /reports/teapot"].what == "answers 206, which is not declared"
    assert "breaks its schema at /total" in found["GET /reports/wrong"].what
    assert found["GET /reports/days/{day}"].what == "answers 500"
    assert 'curl -i -X GET "$URL/reports/days/0"' in found["GET /reports/days/{day}"].next_step
    assert found["POST /reports/locked"].what == "never answered with a success (2xx)"
    assert "text/plain" in next(each.what for each in evidence.faults if "files" in each.place)
    assert all(each.place.split(" ")[1].startswith("/reports") for each in evidence.faults)
    assert_the_rest_is_reached(evidence)


def assert_the_rest_is_reached(evidence: Evidence) -> None:
    """By some role, operations that need a code from a mail or from an app, too."""
    tallies = evidence.data["operations"]
    accepted = {each["operation"] for each in tallies if each["accepted"]}
    never = {each["operation"] for each in tallies} - accepted
    assert {each.split(" ")[1].startswith("/reports") for each in never} == {True}
    assert {"POST /auth/login/second-factor", "POST /work-orders/{id}/hold"} <= accepted
    assert {each["role"] for each in tallies} >= {"admin", "dispatcher", "technician", "viewer", "anonymous"}
