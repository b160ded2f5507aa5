"""Backends that we did not write: what can be looked at is, what cannot is named, and what is wrong turns red.

The projects are in `foreign/`, each with its origin and licence.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import foreign_projects
import httpx2
import pytest
from backwright_workbench.cli.verbs import run
from backwright_workbench.commands.events import Checked, Event, Summary
from backwright_workbench.commands.verify import verify
from backwright_workbench.errors import UserError
from backwright_workbench.verify.check import Need, Profile, all_checks
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.foreign import open_foreign
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.outcome import NotRun
from backwright_workbench.verify.runner import Chosen, Done, Runner
from backwright_workbench.verify.store import Store
from backwright_workbench.verify.target import Given, Target

pytestmark = pytest.mark.slow

Project = Callable[..., Target]
PROJECTS = {"fastapi": foreign_projects.heroes, "django": foreign_projects.snippets}


@pytest.fixture(scope="module", params=PROJECTS)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A project as it was written along the tutorial, opened as an application."""
    target = PROJECTS[request.param](tmp_path_factory.mktemp(request.param))
    with open_foreign(target, Profile.QUICK) as found:
        yield found


def test_it_is_started_in_a_copy_and_known_by_its_document(opened: Opened) -> None:
    """The project itself is not touched; nobody gets in without a word, and Ada does."""
    subject = opened.subject
    assert subject.has == {Need.ANSWERS, Need.CONTRACT, Need.CALLERS, Need.SOURCE, Need.PROCESS}
    assert opened.name in ("Heroes", "Snippets")
    assert (subject.blueprint, subject.service) == (None, None)
    stand = subject.stands.shared()
    path = "/heroes/" if opened.name == "Heroes" else "/snippets/"
    assert path in stand.document["paths"]
    with stand.anonymous.client() as nobody, stand.first("user").client() as ada:
        assert nobody.get(path).status_code == 401
        assert ada.get(path).status_code == 200


def test_each_stand_has_rows_of_its_own_and_keeps_them_when_it_starts_again(opened: Opened) -> None:
    """What is written on one is not on the other; what was written is there after an end."""
    path = "/heroes/" if opened.name == "Heroes" else "/snippets/"
    body = {"name": "Deadpond", "secret_name": "Dive Wilson", "code": "print()"}
    stands = opened.subject.stands
    with stands.fresh() as stand:
        with stand.first("user").client() as ada:
            assert ada.post(path, json=body).status_code == 201
        assert stand.folder is not None
    with stands.on(stand.folder) as again, again.first("user").client() as ada:  # type: ignore[attr-defined]
        assert "Deadpond" in ada.get(path).text or "print()" in ada.get(path).text
    with stands.shared().first("user").client() as ada:
        assert ada.get(path).text in ("[]", '{"count":0,"next":null,"previous":null,"results":[]}')
    with pytest.raises(NotRun, match="rows"), stands.fresh(rows=1_000):
        pass


def test_a_good_backend_gets_no_false_alarm(opened: Opened, tmp_path: Path) -> None:
    """Every check that can run, runs; none finds anything."""
    found = evidence(opened, tmp_path)
    assert {each.check: each.faults for each in found if each.faults} == {}
    passed = {each.check for each in found if each.status == "passed"}
    assert {"contract/valid", "contract/errors", "security/static"} <= passed


def test_an_address_is_asked_where_it_stands(opened: Opened, tmp_path: Path) -> None:
    """The same backend from outside: one stand, no files, no process; and it says what it could not look at."""
    url = opened.subject.stands.shared().url
    target = Target(url=url, callers=(Given("user", "Authorization", "Bearer of-nobody"),))
    with open_foreign(target, Profile.QUICK) as outside:
        assert outside.subject.has == {Need.ANSWERS, Need.CONTRACT, Need.CALLERS}
        assert outside.name == opened.name
        with pytest.raises(NotRun) as refused, outside.subject.stands.fresh():
            pass
        assert not refused.value.required
    told = list(verify(tmp_path, target=replace(target, callers=())))
    summary = told[-1]
    assert isinstance(summary, Summary)
    assert summary.ok, summary.text
    assert "- needs a service written by Backwright: " in summary.text
    assert "- needs the files of the project" in summary.text
    assert ": READY. " in summary.text
    assert {each.status for each in checked(told) if each.required} == {"passed"}
    assert (tmp_path / ".backwright").is_dir()


