"""contract/fuzz: answers are held against the document, operations are reached, rows live and die as they should."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from backwright_workbench.verify.check import Need, Profile
from backwright_workbench.verify.checks.contract import errors, fuzz
from backwright_workbench.verify.openapi.account_walk import codes
from backwright_workbench.verify.openapi.answers import Answers
from backwright_workbench.verify.openapi.asking import curl
from backwright_workbench.verify.openapi.documents import Operation, operations
from backwright_workbench.verify.outcome import NotRun, Outcome, Status
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.store import Recorder
from backwright_workbench.verify.subject import Subject
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

BOOK = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "title": {"type": "string"}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/books/{id}": {
            "get": {
                "responses": {
                    "200": {"description": "A book.", "content": {"application/json": {"schema": BOOK}}},
                    "404": {"description": "None.", "content": {"application/problem+json": {"schema": {}}}},
                }
            },
            "delete": {"responses": {"204": {"description": "Gone."}}},
        }
    },
}
GET, DELETE = operations(DOCUMENT)


def wrong(operation: Operation, status: int, content: str = "", media_type: str = "application/json") -> str:
    """What an answer breaks."""
    answer = httpx2.Response(status, content=content, headers={"Content-Type": media_type})
    return "; ".join(Answers(DOCUMENT, strict=True).wrong(operation, answer))


ANSWERS = {
    "a server error": (GET, (500, "{}"), "answers 500; answers 500, which is not declared"),
    "a status that is not declared": (GET, (206, '{"id": 1}'), "answers 206, which is not declared"),
    "another media type": (
        GET,
        (404, "no", "text/plain"),
        "answers 404 as text/plain where application/problem+json",
    ),
    "a missing field": (
        GET,
        (200, '{"title": "Emma"}'),
        "a body that breaks its schema: 'id' is a required property",
    ),
    "a wrong type": (GET, (200, '{"id": "1"}'), "breaks its schema at /id: '1' is not of type 'integer'"),
    "a field that is not declared": (
        GET,
        (200, '{"id": 1, "cost": 2}'),
        "answers 200 with /cost, which is not declared",
    ),
    "not JSON": (GET, (200, "<html>"), "answers 200 with what is not JSON"),
    "no body": (GET, (200, ""), "answers 200 without the body that is declared"),
    "a body where there is none": (DELETE, (200, "{}"), "answers 200, which is not declared"),
}


@pytest.mark.parametrize("fault", ANSWERS)
def test_an_answer_that_the_document_does_not_promise_is_found(fault: str) -> None:
    """In its status, its media type, and every field of its body."""
    operation, answer, says = ANSWERS[fault]
    assert says in wrong(operation, *answer)


def test_an_answer_as_it_is_declared_is_right() -> None:
    """With and without a body."""
    assert wrong(GET, 200, '{"id": 1, "title": "Emma"}', "application/json; charset=utf-8") == ""
    assert wrong(GET, 404, "{}", "application/problem+json") == ""
    assert wrong(DELETE, 204) == ""


def test_a_command_repeats_a_request_without_credentials() -> None:
    """Long bodies are cut; tokens are left out."""
    headers = {"Content-Type": "application/json", "Authorization": "Bearer secret"}
    told = curl(
        {"method": "POST", "url": "http://127.0.0.1:1/books?a=1", "headers": headers, "content": b"{}" * 400}
    )
    assert told.startswith("""curl -i -X POST -H 'Content-Type: application/json' --data-binary '{}{}""")
    assert told.endswith("""…' "$URL/books?a=1\"""")
    assert "secret" not in told


def test_codes_are_read_from_mails_that_are_shown_in_the_terminal() -> None:
    """The last one counts; those to others do not."""
    lines = ("To: {}", "Subject: x", "", "Your code is:", "", "{}", "")
    mail = "Mail that is not sent in development:\n" + "".join(f"  | {line}\n" for line in lines)
    log = (
        mail.format("a@example.com", "first-1")
        + mail.format("b@example.com", "other-2")
        + mail.format("a@example.com", "last-3")
    )
    assert codes(log, "a@example.com") == ["first-1", "last-3"]


class Book(BaseModel):
    """A book of another backend, whose ids are numbers."""

    title: str = Field(max_length=20)


