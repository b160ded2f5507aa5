"""What a role is for, in words: its grants, told.

What lives here: from access to a sentence. What must not: deciding access (`access.py`).
"""

from collections.abc import Mapping

from backwright_workbench.blueprint.model import ActGrant, Grant
from backwright_workbench.blueprint.naming import plural, snake
from backwright_workbench.blueprint.rows import row_rule
from backwright_workbench.brief.grants import Given

Rights = Mapping[str, Mapping[str, Given]]
"""Thing → role → what it may do with it."""

_WORDS = (("read", "sees"), ("create", "adds"), ("update", "changes"), ("delete", "deletes"))
_NOUNS = 6
"""More things than this are counted, not listed."""


def told_anew(roles: Mapping[str, str], before: Rights, after: Rights) -> dict[str, str]:
    """The roles with what they are for, where that was told by rights which have changed since."""
    return {
        role: described(role, after) if text == described(role, before) else text
        for role, text in roles.items()
    }


def described(role: str, rights: Rights) -> str:
    """What a role may do with the things, as one sentence: `Manages pets; sees their own visits.`"""
    told: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    count = 0
    record = ""
    for name, access in rights.items():
        count += 1
        given = access.get(role)
        if (
            given is not None
            and given != "everything"
            and snake(name) == role
            and given.read
            and given.read.rows != "all"
        ):
            record = _and(list(_doings(given)[1])) + " their own record"
        elif given is not None:
            told.setdefault(_doings(given), []).append(plural(name).replace("_", " "))
    if not told and not record:
        return "Has no rights of its own yet."
    if list(told) == [(("manages",), ())] and len(told[("manages",), ()]) == count > 1:
        return "Manages everything but accounts."
    parts = [_part(doings, own, nouns) for (doings, own), nouns in told.items()] + [record] * bool(record)
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _doings(given: Given) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is done with all rows, and with one's own."""
    if given == "everything":
        return ("manages",), ()
    grants = {verb: getattr(given, verb) for verb, _ in _WORDS}
    if all(grant == Grant() for grant in grants.values()):
        return ("manages",), ()
    every = [
        _some(_word(word, grants[verb]), grants[verb].rows)
        for verb, word in _WORDS
        if grants[verb] and not row_rule(grants[verb].rows).path
    ]
    own = [
        _word(word, grants[verb])
        for verb, word in _WORDS
        if grants[verb] and row_rule(grants[verb].rows).path
    ]
    if isinstance(given.act, ActGrant):
        does = _some(_acts(given.act), given.act.rows)
        (own if row_rule(given.act.rows).path else every).append(does)
    for listed in (every, own):
        if len(listed) > 1 and listed[0] == "sees":
            listed.remove("sees")
    return tuple(every), tuple(own)


def _some(word: str, rows: str) -> str:
    """Rows that a condition chooses are some of them."""
    return f"{word} some" if row_rule(rows).comparisons else word


def _word(word: str, grant: Grant) -> str:
    """The verb, with the fields that it is limited to if they are few."""
    fields = grant.fields if word == "changes" and grant.fields else ()
    return f"{word} {_and([name.replace('_', ' ') for name in fields])} of" if 0 < len(fields) <= 3 else word


def _acts(grant: ActGrant) -> str:
    """The actions, as words: `starts and completes`."""
    if grant.actions is None:
        return "moves along"
    return _and([_third(name) for name in grant.actions]) if len(grant.actions) <= 3 else "moves along"


def _third(action: str) -> str:
    head, _, rest = action.partition("_")
    ending = "es" if head.endswith(("sh", "ch", "ss", "x", "o")) else "s"
    word = f"{head[:-1]}ies" if head.endswith("y") and head[-2:-1] not in "aeou" else f"{head}{ending}"
    return f"{word} {rest.replace('_', ' ')}" if rest and rest != "item" else word


def _part(every: tuple[str, ...], own: tuple[str, ...], nouns: list[str]) -> str:
    names = _and(nouns if len(nouns) <= _NOUNS else [*nouns[: _NOUNS - 1], f"{len(nouns) - _NOUNS + 1} more"])
    if not own:
        return f"{_and(list(every))} {names}"
    if not every:
        return f"{_and(list(own))} their own {names}"
    return f"{_and(list(every))} {names} and {_and(list(own))} their own"


def _and(words: list[str]) -> str:
    """A list in words."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
