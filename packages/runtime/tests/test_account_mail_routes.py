"""Registration, recovery and change of address over HTTP: strict, and the same for every address."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from backwright.accounts import Accounts, BoundAccounts, RegistrationMode
from backwright.app import create_app
from backwright.audit import audit_log
from backwright.database import Database
from backwright.settings import Settings
from fastapi import FastAPI
from mailboxes import Mailbox
from sqlalchemy import select

EMAIL, NEW = "ada@example.org", "eve@example.org"
PASSWORD, OTHER = "seven quiet lamps above", "eight louder lamps below"
Bearer = Callable[..., Awaitable[dict[str, str]]]
REGISTRATION = {"/auth/register", "/auth/register/confirm", "/auth/invitations"}


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            yield client


async def post(client: httpx2.AsyncClient, path: str, who: dict[str, str] | None = None, **body: Any) -> int:
    return (await client.post(path, json=body, headers=who)).status_code


async def test_from_signing_up_to_signing_in(client: httpx2.AsyncClient, mailbox: Mailbox) -> None:
    """Address, mail, code, password, tokens."""
    assert await post(client, "/auth/register", email=NEW) == 202
    body = {"code": await mailbox.code(NEW), "name": "Eve", "password": PASSWORD}
    assert await post(client, "/auth/register/confirm", **body) == 204
    assert await post(client, "/auth/register/confirm", **body) == 422
    assert await post(client, "/auth/login", email=NEW, password=PASSWORD) == 200


async def test_a_forgotten_password(
    client: httpx2.AsyncClient, accounts: BoundAccounts, mailbox: Mailbox
) -> None:
    """A problem that names the field, or 204; the old password is over."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD)
    assert await post(client, "/auth/password/forgot", email=EMAIL) == 202
    code = await mailbox.code(EMAIL)
    answer = await client.post("/auth/password/reset", json={"code": "x", "new_password": OTHER})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/code"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert await post(client, "/auth/password/reset", code=code, new_password=OTHER) == 204
    assert await post(client, "/auth/login", email=EMAIL, password=PASSWORD) == 401
    assert await post(client, "/auth/login", email=EMAIL, password=OTHER) == 200


@pytest.mark.parametrize("path", ["/auth/register", "/auth/password/forgot"])
async def test_the_answer_tells_nobody_who_has_an_account(
    client: httpx2.AsyncClient, accounts: BoundAccounts, path: str
) -> None:
    """The same to the byte, in headers that follow from the address, too."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD)
    known = await client.post(path, json={"email": EMAIL})
    unknown = await client.post(path, json={"email": NEW})
    assert (
        (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, known.content)
    )
    assert set(known.headers) == set(unknown.headers)
    assert known.headers["cache-control"] == "no-store"


async def test_a_forged_host_has_no_say_in_a_mail(
    client: httpx2.AsyncClient, accounts: BoundAccounts, mailbox: Mailbox
) -> None:
    """A host that is allowed, and one that is not; with every header by which proxies name hosts."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD)
    for host in ("localhost", "evil.example.com"):
        forged = {
            "Host": host,
            "X-Forwarded-Host": "evil.example.com",
            "Forwarded": "host=evil.example.com",
            "Origin": "https://evil.example.com",
            "Referer": "https://evil.example.com/",
        }
        await client.post("/auth/password/forgot", json={"email": EMAIL}, headers=forged)
    [message] = await mailbox.messages(EMAIL)
    assert "evil" not in message.text
    assert "http://localhost:8000/auth/password/reset" in message.text, "PUBLIC_URL"


async def test_links_lead_to_the_front_end(settings: Settings, declared: Accounts) -> None:
    """`ACCOUNT_URL`."""
    given = settings.model_copy(update={"account_url": "https://app.example.com/account"})
    app = create_app(given, title="Office", accounts=declared)
    async with serving(app) as client:
        assert await post(client, "/auth/register", email=NEW) == 202
        [message] = await Mailbox(app.state.runtime.mail).messages(NEW)
    assert "https://app.example.com/account/register#code=" in message.text


