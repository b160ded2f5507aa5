"""Pages of any site may call the service in their visitors' browsers."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.values import resolved, texts
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.profiles import replaced_in_production
from backwright_workbench.review.rule import About

ABOUT = About(
    "Every site may call the service", Severity.MEDIUM, cwe=(942, 346), owasp=("A05:2021", "API8:2023")
)

MAKERS = frozenset(["CORSMiddleware", "CORS", "CORSConfig", "cross_origin", "cors"])
ORIGINS = ("allow_origins", "origins", "allow_origin_regex", "allow_origin")
CREDENTIALS = ("allow_credentials", "supports_credentials")
HEADER = "access-control-allow-origin"
FOR_ALL = frozenset(["middleware", "after_request", "after_app_request", "process_response", "__call__"])
"""Names and decorators of functions that see every answer."""
FIX = 'name the sites that need it (`allow_origins=["https://app.example.com"]`), from settings without a `*` default'


def find(app: Application) -> Iterator[Seen]:
    """CORS with `*`, with a pattern for everything, or with whatever the caller says."""
    for standing in app.nodes(s.Call):
        yield from _made(app, standing)
    credentials = any(s.constant(each.value) is True for each in app.setting("CORS_ALLOW_CREDENTIALS"))
    for setting in app.setting("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"):
        module = app.project.paths.get(setting.place.path)
        if module is not None and replaced_in_production(app, module, setting.name):
            continue
        if s.constant(setting.value) is True and setting.environment not in ("development", "test"):
            yield _seen(setting.place, f"`{setting.name}` is on", with_credentials=credentials)
    for assign in app.nodes(s.Assign):
        yield from _header(assign)


def _made(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    call, function = standing.node, standing.function
    first = call.args[0] if call.args else None
    adds = call.name in ("add_middleware", "Middleware") and s.last_name(first) == "CORSMiddleware"
    if not adds and not (call.name in MAKERS and _is_cors(call)):
        return
    given = {each.name: each.value for each in call.keywords}
    origins = next((given[name] for name in ORIGINS if name in given), None)
    resources = resolved(app, given.get("resources"), function)
    if origins is None and isinstance(resources, s.Pairs):
        origins = _origins_of(resources)
    credentials = any(s.constant(resolved(app, given.get(name), function)) is True for name in CREDENTIALS)
    if any(not each.name for each in call.keywords):
        return  # what `**options` holds is not known
    if origins is None:
        if call.name in ("CORS", "cross_origin") and "flask" in call.refers and not _from_settings(app):
            yield _seen(
                standing.place,
                f"`{call.name}` without `origins` allows all of them",
                with_credentials=credentials,
            )
        return
    found = list(texts(app, origins, function))
    if any(each.strip() in ("*", ".*", "https?://.*", "^.*$") for each in found):
        yield _seen(
            standing.place, f"`{_called(call, first)}` allows every origin", with_credentials=credentials
        )


def _is_cors(call: s.Call) -> bool:
    return not call.refers or any(part in call.refers.lower() for part in ("cors", "litestar"))


def _called(call: s.Call, first: s.Expression | None) -> str:
    return s.last_name(first) if call.name in ("add_middleware", "Middleware") else call.name


def _origins_of(resources: s.Pairs) -> s.Expression | None:
    for value in resources.values:
        if isinstance(value, s.Pairs):
            for name, each in value.entries():
                if name == "origins":
                    return each
    return None


def _from_settings(app: Application) -> bool:
    return any(setting.name == "CORS_ORIGINS" for setting in app.settings)


def _header(standing: Standing[s.Assign]) -> Iterator[Seen]:
    """`response.headers["Access-Control-Allow-Origin"] = "*"`, or what the caller sent as its origin."""
    for target in standing.node.targets:
        if isinstance(target, s.Item) and (s.text_of(target.key) or "").lower() == HEADER:
            value = standing.node.value
            if s.text_of(value) == "*" and _is_policy(standing.function):
                yield _seen(standing.place, "every origin is allowed by a header", with_credentials=False)
            elif _is_of_caller(value):
                yield _seen(
                    standing.place, "whatever origin the caller names is allowed", with_credentials=True
                )


def _is_policy(function: Function | None) -> bool:
    """Whether the header is for the whole service; on one answer that carries no cookie it opens what is public."""
    if function is None:
        return True
    names = {function.name, *(s.last_name(each) for each in function.decorators)}
    headers = [(s.text_of(node.key) or "").lower() for node in function.walk() if isinstance(node, s.Item)]
    others = any(each.startswith("access-control-allow-") and each != HEADER for each in headers)
    return bool(names & FOR_ALL) or others or bool({"cors", "headers"} & set(words(function.name)))


def _is_of_caller(value: s.Expression | None) -> bool:
    if not isinstance(value, s.Call | s.Item | s.Attribute):
        return False
    named = [s.text_of(each) for each in s.walk(value) if isinstance(each, s.Literal)]
    return (
        any((each or "").lower() in ("origin", "http_origin") for each in named)
        or s.last_name(value) == "origin"
    )


def _seen(place: Place, message: str, *, with_credentials: bool) -> Seen:
    if with_credentials:
        why = "any page can act as its visitor, who is signed in here"
        return Seen(place, f"{message}, with credentials: {why}", severity=Severity.HIGH, fix=FIX)
    return Seen(
        place, f"{message}: any page can call it from its visitors' networks", Confidence.MEDIUM, fix=FIX
    )
