"""A blueprint in plain English, for the person who asked to confirm.

What lives here: sentences. What must not: decisions; everything said is read from the blueprint.
"""

from collections.abc import Iterable, Iterator

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.model import (
    USER,
    ActGrant,
    Action,
    Auth,
    Blueprint,
    Entity,
    FieldModel,
    Grant,
    Grants,
)
from backwright_workbench.blueprint.rows import in_words
from backwright_workbench.blueprint.sentences import article

_ENGINES = {
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "mariadb": "MariaDB",
    "redis": "Redis",
    "s3": "S3",
}
_METHODS = {
    "password": "with a password",
    "oauth2": "with OAuth 2.0",
    "oidc": "through an identity provider (OpenID Connect)",
    "sessions": "with sessions in a browser",
    "api_keys": "with API keys",
    "mfa": "with a second factor",
}
_DELETION = {
    "restrict": "keeps it from being deleted",
    "cascade": "the row is deleted with it",
    "set_null": "emptied when it is deleted",
}
_ANYBODY = {"public": "Anybody, without an account,", "signed_in": "Everybody who has signed in"}


def describe(blueprint: Blueprint) -> str:
    """The whole blueprint as paragraphs of English, ending with a line break."""
    parts = [_head(blueprint), *(_entity(blueprint, name) for name in blueprint.entities)]
    if blueprint.wanted:
        wanted = _and(each.replace("_", " ") for each in blueprint.wanted)
        parts.append(f"Asked for and not built by this version: {wanted}.")
    return "\n\n".join(parts) + "\n"


def _way(auth: Auth, method: str) -> str:
    if method != "oidc" or not auth.providers:
        return _METHODS[method]
    return f"with {_and((naming.title(each) for each in auth.providers), 'or')} (OpenID Connect)"


def _joining(blueprint: Blueprint) -> str:
    auth = blueprint.auth
    if auth.registration == "invited":
        return "People are invited by an admin."
    if auth.registration == "closed":
        return "Accounts are made by an admin."
    if blueprint.tenancy is not None:
        thing = naming.title(blueprint.tenancy).lower()
        return f"Whoever signs up founds {article(thing)} {thing} and is its admin, who invites the others."
    if auth.register_as is None:
        return "Whoever signs up waits for an admin to give them a role."
    return f"Whoever signs up becomes {naming.title(auth.register_as).lower()}."


def _tenancy(blueprint: Blueprint) -> str:
    if blueprint.tenancy is None:
        return ""
    thing = naming.title(blueprint.tenancy).lower()
    return f"Each {thing} sees only its own data: every row and every account belongs to one."


def _head(blueprint: Blueprint) -> str:
    stores = blueprint.stores
    database = _ENGINES[stores.database]
    cache = _ENGINES.get(stores.cache, "memory")
    files = _ENGINES.get(stores.files, "a local folder")
    ways = _and((_way(blueprint.auth, method) for method in blueprint.auth.methods), "or")
    sentences = [
        f"{blueprint.title} ({blueprint.service}).",
        blueprint.description,
        f"Data is kept in {database}, the cache in {cache}, files in {files}.",
        f"People sign in {ways}.",
        _joining(blueprint),
        _tenancy(blueprint),
        f"Callers may make {_rate(blueprint.limits.requests)} of at most {blueprint.limits.body_kb} kB each.",
        f"95 of 100 answers come within {blueprint.budgets.p95_ms} ms,"
        f" at most {blueprint.budgets.error_percent:g} % of answers are errors,"
        f" and a process uses at most {blueprint.budgets.memory_mb} MB.",
    ]
    roles = [f"- {role}: {text}" if text else f"- {role}" for role, text in blueprint.roles.items()]
    return "\n".join([" ".join(filter(None, sentences)), "", "Roles:", *roles])


def _entity(blueprint: Blueprint, name: str) -> str:
    entity = blueprint.entities[name]
    lines = [f"{naming.title(name)} ({blueprint.path(name)}): {entity.description}".rstrip(": ")]
    if entity.tenancy == "shared":
        lines.append(f"- All {blueprint.plural(blueprint.tenancy or name).replace('_', ' ')} share its rows.")
    lines += [f"- {field}: {_field(each)}." for field, each in entity.fields.items()]
    lines += [f"- {_and(group)} together are unique." for group in entity.unique]
    lines += _states(entity)
    lines += [f"- Action {action}{_action(each)}." for action, each in entity.actions.items()]
    lines += _queries(entity)
    lines += [_access(role, given) for role, given in entity.access.items()]
    return "\n".join(lines)


