"""What is said once for a whole service: its name and title, roles, ways to sign in, limits, and what it was
asked for.

What lives here: reading the project file, settings, roles, accounts and the composition root. What must
not: entities.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from backwright_workbench.blueprint.model import SOME_PROVIDER
from backwright_workbench.codebase.readback.calls import argument, declared
from backwright_workbench.codebase.readback.classes import bases, classes
from backwright_workbench.codebase.readback.entities import attributes
from backwright_workbench.codebase.readback.enums import is_enumeration, members
from backwright_workbench.codebase.readback.modules import Module
from backwright_workbench.codebase.readback.notes import Notes, Unreadable
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant, of_backwright
from backwright_workbench.codebase.readback.texts import LINE, NAME, PROVIDER, fits
from backwright_workbench.errors import Place

PROJECT: Final = "pyproject.toml"
FACTS: Final = ("created", "stores", "auth", "budgets", "wanted")
"""Keys of `[tool.backwright]`: what a service was asked for and no Python code expresses."""

SWITCHES: Final = (
    ("oauth2", 4, "oauth", "whether programs get tokens"),
    ("sessions", 6, "browser_sessions", "whether browsers get cookies"),
    ("api_keys", 8, "api_keys", "whether there are API keys"),
)
"""Ways to sign in that `Accounts(…)` switches on: in a blueprint, the argument's place and name, and in words."""

_MIGRATION = re.compile(r"migrations/versions/(\d{4})(\d{2})(\d{2})_\w+\.py")


def read_head(
    files: Mapping[str, str], code: Code, application: Found | None, notes: Notes
) -> dict[str, Any]:
    """The values of a blueprint but for its entities. What is missing is noted down."""
    project = _project(files, notes)
    tool = project.get("tool")
    told = tool.get("backwright") if isinstance(tool, dict) else None
    facts = dict(told) if isinstance(told, dict) else {}
    for key in facts.keys() - set(FACTS):
        notes.miss(f"[tool.backwright] has no key {key!r}", _line(files, key), f"known: {', '.join(FACTS)}")
    facts = {key: facts[key] for key in FACTS if key in facts}
    facts.setdefault("created", _first_migration(files))
    if facts["created"] is None:
        hint = "add [tool.backwright] with created = 2026-11-21"
        notes.miss("nothing says when the service was created", Place(PROJECT, 1, 1), hint)
    settings = dict(_settings(code))
    accounts = next((each for each in calls_of(code, "Accounts")), None)
    auth = _auth(facts.pop("auth", {}), accounts, code, notes)
    limits = {"requests": settings.get("rate_limit"), "body_kb": settings.get("max_body_kb")}
    named = project.get("project")
    named = named if isinstance(named, dict) else {}
    return {
        "service": settings.get("service") or named.get("name") or code.package.replace("_", "-"),
        **_titles(application, code, str(named.get("description", "")), notes),
        **facts,
        "auth": auth,
        "roles": _roles(accounts, code, notes),
        "limits": {key: value for key, value in limits.items() if value is not None},
    }


def calls_of(code: Code, word: str) -> Iterator[Found]:
    """Every call of `backwright.….<word>` in the package, seen from the function that it stands in."""
    for module in code.modules.values():
        yield from _calls(module.tree, module, code, word)


def _calls(node: ast.AST, module: Module, code: Code, word: str) -> Iterator[Found]:
    for child in ast.iter_child_nodes(node):
        inner = module
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = module.within(child)
        if declared(Found(child, inner), code, word):
            yield Found(child, inner)
        yield from _calls(child, inner, code, word)


def _project(files: Mapping[str, str], notes: Notes) -> dict[str, Any]:
    if PROJECT not in files:
        notes.miss(f"there is no {PROJECT}", None, "give the files of a whole service")
        return {}
    try:
        return tomllib.loads(files[PROJECT])
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+), column (\d+)", str(error))
        place = Place(PROJECT, int(where[1]), int(where[2])) if where else Place(PROJECT, 1, 1)
        notes.miss(f"this is not TOML: {error}", place, "correct the file and read again")
        return {}


def _line(files: Mapping[str, str], key: str) -> Place:
    """Where a key of `[tool.backwright]` stands."""
    lines = files[PROJECT].splitlines()
    at = next((n for n, line in enumerate(lines, 1) if line.lstrip().startswith(key)), 1)
    return Place(PROJECT, at, 1)


def _first_migration(files: Mapping[str, str]) -> date | None:
    """The date in the name of the oldest migration, for services whose project file does not say one."""
    for path in sorted(files):
        named = _MIGRATION.fullmatch(path)
        if named:
            try:
                return date(int(named[1]), int(named[2]), int(named[3]))
            except ValueError:
                continue
    return None


def _settings(code: Code) -> Iterator[tuple[str, Any]]:
    """The defaults that the service gives to the runtime's settings."""
    for _, cls in classes(code):
        if not any(of_backwright(base, "Settings") for base in bases(cls, code)):
            continue
        assert isinstance(cls.node, ast.ClassDef)
        inside = cls.module.within(cls.node)
        for name, _, value, _ in attributes(cls.node):
            if isinstance(value, ast.Call):
                value = argument(value, 0, "default")
            if value is not None and name in ("service", "rate_limit", "max_body_kb"):
                try:
                    yield name, code.constant(value, inside)
                except NotConstant:
                    continue


