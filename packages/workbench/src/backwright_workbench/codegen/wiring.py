"""The modules of a written service that are not an area's: wiring, settings, roles, accounts.

What lives here: their text. What must not: anything about one entity.
"""

from typing import Final

from backwright_workbench.blueprint.model import SOME_PROVIDER, USER
from backwright_workbench.codegen.columns import number
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.models import owner_lines
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.source import (
    Item,
    Node,
    call,
    docstring,
    lines,
    literal,
    module,
    prose,
    sequence,
    strings,
)

ABOUT_APP: Final = (
    "The service as an ASGI application. Routes of your own go on the returned app: it is plain FastAPI."
)
ABOUT_ROLES: Final = (
    "The roles of this service. Each resource says in its `access` what a role may do; "
    "what is not said is refused."
)


def write_package(names: Names) -> str:
    """The text of `__init__.py`."""
    return module(names.blueprint.description or f"{names.blueprint.title}.", [], [])


def write_command(names: Names) -> str:
    """The text of `__main__.py`."""
    imports = Imports(names.package)
    main = imports.name("backwright.commands", "main")
    create_app = imports.name(f"{names.package}.main", "create_app")
    settings = imports.name(f"{names.package}.settings", "Settings")
    more = "tenants|" if names.blueprint.tenancy is not None else ""
    head = f"`python -m {names.package} serve|migrate|create-admin|{more}seed|openapi|config`."
    return module(head, imports.lines(), [[f"{main}({create_app}, {settings})"]])


def write_main(names: Names) -> str:
    """The text of `main.py`: the composition root."""
    blueprint = names.blueprint
    variables = [names.variable(entity) for members in names.areas.values() for entity in members]
    imports = Imports(names.package, {"create_app"})
    build = imports.name("backwright.app", "create_app", alias="build")
    accounts = imports.name(f"{names.package}.accounts.resource", "accounts")
    for area, members in names.areas.items():
        for entity in members:
            imports.name(f"{names.package}.{area}.resource", names.variable(entity))
    settings = imports.name(f"{names.package}.settings", "Settings")
    app = imports.name("fastapi", "FastAPI")
    items = [
        Item(f"settings or {settings}()"),
        Item(prose(blueprint.title, room=90), "title="),
        Item(prose(blueprint.description or f"{blueprint.title}.", room=84), "description="),
        Item(accounts, "accounts="),
        Item(sequence(variables), "resources="),
    ]
    body = [f"    return {build}("]
    for item in items:
        body += lines(item.node, indent=8, before=item.before, after=",")
    block = [
        f"def create_app(settings: {settings} | None = None) -> {app}:",
        *docstring(ABOUT_APP, indent=4),
        *body,
        "    )",
    ]
    return module("The one place where everything is wired.", imports.lines(), [block])


def write_settings(names: Names) -> str:
    """The text of `settings.py`."""
    limits = names.blueprint.limits
    block = ["class Settings(RuntimeSettings):"]
    block += docstring(
        "Add a field to add a setting; `.env.example` follows from this class "
        f"(`python -m {names.package} config example`).",
        indent=4,
    )
    block += [
        "",
        f"    service: str = {literal(names.blueprint.service)}",
        f"    rate_limit: str = {literal(limits.requests)}",
        f"    max_body_kb: int = {number(limits.body_kb)}",
    ]
    head = "The settings of this service: typed, read from the environment, refused at start-up when wrong."
    return module(head, ["from backwright.settings import Settings as RuntimeSettings"], [block])


def write_access(names: Names) -> str:
    """The text of `access.py`: the roles."""
    block = ["class Role(StrEnum):"]
    for role, purpose in names.blueprint.roles.items():
        block.append(f"    {role.upper()} = {literal(role)}")
        if purpose:
            block += docstring(purpose, indent=4)
    return module(ABOUT_ROLES, ["from enum import StrEnum"], [block])


def write_accounts_models(names: Names) -> str:
    """The text of `accounts/models.py`."""
    imports, owner = Imports(names.package, {"User"}), names.blueprint.owner(USER)
    block: list[str] = [
        f"class User({imports.name('backwright.accounts', 'Account')}):",
        '    """A person\'s account. Add columns here; credentials and sessions are the runtime\'s."""',
        "",
        '    __tablename__ = "users"',
    ]
    block += ["", *owner_lines(owner, names, imports)] if owner is not None else []
    return module("Who can sign in.", imports.lines(), [block])


def write_accounts_resource(names: Names) -> str:
    """The text of `accounts/resource.py`."""
    imports = Imports(names.package, {"accounts"})
    declare = imports.name("backwright.accounts", "Accounts")
    role = imports.name(f"{names.package}.access", "Role")
    user = imports.name(f"{names.package}.accounts.models", "User")
    auth = names.blueprint.auth
    register_as = "None" if auth.register_as is None else f"{role}.{auth.register_as.upper()}"
    more: dict[str, Node] = {"oauth": "True"} if "oauth2" in auth.methods else {}
    if "sessions" in auth.methods:
        more["browser_sessions"] = "True"
    if auth.registration != "open":
        mode = imports.name("backwright.accounts", "RegistrationMode")
        more["registration"] = f"{mode}.{auth.registration.upper()}"
    if "oidc" in auth.methods:
        more["providers"] = strings(auth.providers or (SOME_PROVIDER,))
    if "api_keys" in auth.methods:
        more["api_keys"] = "True"
    declared = call(declare, user, roles=role, admin=f"{role}.ADMIN", register_as=register_as, **more)
    head = "Signing in, and the accounts that an administrator manages."
    return module(head, imports.lines(), [lines(declared, before="accounts = ")])


def write_empty(names: Names) -> str:
    """A file that only has to be there."""
    return ""
