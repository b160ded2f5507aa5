"""Passwords, tokens and the like are written into the log."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Class
from backwright_workbench.codebase.facts.syntax import (
    Assign,
    Call,
    Expression,
    Item,
    constant,
    refers,
    text_of,
    written,
)
from backwright_workbench.codebase.flow import flows
from backwright_workbench.codebase.flow.shown import is_secret, shown
from backwright_workbench.codebase.flow.sinks import is_logger
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "Secrets are written into the log",
    Severity.MEDIUM,
    cwe=(532,),
    owasp=("A09:2021",),
)
FIX = "leave it out; log who and what (an id, a result), or the last four characters where a token must be told apart"
PRINTS = frozenset(["builtins.print", "pprint.pprint", "sys.stdout.write", "sys.stderr.write", "rich.print"])
WHOLE = frozenset(["os.environ"])
ENGINES = frozenset(["create_engine", "create_async_engine"])
PARTS = {"json": "body", "form": "form", "body": "body", "header": "headers", "cookie": "cookies"}


def find(app: Application) -> Iterator[Seen]:
    """Log calls and prints with a value that is a secret by its name; engines that log every statement."""
    for each in app.nodes(Call):
        call = each.node
        if call.refers in PRINTS or is_logger(call):
            yield from _line(app, each)
        elif call.name in ENGINES and constant(call.keyword("echo")) in (True, "debug"):
            message = (
                "`echo=True` logs every statement with its values: passwords, tokens and what people entered"
            )
            yield Seen(
                each.place, message, Confidence.MEDIUM, fix="`echo=False`, or a switch for development only"
            )
    for setting in app.nodes(Assign):
        for target in setting.node.targets:
            if (
                isinstance(target, Item)
                and text_of(target.key) == "SQLALCHEMY_ECHO"
                and constant(setting.node.value) is True
            ):
                message = "`SQLALCHEMY_ECHO` logs every statement with its values"
                yield Seen(setting.place, message, Confidence.MEDIUM, fix="leave it to development only")
    for flow in flows(app):
        if flow.kind == "log" and flow.is_proven and flow.source in PARTS and flow.call is not None:
            if flow.source in ("header", "cookie") and flow.path and not is_secret(flow.path[-1]):
                continue
            if not flow.path or is_secret(flow.path[-1]):
                yield seen(
                    flow,
                    f"{_all(flow.path)}{flow.label} goes into the log, with any secret in it",
                    FIX,
                    Confidence.MEDIUM,
                )


def _all(path: tuple[str, ...]) -> str:
    return "" if path else "all of "


def _line(app: Application, each: Standing[Call]) -> Iterator[Seen]:
    """What a single line shows."""
    if each.node.args and "%r" in (text_of(each.node.args[0]) or ""):
        return  # an object that is shown by its own `__repr__`
    for value in [*each.node.args, *(keyword.value for keyword in each.node.keywords)]:
        for node, name in shown(value):
            if name and not _is_word(app, node):
                message = f"`{name}` is written into the log"
                yield Seen(each.place, message, fix=FIX)
                return
            if refers(node) in WHOLE or _is_configuration(node):
                yield Seen(
                    each.place, f"all of `{written(node)}` is written into the log, secrets among it", fix=FIX
                )
                return
            owner = _holder(app, each, node)
            if owner is not None:
                message = f"`{written(node)}` is written into the log; `{owner.name}` holds a password"
                yield Seen(each.place, message, Confidence.MEDIUM, fix=FIX)
                return


def _is_word(app: Application, node: Expression) -> bool:
    """Whether it is a constant that is called like a secret, but is the name or path of one."""
    value = text_of(app.project.value(refers(node))) if refers(node) else None
    return value is not None and ("/" in value or " " in value or value.lower() in refers(node).lower())


def _is_configuration(node: Expression) -> bool:
    return written(node) in ("app.config", "current_app.config")


def _holder(app: Application, each: Standing[Call], node: Expression) -> Class | None:
    """The class of what is shown, where its text shows a password: a dataclass or a schema."""
    kind = app.types.of(node, each.function)
    found = app.project.classes.get(kind.name) if kind is not None else None
    if found is None or app.project.method(found, "__repr__") or app.project.method(found, "__str__"):
        return None
    is_open = app.project.inherits(
        found, "pydantic.BaseModel", "sqlmodel.SQLModel", "pydantic.main.BaseModel"
    ) or any(refers(each).endswith("dataclass") for each in found.decorators)
    for _, owner in app.project.lineage(found) if is_open else ():
        for name, assign in owner.assigned() if owner is not None else ():
            if name in ("password", "new_password", "secret", "api_key") and "Secret" not in written(
                assign.annotation
            ):
                return found
    return None
