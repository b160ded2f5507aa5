"""What the templates of a written service are filled with.

What lives here: the values, decided. What must not: text of files beyond a line (templates), Markdown tables
(`docs_tables.py`).
"""

import json
from dataclasses import dataclass

from backwright_workbench.codegen import docs_tables, engines
from backwright_workbench.codegen.access import asked_areas
from backwright_workbench.codegen.carried import carried, stand_ins
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.runtime_tables import OWNERS

RUNTIME_PURPOSE = {
    "users": "accounts: e-mail address, password hash, roles",
    "sessions": "who is signed in, on which device",
    "refresh_tokens": "hashes of refresh tokens, in families",
    "browser_sessions": "hashes of the cookies of browsers",
    "signing_keys": "the keys that sign access tokens, sealed",
    "encryption_keys": "the keys of encrypted fields, sealed under a master key",
    "login_delays": "failed sign-ins, for the wait after them",
    "account_codes": "hashes of the codes in mails: registration, invitation, reset, change of address",
    "second_factors": "secrets of authenticator apps, sealed",
    "recovery_codes": "hashes of the codes for whoever lost the app",
    "oauth_clients": "programs that may get tokens, with hashes of their secrets",
    "oauth_grants": "what people let programs do, with hashes of the codes",
    "oauth_client_tokens": "tokens that programs got for themselves",
    "identities": "who people are at identity providers",
    "oidc_sessions": "which sessions came of signing in there",
    "oidc_spent": "codes and logout tokens that were used",
    "api_keys": "keys of programs, as hashes, with what they may do and until when",
    "api_key_places": "addresses that keys have been used from",
    "audit_log": "who did what to which object; append-only",
    "audit_seals": "the chain of hashes over the audit log; append-only",
    "attachments": "files that hang on rows",
    "rate_limits": "requests counted, where several processes share the count",
    "idempotency_keys": "answers to requests that may be sent again, sealed",
}


@dataclass(frozen=True)
class AreaLine:
    """An area as the pages list it."""

    name: str
    things: str
    rules: str
    rules_tested: str


@dataclass(frozen=True)
class Contract:
    """One import rule: these modules must not import those."""

    name: str
    sources: str
    forbidden: str
    direct_only: bool = False


def later(names: Names) -> list[str]:
    """Everything that was asked for and is not built in full."""
    return [each.sentence for each in carried(names.blueprint)] or ["Nothing: all of the brief is built."]


def areas(names: Names) -> list[AreaLine]:
    """The areas, those that others refer to first."""
    found = []
    for area, members in names.areas.items():
        ruled = any(names.has_service(entity) for entity in members)
        found.append(
            AreaLine(
                name=area,
                things=", ".join(names.things(entity) for entity in members),
                rules=", `service.py` moves and actions" if ruled else "",
                rules_tested=", moves and actions" if ruled else "",
            )
        )
    return found


def contracts(names: Names) -> list[Contract]:
    """Areas import along foreign keys only; what is stored and ruled knows no HTTP."""
    package = names.package
    everything = (*names.areas, "accounts")
    found = []
    for area in names.areas:
        asked = asked_areas(area, names)
        allowed = names.reachable[area] | {area, "accounts", *asked}.union(
            *(names.reachable[a] for a in asked)
        )
        forbidden = [f"{package}.{other}" for other in everything if other not in allowed] + [
            f"{package}.main"
        ]
        title = f"{area} imports along foreign keys only"
        found.append(Contract(title, _quoted([f"{package}.{area}"]), _quoted(forbidden)))
    others = [f"{package}.{area}" for area in names.areas] + [f"{package}.main"]
    found.append(Contract("accounts stand alone", _quoted([f"{package}.accounts"]), _quoted(others)))
    plain = [f"{package}.{area}.models" for area in everything]
    plain += [
        f"{package}.{area}.service"
        for area, members in names.areas.items()
        if any(map(names.has_service, members))
    ]
    found.append(
        Contract(
            "what is stored and ruled knows no HTTP",
            _quoted(plain),
            _quoted(["fastapi", "starlette"]),
            direct_only=True,
        )
    )
    return found


def facts(names: Names) -> list[str]:
    """What was asked for and no code expresses, as lines of TOML: reading the service back finds it here."""
    blueprint = names.blueprint
    said = {
        "stores": blueprint.stores.model_dump(),
        "auth": {"methods": blueprint.auth.methods},
        "budgets": blueprint.budgets.model_dump(),
    }
    found = [f"created = {blueprint.created.isoformat()}"]
    for key, values in said.items():
        inner = ", ".join(f"{name} = {json.dumps(value)}" for name, value in values.items())
        found.append(f"{key} = {{ {inner} }}")
    return [*found, f"wanted = {json.dumps(blueprint.wanted)}"]


def _quoted(values: list[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def values(names: Names) -> dict[str, object]:
    """Everything that the templates name."""
    blueprint = names.blueprint
    runtime = [(f"`{table}`", RUNTIME_PURPOSE[table]) for table in ("users", *OWNERS)]
    area_rows = [
        (f"`{area}`", ", ".join(map(names.things, members)), _imports(area, names))
        for area, members in names.areas.items()
    ]
    return {
        "service": blueprint.service,
        "package": names.package,
        "title": blueprint.title,
        "description": blueprint.description or f"{blueprint.title}.",
        "facts": facts(names),
        "description_toml": json.dumps(blueprint.description or blueprint.title, ensure_ascii=False),
        "tenant": names.one(blueprint.tenancy) if blueprint.tenancy is not None else "",
        "areas": areas(names),
        "first_area": next(iter(names.areas)),
        "area_table": docs_tables.markdown_table(("area", "entities", "imports"), area_rows),
        "contracts": contracts(names),
        "runtime": engines.requirement(blueprint.stores, oidc="oidc" in blueprint.auth.methods),
        "engines": engines.engines(blueprint.stores),
        "engines_asked": engines.asked(blueprint.stores),
        "addresses": engines.addresses(blueprint),
        "bucket": engines.bucket(blueprint),
        "on_postgresql": blueprint.stores.database == "postgresql",
        "on_mariadb": blueprint.stores.database == "mariadb",
        "with_redis": blueprint.stores.cache == "redis",
        "with_s3": blueprint.stores.files == "s3",
        "api_keys": "api_keys" in blueprint.auth.methods,
        "encrypted": encrypted(names),
        "stand_ins": [each.sentence for each in stand_ins(blueprint)],
        "later": later(names),
        "diagram": docs_tables.diagram(names),
        "states": docs_tables.states(names),
        "routes": docs_tables.routes(names),
        "access": docs_tables.access_tables(names),
        "tables": docs_tables.schema_tables(names),
        "runtime_tables": docs_tables.markdown_table(("table", "holds"), runtime),
        "p95_ms": blueprint.budgets.p95_ms,
        "memory_mb": blueprint.budgets.memory_mb,
        "error_percent": f"{blueprint.budgets.error_percent:g}",
        "rate_limit": blueprint.limits.requests,
    }


def encrypted(names: Names) -> str:
    """The encrypted fields, in words; empty if there are none."""
    return ", ".join(
        f"{names.thing(entity)}: {name.replace('_', ' ')}"
        for entity, declared in names.blueprint.entities.items()
        for name, field in declared.fields.items()
        if field.encrypted
    )


def _imports(area: str, names: Names) -> str:
    return ", ".join(f"`{other}`" for other in names.areas if other in names.reachable[area])
