"""Calls to other servers that wait for ever."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Outgoing
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "A call to another server waits for ever", Severity.MEDIUM, cwe=(400, 1088), owasp=("API4:2023",)
)

LESS_SURE = frozenset(["socket", "cloudinary", "urllib3", "http.client"])


def find(app: Application) -> Iterator[Seen]:
    """Each call of a library without a timeout of its own that says none."""
    for each in app.outgoing:
        module = app.project.paths.get(each.place.path)
        if each.has_timeout is False and module is not None and module.role is Role.CODE:
            yield Seen(
                each.place,
                f"`{s.written(each.call.callee)}` has no timeout: if the other server does not answer, whoever asked "
                "waits for ever, and with a few of them the whole service does",
                Confidence.MEDIUM if each.library in LESS_SURE else Confidence.HIGH,
                fix=_fix(each),
                cause=f"{each.place.path}:{each.library}",
            )


def _fix(each: Outgoing) -> str:
    if each.library == "requests":
        return "`timeout=(3, 10)`: seconds to connect, and between two packets"
    return "`timeout=10`, or what the caller can wait"
