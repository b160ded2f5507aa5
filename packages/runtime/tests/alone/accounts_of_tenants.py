"""Accounts belong to tenants: who administers one sees and manages its accounts and no others.

Run by `test_tenants.py`, in a process of its own.
"""

import io
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import clinics as it
import pytest
import services
from backwright import authentication
from backwright.commands import main
from backwright.database_errors import BrokenReference
from backwright.settings import Settings
from clinics import PASSWORD, Clinic, at_work
from sqlalchemy import text
from steps import recorded, taken


@pytest.fixture(params=services.engines())
def engine(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
async def clinic(tmp_path: Path, engine: str) -> AsyncGenerator[Clinic, None]:
    """Two practices: Ada's with Bob, and Eve's with Mallory."""
    async with at_work(tmp_path, engine) as found:
        one, other = await found.practice("One", "ada"), await found.practice("Other", "eve")
        await found.person("bob", one, "doctor")
        await found.person("mallory", other, "doctor")
        yield found


async def test_who_signs_up_founds_a_tenant_and_administers_it(clinic: Clinic) -> None:
    """Its name has to be said; the person is its administrator and sees it alone."""
    assert (
        await clinic.call(None, "POST", "/auth/register", json={"email": "new@example.org"})
    ).status_code == 202
    body = {"code": await clinic.mailbox.code("new@example.org"), "name": "New", "password": PASSWORD}
    refused = await clinic.call(None, "POST", "/auth/register/confirm", json=body)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/tenant"]
    confirmed = await clinic.call(None, "POST", "/auth/register/confirm", json={**body, "tenant": "Third"})
    assert confirmed.status_code == 204, confirmed.text
    signed = await clinic.call(
        None, "POST", "/auth/login", json={"email": "new@example.org", "password": PASSWORD}
    )
    clinic.tokens["new"] = signed.json()["access_token"]
    assert [each["name"] for each in (await clinic.call("new", "GET", "/practices")).json()["items"]] == [
        "Third"
    ]
    [account] = (await clinic.call("new", "GET", "/users")).json()["items"]
    assert (account["email"], account["roles"]) == ("new@example.org", ["admin"])


async def test_a_code_that_fails_founds_nothing(clinic: Clinic) -> None:
    """The tenant is there with its first account, or not at all."""
    await clinic.call(None, "POST", "/auth/register", json={"email": "new@example.org"})
    code = await clinic.mailbox.code("new@example.org")
    await clinic.person("new", clinic.practices["ada"], "doctor")
    body = {"code": code, "name": "New", "password": PASSWORD, "tenant": "Third"}
    assert (await clinic.call(None, "POST", "/auth/register/confirm", json=body)).status_code == 422
    assert sorted(row.name for row in await clinic.tenants.all()) == ["One", "Other"]


async def test_an_administrator_sees_the_accounts_of_their_own_tenant(clinic: Clinic) -> None:
    """The list, its total, a filter by address."""
    listed = (await clinic.call("ada", "GET", "/users?total=true&sort=email")).json()
    assert [each["name"] for each in listed["items"]] == ["ada", "bob"]
    assert listed["total"]["count"] == 2
    assert (await clinic.call("ada", "GET", "/users?email=eve@example.org")).json()["items"] == []


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"roles": ["admin"]}),
        ("PATCH", "", {"is_active": False}),
        ("POST", "/password", {"new_password": "nine more lamps below"}),
        ("DELETE", "/second-factor", None),
    ],
)
async def test_an_account_of_another_tenant_is_not_there(
    clinic: Clinic, method: str, below: str, body: Any
) -> None:
    """Not even that it is the last administrator there; the words are those for an id that nobody has."""
    given = {} if body is None else {"json": body}
    told = []
    for id_ in (clinic.ids["eve"], clinic.ids["mallory"], uuid4()):
        answer = await clinic.call("ada", method, f"/users/{id_}{below}", **given)
        assert answer.status_code == 404, answer.text
        told.append(answer.json()["detail"])
    assert len(set(told)) == 1
    assert (await clinic.accounts.sign_in("eve@example.org", PASSWORD)).access_token


async def test_each_tenant_keeps_an_administrator(clinic: Clinic) -> None:
    """Those of others do not count."""
    await clinic.person("carol", clinic.practices["ada"], "admin")
    closed = await clinic.call("ada", "PATCH", f"/users/{clinic.ids['carol']}", json={"is_active": False})
    assert closed.status_code == 200
    await clinic.person("dora", clinic.practices["ada"], "admin")
    roles = {"roles": ["doctor"]}
    assert (await clinic.call("dora", "PATCH", f"/users/{clinic.ids['ada']}", json=roles)).status_code == 200
    assert not await _has_other(clinic, "dora")


