"""`.env.example`: every setting of a written service with its default.

What lives here: the file's head, with the engines that were asked for, ready to be turned on. What must not: the
settings themselves, which the runtime's class declares and prints.
"""

import textwrap
from collections.abc import Iterator
from typing import Final

from backwright.configuration import example
from backwright.settings import Settings as RuntimeSettings
from pydantic import create_model

from backwright_workbench.blueprint.model import SOME_PROVIDER
from backwright_workbench.codegen.carried import stand_ins
from backwright_workbench.codegen.engines import addresses, asked, engines
from backwright_workbench.codegen.names import Names

ISSUERS: Final = {
    "google": "https://accounts.google.com",
    "entra": "https://login.microsoftonline.com/TENANT/v2.0",
    "apple": "https://appleid.apple.com",
    "gitlab": "https://gitlab.com",
    "keycloak": "https://HOST/realms/REALM",
    "okta": "https://NAME.okta.com",
    "auth0": "https://NAME.auth0.com/",
    "cognito": "https://cognito-idp.REGION.amazonaws.com/POOL",
}
"""What known providers call themselves, with capitals where the operator puts their own."""


def write_example(names: Names) -> str:
    """The text of `.env.example`."""
    limits = names.blueprint.limits
    settings = create_model(
        "Settings",
        __base__=RuntimeSettings,
        service=(str, names.blueprint.service),
        rate_limit=(str, limits.requests),
        max_body_kb=(int, limits.body_kb),
    )
    paragraphs = (list(_engines(names)), list(_providers(names)), list(_notes(names)))
    head = "\n".join("".join(f"# {note}\n" for note in notes) for notes in paragraphs if notes)
    return (f"{head}\n" if head else "") + example(settings)


def _engines(names: Names) -> Iterator[str]:
    """The lines to uncomment. They are comments, so that a copy of the file runs with Python alone."""
    stores = names.blueprint.stores
    if engines(stores):
        yield f"To run on {asked(stores)}, uncomment these and put passwords and servers in."
        yield "What stays a comment runs embedded: the service needs nothing but Python then."
        yield from (f"{name}={value}" for name, value in addresses(names.blueprint).items())


def _providers(names: Names) -> Iterator[str]:
    """What to set for each identity provider: comments, because a provider without settings is just not offered."""
    auth = names.blueprint.auth
    if "oidc" in auth.methods:
        yield "People sign in with identity providers: uncomment these and put in what each provider gave you."
        yield "Tell it to send people back to PUBLIC_URL/auth/oidc/<name>/callback."
        yield "OIDC_RETURN_URLS=http://localhost:5173/signed-in"
        for name in auth.providers or (SOME_PROVIDER,):
            prefix = f"OIDC__{name.upper()}"
            yield f"{prefix}__ISSUER={ISSUERS.get(name, 'https://ISSUER')}"
            yield f"{prefix}__CLIENT_ID=CLIENT_ID"
            yield f"{prefix}__CLIENT_SECRET=SECRET"
            yield f"{prefix}__EMAIL_TRUSTED=true"


def _notes(names: Names) -> Iterator[str]:
    for each in stand_ins(names.blueprint):
        yield from textwrap.wrap(each.sentence, 100)
