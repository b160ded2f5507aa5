"""What a service is called.

What lives here: the title and the slug, from the brief's first words. What must not: entities.
"""

import re

from backwright_workbench.blueprint.checks.service import TAKEN_PACKAGES
from backwright_workbench.blueprint.naming import plural, singular
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Things

_START = re.compile(
    r"^(?:(?:please|hi|hello|can you|could you|would you|i|we|you|id|lets|let us|need|needs|want|wants|like|to|would|are|am|is|help(?= (?:me|us) )|me|us|our|the|goal|task|project|looking|for|building|must|should|have|going) )*"
    r"(?:(?:implement|implements|build|builds|create|creates|develop|design|make|write|set up|setup|generate|produce|deliver|provide|code|draft) )?(?:(?:me|us|a|an|the|out|up|our|my|new|for me|for us|for) )*"
)
_BUILD = re.compile(r"^(?:\w+ ){0,6}?(?:implement|build|create|develop|design|make|write|need|want|service|system|backend|api)(?!\S)")
_KIND = (
    r"(?:rest(?:ful)?|crud|json|http|web|graphql|backends?|back end|apis?|api|services?|microservices?|servers?|apps?|applications?|software|solutions?|server side|platforms?|systems?|tools?|websites?|sites?"
    r"|portals?|projects?|program|mvp|infrastructure|database|module|specs?|specifications?|brief|requirements|endpoints)"
)
_TECH = re.compile(
    r"(?<!\S)(?:simple|small|basic|modern|scalable|secure|robust|production|ready|grade|complete|full|featured|fully|fledged|fast|lightweight|new|good|great|nice|python|fastapi|django|flask|rest|restful|crud|json|http|api|web|online(?= (?:api|backend|service))|asynchronous|async|multi tenant|cloud|based|high|performance|enterprise|saas|reliable|clean|small|internal|postgresql|mysql|sqlite|redis|graphql|backend for|minimal|headless|type safe|typed|well|tested)(?!\S)"
)
_ENDS = re.compile(
    r"(?<!\S)(?:with|that|which|where|who|whose|to|using|via|in|on|so|and (?:an?|the|its)|including|has|have|should|must|needs?|can|will|allowing|letting|it|we|based on|written|supporting|such|backed|running|\(|,|:|\.|;|!|–|—|-|→)(?!\S)"
)
_ABOUT = re.compile(rf"^(?:{_KIND} )*(?:for|of|to) (?:(?:an?|the|our|my|your|their|managing|manage|tracking|track|handling|handle|running|run|administering|small|local|large|of|keeping|keep|company|business|some|people|who|users|its) )*")
_MANAGEMENT = re.compile(r" (?:management|managing|tracking|tracker|administration|admin|manager)$")
_LONGEST_TITLE = 60


def read_title(page: Page, things: Things, catalogue: Catalogue) -> tuple[str, str]:
    """Title and slug: `Work order management` and `work-orders`."""
    head = page.clauses[0]
    words = _subject(head.text)
    for clause in page.clauses[1:3]:
        more = _subject(clause.text) if _BUILD.match(clause.text) or not words else ""
        if more and (not words or more.startswith(words)):
            words, head = more, clause
            _claim(page, page.clauses[0], _subject(page.clauses[0].text))
    first = next(iter(things))
    if not words:
        words = plural(first.name).replace("_", " ")
        page.assume(f"the service is called {words}", "the brief names no service; this is its first entity", "title", f"title: {words.capitalize()}")
    if page.free(head, 0) or page.clauses[0].text:
        _claim(page, head, words)
    shown = _cased(page, head, words)
    return shown[:1].upper() + shown[1:], _slug(words, things, catalogue, first.name)


def _cased(page: Page, head: Clause, words: str) -> str:
    """The words with abbreviations in capitals, as the brief has them."""
    written = {token.word: page.source[token.start : token.end] for token in head.tokens}
    return " ".join(written[w] if written.get(w, w)[1:] != w[1:] else w for w in words.split())


def _subject(text: str) -> str:
    """The words of a first line that say what the service is for; empty if none do."""
    rest = text[_START.match(text).end() :]  # type: ignore[union-attr]
    about = _ABOUT.match(f"{_TECH.sub('', rest)} ".replace("  ", " ").lstrip())
    plain = re.sub(r"\s+", " ", _TECH.sub(" ", rest)).strip()
    if about and about.end():
        plain = plain[about.end() :]
    end = _ENDS.search(plain)
    plain = plain[: end.start()] if end else plain
    named, _, tail = plain.partition(" for ")
    named = _stripped(named)
    if not named and tail:
        named = _stripped(tail)
    words = re.sub(r"[^a-z0-9&' ]+", " ", named.encode("ascii", "ignore").decode()).split()
    kept = " ".join(words[:6])
    return kept if re.match(r"[a-z]", kept) and len(kept) <= _LONGEST_TITLE else ""


def _stripped(words: str) -> str:
    words = re.sub(rf"^(?:(?:a|an|the|our|my|of|and) )+", "", words.strip())
    return re.sub(rf"(?:(?:^| ){_KIND}| an?| the)+$", "", words).strip()


def _slug(words: str, things: Things, catalogue: Catalogue, first: str) -> str:
    """The name of the service: without `management`, an entity in the plural."""
    core = _MANAGEMENT.sub("", words) or words
    thing = things.meant_by(tuple(core.split()))
    last = core.split()[-1]
    noun = thing or catalogue.find(core) or things.meant_by((last,))
    base = plural(core) if noun and core != "todo" else core
    slug = re.sub(r"[^a-z0-9]+", "-", base.lower().replace("_", "-")).strip("-")
    slug = re.sub(r"^[^a-z]+", "", slug)[:50].strip("-")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        slug = plural(first).replace("_", "-")[:50].strip("-")
    if slug.replace("-", "_") in TAKEN_PACKAGES or _keyword(slug):
        slug = f"{slug[:42]}-service"
    return slug


def _keyword(slug: str) -> bool:
    import keyword

    return keyword.iskeyword(slug)


def _claim(page: Page, head: Clause, words: str) -> None:
    """The first line names the service: its words from the name's first to its last, and `system` and the like."""
    wanted = words.split()
    for index in range(len(head.words) - len(wanted) + 1):
        if tuple(wanted) == head.words[index : index + len(wanted)]:
            page.claim(head, index, index + len(wanted), "title", "service")
            return
    for index, word in enumerate(head.words):
        if word in wanted and page.free(head, index):
            page.claim(head, index, index + 1, "title", "service")


__all__ = ["read_title", "singular"]
