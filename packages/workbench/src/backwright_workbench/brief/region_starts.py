"""Where lists of fields begin: the thing's name, and what joins it to the list.

What lives here: recognising the beginning. What must not: where such a list ends, and lists without a name before
them (`regions.py`).
"""

from dataclasses import dataclass
from itertools import pairwise

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, VERBS
from backwright_workbench.brief.lexicon import items as terms
from backwright_workbench.brief.lexicon.constraints import FLAG_WORDS
from backwright_workbench.brief.lexicon.layouts import SETS
from backwright_workbench.brief.lexicon.lines import ASIDE as LINES_ASIDE
from backwright_workbench.brief.lexicon.nouns import ENTERING, LISTS_OF, MY_LIST
from backwright_workbench.brief.lexicon.relations import LINKS
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing


@dataclass(frozen=True)
class Start:
    """Where a list of a thing's fields begins: the word that means the thing, the list's first word, what
    joins them.
    """

    first: int
    begin: int
    thing: Thing
    verb: str


def start_after(
    page: Page, clause: Clause, mentions: list[tuple[int, int, Thing]], mention: tuple[int, int, Thing]
) -> Start | None:
    """The list that follows a mention, if a connecting word does."""
    first, stop, thing = mention
    maker = thing if _is_entered(clause, first) else _entered_before(clause, mentions, first)
    comma = maker is not None and clause.words[stop : stop + 2] == (",", "with")
    match = terms.CONNECT.match(clause.text, _offset(clause, stop + comma))
    of_list = any(end == first for _, end, _ in clause.find(MY_LIST)) or (
        clause.words[max(0, first - 2) : first] in LISTS_OF and clause.words[stop : stop + 1] == ("(",)
    )
    of_other = clause.words[max(0, first - 1)] in ("of", "per") and not of_list
    if not match or stop >= len(clause.words) or of_other:
        return None
    verb = match["verb"]
    stop += comma
    begin = stop + match.group().strip().count(" ") + 1
    if skipped := terms.FOR_EACH_ONE.match(" ".join(clause.words[begin:]) + " "):
        begin += skipped.group().strip().count(" ") + 1
    if terms.QUERIES & set(clause.words[begin : begin + 2]) or _limits_files(clause, begin):
        return None
    inside = range(begin, closing(clause.words, begin))
    if verb in ("(", ":", "-") and terms.QUERIES & set(clause.words[max(0, first - 3) : first]):
        return None
    if verb == "(" and any(page.claimed_for(clause, index, "stores.") for index in inside):
        return None
    if verb == "→" and (
        "→" in clause.words[begin:] or clause.words[begin:].count(",") < 2 or not leads(clause, first)
    ):
        return None
    if verb == "(" and all(clause.words[index] in FLAG_WORDS for index in inside):
        return None
    if verb in (":", "-") and _tells_doing(clause, begin):
        return None
    if verb == "with" and (terms.VIEWING & {*clause.words[max(0, first - 2) : first]}):
        return None
    if verb == "(" and ("has", "many") in pairwise(clause.words[begin : inside.stop]):
        return None
    if verb == "(" and _tells_moves(clause, inside, mentions):
        return None
    if LINES_ASIDE.match(clause.text, _offset(clause, stop)):
        return None
    if (
        verb in (":", "-", "=")
        and maker is None
        and (not leads(clause, first) or _is_label(clause, first, stop))
    ):
        return None
    if maker is not None:
        return Start(first, begin, maker, verb)
    leader = mentions[0]
    before = " ".join(clause.words[leader[1] : first])
    if verb in ("with", "having") and leads(clause, leader[0]) and terms.BELONGING_TO.fullmatch(before):
        thing = leader[2]
    return Start(first, begin, thing, verb)


def _is_label(clause: Clause, first: int, stop: int) -> bool:
    """Whether the words say that things are listed, whatever else is called so: `tables: rooms, dining tables`."""
    return set(clause.words[first:stop]) <= SETS


def _entered_before(clause: Clause, mentions: list[tuple[int, int, Thing]], first: int) -> Thing | None:
    """What is entered for the thing at a word, if its details follow there: `a rating for a session, with stars`."""
    before = [mention for mention in mentions if mention[1] < first]
    if not before or not _is_entered(clause, before[-1][0]):
        return None
    between = " ".join(clause.words[before[-1][1] : first])
    return before[-1][2] if terms.ABOUT.fullmatch(between) else None


def _is_entered(clause: Clause, first: int) -> bool:
    """Whether the noun is what somebody enters: `I make a hire: …`."""
    before = clause.words[max(0, first - 2) : first]
    return bool(before) and (before[-1] in ENTERING or (before[-1] in ("a", "an") and before[0] in ENTERING))


def _tells_moves(clause: Clause, inside: range, mentions: list[tuple[int, int, Thing]]) -> bool:
    """Whether a bracket begins with a move between states: `requests (submitted → approved)`; not `(buyer → user)`."""
    item = next((i for i in inside if clause.words[i] in (",", ":")), inside.stop)
    arrow = next((i for i in range(inside.start, item) if clause.words[i] == "→"), -1)
    names = {first for first, _, _ in mentions}
    return (
        arrow >= 0
        and arrow + 1 not in names
        and clause.words[arrow + 1 : arrow + 2] not in (("user",), ("users",))
    )


def _tells_doing(clause: Clause, begin: int) -> bool:
    """Whether what follows a name says what somebody does: `timesheets: an interpreter creates them`."""
    first = next(
        (i for i in range(begin, len(clause.words)) if clause.words[i] in (",", ";", ".")), len(clause.words)
    )
    said = clause.words[begin:first]
    return any(a in VERBS and b in ("them", "it") for a, b in pairwise(said[1:]))


def _limits_files(clause: Clause, begin: int) -> bool:
    """Whether a bracket says what files may be: `(pdf, max 5 MB)`."""
    inside = " ".join(clause.words[begin : closing(clause.words, begin)])
    return clause.words[begin - 1] == "(" and bool(terms.FILE_LIMITS.match(inside))


def continued(clause: Clause, mentions: list[tuple[int, int, Thing]], starts: list[Start]) -> list[Start]:
    """`A loan belongs to a member and has a due date`: what a sentence goes on to say of its subject."""
    if not mentions or not leads(clause, mentions[0][0]):
        return []
    known = {start.begin for start in starts}
    tied = (m for m in mentions if {*clause.words[m[1] : m[1] + 1]} & LINKS)
    about = next(tied, mentions[0])[2]
    return [
        Start(first, stop, about, "has")
        for first, stop, _ in clause.find(terms.AND_HAS)
        if stop not in known
        and first > mentions[0][0]
        and not terms.YES_OR_NO.match(" ".join(clause.words[stop - 1 :]))
    ]


def leads(clause: Clause, first: int) -> bool:
    """Whether a clause begins with the noun at `first`."""
    return all(word in DETERMINERS or word in terms.OPENING for word in clause.words[:first])


def list_start(clause: Clause, first: int) -> int:
    """Where the words before a noun begin that belong to it: articles, and what joins it to the list before."""
    while first > 0 and clause.words[first - 1] in DETERMINERS | {",", "and"}:
        first -= 1
    return first


def _offset(clause: Clause, index: int) -> int:
    return sum(len(word) + 1 for word in clause.words[:index])


def closing(words: tuple[str, ...], begin: int) -> int:
    """Where the bracket closes that was opened right before a word."""
    depth = 1
    for index in range(begin, len(words)):
        depth += (words[index] in "([{") - (words[index] in ")]}")
        if depth == 0:
            return index
    return len(words)