async def _has_other(clinic: Clinic, name: str) -> bool:
    async with clinic.runtime.database.work() as work:
        return await clinic.accounts.has_other_admin(work, clinic.ids[name])


async def test_an_account_that_an_administrator_makes_is_of_their_tenant(clinic: Clinic) -> None:
    """An address is unique over the whole service, which this one answer tells."""
    made = await clinic.call(
        "eve", "POST", "/users", json={"email": "x@example.org", "name": "X", "roles": ["doctor"]}
    )
    assert made.status_code == 201, made.text
    assert (await clinic.call("eve", "GET", f"/users/{made.json()['id']}")).status_code == 200
    assert (await clinic.call("ada", "GET", f"/users/{made.json()['id']}")).status_code == 404
    taken_ = {"email": "x@example.org", "name": "X", "roles": []}
    assert (await clinic.call("ada", "POST", "/users", json=taken_)).status_code == 409


async def test_an_invitation_leads_into_the_tenant_of_whoever_invites(clinic: Clinic) -> None:
    """With the roles that it gives; a name of a tenant is not asked for and has no effect."""
    invited = {"email": "new@example.org", "roles": ["doctor"]}
    assert (await clinic.call("eve", "POST", "/auth/invitations", json=invited)).status_code == 202
    body = {
        "code": await clinic.mailbox.code("new@example.org"),
        "name": "New",
        "password": PASSWORD,
        "tenant": "Mine",
    }
    assert (await clinic.call(None, "POST", "/auth/register/confirm", json=body)).status_code == 204
    names = [each["name"] for each in (await clinic.call("eve", "GET", "/users?sort=email")).json()["items"]]
    assert names == ["eve", "mallory", "New"]
    assert len(await clinic.tenants.all()) == 2


async def test_invitations_of_another_tenant_are_not_there(clinic: Clinic) -> None:
    """Neither listed nor withdrawn, and one for the same address takes nothing away."""
    for who in ("ada", "eve"):
        body = {"email": "new@example.org", "roles": ["doctor"]}
        assert (await clinic.call(who, "POST", "/auth/invitations", json=body)).status_code == 202
    [mine] = (await clinic.call("ada", "GET", "/auth/invitations")).json()["items"]
    [theirs] = (await clinic.call("eve", "GET", "/auth/invitations")).json()["items"]
    assert mine["id"] != theirs["id"]
    assert (await clinic.call("eve", "DELETE", f"/auth/invitations/{mine['id']}")).status_code == 404
    assert (await clinic.call("ada", "DELETE", f"/auth/invitations/{mine['id']}")).status_code == 204
    assert len((await clinic.call("eve", "GET", "/auth/invitations")).json()["items"]) == 1


async def test_an_invitation_does_not_tell_who_has_an_account_elsewhere(clinic: Clinic) -> None:
    """The answer is the same; the mail tells its reader, and has no code in it."""
    answers = []
    for address in ("nobody@example.org", "mallory@example.org"):
        answer = await clinic.call("ada", "POST", "/auth/invitations", json={"email": address, "roles": []})
        answers.append((answer.status_code, answer.json()))
    assert answers[0] == answers[1]
    assert await clinic.mailbox.kinds("mallory@example.org") == ["has_account"]
    own = await clinic.call(
        "ada", "POST", "/auth/invitations", json={"email": "bob@example.org", "roles": []}
    )
    assert own.status_code == 409


async def test_rows_refer_to_accounts_of_their_own_tenant(clinic: Clinic) -> None:
    """For who sees accounts and for who may only name them; and the database holds it, too."""
    for who in ("ada", "bob"):
        mine = {"name": "P", "doctor_id": str(clinic.ids["bob"])}
        made = await clinic.call(who, "POST", "/patients", json=mine)
        assert made.status_code == 201, made.text
        theirs = {"name": "P", "doctor_id": str(clinic.ids["mallory"])}
        assert (await clinic.call(who, "POST", "/patients", json=theirs)).status_code == 422
    assert (await clinic.call("mallory", "GET", "/patients")).json()["items"] == []
    statement = f"UPDATE patients SET doctor_id = '{clinic.ids['mallory']}'"
    with pytest.raises(BrokenReference):
        async with clinic.runtime.database.work() as work:
            await work.session.execute(text(statement))


