"""Why a caller gets what they get: the questions that a route asks its rules, and the grant that answered.

What lives here: one explanation as values and as text. What must not: deciding (`access_decisions.py`).
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext

from backwright.access_decisions import OTHER, Decision, Whose, decide, kinds_of_rows, roles_of
from backwright.access_matrix import Document, callers, kinds_for, path_of, routes, ruled_by
from backwright.actor import PUBLIC, SIGNED_IN
from backwright.errors import NotFound
from backwright.runtime import Runtime

MEANING = {
    200: "the answer", 201: "the row is created", 204: "the row is gone",
    401: "refused, one has to sign in", 403: "refused", 404: "as if the row were not there",
}  # fmt: skip


def explain(app: FastAPI, method: str, path: str, caller: str, row: str | None = None) -> list[Document]:
    """How each kind of row is decided for a caller; `row` is `own`, `other` or `None` for every kind.

    `path` is a route (`/work-orders/{id}`) or an address (`/work-orders/0193…`). Raises `NotFound` for a route or a
    role that there is not, with those that there are.
    """
    runtime: Runtime = app.state.runtime
    known = callers(runtime)
    if caller not in known:
        raise NotFound(f"There is no role {caller!r}; there are: {', '.join(known)}.")
    context = _route(app, method, path)
    ruled = ruled_by(context)
    if ruled is None:
        raise NotFound(f"{method} {path_of(context)} is not a resource's: the code of its handler decides.")
    kinds = kinds_for(path_of(context), ruled)
    if row is not None and kinds != (None,):
        every = frozenset().union(*(each.holds for each in kinds_of_rows(ruled.bound)))
        kinds = (Whose("own", every) if row == "own" else OTHER,)
    return [
        _told(method, path_of(context), caller, whose, decide(ruled, roles_of(caller), whose))
        for whose in kinds
    ]


def _route(app: FastAPI, method: str, path: str) -> RouteContext:
    """The route of a path; where several fit, the one with the fewest parameters, as requests find it."""
    fitting = [each for each in routes(app) if fits(path_of(each), path)]
    found = [each for each in fitting if method in (each.methods or ())]
    if not found:
        methods = sorted({name for each in fitting for name in each.methods or ()} - {"HEAD"})
        raise NotFound(
            f"{path} takes {', '.join(methods)}; nobody may {method}, so there is no such route."
            if fitting
            else f"There is no route {path}. Run access without arguments to see all of them."
        )
    return min(found, key=lambda each: path_of(each).count("{"))


def fits(template: str, path: str) -> bool:
    """Whether a path is an address of a route, or the route itself."""
    wanted, given = template.strip("/").split("/"), path.strip("/").split("/")
    return len(wanted) == len(given) and all(
        one == other or (one.startswith("{") and other != "")
        for one, other in zip(wanted, given, strict=True)
    )


def _told(method: str, path: str, caller: str, whose: Whose | None, decision: Decision) -> Document:
    last = decision.steps[-1]
    steps = [
        {
            "question": each.question,
            "answer": each.answer,
            "grants": list(each.grants),
            "refusal": each.refusal,
        }
        for each in decision.steps
    ]
    return {
        "method": method,
        "path": path,
        "caller": caller,
        "row": whose.label if whose else None,
        "statuses": list(decision.statuses),
        "steps": steps,
        "decided_by": list(last.grants),
        "sentence": _sentence(caller, decision),
    }


def _sentence(caller: str, decision: Decision) -> str:
    who = {PUBLIC: "Who has not signed in", SIGNED_IN: "Who has signed in and has no role"}.get(
        caller, f"A caller with the role {caller}"
    )
    first, last = decision.statuses[0], decision.steps[-1]
    named = "; ".join(last.grants) or "no grant of theirs says so"
    if last.answer == "no":
        return f"{who} gets {first} ({MEANING[first]}): {last.question} No: {named}."
    open_ = [each for each in decision.steps if each.answer == "depends"]
    if open_:
        also = " or ".join(str(status) for status in decision.statuses[1:])
        return f"{who} gets {first} or {also}; it depends: {'; '.join(open_[-1].grants)}."
    return f"{who} gets {first} ({MEANING[first]}): {named}."


def as_text(told: list[Document]) -> str:
    """Explanations for a terminal."""
    return "\n\n".join("\n".join(_lines(each)) for each in told) + "\n"


def _lines(told: dict[str, Any]) -> Iterator[str]:
    kind = {None: "", "other": ", a row of somebody else", "other tenant": ", a row of another tenant"}.get(
        told["row"], f", a row of their own ({told['row']})"
    )
    yield f"{told['method']} {told['path']} as {told['caller']}{kind}"
    for at, step in enumerate(told["steps"], start=1):
        refusal = f" → {step['refusal']}" if step["answer"] == "no" else ""
        yield f"  {at}. {step['question']} {step['answer']}{refusal}"
        for grant in step["grants"]:
            yield f"       {grant}"
    yield f"  {told['sentence']}"
