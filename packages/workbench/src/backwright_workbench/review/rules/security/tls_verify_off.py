"""Certificates of other servers are not checked."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Module
from backwright_workbench.codebase.facts.syntax import Assign, Attribute, Call, Node, constant, walk, written
from backwright_workbench.review.finding import Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "Certificates of other servers are not checked",
    Severity.HIGH,
    cwe=(295,),
    owasp=("A02:2021", "API8:2023"),
)
SWITCHES = ("verify", "verify_ssl", "ssl_verify", "check_hostname", "verify_certs", "validate_certs")
FIX = 'leave verification on; for an authority of your own, give its certificate (`verify="/path/ca.pem"`)'
UNVERIFIED = ("ssl._create_unverified_context",)


def find(app: Application) -> Iterator[Seen]:
    """Switches that turn the check off, and contexts that are made without it."""
    for module in app.modules():
        bodies = [module.body, *(function.body for function in module.everything)]
        for body in bodies:
            for node in walk(*body):
                if isinstance(node, Call):
                    yield from _call(module, node)
                elif isinstance(node, Assign) and constant(node.value) is False:
                    for target in node.targets:
                        if isinstance(target, Attribute) and target.name in SWITCHES:
                            yield _seen(module, node, f"`{written(target)}` is turned off")


def _call(module: Module, call: Call) -> Iterator[Seen]:
    for keyword in call.keywords:
        if keyword.name in SWITCHES and constant(keyword.value) is False and call.name not in ("decode",):
            yield _seen(module, keyword, f"`{written(call.callee)}` is called with `{keyword.name}=False`")
    if call.refers in UNVERIFIED:
        yield _seen(module, call, f"`{call.refers}` makes a context that trusts every server")


def _seen(module: Module, node: Node, message: str) -> Seen:
    return Seen(module.at(node), f"{message}: whoever is between can read and change what passes", fix=FIX)