class Shelved(Book):
    """A book on its shelf."""

    id: int


def books(fault: str = "") -> FastAPI:
    """A backend as others write them: no accounts, errors of its own, refusals that are not declared."""
    app, shelf = FastAPI(), {1: "Emma"}

    @app.get("/books")
    def listed() -> list[Shelved]:
        return [Shelved(id=key, title=title) for key, title in shelf.items()]

    @app.post("/books", status_code=201)
    def added(book: Book) -> Shelved:
        if fault == "fails on an empty text" and not book.title:
            raise ZeroDivisionError
        if fault != "accepts nothing":
            shelf[max(shelf) + 1] = book.title
        return Shelved(id=max(shelf), title=book.title)

    @app.get("/books/{book_id}")
    def one(book_id: int) -> Shelved:
        if book_id not in shelf and fault != "never forgets":
            raise HTTPException(404, "no such book")
        return Shelved(id=book_id, title=shelf.get(book_id, "gone"))

    @app.delete("/books/{book_id}", status_code=204)
    def removed(book_id: int) -> None:
        if shelf.pop(book_id, None) is None:
            raise HTTPException(404, "no such book")

    return app


@dataclass
class Only:
    """Stands of a backend that there is one of."""

    stand: Stand
    may_be_fresh: bool = True
    engine = ""

    def shared(self) -> Stand:
        """The one."""
        return self.stand

    @contextmanager
    def fresh(self, *, rows: int = 0, **settings: str) -> Iterator[Stand]:
        """The same, if it may be changed."""
        if not self.may_be_fresh:
            raise NotRun("there is only one")
        yield self.stand

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def served(app: FastAPI, folder: Path, *, may_be_fresh: bool = True) -> Iterator[Subject]:
    """Another backend, which answers at an address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stand = Stand(url=url, document=app.openapi(), callers={}, anonymous=Caller("anonymous", url))
        needs = frozenset({Need.ANSWERS, Need.CONTRACT})
        yield Subject(needs, Profile.QUICK, Only(stand, may_be_fresh), record=Recorder(folder, set()))
        server.should_exit = True
        thread.join()


def tried(folder: Path, fault: str = "", **options: bool) -> Outcome:
    """The outcome for another backend with a fault."""
    with served(books(fault), folder, **options) as subject:
        return fuzz.run(subject)


def test_another_backend_passes_with_what_is_only_not_declared_as_notes(tmp_path: Path) -> None:
    """It has no accounts, ids that are numbers, and a 404 that its document does not have."""
    with served(books(), tmp_path) as subject:
        outcome = fuzz.run(subject)
        assert errors.run(subject).status is Status.PASSED
    assert outcome.status is Status.PASSED, outcome.faults
    assert outcome.data["seed"] == fuzz.SEED
    reached = {each["operation"]: each["accepted"] for each in outcome.data["operations"] if each["accepted"]}
    assert set(reached) == {"GET /books", "POST /books", "GET /books/{book_id}", "DELETE /books/{book_id}"}
    assert any("answers 404, which is not declared" in each for each in outcome.notes)


def test_a_server_error_for_one_input_is_found_in_another_backend(tmp_path: Path) -> None:
    """With the input in the command."""
    outcome = tried(tmp_path, "fails on an empty text")
    assert {(each.place, each.what) for each in outcome.faults} == {("POST /books", "answers 500")}
    assert """--data-binary '{"title":""" in outcome.faults[0].next_step


def test_a_row_that_is_read_after_it_was_deleted_is_found(tmp_path: Path) -> None:
    """Created, read, deleted, and still there."""
    (fault,) = tried(tmp_path, "never forgets").faults
    assert (fault.place, fault.what) == (
        "DELETE /books/{book_id}",
        "answers 204, but the row can still be read (200)",
    )


def test_what_cannot_be_put_on_a_stand_of_its_own_is_only_read(tmp_path: Path) -> None:
    """Nothing is created or deleted where somebody may need it."""
    outcome = tried(tmp_path, may_be_fresh=False)
    assert outcome.status is Status.PASSED
    assert {each["operation"].split()[0] for each in outcome.data["operations"]} == {"GET"}
