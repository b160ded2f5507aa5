"""Identity providers in a written service: declared in its code, asked for in `.env.example`."""

import tomllib

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.prose import describe
from backwright_workbench.codegen import write


def with_providers(
    blueprint: Blueprint, *providers: str, methods: tuple[str, ...] = ("password", "oidc")
) -> Blueprint:
    """The same service with providers."""
    auth = blueprint.auth.model_copy(update={"methods": methods, "providers": providers})
    return blueprint.model_copy(update={"auth": auth})


def test_each_provider_is_declared_and_its_settings_wait_to_be_filled_in(work_orders: Blueprint) -> None:
    """The issuer of a known one is filled in; the runtime is asked for with what talks to providers."""
    files = write(with_providers(work_orders, "google", "our_idp"))
    assert 'providers=("google", "our_idp")' in files["src/work_orders/accounts/resource.py"]
    head = files[".env.example"].partition("# Settings of")[0]
    for line in (
        "# OIDC__GOOGLE__ISSUER=https://accounts.google.com",
        "# OIDC__GOOGLE__CLIENT_SECRET=SECRET",
        "# OIDC__OUR_IDP__ISSUER=https://ISSUER",
        "# OIDC_RETURN_URLS=",
    ):
        assert f"\n{line}" in head
    [needed, *_] = tomllib.loads(files["pyproject.toml"])["project"]["dependencies"]
    assert "oidc" in needed


def test_a_service_without_providers_says_nothing_of_them(work_orders: Blueprint) -> None:
    files = write(with_providers(work_orders, methods=("password",)))
    assert "providers" not in files["src/work_orders/accounts/resource.py"]
    assert "# OIDC__" not in files[".env.example"].partition("# Settings of")[0]
    [needed, *_] = tomllib.loads(files["pyproject.toml"])["project"]["dependencies"]
    assert "oidc" not in needed


def test_a_provider_without_a_name_is_called_sso(work_orders: Blueprint) -> None:
    files = write(with_providers(work_orders))
    assert 'providers=("sso",)' in files["src/work_orders/accounts/resource.py"]
    assert "# OIDC__SSO__ISSUER=https://ISSUER" in files[".env.example"]


def test_the_blueprint_says_whom_people_sign_in_with(work_orders: Blueprint) -> None:
    assert "with Google or Our idp (OpenID Connect)" in describe(
        with_providers(work_orders, "google", "our_idp")
    )
    assert "through an identity provider (OpenID Connect)" in describe(with_providers(work_orders))
