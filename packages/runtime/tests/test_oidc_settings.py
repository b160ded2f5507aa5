"""What an operator says of providers: read from the environment, and refused where it cannot work."""

from enum import StrEnum
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import httpx2
import pytest
from backwright import configuration
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.settings import Settings
from office_roles import Role
from pydantic import ValidationError

GOOGLE = {
    "OIDC__GOOGLE__ISSUER": "https://accounts.google.com",
    "OIDC__GOOGLE__CLIENT_ID": "42",
    "OIDC__GOOGLE__CLIENT_SECRET": "a canary in the mine",
}
PAGE = "https://app.example.org/signed-in"


def settings(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], **more: Any) -> Settings:
    for name, value in {"OIDC_RETURN_URLS": PAGE, **given}.items():
        monkeypatch.setenv(name, value)
    said = {"environment": "test", "secret_key": token_urlsafe(48), **more}
    return Settings(_env_file=None, **said)


def test_providers_are_read_from_the_environment_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    found = settings(
        monkeypatch,
        {
            **GOOGLE,
            "OIDC__KEYCLOAK__ISSUER": "https://sso.example.org/realms/office",
            "OIDC__KEYCLOAK__CLIENT_ID": "office",
            "OIDC__KEYCLOAK__CLIENT_SECRET_FILE": str(tmp_path / "secret"),
            "OIDC__KEYCLOAK__SCOPES": "profile groups",
            "OIDC__KEYCLOAK__EMAIL_TRUSTED": "true",
            "OIDC__KEYCLOAK__ROLES_CLAIM": "realm_access.roles",
            "OIDC__KEYCLOAK__ROLES": "/staff=editor, a=b=viewer ,",
        },
    ).oidc
    assert list(found) == ["google", "keycloak"]
    assert found["google"].secret == "a canary in the mine"
    assert not found["google"].email_trusted
    assert found["keycloak"].secret == "from a file"
    assert found["keycloak"].scope == "openid profile groups"
    assert found["keycloak"].roles == {"/staff": "editor", "a=b": "viewer"}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"OIDC__GOOGLE__ISSUER": ""}, "OIDC__GOOGLE__ISSUER: Field required"),
        ({"OIDC__GOOGLE__ISSUER": "accounts.google.com"}, "must be the provider's issuer"),
        ({"OIDC__GOOGLE__ISSUER": "http://accounts.google.com"}, "must be https"),
        ({"OIDC__GOOGLE__ISSUER": "https://x@accounts.google.com"}, "no user name"),
        ({"OIDC__GOOGLE__CLIENT_ID": ""}, "OIDC__GOOGLE__CLIENT_ID: Field required"),
        ({"OIDC__GOOGLE__ISUER": "x"}, "OIDC__GOOGLE__ISUER: Extra inputs"),
        ({"OIDC__GOOGLE__CLIENT_SECRET_FILE": "/nowhere"}, "both directly and as a file"),
        (
            {"OIDC__GOOGLE__CLIENT_SECRET": "vault:secret/data/sso#client"},
            "OIDC__GOOGLE__CLIENT_SECRET: is said to be",
        ),
        ({"OIDC__GOOGLE__ROLES": "editor"}, "must be pairs"),
        ({"OIDC__GOOGLE__ROLES": "=editor"}, "must be pairs"),
        ({"OIDC__GOOGLE__ROLES": "/staff=editor"}, "needs ROLES_CLAIM"),
        ({"OIDC__GOOGLE__API_AUDIENCE": "42"}, "must not be CLIENT_ID"),
        ({"OIDC__G-X__ISSUER": "https://x.org", "OIDC__G-X__CLIENT_ID": "1"}, "not a name for a provider"),
        ({"OIDC__B__ISSUER": "https://accounts.google.com", "OIDC__B__CLIENT_ID": "1"}, "the same issuer"),
        ({"OIDC_RETURN_URLS": "http://app.example.org/x"}, "must be https"),
        ({"OIDC_RETURN_URLS": "https://*.example.org/x"}, "without fragment and wildcard"),
        ({"OIDC_RETURN_URLS": "https://app.example.org/x#y"}, "without fragment and wildcard"),
        ({"OIDC_RETURN_URLS": "/signed-in"}, "must be exact addresses"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], why: str
) -> None:
    """With the name of the setting, and without its value."""
    with pytest.raises(ValidationError) as refused:
        settings(monkeypatch, {**GOOGLE, **changed})
    report = configuration.report(refused.value)
    assert why in report
    assert "canary" not in report


def test_production_takes_https_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = {"environment": "production", "public_url": "https://api.example.org", "docs_enabled": False}
    local = {**GOOGLE, "OIDC__GOOGLE__ISSUER": "http://127.0.0.1:9000"}
    assert settings(monkeypatch, local).oidc["google"].issuer == "http://127.0.0.1:9000"
    with pytest.raises(ValidationError, match="must be https in production"):
        settings(monkeypatch, local, **strict)


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, GOOGLE)
    assert "canary" not in repr(found)
    shown = configuration.explain(found)
    assert "canary" not in shown
    assert "OIDC__GOOGLE__ISSUER" in shown
    assert "https://accounts.google.com" in shown


@pytest.mark.parametrize(
    ("declared", "changed", "more", "why"),
    [
        ((), {}, {}, "does not declare"),
        (
            ("google", "keycloak"),
            {},
            {"environment": "production"},
            "'keycloak' is declared and not configured",
        ),
        (("google",), {"OIDC_RETURN_URLS": ""}, {}, "OIDC_RETURN_URLS is empty"),
        (
            ("google",),
            {"OIDC__GOOGLE__ROLES_CLAIM": "groups", "OIDC__GOOGLE__ROLES": "/staff=boss"},
            {},
            "the role 'boss'",
        ),
    ],
)
def test_a_service_starts_only_if_code_and_settings_fit(
    monkeypatch: pytest.MonkeyPatch,
    user_class: type[Account],
    declared: tuple[str, ...],
    changed: dict[str, str],
    more: dict[str, Any],
    why: str,
) -> None:
    strict = {"public_url": "https://api.example.org", "docs_enabled": False}
    given = settings(monkeypatch, {**GOOGLE, **changed}, **strict, **more)
    accounts = accounts_with(user_class, Role, declared)
    with pytest.raises(ValueError, match=why):
        create_app(given, title="Office", accounts=accounts)


async def test_a_declared_provider_may_wait_for_its_settings_in_development(
    monkeypatch: pytest.MonkeyPatch, user_class: type[Account]
) -> None:
    """A service that was just written starts; the provider is not offered, and who asks is told what is missing."""
    accounts = accounts_with(user_class, Role, ("google",))
    app = create_app(settings(monkeypatch, {}), title="Office", accounts=accounts)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        assert (await http.get("/auth/oidc")).json() == {"items": []}
        answer = await http.get("/auth/oidc/google/start")
        assert answer.status_code == 503
        assert "OIDC__GOOGLE__ISSUER" in answer.json()["detail"]
        assert (await http.get("/auth/oidc/other/start")).status_code == 404


def test_a_provider_has_a_plain_name(user_class: type[Account]) -> None:
    with pytest.raises(TypeError, match="not a name for a provider"):
        accounts_with(user_class, Role, ("Google!",))


def accounts_with(user_class: type[Account], roles: type[StrEnum], providers: tuple[str, ...]) -> Accounts:
    return Accounts(user_class, roles=roles, admin=Role.ADMIN, register_as=Role.VIEWER, providers=providers)
