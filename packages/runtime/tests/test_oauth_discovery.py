"""What the issuer says about itself is what there is: to libraries, to people, and in the OpenAPI document."""

import re
from urllib.parse import urlsplit

import httpx2
import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.app import create_app
from backwright.oauth import DOCS_CLIENT, docs_client
from backwright.settings import Settings
from fastapi import FastAPI
from oauth_flows import ROOT, Person, ada, exchange, issuer_of
from office_roles import Role

DOCUMENTS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True)


async def test_both_documents_say_the_same(client: httpx2.AsyncClient) -> None:
    """And may be kept for an hour."""
    one, two = [await client.get(each) for each in DOCUMENTS]
    assert one.json() == two.json()
    assert one.headers["cache-control"] == "public, max-age=3600"


async def test_every_endpoint_that_is_named_is_there(client: httpx2.AsyncClient, app: FastAPI) -> None:
    """At the address of the issuer."""
    found = (await client.get(DOCUMENTS[0])).json()
    routes = {getattr(route, "path", "") for route in app.routes}
    named = [value for name, value in found.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(named) == 7
    for address in named:
        assert address.startswith(found["issuer"] + "/")
        assert urlsplit(address).path in routes


async def test_nothing_weak_is_offered(client: httpx2.AsyncClient) -> None:
    """One response type, one challenge method, signatures with keys of two halves; no implicit, no password."""
    found = (await client.get(DOCUMENTS[0])).json()
    assert found["response_types_supported"] == ["code"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert found["id_token_signing_alg_values_supported"] == ["ES256"]
    assert found["introspection_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
    ]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["scopes_supported"] == sorted(
        ["openid", "profile", "email", "offline_access", "signed_in", "admin", "editor", "viewer"]
    )


def test_without_the_word_there_is_no_issuer(settings: Settings, user_class: type[Account]) -> None:
    """Nothing of it is served or described."""
    plain = create_app(settings, title="Office", accounts=Accounts(user_class, roles=Role, admin=Role.ADMIN))
    assert not [route for route in plain.routes if ROOT in getattr(route, "path", "")]
    assert "oauth2" not in plain.openapi()["components"]["securitySchemes"]


async def test_the_openapi_document_offers_the_flow(app: FastAPI) -> None:
    """Where a token of a program will do; not for what manages accounts."""
    document = app.openapi()
    scheme = document["components"]["securitySchemes"]["oauth2"]
    flow = scheme["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == f"http://localhost:8000{ROOT}/authorize"
    assert flow["tokenUrl"] == f"http://localhost:8000{ROOT}/token"
    assert set(flow["scopes"]) >= {"openid", "signed_in", "admin"}
    assert document["paths"]["/users"]["get"]["security"] == [{"bearer": []}, {"oauth2": []}]
    for path, item in document["paths"].items():
        if path.startswith("/auth/"):
            assert all({"oauth2": []} not in operation["security"] for operation in item.values()), path
    assert document["paths"]["/auth/oauth/clients"]["post"]["security"] == [{"bearer": []}]


async def test_the_documentation_page_signs_people_in(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Swagger UI's Authorize: a public client that is there without being registered, with PKCE, and the page
    that the browser comes back to."""
    await ada(accounts)
    page = await client.get("/docs")
    [script] = re.findall(r'src="(docs/[^"]+/docs.js)"', page.text)
    text = (await client.get(f"/{script}")).text
    assert f'clientId: "{DOCS_CLIENT}"' in text
    assert "usePkceWithAuthorizationCodeGrant: true" in text
    app = await issuer_of(accounts).clients.find(str(DOCS_CLIENT))
    assert app is not None
    person = Person(client, app, scope="openid editor")
    answer = await exchange(client, app, "", (await person.allow())["code"], person.verifier)
    assert "access_token" in answer.json()
    assert "refresh_token" not in answer.json()


async def test_the_page_that_the_browser_comes_back_to(client: httpx2.AsyncClient) -> None:
    """Its script comes from here, and the policy of the documentation holds."""
    page = await client.get("/docs/oauth2-redirect?code=x&state=y")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    [script] = re.findall(r'<script src="\.\./(docs/[^"]+)"></script>', page.text)
    text = (await client.get(f"/{script}")).text
    assert "answer.state !== waiting.state" in text


def test_in_production_there_is_no_client_of_the_documentation(
    settings: Settings, user_class: type[Account]
) -> None:
    """Because there is no documentation page."""
    closed = settings.model_copy(update={"docs_enabled": False})
    made = create_app(
        closed, title="Office", accounts=Accounts(user_class, roles=Role, admin=Role.ADMIN, oauth=True)
    )
    assert made.state.runtime.accounts.oauth.clients._built_in == {}


def test_the_client_of_the_documentation_goes_back_to_this_machine_alone() -> None:
    """Under the names that it has."""
    settings = Settings(_env_file=None, environment="test", public_url="http://localhost:8000")
    assert docs_client(settings, frozenset({"openid"})).redirect_uris == (
        "http://localhost:8000/docs/oauth2-redirect",
        "http://127.0.0.1:8000/docs/oauth2-redirect",
    )