async def test_another_address(client: httpx2.AsyncClient, accounts: BoundAccounts, mailbox: Mailbox) -> None:
    """The password, then the code from the new mailbox, both while signed in."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD)
    answer = await client.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    who = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert await post(client, "/auth/email", who, current_password=OTHER, email=NEW) == 422
    assert await post(client, "/auth/email", who, current_password=PASSWORD, email=NEW) == 202
    code = await mailbox.code(NEW)
    assert await post(client, "/auth/email/confirm", code=code) == 401
    assert await post(client, "/auth/email/confirm", who, code=code) == 204
    assert (await client.get("/auth/me", headers=who)).json()["email"] == NEW


async def test_administrators_invite(client: httpx2.AsyncClient, bearer: Bearer, mailbox: Mailbox) -> None:
    """Others do not; the list does not show codes; an invitation can be withdrawn."""
    admin, viewer = await bearer("root@example.org", "admin"), await bearer(EMAIL, "viewer")
    assert await post(client, "/auth/invitations", viewer, email=NEW, roles=["admin"]) == 403
    assert await post(client, "/auth/invitations", admin, email=NEW, roles=["king"]) == 422
    assert await post(client, "/auth/invitations", admin, email=EMAIL, roles=[]) == 409
    assert await post(client, "/auth/invitations", admin, email=NEW, roles=["editor"]) == 202
    code = await mailbox.code(NEW)
    assert (await client.get("/auth/invitations", headers=viewer)).status_code == 403
    answer = await client.get("/auth/invitations", headers=admin)
    [shown] = answer.json()["items"]
    assert (shown["email"], shown["roles"]) == (NEW, ["editor"])
    assert code not in answer.text
    one = f"/auth/invitations/{shown['id']}"
    assert (await client.delete(one, headers=viewer)).status_code == 403
    assert (await client.delete(one, headers=admin)).status_code == 204
    assert (await client.delete(one, headers=admin)).status_code == 404
    assert await post(client, "/auth/register/confirm", code=code, name="Eve", password=PASSWORD) == 422


@pytest.mark.parametrize(
    ("mode", "served"),
    [
        (RegistrationMode.OPEN, REGISTRATION),
        (RegistrationMode.INVITED, REGISTRATION - {"/auth/register"}),
        (RegistrationMode.CLOSED, set()),
    ],
)
def test_which_doors_there_are_follows_from_the_mode(
    settings: Settings, declared: Accounts, mode: RegistrationMode, served: set[str]
) -> None:
    """What is closed has no route, so nothing can go wrong there; a password can be reset in each mode."""
    app = create_app(settings, title="Office", accounts=replace(declared, registration=mode))
    paths = set(app.openapi()["paths"])
    assert paths & REGISTRATION == served
    assert "/auth/password/forgot" in paths


@pytest.mark.parametrize(
    "email",
    ["", "ada", "ada@", "@example.org", "a@b", "ada@example.org\r\nBcc: eve@example.org", "ä@example.org"],
)
async def test_mail_goes_to_addresses_alone(client: httpx2.AsyncClient, mailbox: Mailbox, email: str) -> None:
    """What has not the form of one gets 422 where mail would be sent to it."""
    assert await post(client, "/auth/register", email=email) == 422
    assert await mailbox.messages() == []


async def test_the_document_has_examples_for_every_field(app: FastAPI) -> None:
    """Of what is sent to these routes, so that Swagger UI can try them out."""
    schemas = app.openapi()["components"]["schemas"]
    for name in ("RegisterBody", "ConfirmRegistrationBody", "ForgotPasswordBody", "ResetPasswordBody",
                 "ChangeEmailBody", "MailedCodeBody", "SecondStepBody", "ProofBody", "InviteBody"):  # fmt: skip
        for field, shown in schemas[name]["properties"].items():
            assert shown.get("examples"), f"{name}.{field}"
        assert schemas[name]["additionalProperties"] is False


async def test_nothing_secret_is_left_in_logs_or_in_the_audit_log(
    client: httpx2.AsyncClient,
    accounts: BoundAccounts,
    mailbox: Mailbox,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither codes nor passwords nor the secret of an app; nor the address of somebody who has no account."""
    caplog.set_level(logging.DEBUG)
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD)
    await post(client, "/auth/register", email=NEW)
    await post(client, "/auth/password/forgot", email=EMAIL)
    codes = [await mailbox.code(NEW), await mailbox.code(EMAIL)]
    await post(client, "/auth/password/reset", code=codes[1], new_password=OTHER)
    await post(client, "/auth/password/reset", code=codes[1], new_password=OTHER)
    answer = await client.post("/auth/login", json={"email": EMAIL, "password": OTHER})
    who = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    offered = await client.post("/auth/second-factor", json={"current_password": OTHER}, headers=who)
    secret = offered.json()["secret"]
    entries = await database.fetch(database.prepare(select(*audit_log.c)))
    written = str(entries) + " ".join(f"{each.getMessage()} {vars(each)}" for each in caplog.records)
    assert "password_reset" in written
    for canary in (*codes, PASSWORD, OTHER, secret, NEW):
        assert canary not in written