def test_without_a_document_what_needs_one_is_not_run(tmp_path: Path) -> None:
    """A WSGI application made by a function, in one file; the checks say that --openapi would help."""
    (tmp_path / "plain.py").write_text(
        "def make():\n"
        "    def application(environ, start_response):\n"
        "        start_response('200 OK', [('Content-Type', 'text/plain')])\n"
        "        return [b'hello']\n"
        "    return application\n"
    )
    with open_foreign(Target(app="plain:make", directory=tmp_path), Profile.QUICK) as found:
        assert Need.CONTRACT not in found.subject.has
        assert httpx2.get(found.subject.stands.shared().url, trust_env=False).text == "hello"
        (errors,) = (each for each in evidence(found, tmp_path, "contract/errors"))
    assert (errors.summary, errors.required) == ("needs an OpenAPI document", False)
    assert "--openapi" in errors.next_step


@pytest.mark.parametrize(
    ("target", "what", "why"),
    [
        (Target(app="missing:app"), "cannot be served", "ModuleNotFoundError: No module named 'missing'"),
        (Target(app="broken:app"), "cannot be served", "ZeroDivisionError"),
        (Target(app="empty:app"), "cannot be served", "empty has no app"),
        (Target(app="empty:number"), "cannot be served", "is int, not an application"),
        (Target(app="empty:one"), "cannot be served", "neither an ASGI nor a WSGI application"),
        (Target(app="ends:app"), "does not answer", "no database"),
        (Target(url="http://127.0.0.1:1"), "nothing answers", "refused"),
    ],
    ids=lambda each: each.app or each.url if isinstance(each, Target) else "",
)
def test_what_cannot_be_opened_is_one_error_and_leaves_nothing(
    target: Target, what: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, with what helps on; no evidence, no copy."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project/broken.py").write_text("1 / 0\n")
    (tmp_path / "project/empty.py").write_text("number = 1\ndef one(it):\n    return it\n")
    (tmp_path / "project/ends.py").write_text(
        "async def app(scope, receive, send):\n    await receive()\n"
        "    await send({'type': 'lifespan.startup.failed', 'message': 'no database'})\n"
    )
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    named = replace(target, directory=tmp_path / "project" if target.app else None)
    with pytest.raises(UserError) as refused:
        list(verify(tmp_path, target=named))
    assert what in refused.value.what
    assert why in (refused.value.why or "").replace("Errno 111", "refused")
    assert (refused.value.exit_code, bool(refused.value.next_step)) == (2, True)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / ".backwright").exists()


def test_the_command_line_says_it_in_one_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that is not there, options that contradict each other."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.py").write_text("def app(environ, start_response):\n    return []\n")
    assert run(["verify", "--app", "one:app", "--openapi", "missing.yaml"]) == 2
    assert "the OpenAPI document cannot be read" in capsys.readouterr().err
    assert run(["verify", "--app", "one:app", "--url", "http://127.0.0.1:1"]) == 2
    assert "next: backwright verify --help" in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one.py"]


def evidence(opened: Opened, folder: Path, *names: str) -> list[Evidence]:
    """What checks find on an opened backend; without names, all that can run there and do not measure times."""
    asked = names or tuple(
        each.name for each in all_checks() if each.check.needs <= opened.subject.has and not each.check.alone
    )
    runner = Runner(
        opened.subject, Store(folder / "kept"), all_checks(), Chosen(asked), secrets=opened.secrets
    )
    return [event.evidence for event in runner.run() if isinstance(event, Done)]


def checked(told: list[Event]) -> list[Checked]:
    return [each for each in told if isinstance(each, Checked)]