def _field(field: FieldModel) -> str:
    kind = field.type
    words = {"enum": f"one of {_and(field.values, 'or')}", "reference": f"refers to {_target(field)}"}.get(
        kind, kind
    )
    facts = [words, _bounds(field), "optional" if field.optional else "required"]
    facts += ["unique"] * field.unique + ["set by actions only"] * field.read_only
    facts += ["encrypted in the database"] * field.encrypted
    if field.places is not None:
        facts.append(f"{field.places} digits after the point")
    if field.default is not None:
        facts.append(
            f"at first {str(field.default).lower() if isinstance(field.default, bool) else field.default}"
        )
    if field.set is not None:
        facts.append("filled with whoever creates the row")
    if field.on_delete is not None:
        facts.append(_DELETION[field.on_delete])
    note = f" ({field.description.rstrip('.')})" if field.description else ""
    return ", ".join(filter(None, facts)) + note


def _target(field: FieldModel) -> str:
    return "an account" if field.to == USER else f"{naming.title(field.to or '').lower()}"


def _bounds(field: FieldModel) -> str:
    if field.type in ("string", "text"):
        return f"at most {field.max} characters" if field.max is not None else ""
    low = f"at least {field.min}" if field.min is not None else ""
    high = f"at most {field.max}" if field.max is not None else ""
    return " and ".join(filter(None, [low, high]))


def _states(entity: Entity) -> list[str]:
    if entity.states is None:
        return []
    moves = [f"{state} → {_and(targets, 'or')}" for state, targets in entity.states.moves.items() if targets]
    return [f"- The {entity.states.field} moves {'; '.join(moves)}."] if moves else []


def _action(action: Action) -> str:
    facts = []
    if action.takes:
        facts.append(f"takes {_and(action.takes)}")
    if action.from_:
        facts.append(f"only from {_and(action.from_, 'or')}")
    if action.to:
        facts.append(f"moves to {action.to}")
    if action.stamps:
        facts.append(f"notes the time in {action.stamps}")
    said = f": {action.description.rstrip('.')}" if action.description else ""
    return said + (f" ({_and(facts)})" if facts else "")


def _queries(entity: Entity) -> Iterator[str]:
    if entity.filters:
        yield f"- Lists can be filtered by {_and(entity.filters)}."
    if entity.sorts:
        yield f"- Lists can be sorted by {_and(entity.sorts)}."
    if entity.search:
        yield f"- Search looks in {_and(entity.search)}."
    if entity.embeds:
        yield f"- Can be shown with its {_and(entity.embeds)}."
    files = entity.attachments
    if files is not None:
        kinds = _and(files.types, "or")
        yield f"- Up to {files.max_count} files of {files.max_mb} MB each can be attached ({kinds})."
    if entity.cache is not None:
        yield f"- Answers may be up to {entity.cache} s old."
    if entity.bulk is not None:
        yield f"- One request may create {entity.bulk} rows."
    if entity.limit is not None:
        yield f"- A caller may make {_rate(entity.limit)} here."


def _access(role: str, given: str | Grants) -> str:
    who = _ANYBODY.get(role, f"Role {role}")
    if not isinstance(given, Grants):
        return f"- {who} may do everything."
    rights = [_right(verb, getattr(given, verb)) for verb in type(given).model_fields if getattr(given, verb)]
    return f"- {who} may {_and(rights)}." if rights else f"- {who} may do nothing."


def _right(verb: str, grant: Grant | ActGrant) -> str:
    names = grant.actions if isinstance(grant, ActGrant) else grant.fields
    if verb == "refer":
        return f"name any active account in {_and(names or ())}"
    if isinstance(grant, ActGrant):
        does = f"call {_and(names)}" if names else "call every action"
    else:
        does = f"{verb} {_and(names)}" if names else verb
    return does if grant.rows == "all" else f"{does} ({in_words(grant.rows)})"


def _rate(rate: str) -> str:
    count, _, unit = rate.partition("/")
    return f"{count} {'request' if count == '1' else 'requests'} a {unit}"


def _and(words: Iterable[str], last: str = "and") -> str:
    *first, end = list(words) or ["nothing"]
    return f"{', '.join(first)} {last} {end}" if first else end
