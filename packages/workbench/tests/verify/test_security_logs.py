"""security/logs: what callers send in confidence turns up nowhere."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from backwright_workbench.verify.checks.security.canaries import BREAK, Canaries, Sent, requests
from backwright_workbench.verify.checks.security.logs import echoes, form_faults, log_faults
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.store import Recorder
from verify_planting import checked, faults, passed, planted

LOGS = "security/logs"
MAIN = "src/work_orders/main.py"
SECRET, TITLE = "Kq7Zx10001wmV4canary", "Kq7Bz10002wmV4canary"
SENT = Sent("POST /users", "POST", "/users", json={"password": SECRET})


def known() -> Canaries:
    return Canaries(
        {SECRET: "password in the body of POST /users"}, {TITLE: "title in the body of POST /assets"}
    )


def line(**fields: object) -> str:
    return json.dumps({"level": "INFO", "event": "x", "logger": "shop", **fields})


LEAKS = {
    "password": line(event=f"login {SECRET}"),
    "password-in-another-case": line(event=SECRET.upper()),
    "credentials-in-base64": line(header=base64.b64encode(f"abc{SECRET}".encode()).decode()),
    "secret-of-the-stand": line(event="key is stand-secret-1"),
    "body": line(event=f"got {TITLE}"),
    "forged-line": f"before{BREAK}after",
}


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
def test_a_line_that_says_too_much_is_found(good: Opened, text: str) -> None:
    """Secrets in whatever form, bodies, and lines that a caller wrote."""
    subject = replace(good.subject, record=Recorder(Path(), {"stand-secret-1"}))
    found = list(log_faults([line(), *text.split("\n")], known(), subject, strict=True))
    assert len(found) == 1
    assert found[0].place in ("log, line 2", "log, line 3")
    assert SECRET not in found[0].what


def test_elsewhere_a_title_in_a_log_is_no_fault(good: Opened) -> None:
    """What a service of others logs of its business is its own matter."""
    assert list(log_faults([LEAKS["body"]], known(), good.subject, strict=False)) == []


def test_lines_that_are_not_json_and_requests_without_a_line_are_found() -> None:
    """A `print`, and a middleware that answers before anything is logged."""
    answer = httpx2.Response(200, headers={"X-Request-ID": "r-1"})
    assert list(form_faults([line(request_id="r-1"), ""], [(SENT, answer)])) == []
    assert [each.what for each in form_faults([line(), "got it"], [(SENT, answer)])] == [
        "1 lines are not JSON, such as: 'got it'",
        "1 requests have no line in the log",
    ]


@pytest.mark.parametrize("status", [201, 422, 500])
def test_an_answer_that_shows_a_password_is_found(status: int) -> None:
    """An error that echoes it, and a view that has it."""
    found = list(
        echoes([(SENT, httpx2.Response(status, text=f'{{"input": "{SECRET}"}}'))], known(), strict=True)
    )
    assert [each.place for each in found] == ["POST /users"]


def test_an_answer_that_holds_a_stack_is_found() -> None:
    """A handler that answers with the exception."""
    stack = 'Traceback (most recent call last):\n  File "/srv/app.py"'
    found = list(echoes([(SENT, httpx2.Response(500, text=stack))], known(), strict=True))
    assert [each.what for each in found] == ["an answer (500) holds a stack"]


def test_every_text_of_a_document_is_filled_in() -> None:
    """References, alternatives and forms; what is secret by its name is known as such."""
    document = {
        "paths": {
            "/users/{id}": {
                "patch": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/c/User"}}}}}
            },
            "/token": {
                "post": {
                    "requestBody": {
                        "content": {
                            "application/x-www-form-urlencoded": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"client_secret": {"type": "string"}},
                                }
                            }
                        }
                    }
                }
            },
        },
        "c": {
            "User": {
                "properties": {
                    "password": {"anyOf": [{"type": "null"}, {"type": "string"}]},
                    "name": {"type": "string"},
                    "born": {"type": "string", "format": "date"},
                    "roles": {"type": "array", "items": {"enum": ["admin"]}},
                }
            }
        },
    }
    canaries = Canaries()
    sent = {
        each.operation: each
        for each in requests(document, canaries, {"/users": "7"})
        if each.path in ("/token", "/users/7")
    }
    assert sent["PATCH /users/{id}"].json["password"] in canaries.secret
    assert sent["PATCH /users/{id}"].json["name"] in canaries.business
    assert sent["PATCH /users/{id}"].json["roles"] == ["admin"]
    assert (sent["POST /token"].form or {})["client_secret"].startswith("Kq7Zx")


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Nothing of what was sent is anywhere, at the level at which most is logged."""
    assert passed(checked(good, LOGS, tmp_path))


@pytest.mark.slow
def test_a_service_that_logs_what_it_gets_fails(good: Opened, tmp_path: Path) -> None:
    """Passwords of those who sign in, and credentials of those who are not let in."""
    dump = (
        "        resources=(assets, technicians, work_orders),\n    )\n",
        "        resources=(assets, technicians, work_orders),\n    )\n"
        "    import logging\n\n"
        "    inner = app.build_middleware_stack\n\n"
        "    def stack():\n"
        "        served = inner()\n\n"
        "        async def logged(scope, receive, send):\n"
        "            for name, value in scope.get('headers', ()):\n"
        "                if name == b'authorization':\n"
        "                    logging.getLogger('dump').debug('caller %s', value.decode())\n\n"
        "            async def heard():\n"
        "                message = await receive()\n"
        "                if scope.get('path') == '/auth/login':\n"
        "                    print('login', message.get('body'))\n"
        "                return message\n\n"
        "            await served(scope, heard, send)\n\n"
        "        return logged\n\n"
        "    app.build_middleware_stack = stack\n"
        "    return app\n",
    )
    with planted(good, tmp_path, {MAIN: dump}) as opened:
        place = opened.subject.files() / MAIN
        place.write_text(place.read_text().replace("    return build(", "    app = build("))
        found = faults(checked(opened, LOGS, tmp_path))
    assert "the log holds Authorization without a scheme (logger dump)" in found
    assert "lines are not JSON, such as: 'login b" in found
    assert "the log holds a password, a token or a key of the stand" in found