def _titles(application: Found | None, code: Code, described: str, notes: Notes) -> dict[str, str]:
    """Title and description as the composition root gives them to the API.

    A service without a description is given its title as a sentence; then the project file has the title
    alone.
    """
    said = {"title": "", "description": ""}
    if application is None:
        return said
    assert isinstance(application.node, ast.Call)
    for name in said:
        given = argument(application.node, None, name)
        try:
            said[name] = str(code.constant(given, application.module)) if given is not None else ""
        except NotConstant as error:
            notes.leave(error.module, error.node, f"the {name} of the service", "it is computed")
    if said["description"] == f"{said['title']}." and described != said["description"]:
        said["description"] = ""
    if not fits(LINE, said["description"]):
        notes.leave(application.module, application.node, "the description", "it is not a line of plain text")
        said["description"] = ""
    if not said["title"]:
        notes.miss("the service has no title", application.module.place(application.node), 'add title="…"')
    return said


def _roles(accounts: Found | None, code: Code, notes: Notes) -> dict[str, str]:
    """The enumeration that the accounts are given; a service without accounts has one called `Role`."""
    given = argument(accounts.node, 1, "roles") if accounts and isinstance(accounts.node, ast.Call) else None
    cls = code.definition(code.qualified(given, accounts.module)) if accounts and given is not None else None
    if cls is None:
        cls = code.definition(f"{code.package}.access.Role")
    if cls is None or not is_enumeration(cls, code):
        place = Place(f"src/{code.package}/access.py", 1, 1)
        notes.miss("the roles of the service are not there", place, "declare class Role(StrEnum)")
        return {}
    try:
        roles = members(cls, code)
    except Unreadable as unreadable:
        notes.miss(
            f"the roles cannot be read: {unreadable.why}", cls.module.place(cls.node), 'ADMIN = "admin"'
        )
        return {}
    for role, about in roles.items():
        if not fits(NAME, role):
            notes.miss(
                f"{role!r} is not a role's name", cls.module.place(cls.node), "lower-case words joined by _"
            )
        if not fits(LINE, about):
            notes.leave(cls.module, cls.node, f"what {role} is for", "it is not a line of plain text")
    return {role: about if fits(LINE, about) else "" for role, about in roles.items()}


def _auth(told: Mapping[str, Any], accounts: Found | None, code: Code, notes: Notes) -> dict[str, Any]:
    """How people sign in and get an account: what the project file tells, and what the code declares."""
    register_as = _declared(accounts, 3, "register_as", "the role of those who sign up", code, notes)
    registration = _registration(accounts, code, notes)
    methods = list(told.get("methods", ("password",)))
    for method, position, name, what in SWITCHES:
        on = _declared(accounts, position, name, what, code, notes, unsaid=False)
        if on is False:
            methods = [each for each in methods if each != method]
        elif on is True and method not in methods:
            methods.append(method)
    providers = _providers(accounts, code, notes)
    if providers is not None:
        methods = [each for each in methods if each != "oidc" or providers]
        methods += ["oidc"] if providers and "oidc" not in methods else []
    found = {**told, "methods": methods or ["password"]}
    found |= {"providers": list(providers)} if providers and providers != (SOME_PROVIDER,) else {}
    found |= {} if register_as is None else {"register_as": register_as}
    return found | ({} if registration is None else {"registration": registration})


def _providers(accounts: Found | None, code: Code, notes: Notes) -> tuple[str, ...] | None:
    """The names of identity providers; none where they cannot be told."""
    found = _declared(accounts, 7, "providers", "whom people sign in with", code, notes, unsaid=())
    return found if isinstance(found, tuple) and all(fits(PROVIDER, each) for each in found) else None


def _given(accounts: Found | None, position: int, name: str) -> ast.expr | None:
    """What `Accounts(…)` is given as `name`."""
    call = accounts.node if accounts else None
    return argument(call, position, name) if isinstance(call, ast.Call) else None


def _declared(
    accounts: Found | None, position: int, name: str, what: str, code: Code, notes: Notes, unsaid: Any = None
) -> Any:
    """The constant that `Accounts(…)` is given as `name`; `unsaid` where it is given none, none where it is
    computed.
    """
    given = _given(accounts, position, name)
    if accounts is None or given is None:
        return unsaid if accounts else None
    try:
        return code.constant(given, accounts.module)
    except NotConstant as error:
        notes.leave(error.module, error.node, what, "it is computed")
        return None


def _registration(accounts: Found | None, code: Code, notes: Notes) -> str | None:
    """`RegistrationMode.CLOSED`, which is the runtime's and not among the enumerations of the service."""
    given = _given(accounts, 5, "registration")
    if accounts is None or given is None:
        return None
    owner, _, member = code.qualified(given, accounts.module).rpartition(".")
    if not of_backwright(owner, "RegistrationMode"):
        notes.leave(
            accounts.module, given, "how people get accounts", "it is not a member of RegistrationMode"
        )
        return None
    return member.lower()
