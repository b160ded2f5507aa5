"""What a drawn blueprint lets whom do, for the tests of rights."""

from backwright_workbench.blueprint.model import Blueprint


def rows(blueprint: Blueprint, right: str) -> str:
    """Whose rows `role verb Entity` is about: `all`, a path to the role's own, or nothing."""
    role, verb, name = right.split()
    given = blueprint.entities[name].access.get(role)
    if given is None or given == "everything":
        return "all" if given else ""
    if verb in ("read", "create", "update", "delete"):
        grant = getattr(given, verb)
        return grant.rows if grant else ""
    act = given.act
    return act.rows if act and (act.actions is None or verb in act.actions) else ""
