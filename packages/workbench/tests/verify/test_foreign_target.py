"""What is said of a backend that Backwright did not write: understood, or refused in one sentence that helps on."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright_workbench.errors import UserError
from backwright_workbench.verify.attacks.operations import Collection
from backwright_workbench.verify.checks.access.object_attacks import Victim
from backwright_workbench.verify.documents import found, read, rooted
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.target import Target, target


def said(directory: Path | None = None, **given: Any) -> Target | None:
    nothing: dict[str, Any] = {"app": None, "url": None, "openapi": None}
    lists: dict[str, Any] = {"callers": (), "environment": (), "hosts": ()}
    return target(directory, **{**nothing, **lists, **given})


def test_without_a_word_of_it_there_is_none() -> None:
    """`verify DIR` is about a service of ours, as ever."""
    assert said() is None


def test_an_application_lives_in_the_current_directory_if_none_is_named() -> None:
    """Evidence is kept where its files are, and at an address where one stands."""
    found = said(app="shop.main:app")
    assert found is not None
    assert (found.app, found.directory) == ("shop.main:app", Path())
    at = said(url="http://127.0.0.1:8000/")
    assert at is not None
    assert (at.url, at.directory, at.folder) == ("http://127.0.0.1:8000", None, Path())


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"app": "main:app", "url": "http://127.0.0.1:1"}, "both given"),
        ({"app": "main"}, "names no application"),
        ({"app": "main:app; import os"}, "names no application"),
        ({"callers": ("a=B: c",)}, "--as was given without a backend"),
        ({"environment": ("A=1",)}, "--env was given without a backend"),
        ({"openapi": "api.yaml"}, "--openapi was given without a backend"),
        ({"url": "http://127.0.0.1:1", "environment": ("A=1",)}, "--env was given with --url"),
        ({"url": "http://127.0.0.1:1", "callers": ("admin",)}, "no role with a header"),
        ({"url": "http://127.0.0.1:1", "callers": ("=A: b",)}, "no role with a header"),
        ({"url": "http://127.0.0.1:1", "callers": ("x=A b: c",)}, "no role with a header"),
        ({"app": "main:app", "environment": ("A",)}, "--env names no variable"),
        ({"url": "127.0.0.1:8000"}, "is not an address"),
        ({"url": "file:///etc/passwd"}, "is not an address"),
        ({"url": "http://127.0.0.1:99999"}, "is not an address"),
        ({"url": "http://a:b@127.0.0.1"}, "holds a password"),
        ({"url": "http://shop.example.com"}, "is another machine"),
        ({"url": "http://127.0.0.1.example.com"}, "is another machine"),
        ({"url": "http://10.0.0.1"}, "is another machine"),
        ({"url": "http://127.0.0.1:1", "openapi": "https://example.com/a"}, "is another machine"),
        ({"app": "main:app", "directory": Path("/no/such/place")}, "no such directory"),
    ],
)
def test_what_does_not_agree_is_refused(given: dict[str, Any], what: str) -> None:
    """With what helps on."""
    with pytest.raises(UserError, match=what) as refused:
        said(**given)
    assert refused.value.next_step


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "shop.localhost"])
def test_this_machine_may_be_asked(host: str) -> None:
    """Whatever it is called."""
    assert said(url=f"http://{host}:8000") is not None


def test_another_machine_may_be_asked_once_it_is_named() -> None:
    """Nobody attacks by a slip of the pen."""
    found = said(url="https://staging.example.com", hosts=("staging.example.com",))
    assert found is not None
    assert found.allows("https://staging.example.com/openapi.json")
    assert not found.allows("https://example.com")


def test_the_command_that_repeats_it_holds_no_secret() -> None:
    """Neither do its parts get into evidence."""
    callers = ("admin=Authorization: Bearer abcdefgh",)
    found = said(app="a:b", callers=callers, environment=("DEBUG=0", "SECRET_KEY=ijklmnop"))
    assert found is not None
    command = found.command(full=True)
    assert "DEBUG=0" in command
    assert "admin=Authorization: ***" in command
    assert command.endswith("--full")
    assert not [secret for secret in found.secrets() if secret in command]
    assert {"Bearer abcdefgh", "abcdefgh", "ijklmnop"} <= found.secrets()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not an OpenAPI document"),
        ("<html>", "not an OpenAPI document"),
        ("[1]", "not an OpenAPI document"),
        ("just words", "not an OpenAPI document"),
        ("a: [b", "not an OpenAPI document"),
        ('{"swagger": "2.0", "paths": {}}', "Swagger 2.0"),
        ("swagger: 2.0\npaths: {}", "Swagger 2.0"),
        ('{"openapi": 3}', "3.0 and 3.1 are read"),
        ('{"openapi": "4.0.0"}', "3.0 and 3.1 are read"),
        ('{"openapi": "3.1.0", "paths": []}', "no paths"),
    ],
)
def test_what_is_no_document_is_refused(text: str, what: str) -> None:
    """And Swagger 2.0 by its name."""
    with pytest.raises(UserError) as refused:
        read(text, "api.yaml")
    assert what in str(refused.value)


def test_documents_are_json_or_yaml() -> None:
    """Both give the same values; dates are texts."""
    assert read('{"openapi": "3.0.3", "paths": {}}', "")["openapi"] == "3.0.3"
    assert read("openapi: 3.1.0\npaths: {}\nx-day: 2026-11-21", "")["x-day"] == "2026-11-21"


def test_a_document_is_found_where_frameworks_publish_it() -> None:
    """Pages of another kind at the same places are passed over."""
    pages = {"/openapi.json": "<html>a page for everything", "/api/schema/": '{"openapi": "3.0.3"}'}
    assert found(pages.get) == {"openapi": "3.0.3"}
    assert found({}.get) == {}
    with pytest.raises(UserError, match=r"Swagger 2\.0"):
        found({"/swagger.json": '{"swagger": "2.0"}'}.get)


@pytest.mark.parametrize(
    ("servers", "path"),
    [
        (None, "/at/x"),
        ([{"url": "/"}], "/x"),
        ([{"url": "/v1/"}], "/v1/x"),
        ([{"url": "https://example.com/v2"}], "/v2/x"),
        ([{"url": "/{stage}", "variables": {"stage": {"default": "live"}}}], "/live/x"),
    ],
)
def test_paths_begin_at_the_root_of_the_server(servers: Any, path: str) -> None:
    """Whatever the document says of servers: only the address that was given is asked."""
    document = {"openapi": "3.1.0", "paths": {"/x": {}}, **({"servers": servers} if servers else {})}
    assert rooted(document, "/at") == {"openapi": "3.1.0", "paths": {path: {}}}


def test_an_id_that_stands_everywhere_is_no_sign_of_a_row() -> None:
    """A `2` may be a limit or an age; a UUID, the mark, or a row with this id in its own list is the row."""
    collection = Collection("/heroes/", "/heroes/{hero_id}", {})
    ours = Victim(collection, {"id": 2, "name": "m4rk"}, "m4rk", Caller("user", ""))
    other = httpx2.Response(200, json=[{"id": 1, "age": 2}])
    assert not ours.held_in(other)
    assert not ours.listed_in(other)
    assert ours.listed_in(httpx2.Response(200, json={"results": [{"id": 2}]}))
    assert ours.held_in(httpx2.Response(200, json=[{"name": "m4rk"}]))
    theirs = Victim(collection, {"id": "01935b2e-7c00-7000-8000-000000000001"}, "m4rk", Caller("user", ""))
    assert theirs.held_in(httpx2.Response(200, text="see 01935b2e-7c00-7000-8000-000000000001"))
