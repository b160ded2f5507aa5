"""What an operation does in the words of REST, by its method, its path and its name.

What lives here: habits of naming that all frameworks share. What must not: routes themselves.
"""

import re

from backwright_workbench.codebase.facts.words import phrase

ENDS_IN_PARAMETER = re.compile(r"\{[^{}]*\}/?$")
CREATES = re.compile(
    r"^(?:create|add|new|insert|post|register|make|store|save|submit|upload|import|sign ?up|book)\b"
)
UPDATES = re.compile(r"^(?:update|edit|modify|change|patch|put|replace|set|rename|toggle|reset)\b")
DELETES = re.compile(r"^(?:delete|remove|destroy|drop|cancel|purge|clear)\b")
LISTS = re.compile(
    r"^(?:list|index|browse|search|find all|get all|read all|fetch all|all|query)\b|^(?:get|read|fetch|show|view)\b.*s$"
)
SINGULAR = re.compile(
    r"(?:ss|us|is|settings|stats|statistics|metrics|news|analytics|docs|details|preferences|options|credentials|jwks)$"
)
"""Words that end like a plural and are one thing."""
OTHER_VERBS = re.compile(
    r"\b(?:login|logout|log in|log out|signin|refresh|verify|check|search|send|token|authenticate|validate|reset"
    r"|confirm|ping|webhook|callback|predict|run|execute|test|debug|upload|calculate|chat|health)\b"
)


def action_of(method: str, path: str, name: str, many: bool = False) -> str:
    """list, retrieve, create, update or delete; empty where the operation is something else."""
    spoken = phrase(name)
    last = phrase(path.rstrip("/").rpartition("/")[2])
    is_one = bool(ENDS_IN_PARAMETER.search(path))
    match method:
        case "GET":
            if DELETES.search(spoken):
                return "delete"
            if UPDATES.search(spoken):
                return "update"
            if many or (not is_one and LISTS.search(spoken) and not SINGULAR.search(spoken)):
                return "list"
            return "retrieve" if is_one else ""
        case "POST":
            if DELETES.search(spoken):
                return "delete"
            if CREATES.search(spoken):
                return "create"
            if UPDATES.search(spoken):
                return "update"
            if OTHER_VERBS.search(last) or OTHER_VERBS.search(spoken):
                return ""
            return "create" if not is_one and last.endswith("s") else ""
        case "PUT" | "PATCH":
            return "update"
        case "DELETE":
            return "delete"
    return ""