async def test_a_request_of_somebody_known_asks_no_more_than_before(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tenant is remembered with the caller: one statement for a get."""
    made = await clinic.call("bob", "POST", "/patients", json={"name": "P"})
    steps = recorded(monkeypatch)
    assert (await clinic.call("bob", "GET", f"/patients/{made.json()['id']}")).status_code == 200
    assert len(taken(steps)) == 1


async def test_a_suspended_tenant_stands_still(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens within the bound of the cache, old and renewed ones, and signing in at once; others go on; and all is
    as before when it is resumed.
    """
    session = await clinic.accounts.sign_in("ada@example.org", PASSWORD)
    assert (await clinic.call("ada", "GET", "/patients")).status_code == 200
    await clinic.tenants.suspend(clinic.practices["ada"])
    later = authentication.time.time() + authentication.TRUSTED_SECONDS + 1
    monkeypatch.setattr(authentication.time, "time", lambda: later)
    assert (await clinic.call("ada", "GET", "/patients")).status_code == 401
    assert (await clinic.call("eve", "GET", "/patients")).status_code == 200
    login = {"email": "ada@example.org", "password": PASSWORD}
    assert (await clinic.call(None, "POST", "/auth/login", json=login)).status_code == 401
    refresh = {"refresh_token": session.refresh_token}
    renewed = await clinic.call(None, "POST", "/auth/refresh", json=refresh)
    clinic.tokens["renewed"] = renewed.json().get("access_token", "none")
    assert (await clinic.call("renewed", "GET", "/patients")).status_code == 401
    await clinic.tenants.resume(clinic.practices["ada"])
    assert (await clinic.call("ada", "GET", "/patients")).status_code == 200
    assert (await clinic.call(None, "POST", "/auth/login", json=login)).status_code == 200


async def test_who_acts_is_logged_with_the_tenant(clinic: Clinic) -> None:
    """A login and a founding, too."""
    await clinic.accounts.sign_in("ada@example.org", PASSWORD)
    logged = await clinic.rows("SELECT action, tenant FROM audit_log WHERE action = 'login'")
    assert logged == [("login", str(clinic.practices["ada"]))]
    founded = await clinic.rows("SELECT object_id FROM audit_log WHERE object_type = 'practices' ORDER BY id")
    assert [id_ for (id_,) in founded] == [str(each) for each in clinic.practices.values()]


async def test_keys_and_machines_are_of_a_tenant(clinic: Clinic) -> None:
    """Two practices have a machine of the same name; its key opens one of them, and no other administrator sees it."""
    machines = {}
    for who in ("ada", "eve"):
        body = {"name": "import", "roles": ["doctor"]}
        made = await clinic.call(who, "POST", "/auth/service-accounts", json=body)
        assert made.status_code == 201, made.text
        machines[who] = made.json()["id"]
        await clinic.call(who, "POST", "/patients", json={"name": f"of {who}"})
    keys = f"/users/{machines['ada']}/api-keys"
    made = await clinic.call("ada", "POST", keys, json={"name": "k", "scopes": ["doctor"]})
    assert made.status_code == 201, made.text
    clinic.tokens["machine"] = made.json()["key"]
    shown = (await clinic.call("machine", "GET", "/patients")).json()["items"]
    assert [each["name"] for each in shown] == ["of ada"]
    for who, count in (("ada", 1), ("eve", 0)):
        assert len((await clinic.call(who, "GET", "/auth/api-keys/all")).json()["items"]) == count
        [machine] = (await clinic.call(who, "GET", "/auth/service-accounts")).json()["items"]
        assert (machine["id"], machine["name"]) == (machines[who], "import")
    one = f"{keys}/{made.json()['id']}"
    for method, path, body in (
        ("GET", keys, None),
        ("POST", keys, {"name": "k", "scopes": ["doctor"]}),
        ("POST", f"{one}/rotate", {"grace_hours": 1}),
        ("DELETE", one, None),
    ):
        given = {} if body is None else {"json": body}
        assert (await clinic.call("eve", method, path, **given)).status_code == 404, (method, path)
    assert (await clinic.call("machine", "GET", "/patients")).status_code == 200


async def test_a_key_of_a_suspended_tenant_stops(clinic: Clinic) -> None:
    """As every other credential does."""
    made = await clinic.call(
        "ada", "POST", "/auth/service-accounts", json={"name": "import", "roles": ["doctor"]}
    )
    key = await clinic.call(
        "ada", "POST", f"/users/{made.json()['id']}/api-keys", json={"name": "k", "scopes": ["doctor"]}
    )
    clinic.tokens["machine"] = key.json()["key"]
    await clinic.tenants.suspend(clinic.practices["ada"])
    assert (await clinic.call("machine", "GET", "/patients")).status_code == 401


async def test_a_browser_is_within_its_tenant(clinic: Clinic) -> None:
    """A session cookie makes the same caller as a token."""
    await clinic.call("ada", "POST", "/patients", json={"name": "of ada"})
    login = {"email": "bob@example.org", "password": PASSWORD}
    origin = {"Origin": str(clinic.runtime.settings.public_url)}
    opened = await clinic.client.post("/auth/browser-session", json=login, headers=origin)
    assert opened.status_code in (200, 201), opened.text
    cookie = opened.headers["set-cookie"].split(";")[0]
    shown = await clinic.client.get("/patients", headers={"Cookie": cookie})
    assert [each["name"] for each in shown.json()["items"]] == ["of ada"]


async def test_programs_are_registered_by_the_operator(clinic: Clinic) -> None:
    """A program serves all tenants, so no administrator of one has a say in it."""
    assert (await clinic.call("ada", "GET", "/oauth/clients")).status_code == 404


async def test_an_account_without_its_tenant_is_refused(clinic: Clinic) -> None:
    """By the code, and by the database."""
    assert (await clinic.rows("SELECT count(*) FROM users WHERE practice_id IS NULL"))[0][0] == 0
    with pytest.raises(Exception, match="you belong to none"):
        await clinic.accounts.create_admin("root@example.org", PASSWORD)


def command(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str, said: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(said))
    with pytest.raises(SystemExit) as ended:
        main(it.create, Settings, arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_operator_makes_lists_and_suspends_tenants(
    tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the terminal, before there is anybody; each mistake is one message."""
    lent = it.template(engine).lend(tmp_path, "commands.db")
    monkeypatch.chdir(tmp_path)
    given = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": lent,
        "SECRET_KEY": "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB",
    }
    for name, value in {**given, "PASSWORD_MEMORY_KIB": "8", "PASSWORD_TIME_COST": "1"}.items():
        monkeypatch.setenv(name, value)
    said = f"{PASSWORD}\n"
    assert (
        command(tmp_path, monkeypatch, "tenants", "create", "One", "--admin", "ada@example.org", said=said)
        == 0
    )
    made, told = capsys.readouterr().out.splitlines()
    assert UUID(made)
    assert told == "ada@example.org can sign in as its administrator."
    assert command(tmp_path, monkeypatch, "create-admin", "bob@example.org", "--tenant", made, said=said) == 0
    assert command(tmp_path, monkeypatch, "tenants", "suspend", made) == 0
    capsys.readouterr()
    assert command(tmp_path, monkeypatch, "tenants", "list") == 0
    assert f"{made}  One  2 accounts  suspended since" in capsys.readouterr().out
    assert command(tmp_path, monkeypatch, "tenants", "resume", made) == 0
    assert command(tmp_path, monkeypatch, "tenants", "create", "Other") == 0
    other = capsys.readouterr().out.splitlines()[-1]
    key = ("api-keys", "create", "k", "--service-account", "importer")
    key = (*key, "--role", "doctor", "--scope", "doctor")
    assert command(tmp_path, monkeypatch, *key, "--tenant", made) == 0
    capsys.readouterr()
    for tenant, count in ((made, 1), (other, 0)):
        assert command(tmp_path, monkeypatch, "api-keys", "list", "--tenant", tenant) == 0
        assert len(capsys.readouterr().out.splitlines()) == count
    for mistake, message in (
        (("tenants", "create"), "name of 1 to 200"),
        (("tenants", "suspend", "One"), "Give the id"),
        (("tenants", "resume", made), "no suspended tenant"),
        (("api-keys", "list"), "Say for which tenant"),
        (
            ("api-keys", "create", "k", "--owner", "ada@example.org", "--scope", "admin", "--tenant", other),
            "no account",
        ),
        (("create-admin", "x@example.org"), "Say for which tenant"),
        (("create-admin", "x@example.org", "--tenant", str(uuid4())), "no tenant with this id"),
    ):
        assert command(tmp_path, monkeypatch, *mistake, said=said) == 2, mistake
        assert message in capsys.readouterr().err
    it.template(engine).give_back(lent)
