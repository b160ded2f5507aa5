"""Two access matrices in words: what somebody may do now that they might not, and the other way round.

What lives here: the comparison, as values. What must not: files, processes. The rules say most; fields and routes are
told where no rule tells the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Matrix = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of what has changed, and what it is about: a resource and a role, a field, or a path."""

    what: str
    wider: bool
    """Whether somebody may do more than is recorded."""
    resource: str = ""
    role: str = ""
    field: str = ""
    path: str = ""


def differences(was: Matrix, now: Matrix) -> list[Difference]:
    """Every difference, those that let somebody do more first."""
    found = list(_roles(was, now))
    rules = list(_rules(was["rules"], now["rules"]))
    told = {(each.resource, each.role) for each in rules}
    found += rules
    found += _fields(was["fields"], now["fields"], told)
    found += _routes(was, now, {resource for resource, _ in told})
    return sorted(found, key=lambda each: not each.wider)


def _roles(was: Matrix, now: Matrix) -> Iterator[Difference]:
    for role in sorted({*was["callers"]} ^ {*now["callers"]}):
        new = role in now["callers"]
        yield Difference(f"there is {'now' if new else 'no longer'} a role {role}", new, role=role)


def _rules(was: Matrix, now: Matrix) -> Iterator[Difference]:
    for resource in sorted({*was, *now}):
        before, after = was.get(resource, {}), now.get(resource, {})
        for role in sorted({*before, *after}):
            old, new = _by_verb(before.get(role, [])), _by_verb(after.get(role, []))
            for verb in sorted({*old, *new}):
                if old.get(verb) != new.get(verb):
                    yield _rule(resource, role, verb, old.get(verb, []), new.get(verb, []))


def _rule(resource: str, role: str, verb: str, old: list[str], new: list[str]) -> Difference:
    may = {"signed_in": "everybody who has signed in may", "public": "anybody may, without signing in,"}.get(
        role, f"{role} may"
    )
    about = f"rows of {resource}"
    if not new:
        return Difference(f"{may} no longer {verb} {about} (was: {_said(old)})", False, resource, role)
    was = f"was: {_said(old)}" if old else "was: not at all"
    return Difference(f"{may} now {verb} {about}: {_said(new)} ({was})", _is_wider(old, new), resource, role)


def _by_verb(grants: list[str]) -> dict[str, list[str]]:
    """`read where …` → read: [`where …`]."""
    found: dict[str, list[str]] = {}
    for grant in grants:
        verb, _, rest = grant.partition(" ")
        found.setdefault(verb, []).append(rest)
    return {verb: sorted(rests) for verb, rests in found.items()}


def _said(rests: list[str]) -> str:
    return " and ".join(_rest(each) for each in rests)


def _rest(rest: str) -> str:
    """What follows the verb, so that a grant without conditions does not read as nothing."""
    if not rest:
        return "every one of them"
    return f"those {rest}" if rest.startswith("where ") else rest


def _is_wider(old: list[str], new: list[str]) -> bool:
    """Whether it may let somebody do more. Conditions are not understood here, so a changed one counts as wider."""
    return not {*new} <= {*old}


def _fields(was: Matrix, now: Matrix, told: set[tuple[str, str]]) -> Iterator[Difference]:
    """Fields whose rights have changed although no rule has: one line for each, with all who are concerned."""
    changed: dict[tuple[str, str, str, Any, Any], list[str]] = {}
    for resource in sorted({*was, *now}):
        before, after = was.get(resource, {}), now.get(resource, {})
        for role in after if after else before:
            if (resource, role) in told:
                continue
            old, new = before.get(role, {}), after.get(role, {})
            for field in sorted({*old, *new}):
                for right in ("read", "create", "update", "filter", "sort", "search"):
                    one, other = old.get(field, {}).get(right), new.get(field, {}).get(right)
                    if (one or None) != (other or None):
                        changed.setdefault((resource, field, right, one, other), []).append(role)
    for (resource, field, right, one, other), roles in changed.items():
        verb = {"filter": "filter by", "sort": "sort by", "search": "search in"}.get(right, right)
        yield Difference(
            f"{', '.join(roles)} may {'now' if other else 'no longer'} {verb} {resource}.{field}"
            f"{_where(other)} (was: {_where(one).strip() or ('yes' if one else 'no')})",
            bool(other),
            resource,
            roles[0],
            field,
        )


def _where(right: Any) -> str:
    if not isinstance(right, str):
        return ""
    return " of every row" if right == "all" else f" where {right}"


def _routes(was: Matrix, now: Matrix, told: set[str]) -> Iterator[Difference]:
    """Routes that are new, gone, or that answer somebody otherwise although no rule has changed."""
    before, after = _by_route(was), _by_route(now)
    for route in sorted({*before, *after}):
        path = route.partition(" ")[2]
        if route not in before:
            yield Difference(f"{route} is not recorded; it lets in {_let_in(after[route])}", True, path=path)
        elif route not in after:
            yield Difference(f"{route} is recorded and gone", False, path=path)
        else:
            yield from _answers(route, path, before[route], after[route], told)


def _answers(
    route: str, path: str, before: list[Matrix], after: list[Matrix], told: set[str]
) -> Iterator[Difference]:
    if any(line["resource"] in told for line in after):
        return
    if {line["resource"] for line in before} != {line["resource"] for line in after}:
        yield Difference(f"{route} is another route now: it lets in {_let_in(after)}", True, path=path)
        return
    old = {(line["row"], role): line["callers"][role] for line in before for role in line["callers"]}
    new = {(line["row"], role): line["callers"][role] for line in after for role in line["callers"]}
    for row, role in sorted({*old, *new}, key=str):
        one, other = old.get((row, role)), new.get((row, role))
        if one != other and one is not None and other is not None:
            yield Difference(
                f"{route}{f' ({row})' if row else ''} answers {role} with {_status(other)} (was: {_status(one)})",
                not other or min(other) < 400,
                path=path,
                role=role,
            )


def _by_route(matrix: Matrix) -> dict[str, list[Matrix]]:
    found: dict[str, list[Matrix]] = {}
    for line in matrix["routes"]:
        found.setdefault(f"{line['method']} {line['path']}", []).append(line)
    return found


def _let_in(lines: list[Matrix]) -> str:
    who = {name for line in lines for name, said in line["callers"].items() if not said or min(said) < 400}
    named = [name for name in lines[0]["callers"] if name in who]
    if "public" in named:
        return "anybody, also without signing in"
    return ", ".join(named) if named else "nobody"


def _status(statuses: list[int]) -> str:
    return " or ".join(map(str, statuses)) or "whatever it does: it lets them in"
