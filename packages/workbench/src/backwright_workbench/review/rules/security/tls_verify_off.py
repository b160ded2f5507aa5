"""Certificates of other servers are not checked."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.values import resolved
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
    for standing in app.nodes(s.Call):
        yield from _call(app, standing)
    for assign in app.nodes(s.Assign):
        if s.constant(assign.node.value) is False:
            for target in assign.node.targets:
                if isinstance(target, s.Attribute) and target.name in SWITCHES:
                    yield _seen(assign.place, f"`{s.written(target)}` is turned off")


def _call(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    call = standing.node
    if call.refers in UNVERIFIED:
        yield _seen(standing.place, f"`{call.refers}` makes a context that trusts every server")
    if call.name == "decode":
        return  # of a token, which is another rule
    for keyword in call.keywords:
        for name, value in _given(app, keyword, standing):
            if name in SWITCHES and s.constant(value) is False:
                place = standing.module.at(keyword)
                yield _seen(place, f"`{s.written(call.callee)}` is called with `{name}=False`")


def _given(
    app: Application, keyword: s.Keyword, standing: Standing[s.Call]
) -> Iterator[tuple[str, s.Expression]]:
    """A keyword, or what a mapping gives as keywords: `**options`."""
    if keyword.name:
        yield keyword.name, keyword.value
        return
    options = resolved(app, keyword.value, standing.function)
    if isinstance(options, s.Pairs):
        yield from options.entries()


def _seen(place: Place, message: str) -> Seen:
    return Seen(place, f"{message}: whoever is between can read and change what passes", fix=FIX)
